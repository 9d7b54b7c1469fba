"""Commitments: asked about at their own time, on dates that are promised, open and not paused."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, datetime, time, timedelta
from uuid import UUID

from notifications import deadlines, telling
from notifications.checks.commitments import open_now
from notifications.deadlines import Due, Handled
from notifications.kinds import KINDS
from notifications.models import DeadlineKind, Dropped
from notifications.wording import Kind
from recovery.commitments.events import CommitmentMoved
from recovery.commitments.models import Commitment
from recovery.commitments.queries import terms_of
from recovery.commitments.terms import Terms, promised
from recovery.kernel import days
from recovery.kernel.days import ONE_DAY
from recovery.kernel.rows import OwnedQuerySet
from recovery.members.events import DaysMoved
from recovery.ownership.events import DataBroughtIn

# No promised date within so long: looked for again then, should the terms begin even later.
HORIZON = timedelta(days=400)
LATEST = KINDS[Kind.COMMITMENT_DUE].worth_pushing


def watch(fact: CommitmentMoved) -> None:
    """Look again when a commitment is to be asked about, or stop asking."""
    member_id, kind, subject_id = fact.member_id, DeadlineKind.COMMITMENT_DUE, fact.commitment_id
    if _reminded(member_id).filter(id=subject_id).exists():
        deadlines.set_first(member_id=member_id, kind=kind, subject_id=subject_id, due_at=fact.at)
        deadlines.look_again(member_id=member_id, kind=kind, subject_id=subject_id, at=fact.at)
    else:
        deadlines.clear(member_id=member_id, kind=kind, subject_id=subject_id)


def watch_all(fact: DataBroughtIn) -> None:
    """Ask about the commitments that were brought in from elsewhere."""
    ids = _reminded(fact.member_id).values_list("id", flat=True)
    deadlines.set_deadlines(
        kind=DeadlineKind.COMMITMENT_DUE, due={(fact.member_id, id_): fact.at for id_ in ids}
    )


def move_days(fact: DaysMoved) -> None:
    """Ask by the clock of the new zone."""
    deadlines.look_again(
        member_id=fact.member_id, kind=DeadlineKind.COMMITMENT_DUE, at=fact.recorded_at
    )


def handle(rows: Sequence[Due], now: datetime) -> Handled:
    """Ask about what is open at its time, and find the next date that is promised.

    Whether that one is answered or paused by then is asked when it comes.
    """
    found = Commitment.objects.filter(
        id__in={row.subject_id for row in rows},
        deleted_at__isnull=True,
        reminder_time__isnull=False,
        member__deleted_at__isnull=True,
    ).select_related("tally")
    kept = {one.id: one for one in found.defer("title")}
    waiting = open_now(pairs={(row.member_id, row.subject_id) for row in rows}, now=now)
    drafts = []
    next_due_at = {}
    for row in rows:
        commitment = kept.get(row.subject_id)
        if commitment is None or commitment.reminder_time is None:
            continue
        standing = terms_of(commitment=commitment)
        at, day = _latest(row, commitment.reminder_time, now=now)
        # Only what fell due since the deadline was set, and only on its own date.
        if (
            row.due_at <= at
            and waiting.get(commitment.id) == day
            and promised(on=day, standing=standing)
        ):
            drafts.append(
                telling.draft(
                    kind=Kind.COMMITMENT_DUE,
                    member_id=row.member_id,
                    subject_id=commitment.id,
                    local_date=day,
                    until=at + LATEST,
                    dropped=Dropped.STALE if at + LATEST <= now else Dropped.NO,
                    now=now,
                )
            )
        following = _next(row, commitment.reminder_time, standing=standing, now=now)
        if following is not None:
            next_due_at[row.id] = following
    return Handled(drafts=drafts, next_due_at=next_due_at)


def _reminded(member_id: UUID) -> OwnedQuerySet:
    mine: OwnedQuerySet = Commitment.objects.owned_by(member_id)
    return mine.filter(deleted_at__isnull=True, reminder_time__isnull=False)


def _latest(row: Due, at: time, *, now: datetime) -> tuple[datetime, date]:
    """Return the last time of asking before now, promised or not, and its date."""
    today = days.local_date(now, zone=row.zone, day_start_hour=row.day_start_hour)
    # Three dates hold two times at least: a zone may skip one date.
    return max(
        (instant, day)
        for instant, day in _times(row, at, first=today - 3 * ONE_DAY, last=today + ONE_DAY)
        if instant <= now
    )


def _next(row: Due, at: time, *, standing: Sequence[Terms], now: datetime) -> datetime | None:
    """Return the first time of asking after now on a promised date, None if nothing is to come."""
    today = days.local_date(now, zone=row.zone, day_start_hour=row.day_start_hour)
    # A time that a gap moved may fall behind its own date.
    first = max(today - ONE_DAY, standing[0].from_date)
    last_of_all = standing[-1].ends_on
    last = first + HORIZON if last_of_all is None else min(first + HORIZON, last_of_all)
    for instant, day in _times(row, at, first=first, last=last):
        if instant > now and promised(on=day, standing=standing):
            return instant
    if last_of_all is None or last < last_of_all:
        return now + HORIZON
    return None


def _times(row: Due, at: time, *, first: date, last: date) -> Iterator[tuple[datetime, date]]:
    """Yield the instants at which the member's clock shows a time, with their dates."""
    day = first
    while day <= last:
        instant = days.instant_of(day, at, zone=row.zone, day_start_hour=row.day_start_hour)
        if instant is not None:
            yield instant, day
        day += ONE_DAY
