"""Keeping the stored projections equal to the fold of the facts."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import date, datetime, timedelta
from decimal import Decimal
from uuid import UUID

from django.db.models import Q, Sum

from recovery.calendar import queries as calendar
from recovery.kernel import days
from recovery.members.events import DaysMoved
from recovery.sobriety import limits, queries, rules, sober_time
from recovery.sobriety.models import (
    Clock,
    FactKind,
    LimitTotals,
    Tracker,
    TrackerDay,
    TrackerFact,
    TrackerMode,
)

# The running week reaches back 6 dates from today, and today may lie 2 dates before the last one
# logged (travelling west): 16 dates leave a week to spare.
RECENT_DATES = 16
DAY_FIELDS = [
    *("said", "said_amount", "said_zone", "said_day_start_hour", "said_answered_at"),
    *("logged_amount", "limit_state"),
]
CLOCK_FIELDS = [field.name for field in Clock._meta.concrete_fields if field.name != "tracker"]


@dataclass(frozen=True, slots=True)
class Saying:
    """What a check-in says of a tracker, and where and when it was answered; frozen with it."""

    state: str  # a SaidState, or empty for nothing any more
    amount: Decimal | None
    zone: str
    day_start_hour: int
    answered_at: datetime


def begin_clock(*, tracker: Tracker, facts: Iterable[rules.Fact], today: date) -> None:
    """Store the fold of a new tracker's start, with one query. ``today``: its owner's date."""
    clock = _folded(facts)
    tracker.clock = _row(tracker, clock, weeks=sober_time.begun(clock, today=today))
    tracker.clock.save(force_insert=True)


def refold_clocks(
    *, trackers: Sequence[Tracker], facts: Mapping[UUID, Iterable[rules.Fact]], today: date
) -> None:
    """Store the fold of all clock facts of each tracker, with one query for all of them.

    The weeks that show on ``today``, the owner's date, are kept as they were before: what is
    being recorded shows in them from the next Monday on.
    """
    for tracker in trackers:
        weeks = queries.weeks_of(tracker=tracker, today=today)
        tracker.clock = _row(tracker, _folded(facts[tracker.id]), weeks=weeks)
    _store(trackers)


def rebuild_clocks(*, member_id: UUID) -> None:
    """Make the clocks of a member anew from what was ever said and when. Three queries."""
    trackers = list(queries.ever_of(member_id=member_id).filter(mode=TrackerMode.ABSTINENCE))
    rows = queries.clock_rows(tracker_ids=[tracker.id for tracker in trackers])
    moves = queries.moves_of(member_id=member_id)
    for tracker in trackers:
        facts = queries.clock_facts(rows[tracker.id])
        weeks = sober_time.replay(facts, moves=moves)
        tracker.clock = _row(tracker, _folded(facts), weeks=weeks)
    _store(trackers)


def keep_weeks(fact: DaysMoved) -> None:
    """Keep what shows of a member's sober weeks when a move puts them back before a Monday."""
    before = calendar.zone_before(member_id=fact.member_id, moved_at=fact.effective_at)
    if before is None:
        return
    from_day = days.local_date(
        fact.recorded_at, zone=before.zone, day_start_hour=before.day_start_hour
    )
    to_day = days.local_date(fact.recorded_at, zone=fact.zone, day_start_hour=fact.day_start_hour)
    if not sober_time.moves_back(from_day=from_day, to_day=to_day):
        return
    trackers = list(queries.ever_of(member_id=fact.member_id).filter(mode=TrackerMode.ABSTINENCE))
    for tracker in trackers:
        weeks = queries.weeks_of(tracker=tracker, today=from_day)
        tracker.clock.weeks_shown, tracker.clock.weeks_on = weeks.shown, weeks.on
    _store(trackers)


def _folded(facts: Iterable[rules.Fact]) -> rules.Clock:
    clock = rules.fold(facts)
    assert clock is not None  # noqa: S101  a tracker is made with its start and keeps one
    return clock


def _row(tracker: Tracker, clock: rules.Clock, *, weeks: sober_time.Weeks) -> Clock:
    values = {field.name: getattr(clock, field.name) for field in fields(clock)}
    values["recent_use_dates"] = [day.isoformat() for day in clock.recent_use_dates]
    return Clock(tracker=tracker, **values, weeks_shown=weeks.shown, weeks_on=weeks.on)


def _store(trackers: Iterable[Tracker]) -> None:
    Clock.objects.bulk_create(
        [tracker.clock for tracker in trackers],
        update_conflicts=True,
        unique_fields=["tracker"],
        update_fields=CLOCK_FIELDS,
    )


