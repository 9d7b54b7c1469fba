"""Goals as their owner sees them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from rest_framework import serializers

from api.amounts import exact
from api.parsing import Instant
from recovery.goals import queries
from recovery.goals.models import Goal, GoalCategory, GoalProgress, GoalState, GoalStep
from recovery.goals.rules import Pace, ProgressBy
from recovery.kernel.sealing import Sealer


class GoalStepOutput(serializers.Serializer[Any]):
    """A step towards a goal."""

    id = serializers.UUIDField()
    title = serializers.CharField()
    done = serializers.BooleanField()
    done_at = Instant(allow_null=True)


class GoalOutput(serializers.Serializer[Any]):
    """A goal, and how far it has come as of today."""

    id = serializers.UUIDField()
    title = serializers.CharField()
    why = serializers.CharField()
    category = serializers.ChoiceField(choices=GoalCategory.choices)
    target = serializers.DecimalField(max_digits=9, decimal_places=3, allow_null=True)
    unit = serializers.CharField()
    total = serializers.DecimalField(
        max_digits=15, decimal_places=3, help_text="The sum of the amounts that hold."
    )
    progress_by = serializers.ChoiceField(choices=[(one.value, one.value) for one in ProgressBy])
    fraction = serializers.DecimalField(
        max_digits=5,
        decimal_places=4,
        allow_null=True,
        help_text="From 0 to 1, rounded down; null when nothing counts it.",
    )
    pace = serializers.ChoiceField(choices=[(one.value, one.value) for one in Pace])
    started_on = serializers.DateField()
    due_on = serializers.DateField(allow_null=True)
    tracker = serializers.UUIDField(allow_null=True)
    state = serializers.ChoiceField(choices=GoalState.choices)
    achieved_on = serializers.DateField(allow_null=True)
    set_aside_on = serializers.DateField(allow_null=True)
    steps = GoalStepOutput(many=True)
    version = serializers.IntegerField()
    created_at = Instant()


class GoalPageOutput(serializers.Serializer[Any]):
    """A page of goals, newest first."""

    items = GoalOutput(many=True)
    next_cursor = serializers.CharField(allow_null=True)


class GoalProgressOutput(serializers.Serializer[Any]):
    """An amount that was logged; a voided one counts for nothing."""

    id = serializers.UUIDField()
    goal = serializers.UUIDField()
    local_date = serializers.DateField()
    amount = serializers.DecimalField(max_digits=9, decimal_places=3)
    note = serializers.CharField()
    voided = serializers.BooleanField()
    created_at = Instant()


class GoalProgressLoggedOutput(serializers.Serializer[Any]):
    """An amount, and how far the goal has come with it."""

    progress = GoalProgressOutput()
    goal = GoalOutput()


class GoalProgressPageOutput(serializers.Serializer[Any]):
    """A page of amounts, newest first."""

    items = GoalProgressOutput(many=True)
    next_cursor = serializers.CharField(allow_null=True)


def goal_body(
    *, goal: Goal, steps: Sequence[GoalStep], sealer: Sealer, today: date
) -> dict[str, Any]:
    """Return a GoalOutput; ``sealer`` and ``today`` are the owner's."""
    reading = queries.reading(goal=goal, steps=steps, today=today)
    return {
        "id": goal.id,
        "title": queries.title_of(goal=goal, sealer=sealer),
        "why": queries.why_of(goal=goal, sealer=sealer),
        "category": goal.category,
        "target": exact(goal.target, places=3),
        "unit": queries.unit_of(goal=goal, sealer=sealer),
        "total": exact(reading.total, places=3),
        "progress_by": reading.progress_by,
        "fraction": exact(reading.fraction, places=4),
        "pace": reading.pace,
        "started_on": goal.started_on,
        "due_on": goal.due_on,
        "tracker": queries.tracker_id_of(goal=goal),
        "state": goal.state,
        "achieved_on": goal.achieved_on,
        "set_aside_on": goal.set_aside_on,
        "steps": [
            {
                "id": step.id,
                "title": queries.step_title_of(step=step, sealer=sealer),
                "done": step.done_at is not None,
                "done_at": step.done_at,
            }
            for step in steps
        ],
        "version": goal.version,
        "created_at": goal.created_at,
    }


def progress_body(*, entry: GoalProgress, sealer: Sealer) -> dict[str, Any]:
    """Return a GoalProgressOutput; ``sealer`` is the owner's."""
    return {
        "id": entry.id,
        "goal": entry.goal_id,
        "local_date": entry.local_date,
        "amount": exact(entry.amount, places=3),
        "note": queries.note_of(entry=entry, sealer=sealer),
        "voided": entry.voided_at is not None,
        "created_at": entry.created_at,
    }
