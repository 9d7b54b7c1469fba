"""Milestones: when one falls due, which comes next, which were earned.

1, 3, 7, 14, 30, 60, 90 days; 6, 9 months; 1 year; 18 months; 2 years and every year after. One
falls due when start date plus unit begins in the zone of the start. It is earned once that
instant has passed and no use that was on record before it ends the episode earlier; whatever is
recorded later takes nothing away. Rules: design, "Milestones".
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from heapq import merge
from itertools import chain, count

from recovery.kernel import days
from recovery.sobriety import facts as sobriety_facts
from recovery.sobriety.facts import Fact, FactId, History

# In the order in which they fall due. From two years on there is one every year, without end.
MILESTONES = (
    "1_day",
    "3_days",
    "7_days",
    "14_days",
    "30_days",
    "60_days",
    "90_days",
    "6_months",
    "9_months",
    "1_year",
    "18_months",
)


@dataclass(frozen=True, slots=True)
class Milestone:
    """A milestone of one episode, and when it falls due."""

    code: str
    due_on: date
    due_at: datetime


@dataclass(frozen=True, slots=True)
class Earned:
    """A milestone that an episode earned; the episode is named by the fact that opened it.

    A superseded one is dated after a use that was recorded later: it stays in the owner's own
    history, and is never pushed nor shown to anyone else.
    """

    opened_by: FactId
    code: str
    due_on: date
    due_at: datetime
    superseded: bool


@dataclass(frozen=True, slots=True)
class _Opening:
    """A fact that may have opened an episode, and what came between it and a milestone."""

    id: FactId
    on: date
    zone: str
    day_start_hour: int
    blocked_after: datetime | None  # nothing that falls due later than this is earned
    superseded_after: datetime | None


def due_on(code: str, started_on: date) -> date:
    """Return the date a milestone falls on: calendar units, clamped to the month's end.

    Raises ValueError for a text that is no milestone's code, and past the year 9999.
    """
    number, _, unit = code.partition("_")
    if code not in MILESTONES and not (
        unit == "years" and number.isascii() and number.isdecimal() and int(number) >= 2
    ):
        raise ValueError(f"no milestone has the code {code!r}")
    if unit in ("day", "days"):
        return started_on + timedelta(days=int(number))
    return days.add_months(started_on, int(number) * (12 if unit in ("year", "years") else 1))


def due_at(code: str, started_on: date, *, zone: str, day_start_hour: int = 0) -> datetime:
    """Return the instant at which a milestone falls due: its date begins, in the start's zone."""
    return days.day_starts_at(due_on(code, started_on), zone=zone, day_start_hour=day_start_hour)


def next_milestone(
    started_on: date, *, zone: str, day_start_hour: int = 0, now: datetime
) -> Milestone:
    """Return the first milestone of an episode that is not due yet; there always is one.

    Costs the same on any day: it starts at the year that is running, not at the first.
    """
    today = days.local_date(now, zone=zone, day_start_hour=day_start_hour)
    codes = chain(MILESTONES, _yearly(first=max(2, today.year - started_on.year)))
    return next(
        milestone
        for code in codes
        if (due := due_on(code, started_on)) > today
        and (milestone := _falling(code, due, zone, day_start_hour)).due_at > now
    )


def earned(facts: Iterable[Fact], *, now: datetime) -> list[Earned]:
    """Return all milestones earned by ``now``, as they fell due.

    Give all facts, voids too: a use whose void was undone counts as recorded when it was
    undone, so that undoing takes nothing away either.
    """
    return list(reversed(list(latest_first(facts, now=now))))


def latest_first(
    facts: Iterable[Fact], *, now: datetime, before: tuple[datetime, FactId] | None = None
) -> Iterator[Earned]:
    """Yield what ``earned`` returns the other way round, each computed only when it is asked for.

    ``before`` is the ``due_at`` and ``opened_by`` of one of them: only what comes behind it.
    """
    history = sobriety_facts.history(facts)
    openings = () if history is None else _openings(history)
    found = (
        _earned_back(opening, now if before is None else min(now, before[0]))
        for opening in openings
    )
    for one in merge(*found, key=_place, reverse=True):
        if before is None or _place(one) < (before[0], str(before[1])):
            yield one


def _place(one: Earned) -> tuple[datetime, str]:
    return one.due_at, str(one.opened_by)


def _yearly(*, first: int) -> Iterator[str]:
    return (f"{years}_years" for years in count(first))


def _falling(code: str, due: date, zone: str, day_start_hour: int) -> Milestone:
    return Milestone(code, due, days.day_starts_at(due, zone=zone, day_start_hour=day_start_hour))


def _earned_back(opening: _Opening, until: datetime) -> Iterator[Earned]:
    """Yield what an opening earned by an instant, the latest first."""
    until = min(until, opening.blocked_after or until).astimezone(UTC)
    # No zone's date is more than one ahead of the date in UTC, nor its year.
    last_date = until.date() + timedelta(days=1)
    yearly = (f"{years}_years" for years in range(last_date.year - opening.on.year, 1, -1))
    for code in chain(yearly, reversed(MILESTONES)):
        due = due_on(code, opening.on)
        if due > last_date:
            continue  # known without asking the zone
        milestone = _falling(code, due, opening.zone, opening.day_start_hour)
        if milestone.due_at <= until:
            yield Earned(
                opened_by=opening.id,
                code=code,
                due_on=due,
                due_at=milestone.due_at,
                superseded=opening.superseded_after is not None
                and milestone.due_at > opening.superseded_after,
            )


def _openings(history: History) -> Iterator[_Opening]:
    """Yield the start and every use that ends after it, with what cuts their milestones off.

    Another use cuts off those of an opening at ``s`` if it ends after ``s`` (or with it, and was
    recorded first: then it is the one that opened the episode). It does so for what falls due
    after it began *and* after it was recorded: after the later of the two. One pass from the
    latest resumption to the earliest keeps the smallest of both, so the cost is that of sorting.
    """
    start = history.start
    blocked: datetime | None = None
    superseded: datetime | None = None
    uses = [use for use in history.uses if use.resumed_at > start.at]
    uses.sort(key=sobriety_facts.recorded_order)
    uses.sort(key=lambda use: use.resumed_at, reverse=True)  # stable: keeps the order in ties
    for use in uses:
        yield _Opening(use.id, use.resumed_on, use.zone, use.day_start_hour, blocked, superseded)
        known_at = max(use.used_at, history.since[use.id])
        blocked = min(blocked or known_at, known_at)
        superseded = min(superseded or use.used_at, use.used_at)
    yield _Opening(start.id, start.on, start.zone, start.day_start_hour, blocked, superseded)
