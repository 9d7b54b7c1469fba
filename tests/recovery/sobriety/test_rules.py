"""The clock of an abstinence tracker, against the whole-history definition."""

from __future__ import annotations

from dataclasses import asdict, astuple
from datetime import date, timedelta
from decimal import Decimal
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from recovery.kernel import days
from recovery.sobriety import facts as sobriety_facts
from recovery.sobriety import rules
from recovery.sobriety.facts import Fact, Started, Used, Voided
from recovery.sobriety.rules import Clock, Reading
from tests.recovery.sobriety.naive import (
    World,
    first_start,
    holding_since,
    holds,
    naive_episodes,
    naive_reading,
    worlds,
)
from tests.recovery.strategies import (
    at_utc,
    examples,
)

costs = st.decimals(Decimal("0.01"), Decimal("99999.99"), places=2)


@given(world=worlds(), cost=costs, minutes=st.integers(1, 1440))
@examples(500)
def test_a_reading_is_what_the_whole_history_says(
    world: World, cost: Decimal, minutes: int
) -> None:
    clock = rules.fold(world.facts)
    if first_start(world.facts) is None:
        assert clock is None
        return
    assert clock is not None
    reading = rules.read(
        clock, now=world.now, today=world.today, cost_per_day=cost, minutes_per_day=minutes
    )
    found = asdict(reading)
    found["next_milestone"] = astuple(reading.next_milestone)
    assert found == asdict(naive_reading(world, cost_per_day=cost, minutes_per_day=minutes))


@given(world=worlds())
@examples(300)
def test_episodes_are_the_stretches_that_a_walk_through_time_finds(world: World) -> None:
    found = rules.episodes(world.facts)
    if first_start(world.facts) is None:
        assert found == []
        return
    for episode, expected in zip(found, naive_episodes(world), strict=True):
        assert (episode.opened_by, episode.started_at, episode.started_on) == (
            expected.opened_by,
            expected.started_at,
            expected.started_on,
        )
        assert (episode.ended_by, episode.ended_at, episode.ended_on) == (
            expected.ended_by,
            expected.ended_at,
            expected.ended_on,
        )


@given(world=worlds(), seed=st.integers(0, 1000))
@examples(200)
def test_any_order_and_any_duplicates_of_the_facts_give_the_same_clock(
    world: World, seed: int
) -> None:
    random = Random(seed)
    again = world.facts + random.choices(world.facts, k=5) if world.facts else []
    random.shuffle(again)
    assert rules.fold(again) == rules.fold(world.facts)
    assert rules.episodes(again) == rules.episodes(world.facts)


@given(world=worlds())
@examples(300)
def test_a_fact_holds_if_no_void_that_holds_targets_it(world: World) -> None:
    expected = [fact.id for fact in world.facts if holds(fact, world.facts)]
    assert sorted(map(str, expected)) == sorted(str(f.id) for f in rules.active(world.facts))
    since = sobriety_facts.active_since(world.facts)
    assert since == {
        fact.id: holding_since(fact, world.facts) for fact in world.facts if fact.id in expected
    }


@given(world=worlds(), seed=st.integers(0, 1000))
@examples(150)
def test_voiding_a_use_is_as_if_it_had_never_been_said_and_undoing_that_as_if_it_never_went(
    world: World, seed: int
) -> None:
    uses = [fact for fact in world.facts if isinstance(fact, Used) and holds(fact, world.facts)]
    if not uses:
        return
    use = Random(seed).choice(uses)
    void = Voided("a-void", use.id, world.now)
    undo = Voided("an-undo", "a-void", world.now + timedelta(seconds=1))
    without = [fact for fact in world.facts if fact.id != use.id]
    assert rules.fold([*world.facts, void]) == rules.fold(without)
    assert rules.fold([*world.facts, void, undo]) == rules.fold(world.facts)


@given(world=worlds())
@examples(200)
def test_no_number_is_ever_negative_and_sober_days_fit_into_the_days_elapsed(world: World) -> None:
    clock = rules.fold(world.facts)
    if clock is None:
        return
    reading = rules.read(clock, now=world.now, today=world.today)
    assert 0 <= reading.current_days <= reading.longest_days
    assert 0 <= reading.sober_days <= reading.days_elapsed
    assert reading.current_seconds >= 0
    assert reading.episode_count >= 1
    assert reading.money_saved is None
    assert reading.minutes_saved is None


