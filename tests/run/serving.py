"""The real start, as ``./run`` makes it, in a process of its own."""

from __future__ import annotations

import contextlib
import http.client
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from uuid import uuid4

import psutil
import psycopg

from tests.services import free_port

ROOT = Path(__file__).resolve().parent.parent.parent
PATIENCE = 120.0  # seconds; a whole minute may have to pass, on two cores busy with other tests


class Service:
    """One ``manage.py serve`` with a data folder and a port of its own."""

    def __init__(self, *, folder: Path, **environment: str) -> None:
        self.data = folder / "data"
        self.port = free_port()
        self._said = folder / "said"
        self._environment = {
            "PATH": os.environ["PATH"],
            "HOME": str(folder),
            "DATA_DIR": str(self.data),
            "PORT": str(self.port),
            **environment,
        }
        self.process: subprocess.Popen[bytes] | None = None

    def start(self, *arguments: str) -> Service:
        """Start and return at once."""
        with self._said.open("wb") as said:
            self.process = subprocess.Popen(
                [sys.executable, "manage.py", "serve", *arguments],
                cwd=ROOT,
                env=self._environment,
                stdout=said,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        return self

    def ready(self) -> Service:
        """Wait until requests are answered."""
        until(lambda: "Ready" in self.said or not self.is_running, what="ready")
        assert self.is_running, self.said
        return self

    @property
    def said(self) -> str:
        """What it has written so far."""
        return self._said.read_text()

    @property
    def is_running(self) -> bool:
        """Whether the process that was started is still there."""
        return self.process is not None and self.process.poll() is None

    def ask(self, path: str, body: dict[str, Any] | None = None) -> tuple[int, dict[str, Any]]:
        """Send one request; return its status and JSON."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=20)
        with contextlib.closing(connection):
            if body is None:
                connection.request("GET", path)
            else:
                headers = {"Content-Type": "application/json"}
                connection.request("POST", path, body=json.dumps(body), headers=headers)
            answer = connection.getresponse()
            return answer.status, json.loads(answer.read())

    def is_answering(self) -> bool:
        """Return whether it is ready for requests right now."""
        with contextlib.suppress(OSError, http.client.HTTPException, ValueError):
            return self.ask("/readyz")[0] == 200
        return False

    def family(self) -> list[psutil.Process]:
        """Return every process below the one that was started."""
        assert self.process is not None
        with contextlib.suppress(psutil.NoSuchProcess):
            return psutil.Process(self.process.pid).children(recursive=True)
        return []

    def child(self, word: str) -> psutil.Process:
        """Wait for the direct child whose command has this word and that has a child itself."""
        found: list[psutil.Process] = []

        def look() -> bool:
            assert self.process is not None
            for process in psutil.Process(self.process.pid).children():
                with contextlib.suppress(psutil.Error):
                    if word in process.cmdline() and process.children():
                        found.append(process)
            return bool(found)

        until(look, what=f"running {word}")
        return found[0]

    def end(self, number: signal.Signals = signal.SIGTERM) -> int:
        """Ask it to stop and return its exit code."""
        assert self.process is not None
        if self.is_running:
            self.process.send_signal(number)
        return self.process.wait(timeout=PATIENCE)

    def clear_away(self) -> None:
        """End whatever is left."""
        family = self.family()
        if self.is_running:
            self.end(signal.SIGKILL)
        for process in family:
            with contextlib.suppress(psutil.Error):
                process.kill()


def once(*, folder: Path, **environment: str) -> tuple[int, str]:
    """Run a start that is not expected to last; return its exit code and what it said."""
    service = Service(folder=folder, **environment).start()
    assert service.process is not None
    try:
        return service.process.wait(timeout=PATIENCE), service.said
    finally:
        service.clear_away()


def until(holds: Callable[[], bool], *, what: str) -> None:
    """Wait until something holds."""
    deadline = time.monotonic() + PATIENCE
    while not holds():
        assert time.monotonic() < deadline, f"not {what} within {PATIENCE:g} s"
        time.sleep(0.1)


@contextlib.contextmanager
def database() -> Iterator[dict[str, str]]:
    """Give the environment of a new, empty database of the kind that this run is about."""
    server = os.environ.get("DATABASE_URL", "")
    if not server.startswith("postgres"):
        yield {}
        return
    name = f"run_{uuid4().hex}"
    base, _, _ = server.rpartition("/")
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(f'CREATE DATABASE "{name}"')
    yield {"DATABASE_URL": f"{base}/{name}"}
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(f'DROP DATABASE "{name}" WITH (FORCE)')
