"""Promising before a group, and cheering those who do."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from recovery.calendar import queries as calendar
from recovery.commitments import group_queries, queries
from recovery.commitments.group_models import Cheer, GroupCommitment
from recovery.commitments.refusals import OwnCommitment
from recovery.commitments.services.commitments import take_from_group
from recovery.groups import queries as groups
from recovery.kernel import changes, rows, sealing
from recovery.kernel.errors import Missing, invalid
from recovery.kernel.ids import new_id
from recovery.members.models import Member
from recovery.partners.help import count_help
from recovery.partners.help_models import HelpKind


def make(
    *, member: Member, group_id: UUID, made_id: UUID | None, commitment_id: UUID, now: datetime
) -> tuple[GroupCommitment, bool]:
    """Make a commitment to a group, under the alias; return it and whether it is new.

    One that is made to it already is returned as it is. Raises Missing for a group that the
    member is not in, Invalid for a commitment that is not theirs, IdTaken.
    """
    membership = groups.membership_of(member_id=member.id, group_id=group_id)
    with changes.write(member_id=member.id, now=now) as log:
        digest = sealing.for_member(member_id=member.id).digest([group_id, commitment_id])
        known = rows.replayed(GroupCommitment, row_id=made_id, member_id=member.id, digest=digest)
        if known is not None and known.removed_at is not None:
            raise Missing()  # it was taken out, and that stays
        mine = group_queries.made_to(group_id=group_id).filter(member_id=member.id)
        there = mine.filter(commitment_id=commitment_id).first()
        if there is not None:
            return there, False
        commitment = queries.commitments_of(member_id=member.id).find(id=commitment_id)
        if commitment is None:
            raise invalid(
                pointer="/commitment", code="unknown_commitment", detail="No commitment of yours."
            )
        made = GroupCommitment(
            id=made_id or new_id(),
            member=member,
            commitment=commitment,
            membership=membership,
            body_digest=digest,
            created_at=now,
        )
        rows.insert(made)
        log.add(table="group_commitments", row_id=made.id, version=1, fields=["commitment"])
    return made, True


def remove(*, member: Member, group_id: UUID, made_id: UUID, now: datetime) -> None:
    """Let one's own commitment be made to a group no more; once is enough. Raises Missing."""
    groups.membership_of(member_id=member.id, group_id=group_id)
    with changes.write(member_id=member.id, now=now) as log:
        made: GroupCommitment = GroupCommitment.objects.owned_by(member.id).one(
            id=made_id, membership__group_id=group_id
        )
        if made.removed_at is None:
            take_from_group(made, log=log, now=now)


def cheer(*, member: Member, group_id: UUID, made_id: UUID, now: datetime) -> tuple[Cheer, bool]:
    """Cheer for what somebody made to a group; once a local date of whoever cheers is enough.

    Returns the cheer and whether it is new. Raises OwnCommitment, and Missing for what the member
    does not see there: because it was taken out of the group, or because of a block.
    """
    membership = groups.membership_of(member_id=member.id, group_id=group_id)
    with changes.write(member_id=member.id, now=now) as log:
        made = group_queries.seen_by(viewer=membership).filter(id=made_id).first()
        if made is None:
            raise Missing()
        if made.member_id == member.id:
            raise OwnCommitment()
        today = calendar.today_of(member=member, now=now)
        given: Cheer | None = Cheer.objects.owned_by(member.id).find(
            group_commitment=made, cheered_on=today
        )
        if given is not None:
            return given, False
        given = Cheer.objects.create(
            id=new_id(),
            member=member,
            group_commitment=made,
            membership=membership,
            cheered_on=today,
            created_at=now,
        )
        log.add(table="cheers", row_id=given.id, version=1, fields=["cheered_on"])
        count_help(member_id=member.id, kind=HelpKind.CHEER)
    return given, True
