"""Local dates, wall clocks and calendar units, against oracles that only count.

Two oracles: one walks minute by minute (Hypothesis picks where), one knows a zone as stretches
with a constant offset and is run around clock changes of every zone in the tz database.
"""

from __future__ import annotations

import zoneinfo
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, timezone
from functools import cache
from itertools import pairwise
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from recovery.kernel import days
from tests.recovery.strategies import (
    ALL_ZONES,
    DAY_STARTS,
    all_zones,
    at_utc,
    day_starts,
    examples,
    modern_dates,
    modern_instants,
    naive_local_date,
)

MINUTE = timedelta(minutes=1)
HOUR = timedelta(hours=1)
EVERY_DAY = frozenset(range(7))


# --- the minute-by-minute oracle ------------------------------------------------------------


def wall_minutes(zone: str, around: date) -> list[tuple[datetime, datetime]]:
    """List (instant, what the clock shows) for every minute that can matter to a date."""
    rules = days.zone(zone)
    first = datetime.combine(around, time(), tzinfo=UTC) - timedelta(hours=40)
    instants = (first + n * MINUTE for n in range(120 * 60))
    return [(t, t.astimezone(rules).replace(tzinfo=None)) for t in instants]


def scanned_instant_of(day: date, at: time, *, zone: str, day_start_hour: int) -> datetime | None:
    wall_date = day + timedelta(days=1) if at.hour < day_start_hour else day
    wanted = datetime.combine(wall_date, at)
    shown = wall_minutes(zone, wall_date)
    if not any(wall.date() == wall_date for _, wall in shown):
        return None
    for instant, wall in shown:
        if wall == wanted:
            return instant
    for (_, before), (instant, wall) in pairwise(shown):
        if before < wanted < wall:
            gap = wall - before - MINUTE
            return instant + (wanted + gap - wall)
    raise AssertionError("the clock neither shows the time nor jumps over it")


def scanned_day_starts_at(day: date, *, zone: str, day_start_hour: int) -> datetime:
    for instant, _ in wall_minutes(zone, day):
        if naive_local_date(instant, zone=zone, day_start_hour=day_start_hour) >= day:
            return instant
    raise AssertionError("the day never starts")


# --- the oracle of constant stretches -------------------------------------------------------


@dataclass(frozen=True)
class Stretch:
    begins: datetime
    ends: datetime
    offset: timedelta


def offset_at(instant: datetime, zone: str) -> timedelta:
    offset = instant.astimezone(days.zone(zone)).utcoffset()
    assert offset is not None
    return offset


def change_between(low: datetime, high: datetime, zone: str) -> datetime:
    """Return the second at which the offset at ``high`` begins, by halving."""
    before, seconds = offset_at(low, zone), int((high - low).total_seconds())
    short, long = 0, seconds
    while long - short > 1:
        middle = (short + long) // 2
        if offset_at(low + timedelta(seconds=middle), zone) == before:
            short = middle
        else:
            long = middle
    return low + timedelta(seconds=long)


def stretches(zone: str, around: datetime) -> list[Stretch]:
    """Return the constant stretches of the nine days around an instant."""
    instants = [around + hours * HOUR for hours in range(-108, 109, 3)]
    cuts = [
        change_between(low, high, zone)
        for low, high in pairwise(instants)
        if offset_at(low, zone) != offset_at(high, zone)
    ]
    edges = [instants[0], *cuts, instants[-1]]
    return [Stretch(begins, ends, offset_at(begins, zone)) for begins, ends in pairwise(edges)]


def instant_in(known: list[Stretch], wall: datetime) -> datetime | None:
    wall = wall.replace(tzinfo=UTC)
    midnight = wall.replace(hour=0, minute=0)
    one_day = timedelta(days=1)
    if not any(
        one.begins + one.offset < midnight + one_day and midnight < one.ends + one.offset
        for one in known
    ):
        return None
    for one in known:
        if one.begins <= wall - one.offset < one.ends:
            return wall - one.offset
    for one, following in pairwise(known):
        if one.ends + one.offset <= wall < following.begins + following.offset:
            return wall + (following.offset - one.offset) - following.offset
    raise AssertionError("the clock neither shows the time nor jumps over it")


def first_showing_in(known: list[Stretch], wall: datetime) -> datetime:
    wall = wall.replace(tzinfo=UTC)
    return min(max(one.begins, wall - one.offset) for one in known if wall < one.ends + one.offset)


