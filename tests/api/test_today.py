"""The home screen."""

from __future__ import annotations

import pytest
import time_machine
from rest_framework.test import APIClient

from tests.api.test_trackers import begin, report

pytestmark = pytest.mark.django_db


@time_machine.travel("2026-11-22T12:00:00+01:00", tick=False)
def test_a_new_member_sees_an_empty_day(as_alice: APIClient) -> None:
    body = as_alice.get("/api/v1/today").json()
    assert body["server_time"] == "2026-11-22T11:00:00Z"
    assert body["local_date"] == "2026-11-22"
    assert body["local_day_ends_at"] == body["next_change_at"] == "2026-11-22T23:00:00Z"
    assert body["streak"] == {"current": 0, "longest": 0, "answered_today": False}
    assert "check_in" not in body
    assert body["trackers"] == body["reminders"] == body["newly_shared"] == body["after_use"] == []
    assert body["help"]["reason"] == "none"


@time_machine.travel("2027-03-28T00:30:00+01:00", tick=False)
def test_the_day_the_clocks_change_has_23_hours(as_alice: APIClient) -> None:
    body = as_alice.get("/api/v1/today").json()
    assert body["local_day_ends_at"] == "2027-03-28T22:00:00Z"


@time_machine.travel("2026-11-22T03:59:59+01:00", tick=False)
def test_before_the_day_start_it_is_still_yesterday(as_alice: APIClient) -> None:
    as_alice.patch("/api/v1/me", {"day_start_hour": 4}, format="json")
    body = as_alice.get("/api/v1/today").json()
    assert body["local_date"] == "2026-11-21"
    assert body["local_day_ends_at"] == "2026-11-22T03:00:00Z"


@time_machine.travel("2026-11-22T12:00:00+01:00", tick=False)
def test_a_phone_elsewhere_is_told_that_its_zone_differs(as_alice: APIClient) -> None:
    def differs(zone: str) -> bool:
        found: bool = as_alice.get("/api/v1/today", {"time_zone": zone}).json()["zone_differs"]
        return found

    assert differs("Asia/Kathmandu")
    assert not differs("Europe/Berlin")
    assert not differs("Mars/Olympus")


@time_machine.travel("2026-11-22T12:00:00+01:00", tick=False)
def test_for_seven_days_after_a_use_today_leads_with_what_stays(as_alice: APIClient) -> None:
    tracker = begin(as_alice)
    report(as_alice, tracker, used_at="2026-11-21T22:00:00+01:00")
    with time_machine.travel("2026-11-29T11:59:00+01:00", tick=False):
        body = as_alice.get("/api/v1/today").json()
        assert body["after_use"][0]["text"] == "85 of 86 days sober. They stay yours."
        assert body["after_use"][0]["next_step"] == "reach_out"
        assert body["help"]["reason"] == "after_use"
    with time_machine.travel("2026-11-29T12:00:00+01:00", tick=False):
        body = as_alice.get("/api/v1/today").json()
        assert body["after_use"] == []
        assert body["help"]["reason"] == "none"


@time_machine.travel("2026-11-22T12:00:00+01:00", tick=False)
def test_an_answered_day_shows_its_check_in_with_the_note(as_alice: APIClient) -> None:
    as_alice.put("/api/v1/check-ins/2026-11-22", {"note": "Only mine", "mood": 5}, format="json")
    body = as_alice.get("/api/v1/today").json()
    assert (body["check_in"]["note"], body["check_in"]["mood"]) == ("Only mine", 5)
    assert body["streak"] == {"current": 1, "longest": 1, "answered_today": True}
