"""Is the process alive, is the service ready: for supervisors and load balancers, outside the API.

Both answers are public and say nothing about members, addresses or keys.
"""

from __future__ import annotations

import logging
from datetime import datetime
from typing import Any

from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils import timezone

from api import problems
from notifications import health

log = logging.getLogger("api.health")

_SAFE = ("GET", "HEAD")


class _Migrations:
    """Whether every migration is applied; asked until it is so, then remembered.

    A process never sees its own code gain a migration, so "applied" stays true while it lives.
    """

    def __init__(self) -> None:
        self._applied = False

    def applied(self) -> bool:
        if not self._applied:
            executor = MigrationExecutor(connection)
            self._applied = not executor.migration_plan(executor.loader.graph.leaf_nodes())
        return self._applied


_migrations = _Migrations()


def livez(request: HttpRequest) -> HttpResponse:
    """Answer 200 while the process answers at all; touches nothing else."""
    if request.method not in _SAFE:
        return problems.method_not_allowed(request, allowed=_SAFE)
    return _answer({"status": "alive"}, status=200)


def readyz(request: HttpRequest) -> HttpResponse:
    """Answer 200 when requests can be served, 503 when the database or its schema is not there.

    A late tick or a broken push is told but is no reason to turn requests away: members go on
    checking in while nudges wait.
    """
    if request.method not in _SAFE:
        return problems.method_not_allowed(request, allowed=_SAFE)
    return _answer(*_state(now=timezone.now()))


def _state(*, now: datetime) -> tuple[dict[str, Any], int]:
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
        if not _migrations.applied():
            return {"status": "migrating", "database": "up", "migrations": "pending"}, 503
        nudges = health.state(now=now)
    except DatabaseError as error:
        log.error("the database does not answer: %s", type(error).__name__)
        connection.close()  # the next request connects anew
        return {"status": "unavailable", "database": "down"}, 503
    return {"status": "ready", "database": "up", "migrations": "applied", **nudges}, 200


def _answer(body: dict[str, Any], status: int) -> HttpResponse:
    response = JsonResponse(body, status=status)
    response["Cache-Control"] = "no-store"
    if status == 503:
        response["Retry-After"] = "5"
    return response
