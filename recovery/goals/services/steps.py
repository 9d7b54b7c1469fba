"""The ordered list of steps towards a goal, written whole."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import IntegrityError, transaction

from recovery.goals import queries
from recovery.goals.models import Goal, GoalStep
from recovery.kernel import changes, sealing
from recovery.kernel.errors import IdTaken, invalid
from recovery.kernel.ids import new_id
from recovery.members.models import Member


@dataclass(frozen=True, slots=True)
class WantedStep:
    """A step as it is to be; ``id`` names the one that it goes on from, or is the app's choice."""

    title: str
    done: bool = False
    id: UUID | None = None


def replace(
    *, member: Member, goal_id: UUID, wanted: Sequence[WantedStep], now: datetime
) -> tuple[Goal, list[GoalStep]]:
    """Make these the goal's steps, in this order, and return them with the goal.

    A step that stays done keeps when it was done; what is missing from the list is gone. One
    without an id goes on from a stored one of the same title, so that the same list sent again
    changes nothing. Raises Missing, Invalid for an id named twice, and IdTaken for one that stands
    for something else.
    """
    _check_ids(wanted)
    with changes.write(member_id=member.id, now=now) as log:
        goal = queries.goal_of(member_id=member.id, goal_id=goal_id)
        sealer = sealing.for_member(member_id=member.id)
        before = queries.steps_of(goals=[goal]).get(goal.id, [])
        titles = {step.id: queries.step_title_of(step=step, sealer=sealer) for step in before}
        stored = {step.id: step for step in before}
        ids = _ids(wanted, titles)
        if [(one_id, one.title, one.done) for one_id, one in zip(ids, wanted, strict=True)] == [
            (step.id, titles[step.id], step.done_at is not None) for step in before
        ]:
            return goal, before
        after = []
        for place, (step_id, one) in enumerate(zip(ids, wanted, strict=True)):
            old = stored.get(step_id)
            step = GoalStep(
                id=step_id,
                member=member,
                goal=goal,
                place=place,
                title=sealer.seal(one.title, label=queries.STEP_LABEL, row_id=step_id),
                created_at=old.created_at if old else now,
            )
            if one.done:
                step.done_at = (old.done_at if old else None) or now
            after.append(step)
        # Places are unique, so rows cannot change them one after the other.
        GoalStep.objects.owned_by(member.id).filter(goal=goal).delete()
        try:
            with transaction.atomic():
                GoalStep.objects.bulk_create(after)
        except IntegrityError:
            raise IdTaken() from None
        goal.version += 1
        goal.save(update_fields=["version"])
        log.add(table="goals", row_id=goal.id, version=goal.version, fields=["steps"])
    return goal, after


def _check_ids(wanted: Sequence[WantedStep]) -> None:
    seen: set[UUID] = set()
    for index, one in enumerate(wanted):
        if one.id in seen:
            raise invalid(
                pointer=f"/steps/{index}/id", code="twice", detail="This id stands here twice."
            )
        if one.id is not None:
            seen.add(one.id)


def _ids(wanted: Sequence[WantedStep], titles: dict[UUID, str]) -> list[UUID]:
    """Return which step each wanted one is: by its id, else by its title, else a new one."""
    free = dict(titles)
    for one in wanted:
        if one.id is not None:
            free.pop(one.id, None)
    found = []
    for one in wanted:
        step_id = one.id or next((key for key, title in free.items() if title == one.title), None)
        if step_id is not None:
            free.pop(step_id, None)
        found.append(step_id or new_id())
    return found
