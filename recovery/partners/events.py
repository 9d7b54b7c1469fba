"""Facts about who holds whom to account, and what they let each other see."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID


@dataclass(frozen=True, slots=True)
class PartnerInvited:
    """A fellow member of a group was invited, and wants to hear of such invites."""

    invite_id: UUID
    inviter_id: UUID
    recipient_id: UUID
    at: datetime


@dataclass(frozen=True, slots=True)
class PartnershipMade:
    """Two members became accountability partners; ``first_id`` is the smaller id."""

    partnership_id: UUID
    first_id: UUID
    second_id: UUID
    invited_by: UUID
    accepted_by: UUID
    at: datetime


@dataclass(frozen=True, slots=True)
class PartnershipEnded:
    """A partnership ended: nothing that rests on it holds any more."""

    partnership_id: UUID
    first_id: UUID
    second_id: UUID
    ended_by: UUID
    at: datetime


@dataclass(frozen=True, slots=True)
class GrantsChanged:
    """What one side lets the other see is not what it was. Never announced to the viewer."""

    partnership_id: UUID
    owner_id: UUID
    viewer_id: UUID
    at: datetime
