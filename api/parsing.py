"""Reading what apps send: strict JSON, and inputs that refuse what they do not know."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from datetime import UTC, date, datetime
from decimal import Decimal, InvalidOperation
from functools import cache
from typing import IO, Any
from uuid import UUID

from django.conf import settings
from rest_framework import serializers
from rest_framework.exceptions import ParseError, UnsupportedMediaType
from rest_framework.parsers import BaseParser

from api.problems import PayloadTooLarge

# Our deepest body has three levels; 16 leaves room and stays far from Python's recursion limit.
DEEPEST = 16
# The longest number that any field takes has 12 digits; this bounds what is read at all.
LONGEST_NUMBER = 17
FORBIDDEN = re.compile("[\x00\ud800-\udfff]")
EARLIEST = date(1900, 1, 1)
LATEST = date(2200, 1, 1)


class StrictJSONParser(BaseParser):
    """Reads one JSON document; refuses what two readers could understand differently."""

    media_type = "application/json"

    def parse(
        self,
        stream: IO[bytes],
        media_type: str | None = None,
        parser_context: Mapping[str, Any] | None = None,
    ) -> Any:
        """Return the parsed body. Raises ParseError or PayloadTooLarge."""
        request = (parser_context or {}).get("request")
        coding = request.META.get("HTTP_CONTENT_ENCODING", "") if request is not None else ""
        if coding.strip().lower() not in ("", "identity"):
            raise UnsupportedMediaType(coding[:40])
        limit = settings.DATA_UPLOAD_MAX_MEMORY_SIZE
        raw = stream.read(limit + 1)
        if len(raw) > limit:
            raise PayloadTooLarge()
        try:
            text = raw.decode("utf-8")
        except UnicodeDecodeError:
            raise ParseError("The body is not UTF-8.") from None
        if _depth(text) > DEEPEST:
            raise ParseError(f"The body nests deeper than {DEEPEST} levels.")
        try:
            parsed = json.loads(
                text,
                object_pairs_hook=_object,
                parse_constant=_no_constant,
                parse_int=_whole,
                parse_float=_fraction,
            )
        except ParseError:
            raise
        except (ValueError, RecursionError):
            raise ParseError("The body is not valid JSON.") from None
        _refuse_forbidden(parsed)
        return parsed


def _depth(text: str) -> int:
    deepest = level = 0
    inside = escaped = False
    for sign in text:
        if inside:
            if escaped:
                escaped = False
            elif sign == "\\":
                escaped = True
            elif sign == '"':
                inside = False
        elif sign == '"':
            inside = True
        elif sign in "[{":
            level += 1
            deepest = max(deepest, level)
        elif sign in "]}":
            level -= 1
    return deepest


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ParseError("A name stands twice in one object.")
    return found


def _no_constant(name: str) -> None:
    raise ParseError(f"{name} is not JSON.")


def _whole(digits: str) -> int:
    if len(digits) > LONGEST_NUMBER:
        raise ParseError("A number is too long.")
    return int(digits)


def _fraction(digits: str) -> Decimal:
    if len(digits) > 2 * LONGEST_NUMBER:
        raise ParseError("A number is too long.")
    try:
        number = Decimal(digits)
    except InvalidOperation:
        raise ParseError("A number cannot be read.") from None
    if abs(number.adjusted()) > LONGEST_NUMBER:
        raise ParseError("A number is too large or too small.")
    return number


def _refuse_forbidden(node: Any) -> None:
    if isinstance(node, str):
        if FORBIDDEN.search(node):
            raise ParseError("A text holds NUL or half a character.")
    elif isinstance(node, dict):
        for name, inner in node.items():
            _refuse_forbidden(name)
            _refuse_forbidden(inner)
    elif isinstance(node, list):
        for inner in node:
            _refuse_forbidden(inner)


class Input(serializers.Serializer[Any]):
    """A request body: a field that it does not know is refused, never ignored."""

    def to_internal_value(self, data: Any) -> Any:
        """Return the validated values. Raises ValidationError naming each unknown field."""
        if isinstance(data, Mapping):
            unknown = [name for name in data if name not in self.fields]
            if unknown:
                raise serializers.ValidationError(
                    {
                        str(name): [
                            serializers.ErrorDetail(
                                "This field is not known.", code="unknown_field"
                            )
                        ]
                        for name in unknown[:20]
                    }
                )
        return super().to_internal_value(data)


class Query(Input):
    """Query parameters, read as strictly as a body."""


class Instant(serializers.DateTimeField):
    """An instant with its offset, such as 2026-11-22T08:00:00+01:00; without one it is refused.

    The value keeps the offset that was sent: an unknown zone name falls back to it.
    """

    default_error_messages = {
        "no_offset": "Say the offset from UTC, such as Z or +01:00.",
        "out_of_range": "This lies outside 1900 to 2200.",
    }

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(default_timezone=UTC, **kwargs)

    def to_internal_value(self, value: Any) -> datetime:
        """Return an aware datetime."""
        if not isinstance(value, str) or len(value) > 40:
            self.fail("invalid", format="2026-11-22T08:00:00Z")
        try:
            parsed = datetime.fromisoformat(value)
        except ValueError:
            self.fail("invalid", format="2026-11-22T08:00:00Z")
        if parsed.tzinfo is None:
            self.fail("no_offset")
        # The offset may push the edge years out of what a datetime holds; judge by the date first.
        if not EARLIEST <= parsed.date() < LATEST:
            self.fail("out_of_range")
        return parsed

    def to_representation(self, value: Any) -> str:
        """Return the instant in UTC, to the microsecond if it has any."""
        instant: datetime = value
        return instant.astimezone(UTC).isoformat().replace("+00:00", "Z")


class LocalDate(serializers.DateField):
    """A calendar date from 1900 to 2199, such as 2026-11-22."""

    default_error_messages = {"out_of_range": "This lies outside 1900 to 2200."}

    def to_internal_value(self, value: Any) -> date:
        """Return the date."""
        if not isinstance(value, str) or not re.fullmatch(r"\d{4}-\d{2}-\d{2}", value, re.ASCII):
            self.fail("invalid", format="YYYY-MM-DD")
        parsed: date = super().to_internal_value(value)
        if not EARLIEST <= parsed < LATEST:
            self.fail("out_of_range")
        return parsed


class Text(serializers.CharField):
    """Text from a person; numbers and booleans are not taken for text."""

    default_error_messages = {"not_text": "This must be text."}

    def to_internal_value(self, data: Any) -> str:
        """Return the text without surrounding blanks."""
        if not isinstance(data, str):
            self.fail("not_text")
        return str(super().to_internal_value(data))


class Pattern(Text, serializers.RegexField):
    """Text of one form, such as a country's two letters."""


