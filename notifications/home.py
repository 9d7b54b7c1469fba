"""What a home screen shows of notifications."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from notifications import inbox, reminders
from notifications.models import Reminder


@dataclass(frozen=True, slots=True)
class Home:
    """A member's reminders, and how many notifications they have not read."""

    reminders: Sequence[Reminder]
    unread: int


def home(*, member_id: UUID, now: datetime) -> Home:
    """Return it, with two queries."""
    return Home(
        reminders=list(reminders.of(member_id=member_id).order_by("local_time", "id")),
        unread=inbox.unread_count(member_id=member_id, now=now),
    )
