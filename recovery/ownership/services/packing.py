"""Putting an export together: every table of the member's, as JSON, in one archive."""

from __future__ import annotations

import hashlib
import json
import logging
import zipfile
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import F

from recovery.kernel import events, sealing
from recovery.ownership import parts, schema, walk
from recovery.ownership.events import ExportReady
from recovery.ownership.leases import Lease, Watch, take
from recovery.ownership.models import ExportJob, ExportPart, ExportState
from recovery.ownership.showing import Showing, plain

log = logging.getLogger("recovery.ownership")

KEPT = timedelta(hours=24)
# A job that stops its worker this often stops: the next one would not fare better.
MOST_TRIES = 5


def work(*, watch: Watch) -> bool:
    """Put the export together that has waited for longest; return whether there was one.

    Raises Lost when another worker has taken it for its own.
    """
    taken = take(
        ExportJob.objects.all(),
        column="due_at",
        watch=watch,
        tries=F("tries") + 1,
    )
    if taken is None:
        return False
    job, lease = taken
    if job.state not in (ExportState.QUEUED, ExportState.WORKING):
        _sweep(job, lease)
    elif job.tries >= MOST_TRIES:
        parts.drop(kind=ExportPart, job=job)
        lease.settle(due_at=None, state=ExportState.STOPPED)
        log.error("an export was given up after %d tries", job.tries)
    else:
        _pack(job, lease)
    return True


def _sweep(job: ExportJob, lease: Lease) -> None:
    """Delete the pieces of an export that was fetched, or that nobody fetched in time."""
    parts.drop(kind=ExportPart, job=job)
    is_fetched = job.state == ExportState.FETCHED
    lease.settle(due_at=None, state=ExportState.FETCHED if is_fetched else ExportState.EXPIRED)


def _pack(job: ExportJob, lease: Lease) -> None:
    parts.drop(kind=ExportPart, job=job)  # what a killed worker had put together
    sealer = sealing.for_member(member_id=job.member_id)
    tables = walk.exported()
    lease.hold(state=ExportState.WORKING, parts_done=0, parts_total=len(tables))
    out = parts.PartWriter(kind=ExportPart, job=job, sealer=sealer, before_each=lease.hold)
    showing = Showing(member_id=job.member_id, sealer=sealer)
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        files = []
        for done, model in enumerate(tables, start=1):
            rows = _lines(showing.rows(model))
            files.append(_add(archive, walk.file_of(model), rows, at=job.created_at))
            lease.hold(parts_done=done)
        described = [json.dumps(schema.document(), indent=1, sort_keys=True).encode()]
        files.append(_add(archive, schema.SCHEMA_FILE, iter(described), at=job.created_at))
        manifest = schema.manifest(
            created_at=plain(job.created_at), files=files, unreadable=showing.unreadable
        )
        text = json.dumps(manifest, indent=1).encode()
        _add(archive, schema.MANIFEST_FILE, iter([text]), at=job.created_at)
    out.finish()
    if showing.unreadable:
        log.error("%d texts of an export could not be opened", showing.unreadable)
    now = lease.watch.now()
    with transaction.atomic():
        lease.settle(
            due_at=now + KEPT,
            state=ExportState.READY,
            ready_at=now,
            expires_at=now + KEPT,
            byte_count=out.size,
        )
        events.publish(fact=ExportReady(export_id=job.id, member_id=job.member_id, at=now))


def _lines(rows: Iterator[dict[str, Any]]) -> Iterator[bytes]:
    """Yield a JSON list with each row on a line of its own."""
    before = b"[\n"
    for row in rows:
        yield before + json.dumps(row, ensure_ascii=False, separators=(",", ":")).encode()
        before = b",\n"
    yield b"[]\n" if before == b"[\n" else b"\n]\n"


def _add(
    archive: zipfile.ZipFile, name: str, content: Iterator[bytes], *, at: datetime
) -> dict[str, Any]:
    """Write one file and return what the manifest says of it."""
    info = zipfile.ZipInfo(name, date_time=at.timetuple()[:6])
    info.compress_type = zipfile.ZIP_DEFLATED
    info.external_attr = 0o600 << 16
    digest, size, lines = hashlib.sha256(), 0, 0
    with archive.open(info, "w") as file:
        for piece in content:
            digest.update(piece)
            size += len(piece)
            lines += 1
            file.write(piece)
    return {"name": name, "sha256": digest.hexdigest(), "bytes": size, "rows": lines - 1}