# --- by hand --------------------------------------------------------------------------------

BERLIN = "Europe/Berlin"


def started(at: str, *, id: str = "start", zone: str = BERLIN, h: int = 0) -> Started:
    instant = at_utc(at)
    on = days.local_date(instant, zone=zone, day_start_hour=h)
    return Started(id, instant, on, zone, h, instant)


def used(
    at: str,
    until: str | None = None,
    *,
    id: str = "use",
    recorded: str | None = None,
    zone: str = BERLIN,
    h: int = 0,
) -> Used:
    begins, ends = at_utc(at), at_utc(until or at)
    return Used(
        id,
        begins,
        ends,
        days.local_date(begins, zone=zone, day_start_hour=h),
        days.local_date(ends, zone=zone, day_start_hour=h),
        zone,
        h,
        at_utc(recorded) if recorded else ends,
    )


def clock_of(*facts: Fact) -> Clock:
    clock = rules.fold(facts)
    assert clock is not None
    return clock


def reading_of(*facts: Fact, now: str, zone: str = BERLIN, h: int = 0) -> Reading:
    instant = at_utc(now)
    today = days.local_date(instant, zone=zone, day_start_hour=h)
    return rules.read(clock_of(*facts), now=instant, today=today)


def test_without_a_start_there_is_no_clock() -> None:
    assert rules.fold([]) is None
    assert rules.fold([used("2024-05-01 10:00")]) is None
    start = started("2024-05-01 10:00")
    assert rules.fold([start, Voided("void", "start", at_utc("2024-05-02 10:00"))]) is None


def test_the_start_day_is_day_zero_and_the_next_local_date_is_day_one() -> None:
    start = started("2024-05-01 21:59")  # 23:59 in Berlin
    assert reading_of(start, now="2024-05-01 21:59").current_days == 0
    assert reading_of(start, now="2024-05-01 22:00").current_days == 1
    assert reading_of(start, now="2024-05-01 22:00").current_seconds == 60


def test_78_of_79_days() -> None:
    facts = [started("2024-01-01 12:00"), used("2024-02-10 20:00")]
    reading = reading_of(*facts, now="2024-03-20 12:00")
    assert (reading.sober_days, reading.days_elapsed) == (78, 79)
    assert (reading.current_days, reading.longest_days, reading.episode_count) == (39, 40, 2)


def test_a_use_on_todays_date_is_not_counted_before_the_day_is_over() -> None:
    facts = [started("2024-05-01 12:00"), used("2024-05-05 12:00")]
    today = reading_of(*facts, now="2024-05-05 20:00")
    tomorrow = reading_of(*facts, now="2024-05-06 20:00")
    assert (today.sober_days, today.days_elapsed) == (4, 4)
    assert (tomorrow.sober_days, tomorrow.days_elapsed) == (4, 5)


def test_a_use_of_several_days_covers_its_dates_but_not_the_one_it_ended_on() -> None:
    facts = [started("2024-05-01 12:00"), used("2024-05-05 12:00", "2024-05-08 12:00")]
    reading = reading_of(*facts, now="2024-05-11 12:00")
    assert (reading.sober_days, reading.days_elapsed) == (7, 10)
    assert (reading.current_days, reading.longest_days) == (3, 4)


def test_uses_that_touch_leave_no_episode_between_them() -> None:
    reading = reading_of(
        started("2024-05-01 12:00"),
        used("2024-05-05 12:00", "2024-05-06 12:00", id="one"),
        used("2024-05-06 12:00", "2024-05-07 12:00", id="two"),
        now="2024-05-11 12:00",
    )
    assert reading.episode_count == 2
    assert reading.episode_started_at == at_utc("2024-05-07 12:00")


def test_a_use_within_another_changes_nothing() -> None:
    outer = used("2024-05-05 12:00", "2024-05-09 12:00", id="outer")
    inner = used("2024-05-06 12:00", "2024-05-07 12:00", id="inner")
    start = started("2024-05-01 12:00")
    later = "2024-05-11 12:00"
    assert reading_of(start, outer, inner, now=later) == reading_of(start, outer, now=later)


