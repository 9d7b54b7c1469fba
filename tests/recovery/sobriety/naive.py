"""The clock and its milestones as the design words them, over the whole history and by counting.

Instants are numbered ticks, so that an oracle can walk from one to the next. A tick is about six
hours after the last, with odd seconds and microseconds, so that real durations are awkward.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from decimal import ROUND_HALF_EVEN, Decimal, localcontext

from hypothesis import strategies as st

from recovery.kernel import days
from recovery.sobriety.facts import Fact, FactId, Started, Used, Voided
from recovery.sobriety.milestones import MILESTONES, Earned
from tests.recovery.strategies import VARIED_ZONES, day_starts, zones

BASE = datetime(2024, 3, 20, tzinfo=UTC)
LAST_TICK = 60
YEARS = [f"{years}_years" for years in range(2, 60)]


def tick(number: int) -> datetime:
    """Return the instant of a tick."""
    odd = timedelta(seconds=number * 7919 % 3600, microseconds=number * 104_729 % 1_000_000)
    return BASE + number * timedelta(hours=6) + odd


NUMBERS = {tick(number): number for number in range(4_000)}


# --- histories ------------------------------------------------------------------------------


@dataclass(frozen=True)
class World:
    """All facts of one tracker in the order of recording, and a time to look at them."""

    facts: list[Fact]
    now_tick: int
    today: date
    zone: str

    @property
    def now(self) -> datetime:
        return tick(self.now_tick)


@st.composite
def worlds(draw: st.DrawFn, *, lasting: int = 60) -> World:
    """Draw facts that a tracker can have: nothing dated after it was recorded, nothing voided
    before it was recorded, nothing recorded after now."""
    ids = iter(draw(st.permutations([f"fact-{n:02}" for n in range(20)])))
    moments = st.integers(0, LAST_TICK)
    facts: list[Fact] = []
    latest = 0

    def frozen(number: int, zone: str, h: int) -> date:
        return days.local_date(tick(number), zone=zone, day_start_hour=h)

    for _ in range(draw(st.sampled_from([1, 1, 1, 1, 2, 0]))):
        at = draw(st.integers(0, 25))
        recorded = at + draw(st.sampled_from([0, 0, 1, 40]))
        zone, h = draw(zones), draw(day_starts)
        facts.append(Started(next(ids), tick(at), frozen(at, zone, h), zone, h, tick(recorded)))
        latest = max(latest, recorded)
    for _ in range(draw(st.integers(0, 8))):
        used = draw(moments)
        resumed = used + draw(st.sampled_from([0, 0, 0, 1, 2, 5, 9]))
        recorded = resumed + draw(st.sampled_from([0, 1, 2, 10, 40]))
        zone, h = draw(zones), draw(day_starts)
        facts.append(
            Used(
                next(ids),
                tick(used),
                tick(resumed),
                frozen(used, zone, h),
                frozen(resumed, zone, h),
                zone,
                h,
                tick(recorded),
            )
        )
        latest = max(latest, recorded)
    recorded_ticks = {fact.id: ticks_until(fact.recorded_at) for fact in facts}
    for _ in range(draw(st.integers(0, 6)) if facts else 0):
        target = draw(st.sampled_from(facts)).id
        recorded = recorded_ticks[target] + draw(st.integers(1, 15))
        void = Voided(next(ids), target, tick(recorded))
        recorded_ticks[void.id] = recorded
        facts.append(void)
        latest = max(latest, recorded)
    now_tick = latest + draw(st.sampled_from([0, 0, 1, 5, lasting]))
    zone = draw(st.sampled_from(VARIED_ZONES))
    today = days.local_date(tick(now_tick), zone=zone, day_start_hour=draw(day_starts))
    facts.sort(key=lambda fact: fact.recorded_at)
    return World(facts=facts, now_tick=now_tick, today=today, zone=zone)


def ticks_until(instant: datetime) -> int:
    return NUMBERS[instant]


# --- what holds -----------------------------------------------------------------------------


def holds(fact: Fact, facts: Iterable[Fact]) -> bool:
    """Tell whether no void that holds targets a fact."""
    return not any(
        isinstance(other, Voided) and other.target == fact.id and holds(other, facts)
        for other in facts
    )


def holding_since(fact: Fact, facts: Sequence[Fact]) -> datetime:
    """Return when a fact last began to hold, by looking at what was on record at each time."""
    since = fact.recorded_at
    held = False
    for at in sorted({other.recorded_at for other in facts if other.recorded_at >= since}):
        on_record = [other for other in facts if other.recorded_at <= at]
        if holds(fact, on_record) and not held:
            since = at
        held = holds(fact, on_record)
    return since


def first_start(facts: Sequence[Fact]) -> Started | None:
    starts = [fact for fact in facts if isinstance(fact, Started) and holds(fact, facts)]
    return min(starts, key=lambda fact: (fact.at, fact.recorded_at, fact.id), default=None)


def counted_uses(facts: Sequence[Fact], start: Started) -> list[Used]:
    return [
        fact
        for fact in facts
        if isinstance(fact, Used)
        and holds(fact, facts)
        and not (fact.used_at < start.at and fact.resumed_at <= start.at)
    ]


# --- the clock ------------------------------------------------------------------------------


@dataclass(frozen=True)
class NaiveEpisode:
    opened_by: FactId
    started_at: datetime
    started_on: date
    ended_by: FactId | None
    ended_at: datetime | None
    ended_on: date | None


def naive_episodes(world: World) -> list[NaiveEpisode]:
    """Walk from the start to now, tick by tick, and note each stretch without use."""
    facts, start = world.facts, first_start(world.facts)
    assert start is not None
    uses = counted_uses(facts, start)
    ticks = range(ticks_until(start.at), world.now_tick + 1)

    def used_between(number: int) -> bool:
        return any(u.used_at <= tick(number) and tick(number + 1) <= u.resumed_at for u in uses)

    def used_at(number: int) -> bool:
        return any(u.used_at <= tick(number) <= u.resumed_at for u in uses)

    def opening(number: int) -> tuple[FactId, datetime, date]:
        if tick(number) == start.at:
            return start.id, start.at, start.on
        by = first_recorded([u for u in uses if u.resumed_at == tick(number)])
        return by.id, by.resumed_at, by.resumed_on

    def closing(number: int) -> tuple[FactId, datetime, date]:
        by = first_recorded([u for u in uses if u.used_at == tick(number)])
        return by.id, by.used_at, by.used_on

    found: list[NaiveEpisode] = []
    began: int | None = None if used_between(ticks[0]) else ticks[0]
    for number in ticks[1:]:
        if began is not None and used_at(number):
            found.append(NaiveEpisode(*opening(began), *closing(number)))
            began = None
        last = number == ticks[-1]
        if used_at(number) and (last or not used_between(number)):
            began = number
    assert began is not None
    found.append(NaiveEpisode(*opening(began), None, None, None))
    return found


def first_recorded(uses: list[Used]) -> Used:
    return min(uses, key=lambda use: (use.recorded_at, use.id))


@dataclass(frozen=True)
class NaiveReading:
    current_days: int
    current_seconds: int
    longest_days: int
    sober_days: int
    days_elapsed: int
    episode_count: int
    episode_started_at: datetime
    money_saved: Decimal
    minutes_saved: int
    next_milestone: tuple[str, date, datetime]


def naive_reading(world: World, *, cost_per_day: Decimal, minutes_per_day: int) -> NaiveReading:
    """Compute every number from the whole history."""
    start = first_start(world.facts)
    assert start is not None
    episodes = naive_episodes(world)
    current = episodes[-1]
    lengths = [((e.ended_on or world.today) - e.started_on).days for e in episodes]
    use_dates: set[date] = set()
    for use in counted_uses(world.facts, start):
        use_dates |= dates_between(
            use.used_on, max(use.used_on, use.resumed_on - timedelta(days=1))
        )
    elapsed = dates_between(start.on, world.today - timedelta(days=1))
    lasted = sum(((e.ended_at or world.now) - e.started_at for e in episodes), timedelta(0))
    with localcontext(prec=60):
        in_days = Decimal(lasted // timedelta(microseconds=1)) / 86_400_000_000
        money = (cost_per_day * in_days).quantize(Decimal("0.01"), ROUND_HALF_EVEN)
        minutes = int((minutes_per_day * in_days).quantize(Decimal(1), ROUND_HALF_EVEN))
    return NaiveReading(
        current_days=max(0, lengths[-1]),
        current_seconds=(world.now - current.started_at) // timedelta(seconds=1),
        longest_days=max(0, *lengths, 0),
        sober_days=len(elapsed - use_dates),
        days_elapsed=len(elapsed),
        episode_count=len(episodes),
        episode_started_at=current.started_at,
        money_saved=money,
        minutes_saved=minutes,
        next_milestone=naive_next(world, current),
    )


def dates_between(first: date, last: date) -> set[date]:
    return {first + timedelta(days=n) for n in range((last - first).days + 1)}


def naive_next(world: World, current: NaiveEpisode) -> tuple[str, date, datetime]:
    fact = next(fact for fact in world.facts if fact.id == current.opened_by)
    assert not isinstance(fact, Voided)
    for code in [*MILESTONES, *YEARS]:
        due, due_at = naive_due(code, current.started_on, fact.zone, fact.day_start_hour)
        if due_at > world.now:
            return code, due, due_at
    raise AssertionError("no milestone in sixty years")


# --- milestones -----------------------------------------------------------------------------


def naive_due(code: str, started_on: date, zone: str, h: int) -> tuple[date, datetime]:
    due = naive_due_on(code, started_on)
    return due, days.day_starts_at(due, zone=zone, day_start_hour=h)


def naive_due_on(code: str, started_on: date) -> date:
    """Step day by day, or month by month and then back to a day that the month has."""
    number, unit = code.split("_")
    if unit in ("day", "days"):
        day = started_on
        for _ in range(int(number)):
            day += timedelta(days=1)
        return day
    year, month = started_on.year, started_on.month
    for _ in range(int(number) * (12 if unit in ("year", "years") else 1)):
        year, month = (year + 1, 1) if month == 12 else (year, month + 1)
    wanted = started_on.day
    while True:
        try:
            return date(year, month, wanted)
        except ValueError:
            wanted -= 1


def naive_earned(world: World) -> list[Earned]:
    """Ask of every opening fact, milestone and other use whether the one cuts off the other."""
    facts, start = world.facts, first_start(world.facts)
    if start is None:
        return []
    uses = [use for use in counted_uses(facts, start) if use.resumed_at > start.at]
    openings: list[tuple[Started | Used, datetime, date]] = [(start, start.at, start.on)]
    openings += [(use, use.resumed_at, use.resumed_on) for use in uses]
    found = []
    for opener, at, on in openings:
        for code in [*MILESTONES, *YEARS]:
            due, due_at = naive_due(code, on, opener.zone, opener.day_start_hour)
            if due_at > world.now:
                break
            cutting = [use for use in uses if use is not opener and cuts(use, opener, at, due_at)]
            if not any(holding_since(use, facts) < due_at for use in cutting):
                found.append(Earned(opener.id, code, due, due_at, superseded=bool(cutting)))
    return found


def cuts(use: Used, opener: Started | Used, at: datetime, due_at: datetime) -> bool:
    """Tell whether a use ends the opener's episode before it is due, or opens it instead."""
    tied = use.resumed_at == at and first_of(use, opener) is use
    return tied or (use.used_at < due_at and use.resumed_at > at)


def first_of(one: Used, other: Started | Used) -> Started | Used:
    return min((one, other), key=lambda fact: (fact.recorded_at, fact.id))
