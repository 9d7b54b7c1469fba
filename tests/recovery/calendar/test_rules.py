"""Pauses, and what travelling does to dates, against oracles that walk."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from recovery.calendar import rules
from recovery.calendar.rules import PauseRange, ZoneFact
from recovery.kernel import days
from tests.recovery.strategies import (
    at_utc,
    examples,
    naive_local_date,
    pause_lists,
    zone_histories,
)

FIRST, LAST = date(2024, 3, 25), date(2024, 4, 5)  # clocks change in between, in both directions
some_dates = st.dates(FIRST, LAST)
BERLIN = [ZoneFact(at_utc("2020-01-01 00:00"), "Europe/Berlin", 0)]


def walked_seconds(day: date, facts: list[ZoneFact]) -> float:
    """Add up the minutes of a date: each under the facts in force in it.

    A date runs from when it first begins to when the next first begins, so that an hour that
    is repeated across the beginning of a day belongs to the later one.
    """
    start = datetime.combine(day, time(), tzinfo=UTC) - timedelta(hours=20)
    minutes = [start + timedelta(minutes=n) for n in range(76 * 60)]
    total = 0
    for index, fact in enumerate(facts):
        begun: date | None = None
        for minute in minutes:
            shown = naive_local_date(minute, zone=fact.zone, day_start_hour=fact.day_start_hour)
            begun = shown if begun is None else max(begun, shown)
            after_change = index == 0 or minute >= fact.effective_at
            before_next = index + 1 == len(facts) or minute < facts[index + 1].effective_at
            total += 60 * (begun == day and after_change and before_next)
    return total


@given(day=some_dates, facts=zone_histories(first=FIRST, last=LAST))
@examples(80)
def test_the_time_lived_on_a_date_is_the_sum_of_its_minutes(
    day: date, facts: list[ZoneFact]
) -> None:
    assert rules.lived_seconds(day, facts=facts) == walked_seconds(day, facts)


@given(facts=zone_histories(first=FIRST, last=LAST))
@examples(100)
def test_every_second_is_lived_on_one_date_whatever_the_travel(
    facts: list[ZoneFact],
) -> None:
    window = [FIRST + timedelta(days=n) for n in range(-40, 20)]
    lived = sum(rules.lived_seconds(day, facts=facts) for day in window)
    first, last = facts[0], facts[-1]
    begins = days.day_starts_at(window[0], zone=first.zone, day_start_hour=first.day_start_hour)
    ends = days.day_ends_at(window[-1], zone=last.zone, day_start_hour=last.day_start_hour)
    assert lived == (ends - begins).total_seconds()


@given(
    after=some_dates,
    length=st.one_of(st.integers(-1, 6), st.integers(7, 40)),
    facts=zone_histories(first=FIRST, last=LAST),
    pauses=pause_lists(first=FIRST, last=LAST),
)
@examples(300)
def test_dates_are_bridged_if_each_one_between_is_paused(
    after: date, length: int, facts: list[ZoneFact], pauses: list[PauseRange]
) -> None:
    before = after + timedelta(days=length)
    between = [after + timedelta(days=n) for n in range(1, length)]
    expected = all(rules.is_paused(day, pauses=pauses, facts=facts) for day in between)
    assert rules.bridged(after, before, pauses=pauses, facts=facts) == expected


@given(
    day=some_dates,
    facts=zone_histories(first=FIRST, last=LAST),
    pauses=pause_lists(first=FIRST, last=LAST),
)
@examples(200)
def test_a_date_is_paused_within_a_pause_or_when_little_of_it_was_lived(
    day: date, facts: list[ZoneFact], pauses: list[PauseRange]
) -> None:
    covered = any(p.from_date <= day <= (p.to_date or date.max) for p in pauses)
    short = rules.lived_seconds(day, facts=facts) < 12 * 60 * 60
    assert rules.is_paused(day, pauses=pauses, facts=facts) == (covered or short)


def test_an_open_pause_of_five_years_is_bridged_without_looking_at_its_dates(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    looked_at: list[date] = []
    lived = rules.lived_seconds

    def lived_and_noted(day: date, *, facts: list[ZoneFact]) -> float:
        looked_at.append(day)
        return lived(day, facts=facts)

    monkeypatch.setattr(rules, "lived_seconds", lived_and_noted)
    pauses = [PauseRange(date(2019, 1, 2), None)]
    assert rules.bridged(date(2019, 1, 1), date(2024, 1, 1), pauses=pauses, facts=BERLIN)
    assert looked_at == []
    assert not rules.bridged(date(2018, 1, 1), date(2024, 1, 1), pauses=pauses, facts=BERLIN)
    assert looked_at == [date(2018, 1, 2)]


def test_pauses_that_touch_bridge_and_a_date_between_them_does_not() -> None:
    touching = [
        PauseRange(date(2024, 5, 6), date(2024, 5, 9)),
        PauseRange(date(2024, 5, 2), date(2024, 5, 5)),
    ]
    apart = [
        PauseRange(date(2024, 5, 2), date(2024, 5, 5)),
        PauseRange(date(2024, 5, 7), date(2024, 5, 9)),
    ]
    ends = date(2024, 5, 1), date(2024, 5, 10)
    assert rules.bridged(*ends, pauses=touching, facts=BERLIN)
    assert not rules.bridged(*ends, pauses=apart, facts=BERLIN)


def test_a_pause_of_one_date_bridges_it() -> None:
    pause = [PauseRange(date(2024, 5, 2), date(2024, 5, 2))]
    assert rules.bridged(date(2024, 5, 1), date(2024, 5, 3), pauses=pause, facts=BERLIN)
    assert not rules.bridged(date(2024, 5, 1), date(2024, 5, 4), pauses=pause, facts=BERLIN)


def test_neighbouring_dates_are_bridged_with_nothing_between_them() -> None:
    assert rules.bridged(date(2024, 5, 1), date(2024, 5, 2), pauses=[], facts=BERLIN)
    assert not rules.bridged(date(2024, 5, 1), date(2024, 5, 3), pauses=[], facts=BERLIN)


def test_a_date_of_23_or_25_hours_is_a_normal_date() -> None:
    assert rules.lived_seconds(date(2024, 3, 31), facts=BERLIN) == 23 * 3600
    assert rules.lived_seconds(date(2024, 10, 27), facts=BERLIN) == 25 * 3600
    assert not rules.counts_as_paused(date(2024, 3, 31), facts=BERLIN)


def test_a_date_that_the_zone_itself_skips_counts_as_paused() -> None:
    apia = [ZoneFact(at_utc("2011-01-01 00:00"), "Pacific/Apia", 0)]
    assert rules.lived_seconds(date(2011, 12, 30), facts=apia) == 0
    assert rules.counts_as_paused(date(2011, 12, 30), facts=apia)
    assert not rules.counts_as_paused(date(2011, 12, 29), facts=apia)
    assert not rules.counts_as_paused(date(2011, 12, 31), facts=apia)


def test_flying_west_over_the_date_line_repeats_a_date_and_pauses_none() -> None:
    # Auckland 20:00 on 2 May is Honolulu 22:00 on 1 May: both dates get more than 24 hours.
    facts = [
        ZoneFact(at_utc("2024-01-01 00:00"), "Pacific/Auckland", 0),
        ZoneFact(at_utc("2024-05-02 08:00"), "Pacific/Honolulu", 0),
    ]
    assert rules.lived_seconds(date(2024, 5, 1), facts=facts) == 26 * 3600
    assert rules.lived_seconds(date(2024, 5, 2), facts=facts) == (20 + 24) * 3600


def test_flying_east_over_the_date_line_skips_a_date_which_counts_as_paused() -> None:
    # Honolulu 23:00 on 1 May is Auckland 21:00 on 2 May: three hours of 2 May are left.
    facts = [
        ZoneFact(at_utc("2024-01-01 00:00"), "Pacific/Honolulu", 0),
        ZoneFact(at_utc("2024-05-02 09:00"), "Pacific/Auckland", 0),
    ]
    assert rules.lived_seconds(date(2024, 5, 2), facts=facts) == 3 * 3600
    assert rules.counts_as_paused(date(2024, 5, 2), facts=facts)
    assert not rules.counts_as_paused(date(2024, 5, 1), facts=facts)


@pytest.mark.parametrize(("day_start_hour", "paused"), [(5, False), (6, True)])
def test_a_date_of_exactly_12_hours_is_lived_and_a_shorter_one_is_paused(
    day_start_hour: int, paused: bool
) -> None:
    # The date starts at 05:00 or 06:00 UTC and ends at 17:00 UTC, when it is midnight at +07:00.
    facts = [
        ZoneFact(at_utc("2024-01-01 00:00"), "UTC", day_start_hour),
        ZoneFact(at_utc("2024-05-02 06:00"), "+07:00", 0),
    ]
    assert rules.lived_seconds(date(2024, 5, 2), facts=facts) == (17 - day_start_hour) * 3600
    assert rules.counts_as_paused(date(2024, 5, 2), facts=facts) is paused


def test_the_first_fact_is_in_force_since_ever_and_each_from_its_instant_on() -> None:
    facts = [
        ZoneFact(at_utc("2024-01-01 00:00"), "Europe/Berlin", 0),
        ZoneFact(at_utc("2024-05-01 00:00"), "Asia/Tokyo", 4),
    ]
    assert rules.in_force(at=at_utc("1990-01-01 00:00"), facts=facts) == facts[0]
    assert rules.in_force(at=at_utc("2024-04-30 23:59"), facts=facts) == facts[0]
    assert rules.in_force(at=at_utc("2024-05-01 00:00"), facts=facts) == facts[1]
    with pytest.raises(ValueError, match="at least one"):
        rules.in_force(at=at_utc("2024-05-01 00:00"), facts=[])


def test_nothing_is_judged_for_24_hours_after_a_change() -> None:
    facts = [
        ZoneFact(at_utc("2024-01-01 00:00"), "Europe/Berlin", 0),
        ZoneFact(at_utc("2024-05-01 12:00"), "Asia/Tokyo", 0),
        ZoneFact(at_utc("2024-05-08 12:00"), "Asia/Tokyo", 4),
        ZoneFact(at_utc("2024-05-20 12:00"), "Asia/Tokyo", 4),  # says nothing new
    ]
    changed_lately = {
        "2024-01-01 01:00": False,  # the first fact is no change
        "2024-05-01 11:59": False,
        "2024-05-01 12:00": True,
        "2024-05-02 11:59": True,
        "2024-05-02 12:00": False,
        "2024-05-09 11:00": True,  # the day start changed
        "2024-05-20 13:00": False,
    }
    for now, expected in changed_lately.items():
        assert rules.last_zone_change_within(now=at_utc(now), facts=facts) is expected, now
    assert rules.last_zone_change_within(now=at_utc("2024-05-03 11:00"), facts=facts, hours=48)


def test_a_change_stays_recent_although_a_repeat_of_it_follows() -> None:
    facts = [
        ZoneFact(at_utc("2024-01-01 00:00"), "Europe/Berlin", 0),
        ZoneFact(at_utc("2024-05-01 12:00"), "Asia/Tokyo", 0),
        ZoneFact(at_utc("2024-05-01 18:00"), "Asia/Tokyo", 0),
    ]
    assert rules.last_zone_change_within(now=at_utc("2024-05-01 20:00"), facts=facts)
