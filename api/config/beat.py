"""The clock that sends the tick; it remembers nothing, because the database does."""

from __future__ import annotations

import os
from typing import Any

from billiard.process import current_process
from celery import beat


class Scheduler(beat.Scheduler):
    """A schedule in memory: no file to be corrupted, shared by mistake or left behind.

    Beat inside a worker is a process of its own. When its worker was killed it ends too, instead of
    ticking on alone until nobody remembers it.
    """

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        process = current_process()
        # As the worker itself noted it when it forked: it may be gone by now, and this process
        # have another parent.
        self._worker = getattr(process, "_parent_pid", None) if process.name == "Beat" else None

    def tick(self, *args: Any, **kwargs: Any) -> Any:
        """Send what is due and return how long to sleep."""
        if self._worker is not None and os.getppid() != self._worker:
            raise SystemExit(0)
        return super().tick(*args, **kwargs)
