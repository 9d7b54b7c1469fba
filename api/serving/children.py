"""One child process: started in a group of its own, ended with everything it started.

Only the standard library, so that whoever supervises stays small.
"""

from __future__ import annotations

import contextlib
import ctypes
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Sequence

_PR_SET_PDEATHSIG = 1  # linux/prctl.h


class Child:
    """A program that runs beside this one and does not outlive it."""

    def __init__(self, *, name: str, command: Sequence[str], niceness: int = 0) -> None:
        self.name = name
        self._command = list(command)
        self._niceness = niceness  # how far it steps back when others want the processor
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def pid(self) -> int | None:
        """The number of the running process, None when it does not run."""
        return self._process.pid if self._process else None

    def start(self) -> None:
        """Start the program; Ctrl-C at the terminal reaches only whoever supervises."""
        self._process = subprocess.Popen(  # noqa: S603 - our own command lines
            self._command, start_new_session=True, preexec_fn=self._before()
        )

    def _before(self) -> Callable[[], None]:
        bond, niceness = bond_to_parent(), self._niceness

        def prepare() -> None:
            if niceness:
                os.nice(niceness)
            bond()

        return prepare

    def ended(self) -> str | None:
        """Return how the program ended ("exit code 3"), None while it runs or if never started.

        What it left running is ended too, so that a new start finds its port and files free.
        """
        if self._process is None or self._process.poll() is None:
            return None
        how = _ending(self._process.returncode)
        self._signal_group(signal.SIGKILL)
        self._process = None
        return how

    def ask_to_end(self) -> None:
        """Ask the program to finish what it is doing and end."""
        if self._process is not None:
            with contextlib.suppress(ProcessLookupError):
                self._process.terminate()

    def abort(self) -> None:
        """Kill the program and all it started; ``ended`` will tell, as for any other death."""
        self._signal_group(signal.SIGKILL)

    def kill(self) -> None:
        """Kill the program and all it started, and forget it: it will not be started again."""
        if self._process is not None:
            self._signal_group(signal.SIGKILL)
            self._process.wait()
            self._process = None

    def _signal_group(self, number: signal.Signals) -> None:
        if self._process is not None:
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.killpg(self._process.pid, number)


def _ending(code: int) -> str:
    if code >= 0:
        return f"exit code {code}"
    with contextlib.suppress(ValueError):
        return f"ended by {signal.Signals(-code).name}"
    return f"ended by signal {-code}"


def bond_to_parent(*, number: signal.Signals = signal.SIGTERM) -> Callable[[], None]:
    """Return what a child calls first to get this signal when its parent is killed outright.

    Linux only; elsewhere an orphan has to be ended by hand.
    """
    prctl = None
    if sys.platform == "linux":
        with contextlib.suppress(OSError, AttributeError):
            prctl = ctypes.CDLL(None).prctl
    parent = os.getpid()

    def bond() -> None:
        if prctl is not None:
            prctl(_PR_SET_PDEATHSIG, number)
        if os.getppid() != parent:  # killed before the call above
            os._exit(1)

    return bond