class Id(serializers.UUIDField):
    """A UUID in its usual form, 36 signs; numbers and other spellings are not taken for one."""

    def to_internal_value(self, data: Any) -> UUID:
        """Return the id."""
        if not isinstance(data, str) or not re.fullmatch(r"[0-9A-Fa-f-]{36}", data):
            self.fail("invalid", value=data)
        return UUID(str(super().to_internal_value(data)))


class Whole(serializers.IntegerField):
    """A whole number; "3", 3.0 and true are not taken for one."""

    def to_internal_value(self, data: Any) -> int:
        """Return the number."""
        if not isinstance(data, int) or isinstance(data, bool):
            self.fail("invalid")
        return int(super().to_internal_value(data))


class Flag(serializers.BooleanField):
    """true or false; nothing else is taken for them."""

    def to_internal_value(self, data: Any) -> bool:
        """Return the flag."""
        if not isinstance(data, bool):
            self.fail("invalid", input=str(data)[:20])
        return data


@cache
def _reader(kind: type[Input]) -> Input:
    """Return the one instance of an input that reads all requests.

    ``run_validation`` hands values through and keeps none, so threads may share it. An instance for
    each request would copy every field first, which takes twice as long as the reading itself.
    """
    return kind()


def read_body(kind: type[Input], request: Any) -> dict[str, Any]:
    """Return the validated body of a request. Raises ValidationError."""
    values: dict[str, Any] = _reader(kind).run_validation(request.data)
    return values


def read_query(kind: type[Query], request: Any) -> dict[str, Any]:
    """Return the validated query parameters; one given twice or unknown is refused."""
    given = request.query_params
    for name, values in given.lists():
        if len(values) != 1:
            raise serializers.ValidationError({name: "Give this once."})
        if FORBIDDEN.search(name) or FORBIDDEN.search(values[0]):
            raise ParseError("A query parameter holds NUL or half a character.")
    found: dict[str, Any] = _reader(kind).run_validation(given.dict())
    return found


class Amount(serializers.DecimalField):
    """An exact decimal amount, zero up to a million, with three decimal places at most.

    The bound leaves room for sums of amounts in their columns.
    """

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**{"max_digits": 9, "decimal_places": 3, "min_value": 0, **kwargs})

    def validate_empty_values(self, data: Any) -> tuple[bool, Any]:
        """Take null alone for "none": an empty text is not one."""
        return serializers.Field.validate_empty_values(self, data)

    def to_internal_value(self, data: Any) -> Decimal:
        """Return the amount; plain digits and numbers are read alike, true and false are not."""
        if isinstance(data, bool) or not isinstance(data, str | int | Decimal):
            self.fail("invalid")
        if isinstance(data, str) and not re.fullmatch(r"\d{1,20}(\.\d{1,20})?", data, re.ASCII):
            self.fail("invalid")
        return Decimal(super().to_internal_value(data))
