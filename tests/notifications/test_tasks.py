"""What Celery calls: each part of a tick runs whatever became of the others."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from api.config import celery
from notifications import delivery, hints, planner, tasks
from notifications.models import Notification, NotificationState, Reminder, Sender
from recovery.members.models import Member
from tests.loopback.fcm import LoopbackFcm
from tests.notifications.making import make_device, make_reminder


@pytest.fixture
def hinted(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    found: list[str] = []
    monkeypatch.setattr(hints, "deliver_soon", lambda: found.append("deliver"))
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


def test_a_tick_that_cannot_plan_still_wakes_finds_what_waits_and_sends_codes(
    alice: Member, fcm: LoopbackFcm, hinted: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    make_device(member=alice, now=timezone.now())
    make_due(alice)
    planner.tick(now=timezone.now())
    codes: list[object] = []

    def cannot(**_: object) -> None:
        raise LookupError

    monkeypatch.setattr(planner, "tick", cannot)
    monkeypatch.setattr("notifications.mail.send_due_codes", lambda *, now: codes.append(now))
    with pytest.raises(LookupError):
        tasks.tick()
    assert "deliver" in hinted
    assert len(codes) == 1
    assert Sender.objects.get().last_tick_at is not None


def test_tasks_take_what_another_release_sends_along(db: None, hinted: list[str]) -> None:
    tasks.tick(since="2027")
    tasks.deliver(batch=3)
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
    assert ours == {"notifications.tick", "notifications.deliver", "notifications.housekeeping"}
    assert ours == set(celery.app.conf.task_routes)
    queues = {route["queue"] for route in celery.app.conf.task_routes.values()}
    assert queues == {queue.name for queue in celery.app.conf.task_queues}
    assert {entry["task"] for entry in celery.app.conf.beat_schedule.values()} <= ours
