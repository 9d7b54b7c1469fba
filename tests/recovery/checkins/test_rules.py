"""Check-in streaks: a naive walk back from today, and runs that grow one date at a time."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from recovery.calendar import rules as calendar
from recovery.calendar.rules import PauseRange, ZoneFact
from recovery.checkins import rules
from recovery.checkins.rules import Run, Streak
from tests.recovery.strategies import (
    at_utc,
    dates,
    examples,
    pause_lists,
    zone_histories,
)

FIRST, LAST = date(2024, 3, 20), date(2024, 4, 20)
BERLIN = [ZoneFact(at_utc("2020-01-01 00:00"), "Europe/Berlin", 0)]
ONE_DAY = timedelta(days=1)

histories = st.lists(
    st.integers(0, (LAST - FIRST).days).map(lambda n: FIRST + timedelta(days=n)), max_size=25
)
zones = zone_histories(first=FIRST, last=LAST)
pauses_lists = pause_lists(first=FIRST, last=LAST)


def walked_back(
    answered: set[date], last: date, pauses: list[PauseRange], facts: list[ZoneFact]
) -> int:
    """Count check-ins back from a date for as long as each date has one or is paused."""
    counted, day = 0, last
    while answered and day >= min(answered):
        if day in answered:
            counted += 1
        elif not calendar.is_paused(day, pauses=pauses, facts=facts):
            break
        day -= ONE_DAY
    return counted


@given(history=histories, pauses=pauses_lists, facts=zones)
@examples(250)
def test_a_streak_is_what_walking_back_from_today_counts(
    history: list[date], pauses: list[PauseRange], facts: list[ZoneFact]
) -> None:
    answered = set(history)
    today = LAST
    open_today = today if today in answered else today - ONE_DAY
    expected = Streak(
        current=walked_back(answered, open_today, pauses, facts),
        longest=max((walked_back(answered, day, pauses, facts) for day in answered), default=0),
    )
    assert rules.check_in_streak(history, pauses=pauses, facts=facts, today=today) == expected


@given(history=histories, pauses=pauses_lists, facts=zones)
@examples(250)
def test_adding_dates_one_by_one_in_any_order_gives_the_folded_runs(
    history: list[date], pauses: list[PauseRange], facts: list[ZoneFact]
) -> None:
    runs: list[Run] = []
    for day in dict.fromkeys(history):
        before = max((run for run in runs if run.last_date < day), default=None, key=last_date)
        after = min((run for run in runs if run.first_date > day), default=None, key=last_date)
        containing = next((run for run in runs if run.first_date < day < run.last_date), None)
        step = rules.insert(
            day=day,
            before=before,
            after=after,
            containing=containing,
            bridged_before=before is not None
            and calendar.bridged(before.last_date, day, pauses=pauses, facts=facts),
            bridged_after=after is not None
            and calendar.bridged(day, after.first_date, pauses=pauses, facts=facts),
        )
        runs = [run for run in runs if run not in step.replaces] + [step.run]
    assert sorted(runs, key=last_date) == rules.fold_runs(history, pauses=pauses, facts=facts)


def last_date(run: Run) -> date:
    return run.last_date


@given(history=histories, pauses=pauses_lists, facts=zones)
@examples(100)
def test_repairable_dates_are_the_unpaused_silent_ones_of_the_last_14_days(
    history: list[date], pauses: list[PauseRange], facts: list[ZoneFact]
) -> None:
    first_answered = min(history, default=None)
    expected = []
    for lag in range(14, 0, -1):
        day = LAST - timedelta(days=lag)
        silent = day not in history
        since_first = first_answered is not None and day >= first_answered
        if silent and since_first and not calendar.is_paused(day, pauses=pauses, facts=facts):
            expected.append(day)
    assert (
        rules.repairable_dates(
            answered=history,
            first_answered=first_answered,
            today=LAST,
            pauses=pauses,
            facts=facts,
        )
        == expected
    )


@given(history=histories.filter(bool), pauses=pauses_lists, facts=zones)
@examples(100)
def test_answering_every_repairable_date_joins_the_last_14_days_into_one_run(
    history: list[date], pauses: list[PauseRange], facts: list[ZoneFact]
) -> None:
    repairable = rules.repairable_dates(
        answered=history, first_answered=min(history), today=LAST, pauses=pauses, facts=facts
    )
    before = rules.check_in_streak(history, pauses=pauses, facts=facts, today=LAST)
    repaired = rules.check_in_streak(
        [*history, *repairable], pauses=pauses, facts=facts, today=LAST
    )
    assert repaired.current >= before.current + len(repairable)
    assert repaired.longest >= before.longest


def streak_of(text: str, *, today: date, pauses: list[PauseRange] | None = None) -> Streak:
    return rules.check_in_streak(dates(text), pauses=pauses or [], facts=BERLIN, today=today)


def test_a_streak_ends_today_or_yesterday_while_today_is_open() -> None:
    assert streak_of("2024-05: 1 2 3", today=date(2024, 5, 3)) == Streak(3, 3)
    assert streak_of("2024-05: 1 2 3", today=date(2024, 5, 4)) == Streak(3, 3)
    assert streak_of("2024-05: 1 2 3", today=date(2024, 5, 5)) == Streak(0, 3)


def test_a_run_that_ended_yesterday_is_alive_and_the_longest_is_never_less_than_it() -> None:
    last_run = Run(date(2024, 5, 1), date(2024, 5, 3), 3)

    def streak_on(today: date) -> Streak:
        return rules.streak(last_run=last_run, longest=2, today=today, bridged_to_today=False)

    assert streak_on(date(2024, 5, 3)) == Streak(3, 3)
    assert streak_on(date(2024, 5, 4)) == Streak(3, 3)
    assert streak_on(date(2024, 5, 5)) == Streak(0, 3)


def test_no_check_in_is_no_streak() -> None:
    assert streak_of("2024-05:", today=date(2024, 5, 3)) == Streak(0, 0)


def test_a_pause_bridges_without_adding_and_a_check_in_within_it_adds() -> None:
    pause = [PauseRange(date(2024, 5, 3), date(2024, 5, 6))]
    assert streak_of("2024-05: 1 2 7", today=date(2024, 5, 7), pauses=pause) == Streak(3, 3)
    assert streak_of("2024-05: 1 2 4 7", today=date(2024, 5, 7), pauses=pause) == Streak(4, 4)


def test_a_streak_waits_for_as_long_as_a_pause_lasts_and_one_open_day_more() -> None:
    pause = [PauseRange(date(2024, 5, 3), date(2024, 5, 20))]
    assert streak_of("2024-05: 1 2", today=date(2024, 5, 20), pauses=pause) == Streak(2, 2)
    assert streak_of("2024-05: 1 2", today=date(2024, 5, 21), pauses=pause) == Streak(2, 2)
    assert streak_of("2024-05: 1 2", today=date(2024, 5, 22), pauses=pause) == Streak(0, 2)


def test_nothing_but_a_pause_bridges() -> None:
    assert streak_of("2024-05: 1 2 4", today=date(2024, 5, 4)) == Streak(1, 2)


def test_a_date_lost_to_travel_does_not_end_a_streak() -> None:
    facts = [
        ZoneFact(at_utc("2024-01-01 00:00"), "Pacific/Honolulu", 0),
        ZoneFact(at_utc("2024-05-02 09:00"), "Pacific/Auckland", 0),  # 1 May 23:00 -> 2 May 21:00
    ]
    streak = rules.check_in_streak(
        dates("2024-05: 1 3"), pauses=[], facts=facts, today=date(2024, 5, 3)
    )
    assert streak == Streak(2, 2)


def test_a_check_in_for_tomorrow_made_before_flying_west_keeps_the_streak_alive() -> None:
    assert streak_of("2024-05: 1 2 3", today=date(2024, 5, 2)) == Streak(3, 3)


@pytest.mark.parametrize(
    ("answered_at", "lag", "counts"),
    [
        ("2024-05-01 10:00", 0, True),
        ("2024-05-15 21:59", 14, True),  # 23:59 in Berlin
        ("2024-05-15 22:00", 15, False),  # 00:00 in Berlin: the 16th has begun
        ("2024-04-30 10:00", -1, True),
    ],
)
def test_a_lag_of_14_days_counts_and_of_15_does_not(
    answered_at: str, lag: int, counts: bool
) -> None:
    answered = at_utc(answered_at)
    day = date(2024, 5, 1)
    assert rules.lag_days(local_date=day, answered_at=answered, zone="Europe/Berlin") == lag
    assert (
        rules.counts_for_streak(local_date=day, answered_at=answered, zone="Europe/Berlin")
        is counts
    )


def test_a_late_hour_still_belongs_to_the_day_that_started_at_four() -> None:
    answered = at_utc("2024-05-16 01:30")  # 03:30 in Berlin, still the 15th from 04:00
    assert rules.counts_for_streak(
        local_date=date(2024, 5, 1), answered_at=answered, zone="Europe/Berlin", day_start_hour=4
    )


def test_nothing_is_repairable_before_the_first_check_in_ever() -> None:
    def repairable(first: date | None) -> list[date]:
        return rules.repairable_dates(
            answered=[] if first is None else [first],
            first_answered=first,
            today=date(2024, 5, 20),
            pauses=[],
            facts=BERLIN,
        )

    assert repairable(None) == []
    assert repairable(date(2024, 5, 17)) == dates("2024-05: 18 19")
    assert repairable(date(2024, 1, 1)) == dates("2024-05: 6 7 8 9 10 11 12 13 14 15 16 17 18 19")
