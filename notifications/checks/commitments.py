"""What is about commitments: still unanswered, still to be confirmed, still shared?"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import date, datetime
from uuid import UUID

from notifications.leases import Leased, Reasons
from notifications.models import Dropped
from recovery.calendar import queries as calendar
from recovery.commitments import queries as commitments
from recovery.commitments.models import Commitment, CommitmentEntry, Confirmation, EntryState
from recovery.members.models import Member
from recovery.sharing.models import Grant, Scope


def due(rows: Sequence[Leased], now: datetime) -> Reasons:
    """Ask whether its date is still today, open and not paused."""
    open_on = open_now(
        pairs={(row.member_id, row.subject_id) for row in rows if row.subject_id}, now=now
    )
    return {
        row.delivery_id: Dropped.ANSWERED
        for row in rows
        if row.subject_id is None or open_on.get(row.subject_id) != row.local_date
    }


def open_now(*, pairs: Collection[tuple[UUID, UUID]], now: datetime) -> dict[UUID, date]:
    """Return those of (member, commitment) that wait for an answer now, with the members' dates.

    Without a reminder time nothing waits. Five queries however many.
    """
    reminded = Commitment.objects.filter(
        id__in={commitment_id for _, commitment_id in pairs}, reminder_time__isnull=False
    )
    owners = dict(reminded.values_list("id", "member_id"))
    members = Member.objects.filter(deleted_at__isnull=True).in_bulk(set(owners.values()))
    dated = {
        member_id: (member, calendar.today_of(member=member, now=now))
        for member_id, member in members.items()
    }
    waiting = commitments.open_today(owners=dated, commitment_ids=owners.keys(), now=now)
    return {
        commitment_id: dated[member_id][1]
        for commitment_id, member_id in owners.items()
        if commitment_id in waiting and (member_id, commitment_id) in pairs
    }


def confirmation_asked(rows: Sequence[Leased], now: datetime) -> Reasons:
    """Ask whether the date is kept, unconfirmed, asked of this partner, and shared with them."""
    entries = _kept(rows)
    done = set(
        Confirmation.objects.filter(
            entry_id__in=[entry.id for entry in entries.values()], withdrawn_at__isnull=True
        ).values_list("entry_id", "partner_id")
    )
    shared = set(
        Grant.objects.showing(now)
        .filter(
            scope=Scope.COMMITMENTS, item_id__in=[commitment_id for commitment_id, _ in entries]
        )
        .values_list("item_id", "viewer_id")
    )
    found: Reasons = {}
    for row in rows:
        entry = entries.get((row.subject_id, row.local_date))
        if entry is None or entry.commitment.confirmer_id != row.partnership_id:
            found[row.delivery_id] = Dropped.WITHDRAWN
        elif (entry.id, row.member_id) in done:
            found[row.delivery_id] = Dropped.ANSWERED
        elif (entry.commitment_id, row.member_id) not in shared:
            found[row.delivery_id] = Dropped.WITHDRAWN
    return found


def confirmed(rows: Sequence[Leased], now: datetime) -> Reasons:
    """Ask whether the confirmation stands, of a date that is still kept."""
    entries = _kept(rows)
    standing = set(
        Confirmation.objects.filter(
            entry_id__in=[entry.id for entry in entries.values()], withdrawn_at__isnull=True
        ).values_list("entry_id", "partnership_id")
    )
    found: Reasons = {}
    for row in rows:
        entry = entries.get((row.subject_id, row.local_date))
        if entry is None or (entry.id, row.partnership_id) not in standing:
            found[row.delivery_id] = Dropped.WITHDRAWN
    return found


def _kept(rows: Sequence[Leased]) -> Mapping[tuple[UUID | None, date | None], CommitmentEntry]:
    """Return, by commitment and date, the kept entries that these rows are about; one query."""
    found = CommitmentEntry.objects.filter(
        commitment_id__in={row.subject_id for row in rows},
        local_date__in={row.local_date for row in rows},
        state=EntryState.KEPT,
        deleted_at__isnull=True,
        commitment__deleted_at__isnull=True,
    ).select_related("commitment")
    return {
        (entry.commitment_id, entry.local_date): entry
        for entry in found.defer("note", "commitment__title")
    }
