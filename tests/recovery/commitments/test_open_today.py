from __future__ import annotations

from datetime import date

import pytest

from recovery.calendar import services as pauses
from recovery.calendar.queries import today_of
from recovery.commitments import queries
from recovery.commitments.models import Cadence, Commitment
from recovery.members.models import Member
from tests.contract.test_query_budgets import at_most
from tests.factories import make_member
from tests.partnering import NOW
from tests.recovery.commitments.making import answer, promise

pytestmark = pytest.mark.django_db
SUNDAY = date(2026, 11, 22)


def open_of(owners: list[Member], commitments: list[Commitment]) -> set[str]:
    """The titles of what waits for an answer, found in two queries."""
    with at_most(2):
        found = queries.open_today(
            owners={one.id: (one, today_of(member=one, now=NOW)) for one in owners},
            commitment_ids=[one.id for one in commitments],
            now=NOW,
        )
    return {str(one.member.handle) for one in commitments if one.id in found}


@pytest.mark.parametrize("people", [1, 25])
def test_many_owners_are_asked_for_in_two_queries(people: int) -> None:
    owners = [make_member(handle=f"member_{number}") for number in range(people)]
    made = [promise(owner, now=NOW) for owner in owners]
    answer(made[0], SUNDAY, now=NOW)
    assert open_of(owners, made) == {f"member_{number}" for number in range(1, people)}


def test_each_owner_has_a_date_and_pauses_of_their_own(
    alice: Member, bob: Member, charlie: Member
) -> None:
    owners = [alice, bob, charlie]
    made = [
        promise(owner, now=NOW, cadence=Cadence.WEEKDAYS, weekdays=[6]) for owner in owners
    ]  # charlie's Sunday is over: it is Monday in Auckland
    assert open_of(owners, made) == {"alice", "bob"}
    pauses.create_pause(member=bob, pause_id=None, from_date=SUNDAY, to_date=SUNDAY, now=NOW)
    assert open_of(owners, made) == {"alice"}
    assert open_of([bob, charlie], made) == set()
    assert open_of(owners, made[1:]) == set()
