"""Facts in, rows out: the promise to tell a member something, made in the fact's transaction."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from notifications import bulk, pushes
from notifications.models import (
    NOT_FOR_THE_INBOX,
    Delivery,
    Device,
    Dropped,
    Notification,
    NotificationState,
)
from notifications.wording import Kind
from recovery.kernel.ids import new_id


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """A notification to be promised; ``dedupe_key`` names the fact behind it.

    An ``urgent`` one overtakes all others; whoever promises it hints ``deliver_urgent_soon``.
    """

    member_id: UUID
    kind: Kind
    dedupe_key: str
    expires_at: datetime
    local_date: date | None = None
    subject_id: UUID | None = None
    partnership_id: UUID | None = None
    urgent: bool = False
    dropped: Dropped = Dropped.NO


def promise(*, drafts: Sequence[Draft], now: datetime) -> int:
    """Write the notifications that are not there yet, and a delivery for each device they go to.

    Three queries, however many drafts; rows only, nothing is sent. Returns how many deliveries
    wait. One without a device, or with push switched off, is dropped but stays in the inbox.
    """
    if not drafts:
        return 0
    wanted = {draft.member_id for draft in drafts if draft.dropped is Dropped.NO}
    push_is_on = pushes.are_on()
    devices = _devices_of(wanted) if push_is_on and wanted else {}
    rows: list[tuple[Any, ...]] = []
    ways: dict[UUID, tuple[bool, Sequence[UUID]]] = {}
    for draft in drafts:
        reason = draft.dropped
        reached = devices.get(draft.member_id, ())
        if reason is Dropped.NO and not reached:
            reason = Dropped.NO_DEVICE if push_is_on else Dropped.PUSH_OFF
        row_id = new_id()
        if reason is Dropped.NO:
            ways[row_id] = (draft.urgent, reached)
        rows.append(
            (
                row_id,
                draft.member_id,
                draft.kind,
                draft.dedupe_key,
                draft.local_date,
                draft.subject_id,
                draft.partnership_id,
                now,
                draft.expires_at,
                NotificationState.PENDING if reason is Dropped.NO else NotificationState.DROPPED,
                reason,
                reason not in NOT_FOR_THE_INBOX,
            )
        )
    new = bulk.insert(
        Notification,
        columns=[
            "id",
            "member",
            "kind",
            "dedupe_key",
            "local_date",
            "subject_id",
            "partnership",
            "created_at",
            "expires_at",
            "state",
            "dropped_reason",
            "in_inbox",
        ],
        rows=rows,
        returning="id",
    )
    deliveries = [
        (new_id(), row_id, device_id, urgent, now)
        for row_id in new
        if row_id in ways
        for urgent, device_ids in [ways[row_id]]
        for device_id in device_ids
    ]
    bulk.insert(
        Delivery,
        columns=["id", "notification", "device", "urgent", "next_attempt_at"],
        rows=deliveries,
        returning="id",
    )
    return len(deliveries)


def _devices_of(member_ids: set[UUID]) -> dict[UUID, list[UUID]]:
    found = defaultdict(list)
    rows = Device.objects.reachable().filter(member_id__in=member_ids)
    for member_id, device_id in rows.values_list("member_id", "installation_id"):
        found[member_id].append(device_id)
    return found
