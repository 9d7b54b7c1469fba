"""Groups for tests, made the way the program makes them."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import Any
from uuid import UUID

from recovery.blocks import services as blocks
from recovery.groups.choices import Colour, Focus, JoinPolicy, MeetingFormat, Pathway, Symbol
from recovery.groups.models import GroupMembership
from recovery.groups.services import asking, invites, joining, running
from recovery.groups.services.entering import Profile
from recovery.members.models import Member
from tests.partnering import NOW

EVENINGS = running.NewGroup(
    name="Evening table",
    focus=Focus.ANY,
    pathway=Pathway.NONE,
    format=MeetingFormat.ONLINE,
    time_zone="Europe/Berlin",
    join_policy=JoinPolicy.OPEN,
    listed=True,
    description="We meet on Tuesdays.",
    guidelines="What is said here stays here.",
)


def known_as(alias: str, **fields: Any) -> Profile:
    """What somebody goes by who accepts the first guidelines."""
    profile = Profile(alias=alias, symbol=Symbol.LEAF, colour=Colour.TEAL, guidelines_version=1)
    return replace(profile, **fields)


def make_group(
    owner: Member, *, alias: str = "Heron", now: datetime = NOW, **fields: Any
) -> GroupMembership:
    """A listed group that is open to all, or what ``fields`` say; its owner's membership."""
    made, _ = running.create(
        member_id=owner.id,
        new=replace(EVENINGS, **fields),
        me=known_as(alias),
        group_id=None,
        now=now,
    )
    return made


def join(
    member: Member, group_id: UUID, alias: str, *, now: datetime = NOW, **fields: Any
) -> GroupMembership:
    """A member joins an open group."""
    joined, _ = joining.join(
        member_id=member.id,
        group_id=group_id,
        profile=known_as(alias, **fields),
        membership_id=None,
        now=now,
    )
    return joined


def ask(
    member: Member, group_id: UUID, alias: str, *, message: str = "", now: datetime = NOW
) -> UUID:
    """A member asks to be let in; the request's id."""
    made, _ = asking.ask(
        member_id=member.id,
        group_id=group_id,
        profile=known_as(alias),
        message=message,
        request_id=None,
        now=now,
    )
    return made.id


def invited(by: GroupMembership, member: Member, alias: str, **fields: Any) -> GroupMembership:
    """Somebody accepts an invite that this member made."""
    assert by.member_id
    code = invites.invite(
        member_id=by.member_id, group_id=by.group_id, invite_id=None, now=NOW
    ).code
    return accept(member, code, alias, **fields).membership


def accept(member: Member, code: str, alias: str, **fields: Any) -> invites.Accepted:
    """Somebody brings a code."""
    given = {
        "alias": alias,
        "symbol": Symbol.STAR,
        "colour": Colour.BLUE,
        "guidelines_version": 1,
        **fields,
    }
    return invites.accept(member_id=member.id, code=code, given=given, now=NOW)


def facilitate(owner: GroupMembership, other: GroupMembership) -> None:
    """The owner lets somebody facilitate."""
    assert owner.member_id
    running.change_role(
        member_id=owner.member_id,
        group_id=owner.group_id,
        membership_id=other.id,
        role=running.Role.FACILITATOR,
        now=NOW,
    )


def block(member: Member, other: GroupMembership) -> None:
    """A member blocks somebody whom they know from a group."""
    assert other.member_id
    blocks.block(
        member_id=member.id,
        block_id=None,
        named=blocks.Named(
            member_id=other.member_id,
            named_by=other.id,
            known_as=other.alias,
            named_in=other.group_id,
        ),
        now=NOW,
    )
