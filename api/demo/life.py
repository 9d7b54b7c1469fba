"""What one member of the demo group did by themselves, each thing at its instant."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from functools import partial
from uuid import UUID

from api.demo.days import Planned, check_ins
from api.demo.people import DAYS, Limit, Person, Tracked, Use
from notifications import reminders
from notifications.models import every_weekday
from recovery.calendar import services as calendar
from recovery.checkins import services as checkins
from recovery.checkins.saying import TrackerState
from recovery.checkins.services import Answers, When
from recovery.kernel import days
from recovery.members.models import Member
from recovery.members.services import accounts
from recovery.sobriety import facts
from recovery.sobriety.models import LimitUnit, SaidState, TrackerMode
from recovery.sobriety.services import amounts, trackers, uses
from recovery.support import services as support
from recovery.support.queries import Plan

JOINED_AT = time(12)
ADDRESS = "demo"  # the limit on joining counts by it


@dataclass(frozen=True, slots=True)
class Step:
    """Something that somebody did; ``do`` is given the instant."""

    at: datetime
    do: Callable[[datetime], object]


@dataclass(slots=True)
class Life:
    """A member of the group: what they do, and what came of it so far."""

    person: Person
    today: date
    password: str
    member: Member = field(init=False)
    tracker_ids: dict[str, UUID] = field(default_factory=dict)

    def steps(self) -> Iterator[Step]:
        """Yield what the member does, in no order."""
        person = self.person
        yield Step(self.instant(DAYS, JOINED_AT), self._join)
        for tracked in person.trackers:
            yield from self._tracker(tracked)
        for first, last in person.pauses:
            yield Step(self.instant(first + 1, time(18)), partial(self._pause, first, last))
        if person.plan is not None:
            yield Step(self.instant(DAYS - 2, time(19)), partial(self._write, person.plan))
        if person.remind_at is not None:
            at = self.instant(DAYS - 1, time(13))
            yield Step(at, partial(self._ask_for_reminder, person.remind_at))
        for planned in check_ins(person=person, today=self.today):
            yield from self._check_in(planned)

    def instant(self, days_ago: int, at: time) -> datetime:
        """Return when the clock at home showed ``at`` so many days ago."""
        day, start = self.today - timedelta(days=days_ago), self.person.day_start_hour
        found = days.instant_of(day, at, zone=self.person.zone, day_start_hour=start)
        return found or days.day_starts_at(day, zone=self.person.zone, day_start_hour=start)

    def set_deadlines(self, now: datetime) -> None:
        """Move each reminder by five minutes, so that its next time lies ahead of ``now``."""
        for reminder in reminders.of(member_id=self.member.id):
            minute = (reminder.local_time.minute + 5) % 60
            changed = {"local_time": reminder.local_time.replace(minute=minute)}
            reminders.change(member=self.member, reminder_id=reminder.id, changed=changed, now=now)

    def _join(self, now: datetime) -> None:
        self.member = accounts.register(
            handle=self.person.handle,
            password=self.password,
            time_zone=self.person.zone,
            day_start_hour=self.person.day_start_hour,
            locale="en",
            device_name="Phone",
            accepts_terms=True,
            is_adult=True,
            address=ADDRESS,
            now=now,
        ).member

    def _tracker(self, tracked: Tracked) -> Iterator[Step]:
        # What began before they joined is entered on the day of joining.
        joined_at = self.instant(DAYS, JOINED_AT) + timedelta(minutes=5)
        began_at = self.instant(tracked.days_ago, tracked.at)
        yield Step(max(joined_at, began_at), partial(self._begin, tracked, began_at))
        for limit in tracked.limits[1:]:
            yield Step(self.instant(limit.days_ago, time(9)), partial(self._limit, tracked, limit))
        for use in tracked.uses:
            told_at = self.instant(use.days_ago - use.told_after_days, time(11, 30))
            yield Step(told_at, partial(self._tell, tracked, use))

    def _begin(self, tracked: Tracked, began_at: datetime, now: datetime) -> None:
        tracker, _ = trackers.create(
            member=self.member,
            tracker_id=None,
            new=trackers.NewTracker(
                name=tracked.name,
                mode=TrackerMode.REDUCTION if tracked.limits else TrackerMode.ABSTINENCE,
                category=tracked.category,
                started_at=began_at,
                cost_per_day=tracked.cost_per_day,
                currency=tracked.currency,
                minutes_per_day=tracked.minutes_per_day,
                limit=_limit_input(tracked.limits[0]) if tracked.limits else None,
            ),
            now=now,
        )
        self.tracker_ids[tracked.name] = tracker.id

    def _limit(self, tracked: Tracked, limit: Limit, now: datetime) -> None:
        trackers.change(
            member=self.member,
            tracker_id=self.tracker_ids[tracked.name],
            changed={"limit": _limit_input(limit)},
            now=now,
        )

    def _tell(self, tracked: Tracked, use: Use, now: datetime) -> None:
        used_at = self.instant(use.days_ago, use.at)
        uses.report(
            member=self.member,
            tracker_id=self.tracker_ids[tracked.name],
            event_id=None,
            used_at=used_at,
            resumed_at=used_at + timedelta(hours=use.hours),
            amount=None,
            trigger=use.trigger,
            note=use.note,
            now=now,
        )

    def _pause(self, first: int, last: int | None, now: datetime) -> None:
        calendar.create_pause(
            member=self.member,
            pause_id=None,
            from_date=self.today - timedelta(days=first),
            to_date=None if last is None else self.today - timedelta(days=last),
            now=now,
        )

    def _write(self, plan: Plan, now: datetime) -> None:
        support.put_plan(member=self.member, plan=plan, now=now)

    def _ask_for_reminder(self, at: time, now: datetime) -> None:
        reminders.create(
            member=self.member,
            reminder_id=None,
            local_time=at,
            weekdays=every_weekday(),
            exact=False,
            now=now,
        )

    def _check_in(self, planned: Planned) -> Iterator[Step]:
        if planned.pledged_at is not None:
            yield Step(planned.pledged_at, partial(self._put, planned, Answers(pledged=True)))
        for tracked in self.person.trackers:
            # One by one, an hour apart, the last an hour before the check-in.
            ones = int(planned.amounts.get(tracked.name, 0)) if tracked.said_apart else 0
            for hours in range(ones, 0, -1):
                at = planned.answered_at - timedelta(hours=hours)
                yield Step(at, partial(self._log_one, tracked, planned.local_date))
        yield Step(planned.answered_at, partial(self._answer, planned))

    def _answer(self, planned: Planned, now: datetime) -> None:
        said = tuple(
            self._said(tracked, planned)
            for tracked in self.person.trackers
            if tracked.name in self.tracker_ids
            and self.today - timedelta(days=tracked.days_ago) <= planned.local_date
        )
        answers = Answers(
            pledged=planned.pledged,
            reviewed=planned.reviewed,
            mood=planned.mood,
            feelings=planned.feelings,
            craving=planned.craving,
            confidence=planned.confidence,
            triggers=planned.triggers,
            note=planned.note,
            trackers=said,
        )
        self._put(planned, answers, now)

    def _put(self, planned: Planned, answers: Answers, now: datetime) -> None:
        checkins.put(
            member=self.member,
            local_date=planned.local_date,
            answers=answers,
            when=When(time_zone=planned.zone),
            now=now,
        )

    def _log_one(self, tracked: Tracked, day: date, now: datetime) -> None:
        amounts.log_amount(
            member=self.member,
            tracker_id=self.tracker_ids[tracked.name],
            amount_id=None,
            local_date=day,
            amount=Decimal(1),
            now=now,
        )

    def _said(self, tracked: Tracked, planned: Planned) -> TrackerState:
        tracker_id = self.tracker_ids[tracked.name]
        if tracked.limits:
            amount = None if tracked.said_apart else planned.amounts.get(tracked.name)
            state = SaidState.SOBER if amount == 0 else SaidState.NONE
            return TrackerState(tracker_id=tracker_id, state=state, amount=amount)
        used = any(self._covers(use, planned.local_date) for use in tracked.uses)
        return TrackerState(tracker_id, SaidState.USED if used else SaidState.SOBER)

    def _covers(self, use: Use, day: date) -> bool:
        used_at = self.instant(use.days_ago, use.at)
        used_on, resumed_on = (
            days.local_date(at, zone=self.person.zone, day_start_hour=self.person.day_start_hour)
            for at in (used_at, used_at + timedelta(hours=use.hours))
        )
        first, last = facts.use_dates(used_on=used_on, resumed_on=resumed_on)
        return first <= day <= last


def _limit_input(limit: Limit) -> trackers.LimitInput:
    return trackers.LimitInput(limit.per, limit.amount, LimitUnit(limit.unit))
