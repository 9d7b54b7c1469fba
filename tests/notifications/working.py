"""Real Celery workers, each a process of its own, on this test's database."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from urllib.parse import quote

from django.db import connection

from api.serving.children import bond_to_parent
from tests.loopback.fcm import LoopbackFcm

ROOT = Path(__file__).resolve().parents[2]
PATIENCE = 40.0


class Worker:
    """A worker with beat, started the way the program is started."""

    def __init__(self, *, folder: Path, broker_url: str, fcm: LoopbackFcm, options: str) -> None:
        self.log = folder / "worker.log"
        environment = {
            **os.environ,
            "DJANGO_SETTINGS_MODULE": "tests.notifications.worker_settings",
            "DATA_DIR": str(folder / "data"),
            "DATABASE_URL": _database_url(),
            "CELERY_BROKER_URL": broker_url,
            "FIREBASE_CREDENTIALS": str(fcm.credentials_file),
            "FCM_BASE_URL": fcm.base_url,
        }
        command = [
            *(sys.executable, "-m", "celery", "-A", "api.config.celery", "worker"),
            *("--beat", "--hostname", f"w{time.monotonic_ns()}@%h", "--loglevel", "WARNING"),
            *options.split(),
        ]
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                command,
                cwd=ROOT,
                env=environment,
                stdout=log,
                stderr=log,
                start_new_session=True,
                preexec_fn=bond_to_parent(number=signal.SIGKILL),
            )

    def kill(self) -> None:
        """End the worker as the kernel does when memory is short; its beat notices by itself."""
        self.process.kill()
        self.process.wait()

    def stop(self) -> int:
        """Ask the worker to end, and return its exit code."""
        self.process.terminate()
        try:
            return self.process.wait(timeout=20)
        finally:
            self.clear_away()

    def clear_away(self) -> None:
        """End whatever of it is left."""
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()

    def alive_in_group(self) -> list[int]:
        """Return the processes that the worker started, itself included, and that still run."""
        found = []
        for entry in Path("/proc").iterdir():
            if entry.name.isdigit():
                try:
                    stat = (entry / "stat").read_text().rpartition(")")[2].split()
                except OSError:
                    continue
                state, group = stat[0], int(stat[2])
                if group == self.process.pid and state != "Z":
                    found.append(int(entry.name))
        return found


def until(holds: Callable[[], bool], *, what: str, log: Path) -> None:
    """Wait until something holds; fail with the worker's log when it takes too long."""
    deadline = time.monotonic() + PATIENCE
    while not holds():
        if time.monotonic() > deadline:  # pragma: no cover - only when something is wrong
            raise AssertionError(f"{what}\n{log.read_text()[-4000:]}")
        time.sleep(0.05)


def _database_url() -> str:
    settings = connection.settings_dict
    if connection.vendor == "sqlite":
        return f"sqlite:///{settings['NAME']}"
    account = quote(str(settings["USER"]), safe="")
    if settings["PASSWORD"]:
        account += ":" + quote(str(settings["PASSWORD"]), safe="")
    where = quote(str(settings["HOST"]), safe="")
    if settings["PORT"]:
        where += f":{settings['PORT']}"
    return f"postgresql://{account}@{where}/{settings['NAME']}"