def test_a_use_that_was_over_when_the_tracker_started_does_not_count() -> None:
    start = started("2024-05-01 12:00")
    before = used("2024-04-28 12:00", "2024-05-01 12:00")
    assert clock_of(start, before) == clock_of(start)


def test_a_use_that_lasted_into_the_tracker_moves_the_first_episode_behind_it() -> None:
    start = started("2024-05-01 12:00")
    clock = clock_of(start, used("2024-04-28 12:00", "2024-05-03 12:00"))
    assert clock.episode_count == 1
    assert clock.episode_opened_by == "use"
    assert clock.first_start_on == date(2024, 5, 1)
    assert clock.use_dates_count == 2  # 1 and 2 May


def test_a_use_at_the_start_instant_takes_the_day_but_not_the_episode() -> None:
    start = started("2024-05-01 12:00")
    clock = clock_of(start, used("2024-05-01 12:00"))
    assert clock.episode_opened_by == "start"
    assert clock.use_dates_count == 1


def test_a_use_that_ends_now_leaves_an_open_episode_of_no_length() -> None:
    facts = [started("2024-05-01 12:00"), used("2024-05-05 12:00")]
    reading = reading_of(*facts, now="2024-05-05 12:00")
    assert (reading.current_days, reading.current_seconds, reading.episode_count) == (0, 0, 2)


def test_two_uses_that_end_together_open_one_episode_named_by_the_first_recorded() -> None:
    clock = clock_of(
        started("2024-05-01 12:00"),
        used("2024-05-04 12:00", "2024-05-05 12:00", id="a", recorded="2024-05-07 12:00"),
        used("2024-05-05 12:00", id="b", recorded="2024-05-06 12:00"),
    )
    assert clock.episode_opened_by == "b"


def test_the_earliest_of_several_starts_is_the_first_start() -> None:
    later, earlier = started("2024-05-03 12:00", id="a"), started("2024-05-01 12:00", id="b")
    clock = clock_of(later, earlier)
    assert (clock.first_start_on, clock.episode_opened_by) == (date(2024, 5, 1), "b")


def test_travelling_west_makes_no_count_negative() -> None:
    # Started on 2 May in Auckland; two hours later it is still 1 May in Honolulu.
    start = started("2024-05-01 20:00", zone="Pacific/Auckland")
    reading = reading_of(start, now="2024-05-01 22:00", zone="Pacific/Honolulu")
    assert (reading.current_days, reading.days_elapsed, reading.sober_days) == (0, 0, 0)
    assert reading.current_seconds == 7200


def test_an_episode_that_travelling_west_ended_on_an_earlier_date_has_no_days() -> None:
    start = started("2024-05-01 20:00", zone="Pacific/Auckland")  # 2 May
    use = used("2024-05-01 22:00", zone="Pacific/Honolulu")  # 1 May
    first, second = rules.episodes([start, use])
    assert (first.started_on, first.ended_on, first.days) == (date(2024, 5, 2), date(2024, 5, 1), 0)
    assert (second.started_on, second.ended_on, second.days) == (date(2024, 5, 1), None, None)
    assert clock_of(start, use).use_dates_count == 0  # its date is before the first start date


def test_a_day_that_starts_at_four_keeps_the_small_hours() -> None:
    start = started("2024-05-01 23:00", h=4)  # 01:00 on 2 May in Berlin, so still 1 May
    assert clock_of(start).first_start_on == date(2024, 5, 1)
    assert reading_of(start, now="2024-05-02 01:59", h=4).current_days == 0
    assert reading_of(start, now="2024-05-02 02:00", h=4).current_days == 1


def test_clock_changes_do_not_change_seconds() -> None:
    start = started("2024-03-30 23:00")  # midnight in Berlin; the 31st has 23 hours
    reading = reading_of(start, now="2024-03-31 22:00")
    assert (reading.current_days, reading.current_seconds) == (1, 23 * 3600)


