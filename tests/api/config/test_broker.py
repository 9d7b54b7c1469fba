"""The folder that stands for a broker: whole messages, each to one worker, nothing outside."""

from __future__ import annotations

import os
import tempfile
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from kombu import Connection, Queue

from api.config import broker, celery

URGENT = Queue("urgent")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    path = tmp_path / "broker"
    broker.prepare(folder=path)
    return path


@pytest.fixture
def connection(folder: Path) -> Iterator[Connection]:
    with connect(folder) as made:
        yield made


def connect(folder: Path) -> Connection:
    options = {"data_folder_in": str(folder), "data_folder_out": str(folder)}
    return Connection("filesystem://", transport_options=options)


def put(connection: Connection, body: Any) -> None:
    with connection.Producer() as producer:
        producer.publish(body, routing_key="urgent", exchange="", declare=[URGENT])


def take(connection: Connection) -> Any:
    message = URGENT(connection.default_channel).get(no_ack=True)
    return None if message is None else message.payload


def test_our_celery_uses_it() -> None:
    assert celery.app.connection_for_read().transport_cls == "filesystem"
    assert isinstance(celery.app.connection_for_read().transport, broker.Transport)


def test_a_task_goes_into_its_own_queue_and_into_no_other(tmp_path: Path) -> None:
    folder = celery.settings.BROKER_DIR
    for left in folder.iterdir():
        left.unlink()
    for name, route in celery.app.conf.task_routes.items():
        celery.app.send_task(name)
        (message,) = folder.iterdir()
        assert message.name.endswith(f".{route['queue']}.msg")
        message.unlink()


def test_messages_come_out_in_the_order_they_went_in_and_leave_nothing(
    connection: Connection, folder: Path
) -> None:
    for number in range(5):
        put(connection, {"number": number})
    assert [take(connection)["number"] for _ in range(5)] == [0, 1, 2, 3, 4]
    assert take(connection) is None
    assert list(folder.iterdir()) == []


def test_only_its_owner_may_look_into_it(folder: Path) -> None:
    assert folder.stat().st_mode & 0o777 == 0o700


def test_what_is_half_written_or_no_message_stops_nobody(
    connection: Connection, folder: Path
) -> None:
    (folder / "00000000000000000000_a.urgent.msg").write_text('{"body": ')
    (folder / "00000000000000000001_b.urgent.msg").write_text("")
    put(connection, "whole")
    assert take(connection) == "whole"
    assert take(connection) is None


def test_nothing_lands_in_the_shared_temporary_folder(
    connection: Connection, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    elsewhere = tmp_path / "tmp"
    elsewhere.mkdir(mode=0o500)
    monkeypatch.setattr(tempfile, "tempdir", str(elsewhere))
    put(connection, "private")
    assert take(connection) == "private"
    assert list(elsewhere.iterdir()) == []


def test_several_writers_and_readers_share_it_and_each_message_goes_to_one(folder: Path) -> None:
    found: list[int] = []
    done = threading.Event()

    def write(first: int) -> None:
        with connect(folder) as connection:
            for number in range(first, first + 50):
                put(connection, number)

    def read() -> None:
        with connect(folder) as connection:
            while True:
                number = take(connection)
                if number is not None:
                    found.append(number)
                elif done.is_set():
                    return

    readers = [threading.Thread(target=read) for _ in range(3)]
    writers = [threading.Thread(target=write, args=(first,)) for first in (0, 50, 100)]
    for thread in readers + writers:
        thread.start()
    for thread in writers:
        thread.join()
    done.set()
    for thread in readers:
        thread.join()
    assert sorted(found) == list(range(150))


def test_what_killed_workers_left_is_cleared_away_after_an_hour(folder: Path) -> None:
    old, new = folder / ".taken-old.urgent.msg", folder / ".taken-new.urgent.msg"
    old.touch()
    new.touch()
    os.utime(old, (time.time() - 3700,) * 2)
    broker.prepare(folder=folder)
    assert list(folder.iterdir()) == [new]
