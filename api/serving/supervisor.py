"""Keep the children running: start, watch, start again, end together.

Only the standard library; time is monotonic seconds.
"""

from __future__ import annotations

import os
import select
import signal
import time
from collections import deque
from collections.abc import Callable, Sequence
from types import FrameType

from api.serving.children import Child

GRACE_SECONDS = 10.0  # what a running request or task gets to finish
TOO_MANY = 5  # deaths of one child ...
WITHIN_SECONDS = 60.0  # ... within this time end the whole
FIRST_PAUSE = 0.5  # before a child is started again; doubled with every recent death
LONGEST_PAUSE = 8.0
LOOK_SECONDS = 0.1  # between two looks at the children
_STOP = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


class _Post:
    """A child's place: whose turn it is to be started, and how often it died of late."""

    def __init__(self, child: Child) -> None:
        self.child = child
        self.start_at: float | None = 0.0
        self.deaths: deque[float] = deque(maxlen=TOO_MANY)

    def buried(self, *, now: float) -> float | None:
        """Count a death; return the pause before the next start, None for giving up."""
        self.deaths.append(now)
        recent = [at for at in self.deaths if at > now - WITHIN_SECONDS]
        if len(recent) >= TOO_MANY:
            return None
        pause = min(LONGEST_PAUSE, FIRST_PAUSE * 2.0 ** (len(recent) - 1))
        self.start_at = now + pause
        return pause


class Supervisor:
    """Runs children until a signal comes or one of them cannot be kept running."""

    def __init__(self, *, children: Sequence[Child], say: Callable[[str], None]) -> None:
        self._posts = [_Post(child) for child in children]
        self._say = say
        self._signals = 0

    def run(self, *, watch: Callable[[float], None]) -> int:
        """Keep the children running and return the exit code: 0 when asked to stop.

        ``watch`` is called about ten times a second with the time, between looks at the children.
        """
        wake, wakened = os.pipe()
        os.set_blocking(wakened, False)
        before = {number: signal.signal(number, self._noted) for number in _STOP}
        signal.set_wakeup_fd(wakened, warn_on_full_buffer=False)
        try:
            code = self._loop(wake, watch)
            self._end()
            return code
        finally:
            for post in self._posts:
                post.child.kill()
            signal.set_wakeup_fd(-1)
            for number, handler in before.items():
                signal.signal(number, handler)
            os.close(wake)
            os.close(wakened)

    def _noted(self, number: int, frame: FrameType | None) -> None:
        self._signals += 1

    def _loop(self, wake: int, watch: Callable[[float], None]) -> int:
        while not self._signals:
            now = time.monotonic()
            for post in self._posts:
                how = post.child.ended()
                if how is not None and not self._pause(post, how, now):
                    return 1
                if post.start_at is not None and now >= post.start_at:
                    post.start_at = None
                    post.child.start()
            watch(now)
            if select.select([wake], [], [], LOOK_SECONDS)[0]:
                os.read(wake, 64)
        return 0

    def _pause(self, post: _Post, how: str, now: float) -> bool:
        pause = post.buried(now=now)
        name = post.child.name
        if pause is None:
            self._say(
                f"The {name} ended {TOO_MANY} times within a minute ({how}); giving up. "
                "Its last lines are above."
            )
            return False
        self._say(f"The {name} ended ({how}); starting it again in {pause:g} s.")
        return True

    def _end(self) -> None:
        """Ask every child to end, wait for the grace, then kill; a second signal cuts it short."""
        signals = self._signals
        running = [post.child for post in self._posts if post.child.pid is not None]
        for child in running:
            child.ask_to_end()
        deadline = time.monotonic() + GRACE_SECONDS
        while running and time.monotonic() < deadline and self._signals == signals:
            time.sleep(0.02)
            running = [child for child in running if child.ended() is None]
        for child in running:
            self._say(f"The {child.name} did not end within {GRACE_SECONDS:g} s; killing it.")
            child.kill()
