"""Deadlines of all kinds in one table: set and cleared by facts, worked off by the tick.

A handler is asked about a batch of deadlines that have fallen due, inside the transaction that
claimed them. It answers with notifications to promise and with the next deadline of each row; a row
without one has done its work and goes. What it writes besides is undone with the batch.

A handler must not take a member's counter (``changes.write``) for rows whose deadline a request may
*move*: the request holds the counter and would wait for the row, the tick the other way round. To
clear one never waits, so deadlines that are only ever set once and cleared are free to.
"""

from __future__ import annotations

import logging
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from uuid import UUID

from django.db import InterfaceError, OperationalError, transaction
from django.db.models import Q, QuerySet

from notifications import bulk, outbox
from notifications.models import URGENT_DEADLINES, Deadline, DeadlineKind
from notifications.outbox import Draft

log = logging.getLogger("notifications.deadlines")

A_WHILE = timedelta(hours=1)  # how far a deadline that cannot be handled moves on


@dataclass(frozen=True, slots=True)
class Due:
    """A deadline that has fallen due, with what its member's account says."""

    id: int
    member_id: UUID
    kind: str  # a DeadlineKind
    subject_id: UUID
    due_at: datetime
    zone: str
    day_start_hour: int
    member_deleted_at: datetime | None


@dataclass(frozen=True, slots=True)
class Handled:
    """What follows from a batch: promises, and by deadline id when it is due next, if it is."""

    drafts: Sequence[Draft] = ()
    next_due_at: Mapping[int, datetime] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Worked:
    """What became of the deadlines that had fallen due."""

    claimed: int = 0
    planned: int = 0  # notifications promised
    waiting: int = 0  # deliveries that wait for a worker
    urgent: int = 0  # of the notifications promised
    moved_on: int = 0  # could not be handled: asked again in an hour

    def __add__(self, other: Worked) -> Worked:
        return Worked(
            claimed=self.claimed + other.claimed,
            planned=self.planned + other.planned,
            waiting=self.waiting + other.waiting,
            urgent=self.urgent + other.urgent,
            moved_on=self.moved_on + other.moved_on,
        )


Handler = Callable[[Sequence[Due], datetime], Handled]
_handlers: dict[str, Handler] = {}


def handle(*, kind: DeadlineKind, handler: Handler) -> None:
    """Let ``handler`` answer for all deadlines of a kind; it is called with rows and now."""
    _handlers[kind] = handler


def set_deadline(
    *, member_id: UUID, kind: DeadlineKind, subject_id: UUID, due_at: datetime
) -> None:
    """Let the tick look at something at an instant; moves the deadline if there is one."""
    set_deadlines(kind=kind, due={(member_id, subject_id): due_at})


def set_deadlines(*, kind: DeadlineKind, due: Mapping[tuple[UUID, UUID], datetime]) -> None:
    """The same for many (member, subject) pairs, in one query."""
    Deadline.objects.bulk_create(
        [
            Deadline(member_id=member_id, kind=kind, subject_id=subject_id, next_due_at=due_at)
            # In one order, so that two that set the same ones do not wait in a circle.
            for (member_id, subject_id), due_at in sorted(due.items())
        ],
        update_conflicts=True,
        unique_fields=["member", "kind", "subject_id"],
        update_fields=["next_due_at"],
    )


def set_first(*, member_id: UUID, kind: DeadlineKind, subject_id: UUID, due_at: datetime) -> None:
    """The same, unless there is one already: that stays as it is."""
    Deadline.objects.bulk_create(
        [Deadline(member_id=member_id, kind=kind, subject_id=subject_id, next_due_at=due_at)],
        ignore_conflicts=True,
    )


def look_again(
    *, member_id: UUID, kind: DeadlineKind, subject_id: UUID | None = None, at: datetime
) -> None:
    """Let the handler look at a member's deadlines of a kind, or at one of them, at an instant.

    For a fact that moves them: when something is due is known to the handler alone. One that is due
    already stays, so that what was meant for it is not lost.
    """
    later = Deadline.objects.owned_by(member_id).filter(kind=kind, next_due_at__gt=at)
    if subject_id is not None:
        later = later.filter(subject_id=subject_id)
    later.update(next_due_at=at)


def clear(*, member_id: UUID, kind: DeadlineKind, subject_id: UUID) -> None:
    """Take a deadline away; nothing happens when there is none.

    One that the tick holds at this moment is left to its handler, which asks for itself whether
    there is still anything to do.
    """
    clear_all(kind=kind, pairs=[(member_id, subject_id)])


