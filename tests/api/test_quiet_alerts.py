"""Being quiet over HTTP: the setting, the answer, and the one answer for everything else."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext
from rest_framework.test import APIClient

from notifications import planner
from notifications.models import Sender
from recovery.kernel.ids import new_id
from recovery.members.models import Member
from recovery.partners import services as partners
from recovery.partners import sides
from recovery.partners.models import Partnership
from recovery.sharing.models import AccessEntry, Scope
from recovery.sharing.services import Wanted
from tests.partnering import make_partners, share, without_request_id

SETTING, ANSWER = "/api/v1/me/quiet-alerts", "/api/v1/me/quiet-alerts/answer"
# Linked on Monday 9 June 2025; without a check-in alice hears on Thursday at 08:00 of Berlin.
LINKED = datetime(2025, 6, 9, 10, tzinfo=UTC)
MORNING = datetime(2025, 6, 12, 6, tzinfo=UTC)
EVENING = MORNING + timedelta(hours=12)
QUIET = Wanted(scope=Scope.QUIET_ALERTS)
UNSET = {"days": 2, "state": "none", "tells_at": None, "told_at": None}


@pytest.fixture
def linked(alice: Member, bob: Member) -> Partnership:
    found = make_partners(alice, bob, now=LINKED)
    share(alice, found, QUIET, now=LINKED)
    sides.write_letter(member_id=alice.id, partnership_id=found.id, text="Ring me.", now=LINKED)
    return found


def ticks(*times: datetime) -> None:
    for now in times:
        Sender.objects.update(last_tick_at=now)
        planner.tick(now=now)


def seen(client: APIClient, linked: Partnership) -> Any:
    return client.get(f"/api/v1/partners/{linked.id}/quiet")


def test_two_days_unless_chosen_otherwise(as_alice: APIClient) -> None:
    assert as_alice.get(SETTING).json() == UNSET
    assert as_alice.put(SETTING, {"days": 14}, format="json").json() == {**UNSET, "days": 14}
    assert as_alice.put(SETTING, {"days": 14}, format="json").json() == {**UNSET, "days": 14}
    assert as_alice.get(SETTING).json() == {**UNSET, "days": 14}


@pytest.mark.parametrize("days", [0, 15, -1, None, "2", 2.5, True])
def test_a_number_of_days_is_from_1_to_14(as_alice: APIClient, days: object) -> None:
    answer = as_alice.put(SETTING, {"days": days}, format="json")
    assert answer.status_code == 400
    assert answer.json()["errors"][0]["pointer"] == "/days"
    assert as_alice.get(SETTING).json() == UNSET


@pytest.mark.parametrize("said", ["none", "later", None])
def test_an_answer_is_one_of_two(as_alice: APIClient, said: object) -> None:
    assert as_alice.post(ANSWER, {"answer": said}, format="json").status_code == 400


def test_the_member_sees_it_coming_and_may_answer(
    as_alice: APIClient, as_bob: APIClient, linked: Partnership
) -> None:
    ticks(LINKED, MORNING)
    with time_machine.travel(MORNING + timedelta(hours=11), tick=False):
        assert as_alice.get(SETTING).json() == {
            **UNSET,
            "state": "ahead",
            "tells_at": "2025-06-12T18:00:00Z",
        }
        (item, *_) = as_alice.get("/api/v1/notifications").json()["items"]
        assert (item["kind"], item["partnership"]) == ("quiet_ahead", None)
        assert as_alice.post(ANSWER, {"answer": "not_this_time"}, format="json").json() == UNSET
        assert as_alice.post(ANSWER, {"answer": "not_this_time"}, format="json").json() == UNSET
    ticks(EVENING)
    with time_machine.travel(EVENING, tick=False):
        assert seen(as_bob, linked).json()["quiet"] is False


def test_the_partner_who_was_told_reads_the_letter(
    as_alice: APIClient, as_bob: APIClient, linked: Partnership
) -> None:
    ticks(LINKED, MORNING, EVENING)
    with time_machine.travel(EVENING + timedelta(hours=1), tick=False):
        answer = seen(as_bob, linked)
        assert (answer.json()["quiet"], answer.json()["letter"]) == (True, "Ring me.")
        assert answer.headers["Cache-Control"] == "private, no-cache"
        items = as_bob.get("/api/v1/notifications").json()["items"]
        (told,) = [item for item in items if item["kind"] == "partner_quiet"]
        assert told["subject"] == told["partnership"] == str(linked.id)
        assert as_alice.get(SETTING).json()["told_at"] == "2025-06-12T18:00:00Z"
        assert as_alice.post(ANSWER, {"answer": "im_okay"}, format="json").json() == UNSET
        assert seen(as_bob, linked).json()["letter"] == ""


def test_there_is_one_answer_for_all_else(
    as_alice: APIClient, as_bob: APIClient, alice: Member, linked: Partnership
) -> None:
    def body(now: datetime) -> bytes:
        with time_machine.travel(now, tick=False):
            answer = seen(as_bob, linked)
        assert answer.status_code == 200
        return bytes(answer.content)

    ticks(LINKED)
    nothing_yet = body(MORNING - timedelta(hours=1))
    ticks(MORNING)
    assert body(EVENING - timedelta(minutes=1)) == nothing_yet, "ahead"
    ticks(EVENING)
    now = EVENING + timedelta(minutes=1)
    assert body(now) != nothing_yet
    with time_machine.travel(now, tick=False):
        assert seen(as_alice, linked).content == nothing_yet, "the other way round"
    sides.pause(member_id=alice.id, partnership_id=linked.id, now=now)
    assert body(now) == nothing_yet, "paused"
    sides.resume(member_id=alice.id, partnership_id=linked.id, now=now)
    assert body(now) != nothing_yet
    assert body(now + timedelta(days=90)) == nothing_yet, "expired"
    share(alice, linked, now=now)
    assert body(now) == nothing_yet, "taken back"
    assert AccessEntry.objects.count() == 1


def test_to_anybody_else_there_is_no_such_partner(
    as_bob: APIClient, as_charlie: APIClient, bob: Member, linked: Partnership
) -> None:
    unknown = as_charlie.get(f"/api/v1/partners/{new_id()}/quiet")
    assert unknown.status_code == 404
    assert without_request_id(seen(as_charlie, linked)) == without_request_id(unknown)
    partners.end(member_id=bob.id, partnership_id=linked.id, now=LINKED)
    assert without_request_id(seen(as_bob, linked)) == without_request_id(unknown)


def test_looking_costs_the_same_however_long_the_history(
    as_bob: APIClient, linked: Partnership
) -> None:
    ticks(LINKED, MORNING, EVENING)

    def cost(now: datetime) -> int:
        with time_machine.travel(now, tick=False), CaptureQueriesContext(connection) as queries:
            assert seen(as_bob, linked).json()["quiet"] is True
        return len(queries)

    first = cost(EVENING)
    ticks(*(EVENING + timedelta(days=day) for day in range(1, 40)))
    assert cost(EVENING + timedelta(days=40)) == first <= 8
