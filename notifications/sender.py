"""Whether sending goes on: paused for a while, halted until somebody looks, or well."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import connection
from django.db.models import Case, F, Value, When

from notifications.models import Deadline, Reminder, Scope, Sender
from notifications.pushes import Outcome, Push, Result, Signal

log = logging.getLogger("notifications.sender")

# A halt asks for a person, who may well repair it on Google's side. So every ten minutes a few
# pushes are tried, and the first that succeeds ends the halt; rows wait meanwhile.
PROBE_AFTER = timedelta(minutes=10)
# As many as answers.py needs to prove that the credentials are wrong, and not ten phones.
PROBE_SIZE = 10
# Ticks come every 15 seconds, and one with a backlog takes some more: who has not ticked for ten
# minutes was down.
GAP = timedelta(minutes=10)


@dataclass(frozen=True, slots=True)
class SenderState:
    """What stands about one scope."""

    paused_until: datetime | None = None
    halted_reason: str = ""

    def waits(self, *, now: datetime) -> bool:
        """Tell whether nothing is to be tried yet."""
        return self.paused_until is not None and now < self.paused_until


def load() -> dict[str, SenderState]:
    """Return the state by scope, absent ones being well; one query."""
    rows = Sender.objects.values_list("scope", "paused_until", "halted_reason")
    return {scope: SenderState(until, reason) for scope, until, reason in rows}


def note(
    *,
    pushes: Sequence[Push],
    results: Sequence[Result],
    before: dict[str, SenderState],
    now: datetime,
) -> None:
    """Record what a batch's answers say about sending as a whole; no query while all is well."""
    pause_until: datetime | None = None
    halts: dict[str, str] = {}
    accepted: set[str] = set()
    for push, result in zip(pushes, results, strict=True):
        match result.signal:
            case Signal.PAUSE_SENDER:
                until = result.retry_at or now
                pause_until = until if pause_until is None else max(pause_until, until)
            case Signal.HALT_SENDER:
                halts[Scope.EVERYBODY] = result.error_code or "unknown"
            case Signal.HALT_PLATFORM:
                halts[Scope(push.platform)] = result.error_code or "unknown"
        if result.outcome is Outcome.SENT:
            accepted |= {Scope.EVERYBODY, Scope(push.platform)}
    for scope in accepted - halts.keys():
        if before.get(scope, SenderState()).halted_reason:
            log.warning("push to %s works again", scope)
            Sender.objects.filter(scope=scope).update(halted_reason="", paused_until=None)
    for scope, reason in halts.items():
        log.error("push to %s is halted: %s; a person must look", scope, reason)
        _write(scope=scope, paused_until=now + PROBE_AFTER, halted_reason=reason)
    if pause_until is not None and Scope.EVERYBODY not in halts:
        log.warning("push is paused until %s", pause_until.isoformat())
        _write(scope=Scope.EVERYBODY, paused_until=pause_until)


def beat(*, now: datetime) -> None:
    """Record that a tick ran, and whether it is the first after an outage; one query."""
    after_gap = When(last_tick_at__lt=now - GAP, then=Value(now))
    row = Sender.objects.filter(scope=Scope.EVERYBODY)
    if not row.update(last_tick_at=now, back_at=Case(after_gap, default=F("back_at"))):
        _write(scope=Scope.EVERYBODY, last_tick_at=now)


@dataclass(frozen=True, slots=True)
class Sight:
    """What a tick finds before it does anything: what is due, and when the last tick was."""

    reminders: bool = True
    deadlines: bool = True
    last_tick_at: datetime | None = None
    back_at: datetime | None = None

    def out_until(self, *, now: datetime) -> datetime | None:
        """Return when the last outage ended: now, if this tick is the first one after it."""
        if self.last_tick_at is not None and now - self.last_tick_at > GAP:
            return now
        return self.back_at


def look(*, now: datetime) -> Sight:
    """Return what a tick has to do. One query, which locks nothing: all that an idle tick costs.

    Each table is asked for its earliest deadline, which is the first entry of an index whatever the
    database believes about how many are due.
    """
    name = connection.ops.quote_name
    earliest = [
        f"(SELECT next_due_at FROM {name(model._meta.db_table)}"  # noqa: S608  our own names
        " WHERE next_due_at IS NOT NULL ORDER BY next_due_at LIMIT 1) <= %s"
        for model in (Reminder, Deadline)
    ]
    at = connection.ops.adapt_datetimefield_value(now)
    rows: Any = Sender.objects.raw(
        f"SELECT scope, last_tick_at, back_at, {earliest[0]} AS reminders, {earliest[1]} AS others"  # noqa: S608
        f" FROM {name(Sender._meta.db_table)} WHERE scope = %s",
        [at, at, Scope.EVERYBODY],
    )
    for row in rows:
        return Sight(
            reminders=bool(row.reminders),
            deadlines=bool(row.others),
            last_tick_at=row.last_tick_at,
            back_at=row.back_at,
        )
    return Sight()


def claim_housekeeping(*, now: datetime, every: timedelta) -> bool:
    """Tell whether it is this caller's turn to keep house; nobody else's until it is due again."""
    due = Sender.objects.filter(scope=Scope.EVERYBODY)
    overdue = due.filter(housekept_at__isnull=True) | due.filter(housekept_at__lte=now - every)
    return overdue.update(housekept_at=now) == 1


def _write(*, scope: Scope | str, **values: object) -> None:
    Sender.objects.bulk_create(
        [Sender(scope=scope, **values)],
        update_conflicts=True,
        unique_fields=["scope"],
        update_fields=list(values),
    )
