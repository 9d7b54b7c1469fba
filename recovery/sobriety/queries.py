"""Reading trackers, their clocks and their dates."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import date, datetime, timedelta
from decimal import Decimal
from itertools import islice
from uuid import UUID

from django.db.models import QuerySet

from recovery.calendar import queries as calendar
from recovery.calendar import rules as calendar_rules
from recovery.kernel.rows import OwnedQuerySet
from recovery.kernel.sealing import Sealer
from recovery.members.models import Member
from recovery.sobriety import day_states, episodes, limits, milestones, rules, sober_time
from recovery.sobriety.episodes import Episode
from recovery.sobriety.milestones import Earned
from recovery.sobriety.models import (
    FactKind,
    LimitTotals,
    SaidState,
    Tracker,
    TrackerDay,
    TrackerFact,
    TrackerMode,
)
from recovery.sobriety.refusals import WrongMode

# What the texts are sealed under: stable, because another label would open none that are stored.
NAME_LABEL = "trackers.name"
NOTE_LABEL = "use_events.note"

# Where an episode or a milestone stands in its list: when it began or fell due, and the fact that
# opened the episode.
Place = tuple[datetime, UUID]


def trackers_of(*, member_id: UUID) -> OwnedQuerySet:
    """Return the member's trackers, each with what its numbers are read from."""
    return ever_of(member_id=member_id).filter(deleted_at__isnull=True)


def ever_of(*, member_id: UUID) -> OwnedQuerySet:
    """Return the member's trackers, those put away included: an offline phone may name them."""
    return Tracker.objects.owned_by(member_id).select_related("clock", "limit_totals")


def tracker_of(*, member_id: UUID, tracker_id: UUID, mode: TrackerMode | None = None) -> Tracker:
    """Return one of the member's trackers. Raises Missing, or WrongMode for another mode."""
    tracker: Tracker = trackers_of(member_id=member_id).one(id=tracker_id)
    if mode is not None and tracker.mode != mode:
        wanted = "an abstinence" if mode == TrackerMode.ABSTINENCE else "a reduction"
        raise WrongMode(f"This needs {wanted} tracker.")
    return tracker


def name_of(*, tracker: Tracker, sealer: Sealer) -> str:
    """Return the name that its owner gave a tracker; ``sealer`` is the owner's."""
    return sealer.open(tracker.name, label=NAME_LABEL, row_id=tracker.id)


def note_of(*, fact: TrackerFact, sealer: Sealer) -> str:
    """Return what was written about a use, empty for nothing; ``sealer`` is the owner's."""
    return sealer.open(fact.note, label=NOTE_LABEL, row_id=fact.id)


def clock_rows(*, tracker_ids: Iterable[UUID]) -> dict[UUID, list[TrackerFact]]:
    """Return what was ever said about the clocks of these trackers, voids included."""
    found: dict[UUID, list[TrackerFact]] = defaultdict(list)
    for row in TrackerFact.objects.filter(
        tracker_id__in=tracker_ids, kind__in=(FactKind.STARTED, FactKind.USED, FactKind.VOIDED)
    ).defer("note"):
        found[row.tracker_id].append(row)
    return found


def clock_facts(rows: Iterable[TrackerFact]) -> list[rules.Fact]:
    """Return rows as the facts that the rules fold."""
    return [_fact(row) for row in rows]


def _fact(row: TrackerFact) -> rules.Fact:
    if row.kind == FactKind.VOIDED:
        assert row.target_id is not None  # noqa: S101  held by the database
        return rules.Voided(id=row.id, target=row.target_id, recorded_at=row.recorded_at)
    assert row.at is not None  # noqa: S101
    assert row.on_date is not None  # noqa: S101
    if row.kind == FactKind.STARTED:
        return rules.Started(
            id=row.id,
            at=row.at,
            on=row.on_date,
            zone=row.zone,
            day_start_hour=row.day_start_hour,
            recorded_at=row.recorded_at,
        )
    return rules.Used(
        id=row.id,
        used_at=row.at,
        resumed_at=row.until or row.at,
        used_on=row.on_date,
        resumed_on=row.until_date or row.on_date,
        zone=row.zone,
        day_start_hour=row.day_start_hour,
        recorded_at=row.recorded_at,
    )


def clock_of(tracker: Tracker) -> rules.Clock:
    """Return the fold of the tracker's facts, as it is stored."""
    row = tracker.clock
    return rules.Clock(
        first_start_at=row.first_start_at,
        first_start_on=row.first_start_on,
        zone=row.zone,
        day_start_hour=row.day_start_hour,
        episode_started_at=row.episode_started_at,
        episode_started_on=row.episode_started_on,
        episode_opened_by=row.episode_opened_by,
        episode_count=row.episode_count,
        longest_closed_days=row.longest_closed_days,
        closed_microseconds=row.closed_microseconds,
        use_dates_count=row.use_dates_count,
        recent_use_dates=tuple(date.fromisoformat(day) for day in row.recent_use_dates),
        last_used_at=row.last_used_at,
        last_used_on=row.last_used_on,
        last_use_recorded_at=row.last_use_recorded_at,
    )


def weeks_of(*, tracker: Tracker, today: date) -> sober_time.Weeks:
    """Return the whole weeks of sober days that show on the owner's date; see ``sober_time``."""
    kept = sober_time.Weeks(shown=tracker.clock.weeks_shown, on=tracker.clock.weeks_on)
    return sober_time.renewed(kept, clock_of(tracker), today=today)


