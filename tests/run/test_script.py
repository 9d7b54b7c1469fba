"""./run itself: a shell script for a machine that has only Python."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent.parent


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A clone that nothing has been installed in."""
    shutil.copy(ROOT / "run", tmp_path / "run")
    return tmp_path


def run(folder: Path, *arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        ["sh", str(folder / "run"), *arguments],
        env={"PATH": os.environ["PATH"], **environment},
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )


def stub(folder: Path, script: str) -> str:
    path = folder / "a-python"
    path.write_text(f"#!/bin/sh\n{script}\n")
    path.chmod(0o755)
    return str(path)


def test_help_lists_every_job(folder: Path):
    done = run(folder, "help")
    assert done.returncode == 0
    for word in ("serve", "--demo", "test", "bench", "manage", "lock", "help"):
        assert f"./run {word}" in done.stdout


def test_an_unknown_word_is_one_line(folder: Path):
    done = run(folder, "sevre")
    assert done.returncode == 2
    assert done.stderr == 'run: there is no "sevre"; ./run help lists what there is\n'


def test_a_python_that_is_too_old_is_one_line(folder: Path):
    old = stub(folder, "case $2 in *print*) echo 3.10 ;; *) exit 1 ;; esac")
    done = run(folder, "serve", PYTHON=old)
    assert done.returncode == 1
    assert done.stderr.count("\n") == 1
    assert f"Python 3.11 or newer is needed ({old} is 3.10)" in done.stderr


def test_a_machine_without_python_is_one_line(folder: Path):
    broken = stub(folder, "exit 127")
    done = run(folder, PYTHON=f"{broken} no-such-python")
    assert done.returncode == 1
    assert done.stderr.count("\n") == 1
    assert "Python 3.11 or newer is needed (none was found)" in done.stderr


def test_a_python_without_venv_is_one_line(folder: Path):
    bare = stub(folder, "case $2 in *print*) echo 3.12 ;; *venv*) exit 1 ;; esac")
    done = run(folder, PYTHON=bare)
    assert done.returncode == 1
    assert done.stderr == (
        "run: this Python has no venv module; on Debian or Ubuntu: apt-get install python3-venv\n"
    )
