"""What the operator sees, and what goes by itself."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import connection
from django.test.utils import CaptureQueriesContext

from notifications import deadlines, health, housekeeping, sender
from notifications.models import DeadlineKind, Delivery, Device, Notification, Sender
from notifications.wording import Kind
from recovery.members.models import Member
from tests.loopback.fcm import LoopbackFcm
from tests.notifications.making import make_device, make_reminder

NOW = datetime(2026, 11, 22, 19, tzinfo=UTC)


def test_nothing_has_happened_yet(db: None) -> None:
    assert health.state(now=NOW) == {
        "push": "off",
        "push_halted": {},
        "last_tick_seconds": None,
        "oldest_due_seconds": None,
    }


def test_ages_of_the_last_tick_and_of_the_oldest_due_reminder(
    alice: Member, fcm: LoopbackFcm
) -> None:
    reminder = make_reminder(member=alice, at="20:00", now=NOW - timedelta(hours=2))
    sender.beat(now=NOW - timedelta(seconds=7))
    assert health.state(now=NOW - timedelta(seconds=1))["oldest_due_seconds"] is None
    assert reminder.next_due_at == NOW
    with CaptureQueriesContext(connection) as queries:
        found = health.state(now=NOW + timedelta(seconds=3))
    assert (found["push"], found["last_tick_seconds"], found["oldest_due_seconds"]) == ("on", 10, 3)
    assert len(queries) == 3


def test_deadlines_of_other_kinds_grow_old_too(alice: Member) -> None:
    deadlines.set_deadline(
        member_id=alice.id,
        kind=DeadlineKind.WHO_SEES_ME,
        subject_id=alice.id,
        due_at=NOW - timedelta(seconds=30),
    )
    make_reminder(member=alice, at="20:00", now=NOW - timedelta(hours=2))
    assert health.state(now=NOW)["oldest_due_seconds"] == 30


def test_a_halt_is_told_with_its_reason_until_it_is_over(db: None, fcm: LoopbackFcm) -> None:
    Sender.objects.create(scope="ios", halted_reason="THIRD_PARTY_AUTH_ERROR", paused_until=NOW)
    found = health.state(now=NOW)
    assert (found["push"], found["push_halted"]) == ("halted", {"ios": "THIRD_PARTY_AUTH_ERROR"})
    Sender.objects.all().delete()
    Sender.objects.create(scope="everybody", paused_until=NOW + timedelta(seconds=5))
    assert health.state(now=NOW)["push"] == "paused"
    assert health.state(now=NOW + timedelta(seconds=5))["push"] == "on"


def test_one_of_two_beats_keeps_house_once_a_day(db: None) -> None:
    sender.beat(now=NOW)
    turns = [sender.claim_housekeeping(now=NOW, every=housekeeping.EVERY) for _ in range(2)]
    assert turns == [True, False]
    assert not sender.claim_housekeeping(now=NOW + timedelta(hours=23), every=housekeeping.EVERY)
    assert sender.claim_housekeeping(now=NOW + timedelta(hours=24), every=housekeeping.EVERY)


def test_a_phone_unseen_for_sixty_days_is_forgotten(alice: Member) -> None:
    old = make_device(member=alice, now=NOW - timedelta(days=60, seconds=1))
    new = make_device(member=alice, now=NOW - timedelta(days=59))
    housekeeping.keep_house(now=NOW)
    live = Device.objects.live().values_list("installation_id", flat=True)
    assert list(live) == [new.installation_id]
    old.refresh_from_db()
    assert old.address == ""


def test_the_inbox_keeps_ninety_days(alice: Member, monkeypatch: Any) -> None:
    monkeypatch.setattr(housekeeping, "PORTION", 2)
    device = make_device(member=alice)
    for days in (300, 200, 91, 90, 89, 0):
        made_at = NOW - timedelta(days=days, seconds=1)
        row = Notification.objects.create(
            id=UUID(int=int(made_at.timestamp() * 1000) << 80 | days << 4 | 1),
            member=alice,
            kind=Kind.CHECK_IN_REMINDER,
            dedupe_key=str(days),
            created_at=made_at,
            expires_at=made_at,
        )
        Delivery.objects.create(notification=row, device=device, next_attempt_at=made_at)
    housekeeping.keep_house(now=NOW)
    left = Notification.objects.order_by("id").values_list("dedupe_key", flat=True)
    assert list(left) == ["89", "0"]
    assert Delivery.objects.count() == 2
