"""Check-ins as an app sees them."""

from __future__ import annotations

from typing import Any

import pytest
import time_machine
from rest_framework.test import APIClient

from recovery.checkins import streaks
from recovery.checkins.models import CheckIn, StreakRun
from recovery.kernel.models import Change
from recovery.members.models import Member
from tests.api.test_trackers import begin, report

NOON = "2026-11-22T12:00:00+01:00"
TODAY = "/api/v1/check-ins/2026-11-22"

pytestmark = pytest.mark.django_db


def streak(client: APIClient) -> tuple[int, int]:
    body = client.get("/api/v1/check-ins/streak").json()
    return body["current"], body["longest"]


def check_in(client: APIClient, day: str, **body: Any) -> Any:
    return client.put(f"/api/v1/check-ins/{day}", body, format="json")


@time_machine.travel(NOON, tick=False)
def test_an_empty_check_in_says_i_am_here(as_alice: APIClient) -> None:
    answer = as_alice.put(TODAY, {}, format="json")
    assert answer.status_code == 201
    body = answer.json()
    assert body["local_date"] == "2026-11-22"
    assert body["counts_for_streak"] is True
    assert body["help"]["reason"] == "none"
    assert body["mood"] is None
    assert streak(as_alice) == (1, 1)


@time_machine.travel(NOON, tick=False)
def test_the_same_again_answers_the_first_row(as_alice: APIClient, alice: Member) -> None:
    first = as_alice.put(TODAY, {"mood": 4, "note": "Walked"}, format="json")
    changes = Change.objects.filter(member=alice).count()
    with time_machine.travel("2026-11-22T13:00:00+01:00", tick=False):
        again = as_alice.put(TODAY, {"mood": 4, "note": "Walked"}, format="json")
    assert again.status_code == 200
    assert again.json() == first.json()
    assert Change.objects.filter(member=alice).count() == changes


@time_machine.travel(NOON, tick=False)
def test_an_older_edit_changes_nothing_and_answers_the_stored_row(as_alice: APIClient) -> None:
    check_in(as_alice, "2026-11-22", mood=4, edited_at="2026-11-22T11:00:00+01:00")
    older = check_in(as_alice, "2026-11-22", mood=1, edited_at="2026-11-22T10:00:00+01:00")
    assert (older.status_code, older.json()["mood"]) == (200, 4)
    newer = check_in(as_alice, "2026-11-22", mood=2, edited_at="2026-11-22T11:30:00+01:00")
    assert newer.json()["mood"] == 2
    assert newer.json()["version"] == 2


@time_machine.travel(NOON, tick=False)
def test_the_future_is_refused_and_a_fast_clock_of_a_minute_is_not(as_alice: APIClient) -> None:
    refused = check_in(as_alice, "2026-11-23")
    assert (refused.status_code, refused.json()["errors"][0]["pointer"]) == (400, "/local_date")
    assert (
        check_in(as_alice, "2026-11-22", edited_at="2026-11-22T12:02:00+01:00").status_code == 400
    )
    assert (
        check_in(as_alice, "2026-11-22", answered_at="2026-11-23T12:00:00+01:00").status_code == 400
    )
    assert (
        check_in(as_alice, "2026-11-22", edited_at="2026-11-22T12:00:59+01:00").status_code == 201
    )


@time_machine.travel("2026-11-22T23:30:00+01:00", tick=False)
def test_tomorrow_in_tokyo_is_today_for_a_phone_in_tokyo(as_alice: APIClient) -> None:
    assert check_in(as_alice, "2026-11-23").status_code == 400
    answer = check_in(as_alice, "2026-11-23", time_zone="Asia/Tokyo")
    assert answer.status_code == 201
    assert answer.json()["time_zone"] == "Asia/Tokyo"
    assert as_alice.get("/api/v1/today").json()["local_date"] == "2026-11-23"


