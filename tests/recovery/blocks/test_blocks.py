from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from uuid import UUID

import pytest
from django.db import IntegrityError, transaction
from django.db.models import Exists, OuterRef
from pytest_django import DjangoAssertNumQueries

from recovery.blocks import queries, services
from recovery.blocks.events import MemberBlocked, MemberUnblocked
from recovery.blocks.models import Block
from recovery.blocks.services import Named
from recovery.kernel import events
from recovery.kernel.errors import IdTaken, Missing
from recovery.kernel.ids import new_id
from recovery.kernel.models import Change
from recovery.members.models import Member
from tests.factories import make_member
from tests.parallel import at_once
from tests.partnering import NOW

LATER = NOW + timedelta(hours=1)


@pytest.fixture
def heard() -> Iterator[list[object]]:
    """The facts about blocks that are published while the test runs."""
    facts: list[object] = []
    for kind in (MemberBlocked, MemberUnblocked):
        events.subscribe(fact=kind, handler=facts.append)
    yield facts
    for kind in (MemberBlocked, MemberUnblocked):
        events._handlers[kind].remove(facts.append)


def named(member: Member, *, by: UUID | None = None, known_as: str = "Fern") -> Named:
    return Named(member_id=member.id, named_by=by or new_id(), known_as=known_as)


def block(blocker: Member, other: Member, *, by: UUID | None = None) -> Block:
    return services.block(member_id=blocker.id, block_id=None, named=named(other, by=by), now=NOW)[
        0
    ]


def test_a_block_holds_in_one_direction(alice: Member, bob: Member, charlie: Member) -> None:
    block(alice, bob)
    assert queries.has_blocked(blocker_id=alice.id, blocked_id=bob.id)
    assert not queries.has_blocked(blocker_id=bob.id, blocked_id=alice.id)
    assert queries.blocked_by(member_id=alice.id) == {bob.id}
    assert queries.blocked_by(member_id=bob.id) == set()
    assert queries.apart_from(member_id=alice.id) == {bob.id}
    assert queries.apart_from(member_id=bob.id) == {alice.id}
    assert queries.apart_from(member_id=charlie.id) == set()


def test_in_a_group_those_are_apart_who_were_blocked_by_its_aliases(
    alice: Member, bob: Member, charlie: Member
) -> None:
    here, elsewhere = new_id(), new_id()
    for other, group_id in ((bob, here), (charlie, elsewhere)):
        by = Named(member_id=other.id, named_by=new_id(), known_as="", named_in=group_id)
        services.block(member_id=alice.id, block_id=None, named=by, now=NOW)
    assert queries.apart_in_group(member_id=alice.id, group_id=here) == {bob.id}
    assert queries.apart_in_group(member_id=alice.id, group_id=elsewhere) == {charlie.id}
    assert queries.apart_in_group(member_id=alice.id, group_id=new_id()) == set()
    assert queries.apart_in_group(member_id=bob.id, group_id=here) == {alice.id}
    assert queries.apart_in_group(member_id=charlie.id, group_id=here) == set()


def test_it_stands_in_a_query_about_others(alice: Member, bob: Member, charlie: Member) -> None:
    block(alice, bob)
    free = Member.objects.exclude(id=alice.id).filter(
        ~Exists(Block.objects.standing(blocker=alice.id, blocked=OuterRef("pk")))
    )
    assert list(free) == [charlie]


def test_the_list_is_ones_own(alice: Member, bob: Member, charlie: Member) -> None:
    made = block(alice, bob)
    block(charlie, alice)
    (listed,) = queries.blocks_of(member_id=alice.id)
    assert (listed, listed.known_as) == (made, "Fern")
    assert not queries.blocks_of(member_id=bob.id).exists()


def test_a_block_sent_again_is_the_same(alice: Member, bob: Member, heard: list[object]) -> None:
    chosen, by = new_id(), new_id()
    for block_id, is_new in ((chosen, True), (chosen, False), (None, False), (new_id(), False)):
        made, found_new = services.block(
            member_id=alice.id, block_id=block_id, named=named(bob, by=by), now=NOW
        )
        assert (made.id, found_new) == (chosen, is_new)
    assert heard == [MemberBlocked(block_id=chosen, member_id=alice.id, blocked_id=bob.id, at=NOW)]


