"""Making a group, changing what it says, and handing it on."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from uuid import UUID

from recovery.groups import queries, rules
from recovery.groups.choices import Cost, Role
from recovery.groups.models import Group, GroupMembership
from recovery.groups.refusals import OWNER_ONLY, ListensOnly, NotYourRole, TooManyGroups
from recovery.groups.services.entering import (
    MOST_GROUPS,
    TABLE,
    Profile,
    new_membership,
)
from recovery.groups.services.leaving import make_owner, withdraw_invites
from recovery.groups.services.locking import lock
from recovery.kernel import changes, days, rows, sealing
from recovery.kernel.errors import IdTaken, Missing, invalid
from recovery.kernel.ids import new_id

MOST_OWNED = 5
# What whoever helps to run a group may change; the rest says what kind of group it is, and stays
# with the owner.
FACILITATORS_CHANGE = frozenset({"description", "guidelines", "format", "cost"})


@dataclass(frozen=True, slots=True)
class NewGroup:
    """What a group says of itself."""

    name: str
    focus: str
    pathway: str
    format: str
    time_zone: str
    join_policy: str
    listed: bool
    description: str = ""
    guidelines: str = ""
    cost: str = Cost.FREE


def create(
    *,
    member_id: UUID,
    new: NewGroup,
    me: Profile,
    group_id: UUID | None,
    now: datetime,
) -> tuple[GroupMembership, bool]:
    """Make a group and its owner; return the owner's membership and whether it is new.

    The guidelines begin at version 1, which the owner accepts by writing them. Raises Invalid,
    TooManyGroups, IdTaken for a known id with other content or of somebody else, Missing for a
    group that has closed or that they left: that stays.
    """
    new = replace(new, time_zone=_known_zone(new.time_zone))
    alias = rules.clean_alias(me.alias, pointer="/me/alias")
    me = replace(me, alias=alias, guidelines_version=1)
    with changes.write(member_id=member_id, now=now) as log:
        digest = sealing.for_member(member_id=member_id).digest([asdict(new), asdict(me)])
        known = _replayed(member_id=member_id, group_id=group_id, digest=digest)
        if known is not None:
            return known, False
        mine = GroupMembership.objects.active().of(member_id)
        if mine.filter(role=Role.OWNER).count() >= MOST_OWNED or mine.count() >= MOST_GROUPS:
            raise TooManyGroups(f"You may own {MOST_OWNED} groups and belong to {MOST_GROUPS}.")
        group = Group(id=group_id or new_id(), body_digest=digest, created_at=now, **asdict(new))
        membership = new_membership(
            group=group, member_id=member_id, profile=me, role=Role.OWNER, now=now
        )
        # The two name each other; the database asks at the end of the transaction.
        group.owner_id = membership.id
        rows.insert(group)
        membership.save(force_insert=True)
        log.add(table="groups", row_id=group.id, version=1, fields=sorted(asdict(new)))
        log.add(table=TABLE, row_id=membership.id, version=1, fields=["alias", "role"])
    return membership, True


def change(
    *, member_id: UUID, group_id: UUID, changed: Mapping[str, object], now: datetime
) -> GroupMembership:
    """Change what a group says of itself; return the membership of whoever did.

    Other guidelines get the next version, which everybody else has yet to accept. Facilitators
    change the description, the guidelines, the format and the cost. Raises Missing, NotYourRole,
    Invalid for an unknown time zone.
    """
    wanted = dict(changed)
    if "time_zone" in wanted:
        wanted["time_zone"] = _known_zone(str(wanted["time_zone"]))
    with changes.write(member_id=member_id, now=now) as log:
        group = lock(group_id=group_id)
        mine = queries.running(member_id=member_id, group_id=group_id)
        mine.group = group
        if mine.role != Role.OWNER and not FACILITATORS_CHANGE.issuperset(wanted):
            raise NotYourRole(OWNER_ONLY)
        fields = sorted(name for name, value in wanted.items() if getattr(group, name) != value)
        if not fields:
            return mine
        for name in fields:
            setattr(group, name, wanted[name])
        if "guidelines" in fields:
            group.guidelines_version += 1
            mine.guidelines_version = group.guidelines_version
            mine.version += 1
            mine.save(update_fields=["guidelines_version", "version"])
            log.add(
                table=TABLE, row_id=mine.id, version=mine.version, fields=["guidelines_version"]
            )
        if group.climate_week is not None:
            group.climate_due_at = rules.climate_due_at(
                week_from=group.climate_week, zone=group.time_zone
            )
        group.version += 1
        group.save(update_fields=[*fields, "guidelines_version", "climate_due_at", "version"])
        log.add(table="groups", row_id=group.id, version=group.version, fields=fields)
    return mine


def transfer(
    *, member_id: UUID, group_id: UUID, membership_id: UUID, now: datetime
) -> GroupMembership:
    """Make another active member the owner; return the membership of whoever did, a facilitator's.

    Sent again it changes nothing. Raises Missing for who is not there, NotYourRole for anybody
    but the owner, ListensOnly for a listener: one is never counted on.
    """
    mine = queries.membership_of(member_id=member_id, group_id=group_id)
    if mine.group.owner_id == membership_id:
        return mine
    if mine.role != Role.OWNER:
        raise NotYourRole(OWNER_ONLY)
    theirs = _active(membership_id=membership_id, group_id=group_id)
    with changes.together(member_ids=[member_id, theirs.account_id], now=now) as logs:
        group = lock(group_id=group_id)
        mine = queries.membership_of(member_id=member_id, group_id=group_id)
        mine.group = group
        theirs = _active(membership_id=membership_id, group_id=group_id)
        if mine.role != Role.OWNER:
            raise NotYourRole(OWNER_ONLY)
        if theirs.role == Role.LISTENER:
            raise ListensOnly()
        make_owner(group=group, before=mine, after=theirs, logs=logs, now=now)
    return mine


def change_role(
    *, member_id: UUID, group_id: UUID, membership_id: UUID, role: Role, now: datetime
) -> queries.Person:
    """Let a member facilitate, or end that; return them.

    To be the owner is handed on, and to listen is everybody's own choice: both are Invalid here.
    Raises Missing, NotYourRole for anybody but the owner, ListensOnly for a listener.
    """
    if role not in (Role.FACILITATOR, Role.MEMBER):
        raise invalid(
            pointer="/role", code="not_given", detail="Only facilitator and member are given."
        )
    if queries.membership_of(member_id=member_id, group_id=group_id).role != Role.OWNER:
        raise NotYourRole(OWNER_ONLY)
    other_id = _active(membership_id=membership_id, group_id=group_id).account_id
    with changes.together(member_ids=[member_id, other_id], now=now) as logs:
        lock(group_id=group_id)
        mine = queries.membership_of(member_id=member_id, group_id=group_id)
        theirs = _active(membership_id=membership_id, group_id=group_id)
        if mine.role != Role.OWNER:
            raise NotYourRole(OWNER_ONLY)
        if theirs.role == Role.LISTENER:
            raise ListensOnly()
        if theirs.id == mine.id:
            raise invalid(pointer="", code="oneself", detail="Hand the group on first.")
        if theirs.role != role:
            set_role(theirs, role=role, log=logs[theirs.account_id], now=now)
    return queries.seen_member(viewer=mine, membership_id=membership_id)


def set_role(
    membership: GroupMembership, *, role: Role, log: changes.ChangeLog, now: datetime
) -> None:
    """Give somebody another role than that of the owner; what rests on running a group ends.

    Part of a write that holds the group's row.
    """
    membership.role = role
    membership.version += 1
    if not membership.runs_group:
        membership.answers_support = False
        membership.support_from = membership.support_to = None
        withdraw_invites(group_id=membership.group_id, member_id=membership.account_id, now=now)
    membership.save(
        update_fields=["role", "answers_support", "support_from", "support_to", "version"]
    )
    log.add(table=TABLE, row_id=membership.id, version=membership.version, fields=["role"])


def _active(*, membership_id: UUID, group_id: UUID) -> GroupMembership:
    found = queries.members_of(group_id=group_id).filter(id=membership_id).first()
    if found is None:
        raise Missing()
    return found


def _replayed(*, member_id: UUID, group_id: UUID | None, digest: bytes) -> GroupMembership | None:
    if group_id is None:
        return None
    known = Group.objects.filter(id=group_id).first()
    if known is None:
        return None
    # The digest is keyed by the member's own key, so nobody else's body has the same.
    if bytes(known.body_digest) != digest:
        raise IdTaken()
    return queries.membership_of(member_id=member_id, group_id=group_id)


def _known_zone(name: str) -> str:
    try:
        return days.canonical_zone(name)
    except days.UnknownZone:
        raise invalid(
            pointer="/time_zone",
            code="unknown_zone",
            detail="Use a name of the IANA time zone database, such as Europe/Berlin.",
        ) from None
