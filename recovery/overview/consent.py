"""Letting a partner see things of one's own: the things are looked up before the consent."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from django.db import models
from django.db.models import Q

from recovery.calendar import queries as calendar
from recovery.commitments.models import Commitment, CommitmentKind
from recovery.kernel import changes
from recovery.kernel.errors import FieldError, Invalid
from recovery.members.models import Member
from recovery.overview.items import Item, item_of, shareable
from recovery.partners import queries as partners
from recovery.sharing import services as sharing
from recovery.sharing.models import Grant, ItemKind, Scope
from recovery.sharing.services import Wanted

_UNKNOWN = {
    ItemKind.TRACKER: "This is not one of your abstinence trackers.",
    ItemKind.GOAL: "This is not one of your goals.",
    ItemKind.COMMITMENT: "This is not one of your commitments.",
}


class Preset(models.TextChoices):
    """A set of consents in one word. There is none for everything."""

    PROCESS = "process", "What I do for it: check-in status, and commitments but for doses"
    NONE = "none", "Nothing"


@dataclass(frozen=True, slots=True)
class Offered:
    """A preset, and what choosing it now would let a partner see."""

    preset: Preset
    gives: Sequence[Wanted]


def share(
    *, owner_id: UUID, partnership_id: UUID, wanted: Sequence[Wanted], now: datetime
) -> list[Grant]:
    """Let a partner see exactly this and return the consents that stand now.

    Raises Missing unless the partnership is active and the owner's, and Invalid, naming each
    entry, for a scope with too little or too much said and for an item that is not the owner's:
    another member's and one that does not exist look the same.
    """
    return _replace(
        owner_id=owner_id, partnership_id=partnership_id, choose=lambda: wanted, now=now
    )


def share_preset(
    *, owner: Member, partnership_id: UUID, preset: Preset, now: datetime
) -> list[Grant]:
    """Let a partner see exactly what a preset gives now; what comes later is not part of it.

    Raises Missing unless the partnership is active and the owner's.
    """
    today = calendar.today_of(member=owner, now=now)
    return _replace(
        owner_id=owner.id,
        partnership_id=partnership_id,
        # Behind the owner's lock, so that no commitment goes between this and the consent.
        choose=lambda: _gives(preset, owner_id=owner.id, today=today),
        now=now,
    )


def presets(*, owner: Member, now: datetime) -> list[Offered]:
    """Return every preset with what it would give now; one query."""
    today = calendar.today_of(member=owner, now=now)
    return [
        Offered(preset=preset, gives=_gives(preset, owner_id=owner.id, today=today))
        for preset in Preset
    ]


def _replace(
    *,
    owner_id: UUID,
    partnership_id: UUID,
    choose: Callable[[], Sequence[Wanted]],
    now: datetime,
) -> list[Grant]:
    with changes.write(member_id=owner_id, now=now) as log:
        partnership = partners.partnership(member_id=owner_id, partnership_id=partnership_id)
        # Behind the owner's lock, so that no item is put away between this and the consent.
        wanted = choose()
        items = [item_of(scope=one.scope, item_id=one.item_id) for one in wanted]
        own = shareable(owner_ids=[owner_id], items=items)
        errors = [
            error for index, one in enumerate(wanted) for error in _complaints(index, one, own=own)
        ]
        if errors:
            raise Invalid(errors[0].detail, errors=errors)
        return sharing.replace(
            owner_id=owner_id, partnership=partnership, wanted=wanted, log=log, now=now
        )


def _complaints(index: int, one: Wanted, *, own: Collection[Item]) -> list[FieldError]:
    kind = one.scope.item_kind
    if kind is ItemKind.NONE:
        if one.item_id is None:
            return []
        detail = f"{one.scope} is not given for one thing at a time."
        return [FieldError(f"/grants/{index}/scope", "not_per_item", detail)]
    pointer = f"/grants/{index}/{kind}"
    if one.item_id is None:
        detail = f"{one.scope} is given for one {kind} at a time; say which."
        return [FieldError(pointer, "required", detail)]
    if (kind, one.item_id) not in own:
        return [FieldError(pointer, f"unknown_{kind}", _UNKNOWN[kind])]
    return []


def _gives(preset: Preset, *, owner_id: UUID, today: date) -> list[Wanted]:
    if preset is Preset.NONE:
        return []
    promised = (
        Commitment.objects.owned_by(owner_id)
        .filter(Q(ended_on__isnull=True) | Q(ended_on__gte=today), deleted_at__isnull=True)
        .exclude(kind=CommitmentKind.DOSE)
    )
    ids = promised.order_by("created_at", "id").values_list("id", flat=True)
    return [
        Wanted(scope=Scope.CHECK_IN_STATUS),
        *(Wanted(scope=Scope.COMMITMENTS, item_id=item_id) for item_id in ids),
    ]
