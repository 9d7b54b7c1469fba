"""Occurrences: what a commitment promises, derived from its terms, its answers and the calendar.

A promised date is an occurrence of its own under ``daily`` and ``weekdays``; under
``times_per_week`` the promised dates of a week are one, and under ``once`` all promised dates
together. What was answered was promised: an answer that a change of terms left outside of them
still counts. Rules: design, "States, streaks, promises".
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from functools import cached_property
from typing import Literal

from recovery.calendar.rules import Move
from recovery.commitments.bridges import Bridges
from recovery.commitments.terms import (
    EASING_DELAY,
    WHOLE_WEEK,
    Terms,
    Territory,
    count_dates,
    monday_of,
    territories,
)
from recovery.kernel import days
from recovery.kernel.days import ONE_DAY

Answer = Literal["kept", "not_kept"]
Answers = Mapping[date, Answer]

# So long after the next day has begun, what was promised may be answered before its silence tells.
GRACE = timedelta(hours=3)


class OccurrenceState(StrEnum):
    """What became of what was promised; ``none`` of a date on which nothing was."""

    KEPT = "kept"
    NOT_KEPT = "not_kept"
    PAUSED = "paused"
    OPEN = "open"
    UNANSWERED = "unanswered"
    NONE = "none"


@dataclass(frozen=True, slots=True)
class Stretch:
    """Dates that are an occurrence each, if promised; ``last`` is the last one looked at."""

    first: date
    last: date
    promised_to: date
    weekdays: frozenset[int]

    def promised(self, first: date, last: date) -> int:
        """Return how many dates of a part of it are promised."""
        return count_dates(first, min(last, self.promised_to), weekdays=self.weekdays)


@dataclass(frozen=True, slots=True)
class Group:
    """Dates that are one occurrence together, kept once ``times`` of them are."""

    promised: tuple[tuple[date, date], ...]
    answered: tuple[date, ...]
    times: int

    @property
    def first(self) -> date:
        """The first date of it."""
        return min([*(begins for begins, _ in self.promised), *self.answered], default=date.max)

    @property
    def last(self) -> date:
        """The last date of it."""
        return max([*(ends for _, ends in self.promised), *self.answered], default=date.min)

    @property
    def size(self) -> int:
        """How many dates it has."""
        outside = sum(not self.promises(day) for day in self.answered)
        return outside + sum(count_dates(*part) for part in self.promised)

    def promises(self, day: date) -> bool:
        """Tell whether a date was promised, and not only answered."""
        return any(begins <= day <= ends for begins, ends in self.promised)


@dataclass(frozen=True, slots=True)
class Occurrence:
    """One occurrence and what became of it; ``kept`` of its dates were, ``required`` should be.

    ``by_silence``: it is not kept because it was not answered.
    """

    first: date
    last: date
    required: int
    kept: int
    state: OccurrenceState
    by_silence: bool = False


@dataclass(frozen=True)
class Promise:
    """A commitment with all that says what became of it.

    ``standing`` are its terms by ``from_date``. Silence up to ``judged_to`` is judged; it says
    ``not_kept`` if ``silence_counts``.
    """

    standing: Sequence[Terms]
    answers: Answers
    bridges: Bridges
    judged_to: date
    silence_counts: bool = False

    @cached_property
    def answered(self) -> list[date]:
        """The answered dates, in order."""
        return sorted(self.answers)

    def answered_between(self, first: date, last: date) -> list[date]:
        """Return the answered dates of a stretch, both ends included."""
        return self.answered[bisect_left(self.answered, first) : bisect_right(self.answered, last)]


def judged_to(*, now: datetime, zone: str, day_start_hour: int, moved: Move | None = None) -> date:
    """Return the last date whose silence is judged at an instant.

    A date is judged three hours after the next one has begun. ``moved``: the first change of zone
    or day start within the last 24 hours; what was not judged by then, where the person was until
    then, waits.
    """
    latest = _judged_to(now, zone, day_start_hour)
    if moved is None:
        return latest
    return min(latest, _judged_to(moved.at, moved.before.zone, moved.before.day_start_hour))


def _judged_to(at: datetime, zone: str, day_start_hour: int) -> date:
    day = days.local_date(at, zone=zone, day_start_hour=day_start_hour)
    while days.day_ends_at(day, zone=zone, day_start_hour=day_start_hour) + GRACE > at:
        day -= ONE_DAY
    return day


def pieces(promise: Promise, *, first: date, last: date) -> Iterator[Stretch | Group]:
    """Yield what is promised in a stretch of dates, in the order of time.

    Groups that reach into it come whole. ``last`` cuts stretches only.
    """
    if promise.standing[0].cadence == "once":
        yield from _once(promise, first=first, last=last)
        return
    week_seen = date.min
    for territory in territories(promise.standing):
        begins, ends = max(first, territory.first), min(last, territory.last)
        if begins > ends:
            continue
        if territory.terms.cadence != "times_per_week":
            certain = territory.terms.weekdays or WHOLE_WEEK
            yield Stretch(begins, ends, territory.promised_to, certain)
            continue
        for group in _weeks(promise, territory, begins=begins, ends=ends, after=week_seen):
            week_seen = monday_of(group.last)
            yield group


def occurrence(group: Group, promise: Promise) -> Occurrence:
    """Return what became of dates that are one occurrence together.

    It takes ``times`` of them, or as many as are not paused; a paused one that is kept counts. It
    is kept as soon as enough are, and not kept once the answers leave too few. Where all are
    paused nothing is expected, unless each was answered all the same.
    """
    bridges, answers = promise.bridges, promise.answers
    kept = sum(answers[day] == "kept" for day in group.answered)
    silent = sum(count_dates(*part) - bridges.count(*part) for part in group.promised)
    eligible = silent
    for day in group.answered:
        if group.promises(day) and not bridges.paused(day):
            silent -= 1
    required = min(group.times, eligible)
    found, by_silence = OccurrenceState.UNANSWERED, False
    if kept >= max(required, 1):
        found = OccurrenceState.KEPT
    elif eligible == 0:
        all_answered = len(group.answered) == group.size
        found = OccurrenceState.NOT_KEPT if all_answered else OccurrenceState.PAUSED
    elif kept + silent < required:
        found = OccurrenceState.NOT_KEPT
    elif group.last > promise.judged_to:
        found = OccurrenceState.OPEN
    elif promise.silence_counts:
        found, by_silence = OccurrenceState.NOT_KEPT, True
    return Occurrence(group.first, group.last, required, kept, found, by_silence)


def on_date(day: date, promise: Promise) -> Occurrence:
    """Return what became of a promised date that is an occurrence of its own."""
    answer = promise.answers.get(day)
    if answer is not None:
        return Occurrence(day, day, 1, int(answer == "kept"), OccurrenceState(answer))
    if promise.bridges.paused(day):
        return Occurrence(day, day, 0, 0, OccurrenceState.PAUSED)
    if day > promise.judged_to:
        return Occurrence(day, day, 1, 0, OccurrenceState.OPEN)
    if promise.silence_counts:
        return Occurrence(day, day, 1, 0, OccurrenceState.NOT_KEPT, by_silence=True)
    return Occurrence(day, day, 1, 0, OccurrenceState.UNANSWERED)


def listed(promise: Promise, *, first: date, last: date) -> Iterator[Occurrence]:
    """Yield the occurrences that lie in a stretch of dates or reach into it, oldest first."""
    for piece in pieces(promise, first=first, last=last):
        if isinstance(piece, Group):
            yield occurrence(piece, promise)
            continue
        day = piece.first
        while day <= piece.last:
            if day in promise.answers or piece.promised(day, day):
                yield on_date(day, promise)
            day += ONE_DAY


def _once(promise: Promise, *, first: date, last: date) -> Iterator[Group]:
    parts = [
        (territory.first, territory.promised_to)
        for territory in territories(promise.standing)
        if territory.first <= territory.promised_to
    ]
    group = Group(tuple(parts), tuple(promise.answered), times=1)
    if group.first <= last and group.last >= first:
        yield group


def _weeks(
    promise: Promise, territory: Territory, *, begins: date, ends: date, after: date
) -> Iterator[Group]:
    """Yield the weeks of a territory, each with the dates that later terms promise in it."""
    # Behind what is promised a week is there only if it was answered.
    answered = promise.answered_between(territory.first, territory.last)
    ends = min(ends, max([territory.promised_to, *answered]))
    monday = max(monday_of(begins), after + EASING_DELAY if after > date.min else date.min)
    while monday <= ends:
        group = _week(promise, monday)
        if group.first <= ends and group.last >= begins:
            yield group
        monday += EASING_DELAY


def _week(promise: Promise, monday: date) -> Group:
    """Return the dates of a week that a number of times a week rules, and which number.

    It is the number of the first terms in the week. Later ones take its place if they ask for
    less, or if as many dates are left in the week that are not paused: firming up never asks for
    what can no longer be done.
    """
    sunday = monday + EASING_DELAY - ONE_DAY
    parts: list[tuple[date, date]] = []
    answered: list[date] = []
    times = 0
    for territory in territories(promise.standing):
        if territory.terms.times_per_week is None or territory.last < monday:
            continue
        if territory.first > sunday:
            break
        begins, ends = max(monday, territory.first), min(sunday, territory.promised_to)
        left = 0
        if begins <= ends:
            parts.append((begins, ends))
            left = count_dates(begins, ends) - promise.bridges.count(begins, ends)
        answered += promise.answered_between(begins, min(sunday, territory.last))
        wanted = territory.terms.times_per_week
        if not times or wanted <= times or wanted <= left:
            times = wanted
    return Group(tuple(parts), tuple(answered), times)
