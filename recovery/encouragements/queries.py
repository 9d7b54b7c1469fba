"""Encouragements, as each side sees them."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import Exists, OuterRef, Q

from recovery.blocks.models import Block
from recovery.encouragements.models import (
    Encouragement,
    EncouragementPreset,
    EncouragementQuerySet,
)
from recovery.kernel import sealing
from recovery.kernel.sealing import Sealer
from recovery.partners import queries as partners

TEXT_LABEL = Encouragement.sealed["text"]


@dataclass(frozen=True, slots=True)
class Seen:
    """An encouragement as one side sees it; ``partnership_id`` is empty for a former partner's."""

    id: UUID
    partnership_id: UUID | None
    sent_by_me: bool
    preset: EncouragementPreset
    text: str
    thanked_at: datetime | None
    created_at: datetime


def between(*, member_id: UUID, partnership_id: UUID) -> EncouragementQuerySet:
    """Return what a member sees of the encouragements within a partnership, in both directions.

    Raises Missing unless the partnership is there for them.
    """
    partners.partnership(member_id=member_id, partnership_id=partnership_id)
    found: EncouragementQuerySet = Encouragement.objects.visible_to(member_id)
    return found.filter(partnership_id=partnership_id)


def received(*, member_id: UUID) -> EncouragementQuerySet:
    """Return what a member has been given by anybody, except by those whom they blocked.

    Of former partners the presets stay, so those that were text alone are left out.
    """
    blocked = Block.objects.standing(blocker=member_id, blocked=OuterRef("member_id"))
    present = partners.partnerships_of(member_id=member_id).order_by().values("id")
    mine: EncouragementQuerySet = Encouragement.objects.received_by(member_id)
    return mine.filter(
        ~Exists(blocked), ~Q(preset=EncouragementPreset.NONE) | Q(partnership_id__in=present)
    )


def seen_by(*, viewer_id: UUID, rows: Collection[Encouragement]) -> list[Seen]:
    """Return encouragements as this member sees them; two queries at most.

    Whoever is no partner any more, for whatever reason, is not named and their text not shown.
    """
    present: set[UUID] = set()
    if any(row.member_id != viewer_id for row in rows):
        present = set(partners.partnerships_of(member_id=viewer_id).values_list("id", flat=True))
    writers = {
        row.member_id
        for row in rows
        if row.text and row.member_id and _is_named(row, viewer_id, present)
    }
    sealers = sealing.for_members(member_ids=sorted(writers)) if writers else {}
    return [
        _seen(row, viewer_id, sealers, is_named=_is_named(row, viewer_id, present)) for row in rows
    ]


def text_of(*, encouragement: Encouragement, sealer: Sealer) -> str:
    """Return what was written, empty for nothing; ``sealer`` is the sender's."""
    return sealer.open(encouragement.text, label=TEXT_LABEL, row_id=encouragement.id)


def _is_named(row: Encouragement, viewer_id: UUID, present: Collection[UUID]) -> bool:
    return row.member_id == viewer_id or row.partnership_id in present


def _seen(
    row: Encouragement, viewer_id: UUID, sealers: Mapping[UUID, Sealer], *, is_named: bool
) -> Seen:
    sent_by_me = row.member_id == viewer_id
    sealer = sealers.get(row.member_id) if is_named and row.member_id else None
    return Seen(
        id=row.id,
        partnership_id=row.partnership_id if is_named else None,
        sent_by_me=sent_by_me,
        preset=EncouragementPreset(row.preset),
        text=text_of(encouragement=row, sealer=sealer) if sealer else "",
        thanked_at=row.thanks_reached_at if sent_by_me else row.thanked_at,
        created_at=row.created_at,
    )
