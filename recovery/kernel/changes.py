"""The one source of sync and of history: every write on a member's own data leaves a change row."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from datetime import datetime
from uuid import UUID

from django.db import connection, transaction

from recovery.kernel.errors import Missing
from recovery.kernel.models import Change, ChangeCounter


class ChangeLog:
    """The changes of one write; they share its number."""

    def __init__(self, *, member_id: UUID, seq: int, now: datetime) -> None:
        self._member_id = member_id
        self._seq = seq
        self._now = now
        self.rows: list[Change] = []

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
        self.rows.append(
            Change(
                member_id=self._member_id,
                seq=self._seq,
                place=len(self.rows),
                table=table,
                row_id=str(row_id),
                version=version,
                fields=list(fields),
                gone=gone,
                changed_at=self._now,
            )
        )


@contextmanager
def write(*, member_id: UUID, now: datetime) -> Iterator[ChangeLog]:
    """Do one write on a member's data: lock and bump their counter, then store its changes.

    Concurrent writes on the same member wait for each other, so numbers become visible in order.
    Two queries beside the write's own; a write that logs nothing leaves a gap and no row.
    Raises ChangeCounter.DoesNotExist for a member without a counter: an erased one.
    """
    with transaction.atomic():
        log = ChangeLog(member_id=member_id, seq=_bump(member_id), now=now)
        yield log
        if log.rows:
            Change.objects.bulk_create(log.rows)


@contextmanager
def together(
    *, member_ids: Collection[UUID], now: datetime, or_else: type[Missing] = Missing
) -> Iterator[dict[UUID, ChangeLog]]:
    """Do one write on the data of several members, each with a log of its own.

    Locks are taken in ascending order of ids, so that two who act on each other at once never wait
    in a circle. Raises ``or_else`` when one of them was erased meanwhile.
    """
    with ExitStack() as stack:
        try:
            logs = {
                member_id: stack.enter_context(write(member_id=member_id, now=now))
                for member_id in sorted(set(member_ids))
            }
        except ChangeCounter.DoesNotExist:
            raise or_else() from None
        yield logs


def _bump(member_id: UUID) -> int:
    """Lock the counter by moving it on, and return its new value, in one statement."""
    quote = connection.ops.quote_name
    table, pk = ChangeCounter._meta.db_table, ChangeCounter._meta.pk
    key = pk.get_db_prep_value(member_id, connection)
    with connection.cursor() as cursor:
        cursor.execute(
            f"UPDATE {quote(table)} SET change_seq = change_seq + 1"  # noqa: S608  our own names
            f" WHERE {quote(pk.column or pk.name)} = %s RETURNING change_seq",
            [key],
        )
        row = cursor.fetchone()
    if row is None:
        raise ChangeCounter.DoesNotExist
    return int(row[0])
