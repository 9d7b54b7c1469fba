"""What is known of groups: to those who belong, to those who may find them, to nobody else."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID

from django.db.models import Exists, OuterRef, Q, QuerySet

from recovery.blocks.models import Block
from recovery.groups.choices import Ending, InviteState, JoinRequestState
from recovery.groups.codes import code_hash
from recovery.groups.models import (
    RUN_BY,
    Group,
    GroupClimate,
    GroupInvite,
    GroupMembership,
    JoinRequest,
)
from recovery.groups.refusals import InviteNotUsable, NotYourRole
from recovery.kernel import sealing
from recovery.kernel.errors import Missing
from recovery.kernel.rows import OwnedQuerySet

MESSAGE_LABEL = "join_requests.message"
CLIMATE_WEEKS = 12


@dataclass(frozen=True, slots=True)
class Card:
    """A group as one account sees it: with its membership, or its open request, if it has one."""

    group: Group
    membership: GroupMembership | None
    request: JoinRequest | None


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody in a group as another member sees them."""

    membership: GroupMembership
    is_me: bool
    shown: bool  # to everybody in the group; those who run it see the others too


@dataclass(frozen=True, slots=True)
class Asking:
    """A request to be let in, opened for those who decide."""

    request: JoinRequest
    message: str
    was_removed: bool


@dataclass(frozen=True, slots=True)
class GroupOffer:
    """What an invite to a group says to whoever holds its code."""

    group: Group
    inviter_alias: str
    expires_at: datetime


def groups_of(*, member_id: UUID) -> QuerySet[Group]:
    """Return the open groups that a member belongs to."""
    return Group.objects.joined_by(member_id)


def search(*, member_id: UUID, mine: bool, only: Mapping[str, str]) -> QuerySet[Group]:
    """Return the groups that a member belongs to, or those listed for everybody.

    ``only`` says which focus, pathway or format they have.
    """
    listed = Group.objects.open().filter(listed=True)
    return (groups_of(member_id=member_id) if mine else listed).filter(**only)


def cards(*, member_id: UUID, groups: Sequence[Group]) -> list[Card]:
    """Return groups as a member sees them, in two queries whatever their number."""
    ids = [group.id for group in groups]
    mine = {
        one.group_id: one
        for one in GroupMembership.objects.active().of(member_id).filter(group_id__in=ids)
    }
    asked: dict[UUID, JoinRequest] = {
        one.group_id: one
        for one in JoinRequest.objects.owned_by(member_id).filter(
            group_id__in=ids, state=JoinRequestState.OPEN
        )
    }
    for group in groups:
        if group.id in mine:
            mine[group.id].group = group
    return [Card(group, mine.get(group.id), asked.get(group.id)) for group in groups]


def card(*, member_id: UUID, group_id: UUID) -> Card:
    """Return one group as a member sees it.

    Raises Missing for one that is closed, or neither listed nor theirs.
    """
    found = Group.objects.visible_to(member_id).filter(id=group_id).first()
    if found is None:
        raise Missing()
    return cards(member_id=member_id, groups=[found])[0]


def membership_of(*, member_id: UUID, group_id: UUID) -> GroupMembership:
    """Return a member's active membership, its group loaded with it.

    Raises Missing for strangers, for who left and for closed groups alike.
    """
    found = (
        GroupMembership.objects.active()
        .of(member_id)
        .filter(group_id=group_id, group__closed_at__isnull=True)
        .select_related("group")
        .first()
    )
    if found is None:
        raise Missing()
    return found


def running(*, member_id: UUID, group_id: UUID) -> GroupMembership:
    """Return the active membership of somebody who runs the group.

    Raises Missing like ``membership_of``, NotYourRole for other members.
    """
    found = membership_of(member_id=member_id, group_id=group_id)
    if not found.runs_group:
        raise NotYourRole()
    return found


def members_of(*, group_id: UUID) -> QuerySet[GroupMembership]:
    """Return the active memberships of a group; accounts that are being deleted are left out."""
    return GroupMembership.objects.active().filter(
        group_id=group_id, member__deleted_at__isnull=True
    )


def facilitators_of(*, group_id: UUID) -> QuerySet[GroupMembership]:
    """Return the active memberships of the owner and the facilitators of a group."""
    return members_of(group_id=group_id).filter(role__in=RUN_BY)


def seen_by(*, viewer: GroupMembership) -> QuerySet[GroupMembership]:
    """Return the active memberships of the group that one of its members may see.

    Themselves, and those who chose to be shown; a block by an alias of this group hides both from
    each other like that choice. A block elsewhere, under a handle, hides nobody here: who
    disappears would tell either side whose alias it is. Whoever runs the group sees all, for they
    answer for who is let in and who is removed.
    """
    here = Block.objects.filter(named_in=viewer.group_id)
    everybody = members_of(group_id=viewer.group_id).annotate(
        is_apart=Exists(here.standing(blocker=viewer.member_id, blocked=OuterRef("member_id")))
        | Exists(here.standing(blocker=OuterRef("member_id"), blocked=viewer.member_id))
    )
    if viewer.runs_group:
        return everybody
    return everybody.filter(Q(shown=True, is_apart=False) | Q(id=viewer.id))


