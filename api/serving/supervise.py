"""What ``manage.py serve`` becomes once all is prepared: a small process that keeps others running.

It is a program of its own, with the standard library only: 15 MB instead of the 90 MB of a loaded
Django. Its one argument is a ``Plan`` as JSON.
"""

from __future__ import annotations

import http.client
import json
import os
import sys
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from api.serving.children import Child
from api.serving.supervisor import Supervisor


@dataclass(frozen=True, slots=True)
class Plan:
    """What to run, whom to ask whether it answers (None: nobody), and what to say then."""

    children: Sequence[tuple[str, Sequence[str], int]]  # name, command, niceness
    probe: tuple[str, int] | None
    when_ready: str

    def to_json(self) -> str:
        """Return the argument that stands for this plan."""
        return json.dumps(asdict(self))


def run(*, plan: Plan) -> int:
    """Keep the plan's children running and return the exit code."""
    children = [
        Child(name=name, command=command, niceness=niceness)
        for name, command, niceness in plan.children
    ]
    code = Supervisor(children=children, say=_say).run(watch=_Announcer(plan=plan).watch)
    _say("Stopped.")
    return code


class _Announcer:
    """Says once, when the first request is answered, where everything is."""

    def __init__(self, *, plan: Plan) -> None:
        self._plan = plan
        self._told = False

    def watch(self, now: float) -> None:
        """Ask whether the service answers, until it does."""
        if self._told or not _answers(self._plan.probe):
            return
        self._told = True
        _say(f"Ready{_after()}. Ctrl-C stops it.")
        _say(self._plan.when_ready)


def _answers(address: tuple[str, int] | None) -> bool:
    if address is None:
        return True
    connection = http.client.HTTPConnection(*address, timeout=1)
    try:
        connection.request("GET", "/readyz")
        return connection.getresponse().status == 200
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()


def _after() -> str:
    """Return how long this process lives, shell and preparation included; empty where unknown."""
    try:
        fields = Path("/proc/self/stat").read_text().rpartition(")")[2].split()
        born = int(fields[19]) / os.sysconf("SC_CLK_TCK")  # proc_pid_stat(5): field 22
        return f" after {time.clock_gettime(time.CLOCK_BOOTTIME) - born:.1f} s"
    except (OSError, ValueError, AttributeError, IndexError):
        return ""


def _say(line: str) -> None:
    sys.stdout.write(line.rstrip() + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(run(plan=Plan(**json.loads(sys.argv[1]))))
