"""What ``manage.py serve`` becomes once all is prepared: a small process that keeps others running.

It is a program of its own, with the standard library only: 20 MB instead of the 90 MB of a loaded
Django. It finds its ``Plan`` in the environment, as JSON: every user of a machine may read a
program's arguments, and what it says when ready may hold the tokens of a demo group.
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
from typing import Any

from api.serving.children import Child
from api.serving.supervisor import Supervisor

PLAN = "SERVE_PLAN"
WORKER = "worker"
SILENCE_SECONDS = 300.0  # twenty ticks
LOOK_SECONDS = 30.0


@dataclass(frozen=True, slots=True)
class Plan:
    """What to run, whom to ask whether it answers (None: nobody), and what to say then."""

    children: Sequence[tuple[str, Sequence[str], int]]  # name, command, niceness
    probe: tuple[str, int] | None
    when_ready: str

    def to_json(self) -> str:
        """Return the text that stands for this plan."""
        return json.dumps(asdict(self))


def run(*, plan: Plan) -> int:
    """Keep the plan's children running and return the exit code."""
    children = {
        name: Child(name=name, command=command, niceness=niceness)
        for name, command, niceness in plan.children
    }
    watchman = _Watchman(plan=plan, worker=children.get(WORKER))
    code = Supervisor(children=list(children.values()), say=_say).run(watch=watchman.watch)
    _say("Stopped.")
    return code


class _Watchman:
    """Asks the service how it is: often until it is ready, then now and then.

    A worker may be alive and idle for good (a connection that nobody closed, a lock that nobody
    gives back). The age of the last tick shows it, whatever the cause.
    """

    def __init__(self, *, plan: Plan, worker: Child | None) -> None:
        self._plan = plan
        self._worker = worker
        self._told = False
        self._next_look = 0.0
        self._seen: int | None = None  # the worker that is being watched ...
        self._silent = 0  # ... and how many looks in a row found it silent

    def watch(self, now: float) -> None:
        """Say once that the service answers; later end a worker that does nothing."""
        if self._told and now < self._next_look:
            return
        answer = {} if self._plan.probe is None else _ask(self._plan.probe)
        if answer is None:
            self._next_look = now + LOOK_SECONDS
        elif not self._told:
            self._told = True
            self._next_look = now + SILENCE_SECONDS
            _say(f"Ready{_after()}. Ctrl-C stops it.")
            _say(self._plan.when_ready)
        else:
            self._next_look = now + LOOK_SECONDS
            self._judge(answer, now)

    def _judge(self, answer: dict[str, Any], now: float) -> None:
        if self._worker is None or "last_tick_seconds" not in answer:
            return
        age = answer["last_tick_seconds"]
        if self._worker.pid != self._seen:  # a new one gets its time
            self._seen, self._silent = self._worker.pid, 0
            self._next_look = now + SILENCE_SECONDS
        elif age is not None and age < SILENCE_SECONDS:
            self._silent = 0
        elif self._silent < 1:
            self._silent += 1  # once may be a clock that was set, or a machine that slept
        else:
            _say(f"The {WORKER} has sent no tick for {SILENCE_SECONDS:g} s; ending it.")
            self._worker.abort()


def _ask(address: tuple[str, int]) -> dict[str, Any] | None:
    """Return what /readyz says, None when it is not ready."""
    connection = http.client.HTTPConnection(*address, timeout=1)
    try:
        connection.request("GET", "/readyz")
        answer = connection.getresponse()
        return dict(json.loads(answer.read())) if answer.status == 200 else None
    except (OSError, http.client.HTTPException, ValueError):
        return None
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
    sys.exit(run(plan=Plan(**json.loads(os.environ.pop(PLAN)))))
