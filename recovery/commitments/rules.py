"""How a commitment stands: what was kept, what is open, and when it comes next.

Silence is ``unanswered``, and counts as not kept only where the member chose that. Rules: design,
"States, streaks, promises".
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from decimal import ROUND_DOWN, Decimal

from recovery.commitments.occurrences import (
    Group,
    Occurrence,
    OccurrenceState,
    Promise,
    Stretch,
    listed,
    occurrence,
    on_date,
    pieces,
)
from recovery.commitments.terms import EASING_DELAY, monday_of, promised, territories
from recovery.kernel.days import ONE_DAY

# A tally counts whole weeks that ended at least this long ago: whatever the zone, day start and
# grace, their silence is judged by then, so that the passing of time changes nothing in them.
SETTLED_AFTER = EASING_DELAY
FOUR_PLACES = Decimal("0.0001")


@dataclass(frozen=True, slots=True)
class Tally:
    """Occurrences counted, in the order of time: by what was answered, and those left silent.

    A run is kept ones with none between them that was not kept; paused and unanswered ones bridge
    without adding.
    """

    kept: int = 0
    not_kept: int = 0
    silent: int = 0
    current_run: int = 0
    longest_run: int = 0

    def and_kept(self) -> Tally:
        """Return the tally with one more that was kept."""
        run = self.current_run + 1
        return replace(
            self, kept=self.kept + 1, current_run=run, longest_run=max(run, self.longest_run)
        )

    def and_not_kept(self) -> Tally:
        """Return the tally with one more of which the member says that it was not kept."""
        return replace(self, not_kept=self.not_kept + 1, current_run=0)

    def and_silent(self, number: int, *, counts: bool) -> Tally:
        """Return the tally with some more that were left silent; they end a run if they count."""
        run = 0 if counts and number else self.current_run
        return replace(self, silent=self.silent + number, current_run=run)


@dataclass(frozen=True, slots=True)
class Reading:
    """How a commitment stands at an instant.

    Rates have four places, rounded down, so that 1 means all; they are None while nothing was
    judged: ``kept_rate`` is kept /
    (kept + not kept), ``answered_rate`` answered / (answered + silent). ``state_today`` is that of
    the occurrence which the date belongs to; ``open_today`` that the date itself waits for an
    answer. ``next_due_on`` is the first date from today on that does.
    """

    state_today: OccurrenceState
    open_today: bool
    next_due_on: date | None
    kept: int
    not_kept: int
    unanswered: int
    kept_rate: Decimal | None
    answered_rate: Decimal | None
    current_run: int
    longest_run: int


def settled_through(*, promise: Promise, today: date) -> date:
    """Return the date through which a tally counts: a Sunday, or the day before the start.

    Of what is promised ``once`` nothing settles, for all its dates are one occurrence.
    """
    before = promise.standing[0].from_date - ONE_DAY
    if promise.standing[0].cadence == "once":
        return before
    return max(before, monday_of(today - SETTLED_AFTER) - ONE_DAY)


def fold(promise: Promise, *, first: date, last: date, begun: Tally | None = None) -> Tally:
    """Count the occurrences of a stretch of dates, on top of what was counted before it.

    Open and paused ones do not count. Silent dates are counted without walking over them.
    """
    tally = begun or Tally()
    for piece in pieces(promise, first=first, last=last):
        if isinstance(piece, Stretch):
            tally = _over(piece, promise, tally)
        else:
            tally = _with(occurrence(piece, promise), promise, tally)
    return tally


def read(promise: Promise, *, through: date, settled: Tally, today: date) -> Reading:
    """Return how a commitment stands on a date, from the tally of what settled ``through``.

    The promise needs no answers of the settled dates.
    """
    tally = fold(promise, first=through + ONE_DAY, last=today, begun=settled)
    counted = tally.silent if promise.silence_counts else 0
    answered = tally.kept + tally.not_kept
    state = state_on(promise, day=today)
    return Reading(
        state_today=state,
        open_today=state is OccurrenceState.OPEN and waits(promise, day=today),
        next_due_on=next_due_on(promise, today=today),
        kept=tally.kept,
        not_kept=tally.not_kept + counted,
        unanswered=tally.silent - counted,
        kept_rate=_rate(tally.kept, answered + counted),
        answered_rate=_rate(answered, answered + tally.silent),
        current_run=tally.current_run,
        longest_run=tally.longest_run,
    )


def state_on(promise: Promise, *, day: date) -> OccurrenceState:
    """Return the state of the occurrence that a date belongs to, ``none`` if to none."""
    if not (promised(on=day, standing=promise.standing) or day in promise.answers):
        return OccurrenceState.NONE
    return next(iter(listed(promise, first=day, last=day))).state


def next_due_on(promise: Promise, *, today: date) -> date | None:
    """Return the first date from today on that waits for an answer, None if none ever will."""
    for territory in territories(promise.standing):
        day: date | None = max(today, territory.first)
        while day is not None and day <= territory.promised_to:
            resumes = promise.bridges.resumes(day)
            if resumes is None:
                return None
            if resumes > day:
                day = resumes
            elif not territory.terms.promises(day) or day in promise.answers:
                day += ONE_DAY
            else:
                done = _done_until(promise, day)
                if done is None:
                    return day
                day = done + ONE_DAY
    return None


def _done_until(promise: Promise, day: date) -> date | None:
    """Return the last date of the group that a date is in, if that needs no answer any more."""
    for piece in pieces(promise, first=day, last=day):
        if isinstance(piece, Group):
            found = occurrence(piece, promise)
            if found.state in (OccurrenceState.KEPT, OccurrenceState.NOT_KEPT):
                return found.last
    return None


def waits(promise: Promise, *, day: date) -> bool:
    """Tell whether a date has no answer and is not paused."""
    return day not in promise.answers and not promise.bridges.paused(day)


def _over(piece: Stretch, promise: Promise, tally: Tally) -> Tally:
    begins = piece.first
    for day in promise.answered_between(piece.first, piece.last):
        tally = _silent(piece, promise, begins, day - ONE_DAY, tally)
        tally = _with(on_date(day, promise), promise, tally)
        begins = day + ONE_DAY
    return _silent(piece, promise, begins, piece.last, tally)


def _silent(piece: Stretch, promise: Promise, first: date, last: date, tally: Tally) -> Tally:
    last = min(last, piece.promised_to, promise.judged_to)
    number = piece.promised(first, last) - promise.bridges.count(
        first, last, weekdays=piece.weekdays
    )
    return tally.and_silent(number, counts=promise.silence_counts)


def _with(found: Occurrence, promise: Promise, tally: Tally) -> Tally:
    if found.state is OccurrenceState.KEPT:
        return tally.and_kept()
    if found.state is OccurrenceState.UNANSWERED or found.by_silence:
        return tally.and_silent(1, counts=promise.silence_counts)
    return tally.and_not_kept() if found.state is OccurrenceState.NOT_KEPT else tally


def _rate(part: int, whole: int) -> Decimal | None:
    return (Decimal(part) / whole).quantize(FOUR_PLACES, rounding=ROUND_DOWN) if whole else None
