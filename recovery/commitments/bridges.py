"""The dates on which nothing is expected, counted without walking over them."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Collection, Iterable
from datetime import date, timedelta
from functools import lru_cache

from recovery.calendar.rules import SHORTEST_DATE, PauseRange
from recovery.commitments.terms import WHOLE_WEEK, count_dates
from recovery.kernel import days
from recovery.kernel.days import ONE_DAY


class Bridges:
    """A member's paused dates: their pauses, and the dates that their zone itself skips.

    What changes of zone did to dates is among the pauses already.
    """

    def __init__(self, pauses: Iterable[PauseRange], *, zone: str, day_start_hour: int) -> None:
        self._place = (zone, day_start_hour)
        self._ranges: list[tuple[date, date]] = []
        for pause in sorted(pauses, key=lambda pause: pause.from_date):
            last = pause.to_date or date.max
            if self._ranges and pause.from_date <= self._ranges[-1][1]:
                begins, ends = self._ranges[-1]
                self._ranges[-1] = (begins, max(ends, last))
            else:
                self._ranges.append((pause.from_date, last))

    def paused(self, day: date) -> bool:
        """Tell whether nothing is expected on a date."""
        return self.resumes(day) != day

    def resumes(self, day: date) -> date | None:
        """Return the first date from ``day`` on that is not paused, None if all of them are."""
        while True:
            found = self._range_at(day)
            if found is not None and found[1] == date.max:
                return None
            if found is not None:
                day = found[1] + ONE_DAY
            elif day in skipped_dates(*self._place, day.year):
                day += ONE_DAY
            else:
                return day

    def count(self, first: date, last: date, *, weekdays: Collection[int] = WHOLE_WEEK) -> int:
        """Return how many dates of a stretch, on these weekdays, are paused."""
        if last < first:
            return 0
        counted = 0
        for begins, ends in self._ranges[self._before(first) :]:
            if begins > last:
                break
            counted += count_dates(max(first, begins), min(last, ends), weekdays=weekdays)
        return counted + sum(
            first <= day <= last and day.weekday() in weekdays and self._range_at(day) is None
            for year in range(first.year, last.year + 1)
            for day in skipped_dates(*self._place, year)
        )

    def _range_at(self, day: date) -> tuple[date, date] | None:
        if not self._ranges:
            return None
        begins, ends = self._ranges[self._before(day)]
        return (begins, ends) if begins <= day <= ends else None

    def _before(self, day: date) -> int:
        """Return the place of the last range that begins on a date or before, or of the first."""
        return max(bisect_right(self._ranges, day, key=lambda found: found[0]) - 1, 0)


@lru_cache(maxsize=4096)
def skipped_dates(zone: str, day_start_hour: int, year: int) -> frozenset[date]:
    """Return the dates of a year of which a zone leaves less than 12 hours (Apia, 2011-12-30).

    Computed once for a zone, day start and year: some milliseconds, most often for nothing.
    """
    first = date(year, 1, 1)
    length = (date(year, 12, 31) - first).days + 1
    dates = [first + timedelta(days=offset) for offset in range(length + 1)]
    starts = [days.day_starts_at(day, zone=zone, day_start_hour=day_start_hour) for day in dates]
    return frozenset(
        day
        for day, begins, ends in zip(dates, starts, starts[1:], strict=False)
        if ends - begins < SHORTEST_DATE
    )