def moves_of(*, member_id: UUID) -> list[sober_time.Move]:
    """Return where the member's days lay, as it was recorded."""
    return [
        sober_time.Move(recorded_at, zone=fact.zone, day_start_hour=fact.day_start_hour)
        for recorded_at, fact in calendar.moves_of(member_id=member_id)
    ]


def reading(*, tracker: Tracker, now: datetime, today: date) -> rules.Reading:
    """Return what the tracker's clock shows at ``now``, without reading its history."""
    return rules.read(
        clock_of(tracker),
        now=now,
        today=today,
        cost_per_day=tracker.cost_per_day,
        minutes_per_day=tracker.minutes_per_day,
    )


def readings(
    *, trackers: Sequence[Tracker], now: datetime, today: date
) -> dict[UUID, rules.Reading]:
    """Return the readings of the abstinence trackers among these, by tracker id."""
    return {
        tracker.id: reading(tracker=tracker, now=now, today=today)
        for tracker in trackers
        if tracker.mode == TrackerMode.ABSTINENCE
    }


def limits_of(totals: LimitTotals) -> list[limits.Limit]:
    """Return the history of limits of a reduction tracker."""
    return [
        limits.Limit(
            id=entry["id"],
            from_date=date.fromisoformat(entry["from_date"]),
            per=entry["per"],
            amount=Decimal(entry["amount"]),
            unit=entry["unit"],
            recorded_at=datetime.fromisoformat(entry["recorded_at"]),
        )
        for entry in totals.limits
    ]


def recent_totals(totals: LimitTotals) -> dict[date, Decimal]:
    """Return the totals of the dates logged last."""
    return {date.fromisoformat(day): Decimal(amount) for day, amount in totals.recent.items()}


def limit_summary(*, tracker: Tracker, today: date) -> limits.LimitSummary:
    """Return what a reduction tracker shows today, without reading its history."""
    totals = tracker.limit_totals
    known = limits_of(totals)
    return limits.LimitSummary(
        limit=limits.limit_on(today, limits=known),
        logged_days=totals.logged_days,
        days_within_limit=totals.days_within_limit,
        this_week=limits.this_week(totals=recent_totals(totals), limits=known, today=today),
    )


def use_events(*, tracker: Tracker) -> QuerySet[TrackerFact]:
    """Return the uses that were said about a tracker, voided ones included."""
    return TrackerFact.objects.owned_by(tracker.member_id).filter(
        tracker=tracker, kind=FactKind.USED
    )


def amounts(*, tracker: Tracker) -> QuerySet[TrackerFact]:
    """Return the amounts that were logged for a tracker, voided ones included."""
    return TrackerFact.objects.owned_by(tracker.member_id).filter(
        tracker=tracker, kind=FactKind.AMOUNT_LOGGED
    )


def voided_among(*, facts: Sequence[TrackerFact]) -> set[UUID]:
    """Return the ids of those facts that do not hold any more, with one query."""
    ids = [fact.id for fact in facts]
    holding = set(TrackerFact.objects.filter(id__in=ids).active().values_list("id", flat=True))
    return {fact_id for fact_id in ids if fact_id not in holding}


def episodes_of(*, tracker: Tracker, most: int, before: Place | None = None) -> list[Episode]:
    """Return the newest episodes of a tracker, newest first, with one read of its facts.

    ``before`` is when one of them started and what opened it: only what comes behind that one.
    """
    facts = clock_facts(clock_rows(tracker_ids=[tracker.id])[tracker.id])
    newest_first = reversed(episodes.episodes(facts))
    # Between two episodes is a use, so that no two start at one instant.
    behind = (one for one in newest_first if before is None or one.started_at < before[0])
    return list(islice(behind, most))


def earned_of(
    *, tracker: Tracker, now: datetime, most: int, before: Place | None = None
) -> list[Earned]:
    """Return the milestones that were earned last, newest first, with one read of the facts.

    ``before`` is when one of them fell due and what opened its episode: only what comes behind.
    """
    facts = clock_facts(clock_rows(tracker_ids=[tracker.id])[tracker.id])
    return list(islice(milestones.latest_first(facts, now=now, before=before), most))


def calendar_of(
    *, member: Member, tracker: Tracker, first: date, last: date
) -> list[tuple[date, day_states.DayState, Decimal | None]]:
    """Return the state and the amount of each date in [first, last], oldest first."""
    rows = {
        row.local_date: row
        for row in TrackerDay.objects.owned_by(member.id).filter(
            tracker=tracker, local_date__gte=first, local_date__lte=last
        )
    }
    uses = list(
        use_events(tracker=tracker)
        .active()  # type: ignore[attr-defined]
        .filter(on_date__lte=last, until_date__gte=first)
        .values_list("on_date", "until_date")
    )
    bridges = calendar.bridges_between(member_id=member.id, first=first, last=last)
    zone = calendar.own_zone(member=member)
    listed = []
    for offset in range((last - first).days + 1):
        day = first + timedelta(days=offset)
        row = rows.get(day)
        used = any(
            start <= day <= max(start, until - timedelta(days=1)) for start, until in uses
        ) or (row is not None and row.said == SaidState.USED)
        state = day_states.day_state(
            used=used,
            limit_state=row.limit_state if row else limits.LimitState.UNKNOWN,
            said_sober=row is not None and row.said == SaidState.SOBER,
            paused=calendar_rules.is_paused(day, pauses=bridges, facts=zone),
        )
        listed.append((day, state, total_of(row) if row else None))
    return listed


def total_of(row: TrackerDay) -> Decimal | None:
    """Return the total of a date: what was logged, else what its check-in said."""
    return row.logged_amount if row.logged_amount is not None else row.said_amount
