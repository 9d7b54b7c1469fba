"""Episodes: the unbroken stretches that a tracker's facts leave between uses.

An episode is closed by a use, never deleted, and named by the fact that opened it. Rules:
design, "The clock of an abstinence tracker".
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime

from recovery.sobriety import facts as sobriety_facts
from recovery.sobriety.facts import Fact, FactId, History, Used


@dataclass(frozen=True, slots=True)
class Episode:
    """An unbroken stretch. The last one is open: it has no end and no ``days`` yet."""

    opened_by: FactId
    started_at: datetime
    started_on: date
    ended_at: datetime | None
    ended_on: date | None
    ended_by: FactId | None
    days: int | None


@dataclass(frozen=True, slots=True)
class Opening:
    """Where an episode opens, read from its opening fact."""

    id: FactId
    at: datetime
    on: date
    zone: str
    day_start_hour: int


@dataclass(frozen=True, slots=True)
class _Stretch:
    """A stretch of use without a gap: the fact that begins it and the one that ends it."""

    first: Used
    last: Used


def episodes(facts: Iterable[Fact]) -> list[Episode]:
    """Return the episodes of a tracker, oldest first; the last one is open. Empty without a start.

    The days of one are the local date of its end minus that of its start, never negative.
    """
    history = sobriety_facts.history(facts)
    return [] if history is None else [episode for episode, _ in episodes_of(history)]


def episodes_of(history: History) -> Iterator[tuple[Episode, Opening]]:
    """Yield each positive gap between stretches of use after the start, and then the open one."""
    start = history.start
    opening = Opening(start.id, start.at, start.on, start.zone, start.day_start_hour)
    for stretch in _stretches(history):
        first, last = stretch.first, stretch.last
        if first.used_at > opening.at:
            yield (
                Episode(
                    opened_by=opening.id,
                    started_at=opening.at,
                    started_on=opening.on,
                    ended_at=first.used_at,
                    ended_on=first.used_on,
                    ended_by=first.id,
                    days=max((first.used_on - opening.on).days, 0),
                ),
                opening,
            )
        opening = Opening(last.id, last.resumed_at, last.resumed_on, last.zone, last.day_start_hour)
    yield (
        Episode(
            opened_by=opening.id,
            started_at=opening.at,
            started_on=opening.on,
            ended_at=None,
            ended_on=None,
            ended_by=None,
            days=None,
        ),
        opening,
    )


def _stretches(history: History) -> Iterator[_Stretch]:
    """Merge the uses that overlap or touch, in the order of time.

    One that ends with the start instant leaves nothing after it to merge: the start opens the
    first episode then.
    """
    uses = sorted(
        (use for use in history.uses if use.resumed_at > history.start.at),
        key=lambda use: (use.used_at, *sobriety_facts.recorded_order(use)),
    )
    current: _Stretch | None = None
    for use in uses:
        if current is None or use.used_at > current.last.resumed_at:
            if current is not None:
                yield current
            current = _Stretch(use, use)
        elif _ends_after(use, current.last):
            current = _Stretch(current.first, use)
    if current is not None:
        yield current


def _ends_after(use: Used, other: Used) -> bool:
    """Tell which of two uses opens the next episode: the later end, then the first recorded."""
    if use.resumed_at != other.resumed_at:
        return use.resumed_at > other.resumed_at
    return sobriety_facts.recorded_order(use) < sobriety_facts.recorded_order(other)
