"""When a member wants to be asked for the check-in."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, time
from typing import Any
from uuid import UUID

from django.db.models import QuerySet

from notifications import bulk, schedule
from notifications.models import Reminder
from recovery.kernel import changes, rows, sealing
from recovery.kernel.errors import Conflict
from recovery.kernel.ids import new_id
from recovery.members.events import DaysMoved
from recovery.members.models import Member
from recovery.ownership.events import DataBroughtIn

MOST_REMINDERS = 20
_FIELDS = ("local_time", "weekdays", "exact")


class TooManyReminders(Conflict):
    """The member has as many reminders as one may have."""

    code = "too_many_reminders"
    title = "There are too many reminders"


def of(*, member_id: UUID) -> QuerySet[Reminder]:
    """Return the member's reminders."""
    return Reminder.objects.owned_by(member_id).filter(deleted_at__isnull=True)


def one_of(*, member_id: UUID, reminder_id: UUID) -> Reminder:
    """Return one of the member's reminders. Raises Missing."""
    reminder: Reminder = of(member_id=member_id).one(id=reminder_id)  # type: ignore[attr-defined]
    return reminder


def create(
    *,
    member: Member,
    reminder_id: UUID | None,
    local_time: time,
    weekdays: list[int],
    exact: bool,
    now: datetime,
) -> tuple[Reminder, bool]:
    """Ask to be reminded; return the reminder and whether it is new.

    Raises TooManyReminders beyond 20, IdTaken for a known id with other content, Missing for the
    id of one that was deleted: it stays so.
    """
    weekdays = sorted(set(weekdays))
    with changes.write(member_id=member.id, now=now) as log:
        digest = sealing.for_member(member_id=member.id).digest([local_time, weekdays, exact])
        known = rows.replayed(Reminder, row_id=reminder_id, member_id=member.id, digest=digest)
        if known is not None:
            return one_of(member_id=member.id, reminder_id=known.id), False
        if of(member_id=member.id).count() >= MOST_REMINDERS:
            raise TooManyReminders(f"At most {MOST_REMINDERS} reminders; delete one first.")
        reminder = Reminder(
            id=reminder_id or new_id(),
            member=member,
            local_time=local_time,
            weekdays=weekdays,
            exact=exact,
            body_digest=digest,
            created_at=now,
        )
        _set_deadline(reminder, now=now)
        rows.insert(reminder)
        log.add(table="reminders", row_id=reminder.id, version=1, fields=_FIELDS)
    return reminder, True


def change(
    *, member: Member, reminder_id: UUID, changed: Mapping[str, Any], now: datetime
) -> Reminder:
    """Change a reminder's time, weekdays or exactness; a date already served is not served again.

    Raises Missing.
    """
    with changes.write(member_id=member.id, now=now) as log:
        # A tick may be moving this deadline; one of the two goes first.
        locked = of(member_id=member.id).select_for_update()
        reminder: Reminder = locked.one(id=reminder_id)  # type: ignore[attr-defined]
        wanted = dict(changed)
        if "weekdays" in wanted:
            wanted["weekdays"] = sorted(set(wanted["weekdays"]))
        fields = [
            name
            for name in _FIELDS
            if wanted.get(name, getattr(reminder, name)) != getattr(reminder, name)
        ]
        if not fields:
            return reminder
        for name in fields:
            setattr(reminder, name, wanted[name])
        reminder.version += 1
        _set_deadline(reminder, now=now)
        reminder.save(update_fields=[*fields, "version", "next_due_at", "next_local_date"])
        log.add(table="reminders", row_id=reminder.id, version=reminder.version, fields=fields)
    return reminder


def delete(*, member_id: UUID, reminder_id: UUID, now: datetime) -> None:
    """Stop reminding; what is already on its way is not sent any more.

    Nothing happens to one that is deleted already. Raises Missing for one that is not theirs.
    """
    with changes.write(member_id=member_id, now=now) as log:
        reminder: Reminder = Reminder.objects.owned_by(member_id).one(id=reminder_id)
        if reminder.deleted_at is not None:
            return
        reminder.version += 1
        reminder.deleted_at = now
        reminder.next_due_at = None
        reminder.save(update_fields=["version", "deleted_at", "next_due_at"])
        log.add(table="reminders", row_id=reminder.id, version=reminder.version, gone=True)


def move_days(fact: DaysMoved) -> None:
    """Move all deadlines of a member whose days now follow another zone or day start.

    Deadlines are no part of a reminder's version, so nothing is logged.
    """
    locked = of(member_id=fact.member_id).select_for_update()
    moves = []
    for reminder in locked:
        due_at, local_date = schedule.next_due_after_move(
            _rhythm(reminder, zone=fact.zone, day_start_hour=fact.day_start_hour),
            now=fact.recorded_at,
            last_local_date=reminder.last_local_date,
            last_due_at=reminder.last_due_at,
        )
        moves.append((reminder.id, due_at, local_date))
    bulk.update(Reminder, keys=["id"], columns=["next_due_at", "next_local_date"], rows=moves)


def plan_anew(fact: DataBroughtIn) -> None:
    """Give reminders that came from another account a deadline here."""
    for reminder in of(member_id=fact.member_id).filter(next_due_at__isnull=True):
        _set_deadline(reminder, now=fact.at)
        reminder.save(update_fields=["next_due_at", "next_local_date"])


def _set_deadline(reminder: Reminder, *, now: datetime) -> None:
    # Read anew under the lock that a change of zone takes too: the request may be older than it.
    zone, day_start_hour = Member.objects.values_list("time_zone", "day_start_hour").get(
        id=reminder.member_id
    )
    reminder.next_due_at, reminder.next_local_date = schedule.next_due(
        _rhythm(reminder, zone=zone, day_start_hour=day_start_hour),
        after=now,
        last_local_date=reminder.last_local_date,
    )


def _rhythm(reminder: Reminder, *, zone: str, day_start_hour: int) -> schedule.Rhythm:
    return schedule.Rhythm(
        member_id=reminder.member_id,
        reminder_id=reminder.id,
        local_time=reminder.local_time,
        weekdays=frozenset(reminder.weekdays),
        exact=reminder.exact,
        zone=zone,
        day_start_hour=day_start_hour,
    )
