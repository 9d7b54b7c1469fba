"""Letting a partner see things of one's own: the things are looked up before the consent."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from uuid import UUID

from recovery.kernel import changes
from recovery.kernel.errors import FieldError, Invalid
from recovery.partners import queries as partners
from recovery.sharing import services as sharing
from recovery.sharing.models import Grant, ItemKind
from recovery.sharing.services import Wanted
from recovery.sobriety.models import Tracker, TrackerMode


def share(
    *, owner_id: UUID, partnership_id: UUID, wanted: Sequence[Wanted], now: datetime
) -> list[Grant]:
    """Let a partner see exactly this and return the consents that stand now.

    Raises Missing unless the partnership is active and the owner's, and Invalid, naming each
    entry, for a scope with too little or too much said and for a tracker that is not one of the
    owner's abstinence trackers: another member's and one that does not exist look the same.
    """
    tracker_ids = {
        one.item_id for one in wanted if one.scope.item_kind is ItemKind.TRACKER and one.item_id
    }
    with changes.write(member_id=owner_id, now=now) as log:
        partnership = partners.partnership(member_id=owner_id, partnership_id=partnership_id)
        # Behind the owner's lock, so that no tracker is put away between this and the consent.
        own = (
            shareable_trackers(owner_ids=[owner_id], tracker_ids=tracker_ids) if tracker_ids else ()
        )
        errors = [
            FieldError(pointer=f"/grants/{index}/tracker", code=code, detail=detail)
            for index, one in enumerate(wanted)
            for code, detail in _complaints(one, own=own)
        ]
        if errors:
            raise Invalid(errors[0].detail, errors=errors)
        return sharing.replace(
            owner_id=owner_id, partnership=partnership, wanted=wanted, log=log, now=now
        )


def shareable_trackers(*, owner_ids: Iterable[UUID], tracker_ids: Iterable[UUID]) -> set[UUID]:
    """Return those of the trackers that are there, are the owners' and have a clock."""
    found = Tracker.objects.filter(
        id__in=tracker_ids,
        member_id__in=owner_ids,
        mode=TrackerMode.ABSTINENCE,
        deleted_at__isnull=True,
    )
    return set(found.values_list("id", flat=True))


def _complaints(one: Wanted, *, own: Iterable[UUID]) -> list[tuple[str, str]]:
    if one.scope.item_kind is not ItemKind.TRACKER:
        if one.item_id is None:
            return []
        return [("not_per_tracker", f"{one.scope} is not given for a tracker.")]
    if one.item_id is None:
        return [("required", f"{one.scope} is given for one tracker at a time; say which.")]
    if one.item_id not in own:
        return [("unknown_tracker", "This is not one of your abstinence trackers.")]
    return []
