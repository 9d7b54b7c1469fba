"""Rows of the notifications app for tests, made the way the program makes them."""

from __future__ import annotations

from datetime import datetime, time
from uuid import UUID, uuid4

from notifications import devices, reminders
from notifications.models import Device, PushPermission, Reminder
from notifications.pushes import AddressKind, Platform
from recovery.members.models import Member, Session
from tests.factories import LONG_AGO, make_session


def make_device(
    *,
    member: Member,
    address: str = "",
    session: Session | None = None,
    installation_id: UUID | None = None,
    platform: Platform = Platform.ANDROID,
    push_permission: PushPermission = PushPermission.GRANTED,
    now: datetime = LONG_AGO,
) -> Device:
    """A phone of the member, signed in."""
    device, _ = devices.put(
        member_id=member.id,
        session_id=(session or make_session(member=member, now=now)).id,
        installation_id=installation_id or uuid4(),
        registration=devices.Registration(
            address=address or f"ok-{uuid4().hex}",
            address_kind=AddressKind.FID,
            platform=platform,
            app_version="1.0",
            locale="",
            push_permission=push_permission,
        ),
        now=now,
    )
    return device


def make_reminder(
    *,
    member: Member,
    at: str = "20:00",
    now: datetime = LONG_AGO,
    weekdays: list[int] | None = None,
    exact: bool = True,
) -> Reminder:
    """A reminder of the member, asked for at an instant."""
    reminder, _ = reminders.create(
        member=member,
        reminder_id=None,
        local_time=time.fromisoformat(at),
        weekdays=weekdays or list(range(7)),
        exact=exact,
        now=now,
    )
    return reminder
