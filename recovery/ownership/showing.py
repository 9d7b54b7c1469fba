"""A row as its owner's export shows it: all columns, texts opened, nobody else's content."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db import models

from recovery.kernel import sealing
from recovery.kernel.ownership import sealed_of
from recovery.ownership import walk

# Rows are read by key in portions: no cursor stays open while parts are written.
PORTION = 500
ME = "me"
ANOTHER = "another"


class Showing:
    """Shows rows of one member, for one export; counts what could not be opened."""

    def __init__(self, *, member_id: UUID, sealer: sealing.Sealer) -> None:
        self._member_id = member_id
        self._sealer = sealer
        self.unreadable = 0

    def rows(self, model: walk.Model) -> Iterator[dict[str, Any]]:
        """Yield the member's rows of a table, by key; a fixed number of queries a portion."""
        found = walk.exported_rows(model, member_id=self._member_id).order_by("pk")
        after = None
        while True:
            portion = list((found if after is None else found.filter(pk__gt=after))[:PORTION])
            yield from (self._shown(row) for row in portion)
            if len(portion) < PORTION:
                return
            after = portion[-1].pk

    def _shown(self, row: models.Model) -> dict[str, Any]:
        model = type(row)
        sealed = sealed_of(model)
        return {
            field.name: self._text(row, field, sealed[field.name])
            if field.name in sealed
            else self._value(row, field)
            for field in walk.columns_of(model)
        }

    def _text(self, row: models.Model, field: models.Field[Any, Any], label: str) -> str | None:
        """Return what the member wrote; None for what another wrote, or what does not open."""
        blob = getattr(row, field.attname)
        if blob is None or not self._wrote(row):
            return None
        try:
            return self._sealer.open(blob, label=label, row_id=row.pk)
        except sealing.CannotOpen:
            self.unreadable += 1
            return None

    def _wrote(self, row: models.Model) -> bool:
        path = walk.owners_of(type(row))[0]
        author: Any = row
        for name in path.split("__"):
            author = getattr(author, name)
        return bool(getattr(author, "pk", author) == self._member_id)

    def _value(self, row: models.Model, field: models.Field[Any, Any]) -> Any:
        value = getattr(row, field.attname)
        if value is None:
            return None
        if walk.points_to_member(field):
            return ME if value == self._member_id else ANOTHER
        if field.name in getattr(type(row), "coarse", ()):
            value -= timedelta(days=value.weekday())
        return plain(value)


def plain(value: Any) -> Any:
    """Return a column's value as JSON has it: instants in UTC, amounts as text."""
    match value:
        case datetime():
            return value.astimezone(UTC).isoformat().replace("+00:00", "Z")
        case date() | time():
            return value.isoformat()
        case UUID() | Decimal():
            return str(value)
    return value