@cache
def clock_changes(zone: str) -> list[datetime]:
    """Return instants before clock changes of a zone from 1970 to 2037, to within a week."""
    start = datetime(1970, 1, 4, tzinfo=UTC)
    weeks = [start + timedelta(weeks=n) for n in range(68 * 52)]
    return [
        change_between(low, high, zone)
        for low, high in pairwise(weeks)
        if offset_at(low, zone) != offset_at(high, zone)
    ]


def changes_to_try(zone: str) -> list[datetime]:
    """Choose some clock changes: all that move by two hours or more, and three others."""
    changes = clock_changes(zone)
    jumps = [at for at in changes if abs(offset_at(at, zone) - offset_at(at - HOUR, zone)) > HOUR]
    some = Random(zone).sample(changes, min(3, len(changes)))
    return [*jumps[:6], *some] or [datetime(2024, 3, 31, 1, tzinfo=UTC)]


# --- every zone -----------------------------------------------------------------------------


def test_the_tzdata_package_is_the_only_source_of_zones() -> None:
    assert zoneinfo.TZPATH == ()
    assert len(ALL_ZONES) > 590


def test_wall_clocks_are_right_around_clock_changes_of_every_zone() -> None:
    tried = 0
    for index, zone in enumerate(ALL_ZONES):
        for change in changes_to_try(zone):
            known = stretches(zone, change)
            middle = (
                change.replace(tzinfo=None)
                + (offset_at(change - HOUR, zone) + offset_at(change, zone)) / 2
            )
            times = [time(0), time(2, 30), time(23, 45), middle.time().replace(microsecond=0)]
            for ahead in (-1, 0, 1):
                day = middle.date() + timedelta(days=ahead)
                for at in times:
                    h = (index + tried) % 7
                    tried += 1
                    wall_date = day + timedelta(days=1) if at.hour < h else day
                    expected = instant_in(known, datetime.combine(wall_date, at))
                    found = days.instant_of(day, at, zone=zone, day_start_hour=h)
                    assert found == expected, (zone, day, at, h)
    assert tried > 15_000


def test_days_start_and_end_right_around_clock_changes_of_every_zone_and_day_start() -> None:
    for zone in ALL_ZONES:
        for change in changes_to_try(zone)[:3]:
            known = stretches(zone, change)
            change_date = (change + offset_at(change, zone)).date()
            for h in DAY_STARTS:
                for day in (change_date - timedelta(days=1), change_date):
                    expected = first_showing_in(known, datetime.combine(day, time(h)))
                    found = days.day_starts_at(day, zone=zone, day_start_hour=h)
                    assert found == expected, (zone, day, h)
                    assert (
                        days.day_ends_at(day - timedelta(days=1), zone=zone, day_start_hour=h)
                        == found
                    )


def test_local_dates_are_right_around_clock_changes_of_every_zone_and_day_start() -> None:
    for zone in ALL_ZONES:
        for change in changes_to_try(zone)[:3]:
            for h in DAY_STARTS:
                for hours in range(-30, 31, 4):
                    instant = change + hours * HOUR - timedelta(seconds=1)
                    assert days.local_date(
                        instant, zone=zone, day_start_hour=h
                    ) == naive_local_date(instant, zone=zone, day_start_hour=h), (zone, instant, h)


# --- any zone, minute by minute -------------------------------------------------------------


@given(instant=modern_instants(), zone=all_zones, h=day_starts)
@examples(300)
def test_a_local_date_is_the_wall_clock_moved_back_by_the_day_start(
    instant: datetime, zone: str, h: int
) -> None:
    expected = naive_local_date(instant, zone=zone, day_start_hour=h)
    assert days.local_date(instant, zone=zone, day_start_hour=h) == expected


@given(
    day=modern_dates,
    at=st.times().map(lambda t: t.replace(second=0, microsecond=0)),
    zone=all_zones,
    h=day_starts,
)
@examples(60)
def test_a_wall_clock_is_what_walking_minute_by_minute_finds(
    day: date, at: time, zone: str, h: int
) -> None:
    expected = scanned_instant_of(day, at, zone=zone, day_start_hour=h)
    assert days.instant_of(day, at, zone=zone, day_start_hour=h) == expected


@given(data=st.data(), zone=all_zones, h=day_starts)
@examples(60)
def test_a_day_starts_where_walking_minute_by_minute_finds_it(
    data: st.DataObject, zone: str, h: int
) -> None:
    changes = [at for at in clock_changes(zone) if at.year >= 1973]
    near_change = st.sampled_from(changes).map(lambda at: at.date()) if changes else modern_dates
    day = data.draw(st.one_of(near_change, modern_dates))
    expected = scanned_day_starts_at(day, zone=zone, day_start_hour=h)
    assert days.day_starts_at(day, zone=zone, day_start_hour=h) == expected


