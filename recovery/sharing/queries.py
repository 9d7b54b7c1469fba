"""Which consents there are: to their giver, and to the one viewer whom they name."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from django.db.models import Q

from recovery.partners import queries as partners
from recovery.sharing.models import Grant, GrantState


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
