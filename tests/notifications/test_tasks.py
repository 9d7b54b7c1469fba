"""What Celery calls: each part of a tick runs whatever became of the others."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.core import mail
from django.utils import timezone
from pytest_django import Settings

from api.config import celery
from notifications import delivery, hints, planner, tasks
from notifications.models import Notification, NotificationState, Reminder, Sender
from recovery.kernel import sealing
from recovery.members.models import Member
from recovery.members.services import email_codes
from tests.loopback.fcm import LoopbackFcm
from tests.notifications.making import make_device, make_reminder


@pytest.fixture
def hinted(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    found: list[str] = []
    monkeypatch.setattr(hints, "deliver_soon", lambda: found.append("deliver"))
    monkeypatch.setattr(hints, "send_mail_soon", lambda: found.append("e-mail"))
    monkeypatch.setattr(hints, "keep_house_soon", lambda: found.append("keep house"))
    return found


def make_due(member: Member) -> None:
    make_reminder(member=member, at="12:00", now=timezone.now())
    Reminder.objects.update(next_due_at=timezone.now() - timedelta(seconds=1))


def test_a_tick_plans_and_wakes_those_who_deliver(
    alice: Member, fcm: LoopbackFcm, hinted: list[str]
) -> None:
    make_device(member=alice, now=timezone.now())
    make_due(alice)
    tasks.tick()
    assert hinted == ["deliver", "keep house"]
    tasks.deliver()
    assert Notification.objects.get().state == NotificationState.SENT
    hinted.clear()
    tasks.tick()
    assert hinted == []


def test_a_tick_that_cannot_plan_still_finds_what_waits(
    alice: Member,
    fcm: LoopbackFcm,
    hinted: list[str],
    monkeypatch: pytest.MonkeyPatch,
    settings: Settings,
) -> None:
    settings.EMAIL_URL = "smtp://mail.example.org"
    email_codes.promise_reset(handle="alice", now=timezone.now())
    hinted.clear()
    make_device(member=alice, now=timezone.now())
    make_due(alice)
    planner.tick(now=timezone.now())

    def cannot(**_: object) -> None:
        raise LookupError

    monkeypatch.setattr(planner, "tick", cannot)
    with pytest.raises(LookupError):
        tasks.tick()
    assert hinted == ["deliver", "keep house", "e-mail"]
    assert Sender.objects.get().last_tick_at is not None


def test_a_tick_sends_no_letter_itself_and_wakes_nobody_for_none(
    alice: Member, hinted: list[str], settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.EMAIL_URL = "smtp://mail.example.org"
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    email_codes.promise_verification(
        member=alice,
        sealer=sealing.for_member(member_id=alice.id),
        address="river@example.org",
        now=timezone.now(),
    )
    tasks.tick()
    assert hinted[-1] == "e-mail"
    assert mail.outbox == []
    tasks.send_mail()
    assert len(mail.outbox) == 1
    hinted.clear()
    tasks.tick()
    assert hinted == []


def test_tasks_take_what_another_release_sends_along(db: None, hinted: list[str]) -> None:
    tasks.tick(since="2027")
    tasks.deliver(batch=3)
    tasks.send_mail(language="de")
    tasks.keep_house(everything=True)


def test_one_that_delivers_for_long_makes_room_for_the_tick(
    db: None, hinted: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tasks, "DELIVER_SECONDS", 0.0)
    monkeypatch.setattr(delivery, "deliver", lambda *, now: 100)
    tasks.deliver()
    assert hinted == ["deliver"]


def test_every_task_has_a_queue_that_the_workers_know() -> None:
    ours = {name for name in celery.app.tasks if name.startswith("notifications.")}
    assert ours == {
        "notifications.tick",
        "notifications.deliver",
        "notifications.deliver_urgent",
        "notifications.own_data",
        "notifications.send_mail",
        "notifications.housekeeping",
    }
    assert ours == set(celery.app.conf.task_routes)
    queues = {route["queue"] for route in celery.app.conf.task_routes.values()}
    assert queues == {queue.name for queue in celery.app.conf.task_queues}
    assert {entry["task"] for entry in celery.app.conf.beat_schedule.values()} <= ours
