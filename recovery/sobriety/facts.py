"""The append-only facts of an abstinence tracker, and which of them hold.

A correction voids and adds; it never edits. A void can be voided too, which is how one is
undone. Rules: design, "The clock of an abstinence tracker".
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID

FactId = UUID | str


@dataclass(frozen=True, slots=True)
class Started:
    """The member stopped at an instant; ``on`` is its local date, frozen with the zone."""

    id: FactId
    at: datetime
    on: date
    zone: str
    day_start_hour: int
    recorded_at: datetime


@dataclass(frozen=True, slots=True)
class Used:
    """The member used from one instant to another (or at one); both local dates are frozen."""

    id: FactId
    used_at: datetime
    resumed_at: datetime
    used_on: date
    resumed_on: date
    zone: str
    day_start_hour: int
    recorded_at: datetime


@dataclass(frozen=True, slots=True)
class Voided:
    """Another fact, perhaps a void itself, does not hold."""

    id: FactId
    target: FactId
    recorded_at: datetime


Fact = Started | Used | Voided


@dataclass(frozen=True, slots=True)
class History:
    """What holds: the first start and the uses that touch the time from it on.

    ``since`` says for each of them when it last began to hold: when it was recorded or, if it
    was voided and the void undone, when it was undone.
    """

    start: Started
    uses: tuple[Used, ...]
    since: dict[FactId, datetime]


def active(facts: Iterable[Fact]) -> list[Fact]:
    """Return the facts that no active void targets, each once, as recorded first to last."""
    by_id = {fact.id: fact for fact in facts}
    return sorted((by_id[fact_id] for fact_id in active_since(by_id.values())), key=recorded_order)


def active_since(facts: Iterable[Fact]) -> dict[FactId, datetime]:
    """Return when each active fact last began to hold; a fact that does not hold is absent."""
    by_id = {fact.id: fact for fact in facts}
    voids: dict[FactId, int] = defaultdict(int)  # how many active voids target a fact
    since: dict[FactId, datetime] = {}
    # What ceased to hold at the instant that is being replayed, and since when it had held. What
    # is recorded at one instant is one correction: a fact that holds before and after it, held.
    instant: datetime | None = None
    ceased: dict[FactId, datetime] = {}
    for added in sorted(by_id.values(), key=recorded_order):
        if added.recorded_at != instant:
            instant, ceased = added.recorded_at, {}
        if voids[added.id]:
            continue
        since[added.id] = added.recorded_at
        # A void that begins or ceases to hold passes this on along the chain of its targets.
        source: Fact | None = added
        passed = {added.id}  # voids in a circle cannot be recorded, and must not hang either
        while isinstance(source, Voided) and source.target not in passed:
            target = source.target
            passed.add(target)
            voids[target] += 1 if source.id in since else -1
            known = by_id.get(target)
            held = target in since
            if held and voids[target]:
                ceased.setdefault(target, since.pop(target))
            elif not voids[target] and known and recorded_order(known) < recorded_order(added):
                since[target] = ceased.get(target, added.recorded_at)
            source = known if held != (target in since) else None
    return since


def history(facts: Iterable[Fact]) -> History | None:
    """Return what a clock counts, or None without a start.

    If several starts hold, the earliest is the first start and the others say nothing. A use
    that was over when the tracker started does not count; one that lasted into it does.
    """
    by_id = {fact.id: fact for fact in facts}
    since = active_since(by_id.values())
    starts = [fact for fact in by_id.values() if isinstance(fact, Started) and fact.id in since]
    if not starts:
        return None
    start = min(starts, key=lambda fact: (fact.at, *recorded_order(fact)))
    uses = tuple(
        fact
        for fact in by_id.values()
        if isinstance(fact, Used)
        and fact.id in since
        and (fact.resumed_at > start.at or fact.used_at >= start.at)
    )
    return History(start=start, uses=uses, since=since)


def use_dates(*, used_on: date, resumed_on: date) -> tuple[date, date]:
    """Return the first and the last date with use of an event, from its frozen dates.

    The date on which the member resumed counts only if it is the one on which they used.
    """
    return used_on, max(used_on, resumed_on - timedelta(days=1))


def recorded_order(fact: Fact) -> tuple[datetime, str]:
    """Return the sort key that breaks ties between facts: recorded first, then by id."""
    return fact.recorded_at, str(fact.id)
