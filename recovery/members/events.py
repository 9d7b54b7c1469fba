"""Facts that the members area publishes."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID


@dataclass(frozen=True, slots=True)
class MemberJoined:
    """An account was made; its days follow this zone and day start from the beginning."""

    member_id: UUID
    zone: str
    day_start_hour: int
    at: datetime


@dataclass(frozen=True, slots=True)
class DaysMoved:
    """From ``effective_at`` on the member's days follow another zone or day start."""

    member_id: UUID
    zone: str
    day_start_hour: int
    effective_at: datetime
    recorded_at: datetime


@dataclass(frozen=True, slots=True)
class SessionBegan:
    """A member signed in with a password on one more device; not one who has just joined."""

    member_id: UUID
    session_id: UUID
    at: datetime


@dataclass(frozen=True, slots=True)
class SessionEnded:
    """A session ended; what is bound to it must not be reached any more."""

    session_ids: tuple[UUID, ...]
    at: datetime


@dataclass(frozen=True, slots=True)
class CodePromised:
    """A code waits to be e-mailed; whoever sends may look now."""

    at: datetime
