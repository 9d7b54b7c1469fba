from __future__ import annotations

from collections.abc import Iterator

import pytest
from django.db import IntegrityError, transaction

from recovery.kernel import events
from recovery.kernel.errors import Missing
from recovery.kernel.models import Change
from recovery.members.models import Member
from recovery.partners import queries, services
from recovery.partners.events import PartnershipEnded, PartnershipMade
from recovery.partners.models import Partnership
from tests.parallel import at_once
from tests.partnering import NOW, make_partners


@pytest.fixture
def heard() -> Iterator[list[object]]:
    """The facts that are published while the test runs."""
    facts: list[object] = []
    for kind in (PartnershipMade, PartnershipEnded):
        events.subscribe(fact=kind, handler=facts.append)
    yield facts
    for kind in (PartnershipMade, PartnershipEnded):
        events._handlers[kind].remove(facts.append)


def test_both_sides_find_the_partnership_and_a_stranger_does_not(
    alice: Member, bob: Member, charlie: Member
) -> None:
    made = make_partners(alice, bob)
    for member, other in ((alice, bob), (bob, alice)):
        found = queries.partnership(member_id=member.id, partnership_id=made.id)
        assert found.other(member.id) == other
    with pytest.raises(Missing):
        queries.partnership(member_id=charlie.id, partnership_id=made.id)


def test_the_making_and_the_ending_are_published(
    alice: Member, bob: Member, heard: list[object]
) -> None:
    made = make_partners(alice, bob)
    services.end(member_id=bob.id, partnership_id=made.id, now=NOW)
    first, second = sorted((alice.id, bob.id))
    assert heard == [
        PartnershipMade(
            partnership_id=made.id,
            first_id=first,
            second_id=second,
            invited_by=alice.id,
            accepted_by=bob.id,
            at=NOW,
        ),
        PartnershipEnded(
            partnership_id=made.id, first_id=first, second_id=second, ended_by=bob.id, at=NOW
        ),
    ]


def test_either_side_ends_it_for_both(alice: Member, bob: Member) -> None:
    made = make_partners(alice, bob)
    services.end(member_id=alice.id, partnership_id=made.id, now=NOW)
    for member in (alice, bob):
        assert not queries.partnerships_of(member_id=member.id).exists()
        with pytest.raises(Missing):
            services.end(member_id=member.id, partnership_id=made.id, now=NOW)
    assert Partnership.objects.get().ended_by == alice


def test_a_stranger_cannot_end_it(alice: Member, bob: Member, charlie: Member) -> None:
    made = make_partners(alice, bob)
    with pytest.raises(Missing):
        services.end(member_id=charlie.id, partnership_id=made.id, now=NOW)
    assert queries.partnerships_of(member_id=alice.id).count() == 1


def test_ending_leaves_the_same_change_for_both(alice: Member, bob: Member) -> None:
    made = make_partners(alice, bob)
    services.end(member_id=alice.id, partnership_id=made.id, now=NOW)
    gone = Change.objects.filter(gone=True).order_by("member_id")
    assert [(change.member_id, change.table, change.row_id) for change in gone] == [
        (member_id, "partnerships", str(made.id)) for member_id in sorted((alice.id, bob.id))
    ]


def test_those_who_parted_may_meet_again(alice: Member, bob: Member) -> None:
    first = make_partners(alice, bob)
    services.end(member_id=alice.id, partnership_id=first.id, now=NOW)
    second = make_partners(bob, alice)
    assert second.id != first.id
    assert Partnership.objects.active().get() == second


def test_a_partner_whose_account_is_going_is_gone_already(alice: Member, bob: Member) -> None:
    made = make_partners(alice, bob)
    Member.objects.filter(id=bob.id).update(deleted_at=NOW)
    with pytest.raises(Missing):
        queries.partnership(member_id=alice.id, partnership_id=made.id)


def test_the_database_holds_one_active_partnership_a_pair_and_none_with_oneself(
    alice: Member, bob: Member
) -> None:
    made = make_partners(alice, bob)
    for first_id, second_id in (
        (made.first_id, made.second_id),
        (made.second_id, made.first_id),
        (alice.id, alice.id),
    ):
        with pytest.raises(IntegrityError), transaction.atomic():
            Partnership.objects.create(first_id=first_id, second_id=second_id, created_at=NOW)


@pytest.mark.django_db(transaction=True)
def test_of_eight_endings_at_once_one_is_the_ending(alice: Member, bob: Member) -> None:
    made = make_partners(alice, bob)

    def end(number: int) -> bool:
        try:
            services.end(member_id=(alice, bob)[number % 2].id, partnership_id=made.id, now=NOW)
        except Missing:
            return False
        return True

    assert sum(at_once(end)) == 1
    assert Change.objects.filter(gone=True).count() == 2
