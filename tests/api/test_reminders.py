from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import time_machine
from rest_framework.test import APIClient

from notifications.models import Reminder
from recovery.kernel.ids import new_id
from recovery.kernel.models import Change
from recovery.members.models import Member

NOW = datetime(2026, 11, 22, 8, tzinfo=UTC)  # nine in the morning in Berlin, a Sunday
LIST = "/api/v1/reminders"


@pytest.fixture(autouse=True)
def _nine_in_the_morning() -> Iterator[None]:
    with time_machine.travel(NOW, tick=False):
        yield


def path_of(reminder_id: object) -> str:
    return f"{LIST}/{reminder_id}"


def remind(client: APIClient, **body: Any) -> Any:
    return client.post(LIST, {"local_time": "20:00", "exact": True, **body}, format="json")


def changes_of(member: Member) -> list[tuple[str, list[str], bool]]:
    rows = Change.objects.filter(member=member, table="reminders").order_by("seq", "place")
    return [(row.row_id, row.fields, row.gone) for row in rows]


def test_a_reminder_says_when_it_comes_next(as_alice: APIClient, alice: Member) -> None:
    answer = remind(as_alice)
    assert answer.status_code == 201
    body = answer.json()
    assert body == {
        "id": body["id"],
        "local_time": "20:00",
        "weekdays": [0, 1, 2, 3, 4, 5, 6],
        "exact": True,
        "next_due_at": "2026-11-22T19:00:00Z",
        "version": 1,
        "created_at": "2026-11-22T08:00:00Z",
    }
    assert as_alice.get(path_of(body["id"])).json() == body
    assert as_alice.get(LIST).json() == {"items": [body]}
    assert changes_of(alice) == [(body["id"], ["local_time", "weekdays", "exact"], False)]


def test_one_that_is_not_exact_comes_up_to_twenty_minutes_later(as_alice: APIClient) -> None:
    body = remind(as_alice, exact=False).json()
    at = datetime.fromisoformat(body["next_due_at"])
    eight = NOW.replace(hour=19)
    assert eight + timedelta(minutes=2) <= at <= eight + timedelta(minutes=20)


def test_a_body_sent_again_answers_with_the_first_row(as_alice: APIClient) -> None:
    chosen = str(new_id())
    first = remind(as_alice, id=chosen, weekdays=[5, 0, 5])
    assert (first.status_code, first.json()["weekdays"]) == (201, [0, 5])
    again = remind(as_alice, id=chosen, weekdays=[0, 5])
    assert (again.status_code, again.json()) == (200, first.json())
    other = remind(as_alice, id=chosen, local_time="21:00")
    assert (other.status_code, other.json()["code"]) == (409, "id_taken")
    assert Reminder.objects.count() == 1


def test_an_id_of_somebody_else_is_the_same_conflict(
    as_alice: APIClient, as_charlie: APIClient
) -> None:
    chosen = str(new_id())
    remind(as_alice, id=chosen)
    answer = remind(as_charlie, id=chosen)
    assert (answer.status_code, answer.json()["code"]) == (409, "id_taken")


def test_a_change_moves_the_deadline_and_the_version(as_alice: APIClient, alice: Member) -> None:
    reminder_id = remind(as_alice).json()["id"]
    answer = as_alice.patch(
        path_of(reminder_id), {"weekdays": [0], "local_time": "07:30"}, format="json"
    )
    assert answer.status_code == 200
    assert answer.json()["next_due_at"] == "2026-11-23T06:30:00Z"
    assert answer.json()["version"] == 2
    assert changes_of(alice)[1:] == [(reminder_id, ["local_time", "weekdays"], False)]


def test_a_change_that_changes_nothing_is_no_new_version(
    as_alice: APIClient, alice: Member
) -> None:
    reminder_id = remind(as_alice).json()["id"]
    answer = as_alice.patch(path_of(reminder_id), {"local_time": "20:00"}, format="json")
    assert (answer.status_code, answer.json()["version"]) == (200, 1)
    assert len(changes_of(alice)) == 1


