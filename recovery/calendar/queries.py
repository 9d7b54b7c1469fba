"""Where a member's days lie and which of them bridge."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable
from datetime import date, datetime, timedelta
from uuid import UUID

from django.db.models import Q, Subquery

from recovery.calendar.models import Pause, PauseSource, ZoneChange
from recovery.calendar.rules import (
    HOURS_WITHOUT_VERDICT,
    Move,
    PauseRange,
    ZoneFact,
    first_move_within,
)
from recovery.kernel import days
from recovery.kernel.rows import OwnedQuerySet
from recovery.members.models import Member


def today_of(*, member: Member, now: datetime) -> date:
    """Return the member's local date."""
    return days.local_date(now, zone=member.time_zone, day_start_hour=member.day_start_hour)


def facts_of(*, member_id: UUID) -> list[ZoneFact]:
    """Return the member's zone facts, oldest first."""
    rows = ZoneChange.objects.owned_by(member_id).order_by("effective_at")
    return [
        ZoneFact(effective_at=row.effective_at, zone=row.zone, day_start_hour=row.day_start_hour)
        for row in rows
    ]


def moves_of(*, member_id: UUID) -> list[tuple[datetime, ZoneFact]]:
    """Return the member's zone facts in the order in which they were recorded, each with when."""
    rows = ZoneChange.objects.owned_by(member_id).order_by("recorded_at", "pk")
    return [
        (row.recorded_at, ZoneFact(row.effective_at, row.zone, row.day_start_hour)) for row in rows
    ]


def zone_before(*, member_id: UUID, moved_at: datetime) -> ZoneFact | None:
    """Return the zone fact that was recorded last beside the one effective at an instant."""
    others = ZoneChange.objects.owned_by(member_id).exclude(effective_at=moved_at)
    row = others.order_by("-recorded_at", "-pk").first()
    return row and ZoneFact(row.effective_at, row.zone, row.day_start_hour)


def moved_lately(*, member_id: UUID, now: datetime) -> Move | None:
    """Return the first change of zone or day start within the last 24 hours, with one query.

    What was not judged by then waits; None if there was no change.
    """
    mine = ZoneChange.objects.owned_by(member_id)
    since = now - timedelta(hours=HOURS_WITHOUT_VERDICT)
    before = mine.filter(effective_at__lte=since).order_by("-effective_at")
    rows = mine.filter(
        Q(effective_at__gt=since) | Q(effective_at=Subquery(before.values("effective_at")[:1]))
    )
    facts = [
        ZoneFact(effective_at=row.effective_at, zone=row.zone, day_start_hour=row.day_start_hour)
        for row in rows.order_by("effective_at")
    ]
    return first_move_within(now=now, facts=facts) if facts else None


def last_moved_at(*, member_id: UUID) -> datetime:
    """Return since when the member's present zone and day start hold."""
    rows = ZoneChange.objects.owned_by(member_id).order_by("-effective_at")
    return rows.values_list("effective_at", flat=True)[0]  # type: ignore[no-any-return]


def pauses_of(*, member_id: UUID) -> OwnedQuerySet:
    """Return the pauses that the member asked for."""
    return Pause.objects.owned_by(member_id).filter(
        source=PauseSource.MEMBER, voided_at__isnull=True
    )


def bridges_between(*, member_id: UUID, first: date, last: date) -> list[PauseRange]:
    """Return the ranges of dates that bridge a streak and touch [first, last]; travel included."""
    rows = (
        Pause.objects.owned_by(member_id)
        .filter(voided_at__isnull=True, from_date__lte=last)
        .filter(Q(to_date__isnull=True) | Q(to_date__gte=first))
        .values_list("from_date", "to_date")
    )
    return [PauseRange(from_date=start, to_date=end) for start, end in rows]


def recent_facts(*, member_ids: Collection[UUID], since: datetime) -> dict[UUID, list[ZoneFact]]:
    """Return all zone facts, oldest first, of those members who have one since an instant.

    Two queries, one if nobody moved.
    """
    rows = ZoneChange.objects.filter(member_id__in=member_ids)
    moved = set(rows.filter(effective_at__gt=since).values_list("member_id", flat=True))
    found: dict[UUID, list[ZoneFact]] = {member_id: [] for member_id in moved}
    if moved:
        theirs = rows.filter(member_id__in=moved).order_by("effective_at")
        for row in theirs.values_list("member_id", "effective_at", "zone", "day_start_hour"):
            found[row[0]].append(ZoneFact(*row[1:]))
    return found


def bridges_of(
    *, member_ids: Collection[UUID], first: date, last: date
) -> dict[UUID, list[PauseRange]]:
    """Return, by member, the ranges that bridge and touch [first, last]; one query."""
    rows = (
        Pause.objects.filter(member_id__in=member_ids, voided_at__isnull=True, from_date__lte=last)
        .filter(Q(to_date__isnull=True) | Q(to_date__gte=first))
        .values_list("member_id", "from_date", "to_date")
    )
    found: dict[UUID, list[PauseRange]] = defaultdict(list)
    for member_id, start, end in rows:
        found[member_id].append(PauseRange(from_date=start, to_date=end))
    return found


def own_zone(*, member: Member) -> list[ZoneFact]:
    """Return the member's present zone as the only fact.

    Enough wherever the bridges are at hand, which hold what changes of zone did to dates; it
    adds the dates that the zone itself skips.
    """
    return [
        ZoneFact(
            effective_at=member.created_at,
            zone=member.time_zone,
            day_start_hour=member.day_start_hour,
        )
    ]


def paused(*, pairs: Iterable[tuple[UUID, date]]) -> set[tuple[UUID, date]]:
    """Return those (member, date) pairs on which nothing is expected, with one query."""
    wanted = set(pairs)
    if not wanted:
        return set()
    dates = [day for _, day in wanted]
    rows = (
        Pause.objects.filter(
            member_id__in={member_id for member_id, _ in wanted},
            voided_at__isnull=True,
            from_date__lte=max(dates),
        )
        .filter(Q(to_date__isnull=True) | Q(to_date__gte=min(dates)))
        .values_list("member_id", "from_date", "to_date")
    )
    ranges: dict[UUID, list[tuple[date, date | None]]] = defaultdict(list)
    for member_id, start, end in rows:
        ranges[member_id].append((start, end))
    return {
        (member_id, day)
        for member_id, day in wanted
        if any(start <= day and (end is None or day <= end) for start, end in ranges[member_id])
    }