def test_savings_are_rounded_once_and_half_to_even() -> None:
    clock = clock_of(started("2024-05-01 12:00"))

    def saved(cost: str, now: str) -> tuple[Decimal | None, int | None]:
        at = at_utc(now)
        reading = rules.read(
            clock, now=at, today=at.date(), cost_per_day=Decimal(cost), minutes_per_day=45
        )
        return reading.money_saved, reading.minutes_saved

    assert saved("0.05", "2024-05-02 00:00") == (Decimal("0.02"), 22)  # 0.025, 22.5
    assert saved("0.15", "2024-05-02 00:00") == (Decimal("0.08"), 22)  # 0.075
    assert saved("12.50", "2024-05-03 18:00") == (Decimal("28.12"), 101)  # 28.125, 101.25
    assert str(saved("10", "2024-05-11 12:00")[0]) == "100.00"
    assert saved("99999999999.99", "3024-05-11 12:00")[0] == Decimal("36525199999996347.48")


def test_money_is_saved_in_all_episodes_and_not_while_using() -> None:
    clock = clock_of(started("2024-05-01 12:00"), used("2024-05-05 12:00", "2024-05-08 12:00"))
    at = at_utc("2024-05-11 12:00")
    reading = rules.read(clock, now=at, today=at.date(), cost_per_day=Decimal("3.00"))
    assert reading.money_saved == Decimal("21.00")


def test_reading_costs_nothing_of_the_history() -> None:
    uses = [
        used(f"2024-{month:02}-{day:02} 12:00", id=f"use-{month}-{day}")
        for month in range(1, 13)
        for day in range(1, 29)
    ]
    clock = clock_of(started("2024-01-01 00:00"), *uses)
    assert clock.use_dates_count == len(uses)
    assert len(clock.recent_use_dates) == rules.RECENT_USE_DATES
    assert clock.recent_use_dates[-1] == date(2024, 12, 28)


def test_a_use_of_years_reported_a_thousand_times_is_folded_quickly() -> None:
    start = started("2000-01-01 00:00")
    uses = [used("2000-01-02 00:00", "2024-01-01 00:00", id=f"use-{n}") for n in range(1000)]
    clock = clock_of(start, *uses)
    assert clock.use_dates_count == (date(2024, 1, 1) - date(2000, 1, 2)).days
    assert clock.recent_use_dates == tuple(date(2023, 12, day) for day in (28, 29, 30, 31))


def test_the_last_use_is_remembered_by_when_it_happened_and_when_it_was_said() -> None:
    clock = clock_of(
        started("2024-05-01 12:00"),
        used("2024-05-08 12:00", id="later"),
        used("2024-05-04 12:00", id="earlier", recorded="2024-05-10 12:00"),
    )
    assert clock.last_used_at == at_utc("2024-05-08 12:00")
    assert clock.last_used_on == date(2024, 5, 8)
    assert clock.last_use_recorded_at == at_utc("2024-05-10 12:00")


def test_a_use_that_holds_before_and_after_one_correction_held_throughout() -> None:
    use = used("2024-05-05 12:00")
    first, then = at_utc("2024-05-06 12:00"), at_utc("2024-05-07 12:00")
    facts: list[Fact] = [
        use,
        Voided("void", "use", first),
        Voided("undo", "void", first),
        Voided("1", "undo", then),  # without the next one, the void would hold again
        Voided("2", "void", then),
    ]
    assert sobriety_facts.active_since(facts)["use"] == use.recorded_at


@pytest.mark.parametrize("length", [1, 2, 3])
def test_voids_in_a_circle_do_not_hang(length: int) -> None:
    at = at_utc("2024-05-01 12:00")
    circle: list[Fact] = [
        Voided(f"void-{n}", f"void-{(n + 1) % length}", at + timedelta(hours=n))
        for n in range(length)
    ]
    assert clock_of(started("2024-05-01 12:00"), *circle).episode_opened_by == "start"


def test_a_use_that_was_voided_and_undone_many_times_still_holds() -> None:
    use = used("2024-05-05 12:00")
    facts: list[Fact] = [started("2024-05-01 12:00"), use]
    target, at = "use", use.recorded_at
    for n in range(400):
        at += timedelta(minutes=1)
        facts.append(Voided(f"void-{n}", target, at))
        target = f"void-{n}"
        expected = 1 if n % 2 == 0 else 2
        if n > 390:
            assert clock_of(*facts).episode_count == expected
    assert sobriety_facts.active_since(facts)["use"] == at
