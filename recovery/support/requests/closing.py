"""A request for support ends: by its asker, by another that takes its place, or after a day."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from recovery.kernel import changes, events
from recovery.members.models import Member
from recovery.support.events import SupportClosed
from recovery.support.models import SupportMessage, SupportRequest


def close(*, member: Member, request_id: UUID, now: datetime) -> SupportRequest:
    """End the member's request, with its text and threads; once is enough. Raises Missing.

    If another has taken its place, that one ends: whoever closes what they see means all of it.
    """
    with changes.write(member_id=member.id, now=now) as log:
        going_on = locked_open(member_id=member.id, request_id=request_id, now=now)
        if going_on is not None:
            mark_closed(going_on, log=log, now=now)
            delete_threads(going_on)
        row: SupportRequest = SupportRequest.objects.owned_by(member.id).one(id=request_id)
    return row


def locked_open(*, member_id: UUID, request_id: UUID, now: datetime) -> SupportRequest | None:
    """Return the open request of the series that one of the member's belongs to, locked."""
    mine = SupportRequest.objects.owned_by(member_id)
    going_on = mine.open(now).filter(series__in=mine.filter(id=request_id).values("series"))
    row: SupportRequest | None = going_on.select_for_update(of=("self",)).find()
    return row


def close_overdue(*, request_ids: Collection[UUID], now: datetime) -> None:
    """End those of the requests whose 24 hours are over.

    Nobody sees anything of them from that moment on; here their texts go for good.
    """
    overdue = SupportRequest.objects.filter(
        id__in=request_ids, closed_at__isnull=True, closes_at__lte=now
    )
    # In ascending order of members, as all locks of several are taken.
    for member_id, request_id in sorted(overdue.values_list("member_id", "id")):
        with changes.write(member_id=member_id, now=now) as log:
            mine = SupportRequest.objects.owned_by(member_id).select_for_update()
            row: SupportRequest | None = mine.find(id=request_id, closed_at__isnull=True)
            if row is not None:
                mark_closed(row, log=log, now=now)
                delete_threads(row)


def mark_closed(row: SupportRequest, *, log: changes.ChangeLog, now: datetime) -> None:
    """Record the end within the asker's write; no later than when its time was over."""
    row.closed_at = min(now, row.closes_at)
    row.text = b""
    row.version += 1
    row.save(update_fields=["closed_at", "text", "version"])
    log.add(
        table="support_requests", row_id=row.id, version=row.version, fields=["closed_at", "text"]
    )
    events.publish(fact=SupportClosed(request_id=row.id, asker_id=row.member_id, at=now))


def delete_threads(row: SupportRequest) -> None:
    """Delete what was written between the asker and those who are still asked by this request."""
    SupportMessage.objects.filter(ask__request=row).delete()
