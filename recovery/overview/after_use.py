"""What leads after a use event, and for seven days on "today"."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from uuid import UUID

from recovery.members.models import Member
from recovery.overview.texts import STEPS, NextStep, kept_text
from recovery.sobriety import queries as sobriety
from recovery.sobriety.models import Tracker, TrackerMode
from recovery.sobriety.rules import Reading
from recovery.support.queries import Plan

# The week in which "today" leads with what was kept.
LEADS_FOR = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class AfterUse:
    """What stays the member's after a use, and a next step; the fresh count comes behind."""

    tracker_id: UUID
    sober_days: int
    days_elapsed: int
    longest_days: int
    money_saved: Decimal | None
    minutes_saved: int | None
    text: str
    next_step: NextStep
    next_step_text: str


def used_lately(*, trackers: Iterable[Tracker], now: datetime) -> list[Tracker]:
    """Return the trackers of which a use was said within the last seven days."""
    return [
        tracker
        for tracker in trackers
        if tracker.mode == TrackerMode.ABSTINENCE
        and tracker.clock.last_use_recorded_at is not None
        and now - tracker.clock.last_use_recorded_at < LEADS_FOR
    ]


def leads_until(*, trackers: Iterable[Tracker]) -> list[datetime]:
    """Return when what stays ceases to lead, for each of the trackers that were used lately."""
    said_at = (tracker.clock.last_use_recorded_at for tracker in trackers)
    return [at + LEADS_FOR for at in said_at if at is not None]


def after_use(
    *, member: Member, trackers: Iterable[Tracker], plan: Plan, now: datetime, today: date
) -> list[AfterUse]:
    """Return what leads for each of these trackers."""
    return [
        _of(member, tracker, sobriety.reading(tracker=tracker, now=now, today=today), plan)
        for tracker in trackers
    ]


def _of(member: Member, tracker: Tracker, reading: Reading, plan: Plan) -> AfterUse:
    step = NextStep.OPEN_PLAN if plan != Plan() else NextStep.REACH_OUT
    return AfterUse(
        tracker_id=tracker.id,
        sober_days=reading.sober_days,
        days_elapsed=reading.days_elapsed,
        longest_days=reading.longest_days,
        money_saved=reading.money_saved,
        minutes_saved=reading.minutes_saved,
        text=kept_text(
            sober_days=reading.sober_days,
            days_elapsed=reading.days_elapsed,
            language=member.locale,
        ),
        next_step=step,
        next_step_text=STEPS[step][member.locale],
    )
