"""Local dates, wall clocks and calendar units: the only file that computes time zones.

A day belongs to a person. It is named by a local date and ruled by two things: an IANA zone and
a ``day_start_hour`` (0 to 6), the wall-clock hour at which that person's day begins. Everything
here is pure: no function reads the clock. Instants come back in UTC.

Rules: design, "Time: the rules that others get wrong".
"""

from __future__ import annotations

import re
import zoneinfo
from calendar import monthrange
from collections.abc import Mapping
from datetime import UTC, date, datetime, time, timedelta, timezone, tzinfo
from functools import lru_cache
from importlib import resources

# The pinned tzdata package is the only source, so that two servers never disagree about a day
# because their operating systems were updated at different times.
zoneinfo.reset_tzpath(to=())
zoneinfo.ZoneInfo.clear_cache()

ONE_DAY = timedelta(days=1)
LATEST_DAY_START_HOUR = 6

_OFFSET = re.compile(r"([+-])(\d\d):(\d\d)", re.ASCII)
# No place was ever more than 16 hours from UTC (Manila before 1844, -15:56); 18 leaves a margin
# and is where other libraries draw the line too.
_WIDEST_OFFSET = timedelta(hours=18)

# Old spellings whose link in the tz database leads to a neighbour country with the same clocks
# today. Their own country has a name in zone.tab, and that is what its people expect to read.
_OWN_COUNTRY = {
    "Africa/Asmera": "Africa/Asmara",
    "Africa/Timbuktu": "Africa/Bamako",
    "America/Coral_Harbour": "America/Atikokan",
    "America/Virgin": "America/St_Thomas",
    "Antarctica/South_Pole": "Antarctica/McMurdo",
    "Atlantic/Jan_Mayen": "Arctic/Longyearbyen",
    "Iceland": "Atlantic/Reykjavik",
    "Pacific/Ponape": "Pacific/Pohnpei",
    "Pacific/Truk": "Pacific/Chuuk",
    "Pacific/Yap": "Pacific/Chuuk",
}


class UnknownZone(ValueError):
    """The text is neither an IANA zone name nor a stored offset such as ``+05:45``."""


def zone(name: str) -> tzinfo:
    """Return the zone for an IANA name, or for an offset that was stored for want of a name.

    Raises UnknownZone for anything else, ``Factory`` (the "not set" entry) included.
    """
    return _zone(name)


def canonical_zone(name: str) -> str:
    """Return the name under which a zone is stored: ``Europe/Kiev`` gives ``Europe/Kyiv``.

    A name that the tz database lists for a country stays itself even where the database links
    it to another one with equal clocks: ``Europe/Stockholm`` does not become Berlin. All names
    of universal time become ``UTC``. Raises UnknownZone, for an offset too.
    """
    try:
        return _canonical_names()[name]
    except KeyError:
        raise UnknownZone(name) from None


def zone_or_offset(*, name: str | None, instant: datetime | None, fallback: str) -> str:
    """Return the zone to freeze into a fact; never refuses one because of its zone.

    The canonical form of ``name`` if it is known; else the offset that ``instant`` itself
    carries, as ``+05:45``; else ``fallback``, the member's own zone. An offset of zero is what
    phones write when they mean "universal time", not where they are, and an offset that the
    fallback has at that instant says nothing new: both give the fallback.
    """
    if name is not None:
        try:
            return canonical_zone(name)
        except UnknownZone:
            pass
    offset = instant.utcoffset() if instant is not None else None
    if instant is None or not offset or abs(offset) > _WIDEST_OFFSET:
        return fallback
    if instant.astimezone(zone(fallback)).utcoffset() == offset:
        return fallback
    sign = "-" if offset < timedelta(0) else "+"
    hours, minutes = divmod(int(abs(offset).total_seconds()) // 60, 60)
    return f"{sign}{hours:02}:{minutes:02}"


def local_date(instant: datetime, *, zone: str, day_start_hour: int = 0) -> date:
    """Return the date that an instant belongs to for a person in ``zone``.

    The wall-clock date, minus one day while the wall-clock hour is below ``day_start_hour``.
    Raises ValueError for an instant without an offset, UnknownZone for an unknown zone.
    """
    _check(instant=instant, day_start_hour=day_start_hour)
    wall = instant.astimezone(_zone(zone))
    return wall.date() - ONE_DAY if wall.hour < day_start_hour else wall.date()


def instant_of(day: date, at: time, *, zone: str, day_start_hour: int = 0) -> datetime | None:
    """Return when the clock shows ``at`` on a local date, or None if it never does.

    An hour below ``day_start_hour`` is in the small hours that still belong to ``day``, so on
    the next calendar date. A time in a gap is moved on by the length of the gap; in a fold it
    is the first of the two; on a calendar date that the zone skips there is none.
    """
    _check(day_start_hour=day_start_hour)
    wall_date = day + ONE_DAY if at.hour < day_start_hour else day
    wall = datetime.combine(wall_date, at.replace(tzinfo=None, fold=0))
    rules = _zone(zone)
    # fold=0 is exactly this rule: the offset from before a gap, the first time of a fold.
    instant = wall.replace(tzinfo=rules).astimezone(UTC)
    if instant.astimezone(rules).date() != wall_date and _skips(wall_date, rules):
        return None
    return instant


def day_starts_at(day: date, *, zone: str, day_start_hour: int = 0) -> datetime:
    """Return the first instant whose local date is ``day`` or later.

    A date that the zone skips starts (and ends) when the next one begins.
    """
    _check(day_start_hour=day_start_hour)
    return _first_showing(datetime.combine(day, time(day_start_hour)), _zone(zone))


def day_ends_at(day: date, *, zone: str, day_start_hour: int = 0) -> datetime:
    """Return the first instant whose local date is after ``day``."""
    return day_starts_at(day + ONE_DAY, zone=zone, day_start_hour=day_start_hour)


def next_occurrence(
    *,
    after: datetime,
    at: time,
    weekdays: frozenset[int],
    zone: str,
    day_start_hour: int = 0,
    last_local_date: date | None = None,
) -> tuple[datetime, date]:
    """Return the first instant after ``after`` at wall time ``at``, with its local date.

    Only local dates on ``weekdays`` (0 is Monday) and later than ``last_local_date``, the one
    that was served last, so that travelling west does not serve a date twice. Never "plus 24
    hours". Raises ValueError if ``weekdays`` is empty or names no weekday.
    """
    if not weekdays or not weekdays <= frozenset(range(7)):
        raise ValueError("weekdays must be some of 0 (Monday) to 6 (Sunday)")
    # One day back, because a time moved by a gap may fall after its own local date has ended.
    day = local_date(after, zone=zone, day_start_hour=day_start_hour) - ONE_DAY
    if last_local_date is not None:
        day = max(day, last_local_date + ONE_DAY)
    # A weekday comes within 7 dates; today's may have passed and next week's may be skipped by
    # the zone: 1 + 7 + 7 + 7 dates always hold one.
    for _ in range(22):
        if day.weekday() in weekdays:
            instant = instant_of(day, at, zone=zone, day_start_hour=day_start_hour)
            if instant is not None and instant > after:
                return instant, day
        day += ONE_DAY
    raise AssertionError("three weeks without the weekday")  # pragma: no cover


def add_months(day: date, months: int) -> date:
    """Return the same day of the month some months later, clamped to that month's end."""
    year, month_index = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month_index + 1, min(day.day, monthrange(year, month_index + 1)[1]))


