"""Who sees whom in a group: aliases, by choice, and nobody across a block."""

from __future__ import annotations

import pytest
from django.db import IntegrityError, transaction

from recovery.groups import queries
from recovery.groups.choices import Role
from recovery.groups.models import GroupMembership
from recovery.groups.services import joining, leaving
from recovery.kernel.errors import Invalid, Missing
from recovery.members.models import Member
from tests.factories import make_member
from tests.grouping import block, facilitate, invited, join, make_group
from tests.partnering import NOW

pytestmark = pytest.mark.django_db


def seen(viewer: GroupMembership) -> dict[str, bool]:
    """Whom somebody sees, and whether as one who is shown to all."""
    now = GroupMembership.objects.get(id=viewer.id)
    found = queries.people(viewer=now, found=queries.seen_by(viewer=now))
    return {person.membership.alias: person.shown for person in found}


def test_members_see_themselves_and_those_who_chose_to_be_shown(
    alice: Member, bob: Member, charlie: Member
) -> None:
    mine = make_group(alice)
    hidden = join(bob, mine.group_id, "Fern")
    shown = join(charlie, mine.group_id, "Moss", shown=True)
    assert seen(hidden) == {"Fern": False, "Moss": True}
    assert seen(shown) == {"Moss": True}
    assert seen(mine) == {"Heron": False, "Fern": False, "Moss": True}
    facilitate(mine, shown)
    assert seen(shown) == {"Heron": False, "Fern": False, "Moss": True}


def test_a_block_hides_both_from_each_other_like_not_being_shown(
    alice: Member, bob: Member, charlie: Member
) -> None:
    mine = make_group(alice)
    one = join(bob, mine.group_id, "Fern", shown=True)
    other = join(charlie, mine.group_id, "Moss", shown=True)
    third = join(make_member(handle="dora"), mine.group_id, "Plum", shown=True)
    block(bob, other)
    assert seen(one) == {"Fern": True, "Plum": True}
    assert seen(other) == {"Moss": True, "Plum": True}
    assert set(seen(third)) == {"Fern", "Moss", "Plum"}
    with pytest.raises(Missing):
        queries.seen_member(viewer=other, membership_id=one.id)
    facilitate(mine, other)
    assert seen(other) == {"Heron": False, "Fern": False, "Moss": True, "Plum": True}


def test_somebody_whose_account_is_going_is_in_no_list(alice: Member, bob: Member) -> None:
    mine = make_group(alice)
    join(bob, mine.group_id, "Fern", shown=True)
    Member.objects.filter(id=bob.id).update(deleted_at=NOW)
    assert seen(mine) == {"Heron": False}


def test_strangers_former_members_and_closed_groups_look_the_same(
    alice: Member, bob: Member, charlie: Member
) -> None:
    hidden, closed = make_group(alice, listed=False), make_group(alice)
    invited(hidden, bob, "Fern")
    assert queries.card(member_id=bob.id, group_id=hidden.group_id).membership
    leaving.leave(member_id=bob.id, group_id=hidden.group_id, now=NOW)
    leaving.close(member_id=alice.id, group_id=closed.group_id, now=NOW)
    for who, group_id in (
        (bob, hidden.group_id),
        (charlie, hidden.group_id),
        (alice, closed.group_id),
    ):
        with pytest.raises(Missing):
            queries.card(member_id=who.id, group_id=group_id)
        with pytest.raises(Missing):
            queries.membership_of(member_id=who.id, group_id=group_id)


def test_a_listed_group_shows_its_card_to_whoever_is_signed_in(alice: Member, bob: Member) -> None:
    listed, hidden = make_group(alice), make_group(alice, listed=False)
    card = queries.card(member_id=bob.id, group_id=listed.group_id)
    assert (card.group.name, card.membership, card.request) == ("Evening table", None, None)
    found = queries.search(member_id=bob.id, mine=False, only={})
    assert [group.id for group in found] == [listed.group_id]
    mine = queries.search(member_id=alice.id, mine=True, only={"focus": "any"})
    assert {group.id for group in mine} == {listed.group_id, hidden.group_id}
    assert not queries.search(member_id=alice.id, mine=True, only={"focus": "family"}).exists()


def test_members_choose_what_they_are_known_by(alice: Member) -> None:
    mine = make_group(alice)
    changed = joining.change_own(
        member_id=alice.id,
        group_id=mine.group_id,
        changed={"alias": "Plum", "symbol": "kite", "colour": "red", "shown": True},
        now=NOW,
    )
    assert (changed.alias, changed.symbol, changed.colour, changed.shown) == (
        *("Plum", "kite", "red", True),
    )
    assert GroupMembership.objects.get().version == 2
    joining.change_own(
        member_id=alice.id, group_id=mine.group_id, changed={"alias": "Plum"}, now=NOW
    )
    assert GroupMembership.objects.get().version == 2


def test_to_listen_is_ones_own_choice_and_is_taken_back(alice: Member, bob: Member) -> None:
    mine = make_group(alice)
    join(bob, mine.group_id, "Fern")
    for listens, role in ((True, Role.LISTENER), (False, Role.MEMBER), (False, Role.MEMBER)):
        changed = joining.change_own(
            member_id=bob.id, group_id=mine.group_id, changed={"listens": listens}, now=NOW
        )
        assert changed.role == role


def test_hours_have_two_ends(alice: Member) -> None:
    mine = make_group(alice)
    with pytest.raises(Invalid):
        joining.change_own(
            member_id=alice.id, group_id=mine.group_id, changed={"support_from": "08:00"}, now=NOW
        )


@pytest.mark.parametrize(
    "fields",
    [
        {"alias": ""},
        {"left_at": NOW},
        {"left_at": NOW, "ending": "left"},
        {"answers_support": True, "role": "member"},
        {"support_from": "08:00"},
    ],
)
def test_the_database_refuses_what_no_membership_is(
    alice: Member, bob: Member, fields: dict[str, object]
) -> None:
    joined = join(bob, make_group(alice).group_id, "Fern")
    with pytest.raises(IntegrityError), transaction.atomic():
        GroupMembership.objects.filter(id=joined.id).update(**fields)
