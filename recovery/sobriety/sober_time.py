"""Sober days in whole weeks: all that a partner with the scope ``sober_time`` sees of a clock.

What shows is renewed when a Monday begins for the owner, and says what was on record then: what is
recorded in a week shows from the next Monday on, the earliest. It never falls. So nothing that is
recorded can be told from what shows in that week, and no later week shows less. A use can only slow
it: over many weeks it may rise by less than one a week, and the consent text says so.

The first start alone shows at once: a tracker that began long ago would stand at zero otherwise.
A start that is moved later lowers nothing either; what shows stays until the days have caught up.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from itertools import groupby

from recovery.kernel import days
from recovery.sobriety import facts as sobriety_facts
from recovery.sobriety.facts import Fact, Started
from recovery.sobriety.limits import monday_of
from recovery.sobriety.rules import Clock, fold

DAYS_A_WEEK = 7


@dataclass(frozen=True, slots=True)
class Weeks:
    """The most whole weeks that showed up to the Monday ``on``, that Monday included."""

    shown: int
    on: date


@dataclass(frozen=True, slots=True)
class Move:
    """From ``recorded_at`` on the member's days follow a zone and a day start."""

    recorded_at: datetime
    zone: str
    day_start_hour: int


def begun(clock: Clock, *, today: date) -> Weeks:
    """Return what shows at first: by the start, up to the Monday of ``today``."""
    monday = monday_of(today)
    return Weeks(shown=_whole_weeks(clock, before=monday), on=monday)


def renewed(weeks: Weeks, clock: Clock, *, today: date) -> Weeks:
    """Return what shows on a local date. ``clock`` is that of all facts since ``weeks`` was kept.

    To be kept before anything more is recorded. As long as nothing is, the days only grow from
    Monday to Monday, so the last Monday says the most.
    """
    monday = monday_of(today)
    if monday <= weeks.on:
        return weeks
    return Weeks(shown=max(weeks.shown, _whole_weeks(clock, before=monday)), on=monday)


def moves_back(*, from_day: date, to_day: date) -> bool:
    """Tell whether a move puts somebody back into a week whose Monday had ended for them."""
    return monday_of(to_day) < monday_of(from_day)


def replay(facts: Iterable[Fact], *, moves: Sequence[Move]) -> Weeks:
    """Return the weeks that are kept after all facts, from the facts in the order of recording.

    ``moves`` come in the order in which they were recorded; the first holds since ever. At one
    instant a move comes before the facts. Raises ValueError without a start or a move.
    """
    told = sorted(facts, key=sobriety_facts.recorded_order)
    clock = fold([fact for fact in told if isinstance(fact, Started)][:1])
    if clock is None:
        raise ValueError("a tracker begins with its start")
    steps: list[tuple[datetime, Move | None, list[Fact]]] = [
        *((move.recorded_at, move, []) for move in moves[1:]),
        *((at, None, list(some)) for at, some in groupby(told, key=lambda fact: fact.recorded_at)),
    ]
    here = moves[0]
    known: list[Fact] = []
    weeks: Weeks | None = None
    for at, move, added in sorted(steps, key=lambda step: step[0]):
        today = _today(at, here)
        if move is not None:
            if weeks is not None and moves_back(from_day=today, to_day=_today(at, move)):
                weeks = renewed(weeks, clock, today=today)
            here = move
            continue
        weeks = begun(clock, today=today) if weeks is None else renewed(weeks, clock, today=today)
        known += added
        clock = fold(known) or clock
    assert weeks is not None  # noqa: S101  there is a first fact
    return weeks


def _today(at: datetime, here: Move) -> date:
    return days.local_date(at, zone=here.zone, day_start_hour=here.day_start_hour)


def _whole_weeks(clock: Clock, *, before: date) -> int:
    """Return the whole weeks of sober days in [first start date, ``before``)."""
    not_counted_yet = sum(1 for day in clock.recent_use_dates if day >= before)
    counted = clock.use_dates_count - not_counted_yet
    elapsed = (before - clock.first_start_on).days
    return max(elapsed - counted, 0) // DAYS_A_WEEK
