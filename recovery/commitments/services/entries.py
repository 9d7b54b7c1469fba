"""Answering a date of a commitment, and withdrawing the answer."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from recovery.commitments import queries, terms
from recovery.commitments.events import CommitmentMoved, ConfirmationAsked
from recovery.commitments.models import Commitment, CommitmentEntry, Confirmation, EntryState
from recovery.commitments.refusals import WithdrawnSince
from recovery.commitments.services import tallies
from recovery.kernel import changes, days, events, sealing
from recovery.kernel.errors import invalid
from recovery.kernel.ids import new_id
from recovery.members.models import Member
from recovery.sharing import queries as sharing
from recovery.sharing.models import Scope
from recovery.sobriety.services import recording


@dataclass(frozen=True, slots=True)
class Said:
    """How a member says that a date went. ``edited_at``: when they wrote it, by default now."""

    state: EntryState
    note: str = ""
    edited_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Put:
    """A stored entry and its commitment, and whether its date was unanswered before.

    ``sealer`` opens their texts.
    """

    entry: CommitmentEntry
    commitment: Commitment
    sealer: sealing.Sealer
    created: bool = False


def put(*, member: Member, commitment_id: UUID, local_date: date, said: Said, now: datetime) -> Put:
    """Answer a date, or answer it anew. What is not newer than the stored entry changes nothing.

    Late answers are welcome. An answer that is no longer ``kept`` voids what partners confirmed; a
    newly kept date asks the one whom the owner chose to confirm, if they may see the commitment.
    Raises Missing, WithdrawnSince, and Invalid for a date to come or one on which nothing was
    promised.
    """
    edited_at = recording.not_after_now(said.edited_at or now, now=now, pointer="/edited_at")
    _check_not_to_come(member, local_date, now=now)
    with changes.write(member_id=member.id, now=now) as log:
        commitment = queries.commitment_of(member_id=member.id, commitment_id=commitment_id)
        mine = CommitmentEntry.objects.owned_by(member.id)
        row: CommitmentEntry | None = mine.find(commitment=commitment, local_date=local_date)
        notes = sealing.for_member(member_id=member.id)
        is_live = row is not None and row.deleted_at is None
        if row is not None:
            stored = Said(EntryState(row.state), opened(row, notes), said.edited_at)
            # The same again under no edit time of its own is a retry, which finds the first row.
            if is_live and stored == said and said.edited_at is None:
                return Put(entry=row, commitment=commitment, sealer=notes)
            if edited_at <= row.edited_at:
                if row.deleted_at is not None:
                    raise WithdrawnSince()
                return Put(entry=row, commitment=commitment, sealer=notes)
        if not is_live:
            _check_promised(commitment, local_date)
        if row is None:
            row = CommitmentEntry(
                id=new_id(),
                member=member,
                commitment=commitment,
                local_date=local_date,
                version=0,
            )
        was_kept = is_live and row.state == EntryState.KEPT
        if not is_live:
            row.zone, row.day_start_hour = member.time_zone, member.day_start_hour
            row.received_at = row.created_at = now
            row.deleted_at = None
        row.state = said.state
        row.note = notes.seal(said.note, label=queries.NOTE_LABEL, row_id=row.id)
        row.edited_at = edited_at
        row.version += 1
        row.save(force_insert=row.version == 1)
        if was_kept and said.state != EntryState.KEPT:
            _void_confirmations(row)
        log.add(
            table="commitment_entries",
            row_id=row.id,
            version=row.version,
            fields=["state", "note"],
        )
        _settle(member, commitment, now=now)
        if said.state == EntryState.KEPT and not was_kept:
            _ask(commitment, row, now=now)
    return Put(entry=row, commitment=commitment, sealer=notes, created=not is_live)


def withdraw(*, member: Member, commitment_id: UUID, local_date: date, now: datetime) -> None:
    """Take an answer back: its date is unanswered again, and what was confirmed is void.

    Nothing more happens when it was withdrawn before. Raises Missing if there never was one.
    """
    with changes.write(member_id=member.id, now=now) as log:
        commitment = queries.commitment_of(member_id=member.id, commitment_id=commitment_id)
        row: CommitmentEntry = CommitmentEntry.objects.owned_by(member.id).one(
            commitment=commitment, local_date=local_date
        )
        if row.deleted_at is not None:
            return
        row.note = b""
        row.deleted_at = row.edited_at = now
        row.version += 1
        row.save(update_fields=["note", "deleted_at", "edited_at", "version"])
        _void_confirmations(row)
        log.add(table="commitment_entries", row_id=row.id, version=row.version, gone=True)
        _settle(member, commitment, now=now)


def opened(row: CommitmentEntry, sealer: sealing.Sealer) -> str:
    """Return the note of an entry; ``sealer`` is its owner's."""
    return sealer.open(row.note, label=queries.NOTE_LABEL, row_id=row.id)


def _check_not_to_come(member: Member, local_date: date, *, now: datetime) -> None:
    latest = days.local_date(
        now + recording.CLOCK_SKEW, zone=member.time_zone, day_start_hour=member.day_start_hour
    )
    if local_date > latest:
        raise invalid(pointer="/local_date", code="in_the_future", detail="This date is to come.")


def _check_promised(commitment: Commitment, local_date: date) -> None:
    if not terms.promised(on=local_date, standing=queries.terms_of(commitment=commitment)):
        raise invalid(
            pointer="/local_date",
            code="nothing_promised",
            detail="Nothing was promised for this date.",
        )


def _void_confirmations(row: CommitmentEntry) -> None:
    Confirmation.objects.filter(entry=row).delete()


def _settle(member: Member, commitment: Commitment, *, now: datetime) -> None:
    standing = queries.terms_of(commitment=commitment)
    tallies.refold(member=member, standing=[(commitment, standing)], now=now)
    if commitment.reminder_time is not None:
        events.publish(
            fact=CommitmentMoved(commitment_id=commitment.id, member_id=member.id, at=now)
        )


def _ask(commitment: Commitment, row: CommitmentEntry, *, now: datetime) -> None:
    """Ask the partner whom the owner chose, if what the owner shares shows them the commitment."""
    link = commitment.confirmer
    if link is None or link.ended_at is not None:
        return
    owner_id = commitment.member_id
    partner_id = link.second_id if link.first_id == owner_id else link.first_id
    grant = sharing.holds(
        owner_id=owner_id,
        viewer_id=partner_id,
        scope=Scope.COMMITMENTS,
        item_id=commitment.id,
        now=now,
    )
    if grant is None or grant.partnership_id != link.id:
        return
    events.publish(
        fact=ConfirmationAsked(
            entry_id=row.id,
            commitment_id=commitment.id,
            owner_id=owner_id,
            partner_id=partner_id,
            partnership_id=link.id,
            at=now,
        )
    )
