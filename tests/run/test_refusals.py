"""What stands in the way of a start is told in one line."""

from __future__ import annotations

import base64
import socket
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.run import serving
from tests.run.serving import Service

pytestmark = pytest.mark.processes

Make = Callable[..., Service]


def assert_one_line(said: str, *words: str) -> None:
    assert said.count("\n") == 1, said
    for word in words:
        assert word in said


def test_a_taken_port_is_one_line(tmp_path: Path):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        code, said = serving.once(folder=tmp_path, PORT=port)
    assert code == 1
    assert_one_line(said, f"Port {port} of 127.0.0.1 is taken", "PORT=8001 ./run")


def test_a_wrong_setting_is_one_line(tmp_path: Path):
    code, said = serving.once(folder=tmp_path, PORT="many")
    assert code == 2
    assert_one_line(said, "PORT must be a whole number, not 'many'.")


def test_a_data_folder_that_cannot_be_made_is_one_line(tmp_path: Path):
    (tmp_path / "data").write_text("a file")
    code, said = serving.once(folder=tmp_path)
    assert code == 2
    assert_one_line(said, "The folder", "cannot be used")


def test_a_database_that_is_away_is_one_line_without_its_password(tmp_path: Path):
    url = f"postgresql://member:hunter2@127.0.0.1:{serving.free_port()}/recovery"
    code, said = serving.once(folder=tmp_path, DATABASE_URL=url)
    assert code == 1
    assert_one_line(said, "The database does not answer")
    assert "hunter2" not in said


def test_a_data_folder_is_served_once(make_service: Make):
    first = make_service().start().ready()
    second = make_service().start()
    assert second.process is not None
    assert second.process.wait(timeout=serving.PATIENCE) == 1
    assert_one_line(second.said, "Another start", "already serves the data folder")
    assert first.is_answering()


def test_a_wrong_sealing_key_refuses_to_start(make_service: Make):
    service = make_service().start().ready()
    guest = {"time_zone": "Europe/Berlin", "accepts_terms": True, "is_adult": True}
    assert service.ask("/api/v1/auth/guest", guest)[0] == 201
    assert service.end() == 0
    other = f"k1:{base64.urlsafe_b64encode(bytes(32)).decode()}"
    refused = make_service(SEALING_KEYS=other).start()
    assert refused.process is not None
    assert refused.process.wait(timeout=serving.PATIENCE) == 1
    assert_one_line(refused.said, "sealing keys do not open this database")
