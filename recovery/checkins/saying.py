"""What a check-in says of trackers, carried into their days and clocks."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from uuid import UUID

from recovery.kernel.errors import FieldError, Invalid
from recovery.members.models import Member
from recovery.sobriety import queries as sobriety
from recovery.sobriety.models import SaidState, Tracker, TrackerMode
from recovery.sobriety.services import projections, uses


@dataclass(frozen=True, slots=True)
class TrackerState:
    """What a check-in says of one tracker."""

    tracker_id: UUID
    state: SaidState
    amount: Decimal | None = None


def say(
    *,
    member: Member,
    local_date: date,
    before: Sequence[TrackerState],
    after: Sequence[TrackerState],
    answered_at: datetime,
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
    if not moved:
        return []
    found = sobriety.trackers_of(member_id=member.id).filter(id__in=[*old, *new])
    trackers: dict[UUID, Tracker] = {tracker.id: tracker for tracker in found}
    _check(after, trackers)
    listed = [trackers[tracker_id] for tracker_id in moved if tracker_id in trackers]
    projections.settle_days(
        trackers=listed,
        said={(tracker.id, local_date): _day_of(tracker, new) for tracker in listed},
    )
    turned = [
        tracker
        for tracker in listed
        if tracker.mode == TrackerMode.ABSTINENCE
        and _is_used(old, tracker.id) != _is_used(new, tracker.id)
    ]
    if turned:
        uses.settle(
            member=member,
            trackers=turned,
            now=now,
            said={
                (tracker.id, local_date): new[tracker.id].state if tracker.id in new else ""
                for tracker in turned
            },
            answered_at=answered_at,
        )
    return [tracker for tracker in turned if _is_used(new, tracker.id)]


def _day_of(tracker: Tracker, new: dict[UUID, TrackerState]) -> tuple[str, Decimal | None]:
    said = new.get(tracker.id)
    if said is None:
        return "", None
    if tracker.mode == TrackerMode.REDUCTION and said.state == SaidState.SOBER:
        return said.state, said.amount or Decimal(0)
    return said.state, said.amount


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
        seen.add(said.tracker_id)
    if found:
        raise Invalid("What it says of trackers is not valid.", errors=found)
