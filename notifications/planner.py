"""The tick: find what has fallen due, promise its notifications, move its deadlines.

One transaction a batch. Whoever runs it twice, in parallel or late changes nothing: rows are
claimed, dedupe keys are unique, deadlines move to the future in one step.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from uuid import UUID

from django.db import InterfaceError, OperationalError, transaction

from notifications import asking, bulk, deadlines, hints, outbox, schedule, sender
from notifications.models import Dropped, Reminder
from notifications.wording import Kind

log = logging.getLogger("notifications.planner")

BATCH = 500
# 40 batches are 20,000 reminders, some four seconds: a backlog is worked off over several ticks, so
# that one tick never runs into the next but one.
MOST_BATCHES = 40
A_WHILE = timedelta(hours=1)  # how far a reminder that cannot be planned moves on


@dataclass(frozen=True, slots=True)
class TickResult:
    """What became of the reminders and other deadlines that had fallen due."""

    claimed: int = 0
    planned: int = 0  # notifications promised
    waiting: int = 0  # deliveries that wait for a worker
    skipped: int = 0  # answered already, paused, or the member is gone
    stale: int = 0  # too late to be of use: recorded as dropped
    moved_on: int = 0  # could not be planned: asked again in an hour

    def __add__(self, other: TickResult) -> TickResult:
        return TickResult(
            claimed=self.claimed + other.claimed,
            planned=self.planned + other.planned,
            waiting=self.waiting + other.waiting,
            skipped=self.skipped + other.skipped,
            stale=self.stale + other.stale,
            moved_on=self.moved_on + other.moved_on,
        )


def tick(*, now: datetime, batch: int = BATCH) -> TickResult:
    """Plan what has fallen due by ``now``, some batches of it; costs one query when nothing has.

    Raises OperationalError when the database is out of reach; the next tick finds the rest.
    """
    total = TickResult()
    sight = sender.look(now=now)
    if sight.deadlines:
        # First: somebody may be waiting for a second helper.
        worked = deadlines.work_off(now=now, batch=batch, most=MOST_BATCHES)
        if worked.urgent:
            hints.deliver_urgent_soon()
        total += TickResult(
            claimed=worked.claimed,
            planned=worked.planned,
            waiting=worked.waiting,
            moved_on=worked.moved_on,
        )
    for _ in range(MOST_BATCHES if sight.reminders else 0):
        done = _plan_batch(now=now, limit=batch)
        total += done
        if done.claimed < batch:
            break
    return total


@dataclass(frozen=True, slots=True)
class _Due:
    """A reminder that has fallen due, with what its member's account says."""

    reminder_id: UUID
    member_id: UUID
    local_time: time
    weekdays: list[int]
    exact: bool
    due_at: datetime
    local_date: date
    last_due_at: datetime | None
    zone: str
    day_start_hour: int
    member_deleted_at: datetime | None

    @property
    def pair(self) -> tuple[UUID, date]:
        return self.member_id, self.local_date


def _plan_batch(*, now: datetime, limit: int) -> TickResult:
    claimed: list[_Due] = []
    try:
        with transaction.atomic():
            claimed = _claim(now=now, limit=limit)
            return _plan(claimed, now=now)
    except (OperationalError, InterfaceError):
        raise
    except Exception:
        if not claimed:
            raise
        log.exception("a batch of %d reminders cannot be planned whole", len(claimed))
    total = TickResult()
    for row in claimed:
        total += _plan_alone(row.reminder_id, now=now)
    return total


def _plan_alone(reminder_id: UUID, *, now: datetime) -> TickResult:
    try:
        with transaction.atomic():
            claimed = _claim(now=now, limit=1, only=reminder_id)
            return _plan(claimed, now=now)
    except (OperationalError, InterfaceError):
        raise
    except Exception as error:
        log.error("reminder %s moved on an hour: %s", reminder_id, type(error).__name__)
        still_due = Reminder.objects.filter(id=reminder_id, next_due_at__lte=now)
        moved = still_due.update(next_due_at=now + A_WHILE)
        return TickResult(claimed=moved, moved_on=moved)


def _claim(*, now: datetime, limit: int, only: UUID | None = None) -> list[_Due]:
    """Lock the reminders that are due and that no other tick holds; the members stay free."""
    rows = Reminder.objects.filter(next_due_at__lte=now)
    if only is not None:
        rows = rows.filter(id=only)
    locked = rows.order_by("next_due_at").select_for_update(skip_locked=True, of=("self",))
    found = locked.values_list(
        "id",
        "member_id",
        "local_time",
        "weekdays",
        "exact",
        "next_due_at",
        "next_local_date",
        "last_due_at",
        "member__time_zone",
        "member__day_start_hour",
        "member__deleted_at",
    )
    return [_Due(*row) for row in found[:limit]]


def _plan(rows: Sequence[_Due], *, now: datetime) -> TickResult:
    if not rows:
        return TickResult()
    quiet = asking.quiet(pairs=[row.pair for row in rows])
    drafts: list[outbox.Draft] = []
    moves = []
    stale = 0
    for row in rows:
        nudged_at = row.last_due_at
        if row.member_deleted_at is None and row.pair not in quiet:
            expires_at = schedule.expires_at(
                due_at=row.due_at,
                local_date=row.local_date,
                zone=row.zone,
                day_start_hour=row.day_start_hour,
            )
            is_stale = expires_at <= now
            stale += is_stale
            nudged_at = nudged_at if is_stale else row.due_at
            drafts.append(_draft(row, expires_at=expires_at, is_stale=is_stale))
        due_at, local_date = schedule.next_due(
            _rhythm(row), after=now, last_local_date=row.local_date
        )
        moves.append((row.reminder_id, due_at, local_date, row.local_date, nudged_at))
    waiting = outbox.promise(drafts=drafts, now=now)
    bulk.update(
        Reminder,
        keys=["id"],
        columns=["next_due_at", "next_local_date", "last_local_date", "last_due_at"],
        rows=moves,
    )
    return TickResult(
        claimed=len(rows),
        planned=len(drafts) - stale,
        waiting=waiting,
        skipped=len(rows) - len(drafts),
        stale=stale,
    )


def _draft(row: _Due, *, expires_at: datetime, is_stale: bool) -> outbox.Draft:
    return outbox.Draft(
        member_id=row.member_id,
        kind=Kind.CHECK_IN_REMINDER,
        # The reminder is the slot: several a day are several nudges, each of them once.
        dedupe_key=(f"{Kind.CHECK_IN_REMINDER}:{row.member_id}:{row.local_date}:{row.reminder_id}"),
        local_date=row.local_date,
        subject_id=row.reminder_id,
        expires_at=expires_at,
        dropped=Dropped.STALE if is_stale else Dropped.NO,
    )


def _rhythm(row: _Due) -> schedule.Rhythm:
    return schedule.Rhythm(
        member_id=row.member_id,
        reminder_id=row.reminder_id,
        local_time=row.local_time,
        weekdays=frozenset(row.weekdays),
        exact=row.exact,
        zone=row.zone,
        day_start_hour=row.day_start_hour,
    )
