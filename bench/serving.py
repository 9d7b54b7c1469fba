"""Programs under measurement: made, filled, served and stopped again."""

from __future__ import annotations

import contextlib
import json
import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import psycopg

from tests.services import free_port

ROOT = Path(__file__).resolve().parent.parent
OURS, PLAIN = "api.config.settings", "bench.plain.settings"
START_SECONDS = 30.0
# One client asks one thing at a time, so one worker is enough; threads as this program has them.
SERVER = ("--workers", "1", "--blocking-threads", "16", "--blocking-threads-idle-timeout", "600")


@dataclass(frozen=True, slots=True)
class Program:
    """A Django program with its own data folder, on SQLite or on a database of PostgreSQL."""

    settings: str
    folder: Path
    database_url: str = ""  # empty: SQLite in the folder

    @property
    def environment(self) -> dict[str, str]:
        """What the program's processes find in their environment."""
        kept = {name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ}
        return kept | {
            "DATA_DIR": str(self.folder),
            "DATABASE_URL": self.database_url,
            "DJANGO_SETTINGS_MODULE": self.settings,
            "PYTHONPATH": str(ROOT),
        }

    def inside(self, module: str, *arguments: object) -> Any:
        """Run ``main`` of a module inside the program and return the JSON that it prints."""
        done = subprocess.run(
            [sys.executable, "-m", "bench.inside", module, *map(str, arguments)],
            cwd=ROOT,
            env=self.environment,
            stdout=subprocess.PIPE,
            check=True,
            text=True,
        )
        return json.loads(done.stdout.splitlines()[-1])

    @contextlib.contextmanager
    def served(self) -> Iterator[int]:
        """Serve the program and give its port."""
        port = free_port()
        application = {OURS: "api.config.wsgi:application", PLAIN: "bench.plain.wsgi:application"}
        command = [
            *(sys.executable, "-m", "granian", application[self.settings]),
            *("--interface", "wsgi", "--http", "1", "--no-ws"),
            *("--host", "127.0.0.1", "--port", str(port), *SERVER),
            *("--log-level", "error", "--no-access-log"),
        ]
        server = subprocess.Popen(command, cwd=ROOT, env=self.environment)
        try:
            _until_open(port)
            yield port
        finally:
            server.terminate()
            server.wait(timeout=30)


def on_sqlite(*, settings: str, folder: Path) -> Program:
    """Return a program with a fresh SQLite file, its tables made."""
    return _made(Program(settings=settings, folder=folder))


def on_postgresql(*, settings: str, folder: Path, server: str, name: str) -> Program:
    """Return a program with a fresh database of a PostgreSQL server, its tables made."""
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')
        connection.execute(f'CREATE DATABASE "{name}"')
    url = urlsplit(server)._replace(path=f"/{name}").geturl()
    return _made(Program(settings=settings, folder=folder, database_url=url))


def _made(program: Program) -> Program:
    program.folder.mkdir(mode=0o700, parents=True)
    program.inside("bench.inside.tables")
    return program


def _until_open(port: int) -> None:
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline:
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), 1):
            return
        time.sleep(0.05)
    raise RuntimeError("The server does not listen.")


def engines(*, folder: Path, postgresql: str, settings: str) -> Iterator[tuple[str, Program]]:
    """Yield a fresh program with these settings on each engine, by the engine's name."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    kind = "ours" if settings == OURS else "plain"
    yield "SQLite", on_sqlite(settings=settings, folder=folder / f"{kind}-sqlite")
    yield (
        "PostgreSQL",
        on_postgresql(
            settings=settings,
            folder=folder / f"{kind}-postgresql",
            server=postgresql,
            name=f"bench_{folder.name}_{kind}",
        ),
    )
