"""What became of a commitment, found by walking over every date: the oracle of the rules."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from fractions import Fraction

from recovery.calendar import rules as calendar
from recovery.calendar.rules import Move, PauseRange, ZoneFact
from recovery.commitments.terms import Terms
from recovery.kernel import days

ONE_DAY = timedelta(days=1)


def judged_at(last: date, place: ZoneFact) -> datetime:
    over = days.day_ends_at(last, zone=place.zone, day_start_hour=place.day_start_hour)
    return over + timedelta(hours=3)


@dataclass
class Walk:
    """One commitment, and the person and instant that it is asked for."""

    standing: Sequence[Terms]
    answers: Mapping[date, str]
    pauses: Sequence[PauseRange]
    zone: str
    day_start_hour: int
    now: datetime
    moved: Move | None = None
    silence_counts: bool = False

    @property
    def today(self) -> date:
        return days.local_date(self.now, zone=self.zone, day_start_hour=self.day_start_hour)

    def terms_on(self, day: date) -> Terms | None:
        found = None
        for terms in self.standing:
            if terms.from_date <= day:
                found = terms
        return found

    def promised(self, day: date) -> bool:
        terms = self.terms_on(day)
        if terms is None or (terms.ends_on is not None and day > terms.ends_on):
            return False
        return terms.cadence != "weekdays" or day.weekday() in terms.weekdays

    def paused(self, day: date) -> bool:
        facts = [ZoneFact(self.now, self.zone, self.day_start_hour)]
        return calendar.is_paused(day, pauses=self.pauses, facts=facts)

    def is_open(self, last: date) -> bool:
        here = ZoneFact(self.now, self.zone, self.day_start_hour)
        if self.now < judged_at(last, here):
            return True
        return self.moved is not None and self.moved.at < judged_at(last, self.moved.before)

    def occurrences(self, *, until: date) -> list[tuple[date, date, str, bool]]:
        """Return (first, last, state, silent) of all that begins by a date, in order."""
        found: dict[object, list[date]] = {}
        day = self.standing[0].from_date
        while day <= until + timedelta(days=60):
            terms = self.terms_on(day)
            assert terms is not None
            if self.promised(day) or day in self.answers:
                key: object = day
                if terms.cadence == "once":
                    key = "once"
                if terms.cadence == "times_per_week":
                    key = ("week", day - timedelta(days=day.weekday()))
                found.setdefault(key, []).append(day)
            day += ONE_DAY
        return [
            (dates[0], dates[-1], *self.judge(dates))
            for dates in found.values()
            if dates[0] <= until
        ]

    def judge(self, dates: list[date]) -> tuple[str, bool]:
        kept = [day for day in dates if self.answers.get(day) == "kept"]
        expected = [day for day in dates if self.promised(day) and not self.paused(day)]
        required = min(self.times(dates), len(expected))
        if kept and len(kept) >= required:
            return "kept", False
        if not expected:
            answered = all(day in self.answers for day in dates)
            return ("not_kept" if answered else "paused"), False
        still = [day for day in expected if day not in self.answers]
        if len(kept) + len(still) < required:
            return "not_kept", False
        if self.is_open(dates[-1]):
            return "open", False
        return ("not_kept" if self.silence_counts else "unanswered"), True

    def times(self, dates: list[date]) -> int:
        if self.terms_on(dates[0]).times_per_week is None:  # type: ignore[union-attr]
            return 1
        week = [dates[0] - timedelta(days=dates[0].weekday()) + n * ONE_DAY for n in range(7)]
        ruling: int | None = None
        last: Terms | None = None
        for day in week:
            terms = self.terms_on(day)
            if terms is None or terms is last or terms.times_per_week is None:
                continue
            last = terms
            left = [
                later
                for later in week
                if self.terms_on(later) is terms and self.promised(later) and not self.paused(later)
            ]
            if (
                ruling is None
                or terms.times_per_week <= ruling
                or terms.times_per_week <= len(left)
            ):
                ruling = terms.times_per_week
        assert ruling is not None
        return ruling

    def reading(self) -> dict[str, object]:
        """Return the numbers that the rules give, counted one by one."""
        kept = not_kept = silent = run = longest = by_silence = 0
        for _, _, state, was_silent in self.occurrences(until=self.today):
            if state == "kept":
                kept, run = kept + 1, run + 1
            elif state == "not_kept":
                not_kept, run = not_kept + 1, 0
                by_silence += was_silent
            silent += was_silent
            longest = max(longest, run)
        answered = kept + not_kept - by_silence
        return {
            "kept": kept,
            "not_kept": not_kept,
            "unanswered": silent - by_silence,
            "kept_rate": Fraction(kept, kept + not_kept) if kept + not_kept else None,
            "answered_rate": Fraction(answered, answered + silent) if answered + silent else None,
            "current_run": run,
            "longest_run": longest,
            "state_today": self.state_on(self.today),
            "open_today": self.state_on(self.today) == "open" and self.waits(self.today),
            "next_due_on": self.next_due_on(),
        }

    def state_on(self, day: date) -> str:
        if not self.promised(day) and day not in self.answers:
            return "none"
        return next(
            state for first, last, state, _ in self.occurrences(until=day) if first <= day <= last
        )

    def waits(self, day: date) -> bool:
        return self.promised(day) and day not in self.answers and not self.paused(day)

    def next_due_on(self) -> date | None:
        day = self.today
        for _ in range(120):
            if self.waits(day) and self.state_on(day) in ("open", "unanswered", "paused"):
                return day
            day += ONE_DAY
        return None
