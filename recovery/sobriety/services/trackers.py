"""Starting, changing and putting away trackers."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from recovery.calendar import queries as calendar
from recovery.kernel import changes, rows, sealing
from recovery.kernel.changes import ChangeLog
from recovery.kernel.errors import invalid
from recovery.kernel.ids import new_id
from recovery.members.models import Member
from recovery.sharing import services as sharing
from recovery.sobriety import queries
from recovery.sobriety.models import (
    Category,
    FactKind,
    LimitPer,
    LimitTotals,
    LimitUnit,
    Tracker,
    TrackerFact,
    TrackerMode,
)
from recovery.sobriety.refusals import MOST_TRACKERS, TooManyTrackers, WrongMode
from recovery.sobriety.services import projections, recording, uses


@dataclass(frozen=True, slots=True)
class LimitInput:
    """At most ``amount`` per day or week, from a local date on.

    Default: the start of a new tracker, today for one that is changed.
    """

    per: LimitPer
    amount: Decimal
    unit: LimitUnit
    from_date: date | None = None


@dataclass(frozen=True, slots=True)
class NewTracker:
    """What a member says when a tracker begins."""

    name: str
    mode: TrackerMode
    category: Category
    started_at: datetime
    cost_per_day: Decimal | None = None
    currency: str = ""
    minutes_per_day: int | None = None
    limit: LimitInput | None = None


def create(
    *, member: Member, tracker_id: UUID | None, new: NewTracker, now: datetime
) -> tuple[Tracker, bool]:
    """Begin a tracker; return it and whether it is new (a body sent again gives the first row).

    Raises Invalid for a start in the future or a limit in the wrong mode, IdTaken.
    """
    started_at = recording.not_after_now(new.started_at, now=now, pointer="/started_at")
    if (new.limit is None) == (new.mode == TrackerMode.REDUCTION):
        wanted = "needs a limit" if new.limit is None else "takes no limit"
        raise invalid(pointer="/limit", code="limit_and_mode", detail=f"This mode {wanted}.")
    with changes.write(member_id=member.id, now=now) as log:
        sealer = sealing.for_member(member_id=member.id)
        digest = sealer.digest(_body(new))
        known = rows.replayed(Tracker, row_id=tracker_id, member_id=member.id, digest=digest)
        if known is not None:
            return queries.tracker_of(member_id=member.id, tracker_id=known.id), False
        if queries.trackers_of(member_id=member.id).count() >= MOST_TRACKERS:
            raise TooManyTrackers()
        tracker = Tracker(
            id=tracker_id or new_id(),
            member=member,
            mode=new.mode,
            category=new.category,
            started_at=started_at,
            cost_per_day=new.cost_per_day,
            currency=new.currency,
            minutes_per_day=new.minutes_per_day,
            body_digest=digest,
            created_at=now,
        )
        tracker.name = sealer.seal(new.name, label=queries.NAME_LABEL, row_id=tracker.id)
        rows.insert(tracker)
        fact = recording.started(tracker=tracker, member=member, at=started_at, now=now)
        fact.save(force_insert=True)
        if tracker.mode == TrackerMode.ABSTINENCE:
            projections.begin_clock(
                tracker=tracker,
                facts=queries.clock_facts([fact]),
                today=calendar.today_of(member=member, now=now),
            )
        else:
            LimitTotals.objects.create(tracker=tracker)
            _set_limit(tracker, member, new.limit, default=fact.on_date, log=log, now=now)
        log.add(table="trackers", row_id=tracker.id, version=1, fields=list(_body(new)))
    return queries.tracker_of(member_id=member.id, tracker_id=tracker.id), True


def change(*, member: Member, tracker_id: UUID, changed: dict[str, Any], now: datetime) -> Tracker:
    """Change a tracker's name, category, rates, start or limit; the mode stays.

    Another start voids the first and adds a new one. Raises Missing, Invalid, WrongMode.
    """
    with changes.write(member_id=member.id, now=now) as log:
        tracker = queries.tracker_of(member_id=member.id, tracker_id=tracker_id)
        if "name" in changed:
            sealer = sealing.for_member(member_id=member.id)
            tracker.name = sealer.seal(changed["name"], label=queries.NAME_LABEL, row_id=tracker.id)
        for field in ("category", "cost_per_day", "currency", "minutes_per_day"):
            if field in changed:
                setattr(tracker, field, changed[field])
        if "started_at" in changed:
            _move_start(tracker, member, changed["started_at"], log=log, now=now)
        if changed.get("limit") is not None:
            if tracker.mode != TrackerMode.REDUCTION:
                raise WrongMode("Only a reduction tracker has a limit.")
            today = calendar.today_of(member=member, now=now)
            _set_limit(tracker, member, changed["limit"], default=today, log=log, now=now)
        if changed:
            tracker.version += 1
            tracker.save(
                update_fields=[
                    "name",
                    "category",
                    "cost_per_day",
                    "currency",
                    "minutes_per_day",
                    "started_at",
                    "version",
                ]
            )
            log.add(
                table="trackers",
                row_id=tracker.id,
                version=tracker.version,
                fields=sorted(changed),
            )
    return queries.tracker_of(member_id=member.id, tracker_id=tracker_id)


def remove(*, member: Member, tracker_id: UUID, now: datetime) -> None:
    """Put a tracker away: nobody sees it any more, nor is it shared. Raises Missing."""
    with changes.write(member_id=member.id, now=now) as log:
        tracker = queries.tracker_of(member_id=member.id, tracker_id=tracker_id)
        tracker.deleted_at = now
        tracker.version += 1
        tracker.save(update_fields=["deleted_at", "version"])
        log.add(table="trackers", row_id=tracker.id, version=tracker.version, gone=True)
        sharing.take_back_item(owner_id=member.id, item_id=tracker.id, now=now)


def _move_start(
    tracker: Tracker, member: Member, at: datetime, *, log: ChangeLog, now: datetime
) -> None:
    at = recording.not_after_now(at, now=now, pointer="/started_at")
    if at == tracker.started_at:
        return
    first = (
        TrackerFact.objects.owned_by(member.id)
        .filter(tracker=tracker, kind=FactKind.STARTED)
        .active()
    )
    for fact in first:
        recording.void_of(fact=fact, now=now).save(force_insert=True)
    recording.started(tracker=tracker, member=member, at=at, now=now).save(force_insert=True)
    tracker.started_at = at
    if tracker.mode == TrackerMode.ABSTINENCE:
        uses.settle(member=member, trackers=[tracker], log=log, now=now)


def _set_limit(
    tracker: Tracker,
    member: Member,
    limit: LimitInput | None,
    *,
    default: date | None,
    log: ChangeLog,
    now: datetime,
) -> None:
    assert limit is not None  # noqa: S101  checked by the callers
    fact = TrackerFact(
        id=new_id(),
        member=member,
        tracker=tracker,
        kind=FactKind.LIMIT_SET,
        on_date=limit.from_date or default,
        per=limit.per,
        amount=limit.amount,
        unit=limit.unit,
        zone=member.time_zone,
        day_start_hour=member.day_start_hour,
        recorded_at=now,
    )
    fact.save(force_insert=True)
    log.add(table="limits", row_id=fact.id, version=1, fields=["per", "amount", "unit"])
    projections.rejudge(tracker=tracker)


def _body(new: NewTracker) -> dict[str, Any]:
    limit = new.limit
    return {
        "name": new.name,
        "mode": new.mode,
        "category": new.category,
        "started_at": new.started_at.timestamp(),
        "cost_per_day": new.cost_per_day,
        "currency": new.currency,
        "minutes_per_day": new.minutes_per_day,
        "limit": [limit.per, limit.amount, limit.unit, limit.from_date] if limit else None,
    }
