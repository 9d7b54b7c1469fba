"""Facts about blocks: for areas that keep the two apart, never for the one who was blocked."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID


@dataclass(frozen=True, slots=True)
class MemberBlocked:
    """A member blocked another: from now on nothing of the other reaches them, nor the reverse."""

    block_id: UUID
    member_id: UUID
    blocked_id: UUID
    at: datetime


@dataclass(frozen=True, slots=True)
class MemberUnblocked:
    """A member lifted the last block on another that stood; what was dropped stays dropped."""

    member_id: UUID
    blocked_id: UUID
    at: datetime
