"""Consents: their coming end, and the monthly summary of who sees what."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from uuid import UUID

from notifications import deadlines, telling
from notifications.checks.partners import EXPIRING
from notifications.deadlines import Due, Handled
from notifications.kinds import KINDS
from notifications.models import DeadlineKind
from notifications.wording import Kind
from recovery.kernel import days
from recovery.members.events import DaysMoved
from recovery.partners.events import GrantsChanged
from recovery.sharing.models import Grant

SUMMARY_AT = time(10)


def watch(fact: GrantsChanged) -> None:
    """Look again at what a member shares with this partner, and begin the monthly summaries."""
    shared = Grant.objects.in_force(fact.at).filter(owner_id=fact.owner_id)
    with_partner = shared.filter(partnership_id=fact.partnership_id).order_by("expires_at")
    soonest = with_partner.values_list("expires_at", flat=True).first()
    if soonest is None:
        deadlines.clear(
            member_id=fact.owner_id,
            kind=DeadlineKind.GRANT_EXPIRING,
            subject_id=fact.partnership_id,
        )
        return
    deadlines.set_deadline(
        member_id=fact.owner_id,
        kind=DeadlineKind.GRANT_EXPIRING,
        subject_id=fact.partnership_id,
        due_at=max(soonest - EXPIRING, fact.at),
    )
    deadlines.set_first(
        member_id=fact.owner_id,
        kind=DeadlineKind.WHO_SEES_ME,
        subject_id=fact.owner_id,
        due_at=fact.at,
    )


def move_days(fact: DaysMoved) -> None:
    """Let the summary come by the clock of the new zone."""
    deadlines.look_again(
        member_id=fact.member_id, kind=DeadlineKind.WHO_SEES_ME, at=fact.recorded_at
    )


def handle_expiring(rows: Sequence[Due], now: datetime) -> Handled:
    """Tell owners once per partnership and date that something they share ends within a week."""
    ends: defaultdict[tuple[UUID, UUID], list[datetime]] = defaultdict(list)
    grants = Grant.objects.in_force(now).filter(
        partnership_id__in={row.subject_id for row in rows}, partnership__ended_at__isnull=True
    )
    for owner_id, partnership_id, expires_at in grants.order_by("expires_at").values_list(
        "owner_id", "partnership_id", "expires_at"
    ):
        ends[owner_id, partnership_id].append(expires_at)
    drafts = []
    next_due_at = {}
    for row in rows:
        if row.member_deleted_at is not None:
            continue
        mine = ends[row.member_id, row.subject_id]
        by_date: dict[date, datetime] = {}
        for expires_at in mine:
            if expires_at - EXPIRING <= now:
                day = days.local_date(expires_at, zone=row.zone, day_start_hour=row.day_start_hour)
                by_date.setdefault(day, expires_at)
        drafts += [
            telling.draft(
                kind=Kind.GRANT_EXPIRING,
                member_id=row.member_id,
                subject_id=row.subject_id,
                partnership_id=row.subject_id,
                local_date=day,
                until=expires_at,
                now=now,
            )
            for day, expires_at in by_date.items()
        ]
        later = [expires_at for expires_at in mine if expires_at - EXPIRING > now]
        if later:
            next_due_at[row.id] = later[0] - EXPIRING
    return Handled(drafts=drafts, next_due_at=next_due_at)


def handle_summary(rows: Sequence[Due], now: datetime) -> Handled:
    """Point members to who sees them, on the first of the month at ten, if anybody does."""
    seen = set(
        Grant.objects.in_force(now)
        .filter(owner_id__in={row.member_id for row in rows}, partnership__ended_at__isnull=True)
        .values_list("owner_id", flat=True)
    )
    drafts = []
    next_due_at = {}
    for row in rows:
        if row.member_deleted_at is not None or row.member_id not in seen:
            continue
        today = days.local_date(now, zone=row.zone, day_start_hour=row.day_start_hour)
        first = today.replace(day=1)
        at = summary_at(first, zone=row.zone, day_start_hour=row.day_start_hour)
        # Fallen due since the deadline was set: one set today at eleven is about the next month.
        if row.due_at <= at <= now:
            drafts.append(
                telling.draft(
                    kind=Kind.WHO_SEES_ME,
                    member_id=row.member_id,
                    local_date=first,
                    # After an outage it stands in the inbox, and nobody is called to it.
                    until=at + KINDS[Kind.WHO_SEES_ME].worth_pushing,
                    now=now,
                )
            )
        months = [first, days.add_months(first, 1), days.add_months(first, 2)]
        times = [
            summary_at(month, zone=row.zone, day_start_hour=row.day_start_hour) for month in months
        ]
        next_due_at[row.id] = next(at for at in times if at > now)
    return Handled(drafts=drafts, next_due_at=next_due_at)


def summary_at(first: date, *, zone: str, day_start_hour: int) -> datetime:
    """Return when the summary of a month comes: ten o'clock of its first date, if that exists."""
    at = days.instant_of(first, SUMMARY_AT, zone=zone, day_start_hour=day_start_hour)
    if at is not None:
        return at
    return days.day_starts_at(first, zone=zone, day_start_hour=day_start_hour) + timedelta(
        hours=SUMMARY_AT.hour
    )
