"""The ladder of silence at awkward hours, and its dates against a naive walk."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from recovery.calendar import rules as calendar
from recovery.calendar.rules import PauseRange, ZoneFact
from recovery.checkins import quiet_rules
from recovery.checkins.quiet_rules import Move, Silence, Step
from recovery.kernel import days
from tests.recovery.strategies import at_utc, examples, pause_lists, zone_histories

FIRST, LAST = date(2024, 3, 20), date(2024, 4, 20)
BERLIN = [ZoneFact(at_utc("2020-01-01 00:00"), "Europe/Berlin", 0)]
ONE_DAY = timedelta(days=1)
HOUR, MINUTE = timedelta(hours=1), timedelta(minutes=1)

# Silent since 10 June 2025: with two days the 13th is the date on which it has been long enough.
SILENT = Silence(after=date(2025, 6, 10), days=2, pauses=[], facts=BERLIN)
MORNING = at_utc("2025-06-13 06:00")  # 08:00 in Berlin


def walked(
    after: date, count: int, pauses: list[PauseRange], facts: list[ZoneFact], *, horizon: int
) -> date | None:
    """Count whole dates on which something was expected, one by one."""
    for ahead in range(1, horizon):
        day = after + ahead * ONE_DAY
        silent = [
            after + n * ONE_DAY
            for n in range(1, ahead)
            if not calendar.is_paused(after + n * ONE_DAY, pauses=pauses, facts=facts)
        ]
        if len(silent) == count and not calendar.is_paused(day, pauses=pauses, facts=facts):
            return day
    return None


@given(
    after=st.dates(FIRST, LAST),
    count=st.integers(1, 14),
    pauses=pause_lists(first=FIRST, last=LAST),
    facts=zone_histories(first=FIRST, last=LAST),
)
@examples(200)
def test_it_is_long_enough_when_a_walk_says_so(
    after: date, count: int, pauses: list[PauseRange], facts: list[ZoneFact]
) -> None:
    found = quiet_rules.long_enough_on(after=after, days_without=count, pauses=pauses, facts=facts)
    assert found == walked(after, count, pauses, facts, horizon=120)


def test_a_pause_to_the_end_of_the_calendar_never_ends() -> None:
    pause = PauseRange(from_date=date(2025, 6, 12), to_date=date.max)
    silence = replace(SILENT, pauses=[pause])
    assert quiet_rules.next_step(silence, now=MORNING) == Step(Move.WAIT, MORNING + 24 * HOUR)


@pytest.mark.parametrize(
    ("now", "expected"),
    [
        ("2025-06-10 20:00", Step(Move.WAIT, MORNING)),
        ("2025-06-12 23:59", Step(Move.WAIT, MORNING)),
        ("2025-06-13 05:59", Step(Move.WAIT, MORNING)),
        ("2025-06-13 06:00", Step(Move.ANNOUNCE, MORNING + 12 * HOUR)),
        ("2025-06-13 08:00", Step(Move.ANNOUNCE, MORNING + 14 * HOUR)),
        # Found too late in the day by our fault: the next morning will do.
        ("2025-06-13 08:01", Step(Move.WAIT, MORNING + 24 * HOUR)),
    ],
)
def test_the_member_hears_in_the_morning_after_the_last_silent_date(
    now: str, expected: Step
) -> None:
    assert quiet_rules.next_step(SILENT, now=at_utc(now)) == expected


@pytest.mark.parametrize(
    ("now", "expected"),
    [
        ("2025-06-13 17:59", Step(Move.WAIT, MORNING + 12 * HOUR)),
        ("2025-06-13 18:00", Step(Move.TELL, at_utc("2025-06-13 18:00"))),
        ("2025-06-13 20:00", Step(Move.TELL, at_utc("2025-06-13 20:00"))),
        # The evening has passed: the last steps begin anew.
        ("2025-06-13 20:01", Step(Move.WAIT, MORNING + 24 * HOUR)),
        ("2025-06-14 06:00", Step(Move.ANNOUNCE, MORNING + 36 * HOUR)),
    ],
)
def test_partners_hear_twelve_hours_later_or_the_steps_begin_anew(now: str, expected: Step) -> None:
    announced = replace(SILENT, announced_at=MORNING)
    assert quiet_rules.next_step(announced, now=at_utc(now)) == expected


def test_twelve_hours_are_real_ones_when_clocks_change() -> None:
    """In Berlin it is 08:00 at 06:00 UTC on the day on which summer time begins at 01:00 UTC."""
    silence = replace(SILENT, after=date(2025, 3, 27))
    morning = at_utc("2025-03-30 06:00")
    assert quiet_rules.next_step(silence, now=morning) == Step(
        Move.ANNOUNCE, at_utc("2025-03-30 18:00")
    )


@pytest.mark.parametrize("now", [MORNING, MORNING + 12 * HOUR])
@pytest.mark.parametrize("announced_at", [None, MORNING])
def test_nothing_within_a_day_of_a_change_of_zone(
    now: datetime, announced_at: datetime | None
) -> None:
    moved = [*BERLIN, ZoneFact(now - 23 * HOUR, "Europe/London", 0)]
    silence = replace(SILENT, facts=moved, announced_at=announced_at)
    step = quiet_rules.next_step(silence, now=now)
    assert step == Step(Move.WAIT, at_utc("2025-06-14 07:00"))  # 08:00 in London
    # The day after, the twelve hours are given anew.
    assert quiet_rules.next_step(silence, now=step.again_at).move is Move.ANNOUNCE


@pytest.mark.parametrize("now", [MORNING, MORNING + 12 * HOUR])
def test_nothing_on_a_paused_date(now: datetime) -> None:
    today = PauseRange(from_date=date(2025, 6, 13), to_date=date(2025, 6, 13))
    silence = replace(SILENT, pauses=[today], announced_at=MORNING)
    assert quiet_rules.next_step(silence, now=now) == Step(Move.WAIT, MORNING + 24 * HOUR)


def test_an_outage_of_ours_after_the_announcement_gives_the_twelve_hours_anew() -> None:
    out = replace(SILENT, announced_at=MORNING, out_until=MORNING + 5 * HOUR)
    assert quiet_rules.next_step(out, now=MORNING + 12 * HOUR) == Step(
        Move.WAIT, MORNING + 24 * HOUR
    )
    before = replace(out, out_until=MORNING - HOUR)
    assert quiet_rules.next_step(before, now=MORNING + 12 * HOUR).move is Move.TELL


def test_an_announcement_that_never_left_is_made_again() -> None:
    unheard = replace(SILENT, announced_at=MORNING, heard=False)
    on_its_way = quiet_rules.next_step(unheard, now=MORNING + HOUR)
    assert on_its_way == Step(Move.WAIT, MORNING + 12 * HOUR)
    assert quiet_rules.next_step(unheard, now=MORNING + 12 * HOUR) == Step(
        Move.WAIT, MORNING + 24 * HOUR
    )


def test_a_spell_is_told_once() -> None:
    told = replace(SILENT, announced_at=MORNING, over=True)
    for hours in range(12, 400, 5):
        assert quiet_rules.next_step(told, now=MORNING + hours * HOUR).move is Move.WAIT


@given(
    now=st.integers(0, 38 * 24 * 60).map(lambda n: at_utc("2024-03-18 00:00") + n * MINUTE),
    after=st.dates(FIRST, LAST),
    count=st.integers(1, 14),
    pauses=pause_lists(first=FIRST, last=LAST),
    facts=zone_histories(first=FIRST, last=LAST),
    announced=st.none() | st.integers(0, 30),
    over=st.booleans(),
    heard=st.booleans(),
)
@examples(300)
def test_whatever_is_known_a_look_moves_on_and_nobody_is_told_without_twelve_hours(
    now: datetime,
    after: date,
    count: int,
    pauses: list[PauseRange],
    facts: list[ZoneFact],
    announced: int | None,
    over: bool,
    heard: bool,
) -> None:
    silence = Silence(
        after=after,
        days=count,
        pauses=pauses,
        facts=facts,
        announced_at=None if announced is None else now - announced * HOUR,
        over=over,
        heard=heard,
    )
    step = quiet_rules.next_step(silence, now=now)
    if step.move is Move.TELL:
        assert announced in (12, 13, 14)
        assert (heard, over) == (True, False)
    else:
        assert now < step.again_at
    if step.move is not Move.WAIT:
        zone = calendar.in_force(at=now, facts=facts)
        today = days.local_date(now, zone=zone.zone, day_start_hour=zone.day_start_hour)
        silent = [
            day
            for day in (after + n * ONE_DAY for n in range(1, (today - after).days))
            if not calendar.is_paused(day, pauses=pauses, facts=[zone])
        ]
        assert len(silent) >= count
