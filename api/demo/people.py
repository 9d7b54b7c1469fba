"""What is said of each member of the demo group, and of each two who are partners.

Dates count back from today: ``days_ago=0`` is today, ``DAYS`` the day on which everybody joined.
Times of day are wall-clock times where the person lives.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import time
from decimal import Decimal

from recovery.sobriety.models import Category, LimitPer, Trigger
from recovery.support.queries import Plan

DAYS = 120


@dataclass(frozen=True, slots=True)
class Use:
    """A use, and how many days later it was told; ``hours`` until it was over."""

    days_ago: int
    at: time
    hours: int
    trigger: Trigger
    note: str
    told_after_days: int = 1


@dataclass(frozen=True, slots=True)
class Limit:
    """From a day on, at most so much; ``usual`` is what a logged day holds, least to most."""

    days_ago: int
    per: LimitPer
    amount: Decimal
    unit: str
    usual: tuple[int, int]


@dataclass(frozen=True, slots=True)
class Tracked:
    """A tracker: with limits it is about cutting down, without it has a clock.

    ``said_apart``: amounts are logged as they come instead of in the check-in.
    """

    name: str
    category: Category
    days_ago: int
    at: time = time(7, 30)
    cost_per_day: Decimal | None = None
    currency: str = ""
    minutes_per_day: int | None = None
    uses: tuple[Use, ...] = ()
    limits: tuple[Limit, ...] = ()
    said_apart: bool = False


@dataclass(frozen=True, slots=True)
class Away:
    """Days in another zone, first and last; the phone says so with every check-in."""

    first_days_ago: int
    last_days_ago: int
    zone: str


@dataclass(frozen=True, slots=True)
class Person:
    """A member of the group. ``steadiness`` is the share of dates that get a check-in."""

    handle: str
    zone: str
    trackers: tuple[Tracked, ...]
    evening: time  # when the check-in is usual
    steadiness: float = 0.8
    day_start_hour: int = 0
    pauses: tuple[tuple[int, int | None], ...] = ()  # from and to, in days ago; None: still on
    away: Away | None = None
    plan: Plan | None = None
    remind_at: time | None = None
    answers_today: bool = True


@dataclass(frozen=True, slots=True)
class Pair:
    """Two partners, linked some days ago by an invite of the first.

    A side that shows clocks shows all of its clocks; each side that shows anything shows whether
    it checked in.
    """

    inviter: str
    other: str
    days_ago: int
    show_clocks: frozenset[str] = frozenset()
    show_status: frozenset[str] = frozenset()
