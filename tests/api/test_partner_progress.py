from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext
from rest_framework.test import APIClient

from recovery.checkins import services as checkins
from recovery.kernel.ids import new_id
from recovery.members.models import Member
from recovery.partners import services as partners
from recovery.partners.models import Partnership
from recovery.sharing.models import AccessEntry
from recovery.sharing.wording import BESIDE_WHAT_IS_SEEN
from recovery.sobriety.services import trackers
from tests.parallel import at_once
from tests.partnering import (
    NOW,
    STATUS,
    clock_of,
    grants_path,
    make_clock,
    make_partners,
    progress_path,
    report_use,
    share,
    without_request_id,
)

# All that a partner may show, by its name in the answer.
NOTHING = (
    *("check_in_status", "check_in_streak", "commitments", "goals", "sober_time", "milestones"),
    *("sober_clocks", "use_events", "mood", "craving"),
)


@pytest.fixture(autouse=True)
def _noon() -> Iterator[None]:
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def linked(alice: Member, bob: Member) -> Partnership:
    return make_partners(alice, bob)


def test_a_partner_sees_what_was_shared_and_nothing_else(
    as_bob: APIClient, alice: Member, linked: Partnership
) -> None:
    clock = make_clock(alice, name="Evenings", days=41)
    share(alice, linked, STATUS, clock_of(clock))
    seen = as_bob.get(progress_path(linked))
    assert seen.status_code == 200
    assert seen["Cache-Control"] == "private, no-cache"
    assert "ETag" not in seen
    assert seen.json() == {
        "as_of": "2026-11-22T12:00:00Z",
        "partner": {"id": str(linked.id), "handle": "alice", "alias": None},
        **{name: [] for name in NOTHING},
        "check_in_status": [{"local_date": "2026-11-22", "answered_today": False}],
        "sober_clocks": [
            {
                "tracker": str(clock.id),
                "name": "Evenings",
                "clock": {
                    "as_of": "2026-11-22T12:00:00Z",
                    "current_days": 41,
                    "current_seconds": 41 * 86400,
                    "longest_days": 41,
                    "sober_days": 41,
                    "days_elapsed": 41,
                    "episode_count": 1,
                    "episode_started_at": "2026-10-12T12:00:00Z",
                },
            }
        ],
        "notice": BESIDE_WHAT_IS_SEEN,
    }


NOTHING_SHOWN = [
    "never granted",
    "taken back",
    "expired",
    "narrowed away",
    "tracker put away",
    "granted the other way only",
]


@pytest.mark.parametrize("state", NOTHING_SHOWN)
def test_all_ways_of_showing_nothing_are_the_same_bytes(
    as_bob: APIClient, alice: Member, bob: Member, linked: Partnership, state: str
) -> None:
    paths = (progress_path(linked), f"/api/v1/partners/{linked.id}", "/api/v1/partners")
    never = [as_bob.get(path).content for path in paths]
    clock = make_clock(alice)
    if state == "taken back":
        share(alice, linked, STATUS, clock_of(clock))
        share(alice, linked)
    elif state == "expired":
        share(alice, linked, STATUS, clock_of(clock), now=NOW - timedelta(days=90))
    elif state == "narrowed away":
        share(alice, linked, STATUS, clock_of(clock))
        share(alice, linked, STATUS)
        share(alice, linked)
    elif state == "tracker put away":
        share(alice, linked, clock_of(clock))
        trackers.remove(member=alice, tracker_id=clock.id, now=NOW)
    elif state == "granted the other way only":
        share(bob, linked, STATUS)
        never = [never[0]]  # what bob shares himself shows in his own list
    for path, expected in zip(paths, never, strict=False):
        answer = as_bob.get(path)
        assert answer.status_code == 200
        assert answer.content == expected
        assert answer.headers.keys() == as_bob.get(path).headers.keys()
    assert not AccessEntry.objects.exists()


