from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

import pytest
import time_machine
from rest_framework.test import APIClient

from recovery.commitments.events import CommitmentConfirmed, ConfirmationAsked
from recovery.commitments.models import CommitmentEntry
from recovery.kernel import events
from recovery.kernel.ids import new_id
from recovery.members.models import Member
from recovery.partners import queries as partners
from recovery.partners.help import help_given
from recovery.partners.help_models import HelpKind
from recovery.partners.models import Partnership
from tests.contract.test_query_budgets import at_most
from tests.partnering import NOW, make_partners, share, without_request_id
from tests.promising import PATH, entry_path, promise, say, shown

SUNDAY, SATURDAY = "2026-11-22", "2026-11-21"


@pytest.fixture(autouse=True)
def clock() -> Iterator[Any]:
    """A Sunday at noon that stands still, and can be moved on."""
    with time_machine.travel(NOW, tick=False) as found:
        yield found


@pytest.fixture
def linked(alice: Member, bob: Member) -> Partnership:
    return make_partners(alice, bob)


@pytest.fixture
def told(monkeypatch: Any) -> list[Any]:
    """What is published about confirmations."""
    found: list[Any] = []
    for fact in (ConfirmationAsked, CommitmentConfirmed):
        monkeypatch.setitem(events._handlers, fact, [found.append])
    return found


def confirmation_path(linked: Partnership, commitment: dict[str, Any], day: str = SUNDAY) -> str:
    return f"/api/v1/partners/{linked.id}/commitments/{commitment['id']}/entries/{day}/confirmation"


def test_a_date_is_answered_once_and_anew(as_alice: APIClient, clock: Any) -> None:
    made = promise(as_alice)
    first = say(as_alice, made, SUNDAY, note="In the rain")
    assert first.status_code == 201
    assert first.json()["reading"]["kept_rate"] == "1.0000"
    clock.shift(60)
    again = say(as_alice, made, SUNDAY, note="In the rain")
    assert again.status_code == 200
    assert again.json()["edited_at"] == first.json()["edited_at"]
    other = say(as_alice, made, SUNDAY, "not_kept").json()
    assert (other["state"], other["note"], other["version"]) == ("not_kept", "", 2)
    assert other["reading"]["kept_rate"] == "0.0000"
    assert as_alice.get(entry_path(made, SUNDAY)).json()["state"] == "not_kept"


def test_what_is_not_newer_than_the_stored_answer_changes_nothing(as_alice: APIClient) -> None:
    made = promise(as_alice)
    say(as_alice, made, SUNDAY, edited_at="2026-11-22T11:00:00Z")
    for at in ("2026-11-22T10:59:00Z", "2026-11-22T11:00:00Z"):
        late = say(as_alice, made, SUNDAY, "not_kept", edited_at=at)
        assert (late.status_code, late.json()["state"]) == (200, "kept")
    newer = say(as_alice, made, SUNDAY, "not_kept", edited_at="2026-11-22T11:00:01Z")
    assert newer.json()["state"] == "not_kept"
    future = say(as_alice, made, SUNDAY, edited_at="2026-11-22T12:02:00Z")
    assert future.status_code == 400


def test_a_withdrawn_answer_is_silence_and_stays_withdrawn_for_older_edits(
    as_alice: APIClient, clock: Any
) -> None:
    made = promise(as_alice)
    say(as_alice, made, SUNDAY, note="In the rain")
    clock.shift(60)
    path = entry_path(made, SUNDAY)
    assert as_alice.delete(path).status_code == 204
    assert as_alice.delete(path).status_code == 204
    assert as_alice.get(path).status_code == 404
    assert as_alice.get(f"{PATH}/{made['id']}").json()["reading"]["kept"] == 0
    assert bytes(CommitmentEntry.objects.get().note) == b""
    late = say(as_alice, made, SUNDAY, edited_at="2026-11-22T12:00:30Z")
    assert (late.status_code, late.json()["code"]) == (409, "withdrawn_since")
    clock.shift(60)
    anew = say(as_alice, made, SUNDAY)
    assert (anew.status_code, anew.json()["reading"]["kept"]) == (201, 1)
    assert as_alice.delete(entry_path(made, SATURDAY)).status_code == 404


