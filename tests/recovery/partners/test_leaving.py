"""What becomes of a partnership when its group, or a member's account, goes."""

from __future__ import annotations

from datetime import timedelta

import pytest

from recovery.groups.models import GroupMembership
from recovery.groups.services import leaving
from recovery.kernel.errors import Missing
from recovery.kernel.models import Change, ChangeCounter
from recovery.members.models import Member
from recovery.partners import addressed, queries, services, sides
from recovery.partners.models import PartnerInvite, Partnership
from recovery.partners.refusals import InviteNotUsable
from recovery.sharing.models import Grant
from tests.circles import make_circle, make_group_partners
from tests.parallel import at_once
from tests.partnering import NOW, STATUS, make_partners, share

LATER = NOW + timedelta(hours=1)


@pytest.fixture
def circle(alice: Member, bob: Member, charlie: Member) -> list[GroupMembership]:
    """A group of alice (Heron), bob (Fern) and charlie (Otter)."""
    return make_circle(alice, bob, charlie)


def keep(member: Member, linked: Partnership) -> None:
    sides.change_settings(
        member_id=member.id,
        partnership_id=linked.id,
        changed={"keeps_after_group": True},
        now=NOW,
    )


def are_linked(linked: Partnership) -> bool:
    return Partnership.objects.active().filter(id=linked.id).exists()


@pytest.mark.parametrize("who", ["inviter", "invited"])
def test_a_partnership_of_a_group_ends_when_either_leaves(
    circle: list[GroupMembership], bob: Member, charlie: Member, who: str
) -> None:
    linked = make_group_partners(circle[1], circle[2])
    share(bob, linked, STATUS)
    keep(bob, linked)
    gone = bob if who == "inviter" else charlie
    leaving.leave(member_id=gone.id, group_id=circle[0].group_id, now=LATER)
    assert not are_linked(linked)
    assert not Grant.objects.standing().exists()
    ended = Change.objects.filter(table="partnerships", gone=True)
    assert {one.member_id for one in ended} == {bob.id, charlie.id}


def test_it_stays_when_both_chose_to_keep_it_and_so_do_their_aliases(
    circle: list[GroupMembership], bob: Member, charlie: Member
) -> None:
    linked = make_group_partners(circle[1], circle[2])
    keep(bob, linked)
    keep(charlie, linked)
    leaving.leave(member_id=bob.id, group_id=circle[0].group_id, now=LATER)
    for member, alias in ((bob, "Otter"), (charlie, "Fern")):
        found = queries.partnership(member_id=member.id, partnership_id=linked.id)
        name = found.name_of_other(member.id)
        assert (name.handle, name.alias) == (None, alias)


def test_one_who_is_removed_loses_the_partners_of_the_group(
    circle: list[GroupMembership], alice: Member
) -> None:
    linked = make_group_partners(circle[1], circle[2])
    leaving.remove(
        member_id=alice.id,
        group_id=circle[0].group_id,
        membership_id=circle[1].id,
        now=LATER,
    )
    assert not are_linked(linked)


def test_a_group_that_closes_ends_all_that_was_not_to_be_kept(
    circle: list[GroupMembership], alice: Member, bob: Member, charlie: Member
) -> None:
    ended = make_group_partners(circle[0], circle[1])
    kept = make_group_partners(circle[1], circle[2])
    keep(bob, kept)
    keep(charlie, kept)
    leaving.close(member_id=alice.id, group_id=circle[0].group_id, now=LATER)
    assert (are_linked(ended), are_linked(kept)) == (False, True)


def test_direct_partners_and_those_of_other_groups_stay(
    circle: list[GroupMembership], alice: Member, bob: Member, charlie: Member
) -> None:
    direct = make_partners(bob, charlie)
    other = make_circle(alice, bob)
    elsewhere = make_group_partners(other[0], other[1])
    leaving.leave(member_id=bob.id, group_id=circle[0].group_id, now=LATER)
    assert (are_linked(direct), are_linked(elsewhere)) == (True, True)


def test_who_leaves_takes_their_open_invites_with_them(
    circle: list[GroupMembership], bob: Member
) -> None:
    made = addressed.invite(
        member_id=bob.id, invite_id=None, group_id=circle[0].group_id, to=circle[2].id, now=NOW
    )
    other = services.invite(member_id=bob.id, invite_id=None, now=NOW)
    leaving.leave(member_id=bob.id, group_id=circle[0].group_id, now=LATER)
    withdrawn = PartnerInvite.objects.filter(withdrawn_at=LATER)
    assert [one.id for one in withdrawn] == [made.invite.id]
    assert other.invite.id in queries.open_invites(now=LATER).values_list("id", flat=True)


def test_an_account_that_goes_ends_everything_at_once(
    circle: list[GroupMembership], alice: Member, bob: Member, charlie: Member
) -> None:
    direct, of_group = make_partners(alice, bob), make_group_partners(circle[1], circle[2])
    stays = make_partners(alice, charlie)
    code = services.invite(member_id=bob.id, invite_id=None, now=NOW).code
    share(alice, direct, STATUS)
    for _ in range(2):
        services.end_all(member_id=bob.id, now=LATER)
    assert [are_linked(one) for one in (direct, of_group, stays)] == [False, False, True]
    assert not Grant.objects.standing().exists()
    with pytest.raises(InviteNotUsable):
        services.accept(member_id=charlie.id, code=code, now=LATER)


def test_a_code_of_somebody_who_is_erased_at_this_moment_opens_nothing(
    alice: Member, bob: Member, monkeypatch: pytest.MonkeyPatch
) -> None:
    code = services.invite(member_id=alice.id, invite_id=None, now=NOW).code
    found = services.code_hash

    def looked_up(*, code: str) -> bytes:
        digest = found(code=code)
        ChangeCounter.objects.filter(member=alice).delete()
        return digest

    monkeypatch.setattr(services, "code_hash", looked_up)
    with pytest.raises(InviteNotUsable):
        services.accept(member_id=bob.id, code=code, now=NOW)
    assert not Partnership.objects.exists()


def test_a_partnership_with_somebody_who_is_erased_at_this_moment_is_missing(
    alice: Member, bob: Member
) -> None:
    linked = make_partners(alice, bob)
    ChangeCounter.objects.filter(member=bob).delete()
    with pytest.raises(Missing):
        services.end(member_id=alice.id, partnership_id=linked.id, now=NOW)


@pytest.mark.django_db(transaction=True)
def test_partners_who_leave_end_and_block_at_once_never_wait_in_a_circle(
    alice: Member, bob: Member, charlie: Member
) -> None:
    circle = make_circle(alice, bob, charlie)
    group_id = circle[0].group_id
    make_group_partners(circle[1], circle[2])
    between = make_group_partners(circle[0], circle[1])

    def act(number: int) -> None:
        try:
            if number == 0:
                leaving.leave(member_id=bob.id, group_id=group_id, now=LATER)
            elif number == 1:
                leaving.leave(member_id=charlie.id, group_id=group_id, now=LATER)
            elif number == 2:
                services.end(member_id=alice.id, partnership_id=between.id, now=LATER)
            else:
                services.end_all(member_id=charlie.id, now=LATER)
        except Missing:
            pass

    at_once(act, times=4)
    assert not Partnership.objects.active().exists()
    ends = Change.objects.filter(table="partnerships", gone=True)
    assert ends.count() == 4
