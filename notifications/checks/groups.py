"""What comes from groups: still to be decided, still by this member?"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from django.db.models import QuerySet

from notifications.leases import Leased, Reasons
from notifications.models import Dropped
from recovery.blocks import queries as blocks
from recovery.groups.choices import JoinRequestState, Role
from recovery.groups.models import GroupMembership, JoinRequest


def request(rows: Sequence[Leased], now: datetime) -> Reasons:
    """Ask whether a request waits in the group and its reader still runs it.

    Requests of whom the reader blocked do not count.
    """
    waiting: dict[UUID | None, set[UUID]] = defaultdict(set)
    for group_id, asker_id in JoinRequest.objects.filter(
        group_id__in={row.subject_id for row in rows},
        state=JoinRequestState.OPEN,
        member__deleted_at__isnull=True,
    ).values_list("group_id", "member_id"):
        waiting[group_id].add(asker_id)
    running = _memberships(GroupMembership.objects.running(), rows)
    apart = blocks.blocked_pairs(
        pairs={(row.member_id, asker) for row in rows for asker in waiting[row.subject_id]}
    )
    return {
        row.delivery_id: Dropped.WITHDRAWN
        for row in rows
        if (row.subject_id, row.member_id) not in running
        or all((row.member_id, asker) in apart for asker in waiting[row.subject_id])
    }


def joined(rows: Sequence[Leased], now: datetime) -> Reasons:
    """Ask whether the member is still in the group."""
    return _unless_in(_memberships(GroupMembership.objects.active(), rows), rows)


def owned(rows: Sequence[Leased], now: datetime) -> Reasons:
    """Ask whether the member still owns the group."""
    owners = GroupMembership.objects.active().filter(role=Role.OWNER)
    return _unless_in(_memberships(owners, rows), rows)


def _memberships(
    those: QuerySet[GroupMembership], rows: Sequence[Leased]
) -> set[tuple[UUID | None, UUID | None]]:
    """Return (group, member) of those memberships that the rows are about."""
    found = those.filter(
        member_id__in={row.member_id for row in rows},
        group_id__in={row.subject_id for row in rows},
    )
    return set(found.values_list("group_id", "member_id"))


def _unless_in(known: set[tuple[UUID | None, UUID | None]], rows: Sequence[Leased]) -> Reasons:
    return {
        row.delivery_id: Dropped.WITHDRAWN
        for row in rows
        if (row.subject_id, row.member_id) not in known
    }
