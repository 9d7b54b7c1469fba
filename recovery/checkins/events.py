"""Facts that the check-ins area publishes."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID


@dataclass(frozen=True, slots=True)
class QuietDaysChosen:
    """After how many dates of silence a member's partners hear of it is not what it was."""

    member_id: UUID
    at: datetime
