"""What a group sees of the commitments made to it: what was kept, and never silence."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from django.db.models import Count, QuerySet

from recovery.blocks import queries as blocks
from recovery.calendar import queries as calendar
from recovery.commitments import queries
from recovery.commitments.group_models import Cheer, GroupCommitment
from recovery.commitments.terms import current, monday_of
from recovery.groups import queries as groups
from recovery.groups.models import GroupMembership
from recovery.kernel import sealing
from recovery.members.models import Member

# The latest ones who cheered are named to the owner; the rest are counted.
MOST_NAMED = 20


@dataclass(frozen=True, slots=True)
class Shown:
    """A commitment as the others in a group see it.

    Everybody counts the same cheers, whoever blocked whom: a number that falls would tell of a
    block. Only its owner learns who cheered, and only of those whom the list of members shows them.
    """

    made: GroupCommitment
    is_mine: bool
    title: str
    cadence: str
    kept_this_week: int
    kept_dates: int
    cheers: int
    cheered_today: bool
    cheered_by: list[UUID]


def made_to(*, group_id: UUID) -> QuerySet[GroupCommitment]:
    """Return the commitments that members of a group made to it, each with all that shows it."""
    found: QuerySet[GroupCommitment] = GroupCommitment.objects.filter(
        membership__group_id=group_id,
        membership__left_at__isnull=True,
        member__deleted_at__isnull=True,
        commitment__deleted_at__isnull=True,
        removed_at__isnull=True,
    )
    return found.select_related("membership", "member", "commitment__tally")


def seen_by(*, viewer: GroupMembership) -> QuerySet[GroupCommitment]:
    """Return those that a member of the group sees: without people of whom either blocked the
    other.
    """
    apart = blocks.apart_in_group(member_id=_member_id(viewer), group_id=viewer.group_id)
    return made_to(group_id=viewer.group_id).exclude(member_id__in=apart)


def shown(
    *, member: Member, viewer: GroupMembership, made: Sequence[GroupCommitment], now: datetime
) -> list[Shown]:
    """Return what is shown of commitments made to one group, in four queries at most.

    ``viewer`` is the member's own membership of that group.
    """
    if not made:
        return []
    sealers = sealing.for_members(member_ids=list({one.member_id for one in made}))
    cheers = Cheer.objects.filter(group_commitment__in=made)
    by_made = cheers.values("group_commitment").order_by("group_commitment")
    counts = dict(by_made.annotate(count=Count("id")).values_list("group_commitment", "count"))
    today = calendar.today_of(member=member, now=now)
    cheered = set(
        Cheer.objects.owned_by(member.id)
        .filter(group_commitment__in=made, cheered_on=today)
        .values_list("group_commitment_id", flat=True)
    )
    named = _named(viewer, [one.id for one in made if one.member_id == member.id])
    return [
        Shown(
            made=one,
            is_mine=one.member_id == member.id,
            title=queries.title_of(commitment=one.commitment, sealer=sealers[one.member_id]),
            cadence=_cadence(one, now=now),
            kept_this_week=_kept_this_week(one, now=now),
            kept_dates=one.commitment.tally.kept_dates,
            cheers=counts.get(one.id, 0),
            cheered_today=one.id in cheered,
            cheered_by=named[one.id],
        )
        for one in made
    ]


def _named(viewer: GroupMembership, mine: list[UUID]) -> dict[UUID, list[UUID]]:
    """Return who cheered for one's own, the latest first, by the ids that the group knows.

    Those whom the viewer sees among the members. Whoever runs the group sees there even whom they
    blocked, to answer for who is in it; a good word of theirs they need not read.
    """
    found: dict[UUID, list[UUID]] = defaultdict(list)
    blocked = blocks.blocks_of(member_id=_member_id(viewer)).filter(named_in=viewer.group_id)
    seen = groups.seen_by(viewer=viewer).exclude(member_id__in=blocked.values("blocked_id"))
    rows = Cheer.objects.filter(group_commitment__in=mine, membership__in=seen.values("id"))
    for made_id, membership_id in rows.order_by("-created_at", "-id").values_list(
        "group_commitment_id", "membership_id"
    ):
        if membership_id not in found[made_id] and len(found[made_id]) < MOST_NAMED:
            found[made_id].append(membership_id)
    return found


def _today(made: GroupCommitment, *, now: datetime) -> date:
    return calendar.today_of(member=made.member, now=now)


def _cadence(made: GroupCommitment, *, now: datetime) -> str:
    standing = queries.terms_of(commitment=made.commitment)
    return current(on=_today(made, now=now), standing=standing).cadence


def _kept_this_week(made: GroupCommitment, *, now: datetime) -> int:
    """Return how many dates of the owner's week were kept: none of them can have settled."""
    monday = monday_of(_today(made, now=now))
    recent = queries.recent_of(made.commitment.tally)
    return sum(state == "kept" and day >= monday for day, state in recent.items())


def _member_id(viewer: GroupMembership) -> UUID:
    assert viewer.member_id is not None  # noqa: S101  of a membership that is active
    return viewer.member_id
