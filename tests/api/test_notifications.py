from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import time_machine
from rest_framework.test import APIClient

from notifications import outbox
from notifications.models import Dropped, Notification
from notifications.wording import Kind
from recovery.kernel.ids import new_id
from recovery.members.models import Member

NOW = datetime(2026, 11, 22, 19, tzinfo=UTC)
LIST = "/api/v1/notifications"


def tell(member: Member, *, now: datetime = NOW, dropped: Dropped = Dropped.NO) -> Notification:
    key = str(new_id())
    outbox.promise(
        drafts=[
            outbox.Draft(
                member_id=member.id,
                kind=Kind.CHECK_IN_REMINDER,
                dedupe_key=key,
                local_date=now.date(),
                subject_id=new_id(),
                expires_at=now + timedelta(hours=2),
                dropped=dropped,
            )
        ],
        now=now,
    )
    return Notification.objects.get(dedupe_key=key)


def ids(answer: Any) -> list[str]:
    return [item["id"] for item in answer.json()["items"]]


def test_the_inbox_has_the_text_without_any_push(as_alice: APIClient, alice: Member) -> None:
    row = tell(alice)
    assert row.dropped_reason == Dropped.PUSH_OFF
    assert as_alice.get(LIST).json() == {
        "items": [
            {
                "id": str(row.id),
                "kind": "check_in_reminder",
                "text_key": "inbox_check_in_reminder",
                "title": "Time for your check-in",
                "body": "A minute for yourself: how is today?",
                "local_date": "2026-11-22",
                "subject": str(row.subject_id),
                "partnership": None,
                "created_at": "2026-11-22T19:00:00Z",
                "read_at": None,
                "opened_at": None,
            }
        ],
        "next_cursor": None,
        "unread_count": 1,
    }


def test_the_text_is_in_the_members_language(as_alice: APIClient, alice: Member) -> None:
    tell(alice)
    Member.objects.filter(id=alice.id).update(locale="de")
    assert as_alice.get(LIST).json()["items"][0]["title"] == "Zeit für deinen Check-in"


def test_what_was_never_worth_reading_is_not_in_the_inbox(
    as_alice: APIClient, alice: Member
) -> None:
    stale = tell(alice, dropped=Dropped.STALE)
    answer = as_alice.get(LIST).json()
    assert (answer["items"], answer["unread_count"]) == ([], 0)
    assert as_alice.post(f"{LIST}/{stale.id}/read").status_code == 404


def test_pages_follow_each_other_without_gap_or_repeat(as_alice: APIClient, alice: Member) -> None:
    told = [tell(alice, now=NOW + timedelta(minutes=n // 2)) for n in range(7)]
    newest_first = sorted(told, key=lambda row: (row.created_at, row.id), reverse=True)
    found: list[str] = []
    cursor = ""
    while True:
        answer = as_alice.get(f"{LIST}?limit=3{cursor}")
        found += ids(answer)
        assert answer.json()["unread_count"] == 7
        if answer.json()["next_cursor"] is None:
            break
        cursor = f"&cursor={answer.json()['next_cursor']}"
    assert found == [str(row.id) for row in newest_first]


def test_reading_is_recorded_once(as_alice: APIClient, alice: Member) -> None:
    row = tell(alice)
    for minutes in (1, 5):
        with time_machine.travel(NOW + timedelta(minutes=minutes), tick=False):
            answer = as_alice.post(f"{LIST}/{row.id}/read")
        assert answer.status_code == 200
        assert answer.json()["read_at"] == "2026-11-22T19:01:00Z"
        assert answer.json()["opened_at"] is None
    assert as_alice.get(LIST).json()["unread_count"] == 0


def test_opening_is_reading_too_and_keeps_an_earlier_reading(
    as_alice: APIClient, alice: Member
) -> None:
    row = tell(alice)
    with time_machine.travel(NOW + timedelta(minutes=1), tick=False):
        as_alice.post(f"{LIST}/{row.id}/read")
    with time_machine.travel(NOW + timedelta(minutes=2), tick=False):
        answer = as_alice.post(f"{LIST}/{row.id}/opened")
    assert answer.json()["read_at"] == "2026-11-22T19:01:00Z"
    assert answer.json()["opened_at"] == "2026-11-22T19:02:00Z"


def test_several_are_read_at_once_and_foreign_ones_are_passed_over(
    as_alice: APIClient, alice: Member, bob: Member
) -> None:
    mine = [tell(alice) for _ in range(3)]
    foreign = tell(bob)
    wanted = [str(mine[0].id), str(mine[1].id), str(foreign.id), str(new_id())]
    answer = as_alice.post(f"{LIST}/read", {"ids": wanted}, format="json")
    assert (answer.status_code, answer.json()) == (200, {"unread_count": 1})
    foreign.refresh_from_db()
    assert foreign.read_at is None


def test_a_stranger_gets_the_same_answer_as_for_what_does_not_exist(
    as_charlie: APIClient, alice: Member
) -> None:
    row = tell(alice)
    for verb in ("read", "opened"):
        known = as_charlie.post(f"{LIST}/{row.id}/{verb}")
        unknown = as_charlie.post(f"{LIST}/{new_id()}/{verb}")
        assert known.status_code == unknown.status_code == 404
        assert {**known.json(), "request_id": ""} == {**unknown.json(), "request_id": ""}
    row.refresh_from_db()
    assert row.read_at is None


@pytest.mark.parametrize(
    "body",
    [{}, {"ids": []}, {"ids": ["x"]}, {"ids": [None]}, {"ids": "all"}, {"ids": [], "all": True}],
)
def test_what_cannot_be_right_is_refused(as_alice: APIClient, body: dict[str, Any]) -> None:
    assert as_alice.post(f"{LIST}/read", body, format="json").status_code == 400


def test_more_than_a_hundred_ids_are_refused(as_alice: APIClient) -> None:
    body = {"ids": [str(new_id()) for _ in range(101)]}
    assert as_alice.post(f"{LIST}/read", body, format="json").status_code == 400
