"""Whatever fails and whoever logs it: no log line holds what is in a row."""

from __future__ import annotations

import io
import logging
import re
import sys
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from pathlib import Path
from typing import NoReturn

import pytest
from celery import shared_task
from django.db import IntegrityError, connection, transaction
from django.http import HttpRequest, HttpResponse
from django.test import Client
from django.urls import path
from django.utils import timezone
from pytest_django import Settings
from rest_framework.request import Request
from rest_framework.response import Response

from api.auth.views import OpenView
from api.config import urls as real
from notifications import delivery, outbox, planner
from notifications.models import Reminder
from notifications.pushes import Push
from recovery.kernel.ids import new_id
from recovery.members.models import Member
from tests.factories import make_member
from tests.notifications.making import make_device
from tests.notifications.test_tasks import make_due

MARKER = "ginger-tea-at-four"


@pytest.fixture
def lines() -> Iterator[io.StringIO]:
    """What the program's own handler writes, with the settings' own formatter."""
    (handler,) = (
        one
        for one in logging.getLogger().handlers
        if type(one) is logging.StreamHandler and one.get_name() == "console"
    )
    written = io.StringIO()
    former = handler.setStream(written)
    yield written
    handler.setStream(former or sys.stderr)


def store_what_cannot_be() -> None:
    """A row that a check constraint refuses, with something private in it."""
    now = timezone.now()
    Reminder.objects.create(
        id=new_id(),
        member=make_member(),
        created_at=now,
        local_time="08:00",
        weekdays=[MARKER],
        deleted_at=now,
        next_due_at=now,
        next_local_date=now.date(),
    )


def expect_frames_only(written: io.StringIO) -> str:
    """The lines tell the kind of the error and where it was, and nothing of the row."""
    text = written.getvalue()
    assert MARKER not in text
    assert "Failing row" not in text
    assert "a_deleted_reminder_is_never_due" not in text
    assert re.search(r"test_logs\.py:\d+ in store_what_cannot_be\n", text)
    assert "django.db.utils.IntegrityError" in text
    return text


class Faulty(OpenView):
    """Stores what cannot be."""

    def get(self, request: Request) -> Response:
        store_what_cannot_be()
        return Response()


def outside(request: HttpRequest) -> HttpResponse:
    """Store it outside DRF."""
    store_what_cannot_be()
    return HttpResponse()


urlpatterns = [path("api/v1/faulty", Faulty.as_view()), path("outside", outside)]
handler400, handler404, handler500 = real.handler400, real.handler404, real.handler500


@shared_task(name="tests.faulty")
def faulty() -> None:
    """Stumble as a task."""
    store_what_cannot_be()


def test_the_database_itself_tells_the_row(db: None) -> None:
    """Which is what these tests are for; SQLite names the constraint only."""
    with pytest.raises(IntegrityError) as caught, transaction.atomic():
        store_what_cannot_be()
    assert (MARKER in str(caught.value)) == (connection.vendor == "postgresql")


@pytest.mark.urls(__name__)
def test_a_view_that_fails(db: None, lines: io.StringIO) -> None:
    answer = Client(raise_request_exception=False).get("/api/v1/faulty")
    assert answer.status_code == 500
    assert "api.problems unforeseen error" in expect_frames_only(lines)


@pytest.mark.urls(__name__)
def test_one_outside_the_api(db: None, lines: io.StringIO) -> None:
    answer = Client(raise_request_exception=False).get("/outside")
    assert answer.status_code == 500
    assert MARKER not in lines.getvalue()


def test_a_tick(alice: Member, lines: io.StringIO, monkeypatch: pytest.MonkeyPatch) -> None:
    make_due(alice)
    monkeypatch.setattr(outbox, "promise", lambda **_: store_what_cannot_be())
    assert planner.tick(now=timezone.now()).moved_on == 1
    text = expect_frames_only(lines)
    assert "notifications.planner a batch of 1 reminders cannot be planned whole" in text


class FaultyGateway:
    """Stands in for the way to FCM."""

    def send(self, pushes: Sequence[Push], *, now: datetime) -> NoReturn:
        """Stumble."""
        with transaction.atomic():
            store_what_cannot_be()
        raise AssertionError


def test_a_delivery(
    alice: Member, lines: io.StringIO, monkeypatch: pytest.MonkeyPatch, settings: Settings
) -> None:
    settings.FIREBASE_CREDENTIALS = Path("account.json")
    monkeypatch.setattr("notifications.fcm.gateway", FaultyGateway)
    make_device(member=alice, now=timezone.now())
    make_due(alice)
    planner.tick(now=timezone.now())
    delivery.deliver(now=timezone.now())
    text = expect_frames_only(lines)
    assert "notifications.delivery a batch of 1 pushes cannot be sent whole" in text


def test_a_task_of_which_celery_tells(db: None, lines: io.StringIO) -> None:
    """Celery writes the exception's text into its message, besides the exception."""
    with transaction.atomic():
        assert faulty.apply(throw=False).failed()
        transaction.set_rollback(True)
    text = expect_frames_only(lines)
    assert "Task tests.faulty[" in text
    assert "raised unexpected: django.db.utils.IntegrityError" in text


@pytest.mark.parametrize(
    "log",
    [
        lambda logger, error: logger.warning("it said %s", error),
        lambda logger, error: logger.warning("it said %(error)r", {"error": error}),
        lambda logger, error: logger.warning("it said %s", str(error), exc_info=error),
        lambda logger, error: logger.warning(f"it said {error!r}", exc_info=True),
        lambda logger, error: logger.warning(f"it said {error.__cause__}", exc_info=True),
        lambda logger, error: logger.warning(error),
        lambda logger, error: logger.exception("it said nothing"),
    ],
)
def test_whoever_logs_however(log: Callable[..., None], lines: io.StringIO) -> None:
    cause = ValueError(f"{MARKER}: the cause")
    try:
        raise LookupError(f"{MARKER}: the outcome") from cause
    except LookupError as error:
        log(logging.getLogger("somebody.elses"), error)
    text = lines.getvalue()
    assert MARKER not in text
    assert "builtins.LookupError" in text or "builtins.ValueError" in text


def test_the_line_of_another_handler_is_not_repeated(lines: io.StringIO) -> None:
    """The first handler leaves what it wrote of an exception with the record."""
    logger = logging.getLogger("somebody.elses")
    first = logging.StreamHandler(io.StringIO())
    logger.addHandler(first)
    try:
        raise LookupError(MARKER)
    except LookupError:
        logger.exception("stumbled")
    finally:
        logger.removeHandler(first)
    assert MARKER in first.stream.getvalue()
    assert MARKER not in lines.getvalue()
    assert "stumbled\nbuiltins.LookupError\n" in lines.getvalue()


def test_exceptions_in_a_group_are_told_one_by_one(lines: io.StringIO) -> None:
    group = ExceptionGroup(MARKER, [ValueError(MARKER), KeyError(MARKER)])
    logging.getLogger("somebody.elses").error("%s", MARKER[:3], exc_info=group)
    text = lines.getvalue()
    assert MARKER not in text
    for kind in ("ExceptionGroup", "ValueError", "KeyError"):
        assert f"builtins.{kind}" in text
