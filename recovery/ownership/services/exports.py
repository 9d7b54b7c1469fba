"""Asking for a copy of all that is mine, and fetching it, once."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import IntegrityError, transaction
from django.db.models import F

from recovery.kernel import changes, events, sealing
from recovery.kernel.errors import Missing
from recovery.members.models import Member
from recovery.members.services import passwords
from recovery.ownership import links, parts
from recovery.ownership.events import WorkWaits
from recovery.ownership.models import OPEN_EXPORTS, ExportJob, ExportPart, ExportState

# How long the pieces stay after a fetch that broke off: for one more link, through the session.
KEPT_AFTER_FETCH = timedelta(minutes=15)


@dataclass(frozen=True, slots=True)
class Download:
    """An archive on its way out."""

    name: str
    size: int
    chunks: Iterator[bytes]


def ask(*, member: Member, password: str, now: datetime) -> tuple[ExportJob, bool]:
    """Ask for an export; return it and whether it is new: while one is open, it is that one.

    The password again, except of a guest, who has none. Raises WrongPassword, TooMany.
    """
    if not member.is_guest:
        passwords.prove(member=member, password=password, now=now)
    with changes.write(member_id=member.id, now=now):
        mine = ExportJob.objects.owned_by(member.id)
        _let_go(mine.filter(state=ExportState.READY, expires_at__lte=now))
        found: ExportJob | None = mine.find(state__in=OPEN_EXPORTS)
        if found is not None:
            return found, False
        job = ExportJob.objects.create(member=member, created_at=now, due_at=now)
        events.publish(fact=WorkWaits(at=now))
    return job, True


def fetch(*, token: str, now: datetime) -> Download:
    """Claim the export that a link is for, and return its archive.

    Of several who come with one link, one gets it. Raises Missing for any link that opens nothing.
    """
    job_id = links.job_of(token=token)
    live = ExportJob.objects.filter(member__deleted_at__isnull=True)
    job: ExportJob | None = live.filter(id=job_id).first() if job_id else None
    if job is None or job.expires_at is None or job.expires_at <= now:
        raise Missing()
    try:
        sealer = sealing.for_member(member_id=job.member_id)
    except sealing.CannotOpen:
        raise Missing() from None  # erased meanwhile
    if not links.holds(token=token, job=job, sealer=sealer, now=now):
        raise Missing()
    ready = ExportJob.objects.filter(id=job.id, state=ExportState.READY, fetches=job.fetches)
    claimed = ready.update(
        state=ExportState.FETCHED,
        fetches=F("fetches") + 1,
        fetched_at=now,
        due_at=now + KEPT_AFTER_FETCH,
    )
    if claimed != 1:
        raise Missing()
    job.fetches += 1
    return Download(
        name=f"export-{now:%Y-%m-%d}.zip",
        size=job.byte_count,
        chunks=_sent(job, sealer),
    )


def _sent(job: ExportJob, sealer: sealing.Sealer) -> Iterator[bytes]:
    """Yield the archive; all of it taken, the pieces go, else the member may fetch it again."""
    sent = 0
    try:
        for chunk in parts.stream(job=job, sealer=sealer):
            sent += len(chunk)
            yield chunk
    finally:
        mine = ExportJob.objects.filter(id=job.id, fetches=job.fetches, state=ExportState.FETCHED)
        if sent == job.byte_count:
            parts.drop(kind=ExportPart, job=job)
            mine.update(due_at=None)
        else:
            _open_again(mine)


def _open_again(mine: object) -> None:
    rows = mine
    try:
        with transaction.atomic():
            rows.update(  # type: ignore[attr-defined]
                state=ExportState.READY, fetched_at=None, due_at=F("expires_at")
            )
    except IntegrityError:
        # They asked for another one meanwhile, which is the one to fetch now.
        return


def _let_go(rows: object) -> None:
    """Let exports that nobody fetched expire; whoever sweeps deletes their pieces."""
    rows.update(state=ExportState.EXPIRED)  # type: ignore[attr-defined]
