"""Cursor pages: stable while rows are inserted, at most 100 long."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime
from typing import Any, TypeVar
from uuid import UUID

from django.db.models import Q, QuerySet
from rest_framework import serializers

from api.parsing import Query, Whole
from recovery.kernel.errors import Invalid, invalid

DEFAULT_LIMIT = 30
T = TypeVar("T")


class QueryWhole(Whole):
    """A whole number in a query string, where all values are text."""

    def to_internal_value(self, data: Any) -> int:
        """Return the number."""
        if not isinstance(data, str) or not data.isascii() or not data.isdigit() or len(data) > 9:
            self.fail("invalid")
        return super().to_internal_value(int(data))


class PageQuery(Query):
    """Which page of a list."""

    limit = QueryWhole(
        min_value=1, max_value=100, default=DEFAULT_LIMIT, help_text="Rows a page, at most 100."
    )
    cursor = serializers.CharField(
        max_length=200,
        required=False,
        help_text="`next_cursor` of the page before; leave it out for the first page.",
    )


def page(
    rows: QuerySet[Any],
    *,
    limit: int,
    cursor: str | None,
    newest_first: bool = True,
    order_field: str = "created_at",
) -> tuple[list[Any], str | None]:
    """Return one page of rows in the order of (when stored, id), and the cursor of the next.

    ``order_field`` is the instant at which a row was stored: immutable and never null. Raises
    Invalid for a cursor that this server did not give.
    """
    order = (f"-{order_field}", "-id") if newest_first else (order_field, "id")
    place = place_of(cursor)
    if place is not None:
        at, row_id = place
        side = "lt" if newest_first else "gt"
        rows = rows.filter(
            Q(**{f"{order_field}__{side}": at}) | Q(**{order_field: at, f"id__{side}": row_id})
        )
    found = list(rows.order_by(*order)[: limit + 1])
    return cut(found, limit=limit, place=lambda row: (getattr(row, order_field), row.id))


def place_of(cursor: str | None) -> tuple[datetime, UUID] | None:
    """Return where the page before ended, None for the first page.

    Raises Invalid for a cursor that this server did not give.
    """
    return _read(cursor) if cursor else None


def cut(
    found: Sequence[T], *, limit: int, place: Callable[[T], tuple[datetime, object]]
) -> tuple[list[T], str | None]:
    """Return one page of what was found, up to one more than the limit, and the next's cursor.

    ``place`` tells where one stands in the list: an instant and an id, by which it is ordered.
    """
    if len(found) <= limit:
        return list(found), None
    return list(found[:limit]), _write(*place(found[limit - 1]))


def date_page(
    rows: QuerySet[Any], *, limit: int, cursor: str | None
) -> tuple[list[Any], str | None]:
    """Return one page of rows that have one local date each, the latest date first.

    Raises Invalid for a cursor that this server did not give.
    """
    if cursor:
        try:
            rows = rows.filter(local_date__lt=date.fromisoformat(cursor))
        except ValueError:
            raise _bad_cursor() from None
    found = list(rows.order_by("-local_date")[: limit + 1])
    if len(found) <= limit:
        return found, None
    return found[:limit], found[limit - 1].local_date.isoformat()


def _write(at: datetime, row_id: object) -> str:
    return base64.urlsafe_b64encode(f"{at.isoformat()}|{row_id}".encode()).decode().rstrip("=")


def _read(cursor: str) -> tuple[datetime, UUID]:
    try:
        padded = cursor.encode() + b"=" * (-len(cursor) % 4)
        at, _, row_id = base64.urlsafe_b64decode(padded).decode().partition("|")
        instant = datetime.fromisoformat(at)
        if instant.tzinfo is None:
            raise ValueError
        return instant.astimezone(UTC), UUID(row_id)
    except (binascii.Error, ValueError, OverflowError):
        raise _bad_cursor() from None


def _bad_cursor() -> Invalid:
    return invalid(pointer="/cursor", code="bad_cursor", detail="This cursor is not one of ours.")
