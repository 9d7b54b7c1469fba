"""The OpenAPI document as the tests read it: operations, and whether an answer keeps to them."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any
from uuid import UUID

from drf_spectacular.generators import SchemaGenerator
from jsonschema import Draft202012Validator, FormatChecker

FORMATS = FormatChecker(formats=("date",))
PLACEHOLDER = re.compile(r"<(?:\w+:)?(\w+)>")
# Answers of the framework itself, which any address may give; the document calls them "default".
OF_ANY_ADDRESS = {405, 406, 500}


@FORMATS.checks("date-time")
def is_instant(value: object) -> bool:
    """RFC 3339 with an offset."""
    if not isinstance(value, str):
        return True
    try:
        return datetime.fromisoformat(value).tzinfo is not None and "T" in value
    except ValueError:
        return False


@FORMATS.checks("uuid")
def is_uuid(value: object) -> bool:
    """The usual form, in small letters."""
    if not isinstance(value, str):
        return True
    try:
        return str(UUID(value)) == value
    except ValueError:
        return False


@cache
def document() -> dict[str, Any]:
    """Return what the code says today; that ``openapi.yaml`` says the same is a test of its own."""
    generator: Any = SchemaGenerator()  # type: ignore[no-untyped-call]
    found: dict[str, Any] = json.loads(json.dumps(generator.get_schema(public=True)))
    return found


@dataclass(frozen=True)
class Operation:
    """One method of one address."""

    path: str
    method: str
    id: str

    @property
    def body(self) -> dict[str, Any]:
        """What the document says of it."""
        found: dict[str, Any] = document()["paths"][self.path][self.method]
        return found

    def response(self, status: int) -> dict[str, Any] | None:
        """Return the response of a status, None when the document does not name it."""
        responses = self.body["responses"]
        name = str(status)
        if name not in responses and status in OF_ANY_ADDRESS:
            name = "default"
        return resolved(responses[name]) if name in responses else None


@cache
def operations() -> dict[str, Operation]:
    """Return all operations by their id."""
    return {
        body["operationId"]: Operation(path, method, body["operationId"])
        for path, methods in document()["paths"].items()
        for method, body in methods.items()
    }


@cache
def operation_at(path: str, method: str) -> Operation | None:
    """Return the operation of a path template and a method."""
    return next(
        (one for one in operations().values() if (one.path, one.method) == (path, method)), None
    )


def template(route: str) -> str:
    """Return the path template of a Django route: <uuid:id> becomes {id}."""
    return "/" + PLACEHOLDER.sub(r"{\1}", route)


def resolved(node: dict[str, Any]) -> dict[str, Any]:
    """Return a part of the document, or the component that it points to."""
    if "$ref" not in node:
        return node
    found: Any = document()
    for step in node["$ref"].removeprefix("#/").split("/"):
        found = found[step]
    return dict(found)


@cache
def _closed_components() -> dict[str, Any]:
    """Return the components as a test reads them: an answer says nothing that is not written."""
    return {
        "schemas": {name: _closed(one) for name, one in document()["components"]["schemas"].items()}
    }


def _closed(node: Any) -> Any:
    if isinstance(node, list):
        return [_closed(inner) for inner in node]
    if not isinstance(node, dict):
        return node
    found = {key: _closed(inner) for key, inner in node.items()}
    if found.get("type") == "object" and "properties" in found:
        found.setdefault("additionalProperties", False)
    return found


@cache
def _validator(schema: str) -> Draft202012Validator:
    whole = {**json.loads(schema), "components": _closed_components()}
    return Draft202012Validator(whole, format_checker=FORMATS)


def faults(value: Any, schema: dict[str, Any]) -> list[str]:
    """Return what is wrong with a value by a schema of the document."""
    found = _validator(json.dumps(schema, sort_keys=True)).iter_errors(value)
    return [f"{one.json_path}: {one.message}"[:400] for one in found]
