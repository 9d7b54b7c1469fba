"""A tracker's past, page by page."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest
import time_machine
from rest_framework.test import APIClient

from recovery.members.models import Member
from recovery.sobriety import milestones, queries
from recovery.sobriety.models import Tracker
from tests.api.test_trackers import begin, report
from tests.contract.test_query_budgets import at_most
from tests.partnering import NOW, make_clock, report_use

LISTS = ("episodes", "milestones")

pytestmark = pytest.mark.django_db


@pytest.fixture
def long_told(alice: Member) -> Tracker:
    """Ten years with 60 uses, all of them told now."""
    with time_machine.travel(NOW, tick=False):
        tracker = make_clock(alice, days=3650)
        for number in range(60):
            report_use(tracker, at=NOW - timedelta(days=3600 - 60 * number))
    return tracker


def page_of(client: APIClient, tracker: Tracker, kind: str, **query: Any) -> dict[str, Any]:
    answer = client.get(f"/api/v1/trackers/{tracker.id}/{kind}", query)
    assert answer.status_code == 200, answer.json()
    found: dict[str, Any] = answer.json()
    return found


def all_pages(client: APIClient, tracker: Tracker, kind: str, *, limit: int) -> list[Any]:
    pages = [page_of(client, tracker, kind, limit=limit)]
    while cursor := pages[-1]["next_cursor"]:
        pages.append(page_of(client, tracker, kind, limit=limit, cursor=cursor))
    assert {len(page["items"]) for page in pages[:-1]} <= {limit}
    return [item for page in pages for item in page["items"]]


@time_machine.travel(NOW, tick=False)
def test_a_long_past_comes_in_pages_newest_first_and_nothing_twice(
    as_alice: APIClient, long_told: Tracker
) -> None:
    facts = queries.clock_facts(queries.clock_rows(tracker_ids=[long_told.id])[long_told.id])
    earned = len(milestones.earned(facts, now=NOW))
    for kind, when, total in (("episodes", "started_at", 61), ("milestones", "due_at", earned)):
        first = page_of(as_alice, long_told, kind)
        assert len(first["items"]) == 30
        listed = all_pages(as_alice, long_told, kind, limit=100)
        assert listed[:30] == first["items"]
        assert len(listed) == total
        assert len({tuple(item.values()) for item in listed}) == total
        instants = [datetime.fromisoformat(item[when]) for item in listed]
        assert instants == sorted(instants, reverse=True)


@time_machine.travel(NOW, tick=False)
def test_a_use_that_is_told_between_two_pages_moves_nothing_behind_the_cursor(
    as_alice: APIClient, long_told: Tracker
) -> None:
    for kind in LISTS:
        before = all_pages(as_alice, long_told, kind, limit=100)
        cursor = page_of(as_alice, long_told, kind, limit=20)["next_cursor"]
        report_use(long_told, at=NOW - timedelta(days=1))
        rest = page_of(as_alice, long_told, kind, limit=20, cursor=cursor)["items"]
        assert rest == before[20:40]


@time_machine.travel(NOW, tick=False)
def test_each_page_of_milestones_says_which_comes_next(
    as_alice: APIClient, long_told: Tracker
) -> None:
    first = page_of(as_alice, long_told, "milestones", limit=1)
    second = page_of(as_alice, long_told, "milestones", limit=1, cursor=first["next_cursor"])
    assert first["next_milestone"] == second["next_milestone"]
    assert first["items"] != second["items"]


@pytest.mark.parametrize("kind", LISTS)
@pytest.mark.parametrize(
    ("query", "pointer"),
    [
        ({"limit": "101"}, "/limit"),
        ({"limit": "0"}, "/limit"),
        ({"cursor": "x"}, "/cursor"),
        ({"cursor": "MjAyNi0xMS0yMlQxMjowMDowMHxub25l"}, "/cursor"),
    ],
)
def test_a_page_too_long_or_behind_a_strange_cursor_is_refused(
    as_alice: APIClient, alice: Member, kind: str, query: dict[str, str], pointer: str
) -> None:
    tracker = make_clock(alice)
    answer = as_alice.get(f"/api/v1/trackers/{tracker.id}/{kind}", query)
    assert answer.status_code == 400
    assert answer.json()["errors"][0]["pointer"] == pointer


@time_machine.travel(NOW, tick=False)
@pytest.mark.parametrize("kind", LISTS)
def test_a_page_takes_three_queries_whatever_lies_behind_it(
    as_alice: APIClient, long_told: Tracker, kind: str
) -> None:
    cursor = page_of(as_alice, long_told, kind)["next_cursor"]
    with at_most(3):  # who asks, the tracker, its facts
        page_of(as_alice, long_told, kind, cursor=cursor)


@time_machine.travel(NOW, tick=False)
def test_a_use_taken_back_is_listed_as_voided_until_it_is_restored(as_alice: APIClient) -> None:
    tracker = begin(as_alice)
    event = report(as_alice, tracker, used_at="2026-11-05T21:00:00+01:00").json()["use_event"]
    uses = f"/api/v1/trackers/{tracker['id']}/use-events"
    as_alice.delete(f"{uses}/{event['id']}")
    assert as_alice.get(uses).json()["items"] == [{**event, "voided": True}]
    as_alice.post(f"{uses}/{event['id']}/restore")
    assert as_alice.get(uses).json()["items"] == [event]
