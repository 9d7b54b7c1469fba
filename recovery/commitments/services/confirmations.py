"""A partner says that a date was kept, or takes that back."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from uuid import UUID

from recovery.calendar import queries as calendar
from recovery.commitments.events import CommitmentConfirmed
from recovery.commitments.models import CommitmentEntry, Confirmation, EntryState
from recovery.kernel import changes, events
from recovery.kernel.changes import ChangeLog
from recovery.kernel.errors import Missing
from recovery.kernel.ids import new_id
from recovery.members.models import Member
from recovery.partners import queries as partners
from recovery.partners.help import count_help
from recovery.partners.help_models import HelpKind
from recovery.sharing import queries as sharing
from recovery.sharing.models import Scope

ASKED_BACK, OTHERS_BACK = timedelta(days=7), timedelta(days=1)


def confirm(
    *,
    partner_id: UUID,
    partnership_id: UUID,
    commitment_id: UUID,
    local_date: date,
    now: datetime,
) -> tuple[Confirmation, bool]:
    """Confirm a kept date of a commitment that its owner shows this partner; once is enough.

    Returns it and whether it is new. Raises Missing unless it shows now and the date was kept: not
    shared, taken back, paused, blocked, not answered and not there look the same. So does a date
    too far back on the owner's calendar: the whole last week for the one whom the owner asks to
    confirm, today and yesterday for others. Whoever could try every date would learn which were
    left unanswered, and the consent says that those are not shown.
    """
    owner = _owner(partner_id, partnership_id)
    owner_id = owner.id
    today = calendar.today_of(member=owner, now=now)
    with changes.write(member_id=owner_id, now=now) as log:
        row = _seen(owner_id, partner_id, commitment_id, local_date, now=now)
        is_asked = row.commitment.confirmer_id == partnership_id
        if local_date < today - (ASKED_BACK if is_asked else OTHERS_BACK):
            raise Missing()
        given = Confirmation.objects.filter(entry=row, partner_id=partner_id).first()
        if given is not None and given.withdrawn_at is None:
            return given, False
        if given is not None:
            # What was given, withdrawn and given again helped once and is told once.
            given.withdrawn_at, given.confirmed_at = None, now
            given.save(update_fields=["withdrawn_at", "confirmed_at"])
            _note(row, log=log)
            return given, True
        given = Confirmation.objects.create(
            id=new_id(),
            entry=row,
            partner_id=partner_id,
            partnership_id=partnership_id,
            confirmed_at=now,
        )
        _note(row, log=log)
        count_help(member_id=partner_id, kind=HelpKind.CONFIRMATION)
        events.publish(
            fact=CommitmentConfirmed(
                entry_id=row.id,
                commitment_id=commitment_id,
                owner_id=owner_id,
                partner_id=partner_id,
                at=now,
            )
        )
    return given, True


def withdraw(
    *,
    partner_id: UUID,
    partnership_id: UUID,
    commitment_id: UUID,
    local_date: date,
    now: datetime,
) -> None:
    """Take one's own confirmation back; once is enough. Raises Missing as ``confirm`` does."""
    owner_id = _owner(partner_id, partnership_id).id
    with changes.write(member_id=owner_id, now=now) as log:
        row = _seen(owner_id, partner_id, commitment_id, local_date, now=now)
        given = Confirmation.objects.filter(entry=row, partner_id=partner_id).first()
        if given is None:
            raise Missing()
        if given.withdrawn_at is None:
            given.withdrawn_at = now
            given.save(update_fields=["withdrawn_at"])
            _note(row, log=log)


def _owner(partner_id: UUID, partnership_id: UUID) -> Member:
    link = partners.partnership(member_id=partner_id, partnership_id=partnership_id)
    return link.other(partner_id)


def _seen(
    owner_id: UUID, partner_id: UUID, commitment_id: UUID, local_date: date, *, now: datetime
) -> CommitmentEntry:
    """Return the kept entry, looked up behind its owner's lock. Raises Missing."""
    grant = sharing.holds(
        owner_id=owner_id,
        viewer_id=partner_id,
        scope=Scope.COMMITMENTS,
        item_id=commitment_id,
        now=now,
    )
    if grant is None:
        raise Missing()
    rows = CommitmentEntry.objects.owned_by(owner_id).select_related("commitment")
    row: CommitmentEntry = rows.one(
        commitment_id=commitment_id,
        commitment__deleted_at__isnull=True,
        local_date=local_date,
        state=EntryState.KEPT,
        deleted_at__isnull=True,
    )
    return row


def _note(row: CommitmentEntry, *, log: ChangeLog) -> None:
    row.version += 1
    row.save(update_fields=["version"])
    log.add(
        table="commitment_entries", row_id=row.id, version=row.version, fields=["confirmations"]
    )
