"""Does a long history make reading slower? Ten years of daily check-ins beside ten days."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from bench.client import Call, Connection, Times, call, in_turn
from bench.report import Table, middle, ratio
from bench.serving import OURS, Program, engines

WHAT = """\
Two members of this program, one with 3,650 days of history and one with 10; the long one has missed
every 11th date (332 streaks) and told a use every 90 days (40 episodes). Both are read in turn.

  queries   in one process: the tracker with its clock (sobriety.queries), the check-in streak
            (checkins.queries), the whole home screen (overview.today)
  GET       over HTTP as in "requests"

The aim: a ratio of 1.3 at most."""

COLUMNS = ("milliseconds", "10 years", "10 days", "ratio")
WARM_UPS, TURNS = 30, 300
READS = {
    "GET the tracker": "/api/v1/trackers/{tracker}",
    "GET check-ins/streak": "/api/v1/check-ins/streak",
    "GET today": "/api/v1/today",
}


def run(*, folder: Path, postgresql: str) -> Iterator[Table]:
    """Measure on both engines."""
    for engine, program in engines(folder=folder, postgresql=postgresql, settings=OURS):
        yield Table(f"Ten years beside ten days on {engine}", COLUMNS, _rows(program))


def _rows(program: Program) -> list[list[str]]:
    found = program.inside("bench.inside.history", WARM_UPS, TURNS)
    inside = {name: Times(**times) for name, times in found["times"].items()}
    both = found["long"], found["short"]
    with program.served() as port:
        connections = Connection(port=port), Connection(port=port)
        over_http = {
            name: in_turn(connections, [_gets(both, path)] * (WARM_UPS + TURNS), warm_ups=WARM_UPS)
            for name, path in READS.items()
        }
        for connection in connections:
            connection.close()
    return [
        [name, middle(times.one), middle(times.other), ratio(times.one, times.other)]
        for name, times in {**inside, **over_http}.items()
    ]


def _gets(both: tuple[Any, Any], path: str) -> tuple[Call, Call]:
    one, other = (
        call("GET", path.format(tracker=who["trackers"][0]), token=who["token"], status=200)
        for who in both
    )
    return one, other
