"""Reads of accounts and sessions."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.conf import settings

from recovery.kernel import sealing
from recovery.kernel.rows import OwnedQuerySet
from recovery.members.models import ErasedMember, Member, Session, SessionEnd
from recovery.members.refusals import (
    AccountDeleted,
    DeletionPending,
    ReuseDetected,
    SessionOver,
)

DEVICE_LABEL = "sessions.device_name"


@dataclass(frozen=True, slots=True)
class OpenSession:
    """One signed-in device as its member sees it."""

    id: UUID
    device_name: str
    current: bool
    created_at: datetime
    refreshed_at: datetime


def called(*, handle: str) -> Member | None:
    """Return the member who goes by a handle, or None."""
    return Member.objects.filter(handle=handle, deleted_at=None).first()


def live_session(*, session_id: UUID, member_id: UUID, now: datetime) -> Session:
    """Return a member's session, the member with it, in one query.

    Raises SessionOver, ReuseDetected or AccountDeleted when it opens nothing any more.
    """
    session: Session | None = Session.objects.select_related("member").find(id=session_id)
    if session is None or session.member_id != member_id:
        raise no_session(member_id=member_id)
    check_live(session=session, now=now)
    return session


def no_session(*, member_id: UUID) -> SessionOver | AccountDeleted:
    """Return why a session that a token of ours names is not there any more."""
    erased = ErasedMember.objects.filter(member_id=member_id).exists()
    return AccountDeleted() if erased else SessionOver()


def may_come_back(*, member: Member, now: datetime) -> bool:
    """Tell whether a deleted account can still be restored.

    While there is time, and no worker has begun: by its clock there may be none left.
    """
    until = member.restorable_until
    return until is not None and until > now and member.erase_at == until


def check_live(*, session: Session, now: datetime) -> None:
    """Raise why a session (loaded with its member) opens nothing any more; else do nothing."""
    if may_come_back(member=session.member, now=now):
        raise DeletionPending()
    if session.member.deleted_at is not None:
        raise AccountDeleted()
    if session.end_reason == SessionEnd.REUSE_DETECTED:
        raise ReuseDetected()
    if session.ended_at is not None or session.expires_at <= now:
        raise SessionOver()


def open_sessions(*, member: Member, now: datetime) -> OwnedQuerySet:
    """Return the sessions of a member that can go on.

    One that was not refreshed for the life of a refresh token cannot, and is left out.
    """
    return _open(member_id=member.id, now=now)


def _open(*, member_id: UUID, now: datetime) -> OwnedQuerySet:
    return Session.objects.owned_by(member_id).filter(
        ended_at=None, expires_at__gt=now, refreshed_at__gt=now - settings.REFRESH_LIFETIME
    )


def is_signed_in_beside(*, member_id: UUID, session_id: UUID, now: datetime) -> bool:
    """Tell whether a member has another session that can go on; one query."""
    return _open(member_id=member_id, now=now).exclude(id=session_id).exists()


def still_open(*, session_ids: Iterable[UUID], now: datetime) -> set[UUID]:
    """Return those of these sessions that have not ended; one query."""
    rows = Session.objects.filter(id__in=session_ids, ended_at=None, expires_at__gt=now)
    return set(rows.values_list("id", flat=True))


def described(*, member: Member, rows: list[Session], current_id: UUID) -> list[OpenSession]:
    """Return sessions as their member sees them: names opened, the one that asks marked."""
    sealer = sealing.for_member(member_id=member.id)
    return [
        OpenSession(
            id=row.id,
            device_name=sealer.open(row.device_name, label=DEVICE_LABEL, row_id=row.id),
            current=row.id == current_id,
            created_at=row.created_at,
            refreshed_at=row.refreshed_at,
        )
        for row in rows
    ]
