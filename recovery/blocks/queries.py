"""Who blocked whom: asked by whatever is about to show or send something."""

from __future__ import annotations

from collections.abc import Collection
from uuid import UUID

from django.db.models import Q

from recovery.blocks.models import Block, BlockQuerySet


def blocks_of(*, member_id: UUID) -> BlockQuerySet:
    """Return the blocks that a member made and has not lifted."""
    found: BlockQuerySet = Block.objects.owned_by(member_id).standing()
    return found


def has_blocked(*, blocker_id: UUID, blocked_id: UUID) -> bool:
    """Tell whether one member blocked another; one query."""
    return bool(Block.objects.standing(blocker=blocker_id, blocked=blocked_id).exists())


def blocked_by(*, member_id: UUID) -> set[UUID]:
    """Return those whom a member blocked; one query."""
    return set(blocks_of(member_id=member_id).values_list("blocked_id", flat=True))


def apart_from(*, member_id: UUID) -> set[UUID]:
    """Return those whom a member blocked or who blocked the member; one query.

    For what reaches neither from the other. Never to be shown: it would tell who blocked. What a
    group shows goes by ``apart_in_group``.
    """
    rows = Block.objects.standing().filter(Q(member_id=member_id) | Q(blocked_id=member_id))
    pairs = rows.values_list("member_id", "blocked_id")
    return {blocked if blocker == member_id else blocker for blocker, blocked in pairs}


def apart_in_group(*, member_id: UUID, group_id: UUID) -> set[UUID]:
    """Return those whom a member does not meet in a group; one query.

    Whom the member blocked by an alias of this group, and who blocked the member by theirs. Not
    after a block elsewhere: either side would only have to look who disappears to learn whose
    alias it is. What such a one does still does not reach the other.
    """
    rows = Block.objects.standing().filter(
        Q(blocked_id=member_id) | Q(member_id=member_id), named_in=group_id
    )
    pairs = rows.values_list("member_id", "blocked_id")
    return {blocked if blocker == member_id else blocker for blocker, blocked in pairs}


def blocked_pairs(*, pairs: Collection[tuple[UUID, UUID]]) -> set[tuple[UUID, UUID]]:
    """Return those of the pairs (who would be reached, from whom) in which the first blocked.

    One query whatever their number; for queued work, which asks again before it is sent.
    """
    if not pairs:
        return set()
    rows = Block.objects.standing().filter(
        member_id__in={reached for reached, _ in pairs},
        blocked_id__in={other for _, other in pairs},
    )
    return set(rows.values_list("member_id", "blocked_id")) & set(pairs)
