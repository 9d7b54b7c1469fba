"""Invite, withdraw, accept, end. Whoever makes an invite has thereby accepted it themselves."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.db.models import F

from recovery.kernel import changes, events, rows, sealing
from recovery.kernel.errors import Missing
from recovery.kernel.ids import new_id
from recovery.partners import queries
from recovery.partners.codes import code_hash, code_of
from recovery.partners.events import PartnershipEnded, PartnershipMade
from recovery.partners.models import InviteState, PartnerInvite, Partnership
from recovery.partners.refusals import InviteNotUsable, TooManyOpenInvites

INVITE_LIFETIME = timedelta(hours=72)
MOST_OPEN_INVITES = 3


@dataclass(frozen=True, slots=True)
class Made:
    """An invite with its code, which is not kept; empty once the invite is no longer open."""

    invite: PartnerInvite
    code: str
    is_new: bool


@dataclass(frozen=True, slots=True)
class Accepted:
    """The partnership that a code led to; not new when its acceptance was sent again."""

    partnership: Partnership
    is_new: bool


def invite(*, member_id: UUID, invite_id: UUID | None, now: datetime) -> Made:
    """Make an invite that lives 72 hours, or return the one that this id stands for already.

    Raises TooManyOpenInvites beside three open ones, IdTaken when the id is another member's.
    """
    with changes.write(member_id=member_id, now=now) as log:
        sealer = sealing.for_member(member_id=member_id)
        digest = sealer.digest({"to": "partnership"})
        known = rows.replayed(PartnerInvite, row_id=invite_id, member_id=member_id, digest=digest)
        if known is not None:
            is_open = queries.state_of(invite=known, now=now) is InviteState.OPEN
            code = code_of(sealer=sealer, invite_id=known.id) if is_open else ""
            return Made(invite=known, code=code, is_new=False)
        if queries.open_invites(now=now).filter(member_id=member_id).count() >= MOST_OPEN_INVITES:
            raise TooManyOpenInvites("Withdraw one, or wait until it is used or expires.")
        made = PartnerInvite(
            id=invite_id or new_id(),
            member_id=member_id,
            body_digest=digest,
            created_at=now,
            expires_at=now + INVITE_LIFETIME,
        )
        code = code_of(sealer=sealer, invite_id=made.id)
        made.code_hash = code_hash(code=code)
        rows.insert(made)
        log.add(
            table="partner_invites", row_id=made.id, version=made.version, fields=["expires_at"]
        )
    return Made(invite=made, code=code, is_new=True)


def withdraw(*, member_id: UUID, invite_id: UUID, now: datetime) -> None:
    """Close an open invite, so that its code opens nothing; once withdrawn, nothing more happens.

    Raises Missing for one that was accepted, has expired or is not theirs.
    """
    with changes.write(member_id=member_id, now=now) as log:
        # To accept it takes the same lock, so its state stays what is read here.
        mine: PartnerInvite = PartnerInvite.objects.owned_by(member_id).one(id=invite_id)
        state = queries.state_of(invite=mine, now=now)
        if state is InviteState.WITHDRAWN:
            return
        if state is not InviteState.OPEN:
            raise Missing()
        mine.withdrawn_at = now
        mine.version += 1
        mine.save(update_fields=["withdrawn_at", "version"])
        log.add(
            table="partner_invites", row_id=mine.id, version=mine.version, fields=["withdrawn_at"]
        )


def accept(*, member_id: UUID, code: str, now: datetime) -> Accepted:
    """Make the partnership that a code offers; a code works once.

    In their first 90 days members receive partner invites only if they chose to. That concerns
    invites that others address to them; to bring a code oneself is to choose, so it is accepted
    from the first day on. Raises InviteNotUsable, always the same, for a code that is unknown,
    expired, used, withdrawn or one's own, and towards whoever is a partner already.
    """
    found = PartnerInvite.objects.filter(
        code_hash=code_hash(code=code), member__deleted_at__isnull=True
    ).first()
    if found is None or found.member_id == member_id:
        raise InviteNotUsable()
    # Locks are taken in ascending order of ids, so that two who invite each other never wait for
    # each other in a circle. ``first`` has the smaller id by a constraint of the table.
    first_id, second_id = sorted((found.member_id, member_id))
    with (
        changes.write(member_id=first_id, now=now) as first_log,
        changes.write(member_id=second_id, now=now) as second_log,
    ):
        active = Partnership.objects.active().filter(first_id=first_id, second_id=second_id)
        sent_again = active.filter(invite_id=found.id).select_related("first", "second").first()
        if sent_again is not None:
            return Accepted(partnership=sent_again, is_new=False)
        claim = queries.open_invites(now=now).filter(id=found.id)
        if active.exists() or not claim.update(accepted_at=now, version=F("version") + 1):
            raise InviteNotUsable()
        made = Partnership.objects.create(
            first_id=first_id, second_id=second_id, invite_id=found.id, created_at=now
        )
        logs = {first_id: first_log, second_id: second_log}
        logs[found.member_id].add(
            table="partner_invites",
            row_id=found.id,
            version=found.version + 1,
            fields=["accepted_at"],
        )
        for log in logs.values():
            log.add(table="partnerships", row_id=made.id, version=1, fields=["created_at"])
        events.publish(
            fact=PartnershipMade(
                partnership_id=made.id,
                first_id=first_id,
                second_id=second_id,
                invited_by=found.member_id,
                accepted_by=member_id,
                at=now,
            )
        )
    return Accepted(
        partnership=queries.partnership(member_id=member_id, partnership_id=made.id), is_new=True
    )


def end(*, member_id: UUID, partnership_id: UUID, now: datetime) -> None:
    """End a partnership, for both sides at once, without telling the other.

    Whoever listens to PartnershipEnded takes back what rested on it, in the same transaction.
    Raises Missing if it has ended or is not theirs.
    """
    found = queries.partnership(member_id=member_id, partnership_id=partnership_id)
    with (
        changes.write(member_id=found.first_id, now=now) as first_log,
        changes.write(member_id=found.second_id, now=now) as second_log,
    ):
        active = Partnership.objects.active().filter(id=found.id)
        if not active.update(ended_at=now, ended_by_id=member_id):
            raise Missing()
        for log in (first_log, second_log):
            log.add(table="partnerships", row_id=found.id, version=2, gone=True)
        events.publish(
            fact=PartnershipEnded(
                partnership_id=found.id,
                first_id=found.first_id,
                second_id=found.second_id,
                ended_by=member_id,
                at=now,
            )
        )
