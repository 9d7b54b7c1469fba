"""What the goals area refuses, each with a stable code."""

from __future__ import annotations

from recovery.kernel.errors import Conflict

MOST_GOALS = 100


class TooManyGoals(Conflict):
    """A member keeps at most a hundred goals, which bounds what a list of them reads."""

    code = "too_many_goals"
    title = f"At most {MOST_GOALS} goals"


class NoTarget(Conflict):
    """Amounts count towards a target, and this goal has none."""

    code = "no_target"
    title = "This goal has no target to count towards"
