from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
import time_machine
from rest_framework.test import APIClient

from recovery.commitments.events import CommitmentMoved
from recovery.commitments.models import Commitment
from recovery.kernel import events
from recovery.kernel.ids import new_id
from recovery.members.models import Member
from recovery.sharing.models import Grant
from tests.contract.test_query_budgets import at_most
from tests.partnering import NOW, make_partners, share
from tests.promising import PATH, promise, say, shown

SUNDAY = "2026-11-22"


@pytest.fixture(autouse=True)
def clock() -> Iterator[Any]:
    """A Sunday at noon that stands still, and can be moved on."""
    with time_machine.travel(NOW, tick=False) as found:
        yield found


def change(client: APIClient, commitment: dict[str, Any], **fields: Any) -> Any:
    return client.patch(f"{PATH}/{commitment['id']}", fields, format="json")


def test_a_commitment_is_private_and_dated_from_today_unless_said_otherwise(
    as_alice: APIClient,
) -> None:
    made = promise(as_alice)
    assert made["terms"] == {
        "from_date": SUNDAY,
        "cadence": "daily",
        "weekdays": [],
        "times_per_week": None,
        "end": None,
    }
    assert "pending_terms" not in made
    assert (made["kind"], made["goal"], made["confirmer"]) == ("general", None, None)
    assert (made["easing_delay"], made["silence_counts"]) == (True, False)
    assert made["reading"] == {
        "as_of": "2026-11-22T12:00:00Z",
        "local_date": SUNDAY,
        "state_today": "open",
        "open_today": True,
        "next_due_on": SUNDAY,
        "kept": 0,
        "not_kept": 0,
        "unanswered": 0,
        "kept_rate": None,
        "answered_rate": None,
        "current_run": 0,
        "longest_run": 0,
    }
    assert not Grant.objects.exists()


def test_a_dose_is_an_ordinary_commitment_and_touches_no_tracker(as_alice: APIClient) -> None:
    begun = {"name": "Evenings", "mode": "abstinence", "category": "opioids"}
    as_alice.post("/api/v1/trackers", {**begun, "started_at": "2026-11-01T00:00:00Z"}, "json")
    dose = promise(as_alice, kind="dose", title="My morning dose", reminder_time="08:00")
    say(as_alice, dose, SUNDAY, "not_kept")
    (tracker,) = as_alice.get("/api/v1/trackers").json()["items"]
    assert tracker["clock"]["episode_count"] == 1
    assert as_alice.get("/api/v1/today").json()["after_use"] == []


def test_the_same_body_again_is_the_first_commitment(
    as_alice: APIClient, as_bob: APIClient
) -> None:
    body = {"id": str(new_id()), "title": "Call Sam", "cadence": "times_per_week"}
    first = as_alice.post(PATH, {**body, "times_per_week": 2}, format="json")
    again = as_alice.post(PATH, {**body, "times_per_week": 2}, format="json")
    assert (first.status_code, again.status_code) == (201, 200)
    assert first.json() == again.json()
    other = as_alice.post(PATH, {**body, "times_per_week": 3}, format="json")
    theirs = as_bob.post(PATH, {**body, "times_per_week": 2}, format="json")
    assert (other.status_code, theirs.status_code) == (409, 409)
    assert as_alice.delete(f"{PATH}/{body['id']}").status_code == 204
    assert as_alice.post(PATH, {**body, "times_per_week": 2}, format="json").status_code == 404


@pytest.mark.parametrize(
    ("fields", "pointer", "code"),
    [
        ({"cadence": "weekdays"}, "/weekdays", "weekdays_and_cadence"),
        ({"cadence": "weekdays", "weekdays": []}, "/weekdays", "weekdays_and_cadence"),
        ({"cadence": "daily", "weekdays": [1]}, "/weekdays", "weekdays_and_cadence"),
        ({"cadence": "times_per_week"}, "/times_per_week", "times_and_cadence"),
        ({"cadence": "daily", "times_per_week": 2}, "/times_per_week", "times_and_cadence"),
        ({"end": "2026-11-21"}, "/end", "ends_before_it_begins"),
        ({"start": "2025-11-20"}, "/start", "too_long_ago"),
        ({"cadence": "once", "end": "2027-11-23"}, "/end", "too_long"),
        ({"goal": str(new_id())}, "/goal", "unknown_goal"),
        ({"confirmer": str(new_id())}, "/confirmer", "unknown_partner"),
    ],
)
def test_terms_that_contradict_each_other_are_refused(
    as_alice: APIClient, fields: dict[str, Any], pointer: str, code: str
) -> None:
    answer = as_alice.post(PATH, {"title": "A walk", "cadence": "daily", **fields}, format="json")
    assert answer.status_code == 400
    (error,) = answer.json()["errors"]
    assert (error["pointer"], error["code"]) == (pointer, code)
    assert not Commitment.objects.exists()


