"""Trackers as an app sees them."""

from __future__ import annotations

from typing import Any

import pytest
import time_machine
from rest_framework.test import APIClient

from recovery.kernel.ids import new_id
from recovery.sobriety.models import Tracker

NOON = "2026-11-22T12:00:00+01:00"

pytestmark = pytest.mark.django_db


def begin(client: APIClient, **changes: Any) -> dict[str, Any]:
    body = {
        "name": "Wine",
        "mode": "abstinence",
        "category": "alcohol",
        "started_at": "2026-09-04T20:00:00+02:00",
        **changes,
    }
    answer = client.post("/api/v1/trackers", body, format="json")
    assert answer.status_code == 201, answer.json()
    found: dict[str, Any] = answer.json()
    return found


def report(client: APIClient, tracker: dict[str, Any], **body: Any) -> Any:
    return client.post(f"/api/v1/trackers/{tracker['id']}/use-events", body, format="json")


@time_machine.travel(NOON, tick=False)
def test_a_new_tracker_counts_its_start_day_as_day_zero(as_alice: APIClient) -> None:
    clock = begin(as_alice, started_at="2026-11-22T00:10:00+01:00")["clock"]
    assert (clock["current_days"], clock["days_elapsed"], clock["sober_days"]) == (0, 0, 0)
    assert clock["current_seconds"] == (11 * 60 + 50) * 60
    assert clock["next_milestone"]["code"] == "1_day"
    assert clock["next_milestone"]["due_at"] == "2026-11-22T23:00:00Z"


@time_machine.travel(NOON, tick=False)
def test_one_use_leaves_78_of_79(as_alice: APIClient) -> None:
    tracker = begin(as_alice)
    answer = report(as_alice, tracker, used_at="2026-11-05T21:00:00+01:00")
    assert answer.status_code == 201
    body = answer.json()
    assert next(iter(body)) == "after_use"
    assert (body["after_use"]["sober_days"], body["after_use"]["days_elapsed"]) == (78, 79)
    assert body["after_use"]["text"] == "78 of 79 days sober. They stay yours."
    assert body["clock"]["current_days"] == 17
    assert body["clock"]["longest_days"] == 62
    assert body["clock"]["episode_count"] == 2
    assert body["help"]["reason"] == "after_use"
    assert {line["country"] for line in body["help"]["crisis_resources"]} == {"DE"}
    assert body["help"]["safety"][0]["key"]


@time_machine.travel(NOON, tick=False)
def test_taking_a_use_back_gives_the_whole_count_back_and_can_be_undone(
    as_alice: APIClient,
) -> None:
    tracker = begin(as_alice)
    event = report(as_alice, tracker, used_at="2026-11-05T21:00:00+01:00").json()["use_event"]
    address = f"/api/v1/trackers/{tracker['id']}/use-events/{event['id']}"
    for _ in range(2):
        assert as_alice.delete(address).status_code == 204
    clock = as_alice.get(f"/api/v1/trackers/{tracker['id']}").json()["clock"]
    assert (clock["current_days"], clock["sober_days"], clock["episode_count"]) == (79, 79, 1)
    listed = as_alice.get(f"/api/v1/trackers/{tracker['id']}/use-events").json()["items"]
    assert [item["voided"] for item in listed] == [True]
    restored = as_alice.post(f"{address}/restore")
    assert restored.json()["clock"]["sober_days"] == 78
    assert restored.json()["use_event"]["voided"] is False


@time_machine.travel(NOON, tick=False)
def test_the_same_id_and_body_answer_the_first_row_and_another_body_is_refused(
    as_alice: APIClient, as_charlie: APIClient
) -> None:
    chosen = str(new_id())
    first = begin(as_alice, id=chosen)
    body = {
        "id": chosen,
        "name": "Wine",
        "mode": "abstinence",
        "category": "alcohol",
        "started_at": "2026-09-04T20:00:00+02:00",
    }
    again = as_alice.post("/api/v1/trackers", body, format="json")
    assert (again.status_code, again.json()["id"]) == (200, chosen)
    other = as_alice.post("/api/v1/trackers", {**body, "name": "Beer"}, format="json")
    stranger = as_charlie.post("/api/v1/trackers", body, format="json")
    assert other.status_code == stranger.status_code == 409
    assert other.json()["code"] == stranger.json()["code"] == "id_taken"
    assert first["name"] == "Wine"
    assert Tracker.objects.count() == 1