def test_a_late_answer_is_welcome_however_late(as_alice: APIClient, clock: Any) -> None:
    made = promise(as_alice)
    clock.shift(300 * 24 * 3600)
    reading = say(as_alice, made, SUNDAY).json()["reading"]
    assert (reading["kept"], reading["unanswered"]) == (1, 299)


@pytest.mark.parametrize(
    ("day", "code"),
    [
        (SATURDAY, "nothing_promised"),  # before the start
        ("2026-11-23", "in_the_future"),
    ],
)
def test_a_date_without_a_promise_or_to_come_is_refused(
    as_alice: APIClient, day: str, code: str
) -> None:
    refused = say(as_alice, promise(as_alice), day)
    assert refused.status_code == 400
    errors = [(error["pointer"], error["code"]) for error in refused.json()["errors"]]
    assert errors == [("/local_date", code)]


def test_a_weekday_that_is_not_promised_is_refused(as_alice: APIClient) -> None:
    made = promise(as_alice, cadence="weekdays", weekdays=[5], start="2026-11-16")
    assert say(as_alice, made, SATURDAY).status_code == 201
    assert say(as_alice, made, SUNDAY).status_code == 400
    assert say(as_alice, promise(as_alice, end=SUNDAY), SUNDAY).status_code == 201


def test_an_answer_counts_after_a_change_that_drops_its_date(
    as_alice: APIClient, clock: Any
) -> None:
    made = promise(as_alice, easing_delay=False)
    say(as_alice, made, SUNDAY)
    path = f"{PATH}/{made['id']}"
    changed = as_alice.patch(path, {"cadence": "weekdays", "weekdays": [0]}, format="json")
    assert changed.json()["reading"]["kept"] == 1
    clock.shift(60)
    assert say(as_alice, made, SUNDAY, "not_kept").json()["reading"]["not_kept"] == 1


def test_entries_are_listed_by_date_with_a_cursor_and_bounds(as_alice: APIClient) -> None:
    made = promise(as_alice, start="2026-11-10")
    for day in range(10, 20):
        say(as_alice, made, f"2026-11-{day}")
    path = f"{PATH}/{made['id']}/entries"
    page = as_alice.get(path, {"limit": 4}).json()
    days = [one["local_date"][-2:] for one in page["items"]]
    page = as_alice.get(path, {"limit": 100, "cursor": page["next_cursor"]}).json()
    days += [one["local_date"][-2:] for one in page["items"]]
    assert days == [str(day) for day in range(19, 9, -1)]
    bounded = as_alice.get(path, {"from": "2026-11-12", "to": "2026-11-13"}).json()["items"]
    assert [one["local_date"][-2:] for one in bounded] == ["13", "12"]


def test_the_confirmer_is_asked_only_while_the_commitment_is_shared_with_them(
    as_alice: APIClient, alice: Member, bob: Member, linked: Partnership, told: list[Any]
) -> None:
    made = promise(as_alice, confirmer=str(linked.id), start="2026-11-16")
    assert made["confirmer"] == str(linked.id)
    say(as_alice, made, "2026-11-18")
    assert told == []
    share(alice, linked, shown(made))
    entry = say(as_alice, made, "2026-11-19").json()
    say(as_alice, made, "2026-11-19")
    say(as_alice, made, "2026-11-19", note="In the rain", edited_at="2026-11-22T11:59:00Z")
    say(as_alice, made, "2026-11-20", "not_kept")
    (asked,) = told
    assert asked == ConfirmationAsked(
        entry_id=asked.entry_id,
        commitment_id=asked.commitment_id,
        owner_id=alice.id,
        partner_id=bob.id,
        partnership_id=linked.id,
        at=NOW,
    )
    assert str(asked.entry_id) == entry["id"]
    share(alice, linked)
    say(as_alice, made, "2026-11-21")
    assert told == [asked]


def test_nobody_is_asked_for_whom_no_confirmer_was_chosen(
    as_alice: APIClient, alice: Member, linked: Partnership, told: list[Any]
) -> None:
    made = promise(as_alice)
    share(alice, linked, shown(made))
    say(as_alice, made, SUNDAY)
    assert told == []


