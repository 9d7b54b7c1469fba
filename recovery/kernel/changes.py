"""The one source of sync and of history: every write on a member's own data leaves a change row."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from uuid import UUID

from django.db import transaction

from recovery.kernel.models import Change, ChangeCounter


class ChangeLog:
    """The changes of one write, numbered when it ends."""

    def __init__(self) -> None:
        self._entries: list[tuple[str, str, int, list[str], bool]] = []

    def add(
        self,
        *,
        table: str,
        row_id: object,
        version: int,
        fields: Sequence[str] = (),
        gone: bool = False,
    ) -> None:
        """Note that a row changed: its table, id, new version and the fields' names."""
        self._entries.append((table, str(row_id), version, list(fields), gone))

    def rows(self, *, member_id: UUID, after: int, now: datetime) -> list[Change]:
        """Return the change rows, numbered after ``after``."""
        return [
            Change(
                member_id=member_id,
                seq=after + number,
                table=table,
                row_id=row_id,
                version=version,
                fields=fields,
                gone=gone,
                changed_at=now,
            )
            for number, (table, row_id, version, fields, gone) in enumerate(self._entries, start=1)
        ]


@contextmanager
def write(*, member_id: UUID, now: datetime) -> Iterator[ChangeLog]:
    """Do one write on a member's data: lock their counter, then number and store its changes.

    Concurrent writes on the same member wait for each other, so numbers become visible in order.
    Nothing is stored when the log stays empty. Three queries beside the write's own.
    """
    with transaction.atomic():
        counter = ChangeCounter.objects.select_for_update().get(member_id=member_id)
        log = ChangeLog()
        yield log
        rows = log.rows(member_id=member_id, after=counter.change_seq, now=now)
        if rows:
            Change.objects.bulk_create(rows)
            ChangeCounter.objects.filter(member_id=member_id).update(
                change_seq=counter.change_seq + len(rows)
            )
