"""Where exports and imports stand."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from recovery.kernel import sealing
from recovery.members.models import ErasedMember, Member
from recovery.ownership import links
from recovery.ownership.models import ExportJob, ExportState, ImportJob


@dataclass(frozen=True, slots=True)
class Link:
    """Where an export can be fetched without signing in, once."""

    token: str
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class Export:
    """An export as its member sees it; ``link`` only while it can be fetched."""

    job: ExportJob
    state: ExportState
    link: Link | None


def export(*, member_id: UUID, export_id: UUID, now: datetime) -> Export:
    """Return one of the member's exports, with a fresh link once it is ready. Raises Missing."""
    job: ExportJob = ExportJob.objects.owned_by(member_id).one(id=export_id)
    return shown(job=job, now=now)


def shown(*, job: ExportJob, now: datetime) -> Export:
    """Return an export with its state at an instant; nobody has to have swept it up for that."""
    state = ExportState(job.state)
    if state is ExportState.READY and job.expires_at is not None and job.expires_at <= now:
        state = ExportState.EXPIRED
    if state is not ExportState.READY:
        return Export(job=job, state=state, link=None)
    sealer = sealing.for_member(member_id=job.member_id)
    token, expires_at = links.make(job=job, sealer=sealer, now=now)
    return Export(job=job, state=state, link=Link(token=token, expires_at=expires_at))


def import_of(*, member_id: UUID, import_id: UUID) -> ImportJob:
    """Return one of the member's imports. Raises Missing."""
    job: ImportJob = ImportJob.objects.owned_by(member_id).one(id=import_id)
    return job


def erased() -> dict[UUID, datetime]:
    """Return who was erased and when, as far back as that is kept."""
    rows = ErasedMember.objects.order_by("erased_at", "member_id")
    return dict(rows.values_list("member_id", "erased_at"))


def anything_due(*, now: datetime) -> bool:
    """Tell whether an erasure, an export or an import waits for a worker; four small queries."""
    return (
        Member.objects.filter(erase_at__lte=now).exists()
        or ExportJob.objects.filter(due_at__lte=now).exists()
        or ImportJob.objects.filter(due_at__lte=now).exists()
        or ErasedMember.objects.filter(scrubbed_at__isnull=True).exists()
    )
