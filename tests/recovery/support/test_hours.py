"""Within the hours that a helper chose, against a walk over what the clock on the wall shows."""

from __future__ import annotations

from datetime import UTC, datetime, time
from zoneinfo import ZoneInfo

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from recovery.kernel import days
from recovery.support import hours

ZONES = [
    *("Europe/Berlin", "America/New_York", "America/St_Johns", "Pacific/Apia", "Asia/Kathmandu"),
    *("Australia/Lord_Howe", "Africa/Casablanca", "UTC", "+05:45", "-03:30"),
]


def walk(start: time, end: time) -> set[tuple[int, int]]:
    """Every minute that a clock shows from one time on, one by one, until it shows the other."""
    shown, found = (start.hour, start.minute), set()
    while True:
        found.add(shown)
        hour, minute = shown
        shown = (hour, minute + 1) if minute < 59 else ((hour + 1) % 24, 0)
        if shown == (end.hour, end.minute):
            return found


whole_minutes = st.builds(time, st.integers(0, 23), st.integers(0, 59))


def between(first: str, last: str) -> st.SearchStrategy[datetime]:
    """Any second from one date to another."""
    start, end = (int(datetime.fromisoformat(f"{day}T00:00Z").timestamp()) for day in (first, last))
    return st.integers(start, end).map(lambda second: datetime.fromtimestamp(second, UTC))


# Around both changes of the clocks in either half of the world, a date that Apia skipped, and any
# other time.
instants = st.one_of(
    between("2026-03-28", "2026-04-06"),
    between("2026-10-03", "2026-11-02"),
    between("2011-12-28", "2012-01-02"),
    between("2020-01-01", "2030-01-01"),
)


@given(now=instants, zone=st.sampled_from(ZONES), start=whole_minutes, end=whole_minutes)
@example(  # 02:30 does not exist: the clock shows 03:30 instead
    now=datetime(2026, 3, 29, 1, 30, tzinfo=UTC),
    zone="Europe/Berlin",
    start=time(2, 15),
    end=time(2, 45),
)
@example(  # 02:30 for the second time
    now=datetime(2026, 10, 25, 1, 30, tzinfo=UTC),
    zone="Europe/Berlin",
    start=time(2, 15),
    end=time(2, 45),
)
def test_it_is_what_walking_through_the_minutes_says(
    now: datetime, zone: str, start: time, end: time
) -> None:
    wall = now.astimezone(days.zone(zone))
    expected = (wall.hour, wall.minute) in walk(start, end)
    assert hours.within(now=now, zone=zone, start=start, end=end) is expected


@given(now=instants)
def test_a_range_over_midnight_is_what_the_range_by_day_leaves_out(now: datetime) -> None:
    night = hours.within(now=now, zone="Europe/Berlin", start=time(22), end=time(7))
    by_day = hours.within(now=now, zone="Europe/Berlin", start=time(7), end=time(22))
    assert night is not by_day


@pytest.mark.parametrize(
    ("at", "within"),
    [
        ("2026-11-22T20:59:59Z", False),  # 21:59:59 in Berlin
        ("2026-11-22T21:00:00Z", True),
        ("2026-11-23T05:59:59Z", True),
        ("2026-11-23T06:00:00Z", False),  # 07:00: the end is not part of it
    ],
)
def test_the_first_second_counts_and_the_last_minute_ends(at: str, within: bool) -> None:
    now = datetime.fromisoformat(at)
    found = hours.within(now=now, zone="Europe/Berlin", start=time(22), end=time(7))
    assert found is within


def test_in_the_night_with_an_hour_twice_both_are_in_it() -> None:
    first, second = (datetime(2026, 10, 25, hour, 30, tzinfo=UTC) for hour in (0, 1))
    for now in (first, second):
        assert hours.within(now=now, zone="Europe/Berlin", start=time(2), end=time(3))


def test_whoever_chose_no_hours_is_asked_by_day() -> None:
    for hour in range(24):
        now = datetime(2026, 11, 22, hour, 30, tzinfo=UTC)
        shown = now.astimezone(ZoneInfo("Pacific/Auckland")).hour
        asked = hours.within(now=now, zone="Pacific/Auckland", start=None, end=None)
        assert asked is (8 <= shown < 22)
