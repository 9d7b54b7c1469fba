"""Jobs with an end."""

from __future__ import annotations

import threading
import time
from functools import partial

import pytest

from notifications.timeouts import Missing, in_time


def test_results_come_in_the_order_of_the_jobs() -> None:
    def job(n: int) -> int:
        time.sleep(0.002 * (5 - n))
        return n

    assert in_time([partial(job, n) for n in range(5)], seconds=5) == [0, 1, 2, 3, 4]
    assert in_time([], seconds=5) == []


def test_a_job_that_hangs_is_left_behind_and_holds_up_nobody() -> None:
    released = threading.Event()
    began = time.monotonic()

    results = in_time([released.wait, *(lambda: True,) * 20], seconds=0.3)

    assert time.monotonic() - began < 3
    assert results == [Missing.NOT_ENDED, *(True,) * 20]
    released.set()


def test_threads_end_with_their_work() -> None:
    before = threading.active_count()
    in_time([lambda: time.sleep(0.01)] * 50, seconds=5)
    for _ in range(100):
        if threading.active_count() <= before:
            break
        time.sleep(0.01)
    assert threading.active_count() <= before


def test_a_machine_without_a_thread_to_spare_begins_nothing(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def none_left(_: threading.Thread) -> None:
        raise RuntimeError("can't start new thread")

    monkeypatch.setattr(threading.Thread, "start", none_left)

    assert in_time([lambda: True] * 3, seconds=5) == [Missing.NOT_BEGUN] * 3


def test_one_thread_does_all_where_no_other_is_to_be_had(monkeypatch: pytest.MonkeyPatch) -> None:
    start = threading.Thread.start
    started: list[threading.Thread] = []

    def only_one(thread: threading.Thread) -> None:
        if started:
            raise RuntimeError("can't start new thread")
        started.append(thread)
        start(thread)

    monkeypatch.setattr(threading.Thread, "start", only_one)

    assert in_time([lambda: True] * 3, seconds=5) == [True] * 3
