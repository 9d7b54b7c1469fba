"""Hypothesis strategies for people's time: zones, day starts, dates, histories of zones."""

from __future__ import annotations

import zoneinfo
from datetime import UTC, date, datetime, timedelta

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st

from recovery.calendar.rules import PauseRange, ZoneFact
from recovery.kernel import days

# Importing days has made the tzdata package the only source, so these are exactly its zones.
ALL_ZONES = sorted(zoneinfo.available_timezones() - {"Factory"})
DAY_STARTS = range(7)

# From the first place to see a date to the last, with half and quarter hours, a half-hour and a
# two-hour clock change, a change at midnight, and a stored offset.
VARIED_ZONES = [
    "Pacific/Kiritimati",
    "Pacific/Chatham",
    "Australia/Lord_Howe",
    "Asia/Kathmandu",
    "Asia/Beirut",
    "Europe/Berlin",
    "UTC",
    "Antarctica/Troll",
    "America/St_Johns",
    "America/New_York",
    "Pacific/Pago_Pago",
    "+05:45",
]

all_zones = st.sampled_from(ALL_ZONES)
zones = st.sampled_from(VARIED_ZONES)
day_starts = st.integers(0, 6)
# Since 1973 every offset in force has been a whole number of minutes.
modern_dates = st.dates(date(1973, 1, 1), date(2037, 12, 31))


def examples(number: int) -> settings:
    """Try a number of examples, however slow the machine is that tries them."""
    return settings(
        max_examples=number, deadline=None, suppress_health_check=[HealthCheck.too_slow]
    )


@st.composite
def modern_instants(draw: st.DrawFn) -> datetime:
    """Draw an instant at a whole minute."""
    start = datetime(1973, 1, 1, tzinfo=UTC)
    return start + timedelta(minutes=draw(st.integers(0, 65 * 365 * 24 * 60)))


@st.composite
def zone_histories(draw: st.DrawFn, *, first: date, last: date) -> list[ZoneFact]:
    """Draw the zones and day starts of someone who moves between two dates."""
    start = datetime(first.year, first.month, first.day, tzinfo=UTC)
    minutes = (last - first).days * 24 * 60
    moves = draw(st.lists(st.integers(0, minutes), max_size=4, unique=True).map(sorted))
    return [
        ZoneFact(start + timedelta(minutes=at), draw(zones), draw(day_starts))
        for at in [-30 * 24 * 60, *moves]
    ]


@st.composite
def pause_lists(draw: st.DrawFn, *, first: date, last: date) -> list[PauseRange]:
    """Draw up to four pauses, which may overlap, touch, or be open."""
    span = (last - first).days
    pauses = []
    for _ in range(draw(st.integers(0, 4))):
        begins = first + timedelta(days=draw(st.integers(-3, span)))
        length = draw(st.one_of(st.none(), st.integers(0, 12)))
        ends = None if length is None else begins + timedelta(days=length)
        pauses.append(PauseRange(begins, ends))
    return pauses


def at_utc(text: str) -> datetime:
    """Read an instant as the tests write it: ``2024-03-31 01:00`` is in UTC."""
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def dates(text: str) -> list[date]:
    """Read dates of one month: ``2024-03: 1 2 5`` gives three."""
    month, _, numbers = text.partition(":")
    year, number = (int(part) for part in month.split("-"))
    return [date(year, number, int(day)) for day in numbers.split()]


def naive_local_date(instant: datetime, *, zone: str, day_start_hour: int) -> date:
    """Return the local date by shifting the wall clock back by the hours before the day starts."""
    offset = instant.astimezone(days.zone(zone)).utcoffset()
    assert offset is not None
    wall = instant.replace(tzinfo=None) + offset
    return (wall - timedelta(hours=day_start_hour)).date()
