"""Making the fact rows: frozen under the member's zone, voided and restored by further facts."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from uuid import UUID

from django.db.models import Q

from recovery.kernel import days
from recovery.kernel.errors import Missing, invalid
from recovery.kernel.ids import new_id
from recovery.members.models import Member
from recovery.sobriety.models import FactKind, Tracker, TrackerFact

# A phone's clock may run a little fast: this much is taken for "now", more is refused.
CLOCK_SKEW = timedelta(seconds=60)


def not_after_now(instant: datetime, *, now: datetime, pointer: str) -> datetime:
    """Return the instant in UTC, or now if it is a little ahead.

    Raises Invalid for more than 60 seconds ahead.
    """
    if instant > now + CLOCK_SKEW:
        raise invalid(pointer=pointer, code="in_the_future", detail="This lies in the future.")
    return min(instant.astimezone(UTC), now)


def started(*, tracker: Tracker, member: Member, at: datetime, now: datetime) -> TrackerFact:
    """Return the unsaved fact that a tracker began."""
    return _fact(FactKind.STARTED, tracker, member, now, at=at, until=None)


def used(
    *,
    tracker: Tracker,
    member: Member,
    used_at: datetime,
    resumed_at: datetime,
    now: datetime,
    fact_id: UUID | None = None,
) -> TrackerFact:
    """Return the unsaved fact of a use that the member reports."""
    fact = _fact(FactKind.USED, tracker, member, now, at=used_at, until=resumed_at)
    fact.id = fact_id or fact.id
    return fact


def void_of(*, fact: TrackerFact, now: datetime) -> TrackerFact:
    """Return the unsaved fact that takes another back."""
    return TrackerFact(
        id=new_id(),
        member_id=fact.member_id,
        tracker_id=fact.tracker_id,
        kind=FactKind.VOIDED,
        target=fact,
        recorded_at=now,
    )


def take_back(*, fact: TrackerFact, now: datetime) -> bool:
    """Void a fact; False when it is voided already."""
    if not TrackerFact.objects.filter(id=fact.id).active().exists():
        return False
    void_of(fact=fact, now=now).save(force_insert=True)
    return True


def give_back(*, fact: TrackerFact, now: datetime) -> bool:
    """Undo the void that holds a fact back; False when it holds already. Raises Missing."""
    if TrackerFact.objects.filter(id=fact.id).active().exists():
        return False
    void = TrackerFact.objects.filter(target_id=fact.id).active().first()
    if void is None:
        raise Missing()
    void_of(fact=void, now=now).save(force_insert=True)
    return True


def version_of(*, fact: TrackerFact) -> int:
    """Return how often a fact was said, taken back and given back; one query."""
    turns = TrackerFact.objects.filter(Q(target=fact) | Q(target__target=fact))
    return 1 + turns.count()


def _fact(
    kind: FactKind,
    tracker: Tracker,
    member: Member,
    now: datetime,
    *,
    at: datetime,
    until: datetime | None,
) -> TrackerFact:
    zone, day_start_hour = member.time_zone, member.day_start_hour

    def frozen(instant: datetime) -> date:
        return days.local_date(instant, zone=zone, day_start_hour=day_start_hour)

    return TrackerFact(
        id=new_id(),
        member=member,
        tracker=tracker,
        kind=kind,
        at=at,
        until=until,
        on_date=frozen(at),
        until_date=frozen(until) if until else None,
        zone=zone,
        day_start_hour=day_start_hour,
        recorded_at=now,
    )
