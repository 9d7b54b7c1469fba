"""How a member can be reached elsewhere, for those who answer that they need support."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from recovery.kernel import changes, sealing
from recovery.kernel.rows import OwnedQuerySet
from recovery.kernel.sealing import Sealer
from recovery.members.models import Member
from recovery.support.models import ContactCard

TEXT_LABEL = ContactCard.sealed["text"]


def card_of(*, member_id: UUID) -> ContactCard:
    """Return the member's own card. Raises Missing while there is none."""
    card: ContactCard = ContactCard.objects.owned_by(member_id).one()
    return card


def cards_of(*, member_ids: Collection[UUID]) -> OwnedQuerySet:
    """Return the cards of members who let the one who asks see them; for the area's own use."""
    return ContactCard.objects.filter(member_id__in=member_ids)


def text_of(*, card: ContactCard, sealer: Sealer | None = None) -> str:
    """Return what a card says; one query unless the member's sealer is at hand."""
    sealer = sealer or sealing.for_member(member_id=card.member_id)
    return sealer.open(card.text, label=TEXT_LABEL, row_id=card.member_id)


def put_card(*, member: Member, text: str, now: datetime) -> ContactCard:
    """Keep this as the member's card; it takes the place of the one before."""
    with changes.write(member_id=member.id, now=now) as log:
        card = ContactCard.objects.owned_by(member.id).find()
        card = card or ContactCard(member=member, version=0)
        sealer = sealing.for_member(member_id=member.id)
        card.text = sealer.seal(text, label=TEXT_LABEL, row_id=member.id)
        card.version += 1
        card.updated_at = now
        card.save()
        log.add(table="contact_cards", row_id=member.id, version=card.version, fields=["text"])
    return card


def remove_card(*, member: Member, now: datetime) -> None:
    """Delete the card; nobody sees it from the next request on. Raises Missing without one."""
    with changes.write(member_id=member.id, now=now) as log:
        card: ContactCard = ContactCard.objects.owned_by(member.id).one()
        card.delete()
        log.add(table="contact_cards", row_id=member.id, version=card.version + 1, gone=True)
