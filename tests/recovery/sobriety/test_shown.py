"""What is left to show of milestones, and when it is not worth reading the facts."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from recovery.sobriety import milestones, rules, shown
from tests.recovery.sobriety.naive import World, naive_earned, worlds
from tests.recovery.strategies import examples

TODAY = date(2026, 3, 1)
STARTED = datetime(2026, 3, 1, 8, tzinfo=UTC)


@given(world=worlds(lasting=400), back=st.integers(0, 40))
@examples(400)
def test_a_milestone_that_shows_is_never_missed_for_want_of_reading(
    world: World, back: int
) -> None:
    clock = rules.fold(world.facts)
    if clock is None:
        return
    since = world.today - timedelta(days=back)
    seen = [one for one in naive_earned(world) if not one.superseded and one.due_on > since]
    assert shown.may_be_reached(clock, since=since, now=world.now) or not seen


@given(world=worlds(lasting=400))
@examples(200)
def test_each_once_keeps_the_first_of_each(world: World) -> None:
    newest_first = list(milestones.latest_first(world.facts, now=world.now))
    kept = shown.each_once(newest_first)
    assert {one.code for one in kept} == {one.code for one in newest_first}
    assert len(kept) == len({one.code for one in kept})
    for one in kept:
        assert one.due_at == min(other.due_at for other in newest_first if other.code == one.code)
    assert kept == sorted(kept, key=lambda one: one.due_at, reverse=True)


def test_a_quiet_year_is_not_read() -> None:
    """Between nine months and a year nothing can be new."""
    clock = rules.Clock(
        *(STARTED, TODAY, "UTC", 0, STARTED, TODAY, "a", 1, 0, 0, 0, (), None, None, None)
    )
    day = milestones.due_on("9_months", TODAY) + timedelta(days=30)
    now = STARTED + (day - TODAY)
    assert not shown.may_be_reached(clock, since=day - timedelta(days=7), now=now)
    assert shown.may_be_reached(clock, since=day - timedelta(days=31), now=now)
