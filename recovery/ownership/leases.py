"""Work that a killed worker leaves behind is taken up by another: leases, and a clock that runs on.

The column that says when a job is due is also its lease: a worker moves it ahead and holds the job
until then, again and again while it works. Of two workers one moves it; the other finds it moved.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from time import monotonic
from typing import Any

from django.conf import settings
from django.db import models


class Lost(Exception):
    """Somebody else has the job now: this worker was taken for dead."""


class Watch:
    """What time it is while work goes on, counted from when it began."""

    def __init__(self, *, now: datetime, passed: Callable[[], float] = monotonic) -> None:
        self._began, self._passed = now, passed
        self._base = passed()

    def now(self) -> datetime:
        """Return this moment."""
        return self._began + timedelta(seconds=self.seconds())

    def seconds(self) -> float:
        """Return how long it has run."""
        return self._passed() - self._base


class Lease:
    """One job that this worker holds."""

    def __init__(self, row: models.Model, *, column: str, until: datetime, watch: Watch) -> None:
        self._rows = type(row)._default_manager.filter(pk=row.pk)
        self._column, self._until, self.watch = column, until, watch

    def hold(self, **fields: Any) -> None:
        """Hold the job for a while longer and note how far it has come. Raises Lost."""
        until = _ahead(self.watch)
        self._move(until, fields)
        self._until = until

    def settle(self, *, due_at: datetime | None, **fields: Any) -> None:
        """Let go of the job and note what became of it. Raises Lost."""
        self._move(due_at, fields)

    def _move(self, to: datetime | None, fields: dict[str, Any]) -> None:
        mine = self._rows.filter(**{self._column: self._until})
        if mine.update(**{self._column: to}, **fields) != 1:
            raise Lost()


def take(
    rows: models.QuerySet[Any], *, column: str, watch: Watch, **fields: Any
) -> tuple[Any, Lease] | None:
    """Take the job that has been due for longest; None when none is.

    ``rows``: the jobs that may be taken. ``fields``: what to note on the one that is.
    """
    while True:
        row = rows.filter(**{f"{column}__lte": watch.now()}).order_by(column, "pk").first()
        if row is None:
            return None
        until = _ahead(watch)
        free = type(row)._default_manager.filter(pk=row.pk, **{column: getattr(row, column)})
        if free.update(**{column: until}, **fields) == 1:
            return row, Lease(row, column=column, until=until, watch=watch)


def _ahead(watch: Watch) -> datetime:
    return watch.now() + timedelta(seconds=settings.LEASE_SECONDS)