@time_machine.travel(NOON, tick=False)
def test_an_unknown_zone_is_never_refused(as_alice: APIClient) -> None:
    answer = check_in(
        as_alice,
        "2026-11-22",
        time_zone="Mars/Olympus",
        answered_at="2026-11-22T16:00:00+05:45",
    )
    assert (answer.status_code, answer.json()["time_zone"]) == (201, "+05:45")
    assert answer.json()["answered_at"] == "2026-11-22T10:15:00Z"


@time_machine.travel(NOON, tick=False)
def test_fourteen_days_repair_a_streak_and_fifteen_are_history(as_alice: APIClient) -> None:
    assert check_in(as_alice, "2026-11-08").json()["counts_for_streak"] is True
    assert check_in(as_alice, "2026-11-07").json()["counts_for_streak"] is False
    for day in range(9, 23):
        check_in(as_alice, f"2026-11-{day:02}")
    assert streak(as_alice) == (15, 15)


@time_machine.travel(NOON, tick=False)
def test_weeks_offline_break_nothing(as_alice: APIClient) -> None:
    answer = check_in(as_alice, "2026-10-20", answered_at="2026-10-20T21:00:00+02:00")
    assert answer.json()["counts_for_streak"] is True


@time_machine.travel(NOON, tick=False)
def test_a_pause_bridges_without_adding_and_a_removed_pause_lets_go(as_alice: APIClient) -> None:
    for day in ("2026-11-15", "2026-11-16", "2026-11-21"):
        check_in(as_alice, day)
    assert streak(as_alice) == (1, 2)
    pause = as_alice.post(
        "/api/v1/pauses", {"from_date": "2026-11-17", "to_date": "2026-11-20"}, format="json"
    ).json()
    assert streak(as_alice) == (3, 3)
    body = as_alice.get("/api/v1/check-ins/streak").json()
    assert body["repairable_dates"] == []
    as_alice.delete(f"/api/v1/pauses/{pause['id']}")
    assert streak(as_alice) == (1, 2)
    body = as_alice.get("/api/v1/check-ins/streak").json()
    assert body["repairable_dates"] == [f"2026-11-{day}" for day in (17, 18, 19, 20)]


@time_machine.travel(NOON, tick=False)
def test_a_check_in_taken_back_leaves_its_date_unanswered(as_alice: APIClient) -> None:
    for day in ("2026-11-20", "2026-11-21", "2026-11-22"):
        check_in(as_alice, day, note="Words that are to go", mood=2, feelings=["sad"])
    assert streak(as_alice) == (3, 3)
    assert as_alice.delete("/api/v1/check-ins/2026-11-21").status_code == 204
    assert streak(as_alice) == (1, 1)
    assert as_alice.get("/api/v1/check-ins/2026-11-21").status_code == 404
    assert as_alice.delete("/api/v1/check-ins/2026-11-21").status_code == 204
    assert as_alice.delete("/api/v1/check-ins/2026-11-01").status_code == 404
    gone = CheckIn.objects.get(local_date="2026-11-21")
    assert (bytes(gone.note), gone.mood, gone.feelings) == (b"", None, [])
    stale = check_in(as_alice, "2026-11-21", edited_at="2026-11-22T11:00:00+01:00")
    assert (stale.status_code, stale.json()["code"]) == (409, "deleted_since")
    assert stale.json()["client_action"] == "drop"
    with time_machine.travel("2026-11-22T12:01:00+01:00", tick=False):
        assert check_in(as_alice, "2026-11-21").status_code == 201
    assert streak(as_alice) == (3, 3)


@time_machine.travel(NOON, tick=False)
def test_patch_changes_what_was_sent_and_leaves_the_rest(as_alice: APIClient) -> None:
    assert as_alice.patch(TODAY, {"mood": 3}, format="json").status_code == 404
    check_in(as_alice, "2026-11-22", mood=4, note="Walked", feelings=["calm"])
    with time_machine.travel("2026-11-22T13:00:00+01:00", tick=False):
        body = as_alice.patch(TODAY, {"reviewed": True, "mood": None}, format="json").json()
    assert (body["mood"], body["note"], body["feelings"]) == (None, "Walked", ["calm"])
    assert body["reviewed"] is True


