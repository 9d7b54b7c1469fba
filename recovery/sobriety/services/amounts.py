"""Amounts logged for a reduction tracker."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from uuid import UUID

from recovery.calendar import queries as calendar
from recovery.kernel import changes, rows, sealing
from recovery.kernel.errors import invalid
from recovery.kernel.ids import new_id
from recovery.members.models import Member
from recovery.sobriety import queries
from recovery.sobriety.models import FactKind, Tracker, TrackerFact, TrackerMode
from recovery.sobriety.services import projections, recording, uses


def log_amount(
    *,
    member: Member,
    tracker_id: UUID,
    amount_id: UUID | None,
    local_date: date,
    amount: Decimal,
    now: datetime,
) -> tuple[Tracker, TrackerFact, bool]:
    """Log an amount for a date; several on one date add up. Return also whether it is new.

    Raises Missing, WrongMode for an abstinence tracker, Invalid for a date to come, IdTaken.
    """
    if local_date > calendar.today_of(member=member, now=now):
        raise invalid(pointer="/local_date", code="in_the_future", detail="This date is to come.")
    with changes.write(member_id=member.id, now=now) as log:
        tracker = queries.tracker_of(
            member_id=member.id, tracker_id=tracker_id, mode=TrackerMode.REDUCTION
        )
        digest = sealing.for_member(member_id=member.id).digest([tracker_id, local_date, amount])
        known = uses.known_fact(fact_id=amount_id, member=member, digest=digest)
        if known is not None:
            return tracker, known, False
        fact = TrackerFact(
            id=amount_id or new_id(),
            member=member,
            tracker=tracker,
            kind=FactKind.AMOUNT_LOGGED,
            on_date=local_date,
            amount=amount,
            zone=member.time_zone,
            day_start_hour=member.day_start_hour,
            body_digest=digest,
            recorded_at=now,
        )
        rows.insert(fact)
        _settle(tracker, local_date)
        log.add(table="amounts", row_id=fact.id, version=1, fields=["local_date", "amount"])
    return tracker, fact, True


def take_back(*, member: Member, tracker_id: UUID, amount_id: UUID, now: datetime) -> None:
    """Void a logged amount. Raises Missing."""
    _turn(member=member, tracker_id=tracker_id, amount_id=amount_id, restore=False, now=now)


def give_back(
    *, member: Member, tracker_id: UUID, amount_id: UUID, now: datetime
) -> tuple[Tracker, TrackerFact]:
    """Undo the void of an amount. Raises Missing."""
    return _turn(member=member, tracker_id=tracker_id, amount_id=amount_id, restore=True, now=now)


def _turn(
    *, member: Member, tracker_id: UUID, amount_id: UUID, restore: bool, now: datetime
) -> tuple[Tracker, TrackerFact]:
    with changes.write(member_id=member.id, now=now) as log:
        tracker = queries.tracker_of(member_id=member.id, tracker_id=tracker_id)
        fact: TrackerFact = queries.amounts(tracker=tracker).one(  # type: ignore[attr-defined]
            id=amount_id
        )
        turn = recording.give_back if restore else recording.take_back
        if turn(fact=fact, now=now):
            assert fact.on_date is not None  # noqa: S101
            _settle(tracker, fact.on_date)
            log.add(
                table="amounts",
                row_id=fact.id,
                version=recording.version_of(fact=fact),
                gone=not restore,
            )
    return tracker, fact


def _settle(tracker: Tracker, local_date: date) -> None:
    projections.settle_days(
        trackers=[tracker],
        logged=projections.logged_sums(tracker=tracker, dates=[local_date]),
    )
