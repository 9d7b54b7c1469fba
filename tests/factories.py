"""Rows for tests, made the way the program makes them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from recovery.calendar.models import ZoneChange
from recovery.kernel import sealing
from recovery.kernel.models import ChangeCounter
from recovery.members.models import Member, Session

LONG_AGO = datetime(2024, 1, 1, tzinfo=UTC)


def make_member(
    *,
    handle: str | None = None,
    time_zone: str = "Europe/Berlin",
    day_start_hour: int = 0,
    now: datetime = LONG_AGO,
    **fields: object,
) -> Member:
    """A member with a key, a counter and their first zone, without a usable password."""
    member = Member.objects.create(
        handle=handle,
        password="!" if handle else "",
        time_zone=time_zone,
        day_start_hour=day_start_hour,
        terms_version="1",
        accepted_terms_at=now,
        created_at=now,
        **fields,
    )
    ChangeCounter.objects.create(member=member)
    sealing.create_key(member_id=member.id)
    ZoneChange.objects.create(
        member=member,
        effective_at=now,
        zone=time_zone,
        day_start_hour=day_start_hour,
        recorded_at=now,
    )
    return member


def make_session(*, member: Member, now: datetime | None = None) -> Session:
    """A session of the member that lives for all that a test travels through."""
    at = now or LONG_AGO
    return Session.objects.create(
        member=member, created_at=at, refreshed_at=at, expires_at=at + timedelta(days=3650)
    )
