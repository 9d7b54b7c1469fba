"""Ways into a group: open to all, by approval, by invite."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

import pytest

from recovery.groups import queries
from recovery.groups.choices import JoinPolicy, JoinRequestState, Role
from recovery.groups.events import JoinRequested, MemberJoinedGroup, MemberLeft
from recovery.groups.models import GroupInvite, GroupMembership, JoinRequest
from recovery.groups.refusals import (
    AliasTaken,
    AskedAlready,
    GroupFull,
    GuidelinesOutdated,
    InviteNotUsable,
    JoinedAlready,
    NotOpen,
    NotYourRole,
    TooManyGroupInvites,
    TooManyGroups,
)
from recovery.groups.services import asking, entering, invites, joining, leaving, running
from recovery.kernel import events
from recovery.kernel.errors import IdTaken, Invalid, Missing
from recovery.kernel.ids import new_id
from recovery.members.models import Member
from tests.factories import make_member
from tests.grouping import accept, ask, block, facilitate, invited, join, known_as, make_group
from tests.partnering import NOW

pytestmark = pytest.mark.django_db


@contextmanager
def published(*kinds: type) -> Iterator[list[Any]]:
    """Collect the facts of these kinds."""
    found: list[Any] = []
    for kind in kinds:
        events.subscribe(fact=kind, handler=found.append)
    try:
        yield found
    finally:
        for kind in kinds:
            events._handlers[kind].remove(found.append)


def test_whoever_wants_to_joins_an_open_group(alice: Member, bob: Member) -> None:
    group_id = make_group(alice).group_id
    with published(MemberJoinedGroup) as facts:
        joined = join(bob, group_id, "  Fern   leaf ")
    assert (joined.alias, joined.role, joined.shown) == ("Fern leaf", Role.MEMBER, False)
    assert facts == [
        MemberJoinedGroup(
            group_id=group_id, membership_id=joined.id, member_id=bob.id, approved=False, at=NOW
        )
    ]


def test_joining_sent_again_is_the_same_membership(
    alice: Member, bob: Member, charlie: Member
) -> None:
    group_id = make_group(alice).group_id
    chosen = new_id()

    def again(member: Member, alias: str = "Fern") -> tuple[GroupMembership, bool]:
        return joining.join(
            member_id=member.id,
            group_id=group_id,
            profile=known_as(alias),
            membership_id=chosen,
            now=NOW,
        )

    assert [again(bob)[1], again(bob)[1]] == [True, False]
    with pytest.raises(IdTaken):
        again(bob, "Moss")
    with pytest.raises(IdTaken):
        again(charlie)
    with pytest.raises(JoinedAlready):
        join(bob, group_id, "Moss")
    leaving.leave(member_id=bob.id, group_id=group_id, now=NOW)
    with pytest.raises(Missing):
        again(bob)


def test_an_alias_is_one_of_a_kind_in_its_group_capitals_aside(alice: Member, bob: Member) -> None:
    group_id = make_group(alice, alias="Héron").group_id
    with pytest.raises(AliasTaken):
        join(bob, group_id, "HE\u0301RON")
    join(bob, group_id, "Fern")
    join(bob, make_group(alice, alias="Plum").group_id, "Fern")
    with pytest.raises(AliasTaken):
        joining.change_own(member_id=bob.id, group_id=group_id, changed={"alias": "héron"}, now=NOW)
    kept = joining.change_own(
        member_id=bob.id, group_id=group_id, changed={"alias": "FERN"}, now=NOW
    )
    assert kept.alias == "FERN"


def test_an_alias_is_free_again_once_its_member_left(alice: Member, bob: Member) -> None:
    group_id = make_group(alice).group_id
    join(bob, group_id, "Fern")
    leaving.leave(member_id=bob.id, group_id=group_id, now=NOW)
    assert join(bob, group_id, "Fern").alias == "Fern"


@pytest.mark.parametrize(
    ("policy", "way"), [(JoinPolicy.APPROVAL, "Ask to be let in"), (JoinPolicy.INVITE, "invite")]
)
def test_other_groups_are_not_joined_this_way(
    alice: Member, bob: Member, policy: JoinPolicy, way: str
) -> None:
    with pytest.raises(NotOpen, match=way):
        join(bob, make_group(alice, join_policy=policy).group_id, "Fern")


@pytest.mark.parametrize(
    ("policy", "way"), [(JoinPolicy.OPEN, "join it"), (JoinPolicy.INVITE, "invite")]
)
def test_only_groups_that_let_in_are_asked(
    alice: Member, bob: Member, policy: JoinPolicy, way: str
) -> None:
    with pytest.raises(NotOpen, match=way):
        ask(bob, make_group(alice, join_policy=policy).group_id, "Fern")


def test_a_group_that_is_not_listed_is_not_there_for_who_would_join_or_ask(
    alice: Member, bob: Member
) -> None:
    hidden = make_group(alice, listed=False).group_id
    quiet = make_group(alice, listed=False, join_policy=JoinPolicy.APPROVAL).group_id
    with pytest.raises(Missing):
        join(bob, hidden, "Fern")
    with pytest.raises(Missing):
        ask(bob, quiet, "Fern")


def test_outdated_guidelines_are_refused_and_the_current_version_is_said(
    alice: Member, bob: Member
) -> None:
    group_id = make_group(alice).group_id
    running.change(
        member_id=alice.id, group_id=group_id, changed={"guidelines": "New words."}, now=NOW
    )
    with pytest.raises(GuidelinesOutdated) as refused:
        join(bob, group_id, "Fern")
    assert "Version 2 is the current one" in refused.value.detail
    assert join(bob, group_id, "Fern", guidelines_version=2).guidelines_version == 2


def test_other_guidelines_are_accepted_anew(alice: Member, bob: Member) -> None:
    mine = make_group(alice)
    join(bob, mine.group_id, "Fern")
    changed = running.change(
        member_id=alice.id, group_id=mine.group_id, changed={"guidelines": "New."}, now=NOW
    )
    assert (changed.group.guidelines_version, changed.guidelines_version) == (2, 2)
    theirs = queries.membership_of(member_id=bob.id, group_id=mine.group_id)
    assert theirs.guidelines_version == 1

    def accept_version(version: int) -> GroupMembership:
        return joining.change_own(
            member_id=bob.id,
            group_id=mine.group_id,
            changed={"guidelines_version": version},
            now=NOW,
        )

    for version in (1, 3):
        with pytest.raises(GuidelinesOutdated):
            accept_version(version)
    assert accept_version(2).guidelines_version == 2


def test_the_same_guidelines_again_are_no_new_version(alice: Member) -> None:
    mine = make_group(alice)
    same = {"guidelines": mine.group.guidelines, "description": mine.group.description}
    kept = running.change(member_id=alice.id, group_id=mine.group_id, changed=same, now=NOW)
    assert (kept.group.guidelines_version, kept.group.version) == (1, 1)


def test_facilitators_change_what_fits_them(alice: Member, bob: Member, charlie: Member) -> None:
    mine = make_group(alice)
    facilitate(mine, join(bob, mine.group_id, "Fern"))
    join(charlie, mine.group_id, "Moss")

    def change(member: Member, **changed: Any) -> None:
        running.change(member_id=member.id, group_id=mine.group_id, changed=changed, now=NOW)

    change(bob, description="On Tuesdays at eight.", cost="donation")
    for changed in ({"name": "Other"}, {"description": "x", "listed": False}):
        with pytest.raises(NotYourRole):
            change(bob, **changed)
    with pytest.raises(NotYourRole):
        change(charlie, description="x")
    with pytest.raises(Missing):
        change(make_member(handle="dora"), description="x")
    with pytest.raises(Invalid):
        change(alice, time_zone="Atlantis")


def test_a_full_group_takes_nobody(
    alice: Member, bob: Member, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(entering, "MOST_MEMBERS", 1)
    mine = make_group(alice)
    with pytest.raises(GroupFull):
        join(bob, mine.group_id, "Fern")
    with pytest.raises(GroupFull):
        invited(mine, bob, "Fern")
    asked = make_group(alice, alias="Plum", join_policy=JoinPolicy.APPROVAL)
    request_id = ask(bob, asked.group_id, "Fern")
    with pytest.raises(GroupFull):
        asking.approve(member_id=alice.id, group_id=asked.group_id, request_id=request_id, now=NOW)


def test_one_belongs_to_so_many_groups_at_most(
    alice: Member, bob: Member, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(entering, "MOST_GROUPS", 1)
    join(bob, make_group(alice).group_id, "Fern")
    with pytest.raises(TooManyGroups):
        join(bob, make_group(alice).group_id, "Fern")


def test_who_was_removed_does_not_join_by_themselves_but_by_invite(
    alice: Member, bob: Member
) -> None:
    mine = make_group(alice)
    theirs = join(bob, mine.group_id, "Fern")
    leaving.remove(member_id=alice.id, group_id=mine.group_id, membership_id=theirs.id, now=NOW)
    with pytest.raises(NotOpen, match="ask to be let in"):
        join(bob, mine.group_id, "Fern")
    invited(mine, bob, "Fern")
    leaving.leave(member_id=bob.id, group_id=mine.group_id, now=NOW)
    assert join(bob, mine.group_id, "Fern").role == Role.MEMBER


def test_who_was_removed_from_an_open_group_asks_to_be_let_in_again(
    alice: Member, bob: Member
) -> None:
    mine = make_group(alice)
    theirs = join(bob, mine.group_id, "Fern")
    leaving.remove(member_id=alice.id, group_id=mine.group_id, membership_id=theirs.id, now=NOW)
    with published(JoinRequested) as facts:
        request_id = ask(bob, mine.group_id, "Fern", message="I am sorry.")
    assert facts[0].decider_ids == (alice.id,)
    (shown,) = queries.opened(requests=list(queries.open_requests(group_id=mine.group_id)))
    assert shown.was_removed
    asking.decline(member_id=alice.id, group_id=mine.group_id, request_id=request_id, now=NOW)
    later = NOW + timedelta(days=8)
    again = ask(bob, mine.group_id, "Fern", now=later)
    asking.approve(member_id=alice.id, group_id=mine.group_id, request_id=again, now=later)
    # Let in again, they come and go as everybody does.
    leaving.leave(member_id=bob.id, group_id=mine.group_id, now=later)
    with pytest.raises(NotOpen, match="join it"):
        ask(bob, mine.group_id, "Fern", now=later)
    assert join(bob, mine.group_id, "Fern", now=later).role == Role.MEMBER


def test_a_request_reaches_those_who_decide_with_its_message_sealed(
    alice: Member, bob: Member, charlie: Member
) -> None:
    mine = make_group(alice)
    facilitate(mine, join(charlie, mine.group_id, "Moss"))
    running.change(
        member_id=alice.id,
        group_id=mine.group_id,
        changed={"join_policy": JoinPolicy.APPROVAL},
        now=NOW,
    )
    with published(JoinRequested) as facts:
        request_id = ask(bob, mine.group_id, "Fern", message="Moss told me of you.")
    (fact,) = facts
    assert (fact.request_id, set(fact.decider_ids)) == (request_id, {alice.id, charlie.id})
    row = JoinRequest.objects.get()
    assert b"Moss" not in bytes(row.message)
    (shown,) = queries.opened(requests=[row])
    assert (shown.message, shown.request.alias) == ("Moss told me of you.", "Fern")
    assert not shown.was_removed


def test_nobody_is_told_that_somebody_asks_whom_they_blocked(
    alice: Member, bob: Member, charlie: Member
) -> None:
    mine = make_group(alice)
    facilitate(mine, join(charlie, mine.group_id, "Moss"))
    theirs = join(bob, mine.group_id, "Fern")
    block(charlie, theirs)
    leaving.leave(member_id=bob.id, group_id=mine.group_id, now=NOW)
    running.change(
        member_id=alice.id,
        group_id=mine.group_id,
        changed={"join_policy": JoinPolicy.APPROVAL},
        now=NOW,
    )
    with published(JoinRequested) as facts:
        ask(bob, mine.group_id, "Fern")
    assert facts[0].decider_ids == (alice.id,)


def test_who_is_approved_is_a_member_and_their_words_are_gone(alice: Member, bob: Member) -> None:
    mine = make_group(alice, join_policy=JoinPolicy.APPROVAL)
    request_id = ask(bob, mine.group_id, "Fern", message="May I?")
    with published(MemberJoinedGroup) as facts:
        for _ in range(2):  # again: the same
            person = asking.approve(
                member_id=alice.id, group_id=mine.group_id, request_id=request_id, now=NOW
            )
    assert (person.membership.alias, person.membership.role) == ("Fern", Role.MEMBER)
    assert [fact.approved for fact in facts] == [True]
    row = JoinRequest.objects.get()
    assert (row.state, row.alias, bytes(row.message)) == (JoinRequestState.APPROVED, "", b"")
    with pytest.raises(Missing):
        asking.decline(member_id=alice.id, group_id=mine.group_id, request_id=request_id, now=NOW)


def test_who_is_approved_under_a_taken_alias_gets_a_number(alice: Member, bob: Member) -> None:
    mine = make_group(alice, join_policy=JoinPolicy.APPROVAL)
    request_id = ask(bob, mine.group_id, "heron")
    person = asking.approve(
        member_id=alice.id, group_id=mine.group_id, request_id=request_id, now=NOW
    )
    assert person.membership.alias == "heron 2"


def test_only_who_runs_the_group_decides(alice: Member, bob: Member, charlie: Member) -> None:
    mine = make_group(alice, join_policy=JoinPolicy.APPROVAL)
    invited(mine, charlie, "Moss")
    request_id = ask(bob, mine.group_id, "Fern")
    for decide in (asking.approve, asking.decline):
        with pytest.raises(NotYourRole, match="the owner and the facilitators"):
            decide(member_id=charlie.id, group_id=mine.group_id, request_id=request_id, now=NOW)
        with pytest.raises(Missing):
            decide(member_id=bob.id, group_id=mine.group_id, request_id=request_id, now=NOW)


def test_a_request_is_open_once_and_not_sent_again_for_a_week_after_a_no(
    alice: Member, bob: Member
) -> None:
    mine = make_group(alice, join_policy=JoinPolicy.APPROVAL)
    request_id = ask(bob, mine.group_id, "Fern")
    with pytest.raises(AskedAlready, match="waits for an answer"):
        ask(bob, mine.group_id, "Fern")
    for _ in range(2):
        asking.decline(member_id=alice.id, group_id=mine.group_id, request_id=request_id, now=NOW)
    with pytest.raises(Missing):
        asking.approve(member_id=alice.id, group_id=mine.group_id, request_id=request_id, now=NOW)
    with pytest.raises(AskedAlready, match="You were not let in"):
        ask(bob, mine.group_id, "Fern", now=NOW + timedelta(days=6))
    ask(bob, mine.group_id, "Fern", now=NOW + timedelta(days=8))


def test_a_request_is_taken_back_by_its_maker_only(alice: Member, bob: Member) -> None:
    mine = make_group(alice, join_policy=JoinPolicy.APPROVAL)
    request_id = ask(bob, mine.group_id, "Fern")
    with pytest.raises(Missing):
        asking.withdraw(member_id=alice.id, group_id=mine.group_id, request_id=request_id, now=NOW)
    for _ in range(2):
        asking.withdraw(member_id=bob.id, group_id=mine.group_id, request_id=request_id, now=NOW)
    assert not queries.open_requests(group_id=mine.group_id).exists()
    with pytest.raises(Missing):
        asking.approve(member_id=alice.id, group_id=mine.group_id, request_id=request_id, now=NOW)
    ask(bob, mine.group_id, "Fern")  # a second thought needs no week


def test_those_who_decide_see_that_somebody_was_removed(alice: Member, bob: Member) -> None:
    mine = make_group(alice, join_policy=JoinPolicy.APPROVAL)
    theirs = invited(mine, bob, "Fern")
    leaving.remove(member_id=alice.id, group_id=mine.group_id, membership_id=theirs.id, now=NOW)
    ask(bob, mine.group_id, "Moss")
    (shown,) = queries.opened(requests=list(queries.open_requests(group_id=mine.group_id)))
    assert shown.was_removed


def test_so_many_requests_wait_at_most(alice: Member, bob: Member) -> None:
    owners = [alice, *(make_member(handle=f"owner_{number}") for number in range(2))]
    groups = [
        make_group(owner, join_policy=JoinPolicy.APPROVAL) for owner in owners for _ in range(5)
    ]
    for group in groups[:10]:
        ask(bob, group.group_id, "Fern")
    with pytest.raises(TooManyGroups):
        ask(bob, groups[10].group_id, "Fern")


def test_a_code_opens_a_group_whatever_its_policy_once(
    alice: Member, bob: Member, charlie: Member
) -> None:
    mine = make_group(alice, join_policy=JoinPolicy.INVITE, listed=False)
    made = invites.invite(member_id=alice.id, group_id=mine.group_id, invite_id=None, now=NOW)
    offer = queries.inspect(code=made.code, now=NOW)
    assert (offer.group.name, offer.inviter_alias) == ("Evening table", "Heron")
    first = accept(bob, made.code, "Fern")
    again = accept(bob, made.code, "Fern")
    assert (first.is_new, again.is_new) == (True, False)
    assert again.membership.id == first.membership.id
    with pytest.raises(InviteNotUsable):
        accept(charlie, made.code, "Moss")
    with pytest.raises(InviteNotUsable):
        queries.inspect(code=made.code, now=NOW)


def test_a_code_has_192_bits_is_not_stored_and_is_the_same_when_asked_for_again(
    alice: Member,
) -> None:
    mine = make_group(alice)
    chosen = new_id()
    codes = {
        invites.invite(member_id=alice.id, group_id=mine.group_id, invite_id=chosen, now=NOW).code
        for _ in range(2)
    }
    (code,) = codes
    assert len(code) == 32
    assert code not in repr(GroupInvite.objects.values_list().get())


@pytest.mark.parametrize(
    "reason",
    [
        *("unknown", "expired", "used", "withdrawn", "own", "member already", "closed"),
        *("inviter left", "inviter stepped back", "inviter's account is going"),
    ],
)
def test_every_code_that_opens_nothing_is_refused_in_the_same_words(
    alice: Member, bob: Member, charlie: Member, reason: str
) -> None:
    mine = make_group(alice)
    helper = join(charlie, mine.group_id, "Moss")
    facilitate(mine, helper)
    made = invites.invite(member_id=charlie.id, group_id=mine.group_id, invite_id=None, now=NOW)
    code, who, now = made.code, bob, NOW
    if reason == "unknown":
        code = code.swapcase()
    elif reason == "expired":
        now = NOW + timedelta(hours=72)
    elif reason == "used":
        accept(make_member(handle="dora"), code, "Plum")
    elif reason == "withdrawn":
        for by in (alice, charlie):  # the owner withdraws anybody's; again is the same
            invites.withdraw(
                member_id=by.id, group_id=mine.group_id, invite_id=made.invite.id, now=NOW
            )
    elif reason == "own":
        who = charlie
    elif reason == "member already":
        join(bob, mine.group_id, "Fern")
    elif reason == "closed":
        leaving.close(member_id=alice.id, group_id=mine.group_id, now=NOW)
    elif reason == "inviter left":
        leaving.leave(member_id=charlie.id, group_id=mine.group_id, now=NOW)
    elif reason == "inviter stepped back":
        joining.change_own(
            member_id=charlie.id, group_id=mine.group_id, changed={"listens": True}, now=NOW
        )
    else:
        Member.objects.filter(id=charlie.id).update(deleted_at=NOW)
    before = GroupMembership.objects.count()
    with pytest.raises(InviteNotUsable) as refused:
        invites.accept(member_id=who.id, code=code, given={}, now=now)
    assert refused.value.detail == "This invite cannot be used. Ask for a new one."
    assert GroupMembership.objects.count() == before


def test_a_refused_acceptance_does_not_use_up_the_code(alice: Member, bob: Member) -> None:
    mine = make_group(alice)
    code = invites.invite(member_id=alice.id, group_id=mine.group_id, invite_id=None, now=NOW).code
    with pytest.raises(Invalid) as refused:
        invites.accept(member_id=bob.id, code=code, given={"alias": "Fern"}, now=NOW)
    assert [error.pointer for error in refused.value.errors] == [
        *("/symbol", "/colour", "/guidelines_version"),
    ]
    with pytest.raises(AliasTaken):
        accept(bob, code, "Heron")
    with pytest.raises(GuidelinesOutdated):
        accept(bob, code, "Fern", guidelines_version=7)
    assert accept(bob, code, "Fern", listens=True).membership.role == Role.LISTENER


def test_only_who_runs_the_group_invites_and_so_many_at_most(alice: Member, bob: Member) -> None:
    mine = make_group(alice)
    join(bob, mine.group_id, "Fern")

    def invite(member: Member) -> invites.Made:
        return invites.invite(member_id=member.id, group_id=mine.group_id, invite_id=None, now=NOW)

    with pytest.raises(NotYourRole):
        invite(bob)
    with pytest.raises(Missing):
        invite(make_member(handle="dora"))
    for _ in range(20):
        made = invite(alice)
    with pytest.raises(TooManyGroupInvites):
        invite(alice)
    invites.withdraw(member_id=alice.id, group_id=mine.group_id, invite_id=made.invite.id, now=NOW)
    assert invite(alice).is_new


def test_a_facilitator_withdraws_their_own_invites_only(alice: Member, bob: Member) -> None:
    mine = make_group(alice)
    facilitate(mine, join(bob, mine.group_id, "Fern"))
    made = invites.invite(member_id=alice.id, group_id=mine.group_id, invite_id=None, now=NOW)
    with pytest.raises(Missing):
        invites.withdraw(
            member_id=bob.id, group_id=mine.group_id, invite_id=made.invite.id, now=NOW
        )


def test_who_asked_and_comes_by_invite_waits_for_no_answer_any_more(
    alice: Member, bob: Member
) -> None:
    mine = make_group(alice, join_policy=JoinPolicy.APPROVAL)
    ask(bob, mine.group_id, "Fern", message="May I?")
    invited(mine, bob, "Moss")
    row = JoinRequest.objects.get()
    assert (row.state, row.alias, bytes(row.message)) == (JoinRequestState.APPROVED, "", b"")


def test_leaving_blanks_the_alias_and_tells_the_program_once(alice: Member, bob: Member) -> None:
    mine = make_group(alice)
    theirs = join(bob, mine.group_id, "Fern", shown=True)
    with published(MemberLeft) as facts:
        leaving.leave(member_id=bob.id, group_id=mine.group_id, now=NOW)
        with pytest.raises(Missing):
            leaving.leave(member_id=bob.id, group_id=mine.group_id, now=NOW)
    assert [fact.membership_id for fact in facts] == [theirs.id]
    row = GroupMembership.objects.get(id=theirs.id)
    assert (row.alias, row.alias_key, row.shown, row.ending) == ("", "", False, "left")


def test_facilitators_remove_members_and_the_owner_anybody(
    alice: Member, bob: Member, charlie: Member
) -> None:
    mine = make_group(alice)
    theirs, third = join(bob, mine.group_id, "Fern"), join(charlie, mine.group_id, "Moss")
    facilitate(mine, theirs)

    def remove(by: Member, whom: GroupMembership) -> None:
        leaving.remove(member_id=by.id, group_id=mine.group_id, membership_id=whom.id, now=NOW)

    with pytest.raises(NotYourRole):
        remove(charlie, theirs)
    with pytest.raises(NotYourRole):
        remove(bob, mine)
    with pytest.raises(Invalid):
        remove(alice, mine)
    remove(bob, third)
    with pytest.raises(Missing):
        remove(bob, third)
    remove(alice, theirs)
    assert GroupMembership.objects.active().count() == 1
    with pytest.raises(Missing):
        queries.membership_of(member_id=bob.id, group_id=mine.group_id)
