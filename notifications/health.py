"""How nudging is doing, for whoever runs the service: ages and words, nothing about members."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db.models import Min

from notifications import pushes
from notifications.models import Deadline, Reminder, Scope, Sender


def state(*, now: datetime) -> dict[str, Any]:
    """Return the ages of what is due for longest and of the last tick in seconds, and push's state.

    ``push`` is ``off`` without credentials, else ``on``, ``paused`` or ``halted``; a halt names its
    reason and the platforms that it concerns. Ages are None where there is nothing. Three queries.
    """
    senders = {row.scope: row for row in Sender.objects.all()}
    waiting = Reminder.objects.filter(next_due_at__isnull=False), Deadline.objects.all()
    oldest = [rows.aggregate(at=Min("next_due_at"))["at"] for rows in waiting]
    everybody = senders.get(Scope.EVERYBODY)
    halted = {scope: row.halted_reason for scope, row in senders.items() if row.halted_reason}
    paused = everybody is not None and everybody.paused_until and everybody.paused_until > now
    return {
        "push": _push(halted=bool(halted), paused=bool(paused)),
        "push_halted": halted,
        "last_tick_seconds": _age(everybody.last_tick_at if everybody else None, now=now),
        "oldest_due_seconds": _age(
            min((at for at in oldest if at is not None), default=None), now=now, is_deadline=True
        ),
    }


def _push(*, halted: bool, paused: bool) -> str:
    if not pushes.are_on():
        return "off"
    if halted:
        return "halted"
    return "paused" if paused else "on"


def _age(at: datetime | None, *, now: datetime, is_deadline: bool = False) -> float | None:
    if at is None or (is_deadline and at > now):
        return None
    return round((now - at).total_seconds(), 1)
