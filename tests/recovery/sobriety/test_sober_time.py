"""Sober days in whole weeks: never falling, renewed on Mondays, telling nothing of this week."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from recovery.kernel import days
from recovery.sobriety import rules, sober_time
from recovery.sobriety.facts import Fact, FactId, Started, Used, Voided
from recovery.sobriety.sober_time import Move, Weeks
from tests.recovery.sobriety.naive import counted_uses, dates_between, first_start, tick
from tests.recovery.strategies import day_starts, examples, zones

HOUR = timedelta(hours=1)


@dataclass(frozen=True)
class Life:
    """The facts of one tracker, where the days of its owner lay, and until when to look."""

    facts: list[Fact]
    moves: list[Move]
    until: datetime


@st.composite
def lives(draw: st.DrawFn) -> Life:
    """Draw a life of some weeks: uses told at once or long after, voids, other starts, journeys."""
    begins = draw(st.integers(0, 20))
    told = begins + draw(st.sampled_from([0, 0, 1, 90]))
    places = [(draw(zones), draw(day_starts)) for _ in range(draw(st.integers(1, 4)))]
    at = sorted(draw(st.lists(st.integers(1, 240), min_size=3, max_size=3, unique=True)))
    moves = [
        Move(tick(number), zone, h)
        for number, (zone, h) in zip([0, *(told + n for n in at)], places, strict=False)
    ]

    def on(number: int, recorded: int) -> tuple[date, str, int]:
        here = [move for move in moves if move.recorded_at <= tick(recorded)][-1]
        day = days.local_date(tick(number), zone=here.zone, day_start_hour=here.day_start_hour)
        return day, here.zone, here.day_start_hour

    ids = (f"fact-{n:02}" for n in range(99))
    facts: list[Fact] = [
        Started(next(ids), tick(begins), *on(begins, told), recorded_at=tick(told)),
    ]
    of_uses: list[FactId] = []  # a tracker keeps a start: only uses, and their voids, are voided
    recorded = told
    for _ in range(draw(st.integers(0, 10))):
        recorded += draw(st.integers(1, 40))
        kind = draw(st.sampled_from(["use", "use", "use", "void", "start"]))
        if kind == "void":
            if of_uses:
                void = Voided(next(ids), draw(st.sampled_from(of_uses)), tick(recorded))
                facts.append(void)
                of_uses.append(void.id)
        elif kind == "start":
            number = draw(st.integers(0, recorded))
            standing = first_start(facts)
            assert standing is not None
            facts.append(Voided(next(ids), standing.id, tick(recorded)))
            facts.append(
                Started(next(ids), tick(number), *on(number, recorded), recorded_at=tick(recorded))
            )
        else:
            used = draw(st.integers(0, recorded))
            resumed = draw(st.integers(used, recorded))
            used_on, zone, h = on(used, recorded)
            resumed_on, _, _ = on(resumed, recorded)
            facts.append(
                Used(
                    *(next(ids), tick(used), tick(resumed), used_on, resumed_on, zone, h),
                    recorded_at=tick(recorded),
                )
            )
            of_uses.append(facts[-1].id)
    return Life(facts, moves, tick(recorded + draw(st.integers(0, 80))))


def naive_weeks(facts: Sequence[Fact], monday: date) -> int:
    """Count the dates from the start to a Monday that no use covers."""
    start = first_start(facts)
    if start is None:
        return 0
    covered: set[date] = set()
    for use in counted_uses(facts, start):
        last = max(use.used_on, use.resumed_on - timedelta(days=1))
        covered |= dates_between(use.used_on, last)
    return len(dates_between(start.on, monday - timedelta(days=1)) - covered) // 7


def walk(life: Life) -> list[int]:
    """Walk through a life instant by instant and note what shows, by looking at all Mondays."""
    told = sorted({fact.recorded_at for fact in life.facts})
    instants = {*told, *(move.recorded_at for move in life.moves), life.until}
    step = told[0]
    while step < life.until:
        instants.add(step)
        step += HOUR / 4
    shown: list[int] = []
    begun: date | None = None
    most = 0
    for now in sorted(instant for instant in instants if told[0] <= instant <= life.until):
        here = [move for move in life.moves if move.recorded_at <= now] or life.moves[:1]
        today = days.local_date(now, zone=here[-1].zone, day_start_hour=here[-1].day_start_hour)
        monday = today - timedelta(days=today.weekday())
        if begun is None:
            first = [fact for fact in life.facts if isinstance(fact, Started)][:1]
            begun, most = monday, naive_weeks(first, monday)
        elif monday > begun:
            # What is recorded at the very instant comes after.
            known = [fact for fact in life.facts if fact.recorded_at < now]
            begun, most = monday, max(most, naive_weeks(known, monday))
        shown.append(most)
    return shown


def shown_at(life: Life, now: datetime) -> int:
    """What is computed, the way it is: from what was kept and the clock of all facts so far."""
    facts = [fact for fact in life.facts if fact.recorded_at <= now]
    moves = [move for move in life.moves if move.recorded_at <= now] or life.moves[:1]
    kept = sober_time.replay(facts, moves=moves)
    clock = rules.fold(facts)
    assert clock is not None
    here = moves[-1]
    today = days.local_date(now, zone=here.zone, day_start_hour=here.day_start_hour)
    return sober_time.renewed(kept, clock, today=today).shown


@given(life=lives())
@examples(150)
def test_what_shows_is_what_a_walk_through_the_life_notes(life: Life) -> None:
    assert shown_at(life, life.until) == walk(life)[-1]


@given(life=lives(), at=st.lists(st.integers(0, 2000), min_size=2, max_size=12))
@examples(200)
def test_it_never_falls_whatever_is_recorded_and_wherever_one_goes(
    life: Life, at: list[int]
) -> None:
    begin = life.facts[0].recorded_at
    instants = {begin + number * HOUR for number in at}
    instants |= {fact.recorded_at for fact in life.facts}
    instants |= {move.recorded_at for move in life.moves if move.recorded_at >= begin}
    shown = [shown_at(life, now) for now in sorted(instants)]
    assert shown == sorted(shown)


@given(life=lives(), hours=st.integers(0, 24 * 7), back=st.integers(0, 500))
@examples(200)
def test_a_use_of_this_week_shows_nowhere_before_the_next_monday(
    life: Life, hours: int, back: int
) -> None:
    """The same life with one more use, told at ``until``, looked at within the week."""
    here = [move for move in life.moves if move.recorded_at <= life.until][-1]

    def on(at: datetime) -> date:
        return days.local_date(at, zone=here.zone, day_start_hour=here.day_start_hour)

    used = life.until - back * HOUR
    one_more = Used(
        *("fact-zz", used, life.until, on(used), on(life.until), here.zone, here.day_start_hour),
        recorded_at=life.until,
    )
    moves = [move for move in life.moves if move.recorded_at <= life.until]
    without = Life(life.facts, moves, life.until)
    with_it = Life([*life.facts, one_more], moves, life.until)
    now = life.until + hours * HOUR
    if on(now) - timedelta(days=on(now).weekday()) > on(life.until):
        now = life.until  # a Monday has begun since
    assert shown_at(with_it, now) == shown_at(without, now)


BERLIN = "Europe/Berlin"
MONDAY = datetime(2026, 11, 2, 8, tzinfo=UTC)


def started(at: datetime, *, told: datetime, name: str = "a") -> Started:
    return Started(name, at, at.date(), BERLIN, 0, told)


def used(at: datetime, *, told: datetime, name: str = "b") -> Used:
    return Used(name, at, at, at.date(), at.date(), BERLIN, 0, told)


def weeks(facts: list[Fact], *, on: datetime) -> int:
    return shown_at(Life(facts, [Move(MONDAY, BERLIN, 0)], on), on)


def test_a_tracker_that_began_long_ago_shows_its_weeks_at_once() -> None:
    begun = started(MONDAY - timedelta(days=41), told=MONDAY + timedelta(days=3))
    assert weeks([begun], on=MONDAY + timedelta(days=3)) == 5  # 41 days until Monday
    assert weeks([begun], on=MONDAY + timedelta(days=6)) == 5
    assert weeks([begun], on=MONDAY + timedelta(days=7)) == 6


@pytest.mark.parametrize(
    ("at", "shown"),
    [
        ("2026-11-15T22:59:59+00:00", 5),  # Sunday in Berlin
        ("2026-11-15T23:00:00+00:00", 6),
    ],
)
def test_it_is_renewed_when_monday_begins_for_the_owner(at: str, shown: int) -> None:
    begun = started(MONDAY - timedelta(days=28), told=MONDAY)
    assert weeks([begun], on=datetime.fromisoformat(at)) == shown


def test_a_use_slows_it_from_the_next_monday_on_and_lowers_it_never() -> None:
    begun = started(MONDAY - timedelta(days=28), told=MONDAY)
    on_tuesday = MONDAY + timedelta(days=1)
    use = used(on_tuesday, told=on_tuesday)
    told = [weeks([begun, use], on=MONDAY + timedelta(days=7 * n, hours=30)) for n in range(4)]
    assert told == [4, 4, 5, 6]
    assert weeks([begun], on=MONDAY + timedelta(days=7, hours=30)) == 5


def test_a_month_of_use_told_afterwards_stops_it_until_the_days_have_caught_up() -> None:
    begun = started(MONDAY - timedelta(days=70), told=MONDAY)
    later = MONDAY + timedelta(days=15)
    long = Used(
        *("b", MONDAY - timedelta(days=40), later, date(2026, 9, 23), later.date(), BERLIN, 0),
        recorded_at=later,
    )
    told = [weeks([begun, long], on=later + timedelta(days=7 * n)) for n in range(10)]
    assert told == [12, 12, 12, 12, 12, 12, 12, 12, 12, 13]


def test_a_start_that_is_moved_later_lowers_nothing() -> None:
    begun = started(MONDAY - timedelta(days=70), told=MONDAY)
    anew = MONDAY + timedelta(days=2)
    facts: list[Fact] = [begun, Voided("v", "a", anew), started(anew, told=anew, name="c")]
    assert [weeks(facts, on=anew + timedelta(days=7 * n)) for n in (0, 1, 10, 11)] == [
        *(10, 10, 10),
        10,
    ]
    assert weeks(facts, on=anew + timedelta(days=7 * 12)) == 11


def test_going_back_over_a_monday_keeps_what_showed_on_it() -> None:
    begun = started(MONDAY - timedelta(days=28), told=MONDAY)
    sunday_evening = datetime(2026, 11, 15, 12, tzinfo=UTC)  # Monday in Auckland
    moves = [
        Move(MONDAY, "Pacific/Auckland", 0),
        Move(sunday_evening, "America/New_York", 0),
    ]
    life = Life([begun], moves, sunday_evening + HOUR)
    assert shown_at(life, sunday_evening - HOUR) == 6
    assert shown_at(life, sunday_evening + HOUR) == 6
    assert shown_at(life, sunday_evening + timedelta(days=1)) == 6
    assert sober_time.replay([begun], moves=moves) == Weeks(shown=6, on=date(2026, 11, 16))


def test_without_a_start_there_is_nothing_to_replay() -> None:
    with pytest.raises(ValueError, match="begins with its start"):
        sober_time.replay([used(MONDAY, told=MONDAY)], moves=[Move(MONDAY, BERLIN, 0)])


def test_a_use_that_is_dated_ahead_of_the_owner_counts_in_its_own_week() -> None:
    """Told on the owner's Sunday by a phone for which it was Monday already."""
    begun = started(MONDAY - timedelta(days=28), told=MONDAY)
    sunday = MONDAY + timedelta(days=6)
    ahead = Used("b", sunday, sunday, date(2026, 11, 9), date(2026, 11, 9), "+13:45", 0, sunday)
    told = [weeks([begun, ahead], on=MONDAY + timedelta(days=7 * n)) for n in range(1, 4)]
    assert told == [5, 5, 6]