def settle_days(
    *,
    trackers: Sequence[Tracker],
    said: Mapping[tuple[UUID, date], Saying] | None = None,
    logged: dict[tuple[UUID, date], Decimal | None] | None = None,
) -> None:
    """Store what was said or logged for dates, and what follows for the limits.

    ``said``: (tracker, date) -> what the check-in says. ``logged``: (tracker, date) ->
    the sum of the amounts logged, None when there is none any more. Three queries at most, and
    one when no reduction tracker is among them.
    """
    said, logged = said or {}, logged or {}
    touched = {*said, *logged}
    if not touched:
        return
    by_id = {tracker.id: tracker for tracker in trackers}
    reductions = [
        (tracker_id, day)
        for tracker_id, day in touched
        if by_id[tracker_id].mode == TrackerMode.REDUCTION
    ]
    rows = _weeks_of(reductions)
    before = {key: (queries.total_of(row), row.limit_state) for key, row in rows.items()}
    for key in touched:
        tracker = by_id[key[0]]
        row = rows.setdefault(
            key, TrackerDay(tracker=tracker, member_id=tracker.member_id, local_date=key[1])
        )
        if key in said:
            _say(row, said[key])
        if key in logged:
            row.logged_amount = logged[key]
    for tracker_id in {tracker_id for tracker_id, _ in reductions}:
        _judge(by_id[tracker_id].limit_totals, rows, before)
    changed = [
        row
        for key, row in rows.items()
        if key in touched or before.get(key, (None, None))[1] != row.limit_state
    ]
    # Rows of abstinence trackers are written unread: their limit columns are at rest anyway.
    TrackerDay.objects.bulk_create(
        changed,
        update_conflicts=True,
        unique_fields=["tracker", "local_date"],
        update_fields=DAY_FIELDS,
    )


def rejudge(*, tracker: Tracker) -> None:
    """Judge every logged date of a reduction tracker anew, after a change of its limits."""
    totals, _ = LimitTotals.objects.get_or_create(tracker=tracker)
    totals.limits = [
        {
            "id": str(row.id),
            "from_date": str(row.on_date),
            "per": row.per,
            "amount": str(row.amount),
            "unit": row.unit,
            "recorded_at": row.recorded_at.isoformat(),
        }
        for row in TrackerFact.objects.owned_by(tracker.member_id)
        .filter(tracker=tracker, kind=FactKind.LIMIT_SET)
        .active()
        .order_by("on_date", "recorded_at", "id")
    ]
    totals.logged_days = totals.days_within_limit = 0
    totals.recent = {}
    rows = {
        (row.tracker_id, row.local_date): row
        for row in TrackerDay.objects.owned_by(tracker.member_id).filter(tracker=tracker)
    }
    tracker.limit_totals = totals
    _judge(totals, rows, {})
    TrackerDay.objects.bulk_update(rows.values(), ["limit_state"], batch_size=500)


def logged_sums(
    *, tracker: Tracker, dates: Iterable[date]
) -> dict[tuple[UUID, date], Decimal | None]:
    """Return the sum of the amounts that hold for each date; None where there is none."""
    wanted = set(dates)
    sums = dict(
        TrackerFact.objects.owned_by(tracker.member_id)
        .filter(tracker=tracker, kind=FactKind.AMOUNT_LOGGED, on_date__in=wanted)
        .active()
        .values_list("on_date")
        .annotate(Sum("amount"))
    )
    return {(tracker.id, day): sums.get(day) for day in wanted}


def _say(row: TrackerDay, saying: Saying) -> None:
    row.said, row.said_amount = saying.state, saying.amount
    row.said_zone, row.said_day_start_hour = saying.zone, saying.day_start_hour
    row.said_answered_at = saying.answered_at


def _judge(
    totals: LimitTotals,
    rows: dict[tuple[UUID, date], TrackerDay],
    before: dict[tuple[UUID, date], tuple[Decimal | None, str]],
) -> None:
    known = queries.limits_of(totals)
    mine = {day: row for (owner, day), row in rows.items() if owner == totals.tracker_id}
    sums = {day: total for day, row in mine.items() if (total := queries.total_of(row)) is not None}
    recent = queries.recent_totals(totals)
    for day, row in mine.items():
        old_total, old_state = before.get((totals.tracker_id, day), (None, ""))
        row.limit_state = limits.date_state(day, totals=sums, limits=known).value
        totals.logged_days += (day in sums) - (old_total is not None)
        within = limits.LimitState.WITHIN_LIMIT
        totals.days_within_limit += (row.limit_state == within) - (old_state == within)
        recent.pop(day, None)
    recent.update(sums)
    newest = max(recent, default=date.min)
    totals.recent = {
        day.isoformat(): str(amount)
        for day, amount in sorted(recent.items())
        if (newest - day).days < RECENT_DATES
    }
    totals.save(update_fields=["limits", "logged_days", "days_within_limit", "recent"])


def _weeks_of(keys: Sequence[tuple[UUID, date]]) -> dict[tuple[UUID, date], TrackerDay]:
    """Return the stored dates of the weeks that hold these, since a date weighs on its week."""
    if not keys:
        return {}
    wanted = Q()
    for tracker_id, day in keys:
        monday = limits.monday_of(day)
        wanted |= Q(
            tracker_id=tracker_id,
            local_date__gte=monday,
            local_date__lte=monday + timedelta(days=6),
        )
    return {(row.tracker_id, row.local_date): row for row in TrackerDay.objects.filter(wanted)}
