"""Which consents there are: to their giver, and to the one viewer whom they name."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID

from django.db.models import Case, Count, F, OuterRef, Q, Subquery, When

from recovery.partners import queries as partners
from recovery.partners.models import Name, PartnershipSide
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


def given_now(*, owner_id: UUID, partnership_id: UUID, now: datetime) -> list[Grant]:
    """Return what the owner lets a partner see now, oldest first; nothing while they pause."""
    mine = Grant.objects.given_by(owner_id, now=now).filter(partnership_id=partnership_id)
    return list(mine.order_by("granted_at", "scope", "item_id"))


def consented_to(*, owner_id: UUID, now: datetime) -> dict[UUID, list[Grant]]:
    """Return, by partnership, the owner's consents that hold, those that a pause hides included."""
    return _by_partnership(Grant.objects.in_force(now).filter(owner_id=owner_id))


def shown_to(
    *, viewer_id: UUID, partnership_ids: Collection[UUID], now: datetime
) -> dict[UUID, list[Grant]]:
    """Return, by partnership, what others let this viewer see now; with one query."""
    shown = Grant.objects.visible_to(viewer_id, now=now)
    return _by_partnership(shown.filter(partnership_id__in=partnership_ids))


def in_both_directions(
    *, member_id: UUID, partnership_ids: Collection[UUID], now: datetime
) -> dict[UUID, list[Grant]]:
    """Return, by partnership, what a member lets partners see now and is let see by them."""
    mine = Grant.objects.given_by(member_id, now=now)
    theirs = Grant.objects.visible_to(member_id, now=now)
    both = Grant.objects.filter(Q(pk__in=mine.values("pk")) | Q(pk__in=theirs.values("pk")))
    return _by_partnership(both.filter(partnership_id__in=partnership_ids))


def newly_visible(*, viewer_id: UUID, since: datetime, now: datetime) -> list[Grant]:
    """Return what others began to let this viewer see since an instant, newest first; 20 at most.

    What merely goes on, because its owner renewed it, is not new. Each with its owner, so that one
    query is enough.
    """
    recent = Grant.objects.visible_to(viewer_id, now=now).filter(
        granted_at__gte=since, renews__isnull=True
    )
    shown = (
        recent.select_related("owner")
        .only("partnership", "scope", "granted_at", "owner__handle")
        .annotate(owner_alias=_alias_of("owner"))
    )
    return list(shown.order_by("-granted_at", "-id")[:20])


@dataclass(frozen=True, slots=True)
class Views:
    """That a viewer saw a scope on so many dates of a week; of a former member, nameless."""

    week_from: date
    partnership_id: UUID | None
    viewer: Name
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
    # An account that is going is a former member's from this moment on, not from its erasure.
    there = Q(viewer__isnull=False, viewer__deleted_at__isnull=True)
    rows = (
        mine.filter(seen_on__gte=first)
        .annotate(
            link=Case(When(there, then="partnership_id")),
            handle=Case(When(there, then="viewer__handle")),
            alias=Case(When(there, then=_alias_of("viewer"))),
        )
        .order_by(F("link").asc(nulls_last=True))
        .values_list("seen_on", "link", "handle", "alias", "scope")
    )
    # All former members are one, so that what they saw is counted by dates.
    dates: defaultdict[tuple[date, UUID | None, Name, str], set[date]] = defaultdict(set)
    for seen_on, link, handle, alias, scope in rows:
        week_from = seen_on - timedelta(days=seen_on.weekday())
        dates[week_from, link, _name(handle, alias), scope].add(seen_on)
    found = [Views(*seen, dates=len(days)) for seen, days in dates.items()]
    found.sort(key=lambda views: (views.viewer.alias or views.viewer.handle or "", views.scope))
    found.sort(key=lambda views: views.week_from, reverse=True)
    older = mine.filter(seen_on__lt=first).exists()
    return found, first if older else None


def dates_looked(*, owner_id: UUID, since: date) -> dict[UUID, int]:
    """Return, by partnership, on how many of the owner's dates something of theirs was seen."""
    looks = AccessEntry.objects.filter(owner_id=owner_id, seen_on__gte=since)
    counted = looks.values("partnership_id").annotate(dates=Count("seen_on", distinct=True))
    return dict(counted.values_list("partnership_id", "dates"))


def name_of_owner(grant: Grant) -> Name:
    """Return what the owner of a newly visible consent goes by to its viewer."""
    alias: str | None = getattr(grant, "owner_alias", None)
    return _name(grant.owner.handle, alias)


def _name(handle: str | None, alias: str | None) -> Name:
    return Name(handle=None, alias=alias) if alias else Name(handle=handle, alias=None)


def _alias_of(side: str) -> Subquery:
    """Return what one side of a row's partnership is known by, if they met in a group."""
    sides = PartnershipSide.objects.filter(
        partnership=OuterRef("partnership"), member=OuterRef(side)
    )
    return Subquery(sides.values("alias")[:1])


def _by_partnership(grants: GrantQuerySet) -> dict[UUID, list[Grant]]:
    found: defaultdict[UUID, list[Grant]] = defaultdict(list)
    for grant in grants.order_by("granted_at", "scope", "item_id"):
        found[grant.partnership_id].append(grant)
    return found


def _showing(owner_id: UUID, scope: Scope, item_id: UUID | None, now: datetime) -> GrantQuerySet:
    """Return what shows of one scope and item; of a scope of items, None names none."""
    shown = Grant.objects.showing(now).filter(owner_id=owner_id, scope=scope)
    if scope.item_kind is ItemKind.NONE:
        return shown.filter(item_id__isnull=True)
    return shown.filter(item_id=item_id)
