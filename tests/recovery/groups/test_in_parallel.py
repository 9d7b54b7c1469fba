"""Several who act on one group at the same moment, each on a connection of their own."""

from __future__ import annotations

from typing import Any

import pytest

from recovery.groups.choices import JoinPolicy, Role
from recovery.groups.models import Group, GroupMembership, JoinRequest
from recovery.groups.refusals import (
    AliasTaken,
    GroupFull,
    InviteNotUsable,
    JoinedAlready,
    NotYourRole,
    OwnerNeeded,
)
from recovery.groups.services import asking, entering, invites, leave_all, leaving, running
from recovery.kernel import changes
from recovery.kernel.errors import Missing
from recovery.members.models import Member
from tests.factories import make_member
from tests.grouping import accept, ask, facilitate, join, make_group
from tests.parallel import at_once
from tests.partnering import NOW

pytestmark = pytest.mark.django_db(transaction=True)


def one_owner(group_id: Any) -> bool:
    """Whether an open group has exactly one owner, and the group names it."""
    group = Group.objects.get(id=group_id)
    owners = GroupMembership.objects.active().filter(group_id=group_id, role=Role.OWNER)
    return [one.id for one in owners] == ([group.owner_id] if group.closed_at is None else [])


def test_of_eight_who_join_under_one_alias_one_gets_it(alice: Member) -> None:
    group_id = make_group(alice).group_id
    members = [make_member(handle=f"member_{number}") for number in range(8)]

    def work(number: int) -> bool:
        try:
            join(members[number], group_id, "Fern" if number % 2 else "FERN")
        except AliasTaken:
            return False
        return True

    assert sum(at_once(work)) == 1
    assert GroupMembership.objects.active().count() == 2


def test_joining_eight_times_at_once_is_joining_once(alice: Member, bob: Member) -> None:
    group_id = make_group(alice).group_id

    def work(number: int) -> bool:
        try:
            join(bob, group_id, f"Fern {number}")
        except JoinedAlready:
            return False
        return True

    assert sum(at_once(work)) == 1


def test_of_eight_who_join_at_once_as_many_get_in_as_there_is_room(
    alice: Member, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(entering, "MOST_MEMBERS", 4)
    group_id = make_group(alice).group_id
    members = [make_member(handle=f"member_{number}") for number in range(8)]

    def work(number: int) -> bool:
        try:
            join(members[number], group_id, f"Fern {number}")
        except GroupFull:
            return False
        return True

    assert sum(at_once(work)) == 3


def test_two_who_approve_at_once_let_somebody_in_once(alice: Member, bob: Member) -> None:
    mine = make_group(alice)
    helpers = [make_member(handle=f"helper_{number}") for number in range(3)]
    for number, helper in enumerate(helpers):
        facilitate(mine, join(helper, mine.group_id, f"Fern {number}"))
    Group.objects.update(join_policy=JoinPolicy.APPROVAL)
    request_id = ask(bob, mine.group_id, "Moss")
    deciders = [alice, *helpers]

    def work(number: int) -> Any:
        return asking.approve(
            member_id=deciders[number % 4].id,
            group_id=mine.group_id,
            request_id=request_id,
            now=NOW,
        ).membership.id

    assert len(set(at_once(work))) == 1
    assert GroupMembership.objects.of(bob.id).count() == 1


def test_who_is_approved_and_declined_at_once_is_one_of_both(alice: Member, bob: Member) -> None:
    mine = make_group(alice, join_policy=JoinPolicy.APPROVAL)
    request_id = ask(bob, mine.group_id, "Moss")

    def work(number: int) -> str:
        decide = asking.approve if number % 2 else asking.decline
        try:
            decide(member_id=alice.id, group_id=mine.group_id, request_id=request_id, now=NOW)
        except Missing:
            return ""
        return decide.__name__

    answers = set(at_once(work)) - {""}
    state = JoinRequest.objects.get().state
    assert answers == {"approve" if state == "approved" else "decline"}
    assert GroupMembership.objects.of(bob.id).exists() == (state == "approved")


def test_a_code_brought_by_eight_at_once_lets_one_in(alice: Member) -> None:
    mine = make_group(alice)
    code = invites.invite(member_id=alice.id, group_id=mine.group_id, invite_id=None, now=NOW).code
    members = [make_member(handle=f"member_{number}") for number in range(8)]

    def work(number: int) -> bool:
        try:
            return accept(members[number], code, f"Fern {number}").is_new
        except InviteNotUsable:
            return False

    assert sum(at_once(work)) == 1


def test_handing_on_while_the_next_owner_leaves_keeps_one_owner(alice: Member, bob: Member) -> None:
    mine = make_group(alice)
    theirs = join(bob, mine.group_id, "Fern")

    def work(number: int) -> str:
        try:
            if number % 2:
                leaving.leave(member_id=bob.id, group_id=mine.group_id, now=NOW)
                return "left"
            running.transfer(
                member_id=alice.id, group_id=mine.group_id, membership_id=theirs.id, now=NOW
            )
        except (Missing, OwnerNeeded, NotYourRole):
            return ""
        return "handed on"

    assert len(set(at_once(work)) - {""}) == 1
    assert one_owner(mine.group_id)


def test_owner_and_heir_whose_accounts_go_at_once_leave_no_group_without_an_owner(
    alice: Member,
) -> None:
    members = [make_member(handle=f"member_{number}") for number in range(3)]
    mine = make_group(alice)
    for number, member in enumerate(members):
        join(member, mine.group_id, f"Fern {number}")
    accounts = [alice, *members[:2]]

    def work(number: int) -> None:
        # The locks that whoever deletes an account takes first: everybody whom it may concern.
        with changes.together(member_ids=[alice.id, *(member.id for member in members)], now=NOW):
            leave_all(member_id=accounts[number].id, now=NOW)

    at_once(work, times=3)
    assert one_owner(mine.group_id)
    assert Group.objects.get().closed_at is None
    assert GroupMembership.objects.active().get().role == Role.OWNER


def test_closing_while_others_join_leaves_nobody_inside(alice: Member) -> None:
    mine = make_group(alice)
    members = [make_member(handle=f"member_{number}") for number in range(7)]

    def work(number: int) -> None:
        try:
            if number == 7:
                leaving.close(member_id=alice.id, group_id=mine.group_id, now=NOW)
            else:
                join(members[number], mine.group_id, f"Fern {number}")
        except Missing:
            pass

    at_once(work)
    assert Group.objects.get().closed_at is not None
    assert not GroupMembership.objects.active().exists()
