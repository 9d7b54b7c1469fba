"""Invite, withdraw, accept, end. Whoever makes an invite has thereby accepted it themselves."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.db.models import F

from recovery.blocks import queries as blocks
from recovery.kernel import changes, rows, sealing
from recovery.kernel.errors import Missing
from recovery.kernel.ids import new_id
from recovery.partners import linking, queries
from recovery.partners.codes import code_hash, code_of
from recovery.partners.models import InviteState, PartnerInvite, Partnership
from recovery.partners.refusals import InviteNotUsable, TooManyOpenInvites

INVITE_LIFETIME = timedelta(hours=72)
MOST_OPEN_INVITES = 3


@dataclass(frozen=True, slots=True)
class Made:
    """An invite with its code, which is not kept; empty once the invite is no longer open.

    Empty too for one that is addressed to somebody: it needs none.
    """

    invite: PartnerInvite
    code: str
    is_new: bool


@dataclass(frozen=True, slots=True)
class Accepted:
    """The partnership that an invite led to; not new when its acceptance was sent again."""

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
        check_room(member_id=member_id, now=now)
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


def check_room(*, member_id: UUID, now: datetime) -> None:
    """Raise TooManyOpenInvites beside three open ones of either kind, behind the member's lock."""
    if queries.open_invites(now=now).filter(member_id=member_id).count() >= MOST_OPEN_INVITES:
        raise TooManyOpenInvites("Withdraw one, or wait until it is used or expires.")


def withdraw(*, member_id: UUID, invite_id: UUID, now: datetime) -> None:
    """Close an open invite, so that it leads to nothing; once withdrawn, nothing more happens.

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
        close([mine], log=log, now=now)


def close(invites: Collection[PartnerInvite], *, log: changes.ChangeLog, now: datetime) -> None:
    """Withdraw open invites of the member whose write ``log`` is of."""
    for mine in invites:
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
    expired, used, withdrawn or one's own, towards whoever is a partner already, and towards whoever
    the member blocked. Who was blocked by the inviter gets a partnership that only they see. The
    code is used up by that too: one that still opened something would tell of the block. To its
    maker it is withdrawn, so that they make another for whom it was meant.
    """
    found = PartnerInvite.objects.filter(
        code_hash=code_hash(code=code), member__deleted_at__isnull=True
    ).first()
    if found is None or found.member_id == member_id:
        raise InviteNotUsable()
    inviter_id = found.member_id
    with changes.together(
        member_ids=(inviter_id, member_id), now=now, or_else=InviteNotUsable
    ) as logs:
        first_id, second_id = sorted((inviter_id, member_id))
        active = Partnership.objects.active().filter(first_id=first_id, second_id=second_id)
        sent_again = active.filter(invite_id=found.id).first()
        if sent_again is not None:
            return Accepted(partnership=_seen(member_id, sent_again), is_new=False)
        claim = queries.open_invites(now=now).filter(id=found.id, member__deleted_at__isnull=True)
        pairs = {(inviter_id, member_id), (member_id, inviter_id)}
        blocked = blocks.blocked_pairs(pairs=pairs)
        if active.exists() or (member_id, inviter_id) in blocked or not claim.exists():
            raise InviteNotUsable()
        settled = "withdrawn_at" if blocked else "accepted_at"
        claim.update(**{settled: now}, version=F("version") + 1)
        logs[inviter_id].add(
            table="partner_invites",
            row_id=found.id,
            version=found.version + 1,
            fields=[settled],
        )
        made = linking.make(
            invite=found,
            accepted_by=member_id,
            aliases={},
            logs=logs,
            unnoticed=bool(blocked),
            now=now,
        )
        return Accepted(partnership=_seen(member_id, made), is_new=True)


def _seen(member_id: UUID, made: Partnership) -> Partnership:
    try:
        return queries.partnership(member_id=member_id, partnership_id=made.id)
    except Missing:
        # Sent again by somebody who has blocked the other since.
        raise InviteNotUsable() from None


def end(*, member_id: UUID, partnership_id: UUID, now: datetime) -> None:
    """End a partnership, for both sides at once, without telling the other.

    Raises Missing if it has ended, is not theirs, or they blocked the other.
    """
    found = queries.partnership(member_id=member_id, partnership_id=partnership_id)
    with changes.together(member_ids=(found.first_id, found.second_id), now=now) as logs:
        if not linking.finish(found=found, ended_by=member_id, logs=logs, now=now):
            raise Missing()


def end_all(*, member_id: UUID, now: datetime) -> None:
    """End all partnerships of a member whose account goes, and withdraw their open invites.

    To be called before the caller holds any member's lock. Again changes nothing.
    """
    found = list(Partnership.objects.active().of(member_id))
    member_ids = {member_id, *(one.other_id(member_id) for one in found)}
    with changes.together(member_ids=member_ids, now=now) as logs:
        for one in found:
            linking.finish(found=one, ended_by=member_id, logs=logs, now=now)
        still_open = queries.open_invites(now=now).filter(member_id=member_id)
        close(still_open, log=logs[member_id], now=now)