def test_a_partner_confirms_and_the_owner_sees_who_and_when(
    as_alice: APIClient,
    as_bob: APIClient,
    alice: Member,
    bob: Member,
    linked: Partnership,
    told: list[Any],
    clock: Any,
) -> None:
    made = promise(as_alice)
    share(alice, linked, shown(made))
    say(as_alice, made, SUNDAY, note="In the rain")
    clock.shift(60)
    path = confirmation_path(linked, made)
    given = as_bob.post(path)
    assert given.status_code == 201
    assert given.json() == {
        "commitment": made["id"],
        "local_date": SUNDAY,
        "confirmed_at": "2026-11-22T12:01:00Z",
    }
    again = as_bob.post(path)
    assert (again.status_code, again.json()) == (200, given.json())
    entry = as_alice.get(entry_path(made, SUNDAY)).json()
    assert entry["confirmations"] == [
        {
            "partner": str(linked.id),
            "handle": "bob",
            "alias": None,
            "confirmed_at": "2026-11-22T12:01:00Z",
        }
    ]
    assert entry["version"] == 2
    assert entry["edited_at"] == "2026-11-22T12:00:00Z"
    assert [(one.owner_id, one.partner_id) for one in told] == [(alice.id, bob.id)]
    assert help_given(member_id=bob.id).counts[HelpKind.CONFIRMATION] == 1


def test_a_confirmation_taken_back_and_given_again_helps_and_tells_once(
    as_alice: APIClient,
    as_bob: APIClient,
    alice: Member,
    bob: Member,
    linked: Partnership,
    told: list[Any],
) -> None:
    made = promise(as_alice)
    share(alice, linked, shown(made))
    say(as_alice, made, SUNDAY)
    path = confirmation_path(linked, made)
    assert as_bob.delete(path).status_code == 404
    as_bob.post(path)
    assert as_bob.delete(path).status_code == 204
    assert as_bob.delete(path).status_code == 204
    assert as_alice.get(entry_path(made, SUNDAY)).json()["confirmations"] == []
    assert as_bob.post(path).status_code == 201
    assert len(as_alice.get(entry_path(made, SUNDAY)).json()["confirmations"]) == 1
    assert len(told) == 1
    assert help_given(member_id=bob.id).total == 1


def test_saying_that_it_was_not_kept_voids_what_was_confirmed(
    as_alice: APIClient, as_bob: APIClient, alice: Member, linked: Partnership, clock: Any
) -> None:
    made = promise(as_alice)
    share(alice, linked, shown(made))
    say(as_alice, made, SUNDAY)
    path = confirmation_path(linked, made)
    as_bob.post(path)
    for state in ("not_kept", "kept"):
        clock.shift(60)
        assert say(as_alice, made, SUNDAY, state).json()["confirmations"] == []
    as_bob.post(path)
    clock.shift(60)
    as_alice.delete(entry_path(made, SUNDAY))
    clock.shift(60)
    assert say(as_alice, made, SUNDAY).json()["confirmations"] == []


def test_what_cannot_be_confirmed_looks_like_what_is_not_there(
    as_alice: APIClient,
    as_bob: APIClient,
    as_charlie: APIClient,
    alice: Member,
    linked: Partnership,
) -> None:
    made = promise(as_alice, start="2026-11-16")
    other = promise(as_alice, start="2026-11-16")
    say(as_alice, made, SUNDAY)
    say(as_alice, other, SUNDAY)
    say(as_alice, made, SATURDAY, "not_kept")
    unknown = without_request_id(as_bob.post(confirmation_path(linked, {"id": new_id()})))
    path = confirmation_path(linked, made)
    assert without_request_id(as_bob.post(path)) == unknown  # nothing is shared
    share(alice, linked, shown(made))
    for refused in (
        as_bob.post(confirmation_path(linked, other)),
        as_bob.post(confirmation_path(linked, made, SATURDAY)),  # it was not kept
        as_bob.post(confirmation_path(linked, made, "2026-11-20")),  # it was not answered
        as_charlie.post(path),
        as_alice.post(path),
    ):
        assert refused.status_code == 404
        assert without_request_id(refused) == unknown
    assert as_bob.post(path).status_code == 201


