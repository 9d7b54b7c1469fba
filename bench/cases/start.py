"""How long a second start takes, from the command to the first 200 of /readyz."""

from __future__ import annotations

import http.client
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

from bench.report import Table
from bench.serving import ROOT
from tests.services import free_port

WHAT = """\
"./run" with its virtual environment and a migrated SQLite data folder in place, five times: seconds
from the command to the first 200 of /readyz, and from SIGTERM to the end of all processes. The
first start, which makes the data folder and the tables, stands above them. The aim: under 4 s."""

STARTS = 5
COLUMNS = ("seconds", "to /readyz", "to stop")
# Without a stamp of ./run it would install first; then only what it calls is measured.
INSTALLED = any((ROOT / ".venv").glob(".installed-*"))
COMMAND = ["./run"] if INSTALLED else [sys.executable, "manage.py", "serve"]


def run(*, folder: Path, postgresql: str) -> Iterator[Table]:
    """Measure on SQLite."""
    rows = []
    for turn in range(STARTS + 1):
        ready, stopped = _start(folder)
        name = "the first start" if turn == 0 else f"start {turn + 1}"
        rows.append((name, f"{ready:.2f}", f"{stopped:.2f}"))
    yield Table(f"Starting with {' '.join(COMMAND[-2:])}", COLUMNS, rows)


def _start(folder: Path) -> tuple[float, float]:
    port = free_port()
    environment = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}
    environment |= {"DATA_DIR": str(folder), "PORT": str(port)}
    began = time.monotonic()
    process = subprocess.Popen(
        COMMAND, cwd=ROOT, env=environment, stdout=subprocess.DEVNULL, start_new_session=True
    )
    try:
        while not _is_ready(port):
            if process.poll() is not None:
                raise RuntimeError("The start did not succeed.")
            time.sleep(0.01)
        ready = time.monotonic()
        process.send_signal(signal.SIGTERM)
        process.wait(timeout=60)
        return ready - began, time.monotonic() - ready
    finally:
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGKILL)


def _is_ready(port: int) -> bool:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=1)
    try:
        connection.request("GET", "/readyz")
        return connection.getresponse().status == 200
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()
