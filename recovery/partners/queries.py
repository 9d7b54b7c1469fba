"""What is known about invites and partnerships, to those whom it concerns."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import QuerySet

from recovery.kernel.errors import Missing
from recovery.partners.codes import code_hash
from recovery.partners.models import InviteState, InviteTarget, PartnerInvite, Partnership
from recovery.partners.refusals import InviteNotUsable


@dataclass(frozen=True, slots=True)
class Offer:
    """What an invite says to whoever holds its code. A guest has no handle."""

    inviter_handle: str | None
    invites_to: InviteTarget
    expires_at: datetime


def state_of(*, invite: PartnerInvite, now: datetime) -> InviteState:
    """Return where an invite stands at an instant."""
    if invite.accepted_at is not None:
        return InviteState.ACCEPTED
    if invite.withdrawn_at is not None:
        return InviteState.WITHDRAWN
    return InviteState.OPEN if invite.expires_at > now else InviteState.EXPIRED


def invites_of(*, member_id: UUID) -> QuerySet[PartnerInvite]:
    """Return all invites that a member made."""
    found: QuerySet[PartnerInvite] = PartnerInvite.objects.owned_by(member_id)
    return found


def open_invites(*, now: datetime) -> QuerySet[PartnerInvite]:
    """Return everybody's invites that can be accepted at an instant."""
    found: QuerySet[PartnerInvite] = PartnerInvite.objects.filter(
        accepted_at__isnull=True, withdrawn_at__isnull=True, expires_at__gt=now
    )
    return found


def inspect(*, code: str, now: datetime) -> Offer:
    """Return who invites. Raises InviteNotUsable for any code that opens nothing now."""
    invite = (
        open_invites(now=now)
        .filter(code_hash=code_hash(code=code), member__deleted_at__isnull=True)
        .select_related("member")
        .first()
    )
    if invite is None:
        raise InviteNotUsable()
    return Offer(
        inviter_handle=invite.member.handle,
        invites_to=InviteTarget.PARTNERSHIP,
        expires_at=invite.expires_at,
    )


def partnerships_of(*, member_id: UUID) -> QuerySet[Partnership]:
    """Return a member's active partnerships, both members loaded with them.

    One with somebody whose account is being deleted is gone from this moment on.
    """
    return (
        Partnership.objects.active()
        .of(member_id)
        .filter(first__deleted_at__isnull=True, second__deleted_at__isnull=True)
        .select_related("first", "second")
    )


def partnership(*, member_id: UUID, partnership_id: UUID) -> Partnership:
    """Return one active partnership of a member, both members loaded with it.

    Raises Missing if there is none: unknown, ended and other people's look the same.
    """
    found = partnerships_of(member_id=member_id).filter(id=partnership_id).first()
    if found is None:
        raise Missing()
    return found
