from __future__ import annotations

from datetime import timedelta

import pytest
from pytest_django import DjangoAssertNumQueries

from recovery.kernel.errors import Missing
from recovery.members.models import Member
from recovery.overview.links import link, links
from recovery.partners import queries as partners
from recovery.sobriety.services import trackers
from tests.factories import make_member
from tests.partnering import NOW, STATUS, clock_of, make_clock, make_partners, share


def test_each_side_sees_its_own_sharing_and_the_others(alice: Member, bob: Member) -> None:
    made = make_partners(alice, bob)
    clock = make_clock(alice)
    share(alice, made, clock_of(clock), STATUS)
    share(bob, made, STATUS)
    of_alice = link(member_id=alice.id, partnership_id=made.id, now=NOW)
    assert (of_alice.id, of_alice.handle) == (made.id, "bob")
    assert of_alice.i_share == ["check_in_status", "sober_clock"]
    assert of_alice.shares_with_me == ["check_in_status"]
    of_bob = link(member_id=bob.id, partnership_id=made.id, now=NOW)
    assert of_bob.i_share == of_alice.shares_with_me
    assert of_bob.shares_with_me == of_alice.i_share


def test_what_does_not_hold_is_not_among_them(alice: Member, bob: Member) -> None:
    made = make_partners(alice, bob)
    clock = make_clock(alice)
    nothing = link(member_id=bob.id, partnership_id=made.id, now=NOW)
    share(alice, made, STATUS, clock_of(clock))
    share(alice, made, clock_of(clock))
    trackers.remove(member=alice, tracker_id=clock.id, now=NOW)
    assert link(member_id=bob.id, partnership_id=made.id, now=NOW) == nothing
    share(alice, made, STATUS, now=NOW - timedelta(days=90))
    assert link(member_id=bob.id, partnership_id=made.id, now=NOW) == nothing


def test_a_partner_without_a_handle_has_none(alice: Member) -> None:
    made = make_partners(alice, make_member())
    assert link(member_id=alice.id, partnership_id=made.id, now=NOW).handle is None


def test_a_stranger_finds_no_link(alice: Member, bob: Member, charlie: Member) -> None:
    made = make_partners(alice, bob)
    with pytest.raises(Missing):
        link(member_id=charlie.id, partnership_id=made.id, now=NOW)


def test_many_partners_cost_as_many_queries_as_one(
    alice: Member, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    clock = make_clock(alice)
    for number in range(5):
        made = make_partners(alice, make_member(handle=f"partner_{number}"))
        share(alice, made, STATUS, clock_of(clock))
    with django_assert_num_queries(3):
        mine = list(partners.partnerships_of(member_id=alice.id))
        listed = links(member_id=alice.id, partnerships=mine, now=NOW)
    assert len(listed) == 5
