"""Facts about commitments."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID


@dataclass(frozen=True, slots=True)
class CommitmentMoved:
    """Something on which a commitment's reminder depends has changed, or the commitment went."""

    commitment_id: UUID
    member_id: UUID
    at: datetime


@dataclass(frozen=True, slots=True)
class ConfirmationAsked:
    """A date was kept whose owner asks this partner to confirm, who may see the commitment."""

    entry_id: UUID
    commitment_id: UUID
    owner_id: UUID
    partner_id: UUID
    partnership_id: UUID
    at: datetime


@dataclass(frozen=True, slots=True)
class CommitmentConfirmed:
    """A partner confirmed a kept date."""

    entry_id: UUID
    commitment_id: UUID
    owner_id: UUID
    partner_id: UUID
    at: datetime
