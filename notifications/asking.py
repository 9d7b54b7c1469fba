"""Ask again before sending: is it still wanted, still true, still possible?"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date, datetime
from uuid import UUID

from notifications.leases import Leased
from notifications.models import Dropped, PushPermission, Reminder
from notifications.wording import Kind
from recovery.calendar import queries as calendar
from recovery.checkins import queries as checkins
from recovery.members import queries as members
from recovery.partners.models import Partnership

Pair = tuple[UUID, date]
Reasons = dict[UUID, Dropped]  # delivery id -> why not; absent: send it


def quiet(*, pairs: Iterable[Pair]) -> set[Pair]:
    """Return those (member, local date) pairs that need no nudge; two queries."""
    wanted = set(pairs)
    return checkins.answered(pairs=wanted) | calendar.paused(pairs=wanted)


def reasons(*, leased: Sequence[Leased], now: datetime) -> Reasons:
    """Return, by delivery, why it must not be sent; what may be sent is left out.

    A few queries for each kind among the rows, however many rows.
    """
    found: Reasons = {}
    for row in leased:
        reason = _of_the_way(row, now=now)
        if reason is not Dropped.NO:
            found[row.delivery_id] = reason
    for kind, ask in _BY_KIND.items():
        asked = [row for row in leased if row.kind == kind and row.delivery_id not in found]
        if asked:
            found |= ask(asked, now)
    return found


def _of_the_way(row: Leased, *, now: datetime) -> Dropped:
    """Return what stands in the way of any kind of push; needs no query."""
    if row.expires_at <= now:
        return Dropped.EXPIRED
    if row.member_deleted_at is not None:
        return Dropped.MEMBER_GONE
    if row.device_member_id != row.member_id or row.retired_at is not None or not row.address:
        return Dropped.DEVICE_GONE
    if row.session_ended_at is not None or row.session_expires_at <= now:
        return Dropped.SESSION_ENDED
    if row.push_permission == PushPermission.DENIED:
        return Dropped.NOT_ALLOWED
    return Dropped.NO


def _about_reminders(rows: Sequence[Leased], now: datetime) -> Reasons:
    pairs = {(row.member_id, row.local_date) for row in rows if row.local_date is not None}
    answered = checkins.answered(pairs=pairs)
    paused = calendar.paused(pairs=pairs)
    kept = set(
        Reminder.objects.filter(
            id__in={row.subject_id for row in rows}, deleted_at__isnull=True
        ).values_list("id", flat=True)
    )
    found: Reasons = {}
    for row in rows:
        pair = (row.member_id, row.local_date)
        if row.subject_id not in kept:
            found[row.delivery_id] = Dropped.WITHDRAWN
        elif pair in answered:
            found[row.delivery_id] = Dropped.ANSWERED
        elif pair in paused:
            found[row.delivery_id] = Dropped.PAUSED
    return found


def _about_partnerships(rows: Sequence[Leased], now: datetime) -> Reasons:
    active = set(
        Partnership.objects.active()
        .filter(id__in={row.subject_id for row in rows})
        .values_list("id", flat=True)
    )
    return {row.delivery_id: Dropped.WITHDRAWN for row in rows if row.subject_id not in active}


def _about_sessions(rows: Sequence[Leased], now: datetime) -> Reasons:
    going_on = members.still_open(
        session_ids={row.subject_id for row in rows if row.subject_id is not None}, now=now
    )
    found: Reasons = {}
    for row in rows:
        if row.subject_id not in going_on:
            found[row.delivery_id] = Dropped.SESSION_ENDED
        elif row.session_id == row.subject_id:
            # The very phone that signed in: it was the member's before, and registered anew.
            found[row.delivery_id] = Dropped.DEVICE_GONE
    return found


# Every kind says here what makes it untrue between the fact and the send.
_BY_KIND: Mapping[Kind, Callable[[Sequence[Leased], datetime], Reasons]] = {
    Kind.CHECK_IN_REMINDER: _about_reminders,
    Kind.PARTNER_JOINED: _about_partnerships,
    Kind.NEW_SESSION: _about_sessions,
}