@given(day=modern_dates, at=st.times(), zone=all_zones, h=day_starts)
@examples(200)
def test_a_time_that_the_clock_shows_is_on_its_own_local_date(
    day: date, at: time, zone: str, h: int
) -> None:
    instant = days.instant_of(day, at, zone=zone, day_start_hour=h)
    if instant is not None and instant.astimezone(days.zone(zone)).time() == at:
        assert days.local_date(instant, zone=zone, day_start_hour=h) == day


@given(
    after=modern_instants(),
    at=st.times(),
    weekdays=st.frozensets(st.integers(0, 6), min_size=1),
    zone=all_zones,
    h=day_starts,
    served=st.one_of(st.none(), st.integers(-3, 3)),
)
@examples(200)
def test_the_next_occurrence_is_the_first_of_all_that_follow(
    after: datetime, at: time, weekdays: frozenset[int], zone: str, h: int, served: int | None
) -> None:
    last = None if served is None else after.date() + timedelta(days=served)
    candidates = []
    for ahead in range(-4, 25):
        day = after.date() + timedelta(days=ahead)
        instant = days.instant_of(day, at, zone=zone, day_start_hour=h)
        if instant and instant > after and day.weekday() in weekdays and (not last or day > last):
            candidates.append((day, instant))
    expected_day, expected = min(candidates)
    assert days.next_occurrence(
        after=after, at=at, weekdays=weekdays, zone=zone, day_start_hour=h, last_local_date=last
    ) == (expected, expected_day)


# --- names of zones -------------------------------------------------------------------------


def test_every_zone_name_has_a_canonical_form_with_the_same_clocks() -> None:
    instants = [at_utc("1975-01-01 00:00") + timedelta(days=91 * n) for n in range(200)]
    for name in ALL_ZONES:
        kept = days.canonical_zone(name)
        assert days.canonical_zone(kept) == kept
        if kept != name:
            for instant in instants:
                assert offset_at(instant, name) == offset_at(instant, kept), (name, kept, instant)


@pytest.mark.parametrize(
    ("given_name", "kept"),
    [
        ("Europe/Kiev", "Europe/Kyiv"),
        ("Asia/Calcutta", "Asia/Kolkata"),
        ("US/Eastern", "America/New_York"),
        ("Europe/Berlin", "Europe/Berlin"),
        ("Europe/Stockholm", "Europe/Stockholm"),
        ("Iceland", "Atlantic/Reykjavik"),
        ("Pacific/Truk", "Pacific/Chuuk"),
        ("Etc/UTC", "UTC"),
        ("Zulu", "UTC"),
        ("GMT", "UTC"),
        ("Etc/GMT+5", "Etc/GMT+5"),
    ],
)
def test_an_alias_is_kept_under_its_canonical_name(given_name: str, kept: str) -> None:
    assert days.canonical_zone(given_name) == kept


@pytest.mark.parametrize(
    "name",
    [
        "",
        "Mars/Olympus",
        "europe/berlin",
        "Factory",
        "../../etc/passwd",
        "Europe",
        "a\0b",
        "+24:00",
        "+18:01",
        "+05:60",
        "05:45",
        "+5:45",
        "+05:45:00",
        "+٠٥:٤٥",
        "zone.tab",
    ],
)
def test_what_is_no_zone_is_refused_by_name(name: str) -> None:
    with pytest.raises(days.UnknownZone):
        days.zone(name)
    with pytest.raises(days.UnknownZone):
        days.canonical_zone(name)


def test_a_stored_offset_is_a_zone_but_not_a_name() -> None:
    instant = at_utc("2024-05-01 18:20")
    assert days.local_date(instant, zone="+05:45") == date(2024, 5, 2)
    assert days.local_date(instant, zone="-18:00") == date(2024, 5, 1)
    with pytest.raises(days.UnknownZone):
        days.canonical_zone("+05:45")


