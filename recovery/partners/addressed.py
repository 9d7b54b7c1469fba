"""Invites within a group: addressed to a fellow member by alias, without a code.

The one invited decides in peace. Whoever invites is told "sent" whatever happens, and later sees
the invite as open until it expires: that it was declined, that the other wants no invites or has
blocked them shows nowhere.
"""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.db.models import F

from recovery.blocks import queries as blocks
from recovery.groups import queries as groups
from recovery.groups.models import GroupMembership
from recovery.kernel import changes, events, rows, sealing
from recovery.kernel.errors import Missing, invalid
from recovery.kernel.ids import new_id
from recovery.members.models import Member
from recovery.members.rules import receives_invites
from recovery.partners import linking, queries
from recovery.partners.events import PartnerInvited
from recovery.partners.models import PartnerInvite, Partnership
from recovery.partners.services import INVITE_LIFETIME, Accepted, Made, check_room


def invite(
    *, member_id: UUID, invite_id: UUID | None, group_id: UUID, to: UUID, now: datetime
) -> Made:
    """Invite a fellow member of a group, or return the invite that this id stands for already.

    ``to`` is the membership, by its per-group id. Raises Missing unless both are in the group now,
    Invalid for oneself, TooManyOpenInvites, IdTaken.
    """
    addressee = GroupMembership.objects.filter(id=to, group_id=group_id).first()
    other_id = addressee.member_id if addressee is not None else None
    # Both locks, also of somebody who will not be reached: a block, a decline and an answer of
    # theirs are then either before this or after it.
    with changes.together(member_ids={member_id, other_id or member_id}, now=now) as logs:
        sealer = sealing.for_member(member_id=member_id)
        digest = sealer.digest({"group": group_id, "to": to})
        known = rows.replayed(PartnerInvite, row_id=invite_id, member_id=member_id, digest=digest)
        if known is not None:
            return Made(invite=known, code="", is_new=False)
        groups.membership_of(member_id=member_id, group_id=group_id)
        addressee = (
            groups.members_of(group_id=group_id).filter(id=to).select_related("member").first()
        )
        other = addressee.member if addressee is not None else None
        if other is None:
            raise Missing()
        if other.id == member_id:
            raise invalid(pointer="/to", code="own_membership", detail="This is you.")
        check_room(member_id=member_id, now=now)
        made = PartnerInvite(
            id=invite_id or new_id(),
            member_id=member_id,
            body_digest=digest,
            created_at=now,
            group_id=group_id,
            addressed_to=to,
            to_member_id=other.id,
            reaches=_reaches(inviter_id=member_id, other=other, now=now),
            expires_at=now + INVITE_LIFETIME,
        )
        rows.insert(made)
        logs[member_id].add(
            table="partner_invites", row_id=made.id, version=made.version, fields=["expires_at"]
        )
        if made.reaches:
            _tell(made, other.id, logs=logs, now=now)
    return Made(invite=made, code="", is_new=True)


def _reaches(*, inviter_id: UUID, other: Member, now: datetime) -> bool:
    wants_them = receives_invites(
        chosen=other.receives_partner_invites, joined_at=other.created_at, now=now
    )
    if not wants_them or blocks.blocked_pairs(
        pairs={(other.id, inviter_id), (inviter_id, other.id)}
    ):
        return False
    # Who has said no is not asked again by the same member; they may still invite that member.
    declined = PartnerInvite.objects.owned_by(inviter_id).filter(
        to_member_id=other.id, declined_at__isnull=False
    )
    # Partners already, perhaps under handles: to say so would tell whose alias this is.
    linked = Partnership.objects.active().of(inviter_id).of(other.id)
    return not declined.exists() and not linked.exists()


def _tell(made: PartnerInvite, recipient_id: UUID, *, logs: linking.Logs, now: datetime) -> None:
    logs[recipient_id].add(
        table="received_partner_invites", row_id=made.id, version=1, fields=["expires_at"]
    )
    events.publish(
        fact=PartnerInvited(
            invite_id=made.id, inviter_id=made.member_id, recipient_id=recipient_id, at=now
        )
    )


def accept(*, member_id: UUID, invite_id: UUID, now: datetime) -> Accepted:
    """Make the partnership that an invite addressed to the member offers.

    Both know each other by what they go by in the group at this moment. Raises Missing for one that
    is not open to them any more: both must still be in the group.
    """
    found = PartnerInvite.objects.filter(id=invite_id, to_member_id=member_id).first()
    if found is None:
        raise Missing()
    inviter_id = found.member_id
    with changes.together(member_ids=(inviter_id, member_id), now=now) as logs:
        sent_again = Partnership.objects.active().of(member_id).filter(invite_id=found.id).first()
        if sent_again is not None:
            same = queries.partnership(member_id=member_id, partnership_id=sent_again.id)
            return Accepted(partnership=same, is_new=False)
        offer = queries.invites_to(member_id=member_id, now=now).filter(id=found.id)
        if not offer.exists():
            raise Missing()
        PartnerInvite.objects.owned_by(inviter_id).filter(id=found.id).update(
            accepted_at=now, version=F("version") + 1
        )
        logs[inviter_id].add(
            table="partner_invites",
            row_id=found.id,
            version=found.version + 1,
            fields=["accepted_at"],
        )
        logs[member_id].add(table="received_partner_invites", row_id=found.id, version=2, gone=True)
        both = GroupMembership.objects.active().filter(
            group_id=found.group_id, member_id__in=(inviter_id, member_id)
        )
        aliases = {
            one_id: alias for one_id, alias in both.values_list("member_id", "alias") if one_id
        }
        made = linking.make(
            invite=found,
            accepted_by=member_id,
            aliases=aliases,
            logs=logs,
            unnoticed=False,
            now=now,
        )
        partnership = queries.partnership(member_id=member_id, partnership_id=made.id)
    return Accepted(partnership=partnership, is_new=True)


def decline(*, member_id: UUID, invite_id: UUID, now: datetime) -> None:
    """Decline an invite; once is enough. Its maker is not told and sees no difference.

    Raises Missing for one that was not addressed to them or is not open any more.
    """
    found = PartnerInvite.objects.filter(id=invite_id, to_member_id=member_id, reaches=True).first()
    if found is None:
        raise Missing()
    with changes.together(member_ids=(found.member_id, member_id), now=now) as logs:
        # The row is its maker's: neither its version nor their changes move.
        offer = queries.invites_to(member_id=member_id, now=now).filter(id=found.id)
        if offer.exists():
            PartnerInvite.objects.owned_by(found.member_id).filter(id=found.id).update(
                declined_at=now
            )
            logs[member_id].add(
                table="received_partner_invites", row_id=found.id, version=2, gone=True
            )
            return
        declined = PartnerInvite.objects.filter(id=found.id, declined_at__isnull=False)
        if not declined.exists():
            raise Missing()
