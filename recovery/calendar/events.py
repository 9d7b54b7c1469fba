"""Facts that the calendar publishes."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID


@dataclass(frozen=True, slots=True)
class BridgesMoved:
    """Which dates of a member count as paused has changed: streaks must be folded anew."""

    member_id: UUID
    at: datetime
