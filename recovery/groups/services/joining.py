"""Joining an open group, and what members choose for themselves in theirs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, replace
from datetime import datetime
from typing import Any
from uuid import UUID

from recovery.groups import queries, rules
from recovery.groups.choices import JoinPolicy, Role
from recovery.groups.models import Group, GroupMembership
from recovery.groups.refusals import AliasTaken, JoinedAlready, NotOpen, NotYourRole, OwnerNeeded
from recovery.groups.services.entering import (
    TABLE,
    Profile,
    check_guidelines,
    enter,
    is_alias_taken,
)
from recovery.groups.services.locking import lock
from recovery.groups.services.running import set_role
from recovery.kernel import changes, days, sealing
from recovery.kernel.errors import IdTaken, Missing, invalid

BY_INVITE = "Whoever runs this group invites; ask one of them for an invite."


def join(
    *,
    member_id: UUID,
    group_id: UUID,
    profile: Profile,
    membership_id: UUID | None,
    now: datetime,
) -> tuple[GroupMembership, bool]:
    """Become a member of a listed group that is open to all; return it and whether it is new.

    Raises Missing for a group that is not listed, GuidelinesOutdated, NotOpen for another policy
    and for who was removed, JoinedAlready, AliasTaken, GroupFull, TooManyGroups, Invalid, IdTaken.
    """
    profile = replace(profile, alias=rules.clean_alias(profile.alias))
    with changes.write(member_id=member_id, now=now) as log:
        digest = sealing.for_member(member_id=member_id).digest([group_id, asdict(profile)])
        group = findable(member_id=member_id, group_id=group_id)
        known = _replayed(membership_id, member_id=member_id, digest=digest)
        if known is not None:
            known.group = group
            return known, False
        refuse_members(member_id=member_id, group_id=group_id)
        if group.join_policy != JoinPolicy.OPEN:
            by_approval = group.join_policy == JoinPolicy.APPROVAL
            raise NotOpen("Ask to be let in." if by_approval else BY_INVITE)
        if queries.removed_from(group_id=group_id, member_ids=[member_id]):
            raise NotOpen("You were removed from it; ask to be let in.")
        check_guidelines(group=group, version=profile.guidelines_version)
        made = enter(
            group=group,
            member_id=member_id,
            profile=profile,
            log=log,
            now=now,
            membership_id=membership_id,
            digest=digest,
        )
    return made, True


def findable(*, member_id: UUID, group_id: UUID) -> Group:
    """Lock a group that somebody may find and return it. Raises Missing."""
    group = lock(group_id=group_id)
    mine = GroupMembership.objects.active().of(member_id).filter(group_id=group_id)
    if not group.listed and not mine.exists():
        raise Missing()
    return group


def refuse_members(*, member_id: UUID, group_id: UUID) -> None:
    """Raise JoinedAlready for a member of the group."""
    if GroupMembership.objects.active().of(member_id).filter(group_id=group_id).exists():
        raise JoinedAlready()


def change_own(
    *, member_id: UUID, group_id: UUID, changed: Mapping[str, Any], now: datetime
) -> GroupMembership:
    """Change what one is known by, what one accepts and takes part in; return the membership.

    ``changed`` holds some of alias, symbol, colour, shown, listens, guidelines_version, in_climate,
    answers_support, support_from and support_to. Who facilitates and listens from now on does not
    facilitate any more. Raises Missing, AliasTaken, GuidelinesOutdated, OwnerNeeded for an owner
    who would listen, NotYourRole for who would answer for support without running the group,
    Invalid.
    """
    with changes.write(member_id=member_id, now=now) as log:
        group = lock(group_id=group_id)
        mine = queries.membership_of(member_id=member_id, group_id=group_id)
        mine.group = group
        before = {name: getattr(mine, name) for name in _COLUMNS}
        _choose_role(mine, changed, log=log, now=now)
        if "alias" in changed:
            _rename(mine, rules.clean_alias(changed["alias"]))
        if "guidelines_version" in changed:
            check_guidelines(group=group, version=changed["guidelines_version"])
        for name in ("symbol", "colour", "shown", "guidelines_version"):
            setattr(mine, name, changed.get(name, getattr(mine, name)))
        _choose_support(mine, changed)
        if "in_climate" in changed:
            _choose_climate(mine, group, takes_part=changed["in_climate"], now=now)
        fields = sorted(name for name in _COLUMNS if getattr(mine, name) != before[name])
        if fields:
            mine.version += 1
            mine.save(update_fields=[*fields, "version"])
            log.add(table=TABLE, row_id=mine.id, version=mine.version, fields=fields)
    return mine


_COLUMNS = (
    *("alias", "alias_key", "symbol", "colour", "shown", "guidelines_version"),
    *("climate_since", "answers_support", "support_from", "support_to"),
)


def _replayed(
    membership_id: UUID | None, *, member_id: UUID, digest: bytes
) -> GroupMembership | None:
    if membership_id is None:
        return None
    known = GroupMembership.objects.filter(id=membership_id).first()
    if known is None:
        return None
    if known.member_id != member_id or bytes(known.body_digest) != digest:
        raise IdTaken()
    if known.left_at is not None:
        raise Missing()
    return known


def _choose_role(
    mine: GroupMembership, changed: Mapping[str, Any], *, log: changes.ChangeLog, now: datetime
) -> None:
    listens = changed.get("listens")
    if listens is None or listens == (mine.role == Role.LISTENER):
        return
    if listens and mine.role == Role.OWNER:
        raise OwnerNeeded()
    if listens or mine.role == Role.LISTENER:
        set_role(mine, role=Role.LISTENER if listens else Role.MEMBER, log=log, now=now)


def _rename(mine: GroupMembership, alias: str) -> None:
    key = rules.alias_key(alias)
    if is_alias_taken(group_id=mine.group_id, key=key, besides=mine.id):
        raise AliasTaken()
    mine.alias, mine.alias_key = alias, key


def _choose_support(mine: GroupMembership, changed: Mapping[str, Any]) -> None:
    for name in ("answers_support", "support_from", "support_to"):
        setattr(mine, name, changed.get(name, getattr(mine, name)))
    if mine.answers_support and not mine.runs_group:
        raise NotYourRole("Owners and facilitators answer for the group.")
    if (mine.support_from is None) != (mine.support_to is None):
        raise invalid(
            pointer="/support_to", code="one_end", detail="Give both ends of the hours, or none."
        )


def _choose_climate(
    mine: GroupMembership, group: Group, *, takes_part: bool, now: datetime
) -> None:
    if takes_part == (mine.climate_since is not None):
        return
    today = days.local_date(now, zone=group.time_zone)
    mine.climate_since = today if takes_part else None
    if takes_part and group.climate_week is None:
        group.climate_week = rules.next_week(today)
        group.climate_due_at = rules.climate_due_at(
            week_from=group.climate_week, zone=group.time_zone
        )
        group.save(update_fields=["climate_week", "climate_due_at"])
