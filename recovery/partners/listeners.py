"""What the facts of groups and blocks mean for partners."""

from __future__ import annotations

from django.db.models import Exists, OuterRef, Q

from recovery.blocks.events import MemberBlocked, MemberUnblocked
from recovery.blocks.models import Block
from recovery.groups.events import MemberLeft, MembersLeaving
from recovery.kernel import changes, events
from recovery.partners import linking, queries, services
from recovery.partners.models import Partnership, PartnershipSide


def subscribe() -> None:
    """Subscribe to every fact that ends a partnership or an invite, or hides one."""
    events.subscribe(fact=MembersLeaving, handler=_lock_partners)
    events.subscribe(fact=MemberLeft, handler=_end_of_group)
    events.subscribe(fact=MemberBlocked, handler=_hide)
    events.subscribe(fact=MemberUnblocked, handler=_show_again)


def _lock_partners(fact: MembersLeaving) -> None:
    leaving = set(fact.member_ids)
    of_group = Partnership.objects.active().filter(group_id=fact.group_id)
    pairs = of_group.filter(Q(first_id__in=leaving) | Q(second_id__in=leaving)).values_list(
        "first_id", "second_id"
    )
    # The locks last as long as the transaction of whoever publishes the fact.
    with changes.together(member_ids=leaving.union(*pairs), now=fact.at):
        pass


def _end_of_group(fact: MemberLeft) -> None:
    """End what was made within the group, unless both sides chose to keep it."""
    gives_up = PartnershipSide.objects.filter(partnership=OuterRef("pk"), keeps_after_group=False)
    ending = (
        Partnership.objects.active()
        .of(fact.member_id)
        .filter(Exists(gives_up), group_id=fact.group_id)
    )
    for found in list(ending):
        with changes.together(member_ids=(found.first_id, found.second_id), now=fact.at) as logs:
            linking.finish(found=found, ended_by=fact.member_id, logs=logs, now=fact.at)
    with changes.write(member_id=fact.member_id, now=fact.at) as log:
        mine = queries.open_invites(now=fact.at).filter(
            member_id=fact.member_id, group_id=fact.group_id
        )
        services.close(mine, log=log, now=fact.at)


def _hide(fact: MemberBlocked) -> None:
    """Take the two apart in the blocker's eyes; in the other's nothing moves but open invites."""
    with changes.write(member_id=fact.member_id, now=fact.at) as log:
        open_now = queries.open_invites(now=fact.at)
        mine = open_now.filter(member_id=fact.member_id, to_member_id=fact.blocked_id)
        services.close(mine, log=log, now=fact.at)
        open_now.filter(member_id=fact.blocked_id, to_member_id=fact.member_id).update(
            reaches=False
        )
        for found in Partnership.objects.active().of(fact.member_id).of(fact.blocked_id):
            log.add(table="partnerships", row_id=found.id, version=2, gone=True)


def _show_again(fact: MemberUnblocked) -> None:
    """Show what was there before the block; end what the other alone believed in since."""
    # The block that is being lifted has its end already.
    meanwhile = Block.objects.owned_by(fact.member_id).filter(
        blocked_id=fact.blocked_id,
        created_at__lt=OuterRef("created_at"),
        removed_at__gt=OuterRef("created_at"),
    )
    both = Partnership.objects.active().of(fact.member_id).of(fact.blocked_id)
    with changes.together(member_ids=(fact.member_id, fact.blocked_id), now=fact.at) as logs:
        for found in list(both.filter(Exists(meanwhile))):
            linking.finish(found=found, ended_by=fact.member_id, logs=logs, now=fact.at)
        for found in both:
            logs[fact.member_id].add(
                table="partnerships", row_id=found.id, version=3, fields=["created_at"]
            )
