"""What the facts of other areas mean for consent."""

from __future__ import annotations

from recovery.kernel import events
from recovery.partners.events import PartnershipEnded
from recovery.sharing import services


def subscribe() -> None:
    """Subscribe to every fact that takes consent back."""
    events.subscribe(fact=PartnershipEnded, handler=_partnership_ended)


def _partnership_ended(fact: PartnershipEnded) -> None:
    services.take_back_all(
        partnership_id=fact.partnership_id,
        member_ids=(fact.first_id, fact.second_id),
        now=fact.at,
    )
