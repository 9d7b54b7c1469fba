"""Groups and their members for tests, made the way the program makes them."""

from __future__ import annotations

from datetime import datetime

from recovery.groups.choices import Colour, Focus, JoinPolicy, MeetingFormat, Pathway, Symbol
from recovery.groups.models import GroupMembership
from recovery.groups.services import joining, running
from recovery.groups.services.entering import Profile
from recovery.members.models import Member
from recovery.partners import addressed
from recovery.partners.models import Partnership
from tests.partnering import NOW

ALIASES = ("Heron", "Fern", "Otter", "Plum", "Quartz", "Robin")


def make_circle(*members: Member, now: datetime = NOW) -> list[GroupMembership]:
    """A listed group that the first of these made and the others joined, in this order.

    They go by the aliases above, and all chose to be shown.
    """
    profiles = [
        Profile(
            alias=alias,
            symbol=Symbol.LEAF,
            colour=Colour.TEAL,
            guidelines_version=1,
            shown=True,
        )
        for alias in ALIASES
    ]
    new = running.NewGroup(
        name="Tuesday table",
        focus=Focus.ANY,
        pathway=Pathway.NONE,
        format=MeetingFormat.ONLINE,
        time_zone="Europe/Berlin",
        join_policy=JoinPolicy.OPEN,
        listed=True,
    )
    first, *others = members
    made = [running.create(member_id=first.id, new=new, me=profiles[0], group_id=None, now=now)[0]]
    for member, profile in zip(others, profiles[1:], strict=False):
        joined, _ = joining.join(
            member_id=member.id,
            group_id=made[0].group_id,
            profile=profile,
            membership_id=None,
            now=now,
        )
        made.append(joined)
    return made


def make_group_partners(
    inviter: GroupMembership, other: GroupMembership, *, now: datetime = NOW
) -> Partnership:
    """Two members of a group, linked by an invite that the first addressed to the second."""
    assert inviter.member_id
    assert other.member_id
    made = addressed.invite(
        member_id=inviter.member_id,
        invite_id=None,
        group_id=inviter.group_id,
        to=other.id,
        now=now,
    )
    accepted = addressed.accept(member_id=other.member_id, invite_id=made.invite.id, now=now)
    return accepted.partnership
