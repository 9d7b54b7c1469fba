"""The service starts with one command, tells what it is, and leaves nothing behind."""

from __future__ import annotations

import re
import signal
import stat
import time
from collections.abc import Callable
from pathlib import Path
from urllib.request import Request, urlopen

import psutil
import pytest

from tests import services
from tests.run.serving import Service, until

pytestmark = pytest.mark.processes

Make = Callable[..., Service]


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def gone(processes: list[psutil.Process]) -> bool:
    return not any(
        process.is_running() and process.status() != psutil.STATUS_ZOMBIE for process in processes
    )


def test_a_first_start_answers_and_says_where_everything_is(service: Service):
    status, body = service.ask("/readyz")
    assert status == 200
    assert body["status"] == "ready"
    assert body["push"] == "off"
    base = f"http://127.0.0.1:{service.port}"
    for line in (f"{base}/api/v1/", f"{base}/docs", f"{base}/redoc", f"{base}/readyz"):
        assert line in service.said
    assert "push    off" in service.said


def test_only_the_owner_may_look_into_the_data_folder(service: Service):
    assert mode(service.data) == 0o700
    assert mode(service.data / "broker") == 0o700
    assert mode(service.data / "secrets") == 0o700
    files = [path for path in service.data.rglob("*") if path.is_file()]
    assert len(files) >= 3
    assert {mode(path) for path in files} == {0o600}


def test_the_process_that_supervises_stays_small(service: Service):
    assert service.process is not None
    memory = psutil.Process(service.process.pid).memory_info().rss
    assert memory < 40 * 2**20


def test_a_web_server_that_dies_is_started_again(service: Service):
    before = service.child("granian")
    inner = before.children()
    before.kill()
    until(lambda: "The web server ended (ended by SIGKILL)" in service.said, what="told")
    until(service.is_answering, what="answering again")
    assert service.child("granian").pid != before.pid
    assert gone(inner)


def test_a_web_process_that_dies_inside_its_server_is_replaced(service: Service):
    inner = service.child("granian").children()[0]
    inner.kill()
    until(lambda: gone([inner]), what="gone")
    until(service.is_answering, what="answering again")


def test_a_worker_that_dies_is_started_again_with_its_clock(service: Service):
    before = service.child("celery")
    clock = before.children()
    before.kill()
    until(lambda: "The worker ended (ended by SIGKILL)" in service.said, what="told")
    until(lambda: gone(clock), what="the old clock gone")
    assert service.child("celery").pid != before.pid
    until(service.is_answering, what="answering")


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_ends_everything(make_service: Make, number: signal.Signals):
    service = make_service().start().ready()
    family = [service.child("granian"), service.child("celery"), *service.family()]
    assert service.end(number) == 0
    assert gone(family)
    assert service.said.rstrip().endswith("Stopped.")
    assert "Traceback" not in service.said


def test_children_do_not_outlive_a_killed_start(make_service: Make):
    service = make_service().start().ready()
    family = [service.child("granian"), service.child("celery"), *service.family()]
    service.end(signal.SIGKILL)
    until(lambda: gone(family), what="everything gone")


def test_a_second_start_finds_everything_and_is_quick(make_service: Make):
    first = make_service().start().ready()
    keys = (first.data / "secrets" / "sealing.keys").read_text()
    assert first.end() == 0
    began = time.monotonic()
    second = make_service().start().ready()
    # Below 4 s on a quiet machine; here other tests run beside it.
    assert time.monotonic() - began < 15
    assert "Preparing the database" not in second.said
    assert (second.data / "secrets" / "sealing.keys").read_text() == keys


def test_web_and_worker_can_run_apart(make_service: Make):
    web = make_service().start("--only", "web").ready()
    assert not [process for process in web.family() if "celery" in process.cmdline()]
    worker = make_service().start("--only", "worker").ready()
    worker.child("celery")
    assert worker.end() == 0
    assert web.end() == 0


def test_a_line_of_the_access_log_names_the_route_and_nothing_else(make_service: Make):
    service = make_service(ACCESS_LOG="1").start().ready()
    assert service.ask("/readyz?code=hunter2")[0] == 200
    assert service.ask("/api/v1/nowhere/hunter2?x=hunter2")[0] == 404
    until(lambda: "GET no route 404" in service.said, what="logged")
    assert "GET readyz 200" in service.said
    assert "hunter2" not in service.said


def test_the_demo_prints_a_command_that_works(make_service: Make):
    service = make_service().start("--demo").ready()
    until(lambda: "curl" in service.said, what="told")
    line = next(line for line in service.said.splitlines() if "curl" in line)
    token, address = re.fullmatch(r'\s*curl -H "Authorization: (Bearer \S+)" (\S+)', line).groups()
    answer = urlopen(Request(address, headers={"Authorization": token}), timeout=20)
    assert answer.status == 200
    assert address.startswith(f"http://127.0.0.1:{service.port}/api/v1/")


@pytest.mark.valkey
def test_a_worker_on_a_real_broker_forks_and_leaves_nothing(make_service: Make):
    with services.valkey() as broker:
        service = make_service(CELERY_BROKER_URL=broker, TASK_WORKERS="2").start().ready()
        worker = service.child("celery")
        until(lambda: len(worker.children()) >= 3, what="two processes and the clock running")
        family = service.family()
        assert service.end() == 0
        assert gone(family)
        assert broker.partition("@")[0].rpartition(":")[2] not in service.said
