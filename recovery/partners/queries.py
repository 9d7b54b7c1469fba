"""What is known about invites and partnerships, to those whom it concerns."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import Exists, OuterRef, Q, QuerySet, Subquery

from recovery.blocks.models import Block
from recovery.groups.models import GroupMembership
from recovery.kernel import sealing
from recovery.kernel.errors import Missing
from recovery.partners.codes import code_hash
from recovery.partners.models import (
    InviteState,
    InviteTarget,
    Name,
    PartnerInvite,
    Partnership,
    PartnershipSide,
)
from recovery.partners.refusals import InviteNotUsable

LETTER_LABEL = PartnershipSide.sealed["quiet_letter"]


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


def invites_to(*, member_id: UUID, now: datetime) -> QuerySet[PartnerInvite]:
    """Return the open invites that others addressed to a member, who can still accept them.

    Each with what its maker is in the group: ``from_membership``, the per-group id, and ``alias``.
    Both are still in that group, neither blocked the other, and they are not partners already.
    """
    inviter = GroupMembership.objects.active().filter(
        group_id=OuterRef("group_id"),
        member_id=OuterRef("member_id"),
        member__deleted_at__isnull=True,
    )
    addressee = GroupMembership.objects.active().of(member_id).filter(id=OuterRef("addressed_to"))
    blocked = Block.objects.standing().filter(
        Q(member_id=member_id, blocked_id=OuterRef("member_id"))
        | Q(member_id=OuterRef("member_id"), blocked_id=member_id)
    )
    linked = (
        Partnership.objects.active()
        .of(member_id)
        .filter(Q(first_id=OuterRef("member_id")) | Q(second_id=OuterRef("member_id")))
    )
    return (
        open_invites(now=now)
        .filter(to_member_id=member_id, reaches=True, declined_at__isnull=True)
        .filter(Exists(inviter), Exists(addressee), ~Exists(blocked), ~Exists(linked))
        .annotate(
            from_membership=Subquery(inviter.values("id")[:1]),
            alias=Subquery(inviter.values("alias")[:1]),
        )
    )


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
    """Return a member's active partnerships as they see them, both members loaded with them.

    One with somebody whose account is being deleted is gone from this moment on, and so is, for
    this member alone, one with somebody whom they blocked.
    """
    return Partnership.objects.seen_by(member_id)


def partnership(*, member_id: UUID, partnership_id: UUID) -> Partnership:
    """Return one active partnership of a member, both members loaded with it.

    Raises Missing if there is none: unknown, ended, other people's and one with somebody whom the
    member blocked look the same.
    """
    found = partnerships_of(member_id=member_id).filter(id=partnership_id).first()
    if found is None:
        raise Missing()
    return found


def even_if_blocked(*, member_id: UUID, partnership_id: UUID) -> Partnership:
    """Return a partnership of a member, also an ended one or with somebody whom they blocked.

    For saying whom to block or to report. Raises Missing.
    """
    found = (
        Partnership.objects.of(member_id)
        .filter(id=partnership_id)
        .select_related("first", "second")
        .first()
    )
    if found is None:
        raise Missing()
    return found


def names(*, member_id: UUID, partnership_ids: Collection[UUID]) -> dict[UUID, Name]:
    """Return what the other side of each of a member's partnerships goes by, ended ones included.

    One query. Whoever shows who somebody is takes it from here or from ``name_of_other``: a handle
    is never shown to somebody who met them in a group.
    """
    others = (
        PartnershipSide.objects.filter(partnership_id__in=partnership_ids)
        .filter(partnership__in=Partnership.objects.of(member_id))
        .exclude(member_id=member_id)
        .values_list("partnership_id", "alias", "member__handle")
    )
    return {
        found_id: Name(handle=None, alias=alias) if alias else Name(handle=handle, alias=None)
        for found_id, alias, handle in others
    }


def side(*, partnership_id: UUID, member_id: UUID) -> PartnershipSide:
    """Return what a member chose for their side of a partnership. Raises Missing."""
    mine: PartnershipSide = PartnershipSide.objects.owned_by(member_id).one(
        partnership_id=partnership_id
    )
    return mine


def own_side(*, member_id: UUID, partnership_id: UUID) -> PartnershipSide:
    """Return the same of an active partnership that the member sees. Raises Missing."""
    partnership(member_id=member_id, partnership_id=partnership_id)
    return side(partnership_id=partnership_id, member_id=member_id)


def letter_of(*, member_id: UUID, partnership_id: UUID) -> str:
    """Return a member's own letter "if I go quiet", to its author. Raises Missing without one."""
    mine = own_side(member_id=member_id, partnership_id=partnership_id)
    if not mine.quiet_letter:
        raise Missing()
    return _opened(mine)


def letter_for(*, partnership_id: UUID, author_id: UUID) -> str:
    """Return a member's letter "if I go quiet", empty without one, to be delivered.

    Only for the moment at which the other side hears that the author has been quiet. Empty too once
    the partnership has ended, while the author pauses it, and when either blocked the other.
    """
    either_way = Block.objects.standing().filter(
        Q(
            member_id=OuterRef("partnership__first_id"),
            blocked_id=OuterRef("partnership__second_id"),
        )
        | Q(
            member_id=OuterRef("partnership__second_id"),
            blocked_id=OuterRef("partnership__first_id"),
        )
    )
    theirs = PartnershipSide.objects.owned_by(author_id).filter(
        ~Exists(either_way), partnership__ended_at__isnull=True, paused_at__isnull=True
    )
    found: PartnershipSide | None = theirs.find(partnership_id=partnership_id)
    return _opened(found) if found is not None and found.quiet_letter else ""


def _opened(found: PartnershipSide) -> str:
    sealer = sealing.for_member(member_id=found.member_id)
    return sealer.open(found.quiet_letter, label=LETTER_LABEL, row_id=found.id)
