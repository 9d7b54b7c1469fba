"""What goes by itself: devices unseen for long, old sessions and notifications, groups' weeks."""

from __future__ import annotations

import logging
from datetime import datetime, timedelta
from uuid import UUID

from notifications import devices
from notifications.models import Delivery, Notification
from recovery.members import services as members
from recovery.overview import climate

log = logging.getLogger("notifications.housekeeping")

EVERY = timedelta(days=1)
DEVICE_UNSEEN = timedelta(days=60)
INBOX_KEPT = timedelta(days=90)
# Deleted in portions, so that no other write waits for long.
PORTION = 1000


def keep_house(*, now: datetime) -> None:
    """Retire devices unseen for 60 days, delete notifications older than 90.

    Sessions that cannot go on end, and tokens, codes and limits past their time are deleted. The
    weeks of groups that have fallen due are computed.
    """
    retired = devices.retire_unseen(since=now - DEVICE_UNSEEN, now=now)
    deleted = 0
    while portion := _delete_portion(before=now - INBOX_KEPT):
        deleted += portion
    while members.purge(now=now, most=PORTION):
        pass
    log.info("%d devices retired, %d notifications deleted", retired, deleted)
    while climate.compute_due(now=now):
        pass


def _delete_portion(*, before: datetime) -> int:
    # Ids begin with the time they were made, so the primary key finds the old ones without a scan;
    # a day of margin covers servers whose clocks disagree.
    oldest = Notification.objects.filter(
        id__lt=_first_id(before + timedelta(days=1)), created_at__lt=before
    )
    ids = list(oldest.order_by("id").values_list("id", flat=True)[:PORTION])
    Delivery.objects.filter(notification_id__in=ids).delete()
    Notification.objects.filter(id__in=ids).delete()
    return len(ids)


def _first_id(at: datetime) -> UUID:
    """Return the smallest UUIDv7 of a millisecond (RFC 9562)."""
    return UUID(int=int(at.timestamp() * 1000) << 80)
