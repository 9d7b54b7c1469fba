"""What a block means for partners: gone for the one, unchanged for the other."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

import pytest

from recovery.blocks import queries as blocked
from recovery.blocks import services as blocks
from recovery.groups.models import GroupMembership
from recovery.groups.services import leaving
from recovery.kernel import events
from recovery.kernel.errors import Invalid, Missing
from recovery.kernel.ids import new_id
from recovery.kernel.models import Change
from recovery.members.models import Member
from recovery.overview import blocking
from recovery.partners import queries, services
from recovery.partners.events import PartnershipEnded, PartnershipMade
from recovery.partners.models import PartnerInvite, Partnership
from recovery.partners.refusals import InviteNotUsable
from recovery.sharing.models import Grant
from tests.circles import make_circle, make_group_partners
from tests.factories import make_member
from tests.parallel import at_once
from tests.partnering import NOW, STATUS, make_partners, share

LATER = NOW + timedelta(hours=1)


@pytest.fixture
def linked(alice: Member, bob: Member) -> Partnership:
    return make_partners(alice, bob)


@pytest.fixture
def heard() -> Iterator[list[object]]:
    """The makings and endings that are published while the test runs."""
    facts: list[object] = []
    for kind in (PartnershipMade, PartnershipEnded):
        events.subscribe(fact=kind, handler=facts.append)
    yield facts
    for kind in (PartnershipMade, PartnershipEnded):
        events._handlers[kind].remove(facts.append)


def block(blocker: Member, linked: Partnership, *, now: datetime = NOW) -> blocks.Block:
    return blocking.block_partner(
        member_id=blocker.id, block_id=None, partnership_id=linked.id, now=now
    )[0]


def lift(blocker: Member, made: blocks.Block, *, now: datetime = LATER) -> None:
    blocks.unblock(member_id=blocker.id, block_id=made.id, now=now)


def ids(member: Member) -> list[object]:
    return [one.id for one in queries.partnerships_of(member_id=member.id)]


def test_the_partnership_is_gone_for_the_blocker_and_unchanged_for_the_other(
    alice: Member, bob: Member, linked: Partnership, heard: list[object]
) -> None:
    before = Change.objects.filter(member_id=bob.id).count()
    block(alice, linked)
    assert (ids(alice), ids(bob)) == ([], [linked.id])
    with pytest.raises(Missing):
        queries.partnership(member_id=alice.id, partnership_id=linked.id)
    with pytest.raises(Missing):
        services.end(member_id=alice.id, partnership_id=linked.id, now=NOW)
    assert queries.partnership(member_id=bob.id, partnership_id=linked.id) == linked
    assert heard == []
    assert Change.objects.filter(member_id=bob.id).count() == before
    gone = Change.objects.filter(member_id=alice.id, gone=True, table="partnerships")
    assert [one.row_id for one in gone] == [str(linked.id)]


def test_a_lifted_block_brings_the_partnership_back_and_nothing_that_was_shared(
    alice: Member, bob: Member, linked: Partnership
) -> None:
    share(alice, linked, STATUS)
    share(bob, linked, STATUS)
    made = block(alice, linked)
    lift(alice, made)
    assert (ids(alice), ids(bob)) == ([linked.id], [linked.id])
    standing = Grant.objects.standing()
    assert [grant.owner_id for grant in standing] == [bob.id]


def test_the_other_can_still_end_it(alice: Member, bob: Member, linked: Partnership) -> None:
    made = block(alice, linked)
    services.end(member_id=bob.id, partnership_id=linked.id, now=NOW)
    assert ids(bob) == []
    lift(alice, made)
    assert ids(alice) == []


def test_a_former_partner_can_be_blocked_and_gets_nowhere_with_a_new_code(
    alice: Member, bob: Member, linked: Partnership, heard: list[object]
) -> None:
    services.end(member_id=alice.id, partnership_id=linked.id, now=NOW)
    heard.clear()
    made = block(alice, linked)
    assert made.known_as == "bob"
    invite = services.invite(member_id=alice.id, invite_id=None, now=LATER)
    accepted = services.accept(member_id=bob.id, code=invite.code, now=LATER)
    assert accepted.is_new
    again = services.accept(member_id=bob.id, code=invite.code, now=LATER)
    assert (again.is_new, again.partnership.id) == (False, accepted.partnership.id)
    assert heard == []
    assert (ids(alice), ids(bob)) == ([], [accepted.partnership.id])
    row = PartnerInvite.objects.get(id=invite.invite.id)
    assert (row.accepted_at, row.withdrawn_at) == (None, LATER)


def test_a_code_works_once_also_when_it_was_somebody_blocked_who_brought_it(
    alice: Member, bob: Member, charlie: Member, linked: Partnership
) -> None:
    """Else whoever brought it would look whether it still opens something, and know."""
    block(alice, linked)
    services.end(member_id=bob.id, partnership_id=linked.id, now=NOW)
    code = services.invite(member_id=alice.id, invite_id=None, now=LATER).code
    assert queries.inspect(code=code, now=LATER).inviter_handle == "alice"
    services.accept(member_id=bob.id, code=code, now=LATER)
    with pytest.raises(InviteNotUsable):
        queries.inspect(code=code, now=LATER)
    with pytest.raises(InviteNotUsable):
        services.accept(member_id=charlie.id, code=code, now=LATER)
    other = services.invite(member_id=alice.id, invite_id=None, now=LATER)
    assert services.accept(member_id=charlie.id, code=other.code, now=LATER).is_new


def test_what_the_blocked_one_alone_believed_in_ends_with_the_block(
    alice: Member, bob: Member, linked: Partnership
) -> None:
    services.end(member_id=alice.id, partnership_id=linked.id, now=NOW)
    made = block(alice, linked)
    code = services.invite(member_id=alice.id, invite_id=None, now=LATER).code
    services.accept(member_id=bob.id, code=code, now=LATER)
    lift(alice, made, now=LATER + timedelta(hours=1))
    assert (ids(alice), ids(bob)) == ([], [])
    after = LATER + timedelta(hours=2)
    with pytest.raises(InviteNotUsable):
        services.accept(member_id=bob.id, code=code, now=after)
    new = services.invite(member_id=alice.id, invite_id=None, now=after)
    assert services.accept(member_id=bob.id, code=new.code, now=after).is_new
    assert len(ids(alice)) == len(ids(bob)) == 1


def test_the_blocker_cannot_use_a_code_of_whom_they_blocked(
    alice: Member, bob: Member, linked: Partnership
) -> None:
    services.end(member_id=bob.id, partnership_id=linked.id, now=NOW)
    block(alice, linked)
    code = services.invite(member_id=bob.id, invite_id=None, now=LATER).code
    with pytest.raises(InviteNotUsable):
        services.accept(member_id=alice.id, code=code, now=LATER)


def test_an_acceptance_sent_again_after_a_block_opens_nothing(alice: Member, bob: Member) -> None:
    code = services.invite(member_id=alice.id, invite_id=None, now=NOW).code
    linked = services.accept(member_id=bob.id, code=code, now=NOW).partnership
    block(bob, linked)
    with pytest.raises(InviteNotUsable):
        services.accept(member_id=bob.id, code=code, now=NOW)


def test_only_ones_own_partnership_names_somebody(
    alice: Member, charlie: Member, linked: Partnership
) -> None:
    for partnership_id in (linked.id, new_id()):
        with pytest.raises(Missing):
            blocking.block_partner(
                member_id=charlie.id, block_id=None, partnership_id=partnership_id, now=NOW
            )


@pytest.fixture
def circle(alice: Member, bob: Member, charlie: Member) -> list[GroupMembership]:
    """A group of alice (Heron), bob (Fern) and charlie (Otter)."""
    return make_circle(alice, bob, charlie)


def block_in_group(blocker: Member, other: GroupMembership) -> blocks.Block:
    return blocking.block_group_member(
        member_id=blocker.id,
        block_id=None,
        group_id=other.group_id,
        membership_id=other.id,
        now=NOW,
    )[0]


def test_a_member_of_the_group_is_blocked_under_their_alias(
    circle: list[GroupMembership], alice: Member, bob: Member
) -> None:
    linked = make_group_partners(circle[0], circle[1])
    made = block_in_group(alice, circle[1])
    assert (made.known_as, made.blocked_id) == ("Fern", bob.id)
    assert ids(alice) == []
    assert ids(bob) == [linked.id]


def test_a_partner_from_a_group_is_blocked_under_the_alias_too(
    circle: list[GroupMembership], alice: Member
) -> None:
    linked = make_group_partners(circle[0], circle[1])
    assert block(alice, linked).known_as == "Fern"


def test_one_can_be_blocked_after_either_has_left(
    circle: list[GroupMembership], alice: Member, bob: Member, charlie: Member
) -> None:
    leaving.leave(member_id=bob.id, group_id=circle[0].group_id, now=NOW)
    assert block_in_group(charlie, circle[1]).known_as == ""
    assert block_in_group(bob, circle[2]).known_as == ""
    assert blocked.has_blocked(blocker_id=bob.id, blocked_id=charlie.id)


def test_an_alias_that_one_cannot_see_is_not_told_by_blocking(
    circle: list[GroupMembership], charlie: Member
) -> None:
    GroupMembership.objects.filter(id=circle[1].id).update(shown=False)
    assert block_in_group(charlie, circle[1]).known_as == ""


def test_strangers_to_a_group_name_nobody_in_it_and_nobody_names_themself(
    circle: list[GroupMembership], alice: Member
) -> None:
    with pytest.raises(Missing):
        block_in_group(make_member(handle="stranger"), circle[1])
    with pytest.raises(Invalid):
        block_in_group(alice, circle[0])
    with pytest.raises(Missing):
        blocking.block_group_member(
            member_id=alice.id,
            block_id=None,
            group_id=new_id(),
            membership_id=circle[1].id,
            now=NOW,
        )


@pytest.mark.django_db(transaction=True)
def test_a_block_and_an_acceptance_at_once_leave_nothing_that_the_blocker_sees(
    alice: Member, bob: Member, linked: Partnership
) -> None:
    services.end(member_id=bob.id, partnership_id=linked.id, now=NOW)
    code = services.invite(member_id=alice.id, invite_id=None, now=NOW).code

    def act(number: int) -> None:
        if number:
            services.accept(member_id=bob.id, code=code, now=LATER)
        else:
            block(alice, linked, now=NOW)

    at_once(act, times=2)
    assert ids(alice) == []
    assert len(ids(bob)) == 1
