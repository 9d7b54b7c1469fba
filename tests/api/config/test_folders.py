"""The data folder and its secrets are their owner's only."""

from __future__ import annotations

import os
import stat
from pathlib import Path

import pytest
from django.core.exceptions import ImproperlyConfigured

from api.config import environment


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def test_a_new_folder_is_for_its_owner(tmp_path: Path):
    assert mode(environment.owner_only_folder(path=tmp_path / "a" / "data")) == 0o700


def test_an_empty_folder_is_narrowed(tmp_path: Path):
    (tmp_path / "data").mkdir(mode=0o755)
    assert mode(environment.owner_only_folder(path=tmp_path / "data")) == 0o700


def test_our_own_folder_is_narrowed(tmp_path: Path):
    (tmp_path / "data" / "secrets").mkdir(parents=True)
    (tmp_path / "data").chmod(0o750)
    assert mode(environment.owner_only_folder(path=tmp_path / "data")) == 0o700


def test_a_folder_of_other_things_is_left_alone(tmp_path: Path):
    home = tmp_path / "home"
    home.mkdir()
    (home / "letter.txt").touch()
    home.chmod(0o755)
    with pytest.raises(ImproperlyConfigured, match=f"run: chmod 700 {home}"):
        environment.owner_only_folder(path=home)
    assert mode(home) == 0o755


def test_a_shared_folder_is_left_alone(tmp_path: Path):
    (tmp_path / "shared").mkdir()
    (tmp_path / "shared").chmod(0o1777)
    with pytest.raises(ImproperlyConfigured, match="Other users may enter"):
        environment.owner_only_folder(path=tmp_path / "shared")


def test_a_folder_without_the_right_to_write_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(os, "access", lambda *_: False)  # root may write everywhere
    with pytest.raises(ImproperlyConfigured, match="cannot be written to"):
        environment.owner_only_folder(path=tmp_path / "data")


def test_a_secret_is_made_once_and_for_its_owner(tmp_path: Path):
    path = tmp_path / "secrets" / "key"
    first = environment.secret_file(path=path, fresh=lambda: "one")
    assert mode(path) == 0o600
    path.chmod(0o644)
    assert environment.secret_file(path=path, fresh=lambda: "two") == first == "one"
    assert mode(path) == 0o600
    assert [entry.name for entry in path.parent.iterdir()] == ["key"]


def test_a_secret_that_cannot_be_read_is_one_sentence(tmp_path: Path):
    environment.owner_only_folder(path=tmp_path / "secrets")
    (tmp_path / "secrets" / "key").mkdir()
    with pytest.raises(ImproperlyConfigured, match="cannot be used: Is a directory"):
        environment.secret_file(path=tmp_path / "secrets" / "key", fresh=lambda: "one")
