"""What a change of zone and a pause do to a person's dates.

Rules: design, "Time": a date that a change of zone or day start skips, or cuts below 12 hours,
counts as paused; paused dates bridge streaks; no verdict for 24 hours after a change.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

from recovery.kernel import days

# A date of which less than this was lived counts as paused.
SHORTEST_DATE = timedelta(hours=12)
HOURS_WITHOUT_VERDICT = 24

# Around the midnight (UTC) of a date, the instants that can belong to it in any zone and under
# any day start lie within 18 hours before, and 24 + 6 + 18 = 48 hours after.
_REACH_BEFORE = timedelta(hours=18)
_REACH_AFTER = timedelta(hours=48)


@dataclass(frozen=True, slots=True)
class ZoneFact:
    """From an instant on, a person's days are counted in a zone and from an hour."""

    effective_at: datetime
    zone: str
    day_start_hour: int


@dataclass(frozen=True, slots=True)
class Move:
    """A change of zone or day start, and what had been in force until then."""

    at: datetime
    before: ZoneFact


@dataclass(frozen=True, slots=True)
class PauseRange:
    """A range of local dates, both ends included; open while it has no last one."""

    from_date: date
    to_date: date | None


def in_force(*, at: datetime, facts: Sequence[ZoneFact]) -> ZoneFact:
    """Return the zone fact that rules an instant.

    Facts come ordered by ``effective_at``; the first is in force since ever. Raises ValueError
    if there is none.
    """
    return facts[_index_in_force(at, facts)]


def lived_seconds(day: date, *, facts: Sequence[ZoneFact]) -> float:
    """Return how much real time belonged to a local date, in seconds.

    Normally 24 hours; 23 or 25 when clocks change; more or less, down to nothing, when the
    person changed zone or day start on it, or when the zone itself skips it.
    """
    midnight = datetime.combine(day, time(), tzinfo=UTC)
    first = _index_in_force(midnight - _REACH_BEFORE, facts)
    last = _index_in_force(midnight + _REACH_AFTER, facts)
    lived = timedelta(0)
    for index in range(first, last + 1):
        fact = facts[index]
        begins = days.day_starts_at(day, zone=fact.zone, day_start_hour=fact.day_start_hour)
        ends = days.day_ends_at(day, zone=fact.zone, day_start_hour=fact.day_start_hour)
        if index > 0:
            begins = max(begins, fact.effective_at)
        if index + 1 < len(facts):
            ends = min(ends, facts[index + 1].effective_at)
        lived += max(ends - begins, timedelta(0))
    return lived.total_seconds()


def counts_as_paused(day: date, *, facts: Sequence[ZoneFact]) -> bool:
    """Tell whether travel, a new day start or the zone left less than 12 hours of a date."""
    return lived_seconds(day, facts=facts) < SHORTEST_DATE.total_seconds()


def is_paused(day: date, *, pauses: Iterable[PauseRange], facts: Sequence[ZoneFact]) -> bool:
    """Tell whether a date bridges streaks: within a pause, or counting as paused."""
    for pause in pauses:
        if pause.from_date <= day and (pause.to_date is None or day <= pause.to_date):
            return True
    return counts_as_paused(day, facts=facts)


def bridged(
    after: date, before: date, *, pauses: Iterable[PauseRange], facts: Sequence[ZoneFact]
) -> bool:
    """Tell whether every date strictly between two dates is paused; true if there is none.

    The cost is that of looking at each pause once, however long it is, and at the few dates
    that count as paused without one: the first other date ends the search.
    """
    day = after + days.ONE_DAY
    for pause in sorted(pauses, key=lambda pause: pause.from_date):
        if pause.to_date is not None and pause.to_date < day:
            continue
        while day < min(before, pause.from_date):
            if not counts_as_paused(day, facts=facts):
                return False
            day += days.ONE_DAY
        if day >= before or pause.to_date is None:
            return True
        day = pause.to_date + days.ONE_DAY
    while day < before:
        if not counts_as_paused(day, facts=facts):
            return False
        day += days.ONE_DAY
    return True


def last_zone_change_within(
    *, now: datetime, facts: Sequence[ZoneFact], hours: int = HOURS_WITHOUT_VERDICT
) -> bool:
    """Tell whether the zone or the day start changed in the last hours before ``now``.

    While it did, nothing is judged and no partner is told. A fact that repeats what was in
    force already is no change, nor is the first one.
    """
    return first_move_within(now=now, facts=facts, hours=hours) is not None


def first_move_within(
    *, now: datetime, facts: Sequence[ZoneFact], hours: int = HOURS_WITHOUT_VERDICT
) -> Move | None:
    """Return the earliest change of zone or day start in the last hours before ``now``.

    What was not judged by then waits.
    """
    since = now - timedelta(hours=hours)
    earliest = None
    for index in range(_index_in_force(now, facts), 0, -1):
        fact, previous = facts[index], facts[index - 1]
        if fact.effective_at <= since:
            break
        if (fact.zone, fact.day_start_hour) != (previous.zone, previous.day_start_hour):
            earliest = Move(at=fact.effective_at, before=previous)
    return earliest


def _index_in_force(at: datetime, facts: Sequence[ZoneFact]) -> int:
    if not facts:
        raise ValueError("a person has at least one zone fact")
    return max(bisect_right(facts, at, key=lambda fact: fact.effective_at) - 1, 0)