@time_machine.travel(NOON, tick=False)
@pytest.mark.parametrize("answers", [{"craving": 8}, {"confidence": 2}])
def test_a_hard_day_answers_with_the_members_own_plan_first(
    as_alice: APIClient, answers: dict[str, int]
) -> None:
    as_alice.put(
        "/api/v1/hard-moment-plan", {"what_helps": ["Call Sam"], "reasons": ["My daughter"]}, "json"
    )
    body = as_alice.put(TODAY, answers, format="json").json()
    assert body["help"]["reason"] == "hard_day"
    assert body["help"]["plan"]["what_helps"] == ["Call Sam"]
    assert body["help"]["crisis_resources"]
    assert as_alice.get("/api/v1/today").json()["help"]["reason"] == "hard_day"


@time_machine.travel(NOON, tick=False)
def test_a_check_in_that_says_used_owns_a_use_at_noon(as_alice: APIClient) -> None:
    tracker = begin(as_alice)
    states = {"trackers": [{"tracker": tracker["id"], "state": "used"}]}
    body = check_in(as_alice, "2026-11-20", **states).json()
    assert body["help"]["reason"] == "after_use"
    assert body["after_use"][0]["sober_days"] == 78
    (event,) = as_alice.get(f"/api/v1/trackers/{tracker['id']}/use-events").json()["items"]
    assert (event["used_at"], event["source"]) == ("2026-11-20T11:00:00Z", "check_in")

    with time_machine.travel("2026-11-22T12:05:00+01:00", tick=False):
        check_in(as_alice, "2026-11-20", trackers=[{"tracker": tracker["id"], "state": "sober"}])
    clock = as_alice.get(f"/api/v1/trackers/{tracker['id']}").json()["clock"]
    assert (clock["sober_days"], clock["episode_count"]) == (79, 1)


@time_machine.travel(NOON, tick=False)
def test_an_explicit_use_replaces_the_check_ins_own_and_its_void_brings_that_back(
    as_alice: APIClient,
) -> None:
    tracker = begin(as_alice)
    check_in(as_alice, "2026-11-20", trackers=[{"tracker": tracker["id"], "state": "used"}])
    event = report(as_alice, tracker, used_at="2026-11-20T22:30:00+01:00").json()["use_event"]
    clock = as_alice.get(f"/api/v1/trackers/{tracker['id']}").json()["clock"]
    assert clock["episode_started_at"] == "2026-11-20T21:30:00Z"
    assert clock["episode_count"] == 2
    as_alice.delete(f"/api/v1/trackers/{tracker['id']}/use-events/{event['id']}")
    clock = as_alice.get(f"/api/v1/trackers/{tracker['id']}").json()["clock"]
    assert clock["episode_started_at"] == "2026-11-20T11:00:00Z"
    assert clock["episode_count"] == 2


@time_machine.travel(NOON, tick=False)
def test_a_strangers_tracker_in_a_check_in_is_refused_and_nothing_is_stored(
    as_alice: APIClient, as_charlie: APIClient
) -> None:
    tracker = begin(as_alice)
    answer = check_in(
        as_charlie, "2026-11-22", trackers=[{"tracker": tracker["id"], "state": "sober"}]
    )
    assert answer.status_code == 400
    assert answer.json()["errors"][0]["pointer"] == "/trackers/0/tracker"
    assert CheckIn.objects.count() == 0


