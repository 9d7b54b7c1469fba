from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from recovery.commitments import terms
from recovery.commitments.terms import Terms
from tests.recovery.commitments.lives import histories, patterns
from tests.recovery.strategies import examples

MONDAY = date(2024, 5, 6)
TODAY = date(2024, 5, 9)  # a Thursday
IN_A_WEEK = date(2024, 5, 16)


def daily(**fields: Any) -> Terms:
    return Terms(**{"from_date": MONDAY, "cadence": "daily", **fields})


def on(*weekdays: int, **fields: Any) -> Terms:
    return daily(cadence="weekdays", weekdays=frozenset(weekdays), **fields)


def weekly(times: int, **fields: Any) -> Terms:
    return daily(cadence="times_per_week", times_per_week=times, **fields)


def asked(
    old: Terms, wanted: Terms, *, today: date = TODAY, easing_delay: bool = True
) -> list[Terms]:
    return terms.changed(wanted=wanted, standing=[old], today=today, easing_delay=easing_delay)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (daily(), on(0, 1, 2, 3, 4)),
        (on(0, 2, 4), on(0, 2)),
        (on(0, 2), on(1, 3, 5)),  # more of them, but Monday is dropped
        (weekly(3), weekly(2)),
        (weekly(3), on(5, 6)),
        (on(0), weekly(6)),  # no longer Monday for certain
        (daily(), daily(ends_on=date(2030, 1, 1))),
        (daily(ends_on=date(2030, 1, 1)), daily(ends_on=date(2029, 1, 1))),
        (on(0), daily(ends_on=date(2030, 1, 1))),  # more often, but not for ever
        (
            Terms(MONDAY, "once", ends_on=date(2024, 6, 1)),
            Terms(MONDAY, "once", ends_on=date(2024, 5, 20)),
        ),
    ],
)
def test_easing_takes_effect_after_seven_days(old: Terms, new: Terms) -> None:
    assert terms.eases(old=old, new=new, today=TODAY)
    kept, pending = asked(old, new)
    assert kept == old
    assert pending.from_date >= IN_A_WEEK


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (on(0, 2), on(0, 2, 4)),
        (on(0, 2), daily()),
        (weekly(2), weekly(5)),
        (daily(), weekly(7)),
        (daily(ends_on=date(2024, 6, 1)), daily()),
        (daily(ends_on=date(2024, 6, 1)), daily(ends_on=date(2024, 7, 1))),
        (daily(ends_on=date(2024, 5, 8)), on(0)),  # it had ended: nothing is left to ease
    ],
)
def test_firming_up_holds_from_today(old: Terms, new: Terms) -> None:
    assert not terms.eases(old=old, new=new, today=TODAY)
    kept, new_ones = asked(old, new)
    assert kept == old
    assert new_ones.from_date == TODAY


def test_easing_without_the_delay_holds_from_today() -> None:
    assert asked(daily(), on(0), easing_delay=False)[-1].from_date == TODAY


def test_a_change_before_the_start_holds_from_the_start_at_the_earliest() -> None:
    early = MONDAY - timedelta(days=30)
    assert asked(on(0), daily(), today=early) == [daily()]
    assert asked(daily(), on(0), today=early) == [on(0)]
    close = MONDAY - timedelta(days=2)
    assert asked(daily(), on(0), today=close) == [
        daily(),
        on(0, from_date=close + timedelta(days=7)),
    ]


def test_a_later_change_takes_the_place_of_a_pending_one() -> None:
    pending = asked(daily(), on(0))
    again = terms.changed(
        wanted=on(0, 1), standing=pending, today=TODAY + timedelta(days=2), easing_delay=True
    )
    assert again == [daily(), on(0, 1, from_date=TODAY + timedelta(days=9))]
    back = terms.changed(wanted=daily(), standing=pending, today=TODAY, easing_delay=True)
    assert back == [daily()]


def test_an_end_is_never_before_the_day_on_which_it_takes_effect() -> None:
    over = asked(daily(), daily(ends_on=TODAY))[-1]
    assert (over.from_date, over.ends_on) == (IN_A_WEEK, IN_A_WEEK - timedelta(days=1))
    assert not terms.promised(on=IN_A_WEEK, standing=[daily(), over])
    at_once = asked(daily(), daily(ends_on=MONDAY), easing_delay=False)[-1]
    assert at_once.ends_on == TODAY - timedelta(days=1)


def test_a_week_that_a_number_rules_ends_before_certain_dates_take_over() -> None:
    next_monday = MONDAY + timedelta(days=7)
    assert asked(weekly(3), daily())[-1].from_date == next_monday
    assert asked(weekly(3), daily(), today=MONDAY)[-1].from_date == MONDAY
    assert asked(weekly(3), on(0))[-1].from_date == next_monday + timedelta(days=7)
    ended = weekly(3, ends_on=MONDAY - timedelta(days=1), from_date=date(2024, 4, 1))
    assert asked(ended, daily())[-1].from_date == TODAY


@given(st.data())
@examples(200)
def test_no_easing_drops_a_date_of_the_next_seven_days(data: st.DataObject) -> None:
    standing = data.draw(histories(start=MONDAY))
    once = standing[0].cadence == "once"
    today = MONDAY + timedelta(days=data.draw(st.integers(-10, 60)))
    wanted = data.draw(patterns(start=MONDAY, once=once))
    after = terms.changed(wanted=wanted, standing=standing, today=today, easing_delay=True)
    held = terms.current(on=today, standing=standing)
    for offset in range(7):
        day = today + timedelta(days=offset)
        if day >= MONDAY and held.cadence != "times_per_week" and held.promises(day):
            assert terms.promised(on=day, standing=after)


@given(st.data())
@examples(200)
def test_dates_are_counted_as_walking_counts_them(data: st.DataObject) -> None:
    first = MONDAY + timedelta(days=data.draw(st.integers(-9, 9)))
    last = first + timedelta(days=data.draw(st.integers(-3, 60)))
    weekdays = data.draw(st.frozensets(st.integers(0, 6)))
    walked = [first + timedelta(days=n) for n in range((last - first).days + 1)]
    counted = sum(day.weekday() in weekdays for day in walked)
    assert terms.count_dates(first, last, weekdays=weekdays) == counted
