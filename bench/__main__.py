"""``./run bench [case …]``: measure and print."""

from __future__ import annotations

import importlib
import sys
import tempfile
import time
from pathlib import Path

from bench import report
from tests import services

CASES = ("requests", "tick", "history", "overview", "start")


def main(names: list[str]) -> int:
    """Run the cases that were named, or all; return the exit code."""
    unknown = [name for name in names if name not in CASES]
    if unknown:
        print(f"bench: there is no case {unknown[0]}; there are {', '.join(CASES)}")
        return 2
    print(report.machine(), flush=True)
    began = time.monotonic()
    with (
        tempfile.TemporaryDirectory(prefix="recovery-bench-") as made,
        services.postgresql() as postgresql,
    ):
        for name in names or CASES:
            case = importlib.import_module(f"bench.cases.{name}")
            print(f"\n=== {name}\n{case.WHAT}", flush=True)
            for table in case.run(folder=Path(made) / name, postgresql=postgresql):
                print(f"\n{table.text()}", flush=True)
    print(f"\nmeasured in {time.monotonic() - began:.0f} s")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
