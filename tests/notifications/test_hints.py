"""A hint is a courtesy: made after the commit, once, and never at a request's cost."""

from __future__ import annotations

from time import monotonic

import pytest
from celery import Celery, current_app
from django.db import transaction
from pytest_django import DjangoCaptureOnCommitCallbacks

from notifications import hints


class Sent(list[tuple[str, dict[str, object]]]):
    def send_task(self, name: str, **options: object) -> None:
        self.append((name, options))


@pytest.fixture
def sent(monkeypatch: pytest.MonkeyPatch) -> Sent:
    found = Sent()
    monkeypatch.setattr(hints, "_publisher", hints._Publisher())
    monkeypatch.setattr(current_app, "send_task", found.send_task)
    return found


def test_many_hints_in_a_transaction_are_one_after_its_commit(
    db: None, sent: Sent, django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks
) -> None:
    with django_capture_on_commit_callbacks(execute=True), transaction.atomic():
        for _ in range(5):
            hints.deliver_soon()
        assert sent == []
    assert [name for name, _ in sent] == ["notifications.deliver"]


def test_a_transaction_undone_hints_nothing(
    db: None, sent: Sent, django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks
) -> None:
    with django_capture_on_commit_callbacks(execute=True), transaction.atomic():
        hints.deliver_soon()
        transaction.set_rollback(True)
    assert sent == []


def test_a_broker_that_is_gone_costs_one_short_wait_and_then_none(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    nowhere = Celery(
        "nowhere",
        broker="redis://127.0.0.1:9/0",  # the discard port: nobody listens
        set_as_current=False,
        broker_connection_timeout=2,
        broker_transport_options={"max_retries": 0, "socket_connect_timeout": 2},
    )
    monkeypatch.setattr(hints, "current_app", nowhere)
    monkeypatch.setattr(hints, "_publisher", hints._Publisher())
    began = monotonic()
    hints.keep_house_soon()
    assert monotonic() - began < 3
    assert "the broker takes no hints: OperationalError" in caplog.text
    began = monotonic()
    for _ in range(100):
        hints.keep_house_soon()
    assert monotonic() - began < 0.1
