"""Becoming a member, whichever way led there. Parts of writes that hold the group's row."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import F

from recovery.groups import rules
from recovery.groups.choices import JoinRequestState, Role
from recovery.groups.events import MemberJoinedGroup
from recovery.groups.models import Group, GroupInvite, GroupMembership, JoinRequest
from recovery.groups.refusals import AliasTaken, GroupFull, GuidelinesOutdated, TooManyGroups
from recovery.kernel import changes, events, rows
from recovery.kernel.ids import new_id

# A group in which everybody can know everybody is smaller by far; this bounds what closing costs.
MOST_MEMBERS = 200
MOST_GROUPS = 50
TABLE = "group_memberships"


@dataclass(frozen=True, slots=True)
class Profile:
    """What somebody is known by in a group, and which guidelines they accept."""

    alias: str
    symbol: str
    colour: str
    guidelines_version: int
    shown: bool = False
    listens: bool = False


def is_alias_taken(*, group_id: UUID, key: str, besides: UUID | None = None) -> bool:
    """Tell whether an active member goes by an alias, in the form in which aliases are compared."""
    active = GroupMembership.objects.active().filter(group_id=group_id, alias_key=key)
    if besides is not None:
        active = active.exclude(id=besides)
    return active.exists()


def check_guidelines(*, group: Group, version: int) -> None:
    """Raise GuidelinesOutdated unless this is the version of now."""
    if version != group.guidelines_version:
        raise GuidelinesOutdated(current=group.guidelines_version)


def check_room(*, group: Group, member_id: UUID) -> None:
    """Raise GroupFull or TooManyGroups when one more is one too many."""
    active = GroupMembership.objects.active()
    if active.filter(group_id=group.id).count() >= MOST_MEMBERS:
        raise GroupFull()
    if active.of(member_id).count() >= MOST_GROUPS:
        raise TooManyGroups(f"You may belong to {MOST_GROUPS} groups; leave one first.")


def enter(
    *,
    group: Group,
    member_id: UUID,
    profile: Profile,
    log: changes.ChangeLog,
    now: datetime,
    membership_id: UUID | None = None,
    digest: bytes = b"",
    role: Role = Role.MEMBER,
    invite: GroupInvite | None = None,
    approved: bool = False,
) -> GroupMembership:
    """Make somebody a member; their open request is settled with it, and the fact is published.

    ``profile.alias`` is clean. Raises AliasTaken, GroupFull, TooManyGroups, IdTaken.
    """
    check_room(group=group, member_id=member_id)
    key = rules.alias_key(profile.alias)
    if is_alias_taken(group_id=group.id, key=key):
        raise AliasTaken()
    made = new_membership(
        group=group,
        member_id=member_id,
        profile=profile,
        role=Role.LISTENER if profile.listens and role is Role.MEMBER else role,
        membership_id=membership_id,
        digest=digest,
        invite=invite,
        now=now,
    )
    rows.insert(made)
    log.add(table=TABLE, row_id=made.id, version=1, fields=["alias", "role"])
    settle_requests(group_id=group.id, member_id=member_id, to=JoinRequestState.APPROVED, now=now)
    events.publish(
        fact=MemberJoinedGroup(
            group_id=group.id,
            membership_id=made.id,
            member_id=member_id,
            approved=approved,
            at=now,
        )
    )
    return made


def new_membership(
    *,
    group: Group,
    member_id: UUID,
    profile: Profile,
    role: Role,
    now: datetime,
    membership_id: UUID | None = None,
    digest: bytes = b"",
    invite: GroupInvite | None = None,
) -> GroupMembership:
    """Return a membership that is not stored yet."""
    return GroupMembership(
        id=membership_id or new_id(),
        group=group,
        member_id=member_id,
        invite=invite,
        alias=profile.alias,
        alias_key=rules.alias_key(profile.alias),
        symbol=profile.symbol,
        colour=profile.colour,
        role=role,
        shown=profile.shown,
        guidelines_version=profile.guidelines_version,
        body_digest=digest,
        joined_at=now,
    )


def settle_requests(
    *, group_id: UUID, to: JoinRequestState, now: datetime, member_id: UUID | None = None
) -> None:
    """Settle the open requests to a group, all or one member's; what they said is blanked.

    A request's owner sees what became of it in the group itself, so it leaves no change of its own.
    """
    waiting = JoinRequest.objects.filter(group_id=group_id, state=JoinRequestState.OPEN)
    if member_id is not None:
        waiting = waiting.filter(member_id=member_id)
    waiting.update(state=to, settled_at=now, alias="", message=b"", version=F("version") + 1)
