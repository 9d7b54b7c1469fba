"""A member's partners, with what each side lets the other see, in words of scopes only."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from recovery.overview.items import Item, item_of, shareable
from recovery.partners import queries as partners
from recovery.partners.models import Partnership
from recovery.sharing import queries as sharing
from recovery.sharing.models import Grant, Scope


@dataclass(frozen=True, slots=True)
class Link:
    """One partnership as one of its sides sees it.

    A guest has no handle. Those who met in a group know each other by the alias of the group only.
    """

    id: UUID
    handle: str | None
    alias: str | None
    created_at: datetime
    paused: bool  # by the one who sees it; the other's pause shows nowhere
    i_share: list[Scope]
    shares_with_me: list[Scope]


def link(*, member_id: UUID, partnership_id: UUID, now: datetime) -> Link:
    """Return one active partnership of a member. Raises Missing if there is none."""
    found = partners.partnership(member_id=member_id, partnership_id=partnership_id)
    return links(member_id=member_id, partnerships=[found], now=now)[0]


def links(*, member_id: UUID, partnerships: Sequence[Partnership], now: datetime) -> list[Link]:
    """Return partnerships with the scopes that hold in each direction, in four queries at most.

    What was never granted, was taken back, has expired, is paused or lies behind a block, and what
    is given for an item that is no longer there, is simply not among them.
    """
    grants = sharing.in_both_directions(
        member_id=member_id, partnership_ids=[found.id for found in partnerships], now=now
    )
    listed = [grant for of_one in grants.values() for grant in of_one]
    there = shareable(
        owner_ids={grant.owner_id for grant in listed},
        items=[item_of(scope=grant.scope, item_id=grant.item_id) for grant in listed],
    )
    return [
        Link(
            id=found.id,
            handle=found.name_of_other(member_id).handle,
            alias=found.name_of_other(member_id).alias,
            created_at=found.created_at,
            paused=found.paused_at is not None,
            i_share=_scopes(grants.get(found.id, ()), owner_id=member_id, there=there),
            shares_with_me=_scopes(
                grants.get(found.id, ()), owner_id=found.other_id(member_id), there=there
            ),
        )
        for found in partnerships
    ]


def _scopes(grants: Sequence[Grant], *, owner_id: UUID, there: Collection[Item]) -> list[Scope]:
    given = {
        grant.scope
        for grant in grants
        if grant.owner_id == owner_id
        and (grant.item_id is None or item_of(scope=grant.scope, item_id=grant.item_id) in there)
    }
    # In the order in which scopes are declared: the order of granting tells nothing either.
    return [scope for scope in Scope if scope in given]