def clear_all(*, kind: DeadlineKind, pairs: Collection[tuple[UUID, UUID]]) -> None:
    """The same for many (member, subject) pairs."""
    wanted = Q(pk__in=[])
    for member_id, subject_id in pairs:
        wanted |= Q(member_id=member_id, subject_id=subject_id)
    with transaction.atomic():
        free = Deadline.objects.filter(wanted, kind=kind).select_for_update(skip_locked=True)
        ids = list(free.values_list("id", flat=True))
        if ids:
            Deadline.objects.filter(id__in=ids).delete()


def due(*, now: datetime) -> QuerySet[Deadline]:
    """Return the deadlines that have fallen due."""
    found: QuerySet[Deadline] = Deadline.objects.filter(next_due_at__lte=now)
    return found


def work_off(*, now: datetime, batch: int, most: int) -> Worked:
    """Let the handlers answer what has fallen due, in up to ``most`` batches, urgent kinds first.

    Raises OperationalError when the database is out of reach; the next tick finds the rest.
    """
    total = Worked()
    for urgent_only in (True, False):
        for _ in range(most):
            done = _work_batch(now=now, limit=batch, urgent_only=urgent_only)
            total += done
            if done.claimed < batch:
                break
    return total


def _work_batch(*, now: datetime, limit: int, urgent_only: bool) -> Worked:
    claimed: list[Due] = []
    rows = due(now=now)
    if urgent_only:
        rows = rows.filter(kind__in=URGENT_DEADLINES)
    try:
        with transaction.atomic():
            claimed = _claim(rows, limit=limit)
            return _answer(claimed, now=now)
    except (OperationalError, InterfaceError):
        raise
    except Exception:
        if not claimed:
            raise
        log.exception("a batch of %d deadlines cannot be handled whole", len(claimed))
    total = Worked()
    for row in claimed:
        total += _work_alone(row, now=now)
    return total


def _work_alone(row: Due, *, now: datetime) -> Worked:
    mine = due(now=now).filter(id=row.id)
    try:
        with transaction.atomic():
            return _answer(_claim(mine, limit=1), now=now)
    except (OperationalError, InterfaceError):
        raise
    except Exception as error:
        log.error("deadline %s (%s) moved on an hour: %s", row.id, row.kind, type(error).__name__)
        moved = mine.update(next_due_at=now + A_WHILE)
        return Worked(claimed=moved, moved_on=moved)


def _claim(rows: QuerySet[Deadline], *, limit: int) -> list[Due]:
    """Lock deadlines that no other tick holds; the members stay free."""
    locked = rows.order_by("next_due_at").select_for_update(skip_locked=True, of=("self",))
    found = locked.values_list(
        "id",
        "member_id",
        "kind",
        "subject_id",
        "next_due_at",
        "member__time_zone",
        "member__day_start_hour",
        "member__deleted_at",
    )
    return [Due(*row) for row in found[:limit]]


def _answer(rows: Sequence[Due], *, now: datetime) -> Worked:
    if not rows:
        return Worked()
    by_kind: defaultdict[str, list[Due]] = defaultdict(list)
    for row in rows:
        by_kind[row.kind].append(row)
    drafts: list[Draft] = []
    moves: dict[int, datetime] = {}
    for kind, of_kind in by_kind.items():
        handled = _handlers[kind](of_kind, now)
        drafts += handled.drafts
        moves |= handled.next_due_at
    waiting = outbox.promise(drafts=drafts, now=now)
    _move(moves, rows=rows, now=now)
    return Worked(
        claimed=len(rows),
        planned=len(drafts),
        waiting=waiting,
        urgent=sum(draft.urgent for draft in drafts),
    )


def _move(moves: Mapping[int, datetime], *, rows: Iterable[Due], now: datetime) -> None:
    """Move what goes on, and let go of what is done."""
    late = [row_id for row_id, due_at in moves.items() if due_at <= now]
    if late:  # it would be claimed again and again
        raise ValueError(f"deadline {late[0]} would not move on")
    bulk.update(Deadline, keys=["id"], columns=["next_due_at"], rows=list(moves.items()))
    done = [row.id for row in rows if row.id not in moves]
    if done:
        Deadline.objects.filter(id__in=done).delete()
