"""Whatever fails and whoever logs it: no log line holds what is in a row."""

from __future__ import annotations

import io
import logging
import re
import sys
from collections.abc import Iterator
from typing import Any

import pytest
from celery import shared_task
from django.db import connection
from django.http import HttpRequest, HttpResponse
from django.test import Client
from django.urls import path
from django.utils import timezone
from rest_framework.request import Request
from rest_framework.response import Response

from api.auth.views import OpenView
from api.config import urls as real
from notifications import delivery, outbox, planner
from notifications.models import Reminder
from recovery.kernel.ids import new_id
from recovery.members.models import Member
from tests.factories import make_member
from tests.loopback.fcm import LoopbackFcm
from tests.notifications.conftest import fcm, fcm_server  # noqa: F401 - fixtures
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


def test_the_database_does_tell_the_row() -> None:
    """What these tests are for; SQLite names the constraint only."""
    if connection.vendor == "postgresql":
        error = IntegrityErrorOf()
        assert MARKER in str(error)


def test_a_view(db: None, lines: io.StringIO) -> None:
    with urls_of(__name__):
        answer = Client(raise_request_exception=False).get("/api/v1/faulty")
    assert answer.status_code == 500
    expect_frames_only(lines)
