"""Use events: what the member says of use, and taking it back."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, datetime, timedelta
from decimal import Decimal
from uuid import UUID

from recovery.calendar import queries as calendar
from recovery.kernel import changes, rows, sealing
from recovery.kernel.changes import ChangeLog
from recovery.kernel.errors import IdTaken, invalid
from recovery.kernel.ids import new_id
from recovery.members.models import Member
from recovery.sobriety import day_states, queries, rules
from recovery.sobriety.models import (
    FactKind,
    FactSource,
    SaidState,
    Tracker,
    TrackerDay,
    TrackerFact,
    TrackerMode,
    Trigger,
)
from recovery.sobriety.services import projections, recording
from recovery.sobriety.services.projections import Saying

Key = tuple[UUID, date]


def report(
    *,
    member: Member,
    tracker_id: UUID,
    event_id: UUID | None,
    used_at: datetime,
    resumed_at: datetime | None,
    amount: Decimal | None,
    trigger: Trigger,
    note: str,
    now: datetime,
) -> tuple[Tracker, TrackerFact, bool]:
    """Record a use; return the tracker, the event and whether it is new.

    Raises Missing, WrongMode for a reduction tracker, Invalid for instants after now or the
    wrong way round, IdTaken.
    """
    body = [tracker_id, used_at, resumed_at, amount, trigger, note]
    used_at = recording.not_after_now(used_at, now=now, pointer="/used_at")
    ended_at = recording.not_after_now(resumed_at or used_at, now=now, pointer="/resumed_at")
    if ended_at < used_at:
        raise invalid(
            pointer="/resumed_at", code="resumed_before_used", detail="This lies before used_at."
        )
    with changes.write(member_id=member.id, now=now) as log:
        tracker = queries.tracker_of(
            member_id=member.id, tracker_id=tracker_id, mode=TrackerMode.ABSTINENCE
        )
        sealer = sealing.for_member(member_id=member.id)
        digest = sealer.digest(body)
        known = known_fact(fact_id=event_id, member=member, digest=digest)
        if known is not None:
            return tracker, known, False
        fact = recording.used(
            tracker=tracker,
            member=member,
            used_at=used_at,
            resumed_at=ended_at,
            now=now,
            fact_id=event_id,
        )
        fact.amount, fact.trigger, fact.body_digest = amount, trigger, digest
        fact.note = sealer.seal(note, label=queries.NOTE_LABEL, row_id=fact.id)
        rows.insert(fact)
        settle(member=member, trackers=[tracker], log=log, now=now)
        log.add(table="use_events", row_id=fact.id, version=1, fields=["used_at", "resumed_at"])
    return queries.tracker_of(member_id=member.id, tracker_id=tracker_id), fact, True


def take_back(*, member: Member, tracker_id: UUID, event_id: UUID, now: datetime) -> None:
    """Void a use event, as if it had not been said; once voided, nothing more happens."""
    _turn(member=member, tracker_id=tracker_id, event_id=event_id, restore=False, now=now)


def give_back(
    *, member: Member, tracker_id: UUID, event_id: UUID, now: datetime
) -> tuple[Tracker, TrackerFact]:
    """Undo the void of a use event; nothing happens when it holds already. Raises Missing."""
    return _turn(member=member, tracker_id=tracker_id, event_id=event_id, restore=True, now=now)


def settle(
    *,
    member: Member,
    trackers: Iterable[Tracker],
    log: ChangeLog,
    now: datetime,
    said: Mapping[Key, Saying] | None = None,
) -> None:
    """Make the check-ins' own uses fit what is said, then fold the clocks anew.

    A check-in state ``used`` owns a use at local noon of its date while no use event covers the
    date; another state, or an event that covers it, voids that. ``said`` gives what is being said
    just now; else what is stored is read. One query reads the facts of all trackers, one inserts
    what is added, one stores the clocks.
    """
    listed = list(trackers)
    found = queries.clock_rows(tracker_ids=[tracker.id for tracker in listed])
    folded: dict[UUID, list[rules.Fact]] = {}
    added: list[TrackerFact] = []
    for tracker in listed:
        facts = found[tracker.id]
        holding = {fact.id for fact in rules.active(queries.clock_facts(facts))}
        uses = [row for row in facts if row.kind == FactKind.USED and row.id in holding]
        own = {row.on_date: row for row in uses if row.source == FactSource.CHECK_IN}
        explicit = [row for row in uses if row.source == FactSource.MEMBER]
        new = []
        for day, saying in _sayings(tracker, said, own).items():
            at = None
            if saying is not None and not any(_covers(row, day) for row in explicit):
                at = _noon(tracker, day, saying)
            mine = own.get(day)
            if mine is not None and mine.at != at:
                new.append(recording.void_of(fact=mine, now=now))
            if saying is not None and at is not None and (mine is None or mine.at != at):
                new.append(_own_use(tracker, day, saying, at=at, now=now))
        added += new
        folded[tracker.id] = queries.clock_facts([*facts, *new])
    if added:
        TrackerFact.objects.bulk_create(added)
        _note(added, log)
    today = calendar.today_of(member=member, now=now)
    projections.refold_clocks(trackers=listed, facts=folded, today=today)


def known_fact(*, fact_id: UUID | None, member: Member, digest: bytes) -> TrackerFact | None:
    """Return the fact that this very body made before. Raises IdTaken for any other."""
    found: TrackerFact | None = TrackerFact.objects.filter(id=fact_id).first() if fact_id else None
    if found is None:
        return None
    if found.member_id != member.id or bytes(found.body_digest) != digest:
        raise IdTaken()
    return found


def _turn(
    *, member: Member, tracker_id: UUID, event_id: UUID, restore: bool, now: datetime
) -> tuple[Tracker, TrackerFact]:
    with changes.write(member_id=member.id, now=now) as log:
        tracker = queries.tracker_of(member_id=member.id, tracker_id=tracker_id)
        fact: TrackerFact = queries.use_events(tracker=tracker).one(  # type: ignore[attr-defined]
            id=event_id, source=FactSource.MEMBER
        )
        turn = recording.give_back if restore else recording.take_back
        if turn(fact=fact, now=now):
            settle(member=member, trackers=[tracker], log=log, now=now)
            log.add(
                table="use_events",
                row_id=fact.id,
                version=recording.version_of(fact=fact),
                gone=not restore,
            )
    return queries.tracker_of(member_id=member.id, tracker_id=tracker_id), fact


def _note(added: Iterable[TrackerFact], log: ChangeLog) -> None:
    for fact in added:
        voids = fact.kind == FactKind.VOIDED
        log.add(
            table="use_events",
            row_id=fact.target_id if voids else fact.id,
            # A check-in's own use is made, and voided at most once: said anew, it is another.
            version=2 if voids else 1,
            gone=voids,
        )


def _sayings(
    tracker: Tracker, said: Mapping[Key, Saying] | None, own: Iterable[date | None]
) -> dict[date, Saying | None]:
    """Return the dates whose own use may have to change, each with what a check-in says if used."""
    if said is not None:
        return {
            day: saying if saying.state == SaidState.USED else None
            for (tracker_id, day), saying in said.items()
            if tracker_id == tracker.id
        }
    found: dict[date, Saying | None] = dict.fromkeys(day for day in own if day)
    for row in TrackerDay.objects.owned_by(tracker.member_id).filter(
        tracker=tracker, said=SaidState.USED
    ):
        assert row.said_answered_at is not None  # noqa: S101  written with what is said
        found[row.local_date] = Saying(
            state=row.said,
            amount=row.said_amount,
            zone=row.said_zone,
            day_start_hour=row.said_day_start_hour,
            answered_at=row.said_answered_at,
        )
    return found


def _covers(row: TrackerFact, day: date) -> bool:
    assert row.on_date is not None  # noqa: S101
    assert row.until_date is not None  # noqa: S101
    return row.on_date <= day <= max(row.on_date, row.until_date - timedelta(days=1))


def _noon(tracker: Tracker, day: date, saying: Saying) -> datetime:
    return day_states.noon_of(
        day,
        zone=saying.zone,
        day_start_hour=saying.day_start_hour,
        start=tracker.started_at,
        answered_at=saying.answered_at,
    )


def _own_use(
    tracker: Tracker, day: date, saying: Saying, *, at: datetime, now: datetime
) -> TrackerFact:
    return TrackerFact(
        id=new_id(),
        member_id=tracker.member_id,
        tracker=tracker,
        kind=FactKind.USED,
        source=FactSource.CHECK_IN,
        at=at,
        until=at,
        on_date=day,
        until_date=day,
        zone=saying.zone,
        day_start_hour=saying.day_start_hour,
        recorded_at=now,
    )
