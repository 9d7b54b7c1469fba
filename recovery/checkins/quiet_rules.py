"""When a member's partners hear that it has been quiet: plain Python.

Rules: design, "Nudges": own nudges come first; the member hears, 12 hours ahead, that partners
would be told; they hear once a spell, and only "has been quiet". Measured in whole local dates
without a check-in; paused dates and those that travel took do not count; nothing for 24 hours after
a change of zone; never because we were out ourselves.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from enum import Enum, auto

from recovery.calendar import rules as calendar
from recovery.calendar.rules import PauseRange, ZoneFact
from recovery.kernel import days

# In the morning, so that twelve hours later it is still evening: nobody is woken by either.
AHEAD_AT = time(8)
AHEAD = timedelta(hours=12)
# How late a step may come by the tick's fault before the morning or the evening has passed; then
# the last steps begin anew on the next date.
LATEST = timedelta(hours=2)


class Move(Enum):
    """What is to happen now."""

    WAIT = auto()
    ANNOUNCE = auto()  # the member hears that partners would be told
    TELL = auto()  # the partners hear


@dataclass(frozen=True, slots=True)
class Step:
    """What is to happen now, and when to look again."""

    move: Move
    again_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Silence:
    """What is known of a member's silence.

    ``after`` is the last date with a sign of life. ``facts`` are the member's zone facts, oldest
    first, the last 24 hours' at least. ``over``: partners have heard of this spell, or the member
    said that they need not. ``heard``: the announcement was not held up on its way by us.
    ``out_until`` is when our last outage ended.
    """

    after: date
    days: int
    pauses: Sequence[PauseRange]
    facts: Sequence[ZoneFact]
    over: bool = False
    announced_at: datetime | None = None
    heard: bool = True
    out_until: datetime | None = None


def long_enough_on(
    *, after: date, days_without: int, pauses: Iterable[PauseRange], facts: Sequence[ZoneFact]
) -> date | None:
    """Return the first date, itself not paused, with so many whole dates of silence before it.

    Only dates count on which something was expected. None when an open pause comes before that.
    """
    left = days_without
    day = after + days.ONE_DAY
    listed = sorted(pauses, key=lambda pause: pause.from_date)
    while True:
        covering = next(
            (
                pause
                for pause in listed
                if pause.from_date <= day and (pause.to_date is None or day <= pause.to_date)
            ),
            None,
        )
        if covering is not None:
            if covering.to_date is None or covering.to_date.year == date.max.year:
                return None
            day = covering.to_date
        elif not calendar.counts_as_paused(day, facts=facts):
            if left == 0:
                return day
            left -= 1
        day += days.ONE_DAY


def next_step(silence: Silence, *, now: datetime) -> Step:
    """Return what a member's silence asks for now."""
    fact = calendar.in_force(at=now, facts=silence.facts)
    today = days.local_date(now, zone=fact.zone, day_start_hour=fact.day_start_hour)

    def wait(day: date) -> Step:
        return Step(Move.WAIT, _morning(day, fact=fact, after=now))

    ripe_on = long_enough_on(
        after=silence.after, days_without=silence.days, pauses=silence.pauses, facts=[fact]
    )
    tomorrow = today + days.ONE_DAY
    if ripe_on is None or silence.over:
        return wait(tomorrow)
    if today < ripe_on:
        return wait(ripe_on)
    if calendar.is_paused(today, pauses=silence.pauses, facts=[fact]):
        return wait(tomorrow)
    if calendar.last_zone_change_within(now=now, facts=silence.facts):
        return wait(tomorrow)
    if silence.announced_at is not None:
        tell_at = silence.announced_at + AHEAD
        if not _came_to_nothing(silence, announced_at=silence.announced_at, now=now):
            return Step(Move.TELL, now) if tell_at <= now else Step(Move.WAIT, tell_at)
    morning = days.instant_of(today, AHEAD_AT, zone=fact.zone, day_start_hour=fact.day_start_hour)
    if morning is None or now > morning + LATEST:
        return wait(tomorrow)
    return Step(Move.ANNOUNCE, now + AHEAD) if morning <= now else Step(Move.WAIT, morning)


def _came_to_nothing(silence: Silence, *, announced_at: datetime, now: datetime) -> bool:
    """Tell whether the member did not have the 12 hours, or they passed too long ago."""
    tell_at = announced_at + AHEAD
    if silence.out_until is not None and silence.out_until > announced_at:
        return True
    if now < tell_at:
        return False
    return not silence.heard or now > tell_at + LATEST


def _morning(day: date, *, fact: ZoneFact, after: datetime) -> datetime:
    at, _ = days.next_occurrence(
        after=after,
        at=AHEAD_AT,
        weekdays=frozenset(range(7)),
        zone=fact.zone,
        day_start_hour=fact.day_start_hour,
        last_local_date=day - days.ONE_DAY,
    )
    return at
