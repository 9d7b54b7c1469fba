"""Whom a member's request for support can go to now, and the asking itself."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from uuid import UUID

from django.db.models import Count, Max, Q

from recovery.blocks import queries as blocks
from recovery.groups.models import GroupMembership
from recovery.kernel import events
from recovery.kernel.ids import new_id
from recovery.partners.models import PartnershipSide
from recovery.sharing import queries as sharing
from recovery.sharing.models import Scope
from recovery.support import hours
from recovery.support.choice import Candidate
from recovery.support.events import SupportAsked
from recovery.support.models import SupportAsk, SupportRequest


def candidates(
    *, asker_id: UUID, group_ids: Sequence[UUID], now: datetime
) -> dict[UUID, Candidate]:
    """Return by account whom this asker may ask now, each once.

    Partners who were granted ``support_requests`` and agreed to be asked, neither side pausing;
    and, for groups of which the asker is an active member, those who run them and agreed. Nobody
    whom a block, in either direction, keeps apart. Who can be asked both ways is asked as the
    partner. At most six queries, however many there are.
    """
    found = _facilitators(asker_id, group_ids, now) | _partners(asker_id, now)
    if not found:
        return {}
    apart = blocks.apart_from(member_id=asker_id)
    return _with_history(asker_id, {key: one for key, one in found.items() if key not in apart})


def groups_of(*, member_id: UUID, group_ids: Sequence[UUID]) -> list[UUID]:
    """Return those of the groups in which the member is active now, in order; one query at most."""
    return sorted(_own_memberships(member_id, group_ids))


def tell(*, request: SupportRequest, chosen: Sequence[Candidate], wave: int, now: datetime) -> None:
    """Ask these people, or ask them again, and say so to whoever tells them. Two writes at most."""
    if not chosen:
        return
    known = {ask.helper_id: ask for ask in request.asks.all()}
    again = [known[one.helper_id] for one in chosen if one.helper_id in known]
    fresh = [
        SupportAsk(
            id=new_id(),
            request=request,
            helper_id=one.helper_id,
            partnership_id=one.partnership_id,
            membership_id=one.membership_id,
            asker_membership_id=one.asker_membership_id,
            wave=wave,
            asked_at=now,
        )
        for one in chosen
        if one.helper_id not in known
    ]
    if again:
        SupportAsk.objects.filter(id__in=[ask.id for ask in again]).update(wave=wave, asked_at=now)
    SupportAsk.objects.bulk_create(fresh)
    events.publish(
        fact=SupportAsked(
            request_id=request.id,
            asker_id=request.member_id,
            asks=tuple((ask.id, ask.helper_id) for ask in (*again, *fresh) if ask.helper_id),
            closes_at=request.closes_at,
            at=now,
        )
    )


def _partners(asker_id: UUID, now: datetime) -> dict[UUID, Candidate]:
    grants = sharing.holders(owner_id=asker_id, scope=Scope.SUPPORT_REQUESTS, now=now)
    if not grants:
        return {}
    sides = {
        side.partnership_id: side
        for side in PartnershipSide.objects.filter(
            partnership_id__in=[grant.partnership_id for grant in grants],
            answers_support=True,
            paused_at__isnull=True,
        ).exclude(member_id=asker_id)
    }
    found = {}
    for grant in grants:
        side = sides.get(grant.partnership_id)
        if side is None:
            continue
        found[grant.viewer_id] = Candidate(
            helper_id=grant.viewer_id,
            partnership_id=grant.partnership_id,
            reachable=side.may_be_woken
            or hours.within(
                now=now,
                zone=grant.viewer.time_zone,
                start=side.support_from,
                end=side.support_to,
            ),
            since=grant.granted_at,
        )
    return found


def _facilitators(
    asker_id: UUID, group_ids: Sequence[UUID], now: datetime
) -> dict[UUID, Candidate]:
    mine = _own_memberships(asker_id, group_ids)
    if not mine:
        return {}
    running = (
        GroupMembership.objects.running()
        .filter(group_id__in=mine, answers_support=True, member__deleted_at__isnull=True)
        .exclude(member_id=asker_id)
        .select_related("member")
    )
    found: dict[UUID, Candidate] = {}
    for one in running.order_by("joined_at", "id"):
        if one.member is None:  # never so while it is active, by a constraint
            continue
        within = hours.within(
            now=now, zone=one.member.time_zone, start=one.support_from, end=one.support_to
        )
        known = found.get(one.member.id)
        if known is not None and (known.reachable or not within):
            continue
        found[one.member.id] = Candidate(
            helper_id=one.member.id,
            membership_id=one.id,
            asker_membership_id=mine[one.group_id],
            reachable=within,
            since=one.joined_at,
        )
    return found


def _own_memberships(member_id: UUID, group_ids: Sequence[UUID]) -> dict[UUID, UUID]:
    if not group_ids:
        return {}
    mine = GroupMembership.objects.active().of(member_id)
    rows = mine.filter(group_id__in=group_ids, group__closed_at__isnull=True)
    return dict(rows.values_list("group_id", "id"))


def _with_history(asker_id: UUID, found: dict[UUID, Candidate]) -> dict[UUID, Candidate]:
    """Return the candidates with when this asker last asked them, and if they were there then."""
    rows = (
        SupportAsk.objects.filter(request__member_id=asker_id, helper_id__in=found)
        .values("helper_id")
        .annotate(
            told_at=Max("asked_at"),
            times_told=Count("id"),
            times_helped=Count("id", filter=Q(helped=True)),
        )
    )
    for row in rows:
        helper_id = row["helper_id"]
        found[helper_id] = replace(
            found[helper_id],
            told_at=row["told_at"],
            times_told=row["times_told"],
            helped_before=row["times_helped"] > 0,
        )
    return found
