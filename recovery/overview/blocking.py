"""Blocking somebody by the name under which one knows them: a partner, or a group's member."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from recovery.blocks import services as blocks
from recovery.blocks.models import Block
from recovery.blocks.services import Named
from recovery.groups import queries as groups
from recovery.groups.models import GroupMembership
from recovery.kernel.errors import Missing, invalid
from recovery.partners import queries as partners


def block_partner(
    *, member_id: UUID, block_id: UUID | None, partnership_id: UUID, now: datetime
) -> tuple[Block, bool]:
    """Block the other side of a partnership, also of an ended one.

    Return the block and whether it is new. Raises Missing, IdTaken.
    """
    found = partners.even_if_blocked(member_id=member_id, partnership_id=partnership_id)
    name = partners.names(member_id=member_id, partnership_ids=[found.id])[found.id]
    named = Named(
        member_id=found.other_id(member_id),
        named_by=found.id,
        known_as=name.alias or name.handle or "",
        named_in=found.group_id if name.alias else None,
    )
    return blocks.block(member_id=member_id, block_id=block_id, named=named, now=now)


def block_group_member(
    *, member_id: UUID, block_id: UUID | None, group_id: UUID, membership_id: UUID, now: datetime
) -> tuple[Block, bool]:
    """Block somebody by their membership of a group; return it and whether it is new.

    Works too when either of the two has left the group: that is often when it is wanted. The alias
    is kept beside it only if the member can see it at this moment. Raises Missing, Invalid for
    oneself, IdTaken.
    """
    in_group = GroupMembership.objects.filter(group_id=group_id)
    named = in_group.filter(id=membership_id, member__isnull=False).first()
    if named is None or named.member_id is None or not in_group.of(member_id).exists():
        raise Missing()
    if named.member_id == member_id:
        raise invalid(pointer="/group_member", code="own_membership", detail="This is you.")
    known_as = ""
    mine = in_group.active().of(member_id).filter(group__closed_at__isnull=True).first()
    if mine is not None:
        seen = groups.seen_by(viewer=mine).filter(id=named.id)
        known_as = seen.values_list("alias", flat=True).first() or ""
    return blocks.block(
        member_id=member_id,
        block_id=block_id,
        named=Named(
            member_id=named.member_id,
            named_by=named.id,
            known_as=known_as,
            named_in=group_id,
        ),
        now=now,
    )