@lru_cache(maxsize=2048)
def _zone(name: str) -> tzinfo:
    if name in _canonical_names():
        return zoneinfo.ZoneInfo(name)
    match = _OFFSET.fullmatch(name)
    if match is None:
        raise UnknownZone(name)
    sign, hours, minutes = match.groups()
    offset = timedelta(hours=int(hours), minutes=int(minutes))
    if int(minutes) > 59 or offset > _WIDEST_OFFSET:
        raise UnknownZone(name)
    return timezone(-offset if sign == "-" else offset)


@lru_cache(maxsize=1)
def _canonical_names() -> Mapping[str, str]:
    """Map every zone name of the tzdata package to the one that is stored."""
    package = resources.files("tzdata")
    data = package / "zoneinfo"
    names = (package / "zones").read_text(encoding="utf-8").split()
    links = {}
    for line in (data / "tzdata.zi").read_text(encoding="utf-8").splitlines():
        if line.startswith("L "):
            _, target, alias = line.split()
            links[alias] = target
    by_country = {
        line.split("\t")[2]
        for line in (data / "zone.tab").read_text(encoding="utf-8").splitlines()
        if line and not line.startswith("#")
    }

    def canonical(name: str) -> str:
        while name not in by_country and name in links:
            name = _OWN_COUNTRY.get(name, links[name])
        return "UTC" if name in ("Etc/UTC", "Etc/GMT") else name

    return {name: canonical(name) for name in names if name != "Factory"}


def _first_showing(wall: datetime, rules: tzinfo) -> datetime:
    """Return the first instant at which the clock shows ``wall`` or later."""
    instant = wall.replace(tzinfo=rules).astimezone(UTC)
    if instant.astimezone(rules).replace(tzinfo=None) == wall:
        return instant
    # In a gap: the two readings of the missing time lie on either side of the jump.
    before = wall.replace(tzinfo=rules, fold=1).astimezone(UTC)
    low, high = int(before.timestamp()), int(instant.timestamp())
    while high - low > 1:  # jumps are at whole seconds: at most 17 halvings of a day
        middle = (low + high) // 2
        shown = datetime.fromtimestamp(middle, rules).replace(tzinfo=None)
        low, high = (low, middle) if shown >= wall else (middle, high)
    return datetime.fromtimestamp(high, UTC)


def _skips(day: date, rules: tzinfo) -> bool:
    """Tell whether the clocks of a zone never show a calendar date (Apia, 2011-12-30)."""
    midnight = datetime.combine(day, time())
    first = _first_showing(midnight, rules)
    return first.astimezone(rules).date() > day


def _check(*, instant: datetime | None = None, day_start_hour: int) -> None:
    if instant is not None and instant.utcoffset() is None:
        raise ValueError("an instant needs an offset")
    if not 0 <= day_start_hour <= LATEST_DAY_START_HOUR:
        raise ValueError("a day starts at an hour from 0 to 6")
