"""Jobs with an end: what has not answered in time is left behind, whatever it is waiting for."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from enum import Enum, auto
from queue import Empty, SimpleQueue
from time import monotonic
from typing import TypeVar

T = TypeVar("T")


class Missing(Enum):
    """Why a job has no result."""

    NOT_BEGUN = auto()  # certainly nothing happened: the machine had no thread to spare
    NOT_ENDED = auto()  # left behind; it may still end


def in_time(jobs: Sequence[Callable[[], T]], *, seconds: float) -> list[T | Missing]:
    """Run all jobs at once and return their results in order, in time. Jobs must not raise.

    A socket's time-out counts from byte to byte and knows nothing of name resolution, so it bounds
    no whole call. The threads are daemons: one that hangs keeps no process from ending. A thread
    that is done takes the next job, which is cheaper than one a job when answers are quick;
    a job that finds none idle gets a new one, so that no job waits for a slow neighbour.
    """
    ends_at = monotonic() + seconds
    todo: SimpleQueue[tuple[int, Callable[[], T]] | None] = SimpleQueue()
    done: SimpleQueue[tuple[int, T]] = SimpleQueue()
    idle = threading.Semaphore(0)
    threads = 0
    for job in enumerate(jobs):
        todo.put(job)
        if idle.acquire(blocking=False):
            continue
        try:
            threading.Thread(target=_work, args=(todo, done, idle), daemon=True).start()
        except RuntimeError:  # can't start new thread: one that is done may get to it
            continue
        threads += 1
    results: list[T | Missing] = [Missing.NOT_ENDED] * len(jobs)
    for _ in jobs if threads else ():
        try:
            place, result = done.get(timeout=max(ends_at - monotonic(), 0))
        except Empty:
            break
        results[place] = result
    for place in _untouched(todo):
        results[place] = Missing.NOT_BEGUN
    for _ in range(threads):
        todo.put(None)
    return results


def _work(
    todo: SimpleQueue[tuple[int, Callable[[], T]] | None],
    done: SimpleQueue[tuple[int, T]],
    idle: threading.Semaphore,
) -> None:
    while (taken := todo.get()) is not None:
        place, job = taken
        done.put((place, job()))
        idle.release()


def _untouched(todo: SimpleQueue[tuple[int, Callable[[], T]] | None]) -> list[int]:
    places: list[int] = []
    while True:
        try:
            left = todo.get_nowait()
        except Empty:
            return places
        if left is not None:
            places.append(left[0])