@time_machine.travel(NOON, tick=False)
def test_a_page_goes_on_where_the_last_one_ended(as_alice: APIClient) -> None:
    for day in range(1, 23):
        check_in(as_alice, f"2026-11-{day:02}")
    first = as_alice.get("/api/v1/check-ins", {"limit": 15}).json()
    check_in(as_alice, "2026-10-31")
    second = as_alice.get("/api/v1/check-ins", {"limit": 15, "cursor": first["next_cursor"]}).json()
    days = [item["local_date"] for item in first["items"] + second["items"]]
    assert days == sorted(days, reverse=True)
    assert len(set(days)) == 23
    assert second["next_cursor"] is None
    narrowed = as_alice.get("/api/v1/check-ins", {"from": "2026-11-03", "to": "2026-11-04"})
    assert [item["local_date"] for item in narrowed.json()["items"]] == ["2026-11-04", "2026-11-03"]


@time_machine.travel(NOON, tick=False)
def test_travelling_west_over_the_date_line_repeats_a_date_and_breaks_nothing(
    as_charlie: APIClient, charlie: Member
) -> None:
    with time_machine.travel("2026-11-20T21:00:00+13:00", tick=False):
        check_in(as_charlie, "2026-11-20", time_zone="Pacific/Auckland", mood=4)
    # 24 hours on, in Honolulu it is still the 20th
    with time_machine.travel("2026-11-20T22:00:00-10:00", tick=False):
        repeated = check_in(as_charlie, "2026-11-20", time_zone="Pacific/Honolulu", mood=2)
        assert (repeated.status_code, repeated.json()["mood"]) == (200, 2)
        assert repeated.json()["time_zone"] == "Pacific/Auckland"
        assert streak(as_charlie) == (1, 1)
    with time_machine.travel("2026-11-21T20:00:00-10:00", tick=False):
        check_in(as_charlie, "2026-11-21", time_zone="Pacific/Honolulu")
        assert streak(as_charlie) == (2, 2)


def test_travelling_east_over_the_date_line_skips_a_date_and_the_streak_goes_on(
    as_charlie: APIClient,
) -> None:
    with time_machine.travel("2026-11-10T21:00:00-10:00", tick=False):
        as_charlie.patch("/api/v1/me", {"time_zone": "Pacific/Honolulu"}, format="json")
    with time_machine.travel("2026-11-18T21:00:00-10:00", tick=False):
        check_in(as_charlie, "2026-11-18", time_zone="Pacific/Honolulu")
    # Of the 19th two hours are lived in Honolulu; in Auckland it is the 20th by then.
    with time_machine.travel("2026-11-19T02:00:00-10:00", tick=False):
        as_charlie.patch("/api/v1/me", {"time_zone": "Pacific/Auckland"}, format="json")
    with time_machine.travel("2026-11-20T20:00:00+13:00", tick=False):
        check_in(as_charlie, "2026-11-20", time_zone="Pacific/Auckland")
        assert streak(as_charlie) == (2, 2)


@time_machine.travel(NOON, tick=False)
def test_the_stored_runs_always_equal_their_fold(as_alice: APIClient, alice: Member) -> None:
    for day in (22, 3, 5, 4, 18, 20, 19, 9, 10, 21, 12, 11):
        check_in(as_alice, f"2026-11-{day:02}", answered_at=f"2026-11-{day:02}T10:00:00+01:00")
    stored = sorted(StreakRun.objects.values_list("first_date", "last_date", "days"))
    streaks.rebuild(member=alice)
    assert stored == sorted(StreakRun.objects.values_list("first_date", "last_date", "days"))
    assert [days for _, _, days in stored] == [3, 4, 5]


@time_machine.travel(NOON, tick=False)
def test_the_same_content_edited_later_still_wins_over_an_edit_in_between(
    as_alice: APIClient,
) -> None:
    for mood, hour in ((1, "08"), (1, "10"), (5, "09")):
        check_in(as_alice, "2026-11-22", mood=mood, edited_at=f"2026-11-22T{hour}:00:00+01:00")
    stored = as_alice.get(TODAY).json()
    assert (stored["mood"], stored["edited_at"]) == (1, "2026-11-22T09:00:00Z")