def test_a_goal_or_partner_of_somebody_else_is_unknown(
    as_alice: APIClient, as_bob: APIClient, bob: Member, charlie: Member
) -> None:
    goal = as_bob.post(
        "/api/v1/goals", {"title": "Run again", "category": "health"}, format="json"
    ).json()
    link = make_partners(bob, charlie)
    for fields in ({"goal": goal["id"]}, {"confirmer": str(link.id)}):
        body = {"title": "A walk", "cadence": "daily", **fields}
        assert as_alice.post(PATH, body, format="json").status_code == 400


def test_a_commitment_may_be_for_a_goal_which_may_be_deleted(as_alice: APIClient) -> None:
    goal = as_alice.post(
        "/api/v1/goals", {"title": "Run again", "category": "health"}, format="json"
    ).json()
    made = promise(as_alice, goal=goal["id"])
    assert made["goal"] == goal["id"]
    as_alice.delete(f"/api/v1/goals/{goal['id']}")
    assert as_alice.get(f"{PATH}/{made['id']}").json()["goal"] is None


def test_easing_takes_effect_after_seven_days_and_both_are_shown(
    as_alice: APIClient, clock: Any
) -> None:
    made = promise(as_alice, cadence="times_per_week", times_per_week=5)
    eased = change(as_alice, made, times_per_week=2).json()
    assert eased["terms"]["times_per_week"] == 5
    assert eased["pending_terms"]["times_per_week"] == 2
    assert eased["pending_terms"]["from_date"] == "2026-11-29"
    clock.shift(7 * 24 * 3600)
    later = as_alice.get(f"{PATH}/{made['id']}").json()
    assert later["terms"] == eased["pending_terms"]
    assert "pending_terms" not in later


def test_firming_up_holds_at_once_and_takes_the_place_of_a_pending_change(
    as_alice: APIClient,
) -> None:
    made = promise(as_alice, cadence="weekdays", weekdays=[0, 2])
    assert "pending_terms" in change(as_alice, made, weekdays=[0]).json()
    firmed = change(as_alice, made, weekdays=[0, 2, 6]).json()
    assert firmed["terms"]["weekdays"] == [0, 2, 6]
    assert firmed["terms"]["from_date"] == SUNDAY
    assert "pending_terms" not in firmed


def test_a_pending_change_is_taken_back_by_asking_for_what_holds(as_alice: APIClient) -> None:
    made = promise(as_alice)
    assert "pending_terms" in change(as_alice, made, end="2026-12-24").json()
    assert "pending_terms" in change(as_alice, made, title="A longer walk").json()
    kept = change(as_alice, made, end=None).json()
    assert "pending_terms" not in kept
    assert (kept["title"], kept["terms"]["end"]) == ("A longer walk", None)


def test_who_switched_the_delay_off_eases_at_once(as_alice: APIClient) -> None:
    made = promise(as_alice, easing_delay=False)
    eased = change(as_alice, made, cadence="weekdays", weekdays=[0]).json()
    assert eased["terms"]["weekdays"] == [0]
    assert "pending_terms" not in eased
    refused = change(as_alice, made, easing_delay=True)
    assert refused.status_code == 400  # it is chosen when promising


def test_what_is_promised_once_stays_so(as_alice: APIClient) -> None:
    once = promise(as_alice, cadence="once", end="2026-11-30")
    assert once["terms"]["end"] == "2026-11-30"
    assert change(as_alice, once, cadence="daily").status_code == 400
    assert change(as_alice, promise(as_alice), cadence="once").status_code == 400
    assert change(as_alice, once, end="2026-12-05").json()["terms"]["end"] == "2026-12-05"


