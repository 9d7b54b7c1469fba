"""A sponsor's partners at a glance: 25 of them, each with a year of history."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from bench.client import Call, Connection, Times, call, in_turn
from bench.report import Table, middle, ratio, slow
from bench.serving import OURS, Program, engines

WHAT = """\
GET /partners/overview over HTTP as in "requests", by a sponsor with 25 partners, each with 365 days
of check-ins, a use every 45 to 165 days and a commitment that was answered on most dates. Each
shares whether they checked in, the commitment, and of one tracker milestones, weeks, clock and
uses. It makes eleven queries, one of them the record that the sponsor looked. In turn with it:

  ten days     the same with ten days of history each; the aim is 1.3 at most
  2 partners   a sponsor with two, with a year each
  25 times     GET /partners/{id}/progress for each of the 25, one after the other"""

MANY, FEW, YEAR, DAYS = 25, 2, 365, 10
WARM_UPS, TURNS, ROUNDS = 20, 150, 10
COLUMNS = ("milliseconds", "25 partners, a year", "the other", "ratio", "95 %", "the other, 95 %")
OVERVIEW = "/api/v1/partners/overview"


def run(*, folder: Path, postgresql: str) -> Iterator[Table]:
    """Measure on both engines."""
    for engine, program in engines(folder=folder, postgresql=postgresql, settings=OURS):
        yield Table(f"Partners at a glance on {engine}", COLUMNS, _rows(program))


def _rows(program: Program) -> list[list[str]]:
    made = program.inside("bench.inside.sponsor", MANY, FEW, YEAR, DAYS)
    lead = _gets(made["many_year"])
    others = {
        "beside ten days each": _gets(made["many_days"]),
        "beside 2 partners": _gets(made["few_year"]),
    }
    with program.served() as port:
        connections = Connection(port=port), Connection(port=port)
        times = {
            name: in_turn(connections, [(lead, other)] * (WARM_UPS + TURNS), warm_ups=WARM_UPS)
            for name, other in others.items()
        }
        times["beside 25 times progress"] = _each(connections, lead, made["many_year"])
        for connection in connections:
            connection.close()
    return [
        [
            name,
            *(middle(found.one), middle(found.other), ratio(found.one, found.other)),
            *(slow(found.one), slow(found.other)),
        ]
        for name, found in times.items()
    ]


def _each(connections: tuple[Connection, Connection], lead: Call, who: dict[str, Any]) -> Times:
    """Time one overview and then the progress of each partner, some rounds."""
    one, other = connections
    calls = [_gets(who, f"/api/v1/partners/{link}/progress") for link in who["partners"]]
    found = Times([], [])
    for turn in range(ROUNDS + 2):
        took = one.milliseconds(lead), sum(other.milliseconds(each) for each in calls)
        if turn >= 2:  # the first two warm up
            found.one.append(took[0])
            found.other.append(took[1])
    return found


def _gets(who: dict[str, Any], path: str = OVERVIEW) -> Call:
    return call("GET", path, token=who["token"], status=200)
