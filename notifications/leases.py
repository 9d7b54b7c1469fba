"""Deliveries on their way: taken for a minute, so that a killed worker's free themselves."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.db.models import F, Q

from notifications.models import Delivery, DeliveryState, Dropped
from notifications.wording import Kind


@dataclass(frozen=True, slots=True, kw_only=True)
class Leased:
    """A delivery that this worker holds, with all that is to be asked again before it is sent."""

    delivery_id: UUID
    tries: int  # this one included
    urgent: bool
    notification_id: UUID
    member_id: UUID
    kind: Kind
    local_date: date | None
    subject_id: UUID | None
    partnership_id: UUID | None
    expires_at: datetime
    member_deleted_at: datetime | None
    member_locale: str
    device_id: UUID
    device_member_id: UUID
    address: str
    address_kind: str
    platform: str
    device_locale: str
    push_permission: str
    retired_at: datetime | None
    session_id: UUID
    session_ended_at: datetime | None
    session_expires_at: datetime


Reasons = dict[UUID, Dropped]  # delivery id -> why it must not be sent; absent: send it


# Leased's fields in order, as the ORM reaches them from a delivery.
_PATHS = (
    "id",
    "tries",
    "urgent",
    "notification_id",
    "notification__member_id",
    "notification__kind",
    "notification__local_date",
    "notification__subject_id",
    "notification__partnership_id",
    "notification__expires_at",
    "notification__member__deleted_at",
    "notification__member__locale",
    "device_id",
    "device__member_id",
    "device__address",
    "device__address_kind",
    "device__platform",
    "device__locale",
    "device__push_permission",
    "device__retired_at",
    "device__session_id",
    "device__session__ended_at",
    "device__session__expires_at",
)


def lease(*, now: datetime, limit: int, urgent_only: bool = False) -> tuple[datetime, list[Leased]]:
    """Take up to ``limit`` deliveries that are due; return until when, and what they are.

    Urgent ones first, however many others have waited for longer. The instant is the proof of the
    lease: a worker that comes back too late settles nothing.
    """
    # A batch of sends ends within 15 s and its settling within a second or two; a minute leaves
    # room for a machine that stalls, and is what a killed worker costs.
    until = now + timedelta(seconds=settings.LEASE_SECONDS)
    with transaction.atomic():
        ids = _free(now=now, limit=limit, urgent=True)
        if len(ids) < limit and not urgent_only:
            ids += _free(now=now, limit=limit - len(ids), urgent=False)
        if not ids:
            return until, []
        Delivery.objects.filter(id__in=ids).update(leased_until=until, tries=F("tries") + 1)
    rows = Delivery.objects.filter(id__in=ids).values_list(*_PATHS)
    fields = Leased.__dataclass_fields__
    leased = [Leased(**dict(zip(fields, row, strict=True))) for row in rows]
    return until, leased


def _free(*, now: datetime, limit: int, urgent: bool) -> list[UUID]:
    """Lock due deliveries that no other worker has; the two sorts have an index each."""
    due = Delivery.objects.filter(
        state=DeliveryState.PENDING, urgent=urgent, next_attempt_at__lte=now
    )
    free = due.filter(Q(leased_until__isnull=True) | Q(leased_until__lte=now))
    locked = free.order_by("next_attempt_at").select_for_update(skip_locked=True)
    return list(locked.values_list("id", flat=True)[:limit])


def anything_due(*, now: datetime) -> bool:
    """Tell whether a delivery waits for a worker; one query."""
    return Delivery.objects.filter(state=DeliveryState.PENDING, next_attempt_at__lte=now).exists()
