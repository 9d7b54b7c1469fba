"""Amounts towards a goal. The goal's total moves in the same write, and equals their sum."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from uuid import UUID

from recovery.calendar import queries as calendar
from recovery.goals import queries
from recovery.goals.models import Goal, GoalProgress
from recovery.goals.refusals import NoTarget
from recovery.kernel import changes, rows, sealing
from recovery.kernel.changes import ChangeLog
from recovery.kernel.errors import invalid
from recovery.kernel.ids import new_id
from recovery.members.models import Member


def log_progress(
    *,
    member: Member,
    goal_id: UUID,
    progress_id: UUID | None,
    local_date: date,
    amount: Decimal,
    note: str,
    now: datetime,
) -> tuple[Goal, GoalProgress, bool]:
    """Log an amount above zero for a date; return also the goal, and whether the entry is new.

    Several on one date add up. An entry that was voided stays voided when it is sent again. Raises
    Missing, NoTarget, Invalid for a date to come, IdTaken.
    """
    with changes.write(member_id=member.id, now=now) as log:
        goal = queries.goal_of(member_id=member.id, goal_id=goal_id)
        sealer = sealing.for_member(member_id=member.id)
        digest = sealer.digest([goal_id, local_date, amount, note])
        known = rows.replayed(GoalProgress, row_id=progress_id, member_id=member.id, digest=digest)
        if known is not None:
            return goal, known, False
        if goal.target is None:
            raise NoTarget()
        if local_date > calendar.today_of(member=member, now=now):
            raise invalid(
                pointer="/local_date", code="in_the_future", detail="This date is to come."
            )
        entry = GoalProgress(
            id=progress_id or new_id(),
            member=member,
            goal=goal,
            local_date=local_date,
            amount=amount,
            zone=member.time_zone,
            day_start_hour=member.day_start_hour,
            body_digest=digest,
            created_at=now,
        )
        entry.note = sealer.seal(note, label=queries.NOTE_LABEL, row_id=entry.id)
        rows.insert(entry)
        log.add(table="goal_progress", row_id=entry.id, version=1, fields=["local_date", "amount"])
        _move(goal, amount, log=log)
    return goal, entry, True


def void(*, member: Member, goal_id: UUID, progress_id: UUID, now: datetime) -> None:
    """Take an entry back, so that it counts for nothing; once is enough. Raises Missing."""
    with changes.write(member_id=member.id, now=now) as log:
        entry: GoalProgress = queries.progress_of(member_id=member.id, goal_id=goal_id).one(
            id=progress_id
        )
        if entry.voided_at is not None:
            return
        entry.voided_at = now
        entry.version += 1
        entry.save(update_fields=["voided_at", "version"])
        log.add(table="goal_progress", row_id=entry.id, version=entry.version, gone=True)
        goal = queries.goal_of(member_id=member.id, goal_id=goal_id)
        _move(goal, -entry.amount, log=log)


def rebuild(*, goal_id: UUID) -> None:
    """Make a goal's total anew from its entries, after they were changed past these services."""
    Goal.objects.filter(id=goal_id).update(total=queries.total_of(goal_id=goal_id))


def _move(goal: Goal, by: Decimal, *, log: ChangeLog) -> None:
    """Move the total. The owner's counter is locked, so it is still what was read."""
    goal.total += by
    goal.version += 1
    goal.save(update_fields=["total", "version"])
    log.add(table="goals", row_id=goal.id, version=goal.version, fields=["total"])
