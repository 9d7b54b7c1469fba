"""Eight phones, one date: what the database holds when requests meet."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.utils import timezone
from rest_framework.test import APIClient

from recovery.calendar.queries import today_of
from recovery.checkins.models import CheckIn, StreakRun
from recovery.kernel.ids import new_id
from recovery.members.models import Member
from recovery.sobriety.models import Tracker, TrackerFact
from tests.parallel import at_once

pytestmark = pytest.mark.django_db(transaction=True)


def test_eight_parallel_identical_puts_leave_one_row(
    alice: Member, client_of: Callable[[Member], APIClient]
) -> None:
    day = today_of(member=alice, now=timezone.now())
    clients = [client_of(alice) for _ in range(8)]
    body = {"mood": 4, "note": "Here", "edited_at": timezone.now().isoformat()}
    answers = at_once(
        lambda number: clients[number].put(f"/api/v1/check-ins/{day}", body, format="json")
    )
    assert sorted(answer.status_code for answer in answers) == [200] * 7 + [201]
    assert len({answer.json()["id"] for answer in answers}) == 1
    assert CheckIn.objects.count() == 1
    assert StreakRun.objects.get().days == 1


def test_eight_parallel_trackers_under_one_id_are_one_tracker(
    alice: Member, client_of: Callable[[Member], APIClient]
) -> None:
    clients = [client_of(alice) for _ in range(8)]
    body = {
        "id": str(new_id()),
        "name": "Wine",
        "mode": "abstinence",
        "category": "alcohol",
        "started_at": "2026-09-04T20:00:00+02:00",
    }
    answers = at_once(lambda number: clients[number].post("/api/v1/trackers", body, format="json"))
    assert sorted(answer.status_code for answer in answers) == [200] * 7 + [201]
    assert Tracker.objects.count() == TrackerFact.objects.count() == 1


def test_two_members_who_choose_one_id_do_not_share_a_row(
    alice: Member, charlie: Member, client_of: Callable[[Member], APIClient]
) -> None:
    clients = [client_of(alice if number % 2 else charlie) for number in range(8)]
    body = {
        "id": str(new_id()),
        "name": "Wine",
        "mode": "abstinence",
        "category": "alcohol",
        "started_at": "2026-09-04T20:00:00+02:00",
    }
    answers = at_once(lambda number: clients[number].post("/api/v1/trackers", body, format="json"))
    assert sorted(answer.status_code for answer in answers) == [200] * 3 + [201] + [409] * 4
    assert Tracker.objects.count() == 1
