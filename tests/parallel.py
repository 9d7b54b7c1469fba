"""Doing the same thing at the same moment, each time on a database connection of its own."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import TypeVar

from django.db import connections

T = TypeVar("T")


def at_once(work: Callable[[int], T], *, times: int = 8) -> list[T]:
    """Call ``work`` with 0, 1, … from so many threads at once and return what each returned.

    For tests with ``django_db(transaction=True)``: other connections see only what is committed.
    """
    start = Barrier(times)

    def one(number: int) -> T:
        start.wait(timeout=30)
        try:
            return work(number)
        finally:
            connections.close_all()

    with ThreadPoolExecutor(max_workers=times) as threads:
        return list(threads.map(one, range(times)))
