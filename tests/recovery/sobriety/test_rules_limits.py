"""A reduction tracker's limit, the state of a date, and the use that a check-in stands for."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from decimal import Decimal
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from recovery.kernel import days
from recovery.sobriety import day_states, limits
from recovery.sobriety.day_states import DayState
from recovery.sobriety.limits import Limit, LimitState
from tests.recovery.strategies import (
    all_zones,
    at_utc,
    day_starts,
    examples,
    modern_dates,
)

MONDAY = date(2024, 4, 29)
WITHIN, OVER, UNKNOWN = LimitState.WITHIN_LIMIT, LimitState.OVER_LIMIT, LimitState.UNKNOWN

near_dates = st.integers(-10, 20).map(lambda n: MONDAY + timedelta(days=n))
amounts = st.decimals(0, 12, places=1)
logs = st.dictionaries(near_dates, amounts, max_size=20)
limit_lists = st.lists(
    st.builds(
        Limit,
        id=st.integers(0, 10**6).map(str),
        from_date=near_dates,
        per=st.sampled_from(["day", "week"]),
        amount=amounts,
        unit=st.just("drinks"),
        recorded_at=st.integers(0, 3).map(lambda n: at_utc("2024-04-01 00:00") + timedelta(days=n)),
    ),
    max_size=5,
    unique_by=lambda limit: limit.id,
)


def naive_limit(day: date, known: list[Limit]) -> Limit | None:
    """Go through the limits as recorded; each replaces what was said for its date."""
    by_date: dict[date, Limit] = {}
    for limit in sorted(known, key=lambda one: (one.recorded_at, str(one.id))):
        by_date[limit.from_date] = limit
    while day >= MONDAY - timedelta(days=20):
        if day in by_date:
            return by_date[day]
        day -= timedelta(days=1)
    return None


def naive_state(day: date, totals: dict[date, Decimal], known: list[Limit]) -> LimitState:
    limit = naive_limit(day, known)
    if limit is None or day not in totals:
        return UNKNOWN
    total, counted = Decimal(0), day
    while True:
        total += totals.get(counted, Decimal(0))
        if limit.per == "day" or counted.weekday() == 0:
            return WITHIN if total <= limit.amount else OVER
        counted -= timedelta(days=1)


@given(day=near_dates, totals=logs, known=limit_lists)
@examples(300)
def test_the_state_of_a_date_is_what_adding_up_finds(
    day: date, totals: dict[date, Decimal], known: list[Limit]
) -> None:
    assert limits.limit_on(day, limits=known) == naive_limit(day, known)
    assert limits.date_state(day, totals=totals, limits=known) == naive_state(day, totals, known)


@given(today=near_dates, totals=logs, known=limit_lists)
@examples(300)
def test_the_summary_counts_the_dates_and_the_running_week(
    today: date, totals: dict[date, Decimal], known: list[Limit]
) -> None:
    summary = limits.limit_summary(totals=totals, limits=known, today=today)
    states = [naive_state(day, totals, known) for day in totals]
    assert summary.logged_days == len(totals)
    assert summary.days_within_limit == states.count(WITHIN)
    week = summary.this_week
    assert week.from_date.weekday() == 0
    assert 0 <= (today - week.from_date).days < 7
    total = sum((totals[d] for d in totals if week.from_date <= d <= today), Decimal(0))
    assert week.total == total
    limit = naive_limit(today, known)
    assert summary.limit == limit
    if limit is None:
        assert week.remaining is None
    else:
        spent = total if limit.per == "week" else totals.get(today, Decimal(0))
        assert week.remaining == max(limit.amount - spent, Decimal(0))


@given(day=near_dates, totals=logs, known=limit_lists)
@examples(200)
def test_a_week_is_over_if_a_date_of_it_is_else_within_if_a_date_of_it_is(
    day: date, totals: dict[date, Decimal], known: list[Limit]
) -> None:
    week = [day + timedelta(days=n - day.weekday()) for n in range(7)]
    states = [naive_state(one, totals, known) for one in week]
    expected = OVER if OVER in states else WITHIN if WITHIN in states else UNKNOWN
    assert limits.week_state(day, totals=totals, limits=known) == expected


@given(totals=logs.filter(bool), amount=amounts)
@examples(100)
def test_under_one_weekly_limit_a_week_is_over_exactly_if_its_sum_is(
    totals: dict[date, Decimal], amount: Decimal
) -> None:
    only = [limit_from(MONDAY - timedelta(days=30), str(amount), per="week")]
    for day in totals:
        monday = limits.monday_of(day)
        total = sum(totals.get(monday + timedelta(days=n), Decimal(0)) for n in range(7))
        expected = WITHIN if total <= amount else OVER
        assert limits.week_state(day, totals=totals, limits=only) == expected


def limit_from(
    from_date: date, amount: str, *, per: str = "day", recorded: str = "2024-04-01 00:00"
) -> Limit:
    return Limit(
        id="limit",
        from_date=from_date,
        per="week" if per == "week" else "day",
        amount=Decimal(amount),
        unit="drinks",
        recorded_at=at_utc(recorded),
    )


def week_of(*amounts_from_monday: str) -> dict[date, Decimal]:
    """Log amounts from Monday on; an empty text is a date without one."""
    return {
        MONDAY + timedelta(days=n): Decimal(amount)
        for n, amount in enumerate(amounts_from_monday)
        if amount
    }


def test_silence_is_neither_within_nor_over() -> None:
    known = [limit_from(MONDAY, "2")]
    assert limits.date_state(MONDAY, totals={}, limits=known) == UNKNOWN
    assert limits.week_state(MONDAY, totals={}, limits=known) == UNKNOWN


def test_a_logged_zero_is_within_a_limit_of_zero() -> None:
    known = [limit_from(MONDAY, "0")]
    assert limits.date_state(MONDAY, totals=week_of("0"), limits=known) == WITHIN


def test_exactly_the_limit_is_within_it() -> None:
    known = [limit_from(MONDAY, "2.5")]
    assert limits.date_state(MONDAY, totals=week_of("2.5"), limits=known) == WITHIN
    assert limits.date_state(MONDAY, totals=week_of("2.501"), limits=known) == OVER


def test_the_days_before_a_week_went_over_stay_within() -> None:
    known = [limit_from(MONDAY, "5", per="week")]
    totals = week_of("2", "", "3", "1", "0")
    states = [
        limits.date_state(MONDAY + timedelta(days=n), totals=totals, limits=known) for n in range(6)
    ]
    assert states == [WITHIN, UNKNOWN, WITHIN, OVER, OVER, UNKNOWN]
    assert limits.week_state(MONDAY, totals=totals, limits=known) == OVER


def test_a_week_begins_on_monday() -> None:
    known = [limit_from(MONDAY, "5", per="week")]
    totals = week_of("", "", "", "", "", "", "5", "5")
    sunday, monday = MONDAY + timedelta(days=6), MONDAY + timedelta(days=7)
    assert limits.date_state(sunday, totals=totals, limits=known) == WITHIN
    assert limits.date_state(monday, totals=totals, limits=known) == WITHIN


def test_a_new_limit_rules_from_its_date_and_the_last_recorded_for_a_date_wins() -> None:
    first = limit_from(MONDAY, "2")
    second = limit_from(MONDAY + timedelta(days=2), "1")
    again = limit_from(MONDAY + timedelta(days=2), "4", recorded="2024-04-02 00:00")
    totals = week_of("2", "2", "2")
    wednesday = MONDAY + timedelta(days=2)
    assert limits.date_state(wednesday, totals=totals, limits=[second, first]) == OVER
    assert limits.date_state(wednesday, totals=totals, limits=[again, second, first]) == WITHIN
    assert limits.date_state(MONDAY, totals=totals, limits=[again, second, first]) == WITHIN


def test_what_remains_is_of_today_or_of_the_week_and_never_below_zero() -> None:
    totals = week_of("1", "3")
    tuesday = MONDAY + timedelta(days=1)

    def remaining(amount: str, per: str) -> Decimal | None:
        known = [limit_from(MONDAY, amount, per=per)]
        return limits.this_week(totals=totals, limits=known, today=tuesday).remaining

    assert remaining("5", "day") == Decimal(2)
    assert remaining("5", "week") == Decimal(1)
    assert remaining("2", "week") == Decimal(0)
    assert limits.this_week(totals=totals, limits=[], today=tuesday).remaining is None


def test_without_a_limit_logged_days_count_and_none_is_within_it() -> None:
    summary = limits.limit_summary(totals=week_of("1", "", "0"), limits=[], today=MONDAY)
    assert (summary.logged_days, summary.days_within_limit) == (2, 0)


# --- the state of a date --------------------------------------------------------------------


def test_of_all_that_is_known_of_a_date_the_first_that_holds_is_its_state() -> None:
    for used, limit_state, sober, paused in product(
        (True, False), LimitState, (True, False), (True, False)
    ):
        held = {
            DayState.USED: used,
            DayState.OVER_LIMIT: limit_state is OVER,
            DayState.WITHIN_LIMIT: limit_state is WITHIN,
            DayState.SOBER: sober,
            DayState.PAUSED: paused,
            DayState.UNKNOWN: True,
        }
        found = day_states.day_state(
            used=used, limit_state=limit_state, said_sober=sober, paused=paused
        )
        assert found is next(state for state in DayState if held[state])


def test_a_limit_state_may_come_as_stored_text() -> None:
    found = day_states.day_state(used=False, limit_state="over_limit", said_sober=True, paused=True)
    assert found is DayState.OVER_LIMIT


# --- the use that a check-in stands for -----------------------------------------------------

LONG_AGO = at_utc("2020-01-01 00:00")
BERLIN = "Europe/Berlin"


@given(
    day=modern_dates,
    zone=all_zones,
    h=day_starts,
    started_before=st.integers(-48, 48),
    answered_after=st.integers(0, 96),
)
@examples(300)
def test_a_use_from_a_check_in_is_on_its_date_between_start_and_answer(
    day: date, zone: str, h: int, started_before: int, answered_after: int
) -> None:
    begins = days.day_starts_at(day, zone=zone, day_start_hour=h)
    ends = days.day_ends_at(day, zone=zone, day_start_hour=h)
    start = begins - timedelta(hours=started_before)
    answered_at = max(begins, start) + timedelta(hours=answered_after)
    at = day_states.noon_of(day, zone=zone, day_start_hour=h, start=start, answered_at=answered_at)
    assert at <= answered_at
    if start < ends:
        assert begins <= at <= ends  # on its own date
        assert at >= start
    else:
        assert at < start


def noon(day: date, *, start: datetime = LONG_AGO, answered: str = "2024-06-01 00:00") -> datetime:
    return day_states.noon_of(day, zone=BERLIN, start=start, answered_at=at_utc(answered))


def test_a_use_from_a_check_in_is_at_local_noon() -> None:
    assert noon(date(2024, 5, 1)) == at_utc("2024-05-01 10:00")


def test_a_use_from_a_check_in_is_not_after_the_answer() -> None:
    assert noon(date(2024, 5, 1), answered="2024-05-01 06:30") == at_utc("2024-05-01 06:30")


def test_a_use_from_a_check_in_is_not_before_the_start_on_its_date() -> None:
    start = at_utc("2024-05-01 15:00")
    assert noon(date(2024, 5, 1), start=start) == start


def test_a_use_from_a_check_in_for_a_date_before_the_start_stays_on_that_date() -> None:
    assert noon(date(2024, 4, 30), start=at_utc("2024-05-01 15:00")) == at_utc("2024-04-30 10:00")


def test_a_use_on_a_date_that_the_zone_skips_is_when_the_next_begins() -> None:
    found = day_states.noon_of(
        date(2011, 12, 30),
        zone="Pacific/Apia",
        start=at_utc("2011-01-01 00:00"),
        answered_at=at_utc("2012-01-01 00:00"),
    )
    assert found == at_utc("2011-12-30 10:00")


@pytest.mark.parametrize("h", range(7))
def test_noon_belongs_to_the_date_whenever_the_day_starts(h: int) -> None:
    found = day_states.noon_of(
        date(2024, 5, 1),
        zone=BERLIN,
        day_start_hour=h,
        start=LONG_AGO,
        answered_at=at_utc("2024-06-01 00:00"),
    )
    assert found == at_utc("2024-05-01 10:00")
