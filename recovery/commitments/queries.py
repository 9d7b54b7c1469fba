"""Reading commitments, how they stand, and how their dates were answered."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from recovery.calendar import queries as calendar
from recovery.calendar.rules import PauseRange
from recovery.commitments import rules
from recovery.commitments.bridges import Bridges
from recovery.commitments.models import Commitment, CommitmentEntry, CommitmentTally, Confirmation
from recovery.commitments.occurrences import (
    Answer,
    Occurrence,
    OccurrenceState,
    Promise,
    judged_to,
    listed,
)
from recovery.commitments.terms import EASING_DELAY, Terms, monday_of
from recovery.kernel.days import ONE_DAY
from recovery.kernel.rows import OwnedQuerySet
from recovery.kernel.sealing import Sealer
from recovery.members.models import Member
from recovery.partners import queries as partners
from recovery.partners.models import Name

# How a commitment stands, under the name by which other areas know it.
CommitmentReading = rules.Reading

TITLE_LABEL = Commitment.sealed["title"]
NOTE_LABEL = CommitmentEntry.sealed["note"]
# The last date that anything can be said of: what is due next may lie behind any pause.
FAR = date(2200, 1, 1)


@dataclass(frozen=True, slots=True)
class Confirmed:
    """Who confirmed a kept date, and when. A partner whose account is gone has no name."""

    partnership_id: UUID | None
    name: Name
    confirmed_at: datetime


def commitments_of(*, member_id: UUID) -> OwnedQuerySet:
    """Return the member's commitments, each with what its readings are made from."""
    with_goal = _live(member_id).select_related("tally", "goal", "confirmer")
    return with_goal.defer("goal__title", "goal__why", "goal__unit")


def commitment_of(*, member_id: UUID, commitment_id: UUID) -> Commitment:
    """Return one of the member's commitments. Raises Missing."""
    found: Commitment = commitments_of(member_id=member_id).one(id=commitment_id)
    return found


def title_of(*, commitment: Commitment, sealer: Sealer) -> str:
    """Return the title that its owner gave a commitment; ``sealer`` is the owner's."""
    return sealer.open(commitment.title, label=TITLE_LABEL, row_id=commitment.id)


def terms_of(*, commitment: Commitment) -> list[Terms]:
    """Return the standing terms, by the date from which they hold; no query."""
    return [read_terms(stored) for stored in commitment.tally.terms]


def read_terms(stored: Mapping[str, Any]) -> Terms:
    """Return terms as a tally keeps them."""
    ends_on = stored["ends_on"]
    return Terms(
        from_date=date.fromisoformat(stored["from_date"]),
        cadence=stored["cadence"],
        weekdays=frozenset(stored["weekdays"]),
        times_per_week=stored["times_per_week"],
        ends_on=date.fromisoformat(ends_on) if ends_on else None,
    )


def readings(
    *, member: Member, commitments: Sequence[Commitment], now: datetime, today: date
) -> dict[UUID, CommitmentReading]:
    """Return how commitments of one member stand, with two queries, whatever the history.

    ``today`` is the member's local date. The commitments come from ``commitments_of``.
    """
    if not commitments:
        return {}
    first = min(one.tally.through for one in commitments) + ONE_DAY
    bridges = _bridges(member, first=min(first, today), last=FAR)
    judged = _judged_to(member, now=now)
    return {
        one.id: rules.read(
            _recent(one, bridges, judged=judged),
            through=one.tally.through,
            settled=settled_of(one.tally),
            today=today,
        )
        for one in commitments
    }


def open_on(*, member: Member, today: date) -> list[tuple[Commitment, Occurrence]]:
    """Return the commitments that wait for an answer today, oldest first, in two queries.

    Each with its occurrence.
    """
    mine = _live(member.id).select_related("tally")
    found: list[Commitment] = list(mine.order_by("created_at", "id"))
    if not found:
        return []
    pauses = calendar.bridges_between(
        member_id=member.id, first=_looks_back(found, today), last=_looks_ahead(found, today)
    )
    return _open(found, {member.id: pauses}, {member.id: (member, today)})


def open_today(
    *,
    owners: Mapping[UUID, tuple[Member, date]],
    commitment_ids: Collection[UUID],
    now: datetime,
) -> set[UUID]:
    """Return which commitments of several owners wait for an answer today, in two queries.

    ``owners`` gives each owner with their local date; commitments of others are left out.
    """
    found = list(
        Commitment.objects.filter(
            id__in=commitment_ids, member_id__in=owners, deleted_at__isnull=True
        ).select_related("tally")
    )
    if not found:
        return set()
    dates = [today for _, today in owners.values()]
    pauses = calendar.bridges_of(
        member_ids=owners.keys(),
        first=_looks_back(found, min(dates)),
        last=_looks_ahead(found, max(dates)),
    )
    return {commitment.id for commitment, _ in _open(found, pauses, owners)}


