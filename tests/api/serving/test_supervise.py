"""The small process watches what /readyz says of the worker."""

from __future__ import annotations

import json
import os
import signal
import sys
import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest

from api.serving import supervise
from api.serving.supervise import Plan

pytestmark = pytest.mark.processes


class Readyz:
    """A service that says whatever a test wants it to say."""

    def __init__(self) -> None:
        self.body: dict[str, object] = {"last_tick_seconds": 3.0}
        self.status = 200
        told = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                self.send_response(told.status)
                self.end_headers()
                self.wfile.write(json.dumps(told.body).encode())

            def log_message(self, *_: object) -> None:
                """Stay quiet."""

        self.server = HTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=self.server.serve_forever, args=(0.05,), daemon=True).start()


@pytest.fixture
def readyz(monkeypatch: pytest.MonkeyPatch) -> Iterator[Readyz]:
    monkeypatch.setattr(supervise, "SILENCE_SECONDS", 0.3)
    monkeypatch.setattr(supervise, "LOOK_SECONDS", 0.1)
    service = Readyz()
    yield service
    service.server.shutdown()
    service.server.server_close()


def run(readyz: Readyz, capfd: pytest.CaptureFixture[str], *, until: str, seconds: float) -> str:
    """Supervise a sleeping worker until a word is said or the time is over; return all words."""
    said: list[str] = []

    def end() -> None:
        deadline = time.monotonic() + seconds
        while until not in "".join(said) and time.monotonic() < deadline:
            time.sleep(0.05)
            said.append(capfd.readouterr().out)
        os.kill(os.getpid(), signal.SIGTERM)

    threading.Thread(target=end, daemon=True).start()
    sleeper = (sys.executable, "-c", "import time; time.sleep(60)")
    plan = Plan(
        children=[(supervise.WORKER, sleeper, 0)],
        probe=readyz.server.server_address[:2],
        when_ready="  here it is",
    )
    assert supervise.run(plan=Plan(**json.loads(plan.to_json()))) == 0
    return "".join(said) + capfd.readouterr().out


def test_it_says_where_everything_is_once_it_answers(readyz: Readyz, capfd):
    readyz.status = 503
    threading.Timer(0.5, lambda: setattr(readyz, "status", 200)).start()
    began = time.monotonic()
    said = run(readyz, capfd, until="here it is", seconds=10)
    assert time.monotonic() - began > 0.4
    assert "Ctrl-C stops it.\n  here it is\n" in said
    assert said.endswith("Stopped.\n")


def test_a_worker_without_a_tick_is_ended_and_started_again(readyz: Readyz, capfd):
    readyz.body = {"last_tick_seconds": 900.0}
    said = run(readyz, capfd, until="starting it again", seconds=20)
    assert "The worker has sent no tick for 0.3 s; ending it.\n" in said
    assert "The worker ended (ended by SIGKILL); starting it again" in said


@pytest.mark.parametrize("body", [{"last_tick_seconds": 0.1}, {}])
def test_a_worker_that_ticks_is_left_alone(readyz: Readyz, capfd, body: dict[str, object]):
    readyz.body = body
    said = run(readyz, capfd, until="ended", seconds=2)
    assert "tick" not in said
    assert "ended" not in said
