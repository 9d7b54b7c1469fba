"""What the facts of other areas mean for commitments."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from recovery.blocks.events import MemberBlocked
from recovery.calendar.events import BridgesMoved
from recovery.commitments.group_models import GroupCommitment
from recovery.commitments.models import Commitment
from recovery.commitments.services import tallies
from recovery.commitments.services.commitments import take_from_group
from recovery.groups.events import MemberLeft
from recovery.kernel import changes, events
from recovery.partners.events import PartnershipEnded
from recovery.partners.models import Partnership


def subscribe() -> None:
    """Subscribe to what moves the bridges, and to what takes a partner or a group away."""
    events.subscribe(fact=BridgesMoved, handler=tallies.refold_after)
    events.subscribe(fact=PartnershipEnded, handler=_partnership_ended)
    events.subscribe(fact=MemberBlocked, handler=_blocked)
    events.subscribe(fact=MemberLeft, handler=_take_from_group)


def _partnership_ended(fact: PartnershipEnded) -> None:
    for member_id in sorted((fact.first_id, fact.second_id)):
        _ask_nobody(member_id, [fact.partnership_id], now=fact.at)


def _blocked(fact: MemberBlocked) -> None:
    """Ask the blocked one no more. What the other asks stays: to move it would tell them."""
    links = Partnership.objects.active().of(fact.member_id).of(fact.blocked_id)
    _ask_nobody(fact.member_id, list(links.values_list("id", flat=True)), now=fact.at)


def _ask_nobody(member_id: UUID, partnership_ids: list[UUID], *, now: datetime) -> None:
    asking = list(Commitment.objects.owned_by(member_id).filter(confirmer__in=partnership_ids))
    if not asking:
        return
    with changes.write(member_id=member_id, now=now) as log:
        for one in asking:
            one.confirmer = None
            one.version += 1
            one.save(update_fields=["confirmer", "version"])
            log.add(table="commitments", row_id=one.id, version=one.version, fields=["confirmer"])


def _take_from_group(fact: MemberLeft) -> None:
    with changes.write(member_id=fact.member_id, now=fact.at) as log:
        for made in GroupCommitment.objects.owned_by(fact.member_id).filter(
            membership_id=fact.membership_id, removed_at__isnull=True
        ):
            take_from_group(made, log=log, now=fact.at)