def test_no_link_an_ended_one_and_an_unknown_id_are_the_same_bytes(
    as_bob: APIClient, as_charlie: APIClient, alice: Member, bob: Member, linked: Partnership
) -> None:
    share(alice, linked, STATUS)
    answers = [
        as_charlie.get(progress_path(linked)),
        as_bob.get(f"/api/v1/partners/{new_id()}/progress"),
    ]
    partners.end(member_id=alice.id, partnership_id=linked.id, now=NOW)
    answers.append(as_bob.get(progress_path(linked)))
    make_partners(alice, bob)
    answers.append(as_bob.get(progress_path(linked)))
    assert {answer.status_code for answer in answers} == {404}
    first, *rest = (without_request_id(answer) for answer in answers)
    assert all(answer == first for answer in rest)


def test_revocation_holds_from_the_next_request(
    as_alice: APIClient, as_bob: APIClient, alice: Member, linked: Partnership
) -> None:
    share(alice, linked, STATUS)
    assert as_bob.get(progress_path(linked)).json()["check_in_status"]
    as_alice.put(grants_path(linked), {"grants": []}, format="json")
    assert as_bob.get(progress_path(linked)).json()["check_in_status"] == []


@pytest.mark.django_db(transaction=True)
def test_the_look_is_committed_before_the_answer_leaves(
    as_bob: APIClient, alice: Member, bob: Member, linked: Partnership
) -> None:
    share(alice, linked, STATUS)
    assert as_bob.get(progress_path(linked)).status_code == 200
    # Another connection sees only what is committed.
    (rows,) = at_once(
        lambda _: list(AccessEntry.objects.values_list("owner", "viewer", "scope", "seen_on")),
        times=1,
    )
    assert rows == [(alice.id, bob.id, "check_in_status", date(2026, 11, 22))]


@pytest.mark.django_db(transaction=True)
def test_what_cannot_be_recorded_is_not_shown(
    as_bob: APIClient, alice: Member, linked: Partnership
) -> None:
    share(alice, linked, STATUS, clock_of(make_clock(alice, name="Evenings")))
    table = AccessEntry._meta.db_table
    with connection.cursor() as cursor:
        cursor.execute(f"ALTER TABLE {table} RENAME TO out_of_reach")
    try:
        refused = as_bob.get(progress_path(linked))
    finally:
        with connection.cursor() as cursor:
            cursor.execute(f"ALTER TABLE out_of_reach RENAME TO {table}")
    assert (refused.status_code, refused.json()["code"]) == (503, "unavailable")
    assert "Evenings" not in refused.content.decode()
    assert as_bob.get(progress_path(linked)).status_code == 200


@pytest.mark.parametrize("years", [0, 3])
def test_progress_takes_at_most_eight_queries_whatever_the_history(
    as_bob: APIClient, alice: Member, linked: Partnership, years: int
) -> None:
    clocks = [make_clock(alice, name=f"Tracker {n}", days=1 + 365 * years) for n in range(5)]
    for month in range(12 * years):
        at = NOW - timedelta(days=30 * month + 1)
        report_use(clocks[0], at=at)
    for day in range(30 * years):
        checkins.put(
            member=alice,
            local_date=date(2026, 11, 22) - timedelta(days=day),
            answers=checkins.Answers(),
            when=checkins.When(),
            now=NOW,
        )
    share(alice, linked, STATUS, *(clock_of(clock) for clock in clocks))
    with CaptureQueriesContext(connection) as captured:
        assert len(as_bob.get(progress_path(linked)).json()["sober_clocks"]) == 5
    statements = [
        query["sql"]
        for query in captured.captured_queries
        if not query["sql"].startswith(("BEGIN", "COMMIT", "SAVEPOINT", "RELEASE"))
    ]
    assert len(statements) <= 8, statements
    assert sum(sql.startswith("INSERT") for sql in statements) == 1
    assert not any(sql.startswith(("UPDATE", "DELETE")) for sql in statements)
