"""Pauses, and what a change of zone does to a member's dates."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from uuid import UUID

from recovery.calendar import queries, rules
from recovery.calendar.events import BridgesMoved
from recovery.calendar.models import Pause, PauseSource, ZoneChange
from recovery.kernel import changes, days, events, rows, sealing
from recovery.kernel.errors import Missing, invalid
from recovery.kernel.ids import new_id
from recovery.members.events import DaysMoved, MemberJoined
from recovery.members.models import Member


def create_pause(
    *,
    member: Member,
    pause_id: UUID | None,
    from_date: date,
    to_date: date | None,
    now: datetime,
) -> tuple[Pause, bool]:
    """Begin a pause; return it and whether it is new.

    Raises Invalid for a range that ends before it begins, IdTaken for a known id with other
    content, Missing for one that was taken back: that stays.
    """
    _check_range(from_date, to_date)
    with changes.write(member_id=member.id, now=now) as log:
        digest = sealing.for_member(member_id=member.id).digest([from_date, to_date])
        known = rows.replayed(Pause, row_id=pause_id, member_id=member.id, digest=digest)
        if known is not None:
            if known.voided_at is not None:
                raise Missing()
            return known, False
        pause = Pause(
            id=pause_id or new_id(),
            member=member,
            from_date=from_date,
            to_date=to_date,
            body_digest=digest,
            created_at=now,
        )
        rows.insert(pause)
        log.add(table="pauses", row_id=pause.id, version=1, fields=["from_date", "to_date"])
        events.publish(fact=BridgesMoved(member_id=member.id, at=now))
    return pause, True


def change_pause(
    *, member: Member, pause_id: UUID, changed: dict[str, date | None], now: datetime
) -> Pause:
    """Move a pause's first or last date. Raises Missing, Invalid."""
    with changes.write(member_id=member.id, now=now) as log:
        pause: Pause = queries.pauses_of(member_id=member.id).one(id=pause_id)
        before = (pause.from_date, pause.to_date)
        pause.from_date = changed.get("from_date") or pause.from_date
        pause.to_date = changed.get("to_date", pause.to_date)
        _check_range(pause.from_date, pause.to_date)
        if (pause.from_date, pause.to_date) != before:
            pause.version += 1
            pause.save(update_fields=["from_date", "to_date", "version"])
            log.add(table="pauses", row_id=pause.id, version=pause.version, fields=sorted(changed))
            events.publish(fact=BridgesMoved(member_id=member.id, at=now))
    return pause


def remove_pause(*, member: Member, pause_id: UUID, now: datetime) -> None:
    """Take a pause back, as if it had never been; once is enough. Raises Missing."""
    with changes.write(member_id=member.id, now=now) as log:
        pause: Pause = Pause.objects.owned_by(member.id).one(id=pause_id, source=PauseSource.MEMBER)
        if pause.voided_at is not None:
            return
        pause.voided_at = now
        pause.version += 1
        pause.save(update_fields=["voided_at", "version"])
        log.add(table="pauses", row_id=pause.id, version=pause.version, gone=True)
        events.publish(fact=BridgesMoved(member_id=member.id, at=now))


def begin_days(fact: MemberJoined) -> None:
    """Record the first zone of a new member."""
    ZoneChange.objects.create(
        member_id=fact.member_id,
        effective_at=fact.at,
        zone=fact.zone,
        day_start_hour=fact.day_start_hour,
        recorded_at=fact.at,
    )


def move_days(fact: DaysMoved) -> None:
    """Record a change of zone or day start, and which dates it skipped or cut below 12 hours."""
    ZoneChange.objects.update_or_create(
        member_id=fact.member_id,
        effective_at=fact.effective_at,
        defaults={
            "zone": fact.zone,
            "day_start_hour": fact.day_start_hour,
            "recorded_at": fact.recorded_at,
        },
    )
    project_travel(member_id=fact.member_id, around=fact.effective_at, now=fact.recorded_at)
    events.publish(fact=BridgesMoved(member_id=fact.member_id, at=fact.recorded_at))


def project_travel(*, member_id: UUID, around: datetime, now: datetime) -> None:
    """Project anew which dates near an instant count as paused.

    A change of zone moves the wall clock by 26 hours at most and a day start by 6: what it
    touches lies within three dates of its own.
    """
    facts = queries.facts_of(member_id=member_id)
    middle = days.local_date(around, zone=facts[-1].zone)
    near = [middle + timedelta(days=offset) for offset in range(-3, 4)]
    Pause.objects.owned_by(member_id).filter(source=PauseSource.TRAVEL, from_date__in=near).delete()
    Pause.objects.bulk_create(
        Pause(
            id=new_id(),
            member_id=member_id,
            source=PauseSource.TRAVEL,
            from_date=day,
            to_date=day,
            created_at=now,
        )
        for day in near
        if rules.counts_as_paused(day, facts=facts)
    )


def _check_range(from_date: date, to_date: date | None) -> None:
    if to_date is not None and to_date < from_date:
        raise invalid(
            pointer="/to_date", code="ends_before_it_begins", detail="This lies before from_date."
        )
