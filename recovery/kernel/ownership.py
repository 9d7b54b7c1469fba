"""What happens to each kind of row when its member exports or erases their data.

Every model states both rules as class attributes; a test walks the models and fails on one that
does not. The export and the erasure read them, so nothing is forgotten by construction.
"""

from enum import StrEnum


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
