"""What the facts of other areas mean for consent."""

from __future__ import annotations

from recovery.blocks.events import MemberBlocked
from recovery.kernel import events
from recovery.partners.events import GrantsChanged, PartnershipEnded
from recovery.partners.models import Partnership
from recovery.sharing import services


def subscribe() -> None:
    """Subscribe to every fact that takes consent back."""
    events.subscribe(fact=PartnershipEnded, handler=_partnership_ended)
    events.subscribe(fact=MemberBlocked, handler=_blocked)


def _partnership_ended(fact: PartnershipEnded) -> None:
    services.take_back_all(
        partnership_id=fact.partnership_id,
        member_ids=(fact.first_id, fact.second_id),
        now=fact.at,
    )


def _blocked(fact: MemberBlocked) -> None:
    """Take back what the blocker shared: a block that is lifted shares nothing again by itself.

    What the other shared stays theirs; nothing of it moves, since that would tell them.
    """
    for found in Partnership.objects.active().of(fact.member_id).of(fact.blocked_id):
        services.take_back_all(partnership_id=found.id, member_ids=(fact.member_id,), now=fact.at)
        events.publish(
            fact=GrantsChanged(
                partnership_id=found.id,
                owner_id=fact.member_id,
                viewer_id=fact.blocked_id,
                at=fact.at,
            )
        )
