"""Fixed numbers of queries on the hot paths, whatever the history.

Transaction control (BEGIN, COMMIT, SAVEPOINT …) is not counted: it reads and writes nothing.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext
from rest_framework.test import APIClient

from recovery.calendar.models import Pause
from recovery.checkins import streaks
from recovery.checkins.models import CheckIn
from recovery.kernel.ids import new_id
from recovery.members.models import Member
from tests.api.test_trackers import begin, report
from tests.promising import promise

NOON = "2026-11-22T12:00:00+01:00"
CONTROL = ("BEGIN", "COMMIT", "ROLLBACK", "SAVEPOINT", "RELEASE")

pytestmark = pytest.mark.django_db


@contextmanager
def at_most(budget: int) -> Iterator[list[str]]:
    """Fail when more queries than the budget are made."""
    made: list[str] = []
    with CaptureQueriesContext(connection) as captured:
        yield made
    made += [
        query["sql"]
        for query in captured.captured_queries
        if not query["sql"].upper().startswith(CONTROL)
    ]
    listing = "\n".join(made)
    assert len(made) <= budget, f"{len(made)} queries, {budget} allowed:\n{listing}"


def live_through(member: Member, *, days: int, every: int = 1) -> None:
    """Check in daily for so many days up to yesterday, leaving out each ``every``-th."""
    today = date(2026, 11, 22)
    now = datetime(2026, 11, 22, 11, tzinfo=UTC)
    CheckIn.objects.bulk_create(
        CheckIn(
            id=new_id(),
            member=member,
            local_date=today - timedelta(days=back),
            zone=member.time_zone,
            day_start_hour=0,
            answered_at=now,
            received_at=now,
            edited_at=now - timedelta(days=back),
            created_at=now - timedelta(days=back),
            counts=True,
        )
        for back in range(1, days + 1)
        if every == 1 or back % every
    )
    streaks.rebuild(member=member)


def hard_life(client: APIClient, member: Member) -> dict[str, Any]:
    """A member with several trackers, uses, pauses and a plan; the home screen at its fullest."""
    tracker = begin(client)
    begin(client, name="Slots", category="gambling")
    begin(
        client,
        name="Beer",
        mode="reduction",
        limit={"per": "day", "amount": "2", "unit": "drinks"},
    )
    report(client, tracker, used_at="2026-11-20T21:00:00+01:00")
    client.put("/api/v1/hard-moment-plan", {"what_helps": ["Call Sam"]}, format="json")
    client.post("/api/v1/reminders", {"local_time": "08:00"}, format="json")
    CheckIn.objects.filter(member=member, local_date__gte="2026-11-18").delete()
    streaks.rebuild(member=member)
    for start in ("2026-11-18", "2026-10-01"):
        Pause.objects.create(
            member=member,
            from_date=start,
            to_date=date.fromisoformat(start) + timedelta(days=3),
            created_at=datetime(2026, 11, 18, tzinfo=UTC),
        )
    return tracker


@time_machine.travel(NOON, tick=False)
@pytest.mark.parametrize("days", [10, 400])
def test_today_takes_twelve_queries_at_most(as_alice: APIClient, alice: Member, days: int) -> None:
    """Two of them for what waits for an answer: the commitments, and what pauses them."""
    live_through(alice, days=days, every=7)
    hard_life(as_alice, alice)
    for _ in range(20):
        promise(as_alice, cadence="weekdays", weekdays=[2, 6], start="2026-01-01")
    with at_most(12):
        answer = as_alice.get("/api/v1/today")
    assert len(answer.json()["commitments"]) == 20
    assert answer.json()["help"]["plan"]["what_helps"] == ["Call Sam"]
    assert answer.json()["streak"]["current"] > 0


@time_machine.travel(NOON, tick=False)
@pytest.mark.parametrize("days", [3, 400])
def test_a_full_check_in_takes_fourteen_queries_at_most(
    as_alice: APIClient, alice: Member, days: int
) -> None:
    live_through(alice, days=days)
    tracker = begin(as_alice)
    reduction = begin(
        as_alice,
        name="Beer",
        mode="reduction",
        limit={"per": "day", "amount": "2", "unit": "drinks"},
    )
    as_alice.put("/api/v1/hard-moment-plan", {"what_helps": ["Call Sam"]}, format="json")
    body = {
        "pledged": True,
        "reviewed": True,
        "mood": 2,
        "feelings": ["lonely", "tired"],
        "craving": 9,
        "confidence": 1,
        "triggers": ["stress"],
        "note": "A long day.",
        "trackers": [
            {"tracker": tracker["id"], "state": "sober"},
            {"tracker": reduction["id"], "state": "none", "amount": 1},
        ],
    }
    with at_most(14):
        answer = as_alice.put("/api/v1/check-ins/2026-11-22", body, format="json")
    assert answer.status_code == 201
    assert answer.json()["help"]["plan"]["what_helps"] == ["Call Sam"]
    with at_most(5):
        assert as_alice.put("/api/v1/check-ins/2026-11-22", body, "json").status_code == 200


@time_machine.travel(NOON, tick=False)
@pytest.mark.parametrize("days", [3, 400])
def test_a_check_in_that_says_used_takes_fourteen_too(
    as_alice: APIClient, alice: Member, days: int
) -> None:
    live_through(alice, days=days)
    tracker = begin(as_alice)
    body = {"trackers": [{"tracker": tracker["id"], "state": "used"}]}
    with at_most(14):
        answer = as_alice.put("/api/v1/check-ins/2026-11-22", body, format="json")
    assert answer.json()["after_use"]


@time_machine.travel(NOON, tick=False)
def test_a_page_of_check_ins_takes_three_queries(as_alice: APIClient, alice: Member) -> None:
    live_through(alice, days=100)
    with at_most(3):
        answer = as_alice.get("/api/v1/check-ins")
    assert len(answer.json()["items"]) == 30


@time_machine.travel(NOON, tick=False)
@pytest.mark.parametrize("days", [10, 400])
def test_the_heaviest_check_in_there_is_stays_bounded(
    as_alice: APIClient, alice: Member, days: int
) -> None:
    """All at once costs 17: a use, an amount, a note, a plan to show and a pause to bridge.

    An ordinary one costs 14; beyond it come the facts of the clock, their new fact and its fold.
    """
    live_through(alice, days=days, every=7)
    tracker = hard_life(as_alice, alice)
    (reduction,) = (
        one["id"]
        for one in as_alice.get("/api/v1/trackers").json()["items"]
        if one["mode"] == "reduction"
    )
    body = {
        "craving": 9,
        "note": "A long day.",
        "trackers": [
            {"tracker": tracker["id"], "state": "used"},
            {"tracker": reduction, "state": "none", "amount": 1},
        ],
    }
    with at_most(17):
        answer = as_alice.put("/api/v1/check-ins/2026-11-22", body, format="json")
    assert answer.json()["after_use"]


@time_machine.travel(NOON, tick=False)
@pytest.mark.parametrize("days", [10, 400])
def test_the_first_check_in_from_another_zone_stays_bounded(
    as_alice: APIClient, alice: Member, days: int
) -> None:
    """Once a journey: the zone is a fact, deadlines of three kinds move, what bridges is folded."""
    live_through(alice, days=days)
    as_alice.post("/api/v1/reminders", {"local_time": "08:00"}, format="json")
    with at_most(25):
        answer = as_alice.put(
            "/api/v1/check-ins/2026-11-22", {"time_zone": "America/New_York"}, format="json"
        )
    assert answer.status_code == 201
