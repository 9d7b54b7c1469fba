"""Reading goals, and how far they have come."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from uuid import UUID

from django.db.models import Count

from recovery.goals import rules
from recovery.goals.models import Goal, GoalProgress, GoalState, GoalStep
from recovery.goals.rules import Pace, ProgressBy
from recovery.kernel.rows import OwnedQuerySet
from recovery.kernel.sealing import Sealer

TITLE_LABEL = Goal.sealed["title"]
WHY_LABEL = Goal.sealed["why"]
UNIT_LABEL = Goal.sealed["unit"]
STEP_LABEL = GoalStep.sealed["title"]
NOTE_LABEL = GoalProgress.sealed["note"]


@dataclass(frozen=True, slots=True)
class GoalReading:
    """How far a goal has come on a date. ``fraction`` has four places, rounded down."""

    fraction: Decimal | None
    progress_by: ProgressBy
    pace: Pace
    total: Decimal
    steps_done: int
    steps: int


def goals_of(*, member_id: UUID) -> OwnedQuerySet:
    """Return the member's goals, whatever became of them; each with its tracker."""
    mine: OwnedQuerySet = Goal.objects.owned_by(member_id).filter(deleted_at__isnull=True)
    return mine.select_related("tracker")


def goal_of(*, member_id: UUID, goal_id: UUID) -> Goal:
    """Return one of the member's goals. Raises Missing."""
    goal: Goal = goals_of(member_id=member_id).one(id=goal_id)
    return goal


def title_of(*, goal: Goal, sealer: Sealer) -> str:
    """Return the title that its owner gave a goal; ``sealer`` is the owner's."""
    return sealer.open(goal.title, label=TITLE_LABEL, row_id=goal.id)


def why_of(*, goal: Goal, sealer: Sealer) -> str:
    """Return why the owner wants it, for the owner alone; empty for nothing."""
    return sealer.open(goal.why, label=WHY_LABEL, row_id=goal.id)


def unit_of(*, goal: Goal, sealer: Sealer) -> str:
    """Return what the target counts, empty for nothing; ``sealer`` is the owner's."""
    return sealer.open(goal.unit, label=UNIT_LABEL, row_id=goal.id)


def step_title_of(*, step: GoalStep, sealer: Sealer) -> str:
    """Return what a step says; ``sealer`` is the owner's."""
    return sealer.open(step.title, label=STEP_LABEL, row_id=step.id)


def note_of(*, entry: GoalProgress, sealer: Sealer) -> str:
    """Return what was written about progress, empty for nothing; ``sealer`` is the owner's."""
    return sealer.open(entry.note, label=NOTE_LABEL, row_id=entry.id)


def tracker_id_of(*, goal: Goal) -> UUID | None:
    """Return the tracker that a goal is tied to, None once the tracker was put away."""
    if goal.tracker is None or goal.tracker.deleted_at is not None:
        return None
    return goal.tracker.id


def steps_of(*, goals: Iterable[Goal]) -> dict[UUID, list[GoalStep]]:
    """Return the steps of goals in their order, by goal; one query."""
    found: defaultdict[UUID, list[GoalStep]] = defaultdict(list)
    rows = GoalStep.objects.filter(goal_id__in=[goal.id for goal in goals])
    for step in rows.order_by("goal_id", "place"):
        found[step.goal_id].append(step)
    return found


def progress_of(*, member_id: UUID, goal_id: UUID) -> OwnedQuerySet:
    """Return what was logged towards a goal, voided entries included. Raises Missing."""
    goal = goal_of(member_id=member_id, goal_id=goal_id)
    found: OwnedQuerySet = GoalProgress.objects.owned_by(member_id).filter(goal=goal)
    return found


def total_of(*, goal_id: UUID) -> Decimal:
    """Return the fold of a goal's progress: the exact sum of the entries that hold."""
    entries = GoalProgress.objects.filter(goal_id=goal_id, voided_at__isnull=True)
    return sum(entries.values_list("amount", flat=True), Decimal(0))


def readings(*, goals: Sequence[Goal], today: date) -> dict[UUID, GoalReading]:
    """Return how far goals have come, by goal, on their owner's local date; one query."""
    if not goals:
        return {}
    counted = (
        GoalStep.objects.filter(goal_id__in=[goal.id for goal in goals])
        .order_by()
        .values_list("goal_id")
        .annotate(steps=Count("id"), done=Count("done_at"))
    )
    steps = {goal_id: (done, all_) for goal_id, all_, done in counted}
    return {goal.id: _reading(goal, *steps.get(goal.id, (0, 0)), today=today) for goal in goals}


def reading(*, goal: Goal, steps: Sequence[GoalStep], today: date) -> GoalReading:
    """Return how far a goal has come, its steps being at hand; no query."""
    done = sum(1 for step in steps if step.done_at is not None)
    return _reading(goal, done, len(steps), today=today)


def _reading(goal: Goal, steps_done: int, steps: int, *, today: date) -> GoalReading:
    done = rules.fraction(target=goal.target, total=goal.total, steps_done=steps_done, steps=steps)
    pace = Pace.NONE
    if goal.state == GoalState.ACTIVE:
        pace = rules.pace(done=done, started_on=goal.started_on, due_on=goal.due_on, today=today)
    return GoalReading(
        fraction=None if done is None else rules.shown(done),
        progress_by=rules.progress_by(target=goal.target, steps=steps),
        pace=pace,
        total=goal.total,
        steps_done=steps_done,
        steps=steps,
    )
