"""livez and readyz: for supervisors and load balancers, in one glance, without a secret."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from django.db import OperationalError, connection
from django.test import Client

from api import health


class Away:
    """A database that has gone."""

    def __enter__(self) -> None:
        raise OperationalError("connection to hunter2 lost")

    def __exit__(self, *_: Any) -> None:
        """Nothing to close."""


@pytest.fixture
def browser() -> Client:
    return Client(headers={"host": "10.1.2.3:8000"})  # as a load balancer asks, by address


@pytest.fixture
def unasked() -> Iterator[None]:
    """The process has not yet seen its migrations applied."""
    seen, health._migrations = health._migrations, health._Migrations()
    yield
    health._migrations = seen


def test_livez_touches_no_database(browser: Client):
    answer = browser.get("/livez")
    assert (answer.status_code, answer.json()) == (200, {"status": "alive"})
    assert answer["Cache-Control"] == "no-store"


@pytest.mark.django_db
def test_readyz_tells_what_an_operator_wants_to_know(browser: Client):
    answer = browser.get("/readyz")
    assert answer.status_code == 200
    assert answer.json() == {
        "status": "ready",
        "database": "up",
        "migrations": "applied",
        "push": "off",
        "push_halted": {},
        "last_tick_seconds": None,
        "oldest_due_seconds": None,
    }


@pytest.mark.django_db
def test_a_database_that_is_away_makes_it_unready(browser: Client, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(connection, "cursor", Away)
    monkeypatch.setattr(connection, "close", lambda: None)
    answer = browser.get("/readyz")
    assert answer.status_code == 503
    assert answer["Retry-After"] == "5"
    assert answer.json() == {"status": "unavailable", "database": "down"}


@pytest.mark.django_db
def test_a_schema_that_is_behind_makes_it_unready(
    browser: Client, unasked: None, monkeypatch: pytest.MonkeyPatch
):
    plan = "django.db.migrations.executor.MigrationExecutor.migration_plan"
    with monkeypatch.context() as behind:
        behind.setattr(plan, lambda *_: ["a step"])
        answer = browser.get("/readyz")
        assert answer.status_code == 503
        assert answer.json()["migrations"] == "pending"
    assert browser.get("/readyz").status_code == 200


@pytest.mark.django_db
@pytest.mark.parametrize("path", ["/livez", "/readyz"])
def test_only_reading_is_offered(browser: Client, path: str):
    assert browser.head(path).status_code == 200
    answer = browser.post(path)
    assert answer.status_code == 405
    assert answer["Allow"] == "GET, HEAD"


def test_other_paths_still_refuse_unknown_hosts(browser: Client):
    assert browser.get("/api/v1/meta").status_code == 400
