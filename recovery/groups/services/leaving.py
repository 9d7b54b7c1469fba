"""No longer being a member: left, removed, closed, or the account goes. A group keeps an owner."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.db.models import F, QuerySet

from recovery.groups import queries, rules
from recovery.groups.choices import Ending, JoinRequestState, Role
from recovery.groups.events import MemberLeft, MembersLeaving, OwnerChanged
from recovery.groups.models import Group, GroupInvite, GroupMembership, JoinRequest
from recovery.groups.refusals import OWNER_ONLY, NotYourRole, OwnerNeeded
from recovery.groups.services.entering import TABLE, settle_requests
from recovery.groups.services.locking import Logs, lock
from recovery.kernel import changes, events
from recovery.kernel.errors import Missing, invalid


def leave(*, member_id: UUID, group_id: UUID, now: datetime) -> None:
    """Leave a group; the last member's leaving closes it.

    Raises Missing for who is no member, OwnerNeeded for an owner whom others would remain without.
    """
    with _leaving(group_id, [member_id], now=now) as logs:
        group = lock(group_id=group_id)
        mine = queries.membership_of(member_id=member_id, group_id=group_id)
        if mine.role == Role.OWNER:
            if _others(mine).exists():
                raise OwnerNeeded()
            _shut(group, log=logs[member_id], now=now)
        _end(mine, ending=Ending.LEFT, log=logs[member_id], now=now)


def remove(*, member_id: UUID, group_id: UUID, membership_id: UUID, now: datetime) -> None:
    """Remove somebody: an owner anybody else, a facilitator members and listeners.

    Who was removed comes back by invite or approval only. Raises Missing, NotYourRole, and Invalid
    for oneself.
    """
    queries.running(member_id=member_id, group_id=group_id)
    found = _active(membership_id=membership_id, group_id=group_id)
    if found.member_id == member_id:
        raise invalid(pointer="", code="oneself", detail="To go yourself, leave the group.")
    with _leaving(group_id, [member_id, found.account_id], now=now) as logs:
        lock(group_id=group_id)
        mine = queries.running(member_id=member_id, group_id=group_id)
        theirs = _active(membership_id=membership_id, group_id=group_id)
        if theirs.runs_group and mine.role != Role.OWNER:
            raise NotYourRole(OWNER_ONLY)
        _end(theirs, ending=Ending.REMOVED, log=logs[theirs.account_id], now=now)


def close(*, member_id: UUID, group_id: UUID, now: datetime) -> None:
    """Close a group for good: everybody's membership ends and its texts are blanked.

    Raises Missing, and NotYourRole for anybody but its owner.
    """
    if queries.membership_of(member_id=member_id, group_id=group_id).role != Role.OWNER:
        raise NotYourRole(OWNER_ONLY)
    active = GroupMembership.objects.active().filter(group_id=group_id)
    everybody = [one.account_id for one in active.all()]
    with _leaving(group_id, everybody, now=now) as logs:
        group = lock(group_id=group_id)
        mine = queries.membership_of(member_id=member_id, group_id=group_id)
        if mine.role != Role.OWNER:
            raise NotYourRole(OWNER_ONLY)
        # Somebody may have joined just before the row was locked: their lock comes out of order.
        # Should two writes wait for each other there, the database refuses one, to be sent again.
        late = [one.account_id for one in active.all() if one.account_id not in logs]
        with changes.together(member_ids=late, now=now) as more:
            _shut(group, log=logs[member_id], now=now)
            for one in active.order_by("member_id"):
                _end(one, ending=Ending.CLOSED, log=(logs | more)[one.account_id], now=now)


def leave_all(*, member_id: UUID, now: datetime) -> None:
    """End every membership of an account that is being deleted, and all that it asked or offered.

    What it owned goes to whom ``rules.heir`` names; a group that nobody is left in closes. Doing it
    again changes nothing. The caller has locked whom it may concern: those who could own a group
    after them, and partners, in ascending order of ids.
    """
    with changes.write(member_id=member_id, now=now) as log:
        joined = GroupMembership.objects.active().of(member_id)
        for group_id in sorted(joined.values_list("group_id", flat=True)):
            group = lock(group_id=group_id)
            mine = queries.membership_of(member_id=member_id, group_id=group_id)
            if mine.role == Role.OWNER:
                _hand_on(group, mine, log=log, now=now)
            _end(mine, ending=Ending.ACCOUNT_DELETED, log=log, now=now)
        JoinRequest.objects.owned_by(member_id).filter(state=JoinRequestState.OPEN).update(
            state=JoinRequestState.WITHDRAWN,
            settled_at=now,
            alias="",
            message=b"",
            version=F("version") + 1,
        )


def make_owner(
    *,
    group: Group,
    before: GroupMembership,
    after: GroupMembership,
    logs: Logs,
    now: datetime,
) -> None:
    """Hand a group on; whoever owned it is a facilitator from then on.

    Part of a write that holds the group's row. The fact is published: whoever owns a group now did
    not do it themselves.
    """
    # In this order: the database knows one owner at most.
    for membership, role in ((before, Role.FACILITATOR), (after, Role.OWNER)):
        membership.role = role
        membership.version += 1
        membership.save(update_fields=["role", "version"])
        logs[membership.account_id].add(
            table=TABLE, row_id=membership.id, version=membership.version, fields=["role"]
        )
    group.owner = after
    group.version += 1
    group.save(update_fields=["owner", "version"])
    events.publish(
        fact=OwnerChanged(
            group_id=group.id,
            membership_id=after.id,
            member_id=after.account_id,
            at=now,
        )
    )


def withdraw_invites(*, group_id: UUID, member_id: UUID, now: datetime) -> None:
    """Close the invites of somebody who no longer runs a group."""
    theirs = GroupInvite.objects.filter(
        group_id=group_id, member_id=member_id, accepted_at=None, withdrawn_at=None
    )
    theirs.update(withdrawn_at=now, version=F("version") + 1)


@contextmanager
def _leaving(group_id: UUID, member_ids: Iterable[UUID], *, now: datetime) -> Iterator[Logs]:
    """Write on the data of those who leave, and of whoever removes them.

    Who is concerned besides is locked first, by those who listen.
    """
    known = tuple(sorted(member_ids))
    with transaction.atomic():
        events.publish(fact=MembersLeaving(group_id=group_id, member_ids=known, at=now))
        with changes.together(member_ids=known, now=now) as logs:
            yield logs


def _others(mine: GroupMembership) -> QuerySet[GroupMembership]:
    return GroupMembership.objects.active().filter(group_id=mine.group_id).exclude(id=mine.id)


def _active(*, membership_id: UUID, group_id: UUID) -> GroupMembership:
    active = GroupMembership.objects.active().filter(id=membership_id, group_id=group_id)
    found = active.first()
    if found is None:
        raise Missing()
    return found


def _end(
    membership: GroupMembership, *, ending: Ending, log: changes.ChangeLog, now: datetime
) -> None:
    membership.left_at, membership.ending = now, ending
    membership.alias = membership.alias_key = ""
    membership.shown = membership.answers_support = False
    membership.support_from = membership.support_to = membership.climate_since = None
    membership.version += 1
    membership.save(
        update_fields=[
            *("left_at", "ending", "alias", "alias_key", "shown", "answers_support"),
            *("support_from", "support_to", "climate_since", "version"),
        ]
    )
    log.add(table=TABLE, row_id=membership.id, version=membership.version, gone=True)
    withdraw_invites(group_id=membership.group_id, member_id=membership.account_id, now=now)
    events.publish(
        fact=MemberLeft(
            group_id=membership.group_id,
            membership_id=membership.id,
            member_id=membership.account_id,
            at=now,
        )
    )


def _shut(group: Group, *, log: changes.ChangeLog, now: datetime) -> None:
    group.owner = None
    group.closed_at = now
    group.name = group.description = group.guidelines = ""
    group.listed = False
    group.climate_week = group.climate_due_at = None
    group.version += 1
    group.save(
        update_fields=[
            *("owner", "closed_at", "name", "description", "guidelines", "listed"),
            *("climate_week", "climate_due_at", "version"),
        ]
    )
    log.add(table="groups", row_id=group.id, version=group.version, gone=True)
    settle_requests(group_id=group.id, to=JoinRequestState.DECLINED, now=now)


def _hand_on(group: Group, mine: GroupMembership, *, log: changes.ChangeLog, now: datetime) -> None:
    others = {one.id: one for one in _others(mine).select_related("member")}
    heir = rules.heir(
        rules.Heir(
            id=one.id,
            facilitates=one.role == Role.FACILITATOR,
            listens=one.role == Role.LISTENER,
            is_leaving=one.member is None or one.member.deleted_at is not None,
            joined_at=one.joined_at,
        )
        for one in others.values()
    )
    if heir is None:
        _shut(group, log=log, now=now)
        return
    after = others[heir.id]
    with changes.together(member_ids=[mine.account_id, after.account_id], now=now) as logs:
        make_owner(group=group, before=mine, after=after, logs=logs, now=now)
