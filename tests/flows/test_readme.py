"""What README.md shows works as it stands there."""

from __future__ import annotations

import json
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.run import serving
from tests.run.serving import ROOT, Service

README = (ROOT / "README.md").read_text()


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    with serving.database() as where:
        started = Service(folder=tmp_path_factory.mktemp("service"), **where).start()
        try:
            yield started.ready()
        finally:
            started.clear_away()


@pytest.mark.processes
def test_the_five_minute_story_runs_as_it_is_written(service: Service) -> None:
    (story,) = re.findall(r"## Five minutes\n.*?```sh\n(.*?)```", README, re.DOTALL)
    here = story.replace("127.0.0.1:8000", f"127.0.0.1:{service.port}").replace(
        "curl -s", "curl -sf"
    )
    told = subprocess.run(
        ["bash", "-euo", "pipefail", "-c", here], capture_output=True, text=True, timeout=60
    )
    assert told.returncode == 0, told.stderr
    answers = re.split(r"(?<=\})(?=\{)", told.stdout.strip())
    check_in, use, _, progress, cheer, asked, _, today = map(json.loads, answers)
    assert check_in["mood"] == 4
    kept = use["after_use"]
    assert kept["sober_days"] == kept["days_elapsed"] - 1
    assert progress["sober_clocks"][0]["name"] == "Wine"
    assert progress["commitments"][0]["title"] == "A walk"
    assert cheer["preset"] == "one_day_at_a_time"
    assert asked["help"]["crisis_resources"]
    assert today["reminders"][0]["local_time"] == "08:00"


def test_every_setting_has_its_line() -> None:
    names = set()
    for file in Path(ROOT / "api" / "config").glob("*.py"):
        names |= set(re.findall(r'name="([A-Z][A-Z_]+)"', file.read_text()))
    told = set(re.findall(r"`([A-Z][A-Z_]+)`", README))
    assert names <= told, f"not in README.md: {sorted(names - told)}"


def test_every_folder_of_the_map_is_there() -> None:
    for folder in re.findall(r"^\| `([a-z/]+/)` \|", README, re.MULTILINE):
        assert (ROOT / folder).is_dir(), folder
