"""``./run test``: everything that must hold before a change is good, in the order of its cost.

With arguments only the tests run, on SQLite, and the arguments go to pytest.
"""

from __future__ import annotations

import difflib
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Mapping
from contextlib import ExitStack
from pathlib import Path

from tests import services

ROOT = Path(__file__).resolve().parent.parent
# What an operator's shell may hold must not reach the tests.
OURS = (
    *("ACCESS_LOG", "ALLOWED_HOSTS", "CELERY_BROKER_URL", "DATABASE_URL", "DATA_DIR", "EMAIL_FROM"),
    *("EMAIL_URL", "FCM_BASE_URL", "FIREBASE_CREDENTIALS", "HOST", "LOG_LEVEL", "PORT"),
    *("SEALING_KEYS", "SECRET_KEY", "TASK_WORKERS", "TOKEN_KEYS", "TRUSTED_PROXIES"),
    *("WEB_THREADS", "WEB_WORKERS", "DJANGO_SETTINGS_MODULE"),
)


class Run:
    """One run of the steps, each with what it needs in its environment."""

    def __init__(self, *, data: Path) -> None:
        self._data = data
        self._environment = {name: value for name, value in os.environ.items() if name not in OURS}
        self._environment["DATA_DIR"] = str(data)

    def python(self, *arguments: str, **more: str) -> bool:
        """Run this Python in the repository; return whether it succeeded."""
        return self._run([sys.executable, *arguments], more)

    def script(self, name: str, *arguments: str) -> bool:
        """Run a tool that is installed beside this Python; return whether it succeeded."""
        return self._run([str(Path(sys.executable).with_name(name)), *arguments], {})

    def _run(self, command: list[str], more: Mapping[str, str]) -> bool:
        return subprocess.run(command, cwd=ROOT, env={**self._environment, **more}).returncode == 0

    def contract(self) -> bool:
        """Compare the committed OpenAPI document with what the code says today."""
        path, fresh = ROOT / "openapi.yaml", self._data / "openapi.yaml"
        made = self.python(
            *("manage.py", "spectacular", "--validate", "--fail-on-warn", "--file", str(fresh))
        )
        if not made:
            return False
        said, says = path.read_text() if path.exists() else "", fresh.read_text()
        if said == says:
            return True
        lines = difflib.unified_diff(
            said.splitlines(), says.splitlines(), "openapi.yaml", "the code", lineterm="", n=2
        )
        for line in list(lines)[:60]:
            print(line)
        print("openapi.yaml is not what the code says; write it anew with")
        print("  ./run manage spectacular --file openapi.yaml")
        return False

    def pytest(self, *arguments: str, **more: str) -> bool:
        """Run the tests; without a browser those that drive one are left out."""
        marks = []
        if services.chromium() is None:
            print("No Chromium here: the tests that drive a browser are left out.")
            print("  (Debian: apt-get install chromium)")
            marks = ["-m", "not browser"]
        return self.python("-m", "pytest", *marks, *arguments, **more)


def main(arguments: list[str]) -> int:
    """Run every step and return the exit code; the first that does not hold ends the run."""
    with ExitStack() as stack:
        folder = stack.enter_context(tempfile.TemporaryDirectory(prefix="recovery-tests-"))
        run = Run(data=Path(folder))
        if arguments:
            return 0 if run.pytest(*arguments) else 1
        steps: Mapping[str, Callable[[], bool]] = {
            "format": lambda: run.python("-m", "ruff", "format", "--check", "--quiet", "."),
            "lint": lambda: run.python("-m", "ruff", "check", "--quiet", "."),
            "imports": lambda: run.script("lint-imports", "--no-cache"),
            "migrations": lambda: run.python("manage.py", "makemigrations", "--check", "--dry-run"),
            "contract": run.contract,
            "contract lint": lambda: run.python("-m", "tests.contract.lint"),
            # Without a cache: with one the Django plugin sees errors that are not there.
            "types": lambda: run.python("-m", "mypy", "--cache-dir", "/dev/null"),
        }
        for name, step in steps.items():
            if not _holds(name, step):
                return 1
        broker = stack.enter_context(services.valkey())
        database = stack.enter_context(services.postgresql())
        # A file's tests stay together, and with them the service or browser that they share.
        on_two = ("--numprocesses", "2", "--dist", "loadfile")
        # Nothing is printed after these: a run ends with pytest's own closing lines.
        _say("tests on SQLite")
        if not run.pytest(*on_two, TEST_BROKER_URL=broker):
            return 1
        _say("tests on PostgreSQL")
        # Pages in a browser are the same whatever the database: a minute and a half is saved.
        once = ("--ignore", "tests/pages")
        held = run.pytest(*on_two, *once, TEST_BROKER_URL=broker, DATABASE_URL=database)
        return 0 if held else 1


def _holds(name: str, step: Callable[[], bool]) -> bool:
    _say(name)
    began = time.monotonic()
    held = step()
    print(f"{'held' if held else 'DOES NOT HOLD'}, {time.monotonic() - began:.1f} s", flush=True)
    return held


def _say(name: str) -> None:
    print(f"\n=== {name}", flush=True)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
