"""The three requests that an app makes most, beside a plain Django REST framework program."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from bench import data
from bench.client import Call, Connection, call, in_turn
from bench.report import Table, middle, ratio, slow
from bench.serving import OURS, PLAIN, Program, engines

WHAT = """\
Each request of this program beside the same of a plain one (bench/plain: stock ModelViewSet,
ModelSerializer and simplejwt), on loopback over one kept connection each, sent in turn A B B A …;
both served by granian with one worker and sixteen threads, with the same database settings and the
same 400 days of history. PostgreSQL runs without fsync, as in the tests.

  GET /today         Ours: trackers with clocks and milestones, names unsealed, check-in, streak,
                     reminders, consents, unread count, help when due. Plain: trackers, today's
                     check-in, a streak counted through all dates.
  PUT, a new date    Each by another member with 30 days of history, for today. Ours: two trackers'
                     dates, streak, sealed note and change row beside the check-in, in one
                     transaction. Plain: SELECT, then INSERT of the check-in.
  PUT, an edit       Eleven dates in turn, every body another, the trackers' states as they were.
                     Ours: check-in and change row in one transaction, the old note unsealed to see
                     what changed, the new one sealed. Plain: SELECT, then UPDATE.
  30 check-ins       The first page, 30 notes unsealed. Plain: stock CursorPagination.

A plain program has none of the above beyond its columns: the ratio is what they cost."""

Turn = tuple[Call, Call]
DAYS, OTHER_DAYS = 400, 30
WARM_UPS, TURNS, NEW = 40, 400, 240
EDITED = data.MISSED_EVERY  # today and the dates before it up to the first that was missed
COLUMNS = ("milliseconds", "ours", "plain", "ratio", "ours, 95 %", "plain, 95 %")


def run(*, folder: Path, postgresql: str) -> Iterator[Table]:
    """Measure on both engines."""
    ours = engines(folder=folder, postgresql=postgresql, settings=OURS)
    plain = engines(folder=folder, postgresql=postgresql, settings=PLAIN)
    for (engine, one), (_, other) in zip(ours, plain, strict=True):
        yield Table(f"Requests on {engine}", COLUMNS, _rows(one, other))


def _rows(ours: Program, plain: Program) -> list[list[str]]:
    members = WARM_UPS + NEW
    mine = ours.inside("bench.inside.life", DAYS, members, OTHER_DAYS)
    today = date.fromisoformat(mine["today"])
    theirs = plain.inside("bench.plain.life", DAYS, members, OTHER_DAYS, today)
    leads = mine["lead"], theirs["lead"]
    others = list(zip(mine["others"], theirs["others"], strict=True))
    cases: dict[str, list[Turn]] = {
        "PUT check-in, a new date": [
            _puts(both, today, turn=turn, status=201) for turn, both in enumerate(others)
        ],
        "PUT check-in, an edit": [
            _puts(leads, today - timedelta(days=turn % EDITED), turn=1000 + turn, status=200)
            for turn in range(WARM_UPS + TURNS)
        ],
        "GET today": [_gets(leads, "/api/v1/today")] * (WARM_UPS + TURNS),
        "GET a page of 30 check-ins": [_gets(leads, "/api/v1/check-ins")] * (WARM_UPS + TURNS),
    }
    with ours.served() as port, plain.served() as other_port:
        connections = Connection(port=port), Connection(port=other_port)
        in_turn(connections, [_puts(leads, today, turn=0, status=201)], warm_ups=1)
        measured = {
            name: in_turn(connections, turns, warm_ups=WARM_UPS) for name, turns in cases.items()
        }
        for connection in connections:
            connection.close()
    return [
        [
            name,
            *(middle(times.one), middle(times.other), ratio(times.one, times.other)),
            *(slow(times.one), slow(times.other)),
        ]
        for name, times in measured.items()
    ]


def _gets(both: tuple[Any, Any], path: str) -> Turn:
    one, other = (call("GET", path, token=who["token"], status=200) for who in both)
    return one, other


def _puts(both: tuple[Any, Any], day: date, *, turn: int, status: int) -> Turn:
    said = data.said(day, turn=turn)
    one, other = (
        call(
            "PUT",
            f"/api/v1/check-ins/{day}",
            token=who["token"],
            status=status,
            body=data.body(said, tracker_ids=who["trackers"]),
        )
        for who in both
    )
    return one, other
