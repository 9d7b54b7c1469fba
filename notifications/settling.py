"""Write down what came of each delivery, in one transaction and in sets."""

from __future__ import annotations

import logging
import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction
from django.db.models import Exists, OuterRef

from notifications import bulk
from notifications.leases import Leased
from notifications.models import (
    NOT_FOR_THE_INBOX,
    Delivery,
    DeliveryState,
    Device,
    Dropped,
    Notification,
    NotificationState,
)
from notifications.pushes import Outcome, Result

log = logging.getLogger("notifications.settling")

# Waits of 30 s, doubling: the eighth try comes 30 × (2^7 - 1) = 3810 s after the first, and Google
# asks senders to give up after an hour.
FIRST_WAIT = timedelta(seconds=30)
MOST_TRIES = 8


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """What a delivery is to become."""

    state: DeliveryState
    reason: Dropped = Dropped.NO
    outcome: Outcome | None = None
    error_code: str = ""
    message_id: str = ""
    next_attempt_at: datetime | None = None
    counts_as_try: bool = True


def dropped(reason: Dropped) -> Verdict:
    """Return the end of one that must not be sent."""
    return Verdict(state=DeliveryState.DROPPED, reason=reason)


def exhausted() -> Verdict:
    """Return the end of one that took its worker down every time."""
    return Verdict(
        state=DeliveryState.SET_ASIDE, reason=Dropped.UNDELIVERABLE, error_code="WORKER_LOST"
    )


def put_off(row: Leased, *, until: datetime) -> Verdict:
    """Return that this one waits, through no fault of its own, unless it expires before."""
    if until >= row.expires_at:
        return dropped(Dropped.EXPIRED)
    return Verdict(state=DeliveryState.PENDING, next_attempt_at=until, counts_as_try=False)


def judge(row: Leased, result: Result, *, now: datetime) -> Verdict:
    """Return what follows from one send's outcome."""
    match result.outcome:
        case Outcome.SENT:
            return _said(result, DeliveryState.SENT)
        case Outcome.TOKEN_DEAD:
            return _said(result, DeliveryState.DROPPED, Dropped.DEVICE_GONE)
        case Outcome.REJECTED:
            log.error("delivery %s was refused: %s", row.delivery_id, result.error_code)
            return _said(result, DeliveryState.SET_ASIDE, Dropped.UNDELIVERABLE)
        case Outcome.TRY_LATER | Outcome.UNKNOWN:
            if row.tries >= MOST_TRIES:
                log.error("delivery %s is given up: %s", row.delivery_id, result.error_code)
                return _said(result, DeliveryState.SET_ASIDE, Dropped.UNDELIVERABLE)
            again = _again(row, result, now=now)
            if again >= row.expires_at:
                return _said(result, DeliveryState.DROPPED, Dropped.EXPIRED)
            return replace(_said(result, DeliveryState.PENDING), next_attempt_at=again)


def _said(result: Result, state: DeliveryState, reason: Dropped = Dropped.NO) -> Verdict:
    return Verdict(
        state=state,
        reason=reason,
        outcome=result.outcome,
        error_code=result.error_code or "",
        message_id=result.message_id or "",
    )


def _again(row: Leased, result: Result, *, now: datetime) -> datetime:
    if result.retry_at is not None:
        # Spread over a few seconds, so that all who were told the same instant do not meet there.
        return result.retry_at + timedelta(seconds=random.uniform(0, 5))  # noqa: S311
    wait: timedelta = FIRST_WAIT * 2 ** (row.tries - 1)
    return now + wait * random.uniform(0.8, 1.2)  # noqa: S311


def settle(
    *,
    leased: Sequence[Leased],
    verdicts: Mapping[UUID, Verdict],
    lease_until: datetime,
    now: datetime,
) -> None:
    """Write the verdicts of the deliveries whose lease still holds, and what follows from them.

    A notification is sent once one of its deliveries is, dropped once all have ended otherwise. A
    dead address retires its device, if the device still has it. Six queries at most.
    """
    pairs = [(row, verdicts[row.delivery_id]) for row in leased]
    dead = [
        (row.device_id, row.address, now, "")
        for row, verdict in pairs
        if verdict.outcome is Outcome.TOKEN_DEAD
    ]
    with transaction.atomic():
        # Locked first and in order: two workers that settle two devices of one notification must
        # see each other's verdict, or neither would end it.
        ids = sorted({row.notification_id for row in leased})
        list(
            Notification.objects.filter(id__in=ids)
            .order_by("id")
            .select_for_update()
            .values_list("id")
        )
        _write(pairs, lease_until=lease_until, now=now)
        if dead:
            bulk.update(
                Device,
                keys=["installation_id", "address"],
                columns=["retired_at", "address"],
                rows=dead,
            )
        _end_notifications(pairs)


def _write(
    pairs: Sequence[tuple[Leased, Verdict]], *, lease_until: datetime, now: datetime
) -> None:
    bulk.update(
        Delivery,
        keys=["id", "leased_until"],
        columns=[
            "leased_until",
            "state",
            "dropped_reason",
            "outcome",
            "error_code",
            "message_id",
            "next_attempt_at",
            "tries",
            "settled_at",
        ],
        rows=[
            (
                row.delivery_id,
                lease_until,
                None,
                verdict.state,
                verdict.reason,
                verdict.outcome or "",
                verdict.error_code,
                verdict.message_id,
                verdict.next_attempt_at or now,
                row.tries if verdict.counts_as_try else row.tries - 1,
                None if verdict.state is DeliveryState.PENDING else now,
            )
            for row, verdict in pairs
        ],
    )


def _end_notifications(pairs: Sequence[tuple[Leased, Verdict]]) -> None:
    sent = {row.notification_id for row, v in pairs if v.state is DeliveryState.SENT}
    if sent:
        Notification.objects.filter(id__in=sent, state=NotificationState.PENDING).update(
            state=NotificationState.SENT
        )
    reasons = {row.notification_id: v.reason for row, v in pairs if v.reason is not Dropped.NO}
    over = reasons.keys() - sent
    if not over:
        return
    alive = Delivery.objects.filter(
        notification=OuterRef("pk"), state__in=(DeliveryState.PENDING, DeliveryState.SENT)
    )
    ended = Notification.objects.filter(
        ~Exists(alive), id__in=over, state=NotificationState.PENDING
    ).values_list("id", flat=True)
    bulk.update(
        Notification,
        keys=["id"],
        columns=["state", "dropped_reason", "in_inbox"],
        rows=[
            (
                row_id,
                NotificationState.DROPPED,
                reasons[row_id],
                reasons[row_id] not in NOT_FOR_THE_INBOX,
            )
            for row_id in ended
        ],
    )
