"""Reading check-ins and their streak."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from uuid import UUID

from django.db.models import Subquery

from recovery.calendar import queries as calendar
from recovery.calendar import rules as calendar_rules
from recovery.checkins import rules
from recovery.checkins.models import CheckIn, StreakRun
from recovery.kernel.rows import OwnedQuerySet
from recovery.members.models import Member


@dataclass(frozen=True, slots=True)
class StreakReading:
    """The streak now: dates with a check-in, and whether today has one."""

    current: int
    longest: int
    answered_today: bool


def check_ins_of(*, member_id: UUID) -> OwnedQuerySet:
    """Return the member's check-ins."""
    return CheckIn.objects.owned_by(member_id).filter(deleted_at__isnull=True)


def check_in_on(*, member_id: UUID, local_date: date) -> CheckIn:
    """Return the check-in of a date. Raises Missing."""
    found: CheckIn = check_ins_of(member_id=member_id).one(local_date=local_date)
    return found


def answered(*, pairs: Iterable[tuple[UUID, date]]) -> set[tuple[UUID, date]]:
    """Return those (member, date) pairs that have a check-in, with one query."""
    wanted = set(pairs)
    if not wanted:
        return set()
    found = CheckIn.objects.filter(
        member_id__in={member_id for member_id, _ in wanted},
        local_date__in={day for _, day in wanted},
        deleted_at__isnull=True,
    ).values_list("member_id", "local_date")
    return wanted & set(found)


def streak_of(*, member: Member, today: date, answered_today: bool) -> StreakReading:
    """Return the streak with two queries, however long the history."""
    mine = StreakRun.objects.owned_by(member.id)
    longest = Subquery(mine.order_by("-days").values("days")[:1])
    latest = list(mine.annotate(longest=longest).order_by("-last_date")[:2])

    @cache
    def bridged_to_today(run: rules.Run) -> bool:
        return is_bridged(member=member, after=run.last_date, before=today)

    last = rules.run_to_read(
        [rules.Run(row.first_date, row.last_date, row.days) for row in latest],
        today=today,
        bridged_to_today=bridged_to_today,
    )
    reading = rules.streak(
        last_run=last,
        longest=latest[0].longest if latest else 0,
        today=today,
        bridged_to_today=last is not None and bridged_to_today(last),
    )
    return StreakReading(
        current=reading.current, longest=reading.longest, answered_today=answered_today
    )


def is_bridged(*, member: Member, after: date, before: date) -> bool:
    """Tell whether nothing was expected on every date between two; adjacent ones need no query."""
    if before - after <= timedelta(days=1):
        return True
    return calendar_rules.bridged(
        after,
        before,
        pauses=calendar.bridges_between(member_id=member.id, first=after, last=before),
        facts=calendar.own_zone(member=member),
    )


def repairable_dates(*, member: Member, today: date) -> list[date]:
    """Return the dates of the last 14 days for which a check-in would still count."""
    since = today - timedelta(days=rules.LONGEST_LAG_DAYS)
    counting = check_ins_of(member_id=member.id).filter(counts=True)
    first = counting.order_by("local_date").values_list("local_date", flat=True).first()
    return rules.repairable_dates(
        answered=set(
            counting.filter(local_date__gte=since, local_date__lte=today).values_list(
                "local_date", flat=True
            )
        ),
        first_answered=first,
        today=today,
        pauses=calendar.bridges_between(member_id=member.id, first=since, last=today),
        facts=calendar.own_zone(member=member),
    )
