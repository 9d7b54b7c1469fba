"""What no app of good will sends: values that do not fit a schema, and bodies that are none."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

from tests.contract.document import resolved

# Written as they travel: Python's own writer would refuse or repair some of them.
HUGE_NUMBERS = (
    "1e400",
    "-1e400",
    "1" + "0" * 400,
    "NaN",
    "Infinity",
    "-Infinity",
    "1e-400",
    "-0.0e9999",
)
HALF_CHARACTERS = ('"\\u0000"', '"a\\u0000b"', '"\\ud800"', '"a\\udfffb"', '"\\udc00\\ud800"')
LIMIT = 64 * 1024


def nested(depth: int, *, inside: str = "1") -> str:
    """Return a list in a list in a list …"""
    return "[" * depth + inside + "]" * depth


# Each is a whole body, whatever the operation expects.
NO_BODIES: dict[str, bytes] = {
    "a list": b"[]",
    "a list of bodies": b"[{}]",
    "a text": b'"text"',
    "null": b"null",
    "a number": b"5",
    "true": b"true",
    "half of it": b'{"a": ',
    "no quotes": b"{a: 1}",
    "a comma too many": b'{"a": 1,}',
    "two of them": b"{} {}",
    "a comment": b"{} // yes",
    "bad UTF-8": b'{"a": "\xff\xfe"}',
    "a byte order mark": b"\xef\xbb\xbf{}",
    "UTF-16": '{"a": 1}'.encode("utf-16"),
    "a half character in UTF-8": b'{"a": "\xed\xa0\x80"}',
    "a control sign": b'{"a": "\x01"}',
    "blanks": b"   ",
    "a name twice": b'{"a": 1, "a": 2}',
    "NUL in a name": b'{"a\\u0000": 1}',
    "half a character in a name": b'{"\\ud800": 1}',
    "no name": b'{"": 1}',
    "an unknown field": b'{"no_such_field": 1}',
    "the prototype": b'{"__proto__": {}, "constructor": {}}',
    "twenty levels": b'{"a": ' + nested(20).encode() + b"}",
    "five thousand levels": b'{"a": ' + nested(5_000).encode() + b"}",
    "objects in objects": b'{"a": ' * 2_000 + b"1" + b"}" * 2_000,
    "levels that never end": b"[" * 60_000,
    **{f"the number {one[:12]}": f'{{"a": {one}}}'.encode() for one in HUGE_NUMBERS},
}
TOO_LARGE: dict[str, bytes] = {
    "64 KiB and a byte": b'{"a": "' + b"a" * (LIMIT + 1 - 9) + b'"}',
    "a hundred thousand levels": b'{"a": ' + nested(100_000).encode() + b"}",
    "five megabytes": b'{"a": "' + b"a" * 5_000_000 + b'"}',
}
DATES = (
    *("0000-01-01", "0001-01-01", "1899-12-31", "2200-01-01", "9999-12-31", "10000-01-01"),
    *("2026-02-30", "2026-13-01", "2026-1-1", "20261122", "2026-W47-7", "22.11.2026", "٢٠٢٦-11-22"),
)
INSTANTS = (
    *(f"{day}T00:00:00Z" for day in DATES if day not in ("20261122", "2026-W47-7")),
    *("2026-11-22", "2026-11-22T08:00:00", "2026-11-22T25:00:00Z", "2026-11-22T08:00:00+99:00"),
    *("now", "1795334400", "2026-11-22T08:00:00Z" + "0" * 50, "9999-12-31T23:59:59-23:59"),
)
UUIDS = (
    *("x", "019aaa15-0001-7c31-9b1e-5f0a4c2d7e1", "{019aaa15-0001-7c31-9b1e-5f0a4c2d7e10}"),
    *("urn:uuid:019aaa15-0001-7c31-9b1e-5f0a4c2d7e10", "019aaa1500017c319b1e5f0a4c2d7e10"),
    *("-" * 36, "zzzzzzzz-0001-7c31-9b1e-5f0a4c2d7e10", "0" * 1_000),
)
DECIMALS = (
    *("", "x", "-1", "1e3", "NaN", "Infinity", "sNaN", "1.2345", "1" + "0" * 30, "0x10", "1_000"),
    *(" 1", "٣", "1,5", "+1", "--1", "1" * 5_000),
)
WRONG_TYPES: dict[str, tuple[Any, ...]] = {
    "string": (5, 1.5, True, [], ["x"], {}, {"a": "b"}),
    "integer": ("3", 1.5, 3.0, True, [], [1], {}),
    "boolean": ("true", 0, 1, [], {}, ""),
    "array": ("x", 5, True, {}, {"0": "x"}),
    "object": ("x", 5, True, [], [{}]),
}


def wrong_values(schema: dict[str, Any]) -> Iterator[str]:
    """Yield JSON texts that do not fit a field's schema, each for a reason of its own."""
    schema = {**resolved(schema), **{k: v for k, v in schema.items() if k != "$ref"}}
    kinds = schema["type"] if isinstance(schema["type"], list) else [schema["type"]]
    kind = kinds[0]
    decimal = schema.get("format") == "decimal"
    for value in WRONG_TYPES[kind]:
        if not (decimal and type(value) in (int, float)):  # an amount may be a number
            yield json.dumps(value)
    if "null" not in kinds:
        yield "null"
    yield from HUGE_NUMBERS
    yield nested(20)
    if kind == "string":
        yield from HALF_CHARACTERS
        yield from map(json.dumps, _wrong_texts(schema))
    if kind == "integer":
        yield from (str(schema[end] + step) for end, step in ENDS if end in schema)
        yield str(10**17)
    if kind == "array":
        item = schema["items"]
        yield from (f"[{inner}]" for inner in wrong_values(item))
        if "maxItems" in schema:
            yield json.dumps([None] * (schema["maxItems"] + 1))
        if schema.get("minItems"):
            yield "[]"
    if kind == "object":
        yield '{"no_such_field": 1}'
        for name, inner in schema["properties"].items():
            yield from (f'{{"{name}": {value}}}' for value in wrong_values(inner))


ENDS = (("minimum", -1), ("maximum", 1))


def _wrong_texts(schema: dict[str, Any]) -> Iterator[str]:
    by_format = {"date": DATES, "date-time": INSTANTS, "uuid": UUIDS, "decimal": DECIMALS}
    yield from by_format.get(schema.get("format", ""), ())
    if "enum" in schema:
        yield from ("no_such_value", "", schema["enum"][0].upper(), f"{schema['enum'][0]} ")
    if "pattern" in schema and "format" not in schema:
        yield from (text for text in ("é", "x y", "\x7f") if not re.search(schema["pattern"], text))
    if schema.get("minLength"):
        yield ""
    if "maxLength" in schema:
        yield "a" * (schema["maxLength"] + 1)
