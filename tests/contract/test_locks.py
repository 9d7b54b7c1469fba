"""The lock files install the same everywhere and name no place."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent.parent
NAMES = ("requirements.lock", "requirements-dev.lock")
PINNED = re.compile(r"^([a-z0-9][a-z0-9._-]*(?:\[[a-z0-9,-]+\])?)==(\S+)", re.MULTILINE)


def pinned(name: str) -> dict[str, str]:
    return dict(PINNED.findall((ROOT / name).read_text()))


@pytest.mark.parametrize("name", NAMES)
def test_a_lock_names_no_address_and_no_folder(name: str):
    text = (ROOT / name).read_text()
    assert "://" not in text
    assert not re.search(r"^\s*(-|--)(i|f|e|index-url|extra-index-url|find-links)\b", text, re.M)
    assert not re.search(r"(^|[\s@])(/|\.\.?/)(?!run lock)", text, re.M)


@pytest.mark.parametrize("name", NAMES)
def test_every_package_is_pinned_and_has_hashes(name: str):
    text = (ROOT / name).read_text()
    blocks = re.split(r"\n(?=[a-z0-9])", text.split("\n", 2)[2])
    assert len(blocks) == len(pinned(name)) > 50
    for block in blocks:
        assert "--hash=sha256:" in block, block


def test_tests_run_on_the_versions_that_are_served():
    serving, developing = (pinned(name) for name in NAMES)
    assert serving.items() <= developing.items()
