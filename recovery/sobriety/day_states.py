"""The state of one tracker on one local date, and the use that a check-in stands for.

Rules: design, "States, streaks, promises" and the last lines of "The clock".
"""

from __future__ import annotations

from datetime import date, datetime, time
from enum import StrEnum

from recovery.kernel import days
from recovery.sobriety.limits import LimitState

NOON = time(12)


class DayState(StrEnum):
    """What is known of a date, in the order in which one thing says more than another."""

    USED = "used"
    OVER_LIMIT = "over_limit"
    WITHIN_LIMIT = "within_limit"
    SOBER = "sober"
    PAUSED = "paused"
    UNKNOWN = "unknown"


def day_state(
    *, used: bool, limit_state: LimitState | str, said_sober: bool, paused: bool
) -> DayState:
    """Return the state of a date: the first that holds.

    ``used``: a use covers the date; ``limit_state``: what the logged amounts say, ``unknown``
    for an abstinence tracker; ``said_sober``: a check-in said so. Silence is ``unknown``.
    """
    if used:
        return DayState.USED
    if limit_state != LimitState.UNKNOWN:
        return DayState(limit_state)
    if said_sober:
        return DayState.SOBER
    return DayState.PAUSED if paused else DayState.UNKNOWN


def noon_of(
    day: date, *, zone: str, day_start_hour: int = 0, start: datetime, answered_at: datetime
) -> datetime:
    """Return when the use happened that a check-in state ``used`` stands for.

    Local noon of the check-in's date, not before the tracker's start and not after the member
    answered; of a date that the zone skips, when the next one begins. A date that was over
    before the start keeps its noon: moving that to the start would put a use on another date,
    while what lies before the start does not count anyway.
    """
    at = days.instant_of(day, NOON, zone=zone, day_start_hour=day_start_hour)
    if at is None:
        at = days.day_starts_at(day, zone=zone, day_start_hour=day_start_hour)
    if start < days.day_ends_at(day, zone=zone, day_start_hour=day_start_hour):
        at = max(at, start)
    return min(at, answered_at)
