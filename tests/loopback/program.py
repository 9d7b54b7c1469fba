"""The loopback FCM as a program of its own, and the way to talk to it from another process."""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import signal
import subprocess
import sys
import threading
import time
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.loopback.fcm import LoopbackFcm
from tests.loopback.phones import Accepted, shown


def main() -> None:
    """Serve until SIGTERM or Ctrl-C; say where in the ready file, once it listens."""
    parser = argparse.ArgumentParser(description="A loopback server that behaves like FCM.")
    parser.add_argument("--port", type=int, default=0, help="0: any free one")
    parser.add_argument("--ready-file", type=Path, help="written when it listens: JSON")
    parser.add_argument("--credentials-file", type=Path, required=True, help="made if absent")
    options = parser.parse_args()
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    with LoopbackFcm(credentials_file=options.credentials_file, port=options.port) as fcm:
        where = {"base_url": fcm.base_url, "credentials_file": str(fcm.credentials_file)}
        if options.ready_file:
            draft = options.ready_file.with_suffix(".draft")
            draft.write_text(json.dumps(where))
            os.replace(draft, options.ready_file)  # atomic, so nobody reads half of it
        sys.stdout.write(
            f"FIREBASE_CREDENTIALS={where['credentials_file']} FCM_BASE_URL={where['base_url']}\n"
        )
        sys.stdout.flush()
        stop.wait()


@dataclass(frozen=True, slots=True)
class RemoteFcm:
    """A loopback FCM in another process."""

    base_url: str
    credentials_file: Path

    def accepted(self) -> list[Accepted]:
        """Return what it took on so far, in order."""
        return [Accepted(**one) for one in self._call("accepted")]

    def visible(self) -> dict[str, list[Accepted]]:
        """Return what each phone would show after collapsing."""
        return shown(self.accepted())

    def counts(self) -> dict[str, int]:
        """Return how many sends and token requests came in."""
        found: dict[str, int] = self._call("counts")
        return found

    def script(self, address: str, *behaviours: str) -> None:
        """Play these behaviours for the next sends to an address."""
        self._call("script", {"address": address, "behaviours": behaviours})

    def everywhere(self, behaviour: str | None) -> None:
        """Behave so to every address; None: as the addresses say."""
        self._call("everywhere", {"behaviour": behaviour})

    def token_endpoint(self, behaviour: str) -> None:
        """Make the token endpoint ok, down, refused, hang, cut or garbage."""
        self._call("token-endpoint", {"behaviour": behaviour})

    def _call(self, what: str, body: dict[str, Any] | None = None) -> Any:
        raw = None if body is None else json.dumps(body).encode()
        opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        with opener.open(f"{self.base_url}/_loopback/{what}", data=raw, timeout=10) as answer:
            return json.loads(answer.read())


@contextlib.contextmanager
def running(*, folder: Path, port: int = 0) -> Iterator[RemoteFcm]:
    """Run the program until the block ends; its files go into the folder."""
    ready, account = folder / "fcm-ready.json", folder / "service-account.json"
    ready.unlink(missing_ok=True)
    program = subprocess.Popen(
        [
            *(sys.executable, "-m", "tests.loopback.fcm", f"--port={port}"),
            *(f"--ready-file={ready}", f"--credentials-file={account}"),
        ],
        cwd=Path(__file__).parents[2],
        stdout=subprocess.DEVNULL,
    )
    try:
        for _ in range(200):  # 10 s
            if ready.exists() or program.poll() is not None:
                break
            time.sleep(0.05)
        where = json.loads(ready.read_text())
        yield RemoteFcm(where["base_url"], Path(where["credentials_file"]))
    finally:
        program.terminate()
        program.wait(timeout=10)
