"""How far a goal has come, and whether that is where the calendar is. Exact: no floating point.

Source of the rules: the task's text, "Goals and commitments", and the definitions below, which are
ours: over N days from the first to the due date (1 at least), a plan that goes on evenly is at
d/N when d days have gone by, and at (d + 1)/N when the present day has gone by too.
"""

from __future__ import annotations

from datetime import date
from decimal import ROUND_DOWN, Decimal
from enum import StrEnum
from fractions import Fraction

# A ten-thousandth is finer than any bar on a screen; rounded down, 1 is said of nothing less.
_FINEST = Decimal("0.0001")


class Pace(StrEnum):
    """Where a goal is beside its calendar; `none` without a due date, or when it is not active."""

    NONE = "none"
    AHEAD = "ahead"
    ON_PACE = "on_pace"
    LATER_THAN_PLANNED = "later_than_planned"


class ProgressBy(StrEnum):
    """What the progress of a goal is counted by: its measure, else its steps, if it has any."""

    NONE = "none"
    MEASURE = "measure"
    STEPS = "steps"


def progress_by(*, target: Decimal | None, steps: int) -> ProgressBy:
    """Return what a goal's progress is counted by."""
    if target is not None:
        return ProgressBy.MEASURE
    return ProgressBy.STEPS if steps else ProgressBy.NONE


def fraction(
    *, target: Decimal | None, total: Decimal, steps_done: int, steps: int
) -> Fraction | None:
    """Return the part of a goal that is done, exactly, from 0 to 1; None if nothing counts it."""
    if target is not None:
        done = Fraction(total) / Fraction(target)
    elif steps:
        done = Fraction(steps_done, steps)
    else:
        return None
    return min(max(done, Fraction(0)), Fraction(1))


def pace(*, done: Fraction | None, started_on: date, due_on: date | None, today: date) -> Pace:
    """Return where an active goal is beside its calendar.

    From the due date on, whatever is not done is later than planned, and what is done is on pace.
    """
    if done is None or due_on is None:
        return Pace.NONE
    length = max((due_on - started_on).days, 1)
    # Who flew west may be on a date before the first.
    gone_by = min(max((today - started_on).days, 0), length)
    if done >= Fraction(gone_by + 1, length):
        return Pace.AHEAD
    if done < Fraction(gone_by, length):
        return Pace.LATER_THAN_PLANNED
    return Pace.ON_PACE


def shown(done: Fraction) -> Decimal:
    """Return a part from 0 to 1 with four decimal places, rounded down."""
    return (Decimal(done.numerator) / Decimal(done.denominator)).quantize(
        _FINEST, rounding=ROUND_DOWN
    )
