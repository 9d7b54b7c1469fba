"""The limit of a reduction tracker: within it, over it, or unknown.

Going over ends and resets nothing. Silence is unknown, never within and never over. Rules:
design, "A reduction tracker".
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from enum import StrEnum
from typing import Literal

from recovery.sobriety.facts import FactId

ZERO = Decimal(0)
WEEK = tuple(timedelta(days=offset) for offset in range(7))


class LimitState(StrEnum):
    """What the logged amounts say about a date or a week."""

    OVER_LIMIT = "over_limit"
    WITHIN_LIMIT = "within_limit"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Limit:
    """From a local date on, at most an amount per day, or per week from Monday."""

    id: FactId
    from_date: date
    per: Literal["day", "week"]
    amount: Decimal
    unit: str
    recorded_at: datetime


@dataclass(frozen=True, slots=True)
class ThisWeek:
    """The running week up to today. ``remaining`` is of today's limit, None without one."""

    from_date: date
    state: LimitState
    total: Decimal
    remaining: Decimal | None


@dataclass(frozen=True, slots=True)
class LimitSummary:
    """What is shown of a reduction tracker; dates with an amount of zero are logged too."""

    limit: Limit | None
    logged_days: int
    days_within_limit: int
    this_week: ThisWeek


def limit_on(day: date, *, limits: Collection[Limit]) -> Limit | None:
    """Return the limit in force on a date: of the latest from_date, the last one recorded."""
    return max(
        (limit for limit in limits if limit.from_date <= day),
        key=lambda limit: (limit.from_date, limit.recorded_at, str(limit.id)),
        default=None,
    )


def monday_of(day: date) -> date:
    """Return the Monday of a date's week."""
    return day - timedelta(days=day.weekday())


def date_state(
    day: date, *, totals: Mapping[date, Decimal], limits: Collection[Limit]
) -> LimitState:
    """Return the state of one date. ``totals`` holds the sum of each logged date of its week.

    Under a weekly limit the week's sum up to and including the date decides, so the dates
    before going over stay within.
    """
    limit = limit_on(day, limits=limits)
    if day not in totals or limit is None:
        return LimitState.UNKNOWN
    total = totals[day] if limit.per == "day" else _week_total(totals, until=day)
    return LimitState.WITHIN_LIMIT if total <= limit.amount else LimitState.OVER_LIMIT


def week_state(
    day: date, *, totals: Mapping[date, Decimal], limits: Collection[Limit]
) -> LimitState:
    """Return the state of the week of a date: over if one of its dates is, else within if one is.

    Under one weekly limit this is the same as comparing the week's sum, which never falls.
    """
    monday = monday_of(day)
    states = {date_state(monday + offset, totals=totals, limits=limits) for offset in WEEK}
    # The members of LimitState are in this order of precedence.
    return next(state for state in LimitState if state in states)


def this_week(
    *, totals: Mapping[date, Decimal], limits: Collection[Limit], today: date
) -> ThisWeek:
    """Return the running week, from the totals of its dates alone.

    What remains is today's rest of a daily limit, the week's of a weekly one; never below zero.
    """
    limit = limit_on(today, limits=limits)
    total = _week_total(totals, until=today)
    spent = totals.get(today, ZERO) if limit and limit.per == "day" else total
    until_today = {day: amount for day, amount in totals.items() if day <= today}
    return ThisWeek(
        from_date=monday_of(today),
        state=week_state(today, totals=until_today, limits=limits),
        total=total,
        remaining=max(limit.amount - spent, ZERO) if limit else None,
    )


def limit_summary(
    *, totals: Mapping[date, Decimal], limits: Collection[Limit], today: date
) -> LimitSummary:
    """Return the summary of a whole history of logged dates at once.

    Dates before the first limit are logged without being within it or over it.
    """
    return LimitSummary(
        limit=limit_on(today, limits=limits),
        logged_days=len(totals),
        days_within_limit=sum(
            date_state(day, totals=totals, limits=limits) is LimitState.WITHIN_LIMIT
            for day in totals
        ),
        this_week=this_week(totals=totals, limits=limits, today=today),
    )


def _week_total(totals: Mapping[date, Decimal], *, until: date) -> Decimal:
    monday = monday_of(until)
    days = (monday + offset for offset in WEEK[: until.weekday() + 1])
    return sum((totals.get(day, ZERO) for day in days), ZERO)
