"""What happens to each kind of row when its member exports or erases their data.

Every model states both rules as class attributes; a test walks the models and fails on one that
does not. The export and the erasure read them, so nothing is forgotten by construction.

Beside the rules a model may say, also as class attributes:

- ``sealed``: its sealed text columns, each with the label that it is sealed under. The row id of
  the seal is the primary key. A binary column that is neither sealed nor secret fails a test.
- ``secrets``: columns that no export shows: hashes, keys, tokens, addresses of devices, and what
  would tell of others what they tell nobody, such as a block. Those that a model inherits count.
  Of other members an export says ``another`` and nothing else: a number for each would tell that a
  partner and an alias of a group are the same person. Partnerships and memberships tell them apart.
- ``owned_through``: lookups that lead to the member whose row it is, ``("member",)`` by default;
  the first one's member has sealed its texts. Only owners find the row in their export.
- ``blanked``: plain text columns that are emptied when a row stays behind its erased member.
- ``handles``: columns that hold a handle as somebody typed it, in rows that point to no member.
- ``coarse``: dates that an export shows as the Monday of their week, as the API does.
- ``exported_where``: which of the owner's rows an export shows, as conditions of a filter.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import Any


class Export(StrEnum):
    """How a member's export shows these rows."""

    WHOLE = "whole"  # every column, sealed ones opened
    SECRET_FREE = "secret_free"  # noqa: S105  the row without its hashes and keys
    NONE = "none"  # machinery that says nothing about the member


class Erasure(StrEnum):
    """What erasing the member does to these rows."""

    DELETE = "delete"  # gone with the member
    SHARED = "shared"  # belongs to two members: this one's side is removed
    NONE = "none"  # holds nothing of any member


def sealed_of(model: Any) -> Mapping[str, str]:
    """Return a model's sealed text columns, each with its label."""
    found: Mapping[str, str] = getattr(model, "sealed", {})
    return found


def secrets_of(model: Any) -> frozenset[str]:
    """Return the columns that no export shows, those that a model inherits included."""
    return frozenset(column for one in model.__mro__ for column in one.__dict__.get("secrets", ()))
