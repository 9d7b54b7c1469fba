"""Which consents there are: to their giver, and to the one viewer whom they name."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID

from django.db.models import Q

from recovery.partners import queries as partners
from recovery.sharing.models import (
    AccessEntry,
    Grant,
    GrantQuerySet,
    GrantState,
    ItemKind,
    Scope,
)


def state_of(*, grant: Grant, now: datetime) -> GrantState:
    """Return where a consent that was not taken back stands at an instant."""
    return GrantState.IN_FORCE if grant.expires_at > now else GrantState.EXPIRED


def given(*, owner_id: UUID, partnership_id: UUID) -> list[Grant]:
    """Return the owner's consents within a partnership that were not taken back, oldest first.

    Expired ones are among them, so that they can be renewed.
    """
    mine = Grant.objects.standing().filter(owner_id=owner_id, partnership_id=partnership_id)
    return list(mine.order_by("granted_at", "scope", "item_id"))


def given_to_partner(*, owner_id: UUID, partnership_id: UUID) -> list[Grant]:
    """Return the same as ``given``. Raises Missing unless the partnership is active and theirs."""
    partners.partnership(member_id=owner_id, partnership_id=partnership_id)
    return given(owner_id=owner_id, partnership_id=partnership_id)


def visible(*, viewer_id: UUID, partnership_id: UUID, now: datetime) -> list[Grant]:
    """Return what the other side of a partnership lets this viewer see now, oldest first."""
    theirs = Grant.objects.visible_to(viewer_id, now=now).filter(partnership_id=partnership_id)
    return list(theirs.order_by("granted_at", "scope", "item_id"))


def holds(
    *, owner_id: UUID, viewer_id: UUID, scope: Scope, item_id: UUID | None = None, now: datetime
) -> Grant | None:
    """Return the consent by which the viewer may see this of the owner's now, or None."""
    return _showing(owner_id, scope, item_id, now).filter(viewer_id=viewer_id).first()


def holders(
    *, owner_id: UUID, scope: Scope, item_id: UUID | None = None, now: datetime
) -> list[Grant]:
    """Return the consents by which somebody may see this of the owner's now, oldest first.

    Each with its viewer and partnership loaded.
    """
    shown = _showing(owner_id, scope, item_id, now).select_related("viewer", "partnership")
    return list(shown.order_by("granted_at", "id"))


def in_force(
    *, member_id: UUID, partnership_ids: Collection[UUID], now: datetime
) -> dict[UUID, list[Grant]]:
    """Return, by partnership, the consents that a member gave or was given and that hold now."""
    found: defaultdict[UUID, list[Grant]] = defaultdict(list)
    grants = Grant.objects.in_force(now).filter(
        Q(owner_id=member_id) | Q(viewer_id=member_id),
        partnership_id__in=partnership_ids,
        partnership__ended_at__isnull=True,
    )
    for grant in grants.order_by("granted_at", "scope", "item_id"):
        found[grant.partnership_id].append(grant)
    return found


def newly_visible(*, viewer_id: UUID, since: datetime, now: datetime) -> list[Grant]:
    """Return what others began to let this viewer see since an instant, newest first; 20 at most.

    What merely goes on, because its owner renewed it, is not new. Each with its owner, so that one
    query is enough.
    """
    recent = Grant.objects.visible_to(viewer_id, now=now).filter(
        granted_at__gte=since, renews__isnull=True
    )
    shown = recent.select_related("owner").only(
        "partnership", "scope", "granted_at", "owner__handle"
    )
    return list(shown.order_by("-granted_at", "-id")[:20])


@dataclass(frozen=True, slots=True)
class Views:
    """That a viewer saw a scope on so many dates of a week."""

    week_from: date
    viewer_handle: str | None
    scope: str
    dates: int


def views_by_week(
    *, owner_id: UUID, before: date | None, weeks: int
) -> tuple[list[Views], date | None]:
    """Return who saw what of the owner's, by week from Monday, newest first.

    Up to ``weeks`` weeks before a date, and where to go on, or None when nothing is older.
    """
    mine = AccessEntry.objects.filter(owner_id=owner_id)
    if before is not None:
        mine = mine.filter(seen_on__lt=before)
    newest = mine.order_by("-seen_on").values_list("seen_on", flat=True).first()
    if newest is None:
        return [], None
    first = newest - timedelta(days=newest.weekday(), weeks=weeks - 1)
    counts = Counter(
        (seen_on - timedelta(days=seen_on.weekday()), handle, scope)
        for seen_on, handle, scope in mine.filter(seen_on__gte=first)
        .order_by("viewer_id")
        .values_list("seen_on", "viewer__handle", "scope")
    )
    found = [Views(week, handle, scope, dates) for (week, handle, scope), dates in counts.items()]
    found.sort(key=lambda views: (views.viewer_handle or "", views.scope))
    found.sort(key=lambda views: views.week_from, reverse=True)
    older = mine.filter(seen_on__lt=first).exists()
    return found, first if older else None


def _showing(owner_id: UUID, scope: Scope, item_id: UUID | None, now: datetime) -> GrantQuerySet:
    """Return what shows of one scope and item; of a scope of items, None names none."""
    shown = Grant.objects.showing(now).filter(owner_id=owner_id, scope=scope)
    if scope.item_kind is ItemKind.NONE:
        return shown.filter(item_id__isnull=True)
    return shown.filter(item_id=item_id)