def test_a_fact_freezes_the_name_then_the_offset_then_the_members_own_zone() -> None:
    kathmandu = timezone(timedelta(hours=5, minutes=45))
    newfoundland = timezone(-timedelta(hours=3, minutes=30))
    instant = datetime(2024, 5, 1, 12, tzinfo=kathmandu)

    def kept(name: str | None, instant: datetime | None, fallback: str = "Europe/Berlin") -> str:
        return days.zone_or_offset(name=name, instant=instant, fallback=fallback)

    assert kept("Asia/Katmandu", instant) == "Asia/Kathmandu"
    assert kept("Mars/Olympus", instant) == "+05:45"
    assert kept(None, instant) == "+05:45"
    assert kept(None, instant.astimezone(newfoundland)) == "-03:30"
    assert kept("Mars/Olympus", None) == "Europe/Berlin"
    assert kept(None, instant.replace(tzinfo=None)) == "Europe/Berlin"


def test_an_offset_that_says_nothing_new_leaves_the_members_own_zone() -> None:
    summer = datetime(2024, 7, 1, 12, tzinfo=timezone(timedelta(hours=2)))
    universal = datetime(2024, 7, 1, 12, tzinfo=UTC)
    absurd = datetime(2024, 7, 1, 12, tzinfo=timezone(timedelta(hours=23, minutes=59)))
    for instant in (summer, universal, absurd):
        assert (
            days.zone_or_offset(name=None, instant=instant, fallback="Europe/Berlin")
            == "Europe/Berlin"
        )


@given(
    wall=st.datetimes(datetime(1900, 1, 1), datetime(2200, 1, 1)),  # noqa: DTZ001 -- Hypothesis
    offset=st.integers(-1439, 1439).map(lambda minutes: timezone(timedelta(minutes=minutes))),
    name=st.one_of(st.none(), st.text()),
)
@examples(200)
def test_no_check_in_is_refused_for_its_zone(
    wall: datetime, offset: timezone, name: str | None
) -> None:
    instant = wall.replace(tzinfo=offset)
    kept = days.zone_or_offset(name=name, instant=instant, fallback="Europe/Berlin")
    assert days.local_date(instant, zone=kept)


# --- awkward hours, by hand -----------------------------------------------------------------


def test_a_time_in_the_gap_moves_on_by_the_gap() -> None:
    found = days.instant_of(date(2024, 3, 31), time(2, 30), zone="Europe/Berlin")
    assert found == at_utc("2024-03-31 01:30")  # 03:30 in Berlin


def test_a_time_in_the_fold_is_the_first_of_the_two() -> None:
    found = days.instant_of(date(2024, 10, 27), time(2, 30), zone="Europe/Berlin")
    assert found == at_utc("2024-10-27 00:30")


def test_a_time_on_a_date_that_the_zone_skips_never_comes() -> None:
    assert days.instant_of(date(2011, 12, 30), time(12), zone="Pacific/Apia") is None


def test_a_skipped_date_starts_and_ends_when_the_next_begins() -> None:
    starts = days.day_starts_at(date(2011, 12, 30), zone="Pacific/Apia")
    ends = days.day_ends_at(date(2011, 12, 30), zone="Pacific/Apia")
    assert starts == ends == at_utc("2011-12-30 10:00")


def test_a_gap_over_midnight_moves_a_time_to_the_next_calendar_date() -> None:
    # Toronto put its clocks on from 23:30 to 00:30 on 30 March 1919: no date was skipped.
    found = days.instant_of(date(1919, 3, 30), time(23, 45), zone="America/Toronto")
    assert found == at_utc("1919-03-31 04:45")


def test_a_day_that_has_no_midnight_starts_after_the_gap() -> None:
    starts = days.day_starts_at(date(2024, 3, 31), zone="Asia/Beirut")
    assert starts == at_utc("2024-03-30 22:00")  # the clock goes from 00:00 to 01:00


def test_an_hour_below_the_day_start_belongs_to_the_date_before() -> None:
    at_two = at_utc("2024-05-02 00:00")  # 02:00 in Berlin
    assert days.local_date(at_two, zone="Europe/Berlin", day_start_hour=4) == date(2024, 5, 1)
    assert (
        days.instant_of(date(2024, 5, 1), time(2), zone="Europe/Berlin", day_start_hour=4) == at_two
    )


def test_a_reminder_in_the_gap_fires_after_it_and_the_next_day_at_its_time() -> None:
    first, day = days.next_occurrence(
        after=at_utc("2025-03-09 00:00"),
        at=time(2, 30),
        weekdays=EVERY_DAY,
        zone="America/New_York",
    )
    assert (first, day) == (at_utc("2025-03-09 07:30"), date(2025, 3, 9))
    second, day = days.next_occurrence(
        after=first, at=time(2, 30), weekdays=EVERY_DAY, zone="America/New_York"
    )
    assert (second, day) == (at_utc("2025-03-10 06:30"), date(2025, 3, 10))