@pytest.mark.parametrize(
    ("asked", "first"), [(True, "2026-11-15"), (False, "2026-11-21")], ids=["asked", "not asked"]
)
def test_nobody_can_try_every_date_for_what_was_left_unanswered(
    as_alice: APIClient,
    as_bob: APIClient,
    alice: Member,
    linked: Partnership,
    asked: bool,
    first: str,
) -> None:
    confirmer = {"confirmer": str(linked.id)} if asked else {}
    made = promise(as_alice, start="2026-11-01", **confirmer)
    share(alice, linked, shown(made))
    before = (date.fromisoformat(first) - timedelta(days=1)).isoformat()
    say(as_alice, made, before)
    say(as_alice, made, first)
    unknown = without_request_id(as_bob.post(confirmation_path(linked, {"id": new_id()})))
    too_late = as_bob.post(confirmation_path(linked, made, before))
    assert without_request_id(too_late) == unknown
    assert as_bob.post(confirmation_path(linked, made, first)).status_code == 201


def test_pausing_and_blocking_a_partner_end_confirming_at_once(
    as_alice: APIClient, as_bob: APIClient, alice: Member, linked: Partnership, told: list[Any]
) -> None:
    made = promise(as_alice, confirmer=str(linked.id), start="2026-11-16")
    share(alice, linked, shown(made))
    say(as_alice, made, "2026-11-16")
    told.clear()
    path = confirmation_path(linked, made, "2026-11-16")
    as_alice.post(f"/api/v1/partners/{linked.id}/pause")
    assert as_bob.post(path).status_code == 404
    say(as_alice, made, "2026-11-17")
    as_alice.post(f"/api/v1/partners/{linked.id}/resume")
    assert as_bob.post(path).status_code == 201
    told.clear()
    blocked = as_alice.post("/api/v1/blocks", {"partner": str(linked.id)}, format="json")
    assert blocked.status_code == 201
    say(as_alice, made, "2026-11-18")
    assert as_bob.post(path).status_code == 404
    assert as_bob.delete(path).status_code == 404
    assert told == []
    assert as_alice.get(f"{PATH}/{made['id']}").json()["confirmer"] is None


def test_a_partner_who_blocked_the_owner_hears_nothing(
    as_alice: APIClient, as_bob: APIClient, alice: Member, linked: Partnership, told: list[Any]
) -> None:
    made = promise(as_alice, confirmer=str(linked.id))
    share(alice, linked, shown(made))
    as_bob.post("/api/v1/blocks", {"partner": str(linked.id)}, format="json")
    say(as_alice, made, SUNDAY)
    assert told == []
    assert as_alice.get(f"{PATH}/{made['id']}").json()["confirmer"] == str(linked.id)


def test_an_ended_partnership_is_asked_no_more(
    as_alice: APIClient, as_bob: APIClient, alice: Member, linked: Partnership, told: list[Any]
) -> None:
    made = promise(as_alice, confirmer=str(linked.id))
    share(alice, linked, shown(made))
    as_bob.delete(f"/api/v1/partners/{linked.id}")
    assert as_alice.get(f"{PATH}/{made['id']}").json()["confirmer"] is None
    say(as_alice, made, SUNDAY)
    assert told == []
    assert not partners.partnerships_of(member_id=alice.id).exists()


@pytest.mark.parametrize("days", [3, 300])
def test_answering_takes_the_same_queries_whatever_the_history(
    as_alice: APIClient, alice: Member, linked: Partnership, clock: Any, days: int
) -> None:
    made = promise(as_alice, confirmer=str(linked.id), reminder_time="08:00")
    share(alice, linked, shown(made))
    clock.shift(days * 24 * 3600)
    CommitmentEntry.objects.bulk_create(
        CommitmentEntry(
            member=alice,
            commitment_id=made["id"],
            local_date=NOW.date() + timedelta(days=offset),
            state="kept",
            zone="Europe/Berlin",
            day_start_hour=0,
            created_at=NOW,
            received_at=NOW,
            edited_at=NOW,
        )
        for offset in range(1, days)
    )
    # The session; the counter, the commitment, the entry, the key, the entry written; all answers,
    # pauses, the tally; three for the reminder; four for asking the confirmer; the change; and of
    # the answer the confirmations, pauses and zone.
    with at_most(20):
        answer = say(as_alice, made, SUNDAY, note="In the rain")
    assert answer.json()["reading"]["kept"] == days