def test_a_deleted_reminder_is_gone_and_never_due(as_alice: APIClient, alice: Member) -> None:
    reminder_id = remind(as_alice).json()["id"]
    assert as_alice.delete(path_of(reminder_id)).status_code == 204
    assert as_alice.get(path_of(reminder_id)).status_code == 404
    assert as_alice.patch(path_of(reminder_id), {"exact": False}, format="json").status_code == 404
    assert as_alice.get(LIST).json() == {"items": []}
    assert Reminder.objects.get().next_due_at is None
    assert changes_of(alice)[1:] == [(reminder_id, [], True)]


def test_deleting_again_after_a_lost_answer_is_no_fault_and_no_change(
    as_alice: APIClient, alice: Member, as_charlie: APIClient
) -> None:
    reminder_id = remind(as_alice).json()["id"]
    assert [as_alice.delete(path_of(reminder_id)).status_code for _ in range(3)] == [204] * 3
    assert len(changes_of(alice)) == 2
    assert Reminder.objects.get().version == 2
    assert as_charlie.delete(path_of(reminder_id)).status_code == 404


def test_a_deleted_reminder_does_not_come_back_when_its_body_is_sent_again(
    as_alice: APIClient,
) -> None:
    chosen = str(new_id())
    remind(as_alice, id=chosen)
    as_alice.delete(path_of(chosen))
    assert remind(as_alice, id=chosen).status_code == 404
    assert as_alice.get(LIST).json() == {"items": []}


def test_a_stranger_gets_the_same_answer_as_for_what_does_not_exist(
    as_alice: APIClient, as_charlie: APIClient
) -> None:
    mine = remind(as_alice).json()["id"]
    for reminder_id in (mine, new_id()):
        path = path_of(reminder_id)
        answers = [
            as_charlie.get(path),
            as_charlie.patch(path, {"exact": False}, format="json"),
            as_charlie.delete(path),
        ]
        assert [answer.status_code for answer in answers] == [404, 404, 404]
        assert {answer.json()["code"] for answer in answers} == {"not_found"}
    assert as_alice.get(path_of(mine)).json()["version"] == 1


def test_the_twenty_first_reminder_is_refused(as_alice: APIClient) -> None:
    for minute in range(20):
        assert remind(as_alice, local_time=f"10:{minute:02}").status_code == 201
    answer = remind(as_alice)
    assert (answer.status_code, answer.json()["code"]) == (409, "too_many_reminders")


@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        ({"local_time": "24:00"}, "/local_time"),
        ({"local_time": "7:30"}, "/local_time"),
        ({"local_time": "07:30:15"}, "/local_time"),
        ({"local_time": "٠٧:٣٠"}, "/local_time"),
        ({"local_time": 730}, "/local_time"),
        ({"local_time": None}, "/local_time"),
        ({"weekdays": []}, "/weekdays"),
        ({"weekdays": [7]}, "/weekdays/0"),
        ({"weekdays": [0, 1, 2, 3, 4, 5, 6, 0]}, "/weekdays"),
        ({"weekdays": ["0"]}, "/weekdays/0"),
        ({"weekdays": "0"}, "/weekdays"),
        ({"exact": "yes"}, "/exact"),
        ({"id": "1"}, "/id"),
        ({"text": "call mum"}, "/text"),
    ],
)
def test_what_cannot_be_right_is_refused_and_nothing_is_stored(
    as_alice: APIClient, body: dict[str, Any], pointer: str
) -> None:
    answer = remind(as_alice, **body)
    assert answer.status_code == 400
    assert [error["pointer"] for error in answer.json()["errors"]] == [pointer]
    assert not Reminder.objects.exists()


def test_a_new_zone_moves_the_reminder_with_the_member(as_alice: APIClient) -> None:
    reminder_id = remind(as_alice).json()["id"]
    answer = as_alice.patch("/api/v1/me", {"time_zone": "America/New_York"}, format="json")
    assert answer.status_code == 200
    moved = as_alice.get(path_of(reminder_id)).json()
    assert moved["next_due_at"] == "2026-11-23T01:00:00Z"  # eight in the evening in New York
    assert moved["version"] == 1