@time_machine.travel(NOON, tick=False)
def test_a_start_or_a_use_in_the_future_is_refused(as_alice: APIClient) -> None:
    late = as_alice.post(
        "/api/v1/trackers",
        {
            "name": "Wine",
            "mode": "abstinence",
            "category": "alcohol",
            "started_at": "2026-11-22T12:02:00+01:00",
        },
        format="json",
    )
    assert late.status_code == 400
    assert late.json()["errors"][0] == {
        "pointer": "/started_at",
        "code": "in_the_future",
        "detail": "This lies in the future.",
    }
    tracker = begin(as_alice)
    assert report(as_alice, tracker, used_at="2026-11-23T12:00:00Z").status_code == 400
    wrong_way = report(
        as_alice, tracker, used_at="2026-11-20T12:00:00Z", resumed_at="2026-11-19T12:00:00Z"
    )
    assert wrong_way.json()["errors"][0]["code"] == "resumed_before_used"


@time_machine.travel(NOON, tick=False)
def test_another_start_voids_the_first_and_moves_the_clock(as_alice: APIClient) -> None:
    tracker = begin(as_alice)
    changed = as_alice.patch(
        f"/api/v1/trackers/{tracker['id']}",
        {"started_at": "2026-11-12T09:00:00+01:00", "cost_per_day": "12.50", "currency": "EUR"},
        format="json",
    ).json()
    assert changed["clock"]["current_days"] == 10
    # 10 days and 3 hours at 12.50 a day: 10.125 * 12.5 = 126.5625
    assert changed["clock"]["money_saved"] == "126.56"
    assert changed["version"] == 2


@time_machine.travel(NOON, tick=False)
def test_a_reduction_tracker_says_what_is_left_this_week(as_alice: APIClient) -> None:
    tracker = begin(
        as_alice,
        mode="reduction",
        name="Beer",
        limit={"per": "week", "amount": "7", "unit": "drinks"},
    )
    assert "clock" not in tracker
    log = f"/api/v1/trackers/{tracker['id']}/amounts"
    as_alice.patch(
        f"/api/v1/trackers/{tracker['id']}",
        {"limit": {"per": "week", "amount": "7", "unit": "drinks", "from_date": "2026-11-01"}},
        format="json",
    )
    as_alice.post(log, {"local_date": "2026-11-16", "amount": 3}, format="json")
    as_alice.post(log, {"local_date": "2026-11-16", "amount": "1.5"}, format="json")
    over = as_alice.post(log, {"local_date": "2026-11-20", "amount": 4}, format="json")
    assert over.status_code == 201
    summary = over.json()["limit_summary"]
    assert summary["this_week"] == {
        "from_date": "2026-11-16",
        "state": "over_limit",
        "total": "8.500",
        "remaining": "0.000",
    }
    assert (summary["logged_days"], summary["days_within_limit"]) == (2, 1)
    as_alice.delete(f"{log}/{over.json()['amount']['id']}")
    summary = as_alice.get(f"/api/v1/trackers/{tracker['id']}").json()["limit_summary"]
    assert (summary["logged_days"], summary["days_within_limit"]) == (1, 1)
    assert summary["this_week"]["remaining"] == "2.500"


@time_machine.travel(NOON, tick=False)
def test_a_calendar_shows_silence_as_unknown(as_alice: APIClient) -> None:
    tracker = begin(as_alice)
    report(
        as_alice,
        tracker,
        used_at="2026-11-05T21:00:00+01:00",
        resumed_at="2026-11-07T08:00:00+01:00",
    )
    as_alice.post("/api/v1/pauses", {"from_date": "2026-11-09", "to_date": "2026-11-10"}, "json")
    as_alice.put(
        "/api/v1/check-ins/2026-11-08",
        {"trackers": [{"tracker": tracker["id"], "state": "sober"}]},
        format="json",
    )
    answer = as_alice.get(
        f"/api/v1/trackers/{tracker['id']}/calendar", {"from": "2026-11-04", "to": "2026-11-10"}
    )
    assert [day["state"] for day in answer.json()["items"]] == [
        "unknown",
        "used",
        "used",
        "unknown",
        "sober",
        "paused",
        "paused",
    ]


@time_machine.travel(NOON, tick=False)
def test_a_calendar_longer_than_a_year_is_refused(as_alice: APIClient) -> None:
    tracker = begin(as_alice)
    address = f"/api/v1/trackers/{tracker['id']}/calendar"
    for first, last in (("2025-11-21", "2026-11-22"), ("2026-11-22", "2026-11-21")):
        answer = as_alice.get(address, {"from": first, "to": last})
        assert answer.json()["errors"][0]["code"] == "bad_range"
    assert as_alice.get(address, {"from": "2025-11-22", "to": "2026-11-22"}).status_code == 200