@time_machine.travel(NOON, tick=False)
def test_a_retry_after_a_lost_answer_is_helped_like_the_first(as_alice: APIClient) -> None:
    tracker = begin(as_alice, category="opioids")
    said = [{"tracker": tracker["id"], "state": "used"}]
    first = check_in(as_alice, "2026-11-22", trackers=said)
    again = check_in(as_alice, "2026-11-22", trackers=said)
    assert (first.status_code, again.status_code) == (201, 200)
    assert first.json()["help"]["safety"][0]["key"].startswith("opioids")
    assert again.json() == first.json()


@time_machine.travel(NOON, tick=False)
def test_the_entry_that_is_wrong_is_the_one_that_is_named(as_alice: APIClient) -> None:
    tracker = begin(as_alice)
    unknown = "ffffffff-ffff-7fff-bfff-ffffffffffff"
    for first, second, place in ((unknown, tracker["id"], 0), (tracker["id"], unknown, 1)):
        said = [{"tracker": first, "state": "sober"}, {"tracker": second, "state": "sober"}]
        answer = check_in(as_alice, "2026-11-22", trackers=said)
        assert answer.json()["errors"][0]["pointer"] == f"/trackers/{place}/tracker"


@time_machine.travel(NOON, tick=False)
def test_a_check_ins_own_use_keeps_the_zone_and_hour_it_was_answered_under(
    as_alice: APIClient,
) -> None:
    tracker = begin(as_alice)
    with time_machine.travel("2026-11-20T09:00:00+01:00", tick=False):
        check_in(as_alice, "2026-11-20", trackers=[{"tracker": tracker["id"], "state": "used"}])
    event = report(as_alice, tracker, used_at="2026-11-20T22:30:00+01:00").json()["use_event"]
    as_alice.patch("/api/v1/me", {"time_zone": "America/Los_Angeles"}, format="json")
    as_alice.delete(f"/api/v1/trackers/{tracker['id']}/use-events/{event['id']}")
    clock = as_alice.get(f"/api/v1/trackers/{tracker['id']}").json()["clock"]
    assert clock["episode_started_at"] == "2026-11-20T08:00:00Z"


@time_machine.travel(NOON, tick=False)
def test_a_start_that_moves_takes_the_check_ins_own_use_along(as_alice: APIClient) -> None:
    tracker = begin(as_alice, started_at="2026-11-20T09:00:00+01:00")
    check_in(as_alice, "2026-11-20", trackers=[{"tracker": tracker["id"], "state": "used"}])
    moved = as_alice.patch(
        f"/api/v1/trackers/{tracker['id']}",
        {"started_at": "2026-11-20T15:00:00+01:00"},
        format="json",
    ).json()
    other = begin(as_alice, started_at="2026-11-20T15:00:00+01:00")
    with time_machine.travel("2026-11-22T12:00:01+01:00", tick=False):
        check_in(
            as_alice,
            "2026-11-20",
            trackers=[
                {"tracker": tracker["id"], "state": "used"},
                {"tracker": other["id"], "state": "used"},
            ],
        )
    fresh = as_alice.get(f"/api/v1/trackers/{other['id']}").json()["clock"]
    assert (moved["clock"]["sober_days"], moved["clock"]["days_elapsed"]) == (1, 2)
    assert (fresh["sober_days"], fresh["days_elapsed"]) == (1, 2)


@time_machine.travel(NOON, tick=False)
def test_the_uses_that_check_ins_stand_for_are_changes_too(
    as_alice: APIClient, alice: Member
) -> None:
    tracker = begin(as_alice)
    check_in(as_alice, "2026-11-20", trackers=[{"tracker": tracker["id"], "state": "used"}])
    event = report(as_alice, tracker, used_at="2026-11-20T22:30:00+01:00").json()["use_event"]
    address = f"/api/v1/trackers/{tracker['id']}/use-events/{event['id']}"
    as_alice.delete(address)
    as_alice.post(f"{address}/restore")
    changed = Change.objects.filter(member=alice, table="use_events").order_by("seq", "place")
    mine = changed.filter(row_id=event["id"]).values_list("version", "gone")
    assert list(mine) == [(1, False), (2, True), (3, False)]
    others = changed.exclude(row_id=event["id"]).values_list("version", "gone")
    assert list(others) == [(1, False), (2, True), (1, False), (2, True)]


