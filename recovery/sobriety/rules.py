"""The clock of an abstinence tracker: facts in, episodes and numbers out.

``fold`` turns all facts into a small projection that can be stored, and ``read`` turns that and
the time into numbers, at the same cost after ten days or ten years. Any order, duplicate or void
of the same facts gives the same numbers. Rules: design, "The clock of an abstinence tracker".
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from fractions import Fraction

from recovery.sobriety import facts as sobriety_facts
from recovery.sobriety import milestones
from recovery.sobriety.episodes import Episode, episodes, episodes_of
from recovery.sobriety.facts import (
    Fact,
    FactId,
    History,
    Started,
    Used,
    Voided,
    active,
)
from recovery.sobriety.milestones import Milestone

__all__ = [
    "Clock",
    "Episode",
    "Fact",
    "FactId",
    "Reading",
    "Started",
    "Used",
    "Voided",
    "active",
    "episodes",
    "fold",
    "read",
]

ONE_MICROSECOND = timedelta(microseconds=1)
MICROSECONDS_A_DAY = 86_400_000_000

# Frozen dates may lie ahead of the member's date now, after travelling west: by 26 hours between
# the farthest zones (36 between the widest stored offsets) and 6 of day start, so by two dates at
# most. With today that makes three dates which sober days may not count yet; one is spare.
RECENT_USE_DATES = 4


@dataclass(frozen=True, slots=True)
class Clock:
    """All that ``read`` needs of a tracker's history; changes only when a fact is recorded.

    ``zone`` and ``day_start_hour`` are those frozen in the fact that opened the open episode.
    Use dates are the distinct local dates with use from the first start date on.
    """

    first_start_at: datetime
    first_start_on: date
    zone: str
    day_start_hour: int
    episode_started_at: datetime
    episode_started_on: date
    episode_opened_by: FactId
    episode_count: int
    longest_closed_days: int
    closed_microseconds: int
    use_dates_count: int
    recent_use_dates: tuple[date, ...]
    last_used_at: datetime | None
    last_used_on: date | None
    last_use_recorded_at: datetime | None


@dataclass(frozen=True, slots=True)
class Reading:
    """What a clock shows at an instant. Savings are None without a rate."""

    current_days: int
    current_seconds: int
    longest_days: int
    sober_days: int
    days_elapsed: int
    episode_count: int
    episode_started_at: datetime
    money_saved: Decimal | None
    minutes_saved: int | None
    next_milestone: Milestone


def fold(facts: Iterable[Fact]) -> Clock | None:
    """Return the projection of a tracker's facts, or None if no start holds."""
    history = sobriety_facts.history(facts)
    if history is None:
        return None
    listed = list(episodes_of(history))
    _, opening = listed[-1]
    closed = [episode for episode, _ in listed[:-1]]
    use_dates = _merged_use_dates(history)
    last_use = max(
        history.uses,
        key=lambda use: (use.used_at, *sobriety_facts.recorded_order(use)),
        default=None,
    )
    return Clock(
        first_start_at=history.start.at,
        first_start_on=history.start.on,
        zone=opening.zone,
        day_start_hour=opening.day_start_hour,
        episode_started_at=opening.at,
        episode_started_on=opening.on,
        episode_opened_by=opening.id,
        episode_count=len(listed),
        longest_closed_days=max((episode.days or 0 for episode in closed), default=0),
        closed_microseconds=sum(
            (episode.ended_at - episode.started_at) // ONE_MICROSECOND
            for episode in closed
            if episode.ended_at is not None
        ),
        use_dates_count=sum((last - first).days + 1 for first, last in use_dates),
        recent_use_dates=_last_dates(use_dates),
        last_used_at=last_use.used_at if last_use else None,
        last_used_on=last_use.used_on if last_use else None,
        last_use_recorded_at=max((use.recorded_at for use in history.uses), default=None),
    )


def read(
    clock: Clock,
    *,
    now: datetime,
    today: date,
    cost_per_day: Decimal | None = None,
    minutes_per_day: int | None = None,
) -> Reading:
    """Return what the clock shows at ``now``, which is on the member's local date ``today``.

    No count is ever negative, not even when travelling west has put ``today`` before the date
    on which an episode began. Seconds are whole and elapsed. Savings are the rate per day times
    the real time of all episodes, exact until one rounding at the end, half to even: money to
    0.01, minutes to whole ones.
    """
    current_days = max((today - clock.episode_started_on).days, 0)
    elapsed = max((today - clock.first_start_on).days, 0)
    not_counted_yet = sum(1 for day in clock.recent_use_dates if day >= today)
    open_for = max((now - clock.episode_started_at) // ONE_MICROSECOND, 0)
    lasted = Fraction(clock.closed_microseconds + open_for, MICROSECONDS_A_DAY)
    return Reading(
        current_days=current_days,
        current_seconds=open_for // 1_000_000,
        longest_days=max(clock.longest_closed_days, current_days),
        sober_days=elapsed - (clock.use_dates_count - not_counted_yet),
        days_elapsed=elapsed,
        episode_count=clock.episode_count,
        episode_started_at=clock.episode_started_at,
        money_saved=None if cost_per_day is None else _cents(Fraction(cost_per_day) * lasted),
        # round() of a Fraction is exact and goes half to even
        minutes_saved=None if minutes_per_day is None else round(minutes_per_day * lasted),
        next_milestone=milestones.next_milestone(
            clock.episode_started_on,
            zone=clock.zone,
            day_start_hour=clock.day_start_hour,
            now=now,
        ),
    )


def _merged_use_dates(history: History) -> list[tuple[date, date]]:
    """Return the dates with use from the first start date on, as ranges that do not overlap.

    Ranges, because one use may cover years and a thousand may cover the same.
    """
    merged: list[tuple[date, date]] = []
    ranges = (
        sobriety_facts.use_dates(used_on=use.used_on, resumed_on=use.resumed_on)
        for use in history.uses
    )
    for used_on, last in sorted(ranges):
        first = max(used_on, history.start.on)
        if last < first:
            continue  # all of it before the first start date
        if merged and first <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(merged[-1][1], last))
        else:
            merged.append((first, last))
    return merged


def _last_dates(ranges: list[tuple[date, date]]) -> tuple[date, ...]:
    latest: list[date] = []
    for first, last in reversed(ranges):
        length = min((last - first).days + 1, RECENT_USE_DATES - len(latest))
        latest.extend(last - timedelta(days=back) for back in range(length))
    return tuple(reversed(latest))


def _cents(amount: Fraction) -> Decimal:
    return Decimal(f"{round(amount * 100)}E-2")
