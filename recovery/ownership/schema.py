"""What an export looks like, told in JSON Schema by walking the very models that it is made of.

``docs/export-schema.json`` is this document, committed; it lies in every archive too.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.db import models

from recovery.kernel.ownership import sealed_of
from recovery.ownership import walk
from recovery.ownership.showing import ANOTHER, ME

FORMAT = "recovery-export"
# Grows when what is there is renamed or read differently; new columns and files do not count.
VERSION = 1
MANIFEST_FILE = "manifest.json"
SCHEMA_FILE = "schema.json"

DESCRIPTION = (
    "An export is a ZIP archive of JSON files in UTF-8. Each but manifest.json and schema.json is "
    "a list of rows, one a line, of one table: all that are the member's own. Other members are "
    '"another", told apart by partnerships and memberships; their words are left out. Texts are '
    "readable. Instants are UTC, dates are the member's local dates, amounts are exact decimals "
    "written as text. manifest.json names every other file with its SHA-256, its bytes and rows."
)
_TYPES: tuple[tuple[type[models.Field[Any, Any]], dict[str, Any]], ...] = (
    (models.ForeignKey, {"type": "string", "format": "uuid"}),
    (models.UUIDField, {"type": "string", "format": "uuid"}),
    (models.DateTimeField, {"type": "string", "format": "date-time"}),
    (models.DateField, {"type": "string", "format": "date"}),
    (models.TimeField, {"type": "string", "format": "time"}),
    (models.DecimalField, {"type": "string", "pattern": r"^-?\d+(\.\d+)?$"}),
    (models.BooleanField, {"type": "boolean"}),
    (models.IntegerField, {"type": "integer"}),
    (models.FloatField, {"type": "number"}),
    (models.JSONField, {}),
    (models.CharField, {"type": "string"}),
)


def document() -> dict[str, Any]:
    """Return the JSON Schema of an export, whose files are taken for the fields of one object."""
    files = {walk.file_of(model): _file(model) for model in walk.exported()}
    files[MANIFEST_FILE] = _MANIFEST
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "An export of a member's data",
        "description": DESCRIPTION,
        "type": "object",
        "properties": dict(sorted(files.items())),
        "required": sorted(files),
    }


def manifest(
    *, created_at: str, files: Sequence[dict[str, Any]], unreadable: int
) -> dict[str, Any]:
    """Return what manifest.json says."""
    return {
        "format": FORMAT,
        "schema_version": VERSION,
        "created_at": created_at,
        "notice": "This is about a person's health. Whoever gets it passes it on only with that "
        "person's consent.",
        "unreadable": unreadable,
        "files": list(files),
    }


def _file(model: walk.Model) -> dict[str, Any]:
    fields = {field.name: _column(model, field) for field in walk.columns_of(model)}
    return {
        "type": "array",
        "description": (model.__doc__ or "").split("\n\n")[0].replace("\n", " ").replace("  ", ""),
        "items": {
            "type": "object",
            "properties": fields,
            "required": list(fields),
            "additionalProperties": False,
        },
    }


def _column(model: walk.Model, field: models.Field[Any, Any]) -> dict[str, Any]:
    if field.name in sealed_of(model):
        return {"type": ["string", "null"]}
    if walk.points_to_member(field):
        found: dict[str, Any] = {"type": "string", "enum": [ME, ANOTHER]}
    elif field.choices:
        found = {"enum": [value for value, _ in field.flatchoices]}
        if field.blank and "" not in found["enum"]:
            found["enum"].append("")
        found = {"type": "integer" if isinstance(field, models.IntegerField) else "string", **found}
    else:
        kind = field.target_field if isinstance(field, models.ForeignKey) else field
        found = dict(next(schema for cls, schema in _TYPES if isinstance(kind, cls)))
    return _or_null(found) if field.null else found


def _or_null(found: dict[str, Any]) -> dict[str, Any]:
    if "type" in found:
        found["type"] = [found["type"], "null"]
    if "enum" in found:
        found["enum"] = [*found["enum"], None]
    return found


_MANIFEST = {
    "type": "object",
    "description": "What the archive holds, and by which digests it is known to be whole.",
    "properties": {
        "format": {"const": FORMAT},
        "schema_version": {"const": VERSION},
        "created_at": {"type": "string", "format": "date-time"},
        "notice": {"type": "string"},
        "unreadable": {
            "type": "integer",
            "minimum": 0,
            "description": "Texts that could not be opened; they are null.",
        },
        "files": {
            "type": "array",
            "items": {
                "type": "object",
                "properties": {
                    "name": {"type": "string"},
                    "sha256": {"type": "string", "pattern": "^[0-9a-f]{64}$"},
                    "bytes": {"type": "integer", "minimum": 0},
                    "rows": {"type": "integer", "minimum": 0},
                },
                "required": ["name", "sha256", "bytes", "rows"],
                "additionalProperties": False,
            },
        },
    },
    "required": ["format", "schema_version", "created_at", "notice", "unreadable", "files"],
    "additionalProperties": False,
}
