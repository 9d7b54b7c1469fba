"""A member's partners, with what each side lets the other see, in words of scopes only."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from recovery.overview.consent import shareable_trackers
from recovery.partners import queries as partners
from recovery.partners.models import Partnership
from recovery.sharing import queries as sharing
from recovery.sharing.models import Grant, Scope


@dataclass(frozen=True, slots=True)
class Link:
    """One partnership as one of its sides sees it. A guest has no handle."""

    id: UUID
    handle: str | None
    created_at: datetime
    i_share: list[Scope]
    shares_with_me: list[Scope]


def link(*, member_id: UUID, partnership_id: UUID, now: datetime) -> Link:
    """Return one active partnership of a member. Raises Missing if there is none."""
    found = partners.partnership(member_id=member_id, partnership_id=partnership_id)
    return links(member_id=member_id, partnerships=[found], now=now)[0]


def links(*, member_id: UUID, partnerships: Sequence[Partnership], now: datetime) -> list[Link]:
    """Return partnerships with the scopes that hold in each direction, in two queries.

    What was never granted, was taken back or has expired, and what is given for a tracker that is
    no longer there, is simply not among them.
    """
    grants = sharing.in_force(
        member_id=member_id, partnership_ids=[found.id for found in partnerships], now=now
    )
    listed = [grant for of_one in grants.values() for grant in of_one]
    item_ids = {grant.item_id for grant in listed if grant.item_id is not None}
    there = (
        shareable_trackers(owner_ids={grant.owner_id for grant in listed}, tracker_ids=item_ids)
        if item_ids
        else set()
    )
    return [
        Link(
            id=found.id,
            handle=found.other(member_id).handle,
            created_at=found.created_at,
            i_share=_scopes(grants[found.id], owner_id=member_id, there=there),
            shares_with_me=_scopes(
                grants[found.id], owner_id=found.other(member_id).id, there=there
            ),
        )
        for found in partnerships
    ]


def _scopes(grants: Sequence[Grant], *, owner_id: UUID, there: set[UUID]) -> list[Scope]:
    given = {
        grant.scope
        for grant in grants
        if grant.owner_id == owner_id and (grant.item_id is None or grant.item_id in there)
    }
    # In the order in which scopes are declared: the order of granting tells nothing either.
    return [scope for scope in Scope if scope in given]
