"""The bench still runs: with few rows, since what it measures is not asked here."""

from __future__ import annotations

from pathlib import Path

import pytest
from pytest_django import Settings
from rest_framework.test import APIClient

from bench import data
from bench.inside import history, life, sponsor, tick
from bench.report import Table
from bench.serving import PLAIN, on_sqlite


@pytest.mark.django_db
def test_the_lives_that_are_measured_can_be_asked_for_and_answered() -> None:
    made = life.main("12", "1", "3")
    lead = made["lead"]
    client = APIClient()
    client.credentials(HTTP_AUTHORIZATION=f"Bearer {lead['token']}")
    said = data.body(data.said(made["today"], turn=1), tracker_ids=lead["trackers"])
    put = client.put(f"/api/v1/check-ins/{made['today']}", said, format="json")
    assert put.status_code == 201, put.json()
    today = client.get("/api/v1/today").json()
    assert [tracker["name"] for tracker in today["trackers"]] == list(data.TRACKER_NAMES)
    assert today["streak"] == {"current": 11, "longest": 11, "answered_today": True}
    assert today["check_in"]["note"].startswith(data.NOTE)


@pytest.mark.django_db
def test_every_due_reminder_of_the_bench_is_planned(settings: Settings) -> None:
    settings.FIREBASE_CREDENTIALS = None  # so that what the bench sets is undone
    settings.FCM_BASE_URL = None
    found = tick.main("6", "60", "6")
    assert found["planned"] == 6
    assert len(found["seconds"]) == tick.ROUNDS


@pytest.mark.django_db
def test_both_histories_are_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(history, "TEN_YEARS", 200)
    found = history.main("1", "2")
    assert all(len(times["one"]) == len(times["other"]) == 2 for times in found["times"].values())


@pytest.mark.django_db
def test_the_sponsors_that_are_measured_see_their_partners() -> None:
    made = sponsor.main("2", "1", "12", "3")
    assert [len(of_one["partners"]) for of_one in made.values()] == [2, 2, 1]
    client = APIClient()
    client.credentials(HTTP_AUTHORIZATION=f"Bearer {made['many_year']['token']}")
    seen = client.get("/api/v1/partners/overview").json()["items"]
    assert [one["partner"]["id"] for one in seen] == made["many_year"]["partners"][::-1]
    assert all(one["open_commitments"] and one["new_milestones"] for one in seen)
    for link in made["many_year"]["partners"]:
        (shown,) = client.get(f"/api/v1/partners/{link}/progress").json()["commitments"]
        assert 0 < float(shown["kept_rate"]) < 1


@pytest.mark.processes
def test_the_plain_program_makes_its_tables_and_lives(tmp_path: Path) -> None:
    program = on_sqlite(settings=PLAIN, folder=tmp_path / "plain")
    made = program.inside("bench.plain.life", 5, 1, 2, "2026-11-22")
    assert len(made["lead"]["trackers"]) == len(data.TRACKER_NAMES)
    assert len(made["others"]) == 1


def test_a_table_keeps_its_columns_even() -> None:
    table = Table("Requests", ("milliseconds", "ours"), [("GET today", "6.44")])
    assert table.text().splitlines()[-1] == "GET today     6.44"
