"""Facts about who belongs to a group, for the areas above and for notifications."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID


@dataclass(frozen=True, slots=True)
class MemberJoinedGroup:
    """Somebody became a member of a group; ``approved`` when they had asked and were let in.

    Not published for whoever makes a group: there is nobody to tell.
    """

    group_id: UUID
    membership_id: UUID
    member_id: UUID
    approved: bool
    at: datetime


@dataclass(frozen=True, slots=True)
class MembersLeaving:
    """These members are about to leave: published at the start of that write, before any lock.

    Whoever removes somebody is among ``member_ids`` too, to be locked in the same order.

    Whatever then follows from ``MemberLeft`` for others too (a partnership that ends) is locked
    here, everybody's counter in ascending order of ids, so that two writes never wait for each
    other in a circle.
    """

    group_id: UUID
    member_ids: tuple[UUID, ...]
    at: datetime


@dataclass(frozen=True, slots=True)
class MemberLeft:
    """Somebody is no longer a member: left, removed, the group closed, or the account is going."""

    group_id: UUID
    membership_id: UUID
    member_id: UUID
    at: datetime


@dataclass(frozen=True, slots=True)
class OwnerChanged:
    """A group has another owner: handed on, or left behind by an account that is being deleted."""

    group_id: UUID
    membership_id: UUID
    member_id: UUID
    at: datetime


@dataclass(frozen=True, slots=True)
class JoinRequested:
    """Somebody asks to be let in; ``decider_ids`` are the accounts of those who may decide."""

    group_id: UUID
    request_id: UUID
    decider_ids: tuple[UUID, ...]
    at: datetime
