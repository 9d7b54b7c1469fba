"""An archive in sealed pieces in the database: written once, read from any place.

No process holds more of it than a piece or two, and no plain text of it touches a disk.
"""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator
from functools import lru_cache
from typing import Any

from recovery.kernel.sealing import Sealer
from recovery.ownership.models import ExportJob, ExportPart, ImportJob, ImportPart

# Small beside what a row may hold, large beside what a query costs.
PART_BYTES = 256 * 1024

_LABELS: dict[type[Any], str] = {ExportPart: "export_parts.data", ImportPart: "import_parts.data"}


class PartWriter(io.RawIOBase):
    """A file that can only be written on, in pieces of one size; closing it stores the last."""

    def __init__(
        self,
        *,
        kind: type[ExportPart] | type[ImportPart],
        job: ExportJob | ImportJob,
        sealer: Sealer,
        before_each: Callable[[], None] = lambda: None,
    ) -> None:
        super().__init__()
        self._kind, self._job, self._sealer = kind, job, sealer
        self._before_each = before_each
        self._waiting = bytearray()
        self._place = 0
        self.size = 0

    def writable(self) -> bool:
        """It is."""
        return True

    def write(self, content: Any) -> int:
        """Take more on; store every piece that is full."""
        self._waiting += content
        self.size += len(content)
        while len(self._waiting) >= PART_BYTES:
            self._store(bytes(self._waiting[:PART_BYTES]))
            del self._waiting[:PART_BYTES]
        return len(content)

    def finish(self) -> None:
        """Store what is left."""
        if self._waiting:
            self._store(bytes(self._waiting))
            self._waiting.clear()

    def _store(self, piece: bytes) -> None:
        self._before_each()
        data = self._sealer.seal_bytes(piece, **_bond(self._kind, self._job, self._place))
        self._kind._default_manager.create(job_id=self._job.id, place=self._place, data=data)
        self._place += 1


class PartReader(io.RawIOBase):
    """The archive of an import as a file that can be read from any place."""

    def __init__(self, *, job: ImportJob, sealer: Sealer) -> None:
        super().__init__()
        self._size = job.byte_count
        self._at = 0

        @lru_cache(maxsize=4)
        def piece(place: int) -> bytes:
            row = ImportPart.objects.get(job=job, place=place)
            return sealer.open_bytes(row.data, **_bond(ImportPart, job, place))

        self._piece = piece

    def readable(self) -> bool:
        """It is."""
        return True

    def seekable(self) -> bool:
        """It is."""
        return True

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        """Go to a place and return it."""
        base = {io.SEEK_SET: 0, io.SEEK_CUR: self._at, io.SEEK_END: self._size}[whence]
        if base + offset < 0:
            raise ValueError("before the beginning")
        self._at = base + offset
        return self._at

    def readinto(self, buffer: Any) -> int:
        """Fill a buffer from here on, as far as one piece reaches."""
        if self._at >= self._size:
            return 0
        place, inside = divmod(self._at, PART_BYTES)
        found = self._piece(place)[inside : inside + len(buffer)]
        buffer[: len(found)] = found
        self._at += len(found)
        return len(found)


def stream(*, job: ExportJob, sealer: Sealer) -> Iterator[bytes]:
    """Yield an export's archive piece by piece; one query each."""
    place = 0
    while (row := ExportPart.objects.filter(job=job, place=place).first()) is not None:
        yield sealer.open_bytes(row.data, **_bond(ExportPart, job, place))
        place += 1


def drop(*, kind: type[ExportPart] | type[ImportPart], job: ExportJob | ImportJob) -> None:
    """Delete the pieces of an archive, a few at a time, so that no other write waits for long."""
    rows = kind._default_manager.filter(job_id=job.id)
    while ids := list(rows.values_list("pk", flat=True)[:40]):
        kind._default_manager.filter(pk__in=ids).delete()


def _bond(kind: type[Any], job: ExportJob | ImportJob, place: int) -> dict[str, Any]:
    return {"label": _LABELS[kind], "row_id": f"{job.id}|{place}"}
