"""Facts about kind words. Nothing is published of those that their recipient will not see."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID


@dataclass(frozen=True, slots=True)
class EncouragementGiven:
    """A partner encouraged the other, who hears encouragements of theirs."""

    encouragement_id: UUID
    sender_id: UUID
    recipient_id: UUID
    partnership_id: UUID
    at: datetime


@dataclass(frozen=True, slots=True)
class EncouragementThanked:
    """The recipient thanked for an encouragement, for the first time."""

    encouragement_id: UUID
    sender_id: UUID
    recipient_id: UUID
    at: datetime