@time_machine.travel(NOON, tick=False)
@pytest.mark.parametrize("zone", ["", None, "x" * 500, "Mars/Olympus"])
def test_no_zone_whatever_it_is_refuses_a_check_in(as_alice: APIClient, zone: str | None) -> None:
    answer = check_in(as_alice, "2026-11-22", time_zone=zone)
    assert (answer.status_code, answer.json()["time_zone"]) == (201, "Europe/Berlin")


@time_machine.travel(NOON, tick=False)
def test_a_tracker_put_away_meanwhile_does_not_hold_up_an_offline_check_in(
    as_alice: APIClient,
) -> None:
    tracker = begin(as_alice)
    as_alice.delete(f"/api/v1/trackers/{tracker['id']}")
    answer = check_in(
        as_alice,
        "2026-11-21",
        mood=2,
        trackers=[{"tracker": tracker["id"], "state": "used"}],
    )
    assert (answer.status_code, answer.json()["mood"]) == (201, 2)
    assert answer.json()["after_use"] == []


@time_machine.travel("2026-11-22T23:30:00+01:00", tick=False)
def test_days_that_are_fixed_are_not_moved_by_a_phone(as_alice: APIClient) -> None:
    as_alice.patch("/api/v1/me", {"time_zone_mode": "fixed"}, format="json")
    assert check_in(as_alice, "2026-11-23", time_zone="Asia/Tokyo").status_code == 400
    answer = check_in(as_alice, "2026-11-22", time_zone="Asia/Tokyo")
    assert (answer.status_code, answer.json()["time_zone"]) == (201, "Europe/Berlin")
    assert as_alice.get("/api/v1/today").json()["local_date"] == "2026-11-22"


@time_machine.travel(NOON, tick=False)
def test_an_answer_from_before_its_date_is_dated_when_it_is_heard(as_alice: APIClient) -> None:
    body = check_in(as_alice, "2026-11-22", answered_at="1950-01-01T00:00:00Z").json()
    assert body["answered_at"] == "2026-11-22T11:00:00Z"


@time_machine.travel(NOON, tick=False)
def test_sober_goes_with_no_amount(as_alice: APIClient) -> None:
    tracker = begin(
        as_alice,
        mode="reduction",
        name="Beer",
        limit={"per": "day", "amount": 2, "unit": "drinks"},
    )
    for amount, status in ((5, 400), (0, 201)):
        said = [{"tracker": tracker["id"], "state": "sober", "amount": amount}]
        assert check_in(as_alice, "2026-11-22", trackers=said).status_code == status


def test_a_check_in_ahead_of_today_waits_after_flying_west(as_charlie: APIClient) -> None:
    def live_in(zone: str, at: str) -> None:
        with time_machine.travel(at, tick=False):
            as_charlie.patch("/api/v1/me", {"time_zone": zone}, format="json")

    live_in("Etc/GMT+12", "2026-11-01T12:00:00-12:00")
    for day in (19, 20, 21):
        with time_machine.travel(f"2026-11-{day}T12:00:00-12:00", tick=False):
            check_in(as_charlie, f"2026-11-{day}")
    live_in("Pacific/Kiritimati", "2026-11-22T01:00:00-12:00")
    with time_machine.travel("2026-11-22T02:00:00-12:00", tick=False):
        check_in(as_charlie, "2026-11-23")
        assert streak(as_charlie) == (4, 4)
    live_in("Etc/GMT+12", "2026-11-22T03:00:00-12:00")
    with time_machine.travel("2026-11-22T04:00:00-12:00", tick=False):
        assert streak(as_charlie) == (3, 3)
