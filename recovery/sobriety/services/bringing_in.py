"""Facts and days that come from another account: projections made of them, whatever was there."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from uuid import UUID

from django.db.models import Sum

from recovery.kernel.changes import ChangeLog
from recovery.members.models import Member
from recovery.sobriety import facts, queries
from recovery.sobriety.models import (
    FactKind,
    SaidState,
    Tracker,
    TrackerDay,
    TrackerFact,
    TrackerMode,
)
from recovery.sobriety.services import projections, uses
from recovery.sobriety.services.projections import DAY_FIELDS, Saying

Key = tuple[UUID, date]
# SQLite takes 250,000 parameters in one statement; a day has about ten.
_AT_ONCE = 500


def begins(rows: Iterable[TrackerFact]) -> bool:
    """Tell whether facts make a clock: one of them says when it started, and holds."""
    return facts.history(queries.clock_facts(_of_clocks(rows))) is not None


def rebuild(*, member: Member, said: Mapping[Key, Saying], log: ChangeLog, now: datetime) -> None:
    """Make all projections of a member's trackers anew, under the member's lock.

    ``said``: what check-ins say of trackers that their days do not hold yet.
    """
    projections.rebuild_clocks(member_id=member.id)
    trackers: Sequence[Tracker] = list(queries.ever_of(member_id=member.id))
    _store_days(member, trackers, said)
    for tracker in trackers:
        if tracker.mode == TrackerMode.REDUCTION:
            projections.rejudge(tracker=tracker)
    clocked = [tracker for tracker in trackers if tracker.mode == TrackerMode.ABSTINENCE]
    if any(saying.state == SaidState.USED for saying in said.values()):
        uses.settle(member=member, trackers=clocked, log=log, now=now)
        projections.rebuild_clocks(member_id=member.id)


def _store_days(member: Member, trackers: Sequence[Tracker], said: Mapping[Key, Saying]) -> None:
    known = {tracker.id for tracker in trackers}
    days = {
        (row.tracker_id, row.local_date): row
        for row in TrackerDay.objects.owned_by(member.id).order_by("pk")
    }
    for key, saying in said.items():
        if key[0] in known:
            row = days.setdefault(key, _day(member, key))
            row.said, row.said_amount = saying.state, saying.amount
            row.said_zone, row.said_day_start_hour = saying.zone, saying.day_start_hour
            row.said_answered_at = saying.answered_at
    for key, amount in _logged(member).items():
        days.setdefault(key, _day(member, key)).logged_amount = amount
    TrackerDay.objects.bulk_create(
        days.values(),
        batch_size=_AT_ONCE,
        update_conflicts=True,
        unique_fields=["tracker", "local_date"],
        update_fields=DAY_FIELDS,
    )


def _day(member: Member, key: Key) -> TrackerDay:
    return TrackerDay(tracker_id=key[0], member=member, local_date=key[1])


def _logged(member: Member) -> dict[Key, Decimal]:
    logged = TrackerFact.objects.owned_by(member.id).filter(kind=FactKind.AMOUNT_LOGGED).active()
    sums = logged.values_list("tracker_id", "on_date").annotate(Sum("amount"))
    return {(tracker_id, day): total for tracker_id, day, total in sums if day is not None}


def _of_clocks(rows: Iterable[TrackerFact]) -> Iterable[TrackerFact]:
    kinds = (FactKind.STARTED, FactKind.USED, FactKind.VOIDED)
    return [row for row in rows if row.kind in kinds]