def test_a_reminder_that_the_gap_moves_out_of_its_own_date_is_not_lost() -> None:
    # With days from 03:00, 02:30 on the 9th belongs to the 8th; the gap makes it 03:30 on the 9th.
    found = days.next_occurrence(
        after=at_utc("2025-03-09 07:15"),
        at=time(2, 30),
        weekdays=EVERY_DAY,
        zone="America/New_York",
        day_start_hour=3,
    )
    assert found == (at_utc("2025-03-09 07:30"), date(2025, 3, 8))


def test_a_reminder_in_the_fold_fires_once() -> None:
    first, _ = days.next_occurrence(
        after=at_utc("2025-11-02 00:00"),
        at=time(1, 30),
        weekdays=EVERY_DAY,
        zone="America/New_York",
    )
    second, _ = days.next_occurrence(
        after=first, at=time(1, 30), weekdays=EVERY_DAY, zone="America/New_York"
    )
    assert (first, second) == (at_utc("2025-11-02 05:30"), at_utc("2025-11-03 06:30"))


def test_a_friday_that_the_zone_skips_is_left_for_the_friday_after() -> None:
    found = days.next_occurrence(
        after=at_utc("2011-12-29 00:00"), at=time(9), weekdays=frozenset({4}), zone="Pacific/Apia"
    )
    assert found == (at_utc("2012-01-05 19:00"), date(2012, 1, 6))


def test_travelling_west_does_not_serve_a_date_twice() -> None:
    found, day = days.next_occurrence(
        after=at_utc("2024-05-02 12:00"),
        at=time(9),
        weekdays=EVERY_DAY,
        zone="America/Los_Angeles",
        last_local_date=date(2024, 5, 2),
    )
    assert (found, day) == (at_utc("2024-05-03 16:00"), date(2024, 5, 3))


@pytest.mark.parametrize("weekdays", [frozenset(), frozenset({7}), frozenset({-1, 0})])
def test_a_reminder_needs_weekdays_that_exist(weekdays: frozenset[int]) -> None:
    with pytest.raises(ValueError, match="weekdays"):
        days.next_occurrence(
            after=at_utc("2024-05-02 12:00"), at=time(9), weekdays=weekdays, zone="UTC"
        )


@pytest.mark.parametrize("hour", [-1, 7, 24])
def test_a_day_starts_between_midnight_and_six(hour: int) -> None:
    with pytest.raises(ValueError, match="0 to 6"):
        days.local_date(at_utc("2024-05-02 12:00"), zone="UTC", day_start_hour=hour)
    with pytest.raises(ValueError, match="0 to 6"):
        days.day_starts_at(date(2024, 5, 2), zone="UTC", day_start_hour=hour)


def test_an_instant_without_an_offset_is_refused() -> None:
    with pytest.raises(ValueError, match="offset"):
        days.local_date(datetime(2024, 5, 2, 12), zone="UTC")  # noqa: DTZ001 -- that is the point


# --- calendar units -------------------------------------------------------------------------


def counted_months(day: date, months: int) -> date:
    """Step month by month, then go back from the wanted day until there is one."""
    year, month = day.year, day.month
    for _ in range(months):
        year, month = (year + 1, 1) if month == 12 else (year, month + 1)
    for _ in range(-months):
        year, month = (year - 1, 12) if month == 1 else (year, month - 1)
    for wanted in range(day.day, 0, -1):
        try:
            return date(year, month, wanted)
        except ValueError:
            continue
    raise AssertionError("a month without a first")


@given(day=st.dates(date(1900, 1, 1), date(2200, 12, 31)), months=st.integers(-240, 1200))
@examples(400)
def test_months_are_added_by_the_calendar_and_clamped_to_its_months(day: date, months: int) -> None:
    assert days.add_months(day, months) == counted_months(day, months)


def test_the_last_of_a_month_and_a_leap_day_are_clamped() -> None:
    assert days.add_months(date(2024, 1, 31), 1) == date(2024, 2, 29)
    assert days.add_months(date(2023, 8, 31), 6) == date(2024, 2, 29)
    assert days.add_months(date(2024, 2, 29), 12) == date(2025, 2, 28)
    assert days.add_months(date(2024, 2, 29), 48) == date(2028, 2, 29)
    assert days.add_months(date(2024, 3, 31), -1) == date(2024, 2, 29)
