"""Facts that the ownership area publishes."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID


@dataclass(frozen=True, slots=True)
class WorkWaits:
    """An export, an import or an erasure waits for a worker, who may look now."""

    at: datetime


@dataclass(frozen=True, slots=True)
class ExportReady:
    """A member's export can be fetched."""

    export_id: UUID
    member_id: UUID
    at: datetime


@dataclass(frozen=True, slots=True)
class DataBroughtIn:
    """Rows of another account were read into this one; whoever keeps deadlines sets them anew."""

    member_id: UUID
    at: datetime
