"""The clock inside a worker does not outlive it."""

from __future__ import annotations

import os
from types import SimpleNamespace

import pytest

from api.config import beat
from api.config.celery import app


def clock(monkeypatch: pytest.MonkeyPatch, *, name: str, worker: int | None) -> beat.Scheduler:
    process = SimpleNamespace(name=name, _parent_pid=worker)
    monkeypatch.setattr(beat, "current_process", lambda: process)
    return beat.Scheduler(app, schedule={}, lazy=True)


def test_a_clock_whose_worker_was_gone_before_it_began_ends(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    # Another process than our parent: whoever forked the clock is not there any more.
    orphan = clock(monkeypatch, name="Beat", worker=os.getpid())
    with pytest.raises(SystemExit):
        orphan.tick()


def test_a_clock_beside_its_worker_goes_on(monkeypatch: pytest.MonkeyPatch) -> None:
    assert clock(monkeypatch, name="Beat", worker=os.getppid()).tick() > 0


def test_a_clock_that_runs_by_itself_has_no_worker_to_follow(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    assert clock(monkeypatch, name="MainProcess", worker=None).tick() > 0
