"""When a reminder falls due: pure rules, no database, no clock.

Rules: design, "Time" and "Nudges": the wall clock of the member's own zone, a stable jitter of up
to 20 minutes unless the time is exact, 16 hours between two daily nudges when the zone changes.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import lru_cache
from hashlib import blake2b
from uuid import UUID

from recovery.kernel import days

LONGEST_JITTER = 20 * 60
# Google asks senders to keep away from the two minutes around :00, :15, :30 and :45, when all the
# world's schedulers wake up.
QUARTER, AROUND_A_QUARTER = 15 * 60, 2 * 60
# A jitter never carries a reminder out of its own local date; one minute stays to answer in.
LEFT_OF_THE_DAY = 60

APART = timedelta(hours=16)
# A nudge that is later than this is not sent any more: the moment it was meant for has passed.
LATEST = timedelta(hours=2)


@dataclass(frozen=True, slots=True)
class Rhythm:
    """What a member chose for one reminder, and where their days lie."""

    member_id: UUID
    reminder_id: UUID
    local_time: time
    weekdays: frozenset[int]
    exact: bool
    zone: str
    day_start_hour: int


def jitter(rhythm: Rhythm) -> timedelta:
    """Return how much later than its wall-clock time a reminder always comes.

    Between 0 and 20 minutes; the same for ever for this member, reminder and time of day.
    """
    if rhythm.exact:
        return timedelta(0)
    windows = _windows(rhythm.local_time, rhythm.day_start_hour)
    width = sum(len(window) for window in windows)
    if not width:
        return timedelta(0)
    seed = blake2b(rhythm.member_id.bytes + rhythm.reminder_id.bytes, digest_size=8).digest()
    place = int.from_bytes(seed) % width
    for window in windows:
        if place < len(window):
            return timedelta(seconds=window[place])
        place -= len(window)
    raise AssertionError("a place beyond the last window")  # pragma: no cover


def next_due(
    rhythm: Rhythm, *, after: datetime, last_local_date: date | None
) -> tuple[datetime, date]:
    """Return the first deadline after an instant, and the local date that it asks about.

    Only dates later than ``last_local_date``, the one that was served last.
    """
    late = jitter(rhythm)
    at, day = days.next_occurrence(
        after=after - late,
        at=rhythm.local_time,
        weekdays=rhythm.weekdays,
        zone=rhythm.zone,
        day_start_hour=rhythm.day_start_hour,
        last_local_date=last_local_date,
    )
    return at + late, day


def next_due_after_move(
    rhythm: Rhythm,
    *,
    now: datetime,
    last_local_date: date | None,
    last_due_at: datetime | None,
) -> tuple[datetime, date]:
    """Return the deadline under a new zone or day start: not within 16 hours of the last nudge."""
    after = now if last_due_at is None else max(now, last_due_at + APART)
    return next_due(rhythm, after=after, last_local_date=last_local_date)


def expires_at(*, due_at: datetime, local_date: date, zone: str, day_start_hour: int) -> datetime:
    """Return when a nudge is no longer worth sending: after 2 hours, or when its date is over."""
    latest = due_at + LATEST
    if days.local_date(latest, zone=zone, day_start_hour=day_start_hour) == local_date:
        return latest
    ends = days.day_ends_at(local_date, zone=zone, day_start_hour=day_start_hour)
    # A time that a gap moved can lie behind the end of its own date; then the two hours stand.
    return min(latest, ends) if ends > due_at else latest


@lru_cache(maxsize=2048)
def _windows(at: time, day_start_hour: int) -> tuple[range, ...]:
    """Return the seconds after ``at`` that are allowed, as ranges in order."""
    begins = at.hour * 3600 + at.minute * 60 + at.second
    left = (day_start_hour * 3600 - begins) % 86_400 or 86_400
    most = min(LONGEST_JITTER, left - LEFT_OF_THE_DAY)
    found = []
    quarter = begins - begins % QUARTER
    while quarter <= begins + most:
        first = max(quarter + AROUND_A_QUARTER - begins, 0)
        last = min(quarter + QUARTER - AROUND_A_QUARTER - begins, most)
        if first <= last:
            found.append(range(first, last + 1))
        quarter += QUARTER
    return tuple(found)
