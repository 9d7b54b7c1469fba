"""The tick: how fast due reminders become notifications, and what an idle tick costs."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from statistics import median

from bench.report import Table
from bench.serving import OURS, engines

WHAT = """\
notifications.planner.tick by itself in one process, with push switched on. 100,000 reminders of
10,000 members in six zones, each with one phone; 10,000 reminders, one of each member, have just
fallen due. One tick claims them in batches of 500 and, for each, asks whether the date is answered
or paused, writes the notification with its dedupe key and the delivery to the phone, and moves the
deadline by the member's wall clock. Three such ticks; the median. Idle: nothing is due; the median
of 300."""

FEW, MANY, DUE = 1_000, 100_000, 10_000
COLUMNS = ("the tick", "SQLite", "PostgreSQL")


def run(*, folder: Path, postgresql: str) -> Iterator[Table]:
    """Measure on both engines."""
    columns = []
    for _, program in engines(folder=folder, postgresql=postgresql, settings=OURS):
        found = program.inside("bench.inside.tick", FEW, MANY, DUE)
        seconds = median(found["seconds"])
        columns.append(
            (
                f"{found['planned']:,}",
                f"{seconds:.2f}",
                f"{DUE / seconds:,.0f}",
                f"{found['idle_few']:.2f}",
                f"{found['idle_many']:.2f}",
            )
        )
    names = (
        "notifications promised by one tick",
        f"seconds for {DUE:,} due of {MANY:,}",
        "due reminders a second",
        f"idle tick, milliseconds, {FEW:,} reminders",
        f"idle tick, milliseconds, {MANY:,} reminders",
    )
    yield Table("The tick", COLUMNS, list(zip(names, *columns, strict=True)))
