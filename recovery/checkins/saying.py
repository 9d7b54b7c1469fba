"""What a check-in says of trackers, carried into their days and clocks."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from uuid import UUID

from recovery.checkins.models import CheckIn
from recovery.kernel.changes import ChangeLog
from recovery.kernel.errors import FieldError, Invalid
from recovery.members.models import Member
from recovery.sobriety import queries as sobriety
from recovery.sobriety.models import SaidState, Tracker, TrackerMode
from recovery.sobriety.services import projections, uses
from recovery.sobriety.services.projections import Saying


@dataclass(frozen=True, slots=True)
class TrackerState:
    """What a check-in says of one tracker."""

    tracker_id: UUID
    state: SaidState
    amount: Decimal | None = None


def say(
    *,
    check_in: CheckIn,
    member: Member,
    before: Sequence[TrackerState],
    after: Sequence[TrackerState],
    log: ChangeLog,
    now: datetime,
) -> list[Tracker]:
    """Carry what a check-in says, and said before, into its trackers.

    Returns the trackers of which it newly says ``used``, with their clocks as they are now.
    Raises Invalid for a tracker that is not the member's, or an amount where none belongs.
    """
    old = {said.tracker_id: said for said in before}
    new = {said.tracker_id: said for said in after}
    moved = [
        tracker_id for tracker_id in {*old, *new} if old.get(tracker_id) != new.get(tracker_id)
    ]
    if not moved and len(new) == len(after):
        return []
    found = sobriety.ever_of(member_id=check_in.member_id).filter(id__in=[*old, *new])
    trackers: dict[UUID, Tracker] = {tracker.id: tracker for tracker in found}
    _check(after, trackers)
    # What is said of a tracker that was put away meanwhile is kept, and moves nothing.
    listed = [
        trackers[tracker_id]
        for tracker_id in moved
        if tracker_id in trackers and trackers[tracker_id].deleted_at is None
    ]
    said = {
        (tracker.id, check_in.local_date): _saying(check_in, tracker, new.get(tracker.id))
        for tracker in listed
    }
    projections.settle_days(trackers=listed, said=said)
    turned = [
        tracker
        for tracker in listed
        if tracker.mode == TrackerMode.ABSTINENCE
        and _is_used(old, tracker.id) != _is_used(new, tracker.id)
    ]
    if turned:
        uses.settle(member=member, trackers=turned, log=log, now=now, said=said)
    return [tracker for tracker in turned if _is_used(new, tracker.id)]


def said_of(
    *, check_ins: Iterable[CheckIn], trackers: Mapping[UUID, Tracker]
) -> dict[tuple[UUID, date], Saying]:
    """Return what stored check-ins say of these trackers, by tracker and date."""
    return {
        (said.tracker_id, row.local_date): _saying(row, trackers[said.tracker_id], said)
        for row in check_ins
        for said in states_of(row)
        if said.tracker_id in trackers
    }


def states_of(row: CheckIn) -> tuple[TrackerState, ...]:
    """Return what a stored check-in says of trackers."""
    return tuple(
        TrackerState(
            tracker_id=UUID(entry["tracker"]),
            state=SaidState(entry["state"]),
            amount=Decimal(entry["amount"]) if entry["amount"] is not None else None,
        )
        for entry in row.trackers
    )


def _saying(check_in: CheckIn, tracker: Tracker, said: TrackerState | None) -> Saying:
    amount = said.amount if said else None
    if said and tracker.mode == TrackerMode.REDUCTION and said.state == SaidState.SOBER:
        amount = amount or Decimal(0)
    return Saying(
        state=said.state if said else "",
        amount=amount,
        zone=check_in.zone,
        day_start_hour=check_in.day_start_hour,
        answered_at=check_in.answered_at,
    )


def _is_used(said: dict[UUID, TrackerState], tracker_id: UUID) -> bool:
    return tracker_id in said and said[tracker_id].state == SaidState.USED


def _check(after: Sequence[TrackerState], trackers: dict[UUID, Tracker]) -> None:
    found = []
    seen = set()
    for index, said in enumerate(after):
        tracker = trackers.get(said.tracker_id)
        pointer = f"/trackers/{index}"
        if tracker is None:
            found.append(
                FieldError(f"{pointer}/tracker", "unknown_tracker", "No tracker of yours.")
            )
        elif said.tracker_id in seen:
            found.append(FieldError(f"{pointer}/tracker", "twice", "This tracker stands twice."))
        elif said.amount is not None and tracker.mode != TrackerMode.REDUCTION:
            found.append(
                FieldError(f"{pointer}/amount", "no_amount_here", "It has no limit to count for.")
            )
        elif said.state == SaidState.SOBER and said.amount:
            found.append(
                FieldError(f"{pointer}/amount", "contradiction", "Sober goes with no amount.")
            )
        seen.add(said.tracker_id)
    if found:
        raise Invalid("What it says of trackers is not valid.", errors=found)
