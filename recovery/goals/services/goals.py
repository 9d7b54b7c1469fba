"""Setting, changing and deleting goals."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from recovery.calendar import queries as calendar
from recovery.goals import queries
from recovery.goals.models import Goal, GoalCategory, GoalState
from recovery.goals.refusals import MOST_GOALS, TooManyGoals
from recovery.kernel import changes, rows, sealing
from recovery.kernel.errors import invalid
from recovery.kernel.ids import new_id
from recovery.members.models import Member
from recovery.sharing import services as sharing
from recovery.sobriety import queries as sobriety
from recovery.sobriety.models import Tracker

_PLAIN = ("category", "target", "due_on", "started_on")
_SEALED = {
    "title": queries.TITLE_LABEL,
    "why": queries.WHY_LABEL,
    "unit": queries.UNIT_LABEL,
}
_CHANGEABLE = (*_PLAIN, *_SEALED, "tracker", "state", "achieved_on", "set_aside_on", "version")


@dataclass(frozen=True, slots=True)
class NewGoal:
    """What a member says of a new goal; it starts today unless they say when."""

    title: str
    category: GoalCategory
    why: str = ""
    target: Decimal | None = None
    unit: str = ""
    started_on: date | None = None
    due_on: date | None = None
    tracker: UUID | None = None


def create(
    *, member: Member, goal_id: UUID | None, new: NewGoal, now: datetime
) -> tuple[Goal, bool]:
    """Set a goal; return it and whether it is new (a body sent again gives the first row).

    Raises Invalid for a start to come, a due date before the start, a unit without a target or a
    tracker that is not one of the member's; TooManyGoals, IdTaken, and Missing for one that was
    deleted: that stays.
    """
    with changes.write(member_id=member.id, now=now) as log:
        sealer = sealing.for_member(member_id=member.id)
        digest = sealer.digest(asdict(new))
        known = rows.replayed(Goal, row_id=goal_id, member_id=member.id, digest=digest)
        if known is not None:
            return queries.goal_of(member_id=member.id, goal_id=known.id), False
        if queries.goals_of(member_id=member.id).count() >= MOST_GOALS:
            raise TooManyGoals()
        today = calendar.today_of(member=member, now=now)
        goal = Goal(
            id=goal_id or new_id(),
            member=member,
            category=new.category,
            target=new.target,
            started_on=new.started_on or today,
            due_on=new.due_on,
            tracker=_tracker(member, new.tracker),
            body_digest=digest,
            created_at=now,
        )
        _check(goal, has_unit=bool(new.unit), today=today)
        for name, label in _SEALED.items():
            setattr(goal, name, sealer.seal(getattr(new, name), label=label, row_id=goal.id))
        rows.insert(goal)
        log.add(table="goals", row_id=goal.id, version=1, fields=sorted(asdict(new)))
    return goal, True


def change(*, member: Member, goal_id: UUID, changed: dict[str, Any], now: datetime) -> Goal:
    """Change a goal: only what is named.

    Another ``state`` gets today as its date, and going back to active clears that. Without a
    target there is no unit either. Raises Missing, and Invalid as ``create`` does.
    """
    with changes.write(member_id=member.id, now=now) as log:
        goal = queries.goal_of(member_id=member.id, goal_id=goal_id)
        if not changed:
            return goal
        today = calendar.today_of(member=member, now=now)
        for name in _PLAIN:
            if name in changed:
                setattr(goal, name, changed[name])
        if "tracker" in changed:
            goal.tracker = _tracker(member, changed["tracker"])
        if "state" in changed:
            _turn(goal, GoalState(changed["state"]), today=today)
        if goal.target is None and "unit" not in changed:
            goal.unit = b""
        _check(goal, has_unit=bool(changed.get("unit")), today=today)
        sealer = sealing.for_member(member_id=member.id)
        for name, label in _SEALED.items():
            if name in changed:
                setattr(goal, name, sealer.seal(changed[name], label=label, row_id=goal.id))
        goal.version += 1
        goal.save(update_fields=_CHANGEABLE)
        log.add(table="goals", row_id=goal.id, version=goal.version, fields=sorted(changed))
    return goal


def remove(*, member: Member, goal_id: UUID, now: datetime) -> None:
    """Delete a goal: nobody sees it any more, nor is it shared; once is enough. Raises Missing."""
    with changes.write(member_id=member.id, now=now) as log:
        goal: Goal = Goal.objects.owned_by(member.id).one(id=goal_id)
        if goal.deleted_at is not None:
            return
        goal.deleted_at = now
        goal.version += 1
        goal.save(update_fields=["deleted_at", "version"])
        log.add(table="goals", row_id=goal.id, version=goal.version, gone=True)
        sharing.take_back_item(owner_id=member.id, item_id=goal.id, now=now)


def _turn(goal: Goal, state: GoalState, *, today: date) -> None:
    """Give a goal a state and its date; said again, the first date stays."""
    if goal.state == state:
        return
    goal.state = state
    goal.achieved_on = today if state is GoalState.ACHIEVED else None
    goal.set_aside_on = today if state is GoalState.SET_ASIDE else None


def _check(goal: Goal, *, has_unit: bool, today: date) -> None:
    if goal.started_on > today:
        raise invalid(pointer="/started_on", code="in_the_future", detail="This date is to come.")
    if goal.due_on is not None and goal.due_on < goal.started_on:
        raise invalid(
            pointer="/due_on", code="before_the_start", detail="This is before the goal starts."
        )
    if has_unit and goal.target is None:
        raise invalid(
            pointer="/unit", code="unit_without_target", detail="Say the target that this counts."
        )


def _tracker(member: Member, tracker_id: UUID | None) -> Tracker | None:
    if tracker_id is None:
        return None
    found: Tracker | None = sobriety.trackers_of(member_id=member.id).find(id=tracker_id)
    if found is None:
        raise invalid(
            pointer="/tracker", code="unknown_tracker", detail="This is not one of your trackers."
        )
    return found
