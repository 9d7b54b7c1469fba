"""What a consent to an item may name: the owner's own things, and only while they are there."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from uuid import UUID

from recovery.commitments.models import Commitment
from recovery.goals.models import Goal
from recovery.kernel.rows import OwnedQuerySet
from recovery.sharing.models import Grant, ItemKind, Scope
from recovery.sobriety.models import Tracker, TrackerMode

Item = tuple[ItemKind, UUID]


def item_of(*, scope: Scope | str, item_id: UUID | None) -> Item | None:
    """Return what a consent to a scope names, None when it names nothing."""
    return None if item_id is None else (Scope(scope).item_kind, item_id)


def shareable(*, owner_ids: Collection[UUID], items: Iterable[Item | None]) -> set[Item]:
    """Return those of the items that are there and the owners'; trackers only with a clock.

    One query for each kind among them, three at most.
    """
    wanted = {item for item in items if item is not None}
    found: set[Item] = set()
    for kind, rows in _ROWS.items():
        ids = [item_id for one, item_id in wanted if one is kind]
        if ids:
            there = rows().filter(id__in=ids, member_id__in=owner_ids, deleted_at__isnull=True)
            found |= {(kind, item_id) for item_id in there.values_list("id", flat=True)}
    return found


def named_by(grants: Iterable[Grant], *, scope: Scope) -> set[UUID]:
    """Return the items that consents to one scope name."""
    return {grant.item_id for grant in grants if grant.scope == scope and grant.item_id is not None}


def _clocks() -> OwnedQuerySet:
    found: OwnedQuerySet = Tracker.objects.filter(mode=TrackerMode.ABSTINENCE)
    return found


_ROWS = {
    ItemKind.TRACKER: _clocks,
    ItemKind.GOAL: Goal.objects.all,
    ItemKind.COMMITMENT: Commitment.objects.all,
}