@time_machine.travel(NOON, tick=False)
def test_milestones_stay_when_a_use_is_recorded_later(as_alice: APIClient) -> None:
    with time_machine.travel("2026-11-01T12:00:00+01:00", tick=False):
        tracker = begin(as_alice, started_at="2026-10-01T10:00:00+02:00")
    report(as_alice, tracker, used_at="2026-10-20T21:00:00+02:00")
    body = as_alice.get(f"/api/v1/trackers/{tracker['id']}/milestones").json()
    earned = [
        (item["code"], item["superseded"])
        for item in body["items"]
        if item["due_on"] < "2026-11-01"
    ]
    assert ("30_days", True) in earned
    assert ("14_days", False) in earned
    assert body["next_milestone"]["code"] == "60_days"
    episodes = as_alice.get(f"/api/v1/trackers/{tracker['id']}/episodes").json()["items"]
    assert [episode["days"] for episode in episodes] == [33, 19]


def test_a_strangers_tracker_is_the_same_404_as_none(
    as_alice: APIClient, as_charlie: APIClient
) -> None:
    tracker = begin(as_alice)
    for address in (f"/api/v1/trackers/{tracker['id']}", f"/api/v1/trackers/{new_id()}"):
        answer = as_charlie.get(address)
        body = {name: value for name, value in answer.json().items() if name != "request_id"}
        assert answer.status_code == 404
        assert body["code"] == "not_found"
        assert body == {
            "type": "/docs/problems#not_found",
            "title": "Not found",
            "status": 404,
            "detail": "Not found",
            "code": "not_found",
            "client_action": "drop",
            "errors": [],
        }


def test_what_the_name_says_is_stored_sealed(as_alice: APIClient) -> None:
    begin(as_alice, name="Only mine to read")
    assert b"Only mine" not in bytes(Tracker.objects.get().name)


def test_the_wrong_mode_is_a_conflict(as_alice: APIClient) -> None:
    tracker = begin(as_alice)
    answer = as_alice.post(
        f"/api/v1/trackers/{tracker['id']}/amounts",
        {"local_date": "2026-11-01", "amount": 1},
        format="json",
    )
    assert (answer.status_code, answer.json()["code"]) == (409, "wrong_mode")


def test_an_id_in_upper_case_is_the_same_id(as_alice: APIClient) -> None:
    tracker = begin(as_alice)
    answer = as_alice.get(f"/api/v1/trackers/{tracker['id'].upper()}")
    assert (answer.status_code, answer.json()["id"]) == (200, tracker["id"])


def test_a_tracker_put_away_stays_away_when_it_is_sent_again(as_alice: APIClient) -> None:
    chosen = str(new_id())
    body = {
        "id": chosen,
        "name": "Wine",
        "mode": "abstinence",
        "category": "alcohol",
        "started_at": "2026-09-04T20:00:00+02:00",
    }
    assert as_alice.post("/api/v1/trackers", body, format="json").status_code == 201
    assert as_alice.delete(f"/api/v1/trackers/{chosen}").status_code == 204
    assert as_alice.post("/api/v1/trackers", body, format="json").status_code == 404
    assert as_alice.get("/api/v1/trackers").json()["items"] == []


@time_machine.travel(NOON, tick=False)
def test_the_largest_amounts_add_up(as_alice: APIClient) -> None:
    tracker = begin(
        as_alice,
        mode="reduction",
        name="Beer",
        limit={"per": "week", "amount": "999999.999", "unit": "drinks"},
    )
    address = f"/api/v1/trackers/{tracker['id']}"
    for _ in range(12):
        logged = as_alice.post(
            f"{address}/amounts", {"local_date": "2026-11-20", "amount": "999999.999"}, "json"
        )
        assert logged.status_code == 201
    assert logged.json()["limit_summary"]["this_week"]["total"] == "11999999.988"
    days = as_alice.get(f"{address}/calendar", {"from": "2026-11-20", "to": "2026-11-20"})
    assert days.json()["items"][0]["amount"] == "11999999.988"
    more = as_alice.post(
        f"{address}/amounts", {"local_date": "2026-11-20", "amount": "1000000"}, "json"
    )
    assert more.status_code == 400


@time_machine.travel(NOON, tick=False)
def test_the_limit_of_a_new_tracker_holds_from_its_start(as_alice: APIClient) -> None:
    tracker = begin(
        as_alice,
        mode="reduction",
        started_at="2026-11-01T08:00:00+01:00",
        limit={"per": "week", "amount": 7, "unit": "drinks"},
    )
    assert tracker["limit_summary"]["limit"]["from_date"] == "2026-11-01"
    body = {"local_date": "2026-11-10", "amount": 1}
    logged = as_alice.post(f"/api/v1/trackers/{tracker['id']}/amounts", body, format="json").json()
    assert logged["limit_summary"]["days_within_limit"] == 1
    changed = as_alice.patch(
        f"/api/v1/trackers/{tracker['id']}",
        {"limit": {"per": "week", "amount": 5, "unit": "drinks"}},
        format="json",
    ).json()
    assert [one["from_date"] for one in changed["limit_summary"]["limits"]] == [
        "2026-11-01",
        "2026-11-22",
    ]
