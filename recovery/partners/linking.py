"""What every way to a partnership, and every way out of one, has in common."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from recovery.kernel import changes, events
from recovery.partners.events import PartnershipEnded, PartnershipMade
from recovery.partners.models import PartnerInvite, Partnership, PartnershipSide

Logs = dict[UUID, changes.ChangeLog]


def make(
    *,
    invite: PartnerInvite,
    accepted_by: UUID,
    aliases: dict[UUID, str],
    logs: Logs,
    unnoticed: bool,
    now: datetime,
) -> Partnership:
    """Make the partnership that an invite offers, with its two sides, inside a write of both.

    ``aliases`` are what the two go by in the invite's group, empty without one. ``unnoticed``: the
    inviter has blocked who accepts, who is not to learn it. The partnership is theirs alone then:
    no fact, no change for the inviter.
    """
    # ``first`` has the smaller id by a constraint of the table.
    first_id, second_id = sorted((invite.member_id, accepted_by))
    made = Partnership.objects.create(
        first_id=first_id,
        second_id=second_id,
        group_id=invite.group_id,
        invite_id=invite.id,
        created_at=now,
    )
    PartnershipSide.objects.bulk_create(
        PartnershipSide(
            partnership=made, member_id=member_id, alias=aliases.get(member_id, ""), created_at=now
        )
        for member_id in (first_id, second_id)
    )
    for member_id, log in logs.items():
        if not (unnoticed and member_id == invite.member_id):
            log.add(table="partnerships", row_id=made.id, version=1, fields=["created_at"])
    if not unnoticed:
        events.publish(
            fact=PartnershipMade(
                partnership_id=made.id,
                first_id=first_id,
                second_id=second_id,
                invited_by=invite.member_id,
                accepted_by=accepted_by,
                at=now,
            )
        )
    return made


def finish(*, found: Partnership, ended_by: UUID, logs: Logs, now: datetime) -> bool:
    """End a partnership inside a write of both; return whether it had not ended before.

    Whoever listens to PartnershipEnded takes back what rested on it, in the same transaction.
    """
    active = Partnership.objects.active().filter(id=found.id)
    if not active.update(ended_at=now, ended_by_id=ended_by):
        return False
    for member_id in (found.first_id, found.second_id):
        logs[member_id].add(table="partnerships", row_id=found.id, version=2, gone=True)
    events.publish(
        fact=PartnershipEnded(
            partnership_id=found.id,
            first_id=found.first_id,
            second_id=found.second_id,
            ended_by=ended_by,
            at=now,
        )
    )
    return True