def test_deleting_takes_back_what_was_shared_and_leaves_every_list(
    as_alice: APIClient, alice: Member, bob: Member
) -> None:
    made = promise(as_alice)
    share(alice, make_partners(alice, bob), shown(made))
    assert as_alice.delete(f"{PATH}/{made['id']}").status_code == 204
    assert as_alice.delete(f"{PATH}/{made['id']}").status_code == 204
    assert as_alice.get(f"{PATH}/{made['id']}").status_code == 404
    assert say(as_alice, made, SUNDAY).status_code == 404
    assert as_alice.get(PATH).json()["items"] == []
    assert as_alice.get("/api/v1/today").json()["commitments"] == []
    assert not Grant.objects.standing().exists()


def test_fifty_commitments_are_the_most(as_alice: APIClient) -> None:
    for _ in range(50):
        made = promise(as_alice)
    refused = as_alice.post(PATH, {"title": "One more", "cadence": "daily"}, format="json")
    assert (refused.status_code, refused.json()["code"]) == (409, "too_many_commitments")
    as_alice.delete(f"{PATH}/{made['id']}")
    promise(as_alice)


def test_the_list_is_paged_and_can_be_narrowed_to_what_is_open_today(
    as_alice: APIClient, clock: Any
) -> None:
    for number in range(5):
        made = promise(as_alice, title=f"Number {number}")
        if number % 2:
            say(as_alice, made, SUNDAY)
        clock.shift(60)
    promise(as_alice, title="Mondays", cadence="weekdays", weekdays=[0])
    page = as_alice.get(PATH, {"limit": 2}).json()
    assert [one["title"] for one in page["items"]] == ["Mondays", "Number 4"]
    page = as_alice.get(PATH, {"limit": 2, "cursor": page["next_cursor"]}).json()
    assert [one["title"] for one in page["items"]] == ["Number 3", "Number 2"]
    page = as_alice.get(PATH, {"open": "today", "limit": 2}).json()
    assert [one["title"] for one in page["items"]] == ["Number 4", "Number 2"]
    page = as_alice.get(PATH, {"open": "today", "cursor": page["next_cursor"]}).json()
    assert [one["title"] for one in page["items"]] == ["Number 0"]
    assert page["next_cursor"] is None


def test_today_shows_what_waits_for_an_answer(as_alice: APIClient, clock: Any) -> None:
    promise(as_alice, title="Open")
    clock.shift(60)
    say(as_alice, promise(as_alice, title="Answered"), SUNDAY)
    weekly = promise(
        as_alice, title="Call Sam", cadence="times_per_week", times_per_week=2, start="2026-11-16"
    )
    say(as_alice, weekly, "2026-11-18")
    found = as_alice.get("/api/v1/today").json()["commitments"]
    assert [one["title"] for one in found] == ["Open", "Call Sam"]
    assert found[1] == {
        "id": weekly["id"],
        "title": "Call Sam",
        "kind": "general",
        "reminder_time": None,
        "last_date": SUNDAY,
        "needed": 2,
        "kept": 1,
    }


def test_a_paused_date_waits_for_nothing_and_can_still_be_kept(as_alice: APIClient) -> None:
    made = promise(as_alice)
    as_alice.post("/api/v1/pauses", {"from_date": SUNDAY, "to_date": "2026-11-25"}, format="json")
    reading = as_alice.get(f"{PATH}/{made['id']}").json()["reading"]
    assert (reading["state_today"], reading["open_today"]) == ("paused", False)
    assert reading["next_due_on"] == "2026-11-26"
    kept = say(as_alice, made, SUNDAY).json()["reading"]
    assert (kept["state_today"], kept["kept"]) == ("kept", 1)


def test_silence_is_judged_three_hours_after_the_next_day_began(
    as_alice: APIClient, clock: Any
) -> None:
    made = promise(as_alice)
    path = f"{PATH}/{made['id']}"
    clock.move_to("2026-11-23T02:59:00+01:00")
    assert as_alice.get(path).json()["reading"]["unanswered"] == 0
    clock.move_to("2026-11-23T03:00:00+01:00")
    reading = as_alice.get(path).json()["reading"]
    assert (reading["unanswered"], reading["not_kept"]) == (1, 0)
    assert (reading["kept_rate"], reading["answered_rate"]) == (None, "0.0000")