def test_an_id_that_stands_for_something_else_is_taken(
    alice: Member, bob: Member, charlie: Member
) -> None:
    made = block(alice, bob)
    for who in (alice, charlie):
        with pytest.raises(IdTaken):
            services.block(member_id=who.id, block_id=made.id, named=named(bob), now=NOW)


def test_one_person_under_two_names_is_two_blocks_so_that_nothing_links_the_names(
    alice: Member, bob: Member, heard: list[object]
) -> None:
    first, second = block(alice, bob), block(alice, bob)
    assert first.id != second.id
    services.unblock(member_id=alice.id, block_id=first.id, now=LATER)
    assert queries.has_blocked(blocker_id=alice.id, blocked_id=bob.id)
    assert not any(isinstance(fact, MemberUnblocked) for fact in heard)
    services.unblock(member_id=alice.id, block_id=second.id, now=LATER)
    assert not queries.has_blocked(blocker_id=alice.id, blocked_id=bob.id)
    assert heard[-1] == MemberUnblocked(member_id=alice.id, blocked_id=bob.id, at=LATER)


def test_a_lifted_block_stays_lifted(alice: Member, bob: Member, heard: list[object]) -> None:
    by, chosen = new_id(), new_id()
    services.block(member_id=alice.id, block_id=chosen, named=named(bob, by=by), now=NOW)
    for _ in range(2):
        services.unblock(member_id=alice.id, block_id=chosen, now=LATER)
    assert len(heard) == 2
    with pytest.raises(Missing):
        services.block(member_id=alice.id, block_id=chosen, named=named(bob, by=by), now=LATER)
    assert block(alice, bob, by=by).id != chosen


def test_nobody_else_can_lift_it(alice: Member, bob: Member) -> None:
    made = block(alice, bob)
    with pytest.raises(Missing):
        services.unblock(member_id=bob.id, block_id=made.id, now=LATER)
    assert queries.has_blocked(blocker_id=alice.id, blocked_id=bob.id)


def test_the_one_who_is_blocked_gets_no_change(alice: Member, bob: Member) -> None:
    made = block(alice, bob)
    services.unblock(member_id=alice.id, block_id=made.id, now=LATER)
    found = [(one.member_id, one.table, one.gone) for one in Change.objects.order_by("seq")]
    assert found == [(alice.id, "blocks", False), (alice.id, "blocks", True)]


def test_nobody_blocks_themself(alice: Member) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        Block.objects.create(member=alice, blocked=alice, named_by=new_id(), created_at=NOW)


@pytest.mark.django_db
def test_pairs_are_found_in_one_query_as_one_by_one(
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    people = [make_member(handle=f"member_{number}") for number in range(5)]
    for one, other in ((0, 1), (1, 0), (2, 3), (3, 4), (0, 4)):
        block(people[one], people[other])
    lifted = block(people[4], people[0])
    services.unblock(member_id=people[4].id, block_id=lifted.id, now=LATER)
    pairs = {(one.id, other.id) for one in people for other in people if one != other}
    one_by_one = {
        (one, other)
        for one, other in pairs
        if queries.has_blocked(blocker_id=one, blocked_id=other)
    }
    assert len(one_by_one) == 5
    with django_assert_num_queries(1):
        assert queries.blocked_pairs(pairs=pairs) == one_by_one
    some = {(people[0].id, people[1].id), (people[2].id, people[4].id)}
    assert queries.blocked_pairs(pairs=some) == {(people[0].id, people[1].id)}
    with django_assert_num_queries(0):
        assert queries.blocked_pairs(pairs=[]) == set()


@pytest.mark.django_db(transaction=True)
def test_of_eight_blocks_at_once_under_one_name_one_stands(alice: Member, bob: Member) -> None:
    by = new_id()

    def one(_: int) -> bool:
        return services.block(member_id=alice.id, block_id=None, named=named(bob, by=by), now=NOW)[
            1
        ]

    assert sum(at_once(one)) == 1
    assert Block.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_two_who_block_and_unblock_each_other_at_once_never_wait_in_a_circle(
    alice: Member, bob: Member
) -> None:
    made = {0: block(alice, bob), 1: block(bob, alice)}

    def one(number: int) -> None:
        who, other = ((alice, bob), (bob, alice))[number % 2]
        services.unblock(member_id=who.id, block_id=made[number % 2].id, now=LATER)
        block(who, other)

    at_once(one)
    assert queries.has_blocked(blocker_id=alice.id, blocked_id=bob.id)
    assert queries.has_blocked(blocker_id=bob.id, blocked_id=alice.id)
