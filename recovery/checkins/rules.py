"""Check-in streaks: which check-ins count, how they form runs, what can be repaired.

A streak is consecutive local dates with a check-in. A paused date without one bridges without
adding; nothing else does. Rules: design, "States, streaks, promises".
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from recovery.calendar import rules as calendar
from recovery.calendar.rules import PauseRange, ZoneFact
from recovery.kernel import days

# A check-in answered this many days after its date still counts, and repairs a streak.
LONGEST_LAG_DAYS = 14


@dataclass(frozen=True, slots=True)
class Run:
    """A stretch of dates with check-ins, held together by nothing but paused dates."""

    first_date: date
    last_date: date
    days: int


@dataclass(frozen=True, slots=True)
class Inserted:
    """What one more date does to the runs: ``run`` takes the place of all in ``replaces``."""

    run: Run
    replaces: tuple[Run, ...]


@dataclass(frozen=True, slots=True)
class Streak:
    """The run that is alive today, and the longest there ever was, in dates with a check-in."""

    current: int
    longest: int


def lag_days(*, local_date: date, answered_at: datetime, zone: str, day_start_hour: int = 0) -> int:
    """Return how many dates after its own a check-in was answered, by the member's clock."""
    answered_on = days.local_date(answered_at, zone=zone, day_start_hour=day_start_hour)
    return (answered_on - local_date).days


def counts_for_streak(
    *, local_date: date, answered_at: datetime, zone: str, day_start_hour: int = 0
) -> bool:
    """Tell whether a check-in counts for the streak; an older answer is history only."""
    lag = lag_days(
        local_date=local_date, answered_at=answered_at, zone=zone, day_start_hour=day_start_hour
    )
    return lag <= LONGEST_LAG_DAYS


def answers_too_early(
    *, local_date: date, answered_at: datetime, zone: str, day_start_hour: int = 0
) -> bool:
    """Tell whether a date was answered before it can have begun anywhere: that clock is wrong.

    Two places differ by two dates at most (26 hours of zones and 6 of day start).
    """
    lag = lag_days(
        local_date=local_date, answered_at=answered_at, zone=zone, day_start_hour=day_start_hour
    )
    return lag < -2


def fold_runs(
    dates: Iterable[date], *, pauses: Collection[PauseRange], facts: Sequence[ZoneFact]
) -> list[Run]:
    """Return the runs that check-in dates form, oldest first.

    A check-in on a paused date counts as a day like any other.
    """
    runs: list[Run] = []
    for day in sorted(set(dates)):
        last = runs[-1] if runs else None
        if last and calendar.bridged(last.last_date, day, pauses=pauses, facts=facts):
            runs[-1] = Run(last.first_date, day, last.days + 1)
        else:
            runs.append(Run(day, day, 1))
    return runs


def insert(
    *,
    day: date,
    before: Run | None,
    after: Run | None,
    containing: Run | None,
    bridged_before: bool,
    bridged_after: bool,
) -> Inserted:
    """Add one new date to the runs without folding them all again; the result is the same.

    ``containing`` is the run whose first and last date lie around ``day`` (a paused date in it
    had no check-in so far); else ``before`` and ``after`` are the nearest runs on either side,
    and the flags say whether all dates between them and ``day`` are paused (true if adjacent).
    The date must not have a check-in yet.
    """
    if containing is not None:
        grown = Run(containing.first_date, containing.last_date, containing.days + 1)
        return Inserted(grown, (containing,))
    run = Run(day, day, 1)
    replaces: tuple[Run, ...] = ()
    if before is not None and bridged_before:
        run = Run(before.first_date, day, before.days + 1)
        replaces = (before,)
    if after is not None and bridged_after:
        run = Run(run.first_date, after.last_date, run.days + after.days)
        replaces = (*replaces, after)
    return Inserted(run, replaces)


def streak(*, last_run: Run | None, longest: int, today: date, bridged_to_today: bool) -> Streak:
    """Return the streak for a day that is still open.

    The last run is alive if it ends today, or yesterday, or if every date between its end and
    today is paused, which is what ``bridged_to_today`` says. ``longest`` is over all runs.
    """
    if last_run is None:
        return Streak(current=0, longest=longest)
    alive = last_run.last_date >= today - days.ONE_DAY or bridged_to_today
    current = last_run.days if alive else 0
    return Streak(current=current, longest=max(longest, last_run.days))


def run_to_read(
    runs: Iterable[Run], *, today: date, bridged_to_today: Callable[[Run], bool]
) -> Run | None:
    """Return the run that today's streak is read from; the latest two runs are enough to tell.

    The last one that has begun. After travelling west one may lie ahead of today: it waits until
    its date has come, unless no other reaches today.
    """
    listed = sorted(runs, key=lambda run: run.last_date)
    begun = [run for run in listed if run.first_date <= today]
    if begun and (begun[-1].last_date >= today - days.ONE_DAY or bridged_to_today(begun[-1])):
        return begun[-1]
    return listed[-1] if listed else None


def check_in_streak(
    dates: Iterable[date],
    *,
    pauses: Collection[PauseRange],
    facts: Sequence[ZoneFact],
    today: date,
) -> Streak:
    """Return the streak of a whole history of counting check-in dates at once."""
    runs = fold_runs(dates, pauses=pauses, facts=facts)

    def bridged_to_today(run: Run) -> bool:
        return calendar.bridged(run.last_date, today, pauses=pauses, facts=facts)

    last = run_to_read(runs, today=today, bridged_to_today=bridged_to_today)
    return streak(
        last_run=last,
        longest=max((run.days for run in runs), default=0),
        today=today,
        bridged_to_today=last is not None and bridged_to_today(last),
    )


def repairable_dates(
    *,
    answered: Collection[date],
    first_answered: date | None,
    today: date,
    pauses: Collection[PauseRange],
    facts: Sequence[ZoneFact],
) -> list[date]:
    """Return the dates for which a check-in given today would still count, oldest first.

    Unanswered and not paused, from 14 days ago to yesterday, and not before the first check-in
    ever: nobody owes anything for the time before they came.
    """
    if first_answered is None:
        return []
    window = (today - timedelta(days=lag) for lag in range(LONGEST_LAG_DAYS, 0, -1))
    return [
        day
        for day in window
        if day >= first_answered
        and day not in answered
        and not calendar.is_paused(day, pauses=pauses, facts=facts)
    ]
