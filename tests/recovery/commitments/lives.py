"""Hypothesis strategies for commitments: what was promised, changed, answered and paused."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

from hypothesis import strategies as st

from recovery.calendar.rules import Move, PauseRange, ZoneFact
from recovery.commitments import terms
from recovery.commitments.terms import Terms
from tests.recovery.commitments.naive import Walk
from tests.recovery.strategies import day_starts, pause_lists, zones

SPAN = 45
# Around a date that a zone skips, 29 February, both changes of clocks, and the end of a year.
STARTS = [
    date(2011, 12, 12),
    date(2024, 2, 12),
    date(2024, 3, 11),
    date(2024, 10, 14),
    date(2025, 12, 8),
]
weekday_sets = st.frozensets(st.integers(0, 6), min_size=1)


@st.composite
def patterns(draw: st.DrawFn, *, start: date, once: bool) -> Terms:
    """Draw what is promised, to hold from whenever it may."""
    end = draw(st.one_of(st.none(), st.integers(0, SPAN)))
    ends_on = None if end is None else start + timedelta(days=end)
    if once:
        return Terms(start, "once", ends_on=ends_on or start)
    cadence = draw(st.sampled_from(["daily", "weekdays", "times_per_week", "times_per_week"]))
    if cadence == "weekdays":
        return Terms(start, "weekdays", weekdays=draw(weekday_sets), ends_on=ends_on)
    if cadence == "daily":
        return Terms(start, "daily", ends_on=ends_on)
    return Terms(start, "times_per_week", times_per_week=draw(st.integers(1, 7)), ends_on=ends_on)


@st.composite
def histories(draw: st.DrawFn, *, start: date) -> list[Terms]:
    """Draw terms that were changed up to three times, each on a later date."""
    once = draw(st.integers(0, 5)) == 0
    standing = [draw(patterns(start=start, once=once))]
    for offset in draw(st.lists(st.integers(-5, SPAN), max_size=3).map(sorted)):
        standing = terms.changed(
            wanted=draw(patterns(start=start, once=once)),
            standing=standing,
            today=start + timedelta(days=offset),
            easing_delay=draw(st.booleans()),
        )
    return standing


@st.composite
def moves(draw: st.DrawFn, *, now: datetime) -> Move:
    """Draw a change of zone or day start within the last day."""
    at = now - timedelta(minutes=draw(st.integers(0, 24 * 60 - 1)))
    return Move(at=at, before=ZoneFact(at - timedelta(days=9), draw(zones), draw(day_starts)))


@st.composite
def walks(draw: st.DrawFn) -> Walk:
    """Draw a commitment and an instant, within the first weeks of it or somewhat later."""
    start = draw(st.sampled_from(STARTS)) + timedelta(days=draw(st.integers(0, 6)))
    zone = draw(st.one_of(zones, st.just("Pacific/Apia")))
    minutes = draw(st.integers(-3 * 24 * 60, (SPAN + 20) * 24 * 60))
    now = datetime(start.year, start.month, start.day, tzinfo=UTC) + timedelta(minutes=minutes)
    offsets = st.integers(0, max(0, minutes // (24 * 60)) + 1)
    answered = draw(st.dictionaries(offsets, st.sampled_from(["kept", "kept", "not_kept"])))
    pauses: list[PauseRange] = draw(
        pause_lists(first=start, last=start + timedelta(days=SPAN + 20))
    )
    return Walk(
        standing=draw(histories(start=start)),
        answers={start + timedelta(days=offset): said for offset, said in answered.items()},
        pauses=pauses,
        zone=zone,
        day_start_hour=draw(day_starts),
        now=now,
        moved=draw(st.one_of(st.none(), moves(now=now))),
        silence_counts=draw(st.booleans()),
    )