def people(*, viewer: GroupMembership, found: Iterable[GroupMembership]) -> list[Person]:
    """Return memberships that came from ``seen_by`` as the viewer sees them; no query."""
    return [
        Person(
            membership=one,
            is_me=one.id == viewer.id,
            shown=one.shown and not getattr(one, "is_apart", False),
        )
        for one in found
    ]


def seen_member(*, viewer: GroupMembership, membership_id: UUID) -> Person:
    """Return somebody in the group whom the viewer may see. Raises Missing."""
    found = people(viewer=viewer, found=seen_by(viewer=viewer).filter(id=membership_id))
    if not found:
        raise Missing()
    return found[0]


def open_requests(*, group_id: UUID) -> QuerySet[JoinRequest]:
    """Return the requests to be let in that wait for an answer."""
    found: QuerySet[JoinRequest] = JoinRequest.objects.filter(
        group_id=group_id, state=JoinRequestState.OPEN, member__deleted_at__isnull=True
    )
    return found


def opened(*, requests: Sequence[JoinRequest]) -> list[Asking]:
    """Return requests of one group with their messages, in two queries whatever their number."""
    if not requests:
        return []
    member_ids = [one.member_id for one in requests]
    sealers = sealing.for_members(member_ids=member_ids)
    removed = removed_from(group_id=requests[0].group_id, member_ids=member_ids)
    return [
        Asking(
            request=one,
            message=sealers[one.member_id].open(one.message, label=MESSAGE_LABEL, row_id=one.id),
            was_removed=one.member_id in removed,
        )
        for one in requests
    ]


def removed_from(*, group_id: UUID, member_ids: Iterable[UUID]) -> set[UUID]:
    """Return those who were removed from a group and have not been let in since; one query."""
    rows = GroupMembership.objects.filter(group_id=group_id, member_id__in=list(member_ids))
    # The latest of each stays in the dict.
    endings = dict(rows.order_by("joined_at", "id").values_list("member_id", "ending"))
    return {one for one, ending in endings.items() if one and ending == Ending.REMOVED}


def state_of(*, invite: GroupInvite, now: datetime) -> InviteState:
    """Return where an invite stands at an instant."""
    if invite.accepted_at is not None:
        return InviteState.ACCEPTED
    if invite.withdrawn_at is not None:
        return InviteState.WITHDRAWN
    return InviteState.OPEN if invite.expires_at > now else InviteState.EXPIRED


def invites_to(*, group_id: UUID) -> QuerySet[GroupInvite]:
    """Return all invites to a group."""
    found: QuerySet[GroupInvite] = GroupInvite.objects.filter(group_id=group_id)
    return found


def open_invites(*, now: datetime) -> OwnedQuerySet:
    """Return the invites whose code opens a group at an instant.

    Whoever made it still runs the group, which is still open.
    """
    maker = GroupMembership.objects.running().filter(
        group_id=OuterRef("group_id"), member_id=OuterRef("member_id")
    )
    found: OwnedQuerySet = GroupInvite.objects.filter(
        Exists(maker),
        accepted_at__isnull=True,
        withdrawn_at__isnull=True,
        expires_at__gt=now,
        group__closed_at__isnull=True,
        member__deleted_at__isnull=True,
    )
    return found


def inspect(*, code: str, now: datetime) -> GroupOffer:
    """Return which group a code opens, and who invites.

    Raises InviteNotUsable for any code that opens nothing now.
    """
    invite: GroupInvite | None = (
        open_invites(now=now).filter(code_hash=code_hash(code=code)).select_related("group").first()
    )
    if invite is None:
        raise InviteNotUsable()
    maker = GroupMembership.objects.running().of(invite.member_id)
    aliases = maker.filter(group_id=invite.group_id).values_list("alias", flat=True)
    return GroupOffer(
        group=invite.group, inviter_alias=next(iter(aliases), ""), expires_at=invite.expires_at
    )


def climate_of(*, member_id: UUID, group_id: UUID) -> list[GroupClimate]:
    """Return the weeks of which a group may know something, newest first; twelve at most.

    Raises Missing unless they are a member.
    """
    membership_of(member_id=member_id, group_id=group_id)
    weeks = GroupClimate.objects.filter(group_id=group_id).order_by("-week_from")
    return list(weeks[:CLIMATE_WEEKS])


def takes_part(*, week_from: date) -> Q:
    """Return who counts in a week: they chose to before it began, and are still here."""
    return Q(
        left_at__isnull=True,
        member__deleted_at__isnull=True,
        climate_since__isnull=False,
        climate_since__lte=week_from - timedelta(days=1),
    )
