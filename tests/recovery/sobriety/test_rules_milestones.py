"""Milestones: when they fall due, which comes next, and that what was earned stays."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from recovery.sobriety import facts as sobriety_facts
from recovery.sobriety import milestones, rules
from recovery.sobriety.facts import Fact, Started, Used, Voided
from recovery.sobriety.milestones import MILESTONES
from tests.recovery.sobriety.naive import (
    YEARS,
    World,
    naive_due,
    naive_due_on,
    naive_earned,
    worlds,
)
from tests.recovery.sobriety.test_rules import started, used
from tests.recovery.strategies import (
    all_zones,
    at_utc,
    day_starts,
    examples,
)

CODES = [*MILESTONES, *YEARS]
start_dates = st.dates(date(1950, 1, 1), date(2150, 12, 31))


@given(started_on=start_dates, code=st.sampled_from(CODES))
@examples(500)
def test_a_milestone_is_due_where_counting_by_the_calendar_ends(
    started_on: date, code: str
) -> None:
    assert milestones.due_on(code, started_on) == naive_due_on(code, started_on)


def test_milestones_of_every_start_date_of_five_years_are_due_by_the_calendar() -> None:
    for n in range(5 * 366):
        started_on = date(2023, 1, 1) + timedelta(days=n)
        for code in (*MILESTONES, "2_years", "3_years", "4_years"):
            assert milestones.due_on(code, started_on) == naive_due_on(code, started_on)


@given(started_on=start_dates)
@examples(200)
def test_milestones_fall_due_one_after_the_other(started_on: date) -> None:
    due = [milestones.due_on(code, started_on) for code in CODES]
    assert all(one < following for one, following in pairwise([started_on, *due]))


@given(
    started_on=st.dates(date(1975, 1, 1), date(2037, 1, 1)),
    lasted=st.one_of(st.integers(-3, 800), st.integers(0, 15_000)),
    second=st.integers(0, 86_399),
    zone=all_zones,
    h=day_starts,
)
@examples(300)
def test_the_next_milestone_is_the_first_that_is_not_due_yet(
    started_on: date, lasted: int, second: int, zone: str, h: int
) -> None:
    midnight = at_utc(f"{started_on} 00:00")
    now = midnight + timedelta(days=lasted, seconds=second)
    expected = next(
        (code, due, due_at)
        for code in CODES
        for due, due_at in [naive_due(code, started_on, zone, h)]
        if due_at > now
    )
    found = milestones.next_milestone(started_on, zone=zone, day_start_hour=h, now=now)
    assert (found.code, found.due_on, found.due_at) == expected


@given(world=worlds(lasting=3000))
@examples(300)
def test_what_was_earned_is_what_asking_every_fact_and_use_finds(world: World) -> None:
    found = milestones.earned(world.facts, now=world.now)
    key = sobriety_key
    assert sorted(found, key=key) == sorted(naive_earned(world), key=key)
    assert [one.due_at for one in found] == sorted(one.due_at for one in found)


def sobriety_key(one: milestones.Earned) -> tuple[str, date]:
    return str(one.opened_by), one.due_on


@given(world=worlds(lasting=1000), cut=st.integers(0, 20))
@examples(300)
def test_what_was_earned_stays_whatever_is_recorded_later_unless_its_opening_is_voided(
    world: World, cut: int
) -> None:
    if not world.facts:
        return
    then = world.facts[min(cut, len(world.facts) - 1)].recorded_at
    on_record = [fact for fact in world.facts if fact.recorded_at <= then]
    before = sobriety_facts.history(on_record)
    after = sobriety_facts.history(world.facts)
    if before is None or after is None or before.start != after.start:
        return
    earned_then = {(one.opened_by, one.code) for one in milestones.earned(on_record, now=then)}
    earned_now = {
        (one.opened_by, one.code) for one in milestones.earned(world.facts, now=world.now)
    }
    assert {one for one in earned_then if one[0] in after.since} <= earned_now


@given(world=worlds(lasting=3000), at=st.integers(0, 100))
@examples(300)
def test_reading_on_from_one_milestone_gives_those_that_fell_due_before_it(
    world: World, at: int
) -> None:
    facts, now = world.facts, world.now
    latest_first = list(reversed(milestones.earned(facts, now=now)))
    for place, one in list(enumerate(latest_first))[at : at + 1]:
        behind = milestones.latest_first(facts, now=now, before=(one.due_at, one.opened_by))
        assert list(behind) == latest_first[place + 1 :]


@given(world=worlds(lasting=1000))
@examples(200)
def test_those_not_superseded_are_exactly_those_that_the_episodes_reached(world: World) -> None:
    expected = set()
    by_id = {fact.id: fact for fact in world.facts}
    for episode in rules.episodes(world.facts):
        opener = by_id[episode.opened_by]
        assert not isinstance(opener, Voided)
        for code in CODES:
            _, due_at = naive_due(code, episode.started_on, opener.zone, opener.day_start_hour)
            if due_at > world.now or (episode.ended_at and due_at > episode.ended_at):
                break
            expected.add((opener.id, code))
    found = milestones.earned(world.facts, now=world.now)
    assert {(one.opened_by, one.code) for one in found if not one.superseded} == expected


# --- by hand --------------------------------------------------------------------------------


def earned(facts: list[Fact], *, now: str) -> list[tuple[str, str, bool]]:
    return [
        (str(one.opened_by), one.code, one.superseded)
        for one in milestones.earned(facts, now=at_utc(now))
    ]


@pytest.mark.parametrize(
    ("started_on", "code", "due"),
    [
        (date(2024, 2, 28), "1_day", date(2024, 2, 29)),
        (date(2023, 2, 28), "1_day", date(2023, 3, 1)),
        (date(2024, 8, 31), "6_months", date(2025, 2, 28)),
        (date(2023, 8, 31), "6_months", date(2024, 2, 29)),
        (date(2024, 5, 31), "9_months", date(2025, 2, 28)),
        (date(2024, 2, 29), "1_year", date(2025, 2, 28)),
        (date(2024, 2, 29), "18_months", date(2025, 8, 29)),
        (date(2024, 2, 29), "4_years", date(2028, 2, 29)),
        (date(2000, 2, 29), "100_years", date(2100, 2, 28)),
    ],
)
def test_months_and_years_are_clamped_to_the_months_end(
    started_on: date, code: str, due: date
) -> None:
    assert milestones.due_on(code, started_on) == due


@pytest.mark.parametrize(
    "code", ["", "2_days", "1_years", "0_years", "-3_years", "²_years", "years", "1_day ", "2_year"]
)
def test_what_is_no_milestone_is_refused(code: str) -> None:
    with pytest.raises(ValueError, match="no milestone"):
        milestones.due_on(code, date(2024, 1, 1))


def test_a_milestone_falls_due_when_its_date_begins_in_the_zone_of_the_start() -> None:
    on = date(2024, 3, 1)
    assert milestones.due_at("30_days", on, zone="Asia/Beirut") == at_utc("2024-03-30 22:00")
    assert milestones.due_at("30_days", on, zone="Europe/Berlin", day_start_hour=4) == at_utc(
        "2024-03-31 02:00"
    )


def test_there_is_a_milestone_every_year_without_end() -> None:
    found = milestones.next_milestone(date(1950, 6, 1), zone="UTC", now=at_utc("2024-06-01 00:00"))
    assert (found.code, found.due_on) == ("75_years", date(2025, 6, 1))


def test_a_milestone_is_earned_at_the_instant_its_date_begins() -> None:
    facts: list[Fact] = [started("2024-05-01 10:00")]
    assert earned(facts, now="2024-05-01 21:59") == []
    assert earned(facts, now="2024-05-01 22:00") == [("start", "1_day", False)]


def test_at_the_instant_one_is_due_the_next_is_the_one_after() -> None:
    def following(now: str) -> str:
        return milestones.next_milestone(
            date(2024, 5, 1), zone="Europe/Berlin", now=at_utc(now)
        ).code

    assert following("2024-05-01 21:59") == "1_day"
    assert following("2024-05-01 22:00") == "3_days"


def test_a_use_at_the_instant_a_milestone_is_due_comes_after_it() -> None:
    facts = [started("2024-05-01 10:00"), used("2024-05-03 22:00")]  # midnight on 4 May in Berlin
    assert ("start", "3_days", False) in earned(facts, now="2024-05-03 22:00")


def test_a_use_recorded_at_the_instant_a_milestone_is_due_does_not_cut_it_off() -> None:
    facts = [started("2024-05-01 10:00"), used("2024-05-02 10:00", recorded="2024-05-03 22:00")]
    assert ("start", "3_days", True) in earned(facts, now="2024-05-03 22:00")


def test_a_use_that_a_fast_clock_dated_after_a_milestone_comes_after_it() -> None:
    facts = [started("2024-05-01 10:00"), used("2024-05-03 22:30", recorded="2024-05-03 21:30")]
    assert ("start", "3_days", False) in earned(facts, now="2024-05-03 23:00")


def test_a_use_on_record_before_it_is_due_cuts_a_milestone_off() -> None:
    facts = [started("2024-05-01 10:00"), used("2024-05-03 10:00")]
    assert earned(facts, now="2024-05-05 10:00") == [
        ("start", "1_day", False),
        ("use", "1_day", False),
    ]


def test_a_use_recorded_after_it_was_earned_takes_nothing_away_but_marks_it() -> None:
    facts = [
        started("2024-05-01 10:00"),
        used("2024-05-02 10:00", recorded="2024-05-04 10:00"),
    ]
    # 3 days were due on 3 May, 22:00 UTC: after the use, before it was said.
    assert earned(facts, now="2024-05-04 10:00") == [
        ("start", "1_day", False),
        ("use", "1_day", False),
        ("start", "3_days", True),
    ]


def test_voiding_the_opening_fact_takes_its_milestones_and_no_others() -> None:
    facts = [
        started("2024-05-01 10:00"),
        used("2024-05-03 10:00"),
        Voided("void", "use", at_utc("2024-05-06 10:00")),
    ]
    assert earned(facts, now="2024-05-06 10:00") == [
        ("start", "1_day", False),
        ("start", "3_days", False),  # the use never was, so the first episode reached it
    ]


def test_undoing_a_void_takes_nothing_away_that_was_earned_meanwhile() -> None:
    facts = [
        started("2024-05-01 10:00"),
        used("2024-05-02 10:00"),
        Voided("void", "use", at_utc("2024-05-03 10:00")),
        Voided("undo", "void", at_utc("2024-05-05 10:00")),  # 3 days were earned on 3 May
    ]
    assert ("start", "3_days", True) in earned(facts, now="2024-05-05 10:00")


def test_undoing_a_void_before_the_milestone_cuts_it_off_again() -> None:
    facts = [
        started("2024-05-01 10:00"),
        used("2024-05-02 10:00"),
        Voided("void", "use", at_utc("2024-05-02 11:00")),
        Voided("undo", "void", at_utc("2024-05-02 12:00")),
    ]
    assert ("start", "3_days", True) not in earned(facts, now="2024-05-05 10:00")


def test_a_history_told_all_at_once_keeps_what_was_due_before_it_was_told() -> None:
    start = started("2024-01-01 10:00")
    told = at_utc("2024-03-01 10:00")
    facts = [
        Started(start.id, start.at, start.on, start.zone, 0, told),
        used("2024-01-05 10:00", recorded="2024-03-01 10:00"),
    ]
    found = earned(facts, now="2024-03-01 10:00")
    assert ("start", "3_days", False) in found
    assert ("start", "30_days", True) in found
    assert ("use", "30_days", False) in found


def test_without_a_start_nothing_is_earned() -> None:
    assert milestones.earned([used("2024-05-02 10:00")], now=at_utc("2024-06-01 00:00")) == []


def test_a_thousand_uses_are_looked_through_once() -> None:
    start = started("2000-01-01 10:00")
    facts: list[Fact] = [start]
    for n in range(1000):
        at = start.at + timedelta(days=2 * n + 1)
        facts.append(
            Used(f"use-{n}", at, at, at.date(), at.date(), "UTC", 0, at + timedelta(hours=1))
        )
    now: datetime = start.at + timedelta(days=2003)
    assert len(milestones.earned(facts, now=now)) == 1002  # a day for each, and 3 days at last
