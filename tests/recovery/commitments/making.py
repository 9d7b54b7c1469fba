"""Commitments for tests, made the way the program makes them."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from recovery.calendar.queries import today_of
from recovery.commitments import queries
from recovery.commitments.models import Cadence, Commitment, EntryState
from recovery.commitments.queries import CommitmentReading
from recovery.commitments.services import commitments, entries
from recovery.commitments.services.commitments import NewCommitment
from recovery.commitments.services.entries import Put, Said
from recovery.members.models import Member


def promise(member: Member, *, now: datetime, **fields: Any) -> Commitment:
    """A commitment of a member, daily unless another cadence is said."""
    new = NewCommitment(**{"title": "A walk before work", "cadence": Cadence.DAILY, **fields})
    return commitments.create(member=member, commitment_id=None, new=new, now=now)[0]


def answer(
    commitment: Commitment,
    day: date | str,
    state: str = "kept",
    *,
    now: datetime,
    edited_at: datetime | None = None,
) -> Put:
    """The member says how a date went."""
    return entries.put(
        member=commitment.member,
        commitment_id=commitment.id,
        local_date=date.fromisoformat(day) if isinstance(day, str) else day,
        said=Said(EntryState(state), edited_at=edited_at),
        now=now,
    )


def reading_of(commitment: Commitment, *, now: datetime) -> CommitmentReading:
    """How a commitment stands at an instant, read as an answer of the API reads it."""
    member = Member.objects.get(id=commitment.member_id)
    found = queries.commitment_of(member_id=member.id, commitment_id=commitment.id)
    today = today_of(member=member, now=now)
    return queries.readings(member=member, commitments=[found], now=now, today=today)[found.id]
