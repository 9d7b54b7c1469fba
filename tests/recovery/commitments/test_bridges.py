from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from recovery.calendar import rules as calendar
from recovery.calendar.rules import PauseRange, ZoneFact
from recovery.commitments.bridges import Bridges, skipped_dates
from tests.recovery.strategies import all_zones, at_utc, day_starts, examples

FIRST = date(2011, 12, 20)  # Apia skipped the 30th
LONG_AGO = at_utc("1970-01-01 00:00")
offsets = st.integers(0, 20)
pauses = st.lists(
    st.tuples(offsets, st.one_of(st.none(), st.integers(0, 6))).map(
        lambda drawn: PauseRange(
            FIRST + timedelta(days=drawn[0]),
            None if drawn[1] is None else FIRST + timedelta(days=drawn[0] + drawn[1]),
        )
    ),
    max_size=5,
)
zones = st.sampled_from(["Pacific/Apia", "Europe/Berlin"])


@given(
    paused=pauses,
    zone=zones,
    day_start_hour=day_starts,
    first=offsets,
    length=st.integers(-2, 20),
    weekdays=st.frozensets(st.integers(0, 6)),
)
@examples(400)
def test_paused_dates_are_counted_and_passed_over_as_walking_does(
    paused: list[PauseRange],
    zone: str,
    day_start_hour: int,
    first: int,
    length: int,
    weekdays: frozenset[int],
) -> None:
    bridges = Bridges(paused, zone=zone, day_start_hour=day_start_hour)
    facts = [ZoneFact(LONG_AGO, zone, day_start_hour)]
    begins = FIRST + timedelta(days=first)
    walked = [begins + timedelta(days=n) for n in range(max(0, length))]
    bridging = [day for day in walked if calendar.is_paused(day, pauses=paused, facts=facts)]
    assert [day for day in walked if bridges.paused(day)] == bridging
    last = begins + timedelta(days=length - 1)
    expected = sum(day.weekday() in weekdays for day in bridging)
    assert bridges.count(begins, last, weekdays=weekdays) == expected
    going_on = [begins + timedelta(days=n) for n in range(40)]
    free = [day for day in going_on if not calendar.is_paused(day, pauses=paused, facts=facts)]
    assert bridges.resumes(begins) == next(iter(free), None)


@pytest.mark.parametrize(
    ("zone", "year", "skipped"),
    [
        ("Pacific/Apia", 2011, [date(2011, 12, 30)]),
        ("Pacific/Kwajalein", 1993, [date(1993, 8, 21)]),
        ("Europe/Berlin", 2024, []),
    ],
)
def test_the_dates_that_a_zone_skips_are_known(zone: str, year: int, skipped: list[date]) -> None:
    assert sorted(skipped_dates(zone, 0, year)) == skipped


@given(zone=all_zones, year=st.integers(1973, 2037), day_start_hour=day_starts)
@examples(15)
def test_skipped_dates_are_those_of_which_less_than_half_a_day_was_lived(
    zone: str, year: int, day_start_hour: int
) -> None:
    facts = [ZoneFact(LONG_AGO, zone, day_start_hour)]
    dates = (date(year, 1, 1) + timedelta(days=n) for n in range(366))
    expected = {
        day for day in dates if day.year == year and calendar.counts_as_paused(day, facts=facts)
    }
    assert skipped_dates(zone, day_start_hour, year) == expected
