"""What is about a member's own days and account: still wanted, still true?"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from notifications.leases import Leased, Reasons
from notifications.models import Dropped, Reminder
from recovery.calendar import queries as calendar
from recovery.checkins import queries as checkins
from recovery.checkins import quiet_queries as quiet
from recovery.members import queries as members
from recovery.ownership.models import ExportJob, ExportState
from recovery.sharing.models import Grant, Scope


def reminder(rows: Sequence[Leased], now: datetime) -> Reasons:
    """Ask whether the reminder is kept and its date neither answered nor paused."""
    pairs = {(row.member_id, row.local_date) for row in rows if row.local_date is not None}
    answered = checkins.answered(pairs=pairs)
    paused = calendar.paused(pairs=pairs)
    kept = set(
        Reminder.objects.filter(
            id__in={row.subject_id for row in rows}, deleted_at__isnull=True
        ).values_list("id", flat=True)
    )
    found: Reasons = {}
    for row in rows:
        pair = (row.member_id, row.local_date)
        if row.subject_id not in kept:
            found[row.delivery_id] = Dropped.WITHDRAWN
        elif pair in answered:
            found[row.delivery_id] = Dropped.ANSWERED
        elif pair in paused:
            found[row.delivery_id] = Dropped.PAUSED
    return found


def quiet_ahead(rows: Sequence[Leased], now: datetime) -> Reasons:
    """Ask whether it is still quiet, and still somebody there who would hear of it."""
    spells = {row.subject_id for row in rows if row.subject_id is not None}
    ahead = quiet.still_ahead(spell_ids=spells)
    owners = {row.member_id for row in rows}
    consents = Grant.objects.showing(now).filter(owner_id__in=owners, scope=Scope.QUIET_ALERTS)
    heard_by_somebody = set(consents.values_list("owner_id", flat=True))
    return {
        row.delivery_id: Dropped.ANSWERED if row.subject_id not in ahead else Dropped.WITHDRAWN
        for row in rows
        if row.subject_id not in ahead or row.member_id not in heard_by_somebody
    }


def who_sees_me(rows: Sequence[Leased], now: datetime) -> Reasons:
    """Ask whether anybody sees anything."""
    owners = {row.member_id for row in rows}
    seen = set(
        Grant.objects.in_force(now)
        .filter(owner_id__in=owners, partnership__ended_at__isnull=True)
        .values_list("owner_id", flat=True)
    )
    return {row.delivery_id: Dropped.WITHDRAWN for row in rows if row.member_id not in seen}


def export(rows: Sequence[Leased], now: datetime) -> Reasons:
    """Ask whether it is there and was not fetched yet."""
    jobs = ExportJob.objects.filter(
        id__in={row.subject_id for row in rows}, state=ExportState.READY, expires_at__gt=now
    )
    there = set(jobs.values_list("id", flat=True))
    return {row.delivery_id: Dropped.WITHDRAWN for row in rows if row.subject_id not in there}


def session(rows: Sequence[Leased], now: datetime) -> Reasons:
    """Ask whether the new session goes on, and is not that of this very phone."""
    going_on = members.still_open(
        session_ids={row.subject_id for row in rows if row.subject_id is not None}, now=now
    )
    found: Reasons = {}
    for row in rows:
        if row.subject_id not in going_on:
            found[row.delivery_id] = Dropped.SESSION_ENDED
        elif row.session_id == row.subject_id:
            # The very phone that signed in: it was the member's before, and registered anew.
            found[row.delivery_id] = Dropped.DEVICE_GONE
    return found
