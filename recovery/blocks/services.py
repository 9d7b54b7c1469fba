"""Block and lift a block. Whom an id names is found by the area above that knows such ids."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import F

from recovery.blocks import queries
from recovery.blocks.events import MemberBlocked, MemberUnblocked
from recovery.blocks.models import Block
from recovery.kernel import changes, events, rows, sealing
from recovery.kernel.errors import Missing
from recovery.kernel.ids import new_id


@dataclass(frozen=True, slots=True)
class Named:
    """Somebody as the blocker named them: by which row, what they are called there, in which group.

    Without a group it is their handle.
    """

    member_id: UUID
    named_by: UUID
    known_as: str
    named_in: UUID | None = None


def block(
    *, member_id: UUID, block_id: UUID | None, named: Named, now: datetime
) -> tuple[Block, bool]:
    """Block somebody under a name; return the block and whether it is new.

    One that stands under the same name already is kept. Raises IdTaken for a known id with other
    content, Missing for a block that was lifted: that stays.
    """
    with changes.write(member_id=member_id, now=now) as log:
        digest = sealing.for_member(member_id=member_id).digest({"named_by": named.named_by})
        known = rows.replayed(Block, row_id=block_id, member_id=member_id, digest=digest)
        if known is not None and known.removed_at is not None:
            raise Missing()
        known = known or queries.blocks_of(member_id=member_id).find(named_by=named.named_by)
        if known is not None:
            return known, False
        made = Block(
            id=block_id or new_id(),
            member_id=member_id,
            body_digest=digest,
            created_at=now,
            blocked_id=named.member_id,
            named_by=named.named_by,
            named_in=named.named_in,
            known_as=named.known_as,
        )
        rows.insert(made)
        log.add(table="blocks", row_id=made.id, version=1, fields=["known_as"])
        events.publish(
            fact=MemberBlocked(
                block_id=made.id, member_id=member_id, blocked_id=named.member_id, at=now
            )
        )
    return made, True


def unblock(*, member_id: UUID, block_id: UUID, now: datetime) -> None:
    """Lift a block; once is enough. Raises Missing for one that is not theirs.

    Somebody who is blocked under another name too stays blocked.
    """
    mine: Block = Block.objects.owned_by(member_id).one(id=block_id)
    # The other's lock too: what they alone believed in since ends with the block.
    with changes.together(member_ids=(member_id, mine.blocked_id), now=now) as logs:
        lifted = queries.blocks_of(member_id=member_id).filter(id=block_id)
        if not lifted.update(removed_at=now, version=F("version") + 1):
            return
        logs[member_id].add(table="blocks", row_id=mine.id, version=mine.version + 1, gone=True)
        if not queries.has_blocked(blocker_id=member_id, blocked_id=mine.blocked_id):
            events.publish(
                fact=MemberUnblocked(member_id=member_id, blocked_id=mine.blocked_id, at=now)
            )
