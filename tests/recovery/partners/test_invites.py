from __future__ import annotations

import hashlib
from datetime import timedelta
from uuid import UUID

import pytest

from recovery.kernel.errors import IdTaken, Missing
from recovery.kernel.ids import new_id
from recovery.kernel.models import Change
from recovery.members.models import Member
from recovery.partners import queries, services
from recovery.partners.models import InviteTarget, PartnerInvite, Partnership
from recovery.partners.refusals import InviteNotUsable, TooManyOpenInvites
from tests.factories import make_member
from tests.parallel import at_once
from tests.partnering import NOW, make_partners

JUST_BEFORE_EXPIRY = NOW + timedelta(hours=72) - timedelta(microseconds=1)
AT_EXPIRY = NOW + timedelta(hours=72)


def invited_by(member: Member, *, invite_id: UUID | None = None) -> services.Made:
    return services.invite(member_id=member.id, invite_id=invite_id, now=NOW)


def test_a_code_has_192_bits_and_is_not_stored(alice: Member) -> None:
    made = invited_by(alice)
    assert len(made.code) == 32
    row = PartnerInvite.objects.filter(id=made.invite.id).values_list().get()
    assert made.code not in repr(row)
    assert bytes(made.invite.code_hash) != hashlib.sha256(str(made.invite.id).encode()).digest()


def test_codes_differ_between_invites_and_between_members_with_chosen_ids(
    alice: Member, bob: Member
) -> None:
    codes = {invited_by(alice).code, invited_by(alice).code, invited_by(bob).code}
    assert len(codes) == 3


def test_an_invite_sent_again_under_its_id_is_the_same_invite_with_the_same_code(
    alice: Member,
) -> None:
    chosen = new_id()
    first = invited_by(alice, invite_id=chosen)
    again = invited_by(alice, invite_id=chosen)
    assert (first.is_new, again.is_new) == (True, False)
    assert again.code == first.code
    assert PartnerInvite.objects.count() == 1


def test_an_invite_sent_again_after_it_was_withdrawn_stays_withdrawn_and_has_no_code(
    alice: Member,
) -> None:
    chosen = new_id()
    invited_by(alice, invite_id=chosen)
    services.withdraw(member_id=alice.id, invite_id=chosen, now=NOW)
    again = invited_by(alice, invite_id=chosen)
    assert again.code == ""
    assert again.invite.withdrawn_at == NOW


def test_an_id_of_another_members_invite_is_taken(alice: Member, bob: Member) -> None:
    chosen = new_id()
    invited_by(alice, invite_id=chosen)
    with pytest.raises(IdTaken):
        invited_by(bob, invite_id=chosen)


def test_a_fourth_open_invite_is_refused_until_one_is_withdrawn(alice: Member) -> None:
    first, _, _ = (invited_by(alice) for _ in range(3))
    with pytest.raises(TooManyOpenInvites):
        invited_by(alice)
    services.withdraw(member_id=alice.id, invite_id=first.invite.id, now=NOW)
    assert invited_by(alice).is_new


def test_expired_and_accepted_invites_leave_room_for_new_ones(alice: Member, bob: Member) -> None:
    make_partners(alice, bob)
    for _ in range(3):
        invited_by(alice)
    services.invite(member_id=alice.id, invite_id=None, now=AT_EXPIRY)


def test_only_an_open_invite_of_ones_own_can_be_withdrawn(alice: Member, bob: Member) -> None:
    made = invited_by(alice)
    accepted = invited_by(alice)
    services.accept(member_id=bob.id, code=accepted.code, now=NOW)
    for who, invite, now in (
        (bob, made, NOW),
        (alice, made, AT_EXPIRY),
        (alice, accepted, NOW),
    ):
        with pytest.raises(Missing):
            services.withdraw(member_id=who.id, invite_id=invite.invite.id, now=now)


def test_withdrawing_an_invite_again_changes_nothing(alice: Member) -> None:
    made = invited_by(alice)
    for now in (NOW, JUST_BEFORE_EXPIRY, AT_EXPIRY):
        services.withdraw(member_id=alice.id, invite_id=made.invite.id, now=now)
    kept = PartnerInvite.objects.get(id=made.invite.id)
    assert (kept.withdrawn_at, kept.version) == (NOW, 2)


def test_whoever_holds_a_code_learns_who_invites(alice: Member) -> None:
    made = invited_by(alice)
    offer = queries.inspect(code=made.code, now=NOW)
    assert offer == queries.Offer(
        inviter_handle="alice", invites_to=InviteTarget.PARTNERSHIP, expires_at=AT_EXPIRY
    )


def test_a_guest_who_invites_has_no_name(db: None) -> None:
    made = invited_by(make_member())
    assert queries.inspect(code=made.code, now=NOW).inviter_handle is None


def test_an_invite_of_somebody_whose_account_is_going_offers_nothing(alice: Member) -> None:
    made = invited_by(alice)
    Member.objects.filter(id=alice.id).update(deleted_at=NOW)
    with pytest.raises(InviteNotUsable):
        queries.inspect(code=made.code, now=NOW)


