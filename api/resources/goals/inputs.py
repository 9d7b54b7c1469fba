"""What apps send about goals."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from rest_framework import serializers

from api.pages import PageQuery
from api.parsing import Amount, Flag, Id, Input, LocalDate, Text
from recovery.goals.models import GoalCategory, GoalState
from recovery.goals.services.goals import NewGoal
from recovery.goals.services.steps import WantedStep

# A list to be done, not a project plan; and far below what one request may carry.
MOST_STEPS = 50
LEAST = Decimal("0.001")


class GoalQuery(PageQuery):
    """Which goals."""

    state = serializers.ChoiceField(
        choices=GoalState.choices, required=False, help_text="Only these; all without it."
    )


class GoalMeasure(Input):
    """What a goal is measured by, when it is due, and what it is tied to."""

    why = Text(
        max_length=2000,
        required=False,
        allow_blank=True,
        help_text="For the member alone: never shared. Stored sealed.",
    )
    target = Amount(
        required=False,
        allow_null=True,
        min_value=LEAST,
        help_text="How much it takes; null to count steps instead.",
    )
    unit = Text(
        max_length=20,
        required=False,
        allow_blank=True,
        help_text="What the target counts, such as km; only with a target. Stored sealed.",
    )
    due_on = LocalDate(required=False, allow_null=True)
    tracker = Id(required=False, allow_null=True, help_text="One of my trackers that it is for.")


class GoalInput(GoalMeasure):
    """A goal to set."""

    id = Id(required=False, help_text="A UUID of the app's choice (v7).")
    title = Text(max_length=120, help_text="In the member's own words; stored sealed.")
    category = serializers.ChoiceField(choices=GoalCategory.choices)
    started_on = LocalDate(required=False, help_text="Not in the future; today without it.")


class GoalChanges(GoalMeasure):
    """What to change of a goal."""

    title = Text(max_length=120, required=False)
    category = serializers.ChoiceField(choices=GoalCategory.choices, required=False)
    started_on = LocalDate(required=False)
    state = serializers.ChoiceField(
        choices=GoalState.choices,
        required=False,
        help_text="Achieved or set aside as of today; back to active clears that date.",
    )


class GoalStepInput(Input):
    """A step as it is to be."""

    id = Id(
        required=False,
        help_text="That of the step as it was answered, or a UUID of the app's choice (v7).",
    )
    title = Text(max_length=120, help_text="Stored sealed.")
    done = Flag(default=False)

    def to_internal_value(self, data: Any) -> Any:
        """Return the step as the domain takes it."""
        return WantedStep(**super().to_internal_value(data))


class GoalStepsInput(Input):
    """All steps of a goal, in order."""

    steps = serializers.ListField(child=GoalStepInput(), max_length=MOST_STEPS)


class GoalProgressInput(Input):
    """An amount to log towards a goal's target. A correction voids it and adds another."""

    id = Id(required=False, help_text="A UUID of the app's choice (v7).")
    local_date = LocalDate(help_text="Not in the future.")
    amount = Amount(min_value=LEAST, help_text="In the goal's unit.")
    note = Text(max_length=1000, allow_blank=True, default="", help_text="Stored sealed.")


def new_goal(values: Mapping[str, Any]) -> NewGoal:
    """Return a validated GoalInput as the domain takes it."""
    said = {name: value for name, value in values.items() if name != "id"}
    return NewGoal(**{**said, "category": GoalCategory(said["category"])})
