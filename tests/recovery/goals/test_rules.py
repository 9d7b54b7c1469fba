"""Progress and pace, against a naive walk over the calendar that counts in whole parts."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from recovery.goals import rules
from recovery.goals.rules import Pace, ProgressBy

START = date(2026, 11, 1)
amounts = st.decimals(min_value=0, max_value=10_000, places=3)
targets = st.decimals(min_value=Decimal("0.001"), max_value=10_000, places=3)


def naive_pace(done: Fraction, started_on: date, due_on: date, today: date) -> Pace:
    """Lay the whole goal evenly on its days, one after the other, and see where today stands."""
    days = []
    day = started_on
    while day < due_on:
        days.append(day)
        day += timedelta(days=1)
    days = days or [started_on]
    share = Fraction(1, len(days))
    this_morning = sum((share for one in days if one < today), Fraction(0))
    this_evening = this_morning + share
    if done >= this_evening:
        return Pace.AHEAD
    return Pace.LATER_THAN_PLANNED if done < this_morning else Pace.ON_PACE


@given(
    total=amounts,
    target=targets,
    length=st.integers(0, 500),
    today=st.integers(-3, 600),
)
def test_pace_is_where_an_even_plan_would_be(
    total: Decimal, target: Decimal, length: int, today: int
) -> None:
    done = rules.fraction(target=target, total=total, steps_done=0, steps=0)
    assert done is not None
    due_on, on = START + timedelta(days=length), START + timedelta(days=today)
    assert rules.pace(done=done, started_on=START, due_on=due_on, today=on) is naive_pace(
        done, START, due_on, on
    )


@given(steps=st.integers(1, 60), done=st.integers(0, 60), length=st.integers(1, 90))
def test_steps_that_keep_up_with_the_days_are_never_later_than_planned(
    steps: int, done: int, length: int
) -> None:
    done = min(done, steps)
    part = rules.fraction(target=None, total=Decimal(0), steps_done=done, steps=steps)
    assert part == Fraction(done, steps)
    due_on = START + timedelta(days=length)
    # The last date by whose morning an even plan has come no further: done/steps of the way.
    day = START + timedelta(days=done * length // steps)
    assert (
        rules.pace(done=part, started_on=START, due_on=due_on, today=day)
        is not Pace.LATER_THAN_PLANNED
    )


@given(total=st.decimals(min_value=-100, max_value=10_000, places=3), target=targets)
def test_a_fraction_stays_between_nothing_and_all(total: Decimal, target: Decimal) -> None:
    done = rules.fraction(target=target, total=total, steps_done=0, steps=3)
    assert done is not None
    assert 0 <= done <= 1
    assert (done == 1) == (total >= target)


@given(total=amounts, target=targets)
def test_what_is_shown_is_never_more_than_what_is_done(total: Decimal, target: Decimal) -> None:
    done = rules.fraction(target=target, total=total, steps_done=0, steps=0)
    assert done is not None
    shown = rules.shown(done)
    assert Fraction(shown) <= done < Fraction(shown) + Fraction(1, 10_000)
    assert (shown == 1) == (done == 1)


@pytest.mark.parametrize(
    ("done", "day", "expected"),
    [
        # Ten days; a tenth a day.
        (Fraction(0), 0, Pace.ON_PACE),
        (Fraction(1, 10), 0, Pace.AHEAD),
        (Fraction(99, 1000), 1, Pace.LATER_THAN_PLANNED),
        (Fraction(1, 10), 1, Pace.ON_PACE),
        (Fraction(199, 1000), 1, Pace.ON_PACE),
        (Fraction(2, 10), 1, Pace.AHEAD),
        (Fraction(1), 9, Pace.AHEAD),
        # The due date and after.
        (Fraction(999, 1000), 10, Pace.LATER_THAN_PLANNED),
        (Fraction(1), 10, Pace.ON_PACE),
        (Fraction(999, 1000), 400, Pace.LATER_THAN_PLANNED),
        (Fraction(1), 400, Pace.ON_PACE),
        # Who flew west may be on the date before.
        (Fraction(0), -1, Pace.ON_PACE),
    ],
)
def test_ten_days_of_pace(done: Fraction, day: int, expected: Pace) -> None:
    today = START + timedelta(days=day)
    due_on = START + timedelta(days=10)
    assert rules.pace(done=done, started_on=START, due_on=due_on, today=today) is expected


def test_a_goal_due_on_the_day_it_starts_has_that_one_day() -> None:
    said = {"started_on": START, "due_on": START, "today": START}
    assert rules.pace(done=Fraction(0), **said) is Pace.ON_PACE
    assert rules.pace(done=Fraction(1), **said) is Pace.AHEAD
    tomorrow = {**said, "today": START + timedelta(days=1)}
    assert rules.pace(done=Fraction(1, 2), **tomorrow) is Pace.LATER_THAN_PLANNED


def test_without_a_due_date_or_anything_that_counts_there_is_no_pace() -> None:
    assert rules.pace(done=Fraction(1, 2), started_on=START, due_on=None, today=START) is Pace.NONE
    assert rules.pace(done=None, started_on=START, due_on=START, today=START) is Pace.NONE


def test_a_target_comes_before_steps_and_steps_before_nothing() -> None:
    five = Decimal(5)
    assert rules.progress_by(target=five, steps=3) is ProgressBy.MEASURE
    assert rules.progress_by(target=None, steps=3) is ProgressBy.STEPS
    assert rules.progress_by(target=None, steps=0) is ProgressBy.NONE
    assert rules.fraction(target=five, total=Decimal(1), steps_done=3, steps=3) == Fraction(1, 5)
    assert rules.fraction(target=None, total=Decimal(1), steps_done=1, steps=3) == Fraction(1, 3)
    assert rules.fraction(target=None, total=Decimal(1), steps_done=0, steps=0) is None


def test_a_third_is_a_third() -> None:
    """Three steps of three and a third of three: no floating point decides."""
    done = rules.fraction(target=Decimal("0.3"), total=Decimal("0.1") * 3, steps_done=0, steps=0)
    assert done == 1
