"""Invites within a group: to a fellow member, under aliases, and what their maker never learns."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest

from recovery.blocks import queries as blocked
from recovery.blocks import services as blocks
from recovery.blocks.services import Named
from recovery.groups.models import GroupMembership
from recovery.groups.services import leaving
from recovery.kernel import events
from recovery.kernel.errors import IdTaken, Invalid, Missing
from recovery.kernel.ids import new_id
from recovery.kernel.models import Change
from recovery.members.models import Member
from recovery.members.rules import FIRST_DAYS
from recovery.partners import addressed, queries, services
from recovery.partners.events import PartnerInvited
from recovery.partners.models import InviteState, PartnerInvite, Partnership
from recovery.partners.refusals import TooManyOpenInvites
from tests.circles import make_circle, make_group_partners
from tests.factories import make_member
from tests.parallel import at_once
from tests.partnering import NOW, make_partners

AT_EXPIRY = NOW + timedelta(hours=72)


@pytest.fixture
def circle(alice: Member, bob: Member, charlie: Member) -> list[GroupMembership]:
    """A group of alice (Heron), bob (Fern) and charlie (Otter)."""
    return make_circle(alice, bob, charlie)


@pytest.fixture
def told() -> Iterator[list[PartnerInvited]]:
    """The invites that somebody is to hear of."""
    facts: list[PartnerInvited] = []
    events.subscribe(fact=PartnerInvited, handler=facts.append)
    yield facts
    events._handlers[PartnerInvited].remove(facts.append)


def invite(sender: GroupMembership, fellow: GroupMembership, **more: Any) -> services.Made:
    assert sender.member_id
    return addressed.invite(
        **{
            "member_id": sender.member_id,
            "invite_id": None,
            "group_id": sender.group_id,
            "to": fellow.id,
            "now": NOW,
            **more,
        }
    )


def received(member: Member, *, now: Any = NOW) -> list[PartnerInvite]:
    return list(queries.invites_to(member_id=member.id, now=now))


def block(blocker: Member, other: Member) -> None:
    named = Named(member_id=other.id, named_by=new_id(), known_as="")
    blocks.block(member_id=blocker.id, block_id=None, named=named, now=NOW)


def test_a_fellow_member_finds_the_invite_under_the_inviters_alias(
    circle: list[GroupMembership], bob: Member, charlie: Member, told: list[PartnerInvited]
) -> None:
    made = invite(circle[0], circle[1])
    assert (made.code, made.is_new, made.invite.code_hash) == ("", True, None)
    (found,) = received(bob)
    assert found.id == made.invite.id
    assert (found.from_membership, found.alias) == (circle[0].id, "Heron")  # type: ignore[attr-defined]
    assert received(charlie) == []
    assert told == [
        PartnerInvited(
            invite_id=found.id, inviter_id=circle[0].member_id, recipient_id=bob.id, at=NOW
        )
    ]


def test_accepting_links_two_aliases_and_no_handles(
    circle: list[GroupMembership], alice: Member, bob: Member
) -> None:
    made = invite(circle[0], circle[1])
    accepted = addressed.accept(member_id=bob.id, invite_id=made.invite.id, now=NOW)
    assert accepted.is_new
    assert accepted.partnership.group_id == circle[0].group_id
    for member, alias in ((alice, "Fern"), (bob, "Heron")):
        found = queries.partnership(member_id=member.id, partnership_id=accepted.partnership.id)
        name = found.name_of_other(member.id)
        assert (name.handle, name.alias) == (None, alias)
        assert queries.names(member_id=member.id, partnership_ids=[found.id]) == {found.id: name}
    again = addressed.accept(member_id=bob.id, invite_id=made.invite.id, now=AT_EXPIRY)
    assert (again.is_new, again.partnership.id) == (False, accepted.partnership.id)


def test_only_the_one_who_is_invited_can_accept_or_decline(
    circle: list[GroupMembership], alice: Member, charlie: Member
) -> None:
    made = invite(circle[0], circle[1])
    for who in (alice, charlie):
        with pytest.raises(Missing):
            addressed.accept(member_id=who.id, invite_id=made.invite.id, now=NOW)
        with pytest.raises(Missing):
            addressed.decline(member_id=who.id, invite_id=made.invite.id, now=NOW)
    assert not Partnership.objects.exists()


def test_both_must_be_in_the_group_when_it_is_made(
    circle: list[GroupMembership], alice: Member, bob: Member
) -> None:
    stranger = make_member(handle="stranger")
    with pytest.raises(Missing):
        invite(circle[0], circle[1], member_id=stranger.id)
    with pytest.raises(Missing):
        invite(circle[0], circle[1], to=new_id())
    with pytest.raises(Missing):
        invite(circle[0], circle[1], group_id=new_id())
    leaving.leave(member_id=bob.id, group_id=circle[0].group_id, now=NOW)
    with pytest.raises(Missing):
        invite(circle[0], circle[1])
    with pytest.raises(Invalid) as refused:
        invite(circle[0], circle[0])
    assert refused.value.errors[0].code == "own_membership"
    assert not PartnerInvite.objects.exists()


@pytest.mark.parametrize("who", ["inviter", "invited"])
def test_both_must_be_in_the_group_when_it_is_accepted(
    circle: list[GroupMembership], bob: Member, charlie: Member, who: str
) -> None:
    made = invite(circle[1], circle[2])
    gone = bob if who == "inviter" else charlie
    leaving.leave(member_id=gone.id, group_id=circle[0].group_id, now=NOW)
    assert received(charlie) == []
    with pytest.raises(Missing):
        addressed.accept(member_id=charlie.id, invite_id=made.invite.id, now=NOW)


def test_an_invite_can_be_accepted_for_72_hours(circle: list[GroupMembership], bob: Member) -> None:
    made = invite(circle[0], circle[1])
    assert len(received(bob, now=AT_EXPIRY - timedelta(microseconds=1))) == 1
    assert received(bob, now=AT_EXPIRY) == []
    with pytest.raises(Missing):
        addressed.accept(member_id=bob.id, invite_id=made.invite.id, now=AT_EXPIRY)


def test_a_withdrawn_one_is_gone(circle: list[GroupMembership], alice: Member, bob: Member) -> None:
    made = invite(circle[0], circle[1])
    services.withdraw(member_id=alice.id, invite_id=made.invite.id, now=NOW)
    assert received(bob) == []
    with pytest.raises(Missing):
        addressed.accept(member_id=bob.id, invite_id=made.invite.id, now=NOW)


def seen_by_maker(alice: Member) -> list[tuple[Any, ...]]:
    """All that the maker of invites can ask about them, but for ids and instants."""
    return [
        (
            queries.state_of(invite=one, now=NOW),
            one.version,
            one.accepted_at,
            one.withdrawn_at,
            one.code_hash,
            one.expires_at - one.created_at,
        )
        for one in queries.invites_of(member_id=alice.id)
    ]


@pytest.mark.parametrize(
    "reason",
    ["declined", "declined before", "blocked", "blocker", "newcomer", "chose not to", "linked"],
)
def test_whoever_invites_cannot_tell_whether_it_arrived_and_what_became_of_it(
    circle: list[GroupMembership],
    alice: Member,
    bob: Member,
    told: list[PartnerInvited],
    reason: str,
) -> None:
    arrives = reason == "declined"
    if reason == "blocked":
        block(bob, alice)
    elif reason == "blocker":
        block(alice, bob)
    elif reason == "newcomer":
        Member.objects.filter(id=bob.id).update(
            created_at=NOW - FIRST_DAYS + timedelta(microseconds=1)
        )
    elif reason == "chose not to":
        Member.objects.filter(id=bob.id).update(receives_partner_invites=False)
    elif reason == "linked":
        make_partners(bob, alice)
    elif reason == "declined before":
        first = invite(circle[0], circle[1])
        addressed.decline(member_id=bob.id, invite_id=first.invite.id, now=NOW)
        services.withdraw(member_id=alice.id, invite_id=first.invite.id, now=NOW)
        told.clear()
    before = len(seen_by_maker(alice))
    made = invite(circle[0], circle[1])
    assert (made.is_new, made.code) == (True, "")
    if arrives:
        addressed.decline(member_id=bob.id, invite_id=made.invite.id, now=NOW)
        addressed.decline(member_id=bob.id, invite_id=made.invite.id, now=NOW)
    assert len(told) == (1 if arrives else 0)
    assert received(bob) == []
    with pytest.raises(Missing):
        addressed.accept(member_id=bob.id, invite_id=made.invite.id, now=NOW)
    assert seen_by_maker(alice)[before:] == [
        (InviteState.OPEN, 1, None, None, None, timedelta(hours=72))
    ]
    mine = Change.objects.filter(member_id=alice.id, row_id=str(made.invite.id))
    assert [(one.version, one.gone) for one in mine] == [(1, False)]


def test_in_their_first_days_members_are_reached_if_they_chose_to(
    circle: list[GroupMembership], bob: Member
) -> None:
    Member.objects.filter(id=bob.id).update(created_at=NOW, receives_partner_invites=True)
    invite(circle[0], circle[1])
    assert len(received(bob)) == 1


def test_on_the_ninetieth_day_the_first_days_are_over(
    circle: list[GroupMembership], bob: Member
) -> None:
    Member.objects.filter(id=bob.id).update(created_at=NOW - FIRST_DAYS)
    invite(circle[0], circle[1])
    assert len(received(bob)) == 1


def test_who_declined_may_still_invite_the_other(
    circle: list[GroupMembership], alice: Member, bob: Member
) -> None:
    made = invite(circle[0], circle[1])
    addressed.decline(member_id=bob.id, invite_id=made.invite.id, now=NOW)
    invite(circle[1], circle[0])
    assert len(received(alice)) == 1


def test_what_was_dropped_does_not_come_back_when_a_block_is_lifted(
    circle: list[GroupMembership], alice: Member, bob: Member
) -> None:
    before = invite(circle[1], circle[0])
    block(alice, bob)
    invite(circle[1], circle[0])
    (made,) = blocked.blocks_of(member_id=alice.id)
    blocks.unblock(member_id=alice.id, block_id=made.id, now=NOW)
    assert received(alice) == []
    with pytest.raises(Missing):
        addressed.accept(member_id=alice.id, invite_id=before.invite.id, now=NOW)
    kept = PartnerInvite.objects.get(id=before.invite.id)
    assert (kept.version, kept.withdrawn_at, kept.accepted_at) == (1, None, None)
    assert queries.state_of(invite=kept, now=NOW) is InviteState.OPEN


def test_a_block_withdraws_what_the_blocker_had_sent(
    circle: list[GroupMembership], alice: Member, bob: Member
) -> None:
    made = invite(circle[0], circle[1])
    block(alice, bob)
    assert received(bob) == []
    (mine,) = queries.invites_of(member_id=alice.id)
    assert (mine.id, mine.withdrawn_at) == (made.invite.id, NOW)


def test_three_open_invites_a_member_whatever_became_of_them(
    circle: list[GroupMembership], alice: Member, bob: Member, charlie: Member
) -> None:
    services.invite(member_id=alice.id, invite_id=None, now=NOW)
    Member.objects.filter(id=bob.id).update(receives_partner_invites=False)
    invite(circle[0], circle[1])
    made = invite(circle[0], circle[2])
    addressed.decline(member_id=charlie.id, invite_id=made.invite.id, now=NOW)
    with pytest.raises(TooManyOpenInvites):
        invite(circle[0], circle[1])
    with pytest.raises(TooManyOpenInvites):
        services.invite(member_id=alice.id, invite_id=None, now=NOW)


def test_an_invite_sent_again_is_the_same_also_after_leaving(
    circle: list[GroupMembership], bob: Member, told: list[PartnerInvited]
) -> None:
    chosen = new_id()
    first = invite(circle[1], circle[2], invite_id=chosen)
    again = invite(circle[1], circle[2], invite_id=chosen)
    assert (first.is_new, again.is_new, again.invite.id) == (True, False, chosen)
    assert len(told) == 1
    leaving.leave(member_id=bob.id, group_id=circle[0].group_id, now=NOW)
    assert not invite(circle[1], circle[2], invite_id=chosen).is_new
    with pytest.raises(IdTaken):
        invite(circle[1], circle[0], invite_id=chosen)
    with pytest.raises(IdTaken):
        invite(circle[0], circle[2], invite_id=chosen)


def test_an_alias_is_the_one_of_the_moment_and_stays(
    circle: list[GroupMembership], alice: Member, bob: Member
) -> None:
    made = invite(circle[0], circle[1])
    GroupMembership.objects.filter(id=circle[0].id).update(alias="Crane", alias_key="crane")
    (found,) = received(bob)
    assert found.alias == "Crane"  # type: ignore[attr-defined]
    linked = addressed.accept(member_id=bob.id, invite_id=made.invite.id, now=NOW).partnership
    GroupMembership.objects.filter(id=circle[0].id).update(alias="Stork", alias_key="stork")
    seen = queries.partnership(member_id=bob.id, partnership_id=linked.id)
    assert seen.name_of_other(bob.id).alias == "Crane"


def test_a_code_is_no_way_around_and_an_addressed_invite_has_none(
    circle: list[GroupMembership], bob: Member
) -> None:
    linked = make_group_partners(circle[0], circle[1])
    assert PartnerInvite.objects.get(id=linked.invite_id).code_hash is None
    assert received(bob) == []


@pytest.mark.django_db(transaction=True)
def test_two_who_accept_each_others_invites_at_once_become_partners_once(
    circle: list[GroupMembership], alice: Member, bob: Member
) -> None:
    to_bob, to_alice = invite(circle[0], circle[1]), invite(circle[1], circle[0])

    def accept(number: int) -> bool:
        who, made = ((alice, to_alice), (bob, to_bob))[number % 2]
        try:
            return addressed.accept(member_id=who.id, invite_id=made.invite.id, now=NOW).is_new
        except Missing:
            return False

    assert sum(at_once(accept)) == 1
    assert Partnership.objects.active().count() == 1


@pytest.mark.django_db(transaction=True)
def test_accepting_and_declining_at_once_is_one_of_the_two(
    circle: list[GroupMembership], bob: Member
) -> None:
    made = invite(circle[0], circle[1])

    def answer(number: int) -> str:
        act = (addressed.accept, addressed.decline)[number % 2]
        try:
            act(member_id=bob.id, invite_id=made.invite.id, now=NOW)
        except Missing:
            return ""
        return act.__name__

    assert len(set(at_once(answer)) - {""}) == 1


@pytest.mark.django_db(transaction=True)
def test_inviting_and_leaving_and_blocking_at_once_never_wait_in_a_circle(
    circle: list[GroupMembership], alice: Member, bob: Member, charlie: Member
) -> None:
    make_group_partners(circle[0], circle[1])
    make_group_partners(circle[1], circle[2])

    def act(number: int) -> None:
        try:
            if number == 0:
                leaving.leave(member_id=bob.id, group_id=circle[0].group_id, now=NOW)
            elif number == 1:
                leaving.leave(member_id=charlie.id, group_id=circle[0].group_id, now=NOW)
            elif number == 2:
                block(alice, charlie)
            elif number == 3:
                block(charlie, alice)
            else:
                invite(circle[number % 3], circle[(number + 1) % 3])
        except (Missing, TooManyOpenInvites):
            pass

    at_once(act)
    assert not Partnership.objects.active().exists()