def test_nothing_is_judged_within_a_day_of_a_change_of_zone(
    as_alice: APIClient, clock: Any
) -> None:
    made = promise(as_alice)
    path = f"{PATH}/{made['id']}"
    clock.move_to("2026-11-23T00:30:00+01:00")
    as_alice.patch("/api/v1/me", {"time_zone": "Europe/Athens"}, format="json")
    clock.move_to("2026-11-24T00:29:00+01:00")
    assert as_alice.get(path).json()["reading"]["unanswered"] == 0
    occurrences = {"from": SUNDAY, "to": SUNDAY}
    (one,) = as_alice.get(f"{path}/occurrences", occurrences).json()["items"]
    assert one["state"] == "open"
    clock.move_to("2026-11-24T00:31:00+01:00")
    assert as_alice.get(path).json()["reading"]["unanswered"] == 1


def test_the_occurrences_of_a_stretch_are_listed_oldest_first(as_alice: APIClient) -> None:
    made = promise(
        as_alice, cadence="times_per_week", times_per_week=2, start="2026-11-04", title="Swim"
    )
    for day in ("2026-11-09", "2026-11-15"):
        say(as_alice, made, day)
    path = f"{PATH}/{made['id']}/occurrences"
    items = as_alice.get(path, {"from": "2026-11-08", "to": "2026-11-23"}).json()["items"]
    assert items == [
        week("2026-11-04", "2026-11-08", "unanswered", kept=0),
        week("2026-11-09", "2026-11-15", "kept", kept=2),
        week("2026-11-16", "2026-11-22", "open", kept=0),
        week("2026-11-23", "2026-11-29", "open", kept=0),
    ]


def week(first: str, last: str, state: str, *, kept: int) -> dict[str, Any]:
    return {
        "first_date": first,
        "last_date": last,
        "needed": 2,
        "kept": kept,
        "state": state,
    }


@pytest.mark.parametrize(
    ("first", "last"), [("2026-11-22", "2026-11-21"), ("2025-11-22", "2026-11-23")]
)
def test_a_stretch_is_one_to_366_dates_in_order(as_alice: APIClient, first: str, last: str) -> None:
    path = f"{PATH}/{promise(as_alice)['id']}/occurrences"
    assert as_alice.get(path, {"from": first, "to": last}).status_code == 400


def test_what_moves_a_reminder_is_told(as_alice: APIClient, monkeypatch: Any) -> None:
    told: list[CommitmentMoved] = []
    monkeypatch.setitem(events._handlers, CommitmentMoved, [told.append])
    made = promise(as_alice, reminder_time="08:00")
    say(as_alice, made, SUNDAY)
    change(as_alice, made, reminder_time="09:00")
    as_alice.post("/api/v1/pauses", {"from_date": SUNDAY}, format="json")
    as_alice.delete(f"{PATH}/{made['id']}")
    assert [str(one.commitment_id) for one in told] == [made["id"]] * 5


@pytest.mark.parametrize(("commitments", "weeks"), [(1, 1), (20, 60)])
def test_reading_takes_the_same_queries_whatever_the_history(
    as_alice: APIClient, clock: Any, commitments: int, weeks: int
) -> None:
    made = [
        promise(as_alice, cadence="times_per_week", times_per_week=3, start="2026-11-01")
        for _ in range(commitments)
    ]
    for day in ("2026-11-01", "2026-11-03", "2026-11-05"):
        say(as_alice, made[0], day)
    clock.shift(weeks * 7 * 24 * 3600)
    with at_most(5):  # the session; commitments, pauses, zone, key
        assert len(as_alice.get(PATH, {"limit": 100}).json()["items"]) == commitments
    with at_most(5):
        reading = as_alice.get(f"{PATH}/{made[0]['id']}").json()["reading"]
    assert reading["kept"] == 1
    with at_most(5):  # the session; the commitment, entries, pauses, zone
        as_alice.get(
            f"{PATH}/{made[0]['id']}/occurrences", {"from": "2026-01-01", "to": "2026-12-31"}
        )
