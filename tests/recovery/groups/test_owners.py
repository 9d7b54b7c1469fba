"""A group has exactly one owner for as long as it is open."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import IntegrityError, connection, transaction

from recovery.groups.choices import JoinPolicy, Role
from recovery.groups.events import OwnerChanged
from recovery.groups.models import Group, GroupMembership, JoinRequest
from recovery.groups.refusals import (
    InviteNotUsable,
    ListensOnly,
    NotYourRole,
    OwnerNeeded,
    TooManyGroups,
)
from recovery.groups.services import invites, joining, leave_all, leaving, running
from recovery.kernel.errors import IdTaken, Invalid, Missing
from recovery.kernel.ids import new_id
from recovery.kernel.models import Change
from recovery.members.models import Member
from tests.factories import make_member
from tests.grouping import EVENINGS, accept, ask, facilitate, join, known_as, make_group
from tests.partnering import NOW
from tests.recovery.groups.test_joining import published

pytestmark = pytest.mark.django_db


def roles(group_id: object) -> dict[str, str]:
    """What the active members of a group are, by alias."""
    active = GroupMembership.objects.active().filter(group_id=group_id)
    return dict(active.values_list("alias", "role"))


def forget(member: Member) -> None:
    """Delete an account without its having left its groups."""
    Member.objects.filter(id=member.id).delete()
    connection.check_constraints()


def test_whoever_makes_a_group_owns_it_and_accepts_its_guidelines(alice: Member) -> None:
    made = make_group(alice)
    group = Group.objects.get()
    assert (made.role, made.guidelines_version) == (Role.OWNER, 1)
    assert group.owner_id == made.id
    assert {(change.member_id, change.table) for change in Change.objects.all()} == {
        (alice.id, "groups"),
        (alice.id, "group_memberships"),
    }


def test_a_group_sent_again_is_the_same_group(alice: Member, bob: Member) -> None:
    chosen = new_id()

    def create(member: Member, alias: str = "Heron") -> tuple[GroupMembership, bool]:
        return running.create(
            member_id=member.id, new=EVENINGS, me=known_as(alias), group_id=chosen, now=NOW
        )

    first, is_new = create(alice)
    again, is_new_again = create(alice)
    assert (is_new, is_new_again, again.id) == (True, False, first.id)
    with pytest.raises(IdTaken):
        create(alice, alias="Fern")
    with pytest.raises(IdTaken):
        create(bob)
    leaving.close(member_id=alice.id, group_id=chosen, now=NOW)
    with pytest.raises(Missing):
        create(alice)


def test_a_sixth_group_of_ones_own_is_refused(alice: Member) -> None:
    for _ in range(5):
        make_group(alice)
    with pytest.raises(TooManyGroups):
        make_group(alice)


def test_the_database_refuses_an_open_group_without_an_owner(alice: Member) -> None:
    make_group(alice)
    with pytest.raises(IntegrityError), transaction.atomic():
        Group.objects.update(owner=None)


def test_the_database_refuses_a_second_owner(alice: Member, bob: Member) -> None:
    joined = join(bob, make_group(alice).group_id, "Fern")
    with pytest.raises(IntegrityError), transaction.atomic():
        GroupMembership.objects.filter(id=joined.id).update(role=Role.OWNER)


def test_the_database_refuses_to_forget_a_member_who_has_not_left(alice: Member) -> None:
    make_group(alice)
    # The database may ask at once or at the end; this asks both.
    with pytest.raises(IntegrityError), transaction.atomic():
        forget(alice)


def test_a_group_is_handed_on_and_its_owner_becomes_a_facilitator(
    alice: Member, bob: Member
) -> None:
    mine = make_group(alice)
    theirs = join(bob, mine.group_id, "Fern")
    with published(OwnerChanged) as facts:
        for _ in range(2):  # sent again it changes nothing
            running.transfer(
                member_id=alice.id, group_id=mine.group_id, membership_id=theirs.id, now=NOW
            )
    assert facts == [
        OwnerChanged(group_id=mine.group_id, membership_id=theirs.id, member_id=bob.id, at=NOW)
    ]
    assert roles(mine.group_id) == {"Heron": Role.FACILITATOR, "Fern": Role.OWNER}
    assert Group.objects.get().owner_id == theirs.id
    assert GroupMembership.objects.get(id=theirs.id).version == 2


def test_only_the_owner_hands_a_group_on_and_to_nobody_who_listens(
    alice: Member, bob: Member, charlie: Member
) -> None:
    mine = make_group(alice)
    theirs = join(bob, mine.group_id, "Fern")
    quiet = join(charlie, mine.group_id, "Moss", listens=True)
    facilitate(mine, theirs)
    with pytest.raises(NotYourRole, match="Only the owner does this"):
        running.transfer(member_id=bob.id, group_id=mine.group_id, membership_id=theirs.id, now=NOW)
    with pytest.raises(ListensOnly, match="choose another"):
        running.transfer(
            member_id=alice.id, group_id=mine.group_id, membership_id=quiet.id, now=NOW
        )
    with pytest.raises(Missing):
        running.transfer(
            member_id=alice.id, group_id=mine.group_id, membership_id=new_id(), now=NOW
        )


def test_an_owner_cannot_leave_others_behind(alice: Member, bob: Member) -> None:
    mine = make_group(alice)
    join(bob, mine.group_id, "Fern")
    with pytest.raises(OwnerNeeded):
        leaving.leave(member_id=alice.id, group_id=mine.group_id, now=NOW)
    with pytest.raises(OwnerNeeded):
        joining.change_own(
            member_id=alice.id, group_id=mine.group_id, changed={"listens": True}, now=NOW
        )
    assert roles(mine.group_id) == {"Heron": Role.OWNER, "Fern": Role.MEMBER}


def test_a_group_closes_when_its_last_member_leaves_and_keeps_no_text(alice: Member) -> None:
    mine = make_group(alice)
    leaving.leave(member_id=alice.id, group_id=mine.group_id, now=NOW)
    group = Group.objects.get()
    assert (group.closed_at, group.owner_id) == (NOW, None)
    assert (group.name, group.description, group.guidelines) == ("", "", "")
    assert GroupMembership.objects.get().alias == ""


def test_facilitators_are_named_by_the_owner_and_listeners_by_themselves(
    alice: Member, bob: Member, charlie: Member
) -> None:
    mine = make_group(alice)
    theirs = join(bob, mine.group_id, "Fern")
    quiet = join(charlie, mine.group_id, "Moss", listens=True)

    def give(by: Member, to: GroupMembership, role: Role) -> None:
        running.change_role(
            member_id=by.id, group_id=mine.group_id, membership_id=to.id, role=role, now=NOW
        )

    give(alice, theirs, Role.FACILITATOR)
    assert roles(mine.group_id)["Fern"] == Role.FACILITATOR
    with pytest.raises(NotYourRole):
        give(bob, quiet, Role.FACILITATOR)
    with pytest.raises(ListensOnly):
        give(alice, quiet, Role.FACILITATOR)
    with pytest.raises(Invalid):
        give(alice, mine, Role.MEMBER)
    for role in (Role.OWNER, Role.LISTENER):
        with pytest.raises(Invalid):
            give(alice, theirs, role)
    give(alice, theirs, Role.MEMBER)
    assert roles(mine.group_id)["Fern"] == Role.MEMBER


def test_what_rests_on_facilitating_ends_with_it(alice: Member, bob: Member) -> None:
    mine = make_group(alice)
    theirs = join(bob, mine.group_id, "Fern")
    facilitate(mine, theirs)
    joining.change_own(
        member_id=bob.id, group_id=mine.group_id, changed={"answers_support": True}, now=NOW
    )
    changed = joining.change_own(
        member_id=bob.id, group_id=mine.group_id, changed={"listens": True}, now=NOW
    )
    assert (changed.role, changed.answers_support) == (Role.LISTENER, False)
    with pytest.raises(NotYourRole):
        joining.change_own(
            member_id=bob.id, group_id=mine.group_id, changed={"answers_support": True}, now=NOW
        )


def test_when_the_owners_account_goes_the_longest_serving_facilitator_follows(
    alice: Member, bob: Member, charlie: Member
) -> None:
    mine = make_group(alice)
    join(bob, mine.group_id, "Fern")
    later = join(charlie, mine.group_id, "Moss", now=NOW + timedelta(hours=1))
    facilitate(mine, later)
    for _ in range(2):  # again changes nothing
        leave_all(member_id=alice.id, now=NOW)
    assert roles(mine.group_id) == {"Fern": Role.MEMBER, "Moss": Role.OWNER}
    assert Group.objects.get().owner_id == later.id


def test_without_facilitators_the_longest_serving_member_follows_before_any_listener(
    alice: Member, bob: Member, charlie: Member
) -> None:
    mine = make_group(alice)
    join(bob, mine.group_id, "Fern", listens=True)
    join(charlie, mine.group_id, "Moss", now=NOW + timedelta(hours=1))
    with published(OwnerChanged) as facts:
        leave_all(member_id=alice.id, now=NOW)
        assert roles(mine.group_id) == {"Fern": Role.LISTENER, "Moss": Role.OWNER}
        leave_all(member_id=charlie.id, now=NOW)
    assert roles(mine.group_id) == {"Fern": Role.OWNER}
    assert [fact.member_id for fact in facts] == [charlie.id, bob.id]


def test_somebody_whose_own_account_is_going_follows_only_if_nobody_else_can(
    alice: Member, bob: Member, charlie: Member
) -> None:
    mine = make_group(alice)
    facilitate(mine, join(bob, mine.group_id, "Fern"))
    join(charlie, mine.group_id, "Moss", now=NOW + timedelta(hours=1))
    Member.objects.filter(id=bob.id).update(deleted_at=NOW)
    leave_all(member_id=alice.id, now=NOW)
    assert roles(mine.group_id)["Moss"] == Role.OWNER


def test_a_group_that_nobody_is_left_in_closes_when_an_account_goes(alice: Member) -> None:
    make_group(alice)
    leave_all(member_id=alice.id, now=NOW)
    assert Group.objects.get().closed_at == NOW
    Member.objects.filter(id=alice.id).delete()
    former = GroupMembership.objects.get()
    assert (former.member_id, former.alias, former.alias_key) == (None, "", "")


def test_only_the_owner_closes_a_group_and_that_ends_everything(alice: Member, bob: Member) -> None:
    mine = make_group(alice)
    facilitate(mine, join(bob, mine.group_id, "Fern"))
    with pytest.raises(NotYourRole):
        leaving.close(member_id=bob.id, group_id=mine.group_id, now=NOW)
    with pytest.raises(Missing):
        leaving.close(member_id=make_member(handle="dora").id, group_id=mine.group_id, now=NOW)
    leaving.close(member_id=alice.id, group_id=mine.group_id, now=NOW)
    assert roles(mine.group_id) == {}
    assert {one.ending for one in GroupMembership.objects.all()} == {"closed"}
    with pytest.raises(Missing):
        leaving.close(member_id=alice.id, group_id=mine.group_id, now=NOW)


def test_what_an_account_asked_and_offered_goes_with_it(alice: Member, bob: Member) -> None:
    mine = make_group(alice, join_policy=JoinPolicy.APPROVAL)
    theirs = make_group(bob, alias="Fern")
    code = invites.invite(member_id=bob.id, group_id=theirs.group_id, invite_id=None, now=NOW).code
    ask(bob, mine.group_id, "Fern", message="May I?")
    leave_all(member_id=bob.id, now=NOW)
    row = JoinRequest.objects.get()
    assert (row.state, row.alias, bytes(row.message)) == ("withdrawn", "", b"")
    with pytest.raises(InviteNotUsable):
        accept(alice, code, "Heron")
