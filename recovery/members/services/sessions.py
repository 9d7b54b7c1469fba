"""Sessions: one chain of refresh tokens per signed-in device.

A chain has one live link. Its successor's id is derived from it, so a retry after a lost answer
gets the very same token; a link whose successor was used is a copy in strange hands, and ends the
session. The domain knows links, not tokens: signing them is the caller's matter.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.conf import settings
from django.db import transaction

from recovery.kernel import events, sealing
from recovery.kernel.errors import Missing
from recovery.kernel.rows import OwnedQuerySet
from recovery.members import queries
from recovery.members.events import SessionEnded
from recovery.members.models import Member, RefreshToken, Session, SessionEnd
from recovery.members.refusals import ReuseDetected, SessionOver


@dataclass(frozen=True, slots=True)
class Link:
    """What a refresh token says: enough to sign it again, byte for byte."""

    jti: str
    key_id: str
    issued_at: datetime
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class SignedIn:
    """A session that goes on with this link; ``backup_codes`` only when they were just made."""

    member: Member
    session: Session
    link: Link
    backup_codes: tuple[str, ...] = ()


def start(*, member: Member, sealer: sealing.Sealer, device_name: str, now: datetime) -> SignedIn:
    """Begin a session and its chain, inside the caller's transaction."""
    session = Session(
        member=member,
        created_at=now,
        refreshed_at=now,
        expires_at=_whole(now) + settings.SESSION_LIFETIME,
    )
    session.device_name = sealer.seal(device_name, label=queries.DEVICE_LABEL, row_id=session.id)
    session.save(force_insert=True)
    link = _add_link(session=session, jti=secrets.token_hex(32), parent=None, now=now)
    return SignedIn(member=member, session=session, link=link)


def refresh(*, jti: str, member_id: UUID, now: datetime) -> SignedIn:
    """Go on with a session: use its link up and return the next one.

    The same next link for as long as that one is unused, so that parallel requests and a retry
    after a lost answer agree. Raises SessionOver, AccountDeleted, or ReuseDetected, which ends the
    session, for a link older than that.
    """
    with transaction.atomic():
        row = (
            RefreshToken.objects.select_related("session__member")
            .filter(token_hash=_hash(jti))
            .first()
        )
        if row is None:
            raise queries.no_session(member_id=member_id)
        queries.check_live(session=row.session, now=now)
        if row.expires_at <= now:
            raise SessionOver()
        link = _next_link(row=row, jti=jti, now=now)
        if link is None:
            mine = Session.objects.filter(id=row.session_id)
            end_rows(rows=mine, reason=SessionEnd.REUSE_DETECTED, now=now)
    # After the block, so that the end of the session is committed.
    if link is None:
        raise ReuseDetected()
    return SignedIn(member=row.session.member, session=row.session, link=link)


def _next_link(*, row: RefreshToken, jti: str, now: datetime) -> Link | None:
    """Return the successor: a new one, or the one that is there and unused; else None."""
    # The claim: of parallel requests one updates the row, the others wait for it and find it used.
    if RefreshToken.objects.filter(id=row.id, consumed_at=None).update(consumed_at=now) == 1:
        row.session.refreshed_at = now
        row.session.save(update_fields=["refreshed_at"])
        key_id = next(iter(settings.TOKEN_KEYS))
        return _add_link(
            session=row.session, jti=_successor(jti, key_id), parent=row, key_id=key_id, now=now
        )
    successor = RefreshToken.objects.filter(parent=row).first()
    if successor is None or successor.key_id not in settings.TOKEN_KEYS:
        # Its key was taken out of the ring since: it could not be used, were it signed again.
        raise SessionOver()
    if successor.consumed_at is not None:
        return None
    return Link(
        jti=_successor(jti, successor.key_id),
        key_id=successor.key_id,
        issued_at=successor.issued_at,
        expires_at=successor.expires_at,
    )


def log_out(*, session_id: UUID, now: datetime) -> None:
    """End the session that a refresh token belongs to; nothing happens if it has ended."""
    with transaction.atomic():
        mine = Session.objects.filter(id=session_id)
        end_rows(rows=mine, reason=SessionEnd.LOGOUT, now=now)


def end_one(*, member: Member, session_id: UUID, now: datetime) -> None:
    """End one of the member's sessions, again and again if asked. Raises Missing."""
    with transaction.atomic():
        mine = Session.objects.owned_by(member.id).filter(id=session_id)
        if not mine.exists():
            raise Missing()
        end_rows(rows=mine, reason=SessionEnd.REMOVED, now=now)


def end_others(*, member: Member, session: Session, now: datetime) -> None:
    """End all of the member's sessions but this one."""
    with transaction.atomic():
        others = Session.objects.owned_by(member.id).exclude(id=session.id)
        end_rows(rows=others, reason=SessionEnd.REMOVED, now=now)


def hold(*, member_id: UUID, session_id: UUID, now: datetime) -> None:
    """Keep a session from ending until the caller's transaction has committed.

    For whoever binds something to it that its end must find. Take it before any row that
    listeners of SessionEnded write to: its end takes them in this order too. Raises SessionOver,
    ReuseDetected or AccountDeleted when it has ended already.
    """
    rows = Session.objects.owned_by(member_id).select_related("member")
    # The row alone, and not its key: rows that point to it may still come and go.
    session = rows.select_for_update(of=("self",), no_key=True).find(id=session_id)
    if session is None:
        raise SessionOver()
    queries.check_live(session=session, now=now)


def end_rows(*, rows: OwnedQuerySet, reason: SessionEnd, now: datetime) -> None:
    """End those of these sessions that are open, inside the caller's transaction, and say so.

    Whoever hears it removes what is bound to them, such as push addresses, in the same one.
    """
    open_rows = rows.filter(ended_at=None).select_for_update(no_key=True).order_by("id")
    ids = tuple(open_rows.values_list("id", flat=True))
    if ids:
        Session.objects.filter(id__in=ids).update(ended_at=now, end_reason=reason)
        events.publish(fact=SessionEnded(session_ids=ids, at=now))


def _add_link(
    *,
    session: Session,
    jti: str,
    parent: RefreshToken | None,
    now: datetime,
    key_id: str | None = None,
) -> Link:
    # Whole seconds: a token says no more, and a stored instant must give the same token again.
    issued_at = _whole(now)
    row = RefreshToken.objects.create(
        token_hash=_hash(jti),
        session=session,
        parent=parent,
        key_id=key_id or next(iter(settings.TOKEN_KEYS)),
        issued_at=issued_at,
        expires_at=min(issued_at + settings.REFRESH_LIFETIME, session.expires_at),
    )
    return Link(jti=jti, key_id=row.key_id, issued_at=row.issued_at, expires_at=row.expires_at)


def _successor(jti: str, key_id: str) -> str:
    key: bytes = settings.TOKEN_KEYS[key_id]
    return hmac.new(key, f"successor:{jti}".encode(), hashlib.sha256).hexdigest()


def _hash(jti: str) -> bytes:
    return hashlib.sha256(jti.encode()).digest()


def _whole(instant: datetime) -> datetime:
    return instant.replace(microsecond=0)
