"""What nobody needs any more."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import Q

from recovery.members.models import (
    EmailCode,
    ErasedMember,
    RateBucket,
    RefreshToken,
    Session,
    SessionEnd,
)
from recovery.members.services import sessions

# How long an ended session stays, to say why it ended to the device that comes back.
KEPT_AFTER_END = timedelta(days=60)


def purge(*, now: datetime, most: int = 1000) -> int:
    """End sessions that cannot go on, and delete rows that are past their end.

    At most ``most`` of each kind, so that no call is long; returns how many, so that a caller can
    come again for the rest.
    """
    total = _end_stale(now=now, most=most)
    for rows in (
        RefreshToken.objects.filter(expires_at__lt=now),
        EmailCode.objects.filter(expires_at__lt=now),
        Session.objects.filter(ended_at__lt=now - KEPT_AFTER_END),
        # A bucket whose time has come is equal to none.
        RateBucket.objects.filter(next_free__lt=now.timestamp()),
        # No token of theirs can come back any more.
        ErasedMember.objects.filter(erased_at__lt=now - settings.SESSION_LIFETIME),
    ):
        ids = list(rows.values_list("pk", flat=True)[:most])
        # Asked again: a bucket may have been counted in since.
        rows.filter(pk__in=ids).delete()
        total += len(ids)
    return total


def _end_stale(*, now: datetime, most: int) -> int:
    too_old = Q(expires_at__lte=now) | Q(refreshed_at__lte=now - settings.REFRESH_LIFETIME)
    ids = list(Session.objects.filter(too_old, ended_at=None).values_list("id", flat=True)[:most])
    with transaction.atomic():
        rows = Session.objects.filter(too_old, id__in=ids)
        sessions.end_rows(rows=rows, reason=SessionEnd.EXPIRED, now=now)
    return len(ids)
