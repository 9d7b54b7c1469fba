"""What a member has been told, with or without push."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import F, Q, QuerySet
from django.db.models.functions import Coalesce

from notifications import shown
from notifications.kinds import KINDS
from notifications.models import Notification
from notifications.wording import Kind, language_of
from recovery.kernel.errors import Missing


@dataclass(frozen=True, slots=True, kw_only=True)
class InboxText:
    """What the inbox shows; an app with its own texts goes by the key."""

    text_key: str
    title: str
    body: str


def of(*, member_id: UUID, now: datetime) -> QuerySet[Notification]:
    """Return what stands in the member's inbox, without what was taken back since it was told."""
    mine = Notification.objects.owned_by(member_id).filter(in_inbox=True)
    plain = [kind for kind, entry in KINDS.items() if entry.shown is shown.always]
    of_kinds = Q(kind__in=plain)
    for kind, entry in KINDS.items():
        if entry.shown is not shown.always:
            of_kinds |= Q(kind=kind) & entry.shown(member_id, now)
    found: QuerySet[Notification] = mine.filter(shown.from_partners(member_id), of_kinds)
    return found


def unread_count(*, member_id: UUID, now: datetime) -> int:
    """Return how many notifications the member has not read; one query."""
    return of(member_id=member_id, now=now).filter(read_at__isnull=True).count()


def text_of(*, notification: Notification, locale: str) -> InboxText:
    """Return what a notification says, in the language of a locale."""
    kind = Kind(notification.kind)
    text = KINDS[kind].texts[language_of(locale=locale)]
    return InboxText(text_key=f"inbox_{kind}", title=text.title, body=text.body)


def mark_read(*, member_id: UUID, notification_id: UUID, now: datetime) -> Notification:
    """Record that the member read it; the first time stays. Raises Missing."""
    mine = of(member_id=member_id, now=now).filter(id=notification_id)
    _record(mine, read_at=now)
    return _one(mine)


def mark_opened(*, member_id: UUID, notification_id: UUID, now: datetime) -> Notification:
    """Record that the member came through it into the app, which is reading too. Raises Missing."""
    mine = of(member_id=member_id, now=now).filter(id=notification_id)
    _record(mine, read_at=now, opened_at=now)
    return _one(mine)


def mark_all_read(*, member_id: UUID, notification_ids: Sequence[UUID], now: datetime) -> int:
    """Record that the member read these; unknown ids are passed over. Returns what is unread."""
    mine = of(member_id=member_id, now=now)
    mine.filter(id__in=notification_ids, read_at__isnull=True).update(read_at=now)
    return unread_count(member_id=member_id, now=now)


def _record(rows: QuerySet[Notification], **instants: datetime) -> None:
    rows.update(**{name: Coalesce(F(name), at) for name, at in instants.items()})


def _one(rows: QuerySet[Notification]) -> Notification:
    found = rows.first()
    if found is None:
        raise Missing()
    return found
