"""What a commitment promises from which date on, and from when a change of it holds.

Easing takes effect after a week, so that a hard evening does not undo a promise; firming up holds
at once. Rules: design, "States, streaks, promises".
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Literal

from recovery.kernel.days import ONE_DAY

Cadence = Literal["once", "daily", "weekdays", "times_per_week"]

EASING_DELAY = timedelta(days=7)
WHOLE_WEEK = frozenset(range(7))


@dataclass(frozen=True, slots=True)
class Terms:
    """What is promised from a date on, until the next terms begin.

    ``ends_on`` is the last date promised; ``once`` always has one. On the day before
    ``from_date`` it says that nothing is promised.
    """

    from_date: date
    cadence: Cadence
    weekdays: frozenset[int] = frozenset()
    times_per_week: int | None = None
    ends_on: date | None = None

    def promises(self, day: date) -> bool:
        """Tell whether a date on which these terms are in force is promised."""
        if self.ends_on is not None and day > self.ends_on:
            return False
        return self.cadence != "weekdays" or day.weekday() in self.weekdays

    def same_promise(self, other: Terms) -> bool:
        """Tell whether two terms differ in nothing but the date from which they hold."""
        return replace(self, from_date=other.from_date) == other


@dataclass(frozen=True, slots=True)
class Territory:
    """The dates on which the same terms are in force, both included; open for the last ones."""

    terms: Terms
    first: date
    last: date

    @property
    def promised_to(self) -> date:
        """The last date that can be promised here; before ``first`` if none is."""
        ends_on = self.terms.ends_on
        return self.last if ends_on is None else min(self.last, ends_on)


def territories(standing: Sequence[Terms]) -> Iterator[Territory]:
    """Yield the stretches of dates that terms, ordered by ``from_date``, are in force on."""
    for index, terms in enumerate(standing):
        following = standing[index + 1].from_date - ONE_DAY if index + 1 < len(standing) else None
        yield Territory(terms, terms.from_date, following or date.max)


def in_force(*, on: date, standing: Sequence[Terms]) -> Terms | None:
    """Return the terms in force on a date, None before the first."""
    return next((terms for terms in reversed(standing) if terms.from_date <= on), None)


def current(*, on: date, standing: Sequence[Terms]) -> Terms:
    """Return the terms in force on a date, the first ones before they begin."""
    return in_force(on=on, standing=standing) or standing[0]


def pending(*, on: date, standing: Sequence[Terms]) -> Terms | None:
    """Return the terms that are to take the place of those in force, if there are any."""
    last = standing[-1]
    return last if last is not current(on=on, standing=standing) else None


def promised(*, on: date, standing: Sequence[Terms]) -> bool:
    """Tell whether anything was or is promised on a date."""
    terms = in_force(on=on, standing=standing)
    return terms is not None and terms.promises(on)


def eases(*, old: Terms, new: Terms, today: date) -> bool:
    """Tell whether new terms ask for less than the old ones: fewer dates, or an earlier end.

    What is neither less nor more, such as other weekdays, eases if any promised date is dropped.
    A number of times a week promises no certain date, so certain ones take its place without
    easing if they are as many; the other way round only seven times a week do.
    """
    if old.ends_on is not None and old.ends_on < today:
        return False  # nothing is promised any more that could be eased
    if new.ends_on is not None and (old.ends_on is None or new.ends_on < old.ends_on):
        return True
    if old.cadence == "once":
        return False
    return not _covers(new, old)


def _covers(new: Terms, old: Terms) -> bool:
    if old.times_per_week is not None:
        return (new.times_per_week or len(_certain(new))) >= old.times_per_week
    if new.times_per_week is not None:
        return new.times_per_week == len(WHOLE_WEEK)
    return _certain(old) <= _certain(new)


def _certain(terms: Terms) -> frozenset[int]:
    """Return the weekdays that are promised every week."""
    if terms.cadence == "times_per_week":
        return frozenset()
    return terms.weekdays if terms.cadence == "weekdays" else WHOLE_WEEK


def changed(
    *, wanted: Terms, standing: Sequence[Terms], today: date, easing_delay: bool
) -> list[Terms]:
    """Return the terms that stand after a member asked for others; pending ones fall away.

    ``wanted.from_date`` says nothing: easing holds from today + 7, all else from today, neither
    before the start. Where a number of times a week gives way to certain dates within a week that
    it rules, that is put off to the next Monday: a week is one promise. An end that would lie
    before the day on which it takes effect is the day before that.
    """
    start = standing[0].from_date
    old = current(on=today, standing=standing)
    delay = (
        EASING_DELAY if easing_delay and eases(old=old, new=wanted, today=today) else ONE_DAY * 0
    )
    begins = max(today + delay, start)
    if old.cadence == "times_per_week" and wanted.cadence != "times_per_week":
        begins = _after_its_week(begins, old)
    ends_on = wanted.ends_on
    if ends_on is not None:
        ends_on = max(ends_on, begins - ONE_DAY, start if wanted.cadence == "once" else date.min)
    new = replace(wanted, from_date=begins, ends_on=ends_on)
    kept = [terms for terms in standing if terms.from_date <= today or terms is old]
    if new.same_promise(old):
        return kept
    return [*(terms for terms in kept if terms.from_date != begins), new]


def _after_its_week(begins: date, old: Terms) -> date:
    monday = monday_of(begins)
    rules_it = max(old.from_date, monday) < begins
    has_ended = old.ends_on is not None and old.ends_on < monday
    return monday + EASING_DELAY if rules_it and not has_ended else begins


def monday_of(day: date) -> date:
    """Return the Monday of a date's week."""
    return day - timedelta(days=day.weekday())


def count_dates(first: date, last: date, *, weekdays: Iterable[int] = WHOLE_WEEK) -> int:
    """Return how many dates from ``first`` to ``last`` fall on one of the weekdays."""
    length = (last - first).days + 1
    if length <= 0:
        return 0
    weeks, rest = divmod(length, 7)
    chosen = frozenset(weekdays)
    begins = first.weekday()
    return weeks * len(chosen) + sum((begins + offset) % 7 in chosen for offset in range(rest))
