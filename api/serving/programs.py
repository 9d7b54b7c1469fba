"""The command lines of the children: the web server, and Celery's worker with its clock."""

from __future__ import annotations

import sys

from django.conf import settings

from api.config.addresses import FILESYSTEM

# Connections, idle ones included: granian counts them all, so few would let silent phones shut
# others out. Requests beyond WEB_THREADS wait in the server, beyond this in the kernel.
CONNECTIONS = 1024
HEADER_MILLISECONDS = 10_000  # to send the first lines of a request
KILL_SECONDS = 8  # a worker of the server that is asked to end; below the supervisor's 10 s


def web() -> list[str]:
    """Return the command that serves HTTP.

    No access log: its paths would name check-in dates and ids (ACCESS_LOG writes routes instead).
    Bodies need no limit here: the server hands them on as they come, and reading one stops at 64
    KiB (settings, DATA_UPLOAD_MAX_MEMORY_SIZE).
    """
    return [
        *(sys.executable, "-m", "granian", "api.config.wsgi:application"),
        *("--interface", "wsgi", "--http", "1", "--no-ws"),
        *("--host", settings.HOST, "--port", str(settings.PORT)),
        *("--workers", str(settings.WEB_WORKERS)),
        *("--blocking-threads", str(settings.WEB_THREADS)),
        # A thread keeps its database connection, so let it live as long as the server allows.
        *("--blocking-threads-idle-timeout", "600"),
        *("--backlog", "2048", "--backpressure", str(CONNECTIONS)),
        *("--http1-header-read-timeout", str(HEADER_MILLISECONDS)),
        *("--workers-kill-timeout", str(KILL_SECONDS)),
        *("--log-level", "error", "--no-access-log"),
    ]


def local_host() -> str:
    """Return the address at which this machine reaches the web server."""
    everywhere = {"0.0.0.0": "127.0.0.1", "::": "::1"}  # noqa: S104 - read, not bound
    return everywhere.get(settings.HOST, settings.HOST)


def base_url() -> str:
    """Return the service's address for somebody at this machine, without a path."""
    host = local_host()
    return f"http://{f'[{host}]' if ':' in host else host}:{settings.PORT}"


def worker() -> list[str]:
    """Return the command that works through Celery's queues and sends the tick.

    One process does it all on the folder broker. With a real broker tasks run in processes of their
    own: the worker stays free to answer the broker, and time limits hold.
    """
    solo = settings.CELERY_BROKER_URL == FILESYSTEM and settings.TASK_WORKERS == 1
    pool = ("solo",) if solo else ("prefork", "--concurrency", str(settings.TASK_WORKERS))
    return [
        # As root Celery warns against pickled messages; ours are JSON only.
        *(sys.executable, "-W", "ignore:You're running the worker with superuser", "-m"),
        *("celery", "--quiet", "--app", "api.config.celery", "worker", "--beat"),
        *("--pool", *pool, "--queues", "urgent,nudges,housekeeping"),
        *("--loglevel", "WARNING", "--without-gossip", "--without-mingle"),
    ]