def test_a_code_works_until_the_last_moment_of_its_72_hours(alice: Member, bob: Member) -> None:
    made = invited_by(alice)
    accepted = services.accept(member_id=bob.id, code=made.code, now=JUST_BEFORE_EXPIRY)
    assert accepted.is_new


@pytest.mark.parametrize(
    "reason", ["unknown", "expired", "used", "withdrawn", "own", "partners already", "leaving"]
)
def test_every_code_that_opens_nothing_is_refused_in_the_same_words(
    alice: Member, bob: Member, charlie: Member, reason: str
) -> None:
    made = invited_by(alice)
    code, who, now = made.code, bob, NOW
    if reason == "unknown":
        code = code.swapcase()
    elif reason == "expired":
        now = AT_EXPIRY
    elif reason == "used":
        services.accept(member_id=charlie.id, code=code, now=NOW)
    elif reason == "withdrawn":
        services.withdraw(member_id=alice.id, invite_id=made.invite.id, now=NOW)
    elif reason == "own":
        who = alice
    elif reason == "partners already":
        make_partners(bob, alice)
    elif reason == "leaving":
        Member.objects.filter(id=alice.id).update(deleted_at=NOW)
    before = Partnership.objects.count()
    with pytest.raises(InviteNotUsable) as refused:
        services.accept(member_id=who.id, code=code, now=now)
    assert (refused.value.code, refused.value.detail) == (
        "invite_not_usable",
        "This invite cannot be used. Ask for a new one.",
    )
    assert Partnership.objects.count() == before


def test_a_refused_code_is_not_used_up(alice: Member, bob: Member, charlie: Member) -> None:
    make_partners(bob, alice)
    made = invited_by(alice)
    with pytest.raises(InviteNotUsable):
        services.accept(member_id=bob.id, code=made.code, now=NOW)
    assert services.accept(member_id=charlie.id, code=made.code, now=NOW).is_new


def test_an_acceptance_sent_again_gives_the_same_partnership(alice: Member, bob: Member) -> None:
    made = invited_by(alice)
    first = services.accept(member_id=bob.id, code=made.code, now=NOW)
    again = services.accept(member_id=bob.id, code=made.code, now=AT_EXPIRY)
    assert (first.is_new, again.is_new) == (True, False)
    assert again.partnership.id == first.partnership.id


def test_an_acceptance_sent_again_does_not_revive_what_was_ended(
    alice: Member, bob: Member
) -> None:
    made = invited_by(alice)
    partnership = services.accept(member_id=bob.id, code=made.code, now=NOW).partnership
    services.end(member_id=alice.id, partnership_id=partnership.id, now=NOW)
    with pytest.raises(InviteNotUsable):
        services.accept(member_id=bob.id, code=made.code, now=NOW)


def test_a_member_in_their_first_days_may_bring_a_code_themselves(alice: Member) -> None:
    newcomer = make_member(handle="newcomer", now=NOW - timedelta(days=1))
    assert services.accept(member_id=newcomer.id, code=invited_by(alice).code, now=NOW).is_new


def test_accepting_leaves_changes_for_both(alice: Member, bob: Member) -> None:
    made = invited_by(alice)
    partnership = services.accept(member_id=bob.id, code=made.code, now=NOW).partnership
    changes = {
        (change.member_id, change.table, change.row_id, change.version)
        for change in Change.objects.all()
    }
    assert changes == {
        (alice.id, "partner_invites", str(made.invite.id), 1),
        (alice.id, "partner_invites", str(made.invite.id), 2),
        (alice.id, "partnerships", str(partnership.id), 1),
        (bob.id, "partnerships", str(partnership.id), 1),
    }


@pytest.mark.django_db(transaction=True)
def test_of_eight_who_accept_at_once_one_becomes_a_partner(alice: Member) -> None:
    made = invited_by(alice)
    members = [make_member(handle=f"member_{number}") for number in range(8)]

    def accept(number: int) -> bool:
        try:
            services.accept(member_id=members[number].id, code=made.code, now=NOW)
        except InviteNotUsable:
            return False
        return True

    assert sorted(at_once(accept)) == [False] * 7 + [True]
    assert Partnership.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_two_who_accept_each_others_invites_at_once_become_partners_once(
    alice: Member, bob: Member
) -> None:
    codes = {bob.id: invited_by(alice).code, alice.id: invited_by(bob).code}

    def accept(number: int) -> bool:
        who = (alice, bob)[number % 2]
        try:
            return services.accept(member_id=who.id, code=codes[who.id], now=NOW).is_new
        except InviteNotUsable:
            return False

    assert sum(at_once(accept)) == 1
    assert Partnership.objects.active().count() == 1


@pytest.mark.django_db(transaction=True)
def test_of_eight_invites_made_at_once_three_are_open(alice: Member) -> None:
    def invite(_: int) -> bool:
        try:
            return invited_by(alice).is_new
        except TooManyOpenInvites:
            return False

    assert sum(at_once(invite)) == 3
