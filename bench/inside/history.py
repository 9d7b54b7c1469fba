"""Make the member with ten years and the one with ten days, and time the queries."""

from __future__ import annotations

from collections.abc import Callable
from time import perf_counter
from typing import Any
from uuid import UUID

from django.utils import timezone

from bench.inside.life import member
from bench.inside.tables import analyze
from recovery.calendar.queries import today_of
from recovery.checkins import queries as checkins
from recovery.members.models import Member
from recovery.overview.today import today as home_screen
from recovery.sobriety import queries as sobriety

TEN_YEARS, TEN_DAYS, USES_EVERY = 3650, 10, 90


def main(warm_ups: str, turns: str) -> dict[str, Any]:
    """Return both members, and milliseconds of each query for the one and for the other."""
    now = timezone.now()
    long = member(days=TEN_YEARS, now=now, uses_every=USES_EVERY)
    short = member(days=TEN_DAYS, now=now)
    analyze()
    owners = [Member.objects.get(id=one["member"]) for one in (long, short)]
    tracker_ids = [UUID(one["trackers"][0]) for one in (long, short)]
    today = today_of(member=owners[0], now=now)

    def clock(place: int) -> None:
        tracker = sobriety.tracker_of(member_id=owners[place].id, tracker_id=tracker_ids[place])
        sobriety.reading(tracker=tracker, now=now, today=today)

    def streak(place: int) -> None:
        checkins.streak_of(member=owners[place], today=today, answered_today=False)

    def home(place: int) -> None:
        home_screen(member=owners[place], now=now)

    queries = {"queries: the clock": clock, "queries: the streak": streak, "queries: today": home}
    times = {
        name: _in_turn(read, warm_ups=int(warm_ups), turns=int(turns))
        for name, read in queries.items()
    }
    return {"long": long, "short": short, "times": times}


def _in_turn(read: Callable[[int], None], *, warm_ups: int, turns: int) -> dict[str, list[float]]:
    for turn in range(warm_ups):
        read(turn % 2)
    times: tuple[list[float], list[float]] = ([], [])
    for turn in range(turns * 2):
        began = perf_counter()
        read(turn % 2)
        times[turn % 2].append((perf_counter() - began) * 1000)
    return {"one": times[0], "other": times[1]}
