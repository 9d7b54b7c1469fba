"""Fill the reminders' table and time the tick."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, time, timedelta
from itertools import islice
from pathlib import Path
from statistics import median
from time import perf_counter
from typing import Any
from uuid import UUID

from django.conf import settings
from django.utils import timezone

from bench.inside.tables import analyze
from notifications import planner, sender
from notifications.models import Device, PushPermission, Reminder
from notifications.pushes import AddressKind, Platform
from recovery.kernel import days
from recovery.kernel.ids import new_id
from recovery.members.models import Member, Session
from tests.loopback.fcm import LoopbackFcm

REMINDERS_A_MEMBER = 10
ROUNDS, IDLE_TICKS = 3, 300
ZONES = (
    "America/Los_Angeles",
    "America/Sao_Paulo",
    "Europe/Berlin",
    "Asia/Kolkata",
    "Asia/Tokyo",
    "Pacific/Auckland",
)


def main(few: str, many: str, due: str) -> dict[str, Any]:
    """Return seconds of each tick over ``due`` reminders, and milliseconds of idle ones."""
    now = timezone.now()
    waiting = _reminders(members=_members(count=int(many) // REMINDERS_A_MEMBER, now=now), now=now)
    with LoopbackFcm(folder=Path(settings.DATA_DIR)) as fcm:
        settings.FIREBASE_CREDENTIALS = fcm.credentials_file
        settings.FCM_BASE_URL = fcm.base_url
        sender.beat(now=now)  # as after any tick; the very first one looks everywhere
        Reminder.objects.bulk_create(islice(waiting, int(few)), batch_size=2000)
        idle_few = _idle(now)
        Reminder.objects.bulk_create(waiting, batch_size=2000)
        analyze()
        idle_many = _idle(now)
        rounds = [_round(place, due=int(due), now=now) for place in range(ROUNDS)]
    return {
        "idle_few": idle_few,
        "idle_many": idle_many,
        "seconds": [seconds for seconds, _ in rounds],
        "planned": min(planned for _, planned in rounds),
    }


def _round(place: int, *, due: int, now: datetime) -> tuple[float, int]:
    """Let one reminder of each member fall due, and time the tick that finds them."""
    at = time(hour=place)
    for zone in ZONES:
        today = days.local_date(now, zone=zone)
        Reminder.objects.filter(local_time=at, member__time_zone=zone).update(
            next_due_at=now - timedelta(seconds=5), next_local_date=today
        )
    assert Reminder.objects.filter(next_due_at__lte=now).count() == due
    began = perf_counter()
    result = planner.tick(now=now)
    seconds = perf_counter() - began
    assert result.claimed == result.planned == result.waiting == due, result
    return seconds, result.planned


def _idle(now: datetime) -> float:
    times = []
    for _ in range(IDLE_TICKS):
        began = perf_counter()
        assert planner.tick(now=now).claimed == 0
        times.append((perf_counter() - began) * 1000)
    return median(times)


def _members(*, count: int, now: datetime) -> list[Member]:
    members = [
        Member(
            time_zone=ZONES[place % len(ZONES)],
            terms_version="1",
            accepted_terms_at=now,
            created_at=now,
        )
        for place in range(count)
    ]
    sessions = [
        Session(
            member=member,
            created_at=now,
            refreshed_at=now,
            expires_at=now + timedelta(days=90),
        )
        for member in members
    ]
    Member.objects.bulk_create(members, batch_size=2000)
    Session.objects.bulk_create(sessions, batch_size=2000)
    Device.objects.bulk_create((_phone(session, now=now) for session in sessions), batch_size=2000)
    return members


def _phone(session: Session, *, now: datetime) -> Device:
    installation_id: UUID = new_id()
    return Device(
        installation_id=installation_id,
        member_id=session.member_id,
        session=session,
        address=f"ok-{installation_id}",
        address_kind=AddressKind.FID,
        platform=Platform.ANDROID,
        push_permission=PushPermission.GRANTED,
        created_at=now,
        seen_at=now,
    )


def _reminders(*, members: list[Member], now: datetime) -> Iterator[Reminder]:
    """Yield ten reminders of each member, at ten hours of the day, none of them due today."""
    for hour in range(REMINDERS_A_MEMBER):
        for place, member in enumerate(members):
            yield Reminder(
                member=member,
                local_time=time(hour=hour),
                next_due_at=now + timedelta(hours=1 + hour, seconds=place),
                next_local_date=days.local_date(now, zone=member.time_zone) + days.ONE_DAY,
                created_at=now,
            )
