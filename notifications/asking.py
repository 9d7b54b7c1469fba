"""Ask again before sending: is it still wanted, still true, still possible?"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import date, datetime
from uuid import UUID

from notifications.checks import partners
from notifications.kinds import KINDS
from notifications.leases import Leased, Reasons
from notifications.models import Dropped, PushPermission
from notifications.wording import Kind
from recovery.calendar import queries as calendar
from recovery.checkins import queries as checkins

Pair = tuple[UUID, date]


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
    found |= partners.standing([row for row in leased if row.delivery_id not in found])
    asked: defaultdict[Kind, list[Leased]] = defaultdict(list)
    for row in leased:
        if row.delivery_id not in found:
            asked[Kind(row.kind)].append(row)
    for kind, rows in asked.items():
        found |= KINDS[kind].ask(rows, now)
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
