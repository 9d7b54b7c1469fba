"""What a handle, a password and a code must look like. Plain Python."""

from __future__ import annotations

import base64
import re
import unicodedata
from datetime import datetime, timedelta

from recovery.kernel.errors import invalid

# The wording of the terms that members accept now.
TERMS_VERSION = "1"

SHORTEST_PASSWORD = 10
LONGEST_PASSWORD = 128
BACKUP_CODES = 10
# 10 bytes are 80 bits: a hash of them cannot be searched through. In base32 they are 16 signs.
BACKUP_CODE_BYTES = 10
EMAIL_CODE_DIGITS = 8

# Those who have just come are left alone by others' invites, unless they choose otherwise.
FIRST_DAYS = timedelta(days=90)

_HANDLE = re.compile(r"[a-z0-9_]{3,30}", re.ASCII)
# Names that would pass for the people who run the place, or for nobody.
_RESERVED = frozenset(
    (
        "admin",
        "administrator",
        "anonymous",
        "api",
        "crisis",
        "deleted",
        "everyone",
        "guest",
        "help",
        "helpline",
        "mod",
        "moderator",
        "none",
        "null",
        "official",
        "operator",
        "owner",
        "recovery",
        "root",
        "security",
        "sponsor",
        "staff",
        "support",
        "system",
        "team",
        "undefined",
        "unknown",
    )
)


def check_handle(handle: str) -> None:
    """Raise Invalid unless somebody may go by this handle.

    Capitals are refused rather than lowered, so that what was typed is what others see.
    """
    if not _HANDLE.fullmatch(handle):
        raise invalid(
            pointer="/handle",
            code="bad_handle",
            detail="Use 3 to 30 of the signs a to z, 0 to 9 and _.",
        )
    if handle.strip("_") in _RESERVED or not handle.strip("_"):
        raise invalid(pointer="/handle", code="reserved", detail="Choose another handle.")


def normal_password(password: str) -> str:
    """Return the form that is hashed: keyboards compose the same accents differently (NFKC)."""
    return unicodedata.normalize("NFKC", password)


def check_password_shape(password: str, *, handle: str, pointer: str) -> None:
    """Raise Invalid unless the password has a fair length and is not the handle.

    NIST SP 800-63B: length counts, rules of composition do not.
    """
    length = len(normal_password(password))
    if not SHORTEST_PASSWORD <= length <= LONGEST_PASSWORD:
        raise invalid(
            pointer=pointer,
            code="bad_length",
            detail=f"Use {SHORTEST_PASSWORD} to {LONGEST_PASSWORD} signs.",
        )
    if normal_password(password).casefold() == handle.casefold():
        raise invalid(
            pointer=pointer, code="same_as_handle", detail="Choose one that is not the handle."
        )


def check_consent(*, accepts_terms: bool, is_adult: bool) -> None:
    """Raise Invalid unless the terms are accepted and an adult says so; no birth date is asked."""
    for pointer, given in (("/accepts_terms", accepts_terms), ("/is_adult", is_adult)):
        if not given:
            raise invalid(pointer=pointer, code="must_be_true", detail="This must be true.")


def show_backup_code(raw: bytes) -> str:
    """Return a backup code for people: base32 in groups of four, ``ABCD-EFGH-JKLM-NPQR``."""
    letters = base64.b32encode(raw).decode()
    return "-".join(letters[start : start + 4] for start in range(0, len(letters), 4))


def normal_code(typed: str) -> str:
    """Return a typed code without the blanks, hyphens and small letters that people add."""
    return "".join(typed.split()).replace("-", "").upper()


def receives_invites(*, chosen: bool | None, joined_at: datetime, now: datetime) -> bool:
    """Tell whether invites that others address to a member reach them.

    What they chose; until they chose, not in their first 90 days.
    """
    return chosen if chosen is not None else now >= joined_at + FIRST_DAYS
