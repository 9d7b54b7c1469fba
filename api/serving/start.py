"""What must be true before the first request: a free port, one owner of the data, a ready schema.

Every obstacle is a ``CannotStart`` with one sentence for whoever typed the command.
"""

from __future__ import annotations

import contextlib
import errno
import fcntl
import os
import socket
from collections.abc import Callable, Iterator
from ipaddress import ip_address
from pathlib import Path

from django.core.management import call_command
from django.db import Error as DatabaseError
from django.db import connection, connections
from django.db.migrations.executor import MigrationExecutor

from recovery.kernel import sealing

# Any number will do as long as every release uses the same: two machines migrate in turn.
_MIGRATION_LOCK = 7_205_759_403


class CannotStart(Exception):
    """Why the program does not start, in one sentence."""


def check_port(*, host: str, port: int) -> None:
    """Refuse a port that cannot be listened on.

    The server itself shares its port between its workers (SO_REUSEPORT) and would share it with a
    second instance as well, so it is asked for here without sharing.
    """
    family = socket.AF_INET6 if ip_address(host).version == 6 else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            reasons = {
                errno.EADDRINUSE: "is taken by another program; choose one: PORT=8001 ./run",
                errno.EACCES: "needs the rights of an administrator; choose one above 1023",
                errno.EADDRNOTAVAIL: "is not on this machine; HOST must be one of its addresses",
            }
            reason = reasons.get(error.errno or 0, f"cannot be used: {error.strerror}")
            raise CannotStart(f"Port {port} of {host} {reason}.") from None


@contextlib.contextmanager
def only_one(*, folder: Path, role: str) -> Iterator[None]:
    """Hold the data folder for this process; the lock goes with the process, however it ends."""
    path = folder / f"{role}.lock"
    with path.open("a+") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            file.seek(0)
            holder = file.read().strip() or "unknown"
            raise CannotStart(
                f"Another start (process {holder}) already serves the data folder {folder}."
            ) from None
        file.truncate(0)
        file.write(str(os.getpid()))
        file.flush()
        os.set_inheritable(file.fileno(), True)  # for the program that takes over (supervise.py)
        yield


def ready_database(*, say: Callable[[str], None]) -> None:
    """Bring the schema up to date and check that the keys fit; quick when nothing is to do."""
    try:
        if _is_behind():
            say("Preparing the database …")
            _migrate()
        sealing.check_ring()
    except sealing.CannotOpen:
        raise CannotStart(
            "The sealing keys do not open this database; put back the SEALING_KEYS, or the file "
            "secrets/sealing.keys of the data folder, that belong to it."
        ) from None
    except DatabaseError as error:
        first = (str(error).strip().splitlines() or [type(error).__name__])[0]
        raise CannotStart(f"The database does not answer: {first}") from None
    finally:
        connections.close_all()  # the children have their own


def _is_behind() -> bool:
    executor = MigrationExecutor(connection)
    return bool(executor.migration_plan(executor.loader.graph.leaf_nodes()))


def _migrate() -> None:
    with _one_at_a_time():
        if _is_behind():  # another machine may have been faster
            call_command("migrate", verbosity=0, interactive=False)


@contextlib.contextmanager
def _one_at_a_time() -> Iterator[None]:
    if connection.vendor != "postgresql":  # SQLite's file has the folder's own lock
        yield
        return
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_lock(%s)", [_MIGRATION_LOCK])
        try:
            yield
        finally:
            cursor.execute("SELECT pg_advisory_unlock(%s)", [_MIGRATION_LOCK])