def occurrences(
    *, member: Member, commitment: Commitment, first: date, last: date, now: datetime
) -> list[Occurrence]:
    """Return what became of what was promised in a stretch of dates, oldest first.

    Three queries; weeks that reach into it come whole. What is to come is ``open``.
    """
    standing = terms_of(commitment=commitment)
    begins, ends = monday_of(first), monday_of(last) + EASING_DELAY
    if standing[0].cadence == "once":
        begins = min(begins, commitment.started_on)
        ends = max(ends, commitment.ended_on or ends)
    rows = entries_of(commitment=commitment).filter(local_date__gte=begins, local_date__lte=ends)
    answers: dict[date, Answer] = dict(rows.values_list("local_date", "state"))
    promise = Promise(
        standing=standing,
        answers=answers,
        bridges=_bridges(member, first=begins, last=ends),
        judged_to=_judged_to(member, now=now),
        silence_counts=commitment.silence_counts,
    )
    return list(listed(promise, first=first, last=last))


def entries_of(*, commitment: Commitment) -> OwnedQuerySet:
    """Return the answered dates of a commitment."""
    mine = CommitmentEntry.objects.owned_by(commitment.member_id)
    return mine.filter(commitment=commitment, deleted_at__isnull=True)


def entry_on(*, commitment: Commitment, local_date: date) -> CommitmentEntry:
    """Return how a date was answered. Raises Missing."""
    found: CommitmentEntry = entries_of(commitment=commitment).one(local_date=local_date)
    return found


def confirmations(
    *, member_id: UUID, entries: Iterable[CommitmentEntry]
) -> dict[UUID, list[Confirmed]]:
    """Return who confirmed entries, by entry, to their owner; oldest first, two queries at most."""
    rows = list(
        Confirmation.objects.filter(
            entry__in=[entry.id for entry in entries],
            entry__member_id=member_id,
            withdrawn_at__isnull=True,
        ).order_by("confirmed_at", "id")
    )
    found: dict[UUID, list[Confirmed]] = defaultdict(list)
    if not rows:
        return found
    links = {row.partnership_id for row in rows if row.partnership_id}
    names = partners.names(member_id=member_id, partnership_ids=links)
    for row in rows:
        found[row.entry_id].append(
            Confirmed(
                partnership_id=row.partnership_id,
                name=names.get(row.partnership_id, NOBODY) if row.partnership_id else NOBODY,
                confirmed_at=row.confirmed_at,
            )
        )
    return found


NOBODY = Name(handle=None, alias=None)


def settled_of(tally: CommitmentTally) -> rules.Tally:
    """Return what a stored tally counted."""
    return rules.Tally(
        kept=tally.kept,
        not_kept=tally.not_kept,
        silent=tally.silent,
        current_run=tally.current_run,
        longest_run=tally.longest_run,
    )


def recent_of(tally: CommitmentTally) -> dict[date, Answer]:
    """Return the answers of the dates that have not settled."""
    return {date.fromisoformat(day): state for day, state in tally.recent.items()}


def _live(member_id: UUID) -> OwnedQuerySet:
    mine: OwnedQuerySet = Commitment.objects.owned_by(member_id)
    return mine.filter(deleted_at__isnull=True)


def _recent(commitment: Commitment, bridges: Bridges, *, judged: date) -> Promise:
    return Promise(
        standing=terms_of(commitment=commitment),
        answers=recent_of(commitment.tally),
        bridges=bridges,
        judged_to=judged,
        silence_counts=commitment.silence_counts,
    )


def _open(
    commitments: Sequence[Commitment],
    pauses: Mapping[UUID, list[PauseRange]],
    owners: Mapping[UUID, tuple[Member, date]],
) -> list[tuple[Commitment, Occurrence]]:
    found = []
    for one in commitments:
        member, today = owners[one.member_id]
        bridges = _bridging(member, pauses.get(member.id, []))
        # Silence of today is never judged today, so when exactly it is need not be known.
        promise = _recent(one, bridges, judged=today - ONE_DAY)
        if rules.state_on(promise, day=today) is OccurrenceState.OPEN and rules.waits(
            promise, day=today
        ):
            found.append((one, next(iter(listed(promise, first=today, last=today)))))
    return found


def _looks_back(commitments: Sequence[Commitment], today: date) -> date:
    """Return the first date that says something of today: of its week, or of all that is once."""
    once = [one.started_on for one in commitments if one.tally.terms[0]["cadence"] == "once"]
    return min([monday_of(today), *once])


def _looks_ahead(commitments: Sequence[Commitment], today: date) -> date:
    once = [
        one.ended_on
        for one in commitments
        if one.ended_on and one.tally.terms[0]["cadence"] == "once"
    ]
    return max([monday_of(today) + EASING_DELAY, *once])


def _judged_to(member: Member, *, now: datetime) -> date:
    return judged_to(
        now=now,
        zone=member.time_zone,
        day_start_hour=member.day_start_hour,
        moved=calendar.moved_lately(member_id=member.id, now=now),
    )


def _bridges(member: Member, *, first: date, last: date) -> Bridges:
    pauses = calendar.bridges_between(member_id=member.id, first=first, last=last)
    return _bridging(member, pauses)


def _bridging(member: Member, pauses: Iterable[PauseRange]) -> Bridges:
    return Bridges(pauses, zone=member.time_zone, day_start_hour=member.day_start_hour)
