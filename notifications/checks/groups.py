"""What comes from groups: still to be decided, still by this member?"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from notifications.leases import Leased, Reasons
from notifications.models import Dropped
from recovery.blocks import queries as blocks
from recovery.groups.choices import JoinRequestState
from recovery.groups.models import GroupMembership, JoinRequest


def request(rows: Sequence[Leased], now: datetime) -> Reasons:
    """Ask whether the request is pending and its reader still runs the group."""
    pending = {
        request_id: (group_id, asker_id)
        for request_id, group_id, asker_id in JoinRequest.objects.filter(
            id__in={row.subject_id for row in rows},
            state=JoinRequestState.OPEN,
            member__deleted_at__isnull=True,
        ).values_list("id", "group_id", "member_id")
    }
    running = set(
        GroupMembership.objects.running()
        .filter(
            member_id__in={row.member_id for row in rows},
            group_id__in={group_id for group_id, _ in pending.values()},
        )
        .values_list("group_id", "member_id")
    )
    apart = blocks.blocked_pairs(
        pairs={
            (row.member_id, pending[row.subject_id][1]) for row in rows if row.subject_id in pending
        }
    )
    found: Reasons = {}
    for row in rows:
        asked = pending.get(row.subject_id) if row.subject_id else None
        if (
            asked is None
            or (asked[0], row.member_id) not in running
            or (row.member_id, asked[1]) in apart
        ):
            found[row.delivery_id] = Dropped.WITHDRAWN
    return found


def joined(rows: Sequence[Leased], now: datetime) -> Reasons:
    """Ask whether the member is still in the group."""
    inside = set(
        GroupMembership.objects.active()
        .filter(
            member_id__in={row.member_id for row in rows},
            group_id__in={row.subject_id for row in rows},
        )
        .values_list("group_id", "member_id")
    )
    return {
        row.delivery_id: Dropped.WITHDRAWN
        for row in rows
        if (row.subject_id, row.member_id) not in inside
    }
