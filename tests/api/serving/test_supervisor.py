"""The supervisor against small programs of every temper."""

from __future__ import annotations

import contextlib
import os
import signal
import sys
import time
from pathlib import Path

import psutil
import pytest

from api.serving import supervisor
from api.serving.children import Child
from api.serving.supervisor import Supervisor

pytestmark = pytest.mark.processes


def python(program: str) -> Child:
    return Child(name="program", command=[sys.executable, "-c", program])


class Watch:
    """Ends the run by a signal to ourselves, once something holds or after ten seconds."""

    def __init__(self, holds) -> None:
        self._holds = holds
        self._deadline = time.monotonic() + 10

    def __call__(self, now: float) -> None:
        if self._holds() or now > self._deadline:
            os.kill(os.getpid(), signal.SIGTERM)


def run(*children: Child, until) -> tuple[int, list[str]]:
    said: list[str] = []
    code = Supervisor(children=children, say=said.append).run(watch=Watch(lambda: until(said)))
    return code, said


@pytest.fixture
def hurried(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(supervisor, "FIRST_PAUSE", 0.01)
    monkeypatch.setattr(supervisor, "LONGEST_PAUSE", 0.01)


def test_a_program_that_cannot_live_ends_the_whole_with_a_sentence(hurried: None):
    code, said = run(python("raise SystemExit(3)"), until=lambda said: False)
    assert code == 1
    assert said[0] == "The program ended (exit code 3); starting it again in 0.01 s."
    assert len(said) == 5
    assert said[-1].startswith("The program ended 5 times within a minute (exit code 3); giving up")


def test_pauses_grow_with_every_death():
    post = supervisor._Post(python("pass"))
    assert [post.buried(now=at) for at in (0.0, 1.0, 2.0, 3.0, 4.0)] == [0.5, 1.0, 2.0, 4.0, None]


def test_deaths_of_long_ago_are_forgotten():
    post = supervisor._Post(python("pass"))
    assert [post.buried(now=61.0 * day) for day in range(9)] == [0.5] * 9


def test_the_others_end_when_one_is_given_up(hurried: None, tmp_path: Path):
    lasting = python(
        f"open({str(tmp_path / 'pid')!r}, 'w').write('x'); import time; time.sleep(60)"
    )
    code, _ = run(python("raise SystemExit(3)"), lasting, until=lambda said: False)
    assert code == 1
    assert lasting.pid is None


def test_a_deaf_program_is_killed_after_its_grace(monkeypatch: pytest.MonkeyPatch, tmp_path: Path):
    monkeypatch.setattr(supervisor, "GRACE_SECONDS", 0.3)
    sign = tmp_path / "deaf"
    deaf = python(
        "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN);"
        f"open({str(sign)!r}, 'w'); time.sleep(60)"
    )
    code, said = run(deaf, until=lambda said: sign.exists())
    assert code == 0
    assert said == ["The program did not end within 0.3 s; killing it."]


def test_what_a_dead_program_started_ends_with_it(tmp_path: Path):
    sign = tmp_path / "grandchild"
    parent = python(
        "import subprocess, sys;"
        "p = subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(60)']);"
        f"open({str(sign)!r}, 'w').write(str(p.pid)); sys.exit(1)"
    )
    run(parent, until=lambda said: bool(said))
    with contextlib.suppress(psutil.NoSuchProcess):
        psutil.Process(int(sign.read_text())).wait(timeout=10)


def test_a_child_sees_no_ctrl_c_of_the_terminal(tmp_path: Path):
    sign = tmp_path / "group"
    child = python(
        f"import os, time; open({str(sign)!r}, 'w').write(str(os.getpgid(0))); time.sleep(60)"
    )
    run(child, until=lambda said: sign.exists() and bool(sign.read_text()))
    assert int(sign.read_text()) != os.getpgid(0)
