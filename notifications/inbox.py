"""What a member has been told, with or without push."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from django.db.models import F, QuerySet
from django.db.models.functions import Coalesce

from notifications import wording
from notifications.models import Notification
from notifications.wording import InboxText, Kind
from recovery.kernel.errors import Missing


def of(*, member_id: UUID) -> QuerySet[Notification]:
    """Return what stands in the member's inbox."""
    return Notification.objects.owned_by(member_id).filter(in_inbox=True)


def unread_count(*, member_id: UUID) -> int:
    """Return how many notifications the member has not read; one query."""
    return of(member_id=member_id).filter(read_at__isnull=True).count()


def text_of(*, notification: Notification, locale: str) -> InboxText:
    """Return what a notification says, in the language of a locale."""
    return wording.inbox_text(kind=Kind(notification.kind), locale=locale)


def mark_read(*, member_id: UUID, notification_id: UUID, now: datetime) -> Notification:
    """Record that the member read it; the first time stays. Raises Missing."""
    _record(of(member_id=member_id).filter(id=notification_id), read_at=now)
    return _one(member_id, notification_id)


def mark_opened(*, member_id: UUID, notification_id: UUID, now: datetime) -> Notification:
    """Record that the member came through it into the app, which is reading too. Raises Missing."""
    _record(of(member_id=member_id).filter(id=notification_id), read_at=now, opened_at=now)
    return _one(member_id, notification_id)


def mark_all_read(*, member_id: UUID, notification_ids: Sequence[UUID], now: datetime) -> int:
    """Record that the member read these; unknown ids are passed over. Returns what is unread."""
    unread = of(member_id=member_id).filter(id__in=notification_ids, read_at__isnull=True)
    unread.update(read_at=now)
    return unread_count(member_id=member_id)


def _record(rows: QuerySet[Notification], **instants: datetime) -> None:
    rows.update(**{name: Coalesce(F(name), at) for name, at in instants.items()})


def _one(member_id: UUID, notification_id: UUID) -> Notification:
    found = of(member_id=member_id).filter(id=notification_id).first()
    if found is None:
        raise Missing()
    return found
