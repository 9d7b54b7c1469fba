"""One row of an archive, read as a row of a model: strictly, and without asking the database."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal, InvalidOperation
from typing import Any
from uuid import UUID, uuid5

from django.core.exceptions import ValidationError
from django.db import models

from recovery.kernel import days
from recovery.kernel.ownership import sealed_of, secrets_of
from recovery.kernel.sealing import Sealer
from recovery.ownership import walk

# A phone's clock may have run a little fast.
SKEW = timedelta(seconds=60)
_FORBIDDEN = re.compile("[\x00\ud800-\udfff]")
_EARLIEST, _LATEST = date(1900, 1, 1), date(2200, 1, 1)
# The longest text that anybody can write here has 4,000 signs; a plan is several of them, as JSON.
_LONGEST_TEXT = 4_000
_LONGEST_LISTS = 60_000
_INSTANT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,6})?Z", re.ASCII)
_DATE = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)
_TIME = re.compile(r"\d\d:\d\d(:\d\d(\.\d{1,6})?)?", re.ASCII)
_AMOUNT = re.compile(r"-?\d{1,20}(\.\d{1,10})?", re.ASCII)
_UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.ASCII)
_ZONES = ("zone", "said_zone", "time_zone")
_HOURS = ("day_start_hour", "said_day_start_hour")

Lists = Callable[[Any, "Reader"], Any]


class BadValue(Exception):
    """A column says something that cannot be; ``code`` is one of archive.REASONS."""

    def __init__(self, code: str = "bad_value") -> None:
        super().__init__(code)
        self.code = code


class Reader:
    """Reads rows into one member's account."""

    def __init__(self, *, member_id: UUID, sealer: Sealer, now: datetime) -> None:
        self.member_id, self._sealer, self._latest = member_id, sealer, now + SKEW

    def id_of(self, original: Any) -> UUID:
        """Return the id that a row of the archive has here: always the same in this account.

        Another account gets another one, so that nobody's rows stand in anybody's way.
        """
        if not isinstance(original, str) or not _UUID.fullmatch(original):
            raise BadValue()
        return uuid5(self.member_id, original)

    def row(
        self, model: walk.Model, said: Mapping[str, Any], *, lists: Mapping[str, Lists]
    ) -> models.Model:
        """Return the unsaved row. ``lists``: what reads the columns that hold JSON.

        What it points to is named by ids of this account, whether or not it is there. Columns that
        are not known here are left out: a later release made them. Raises BadValue.
        """
        hidden = secrets_of(model)
        row = model()
        fields = [one for one in model._meta.concrete_fields if one.name not in hidden]
        # The key first: texts are sealed for it.
        for field in sorted(fields, key=lambda one: not one.primary_key):
            if walk.points_to_member(field):
                setattr(row, field.attname, self.member_id)
            elif field.primary_key:
                if isinstance(field, models.UUIDField):
                    row.pk = self.id_of(said.get(field.name))
            elif field.name in said:
                self._fill(row, field, said[field.name], lists)
            elif not field.has_default() and not field.null and not field.blank:
                raise BadValue()
        return row

    def _fill(
        self,
        row: models.Model,
        field: models.Field[Any, Any],
        value: Any,
        lists: Mapping[str, Lists],
    ) -> None:
        label = sealed_of(type(row)).get(field.name)
        if label is not None:
            longest = _LONGEST_LISTS if field.name in lists else _LONGEST_TEXT
            text = self._text("" if value is None else value, longest=longest)
            if field.name in lists:
                text = lists[field.name](text, self)
            setattr(row, field.name, self._sealer.seal(text, label=label, row_id=row.pk))
        elif value is None:
            if not field.null:
                raise BadValue()
            setattr(row, field.attname, None)
        elif isinstance(field, models.ForeignKey):
            setattr(row, field.attname, self.id_of(value))
        elif isinstance(field, models.JSONField):
            setattr(row, field.name, lists[field.name](value, self))
        else:
            setattr(row, field.name, self._plain(field, value))

    def _plain(self, field: models.Field[Any, Any], value: Any) -> Any:
        found = self._typed(field, value)
        if field.name in _ZONES and found:
            try:
                days.zone(found)
            except days.UnknownZone:
                raise BadValue() from None
        if field.name in _HOURS and not 0 <= found <= days.LATEST_DAY_START_HOUR:
            raise BadValue()
        try:
            return field.clean(found, None)
        except ValidationError:
            raise BadValue() from None

    def _typed(self, field: models.Field[Any, Any], value: Any) -> Any:
        match field:
            case models.BooleanField():
                return self._is(value, bool)
            case models.IntegerField():
                number: int = self._is(value, int)
                # As PostgreSQL has them; SQLite would take longer ones, of up to 64 bits.
                bits = 15 if isinstance(field, models.SmallIntegerField) else 31
                if abs(number) >= 2**bits:
                    raise BadValue()
                return number
            case models.DateTimeField():
                return self._instant(value)
            case models.DateField():
                return self.day(value)
            case models.TimeField():
                return self._parsed(value, _TIME, time.fromisoformat)
            case models.DecimalField():
                return self.amount(value)
            case models.UUIDField():
                return self.id_of(value)
        return self._text(value, longest=_LONGEST_TEXT)

    def _instant(self, value: Any) -> datetime:
        found = self._parsed(value, _INSTANT, lambda text: datetime.fromisoformat(text[:-1]))
        instant: datetime = found.replace(tzinfo=UTC)
        if not _EARLIEST <= instant.date() < _LATEST:
            raise BadValue()
        if instant > self._latest:
            raise BadValue("in_the_future")
        return instant

    def day(self, value: Any) -> date:
        """Return a calendar date. Raises BadValue."""
        found: date = self._parsed(value, _DATE, date.fromisoformat)
        if not _EARLIEST <= found < _LATEST:
            raise BadValue()
        return found

    def amount(self, value: Any) -> Decimal:
        """Return an exact decimal. Raises BadValue."""
        found: Decimal = self._parsed(value, _AMOUNT, Decimal)
        return found

    @staticmethod
    def _parsed(value: Any, form: re.Pattern[str], parse: Callable[[str], Any]) -> Any:
        if not isinstance(value, str) or not form.fullmatch(value):
            raise BadValue()
        try:
            return parse(value)
        except (ValueError, InvalidOperation):
            raise BadValue() from None

    @staticmethod
    def _is(value: Any, kind: type) -> Any:
        if type(value) is not kind:
            raise BadValue()
        return value

    @staticmethod
    def _text(value: Any, *, longest: int) -> str:
        if not isinstance(value, str) or len(value) > longest or _FORBIDDEN.search(value):
            raise BadValue()
        return value
