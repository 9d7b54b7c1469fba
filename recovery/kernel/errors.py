"""Refusals: what the domain says when it will not do a thing.

Each is a named class with a stable ``code``; ``api.problems`` alone knows HTTP statuses. The kinds
below say what sort of refusal it is, so that a new one needs no change elsewhere.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class FieldError:
    """What is wrong with one part of the input, named by its JSON pointer (RFC 6901)."""

    pointer: str
    code: str
    detail: str


class Refusal(Exception):
    """The request is understood and will not be done."""

    code = "refused"
    title = "This cannot be done"

    def __init__(self, detail: str = "", *, errors: Sequence[FieldError] = ()) -> None:
        super().__init__(detail or self.title)
        self.detail = detail or self.title
        self.errors = tuple(errors)


class Missing(Refusal):
    """Absent, or hidden from whoever asks: the two look the same."""

    code = "not_found"
    title = "Not found"


class Invalid(Refusal):
    """The input breaks a rule; ``errors`` says where."""

    code = "invalid"
    title = "The input is not valid"


class Conflict(Refusal):
    """The input contradicts what is stored."""

    code = "conflict"
    title = "This contradicts what is stored"


class Denied(Refusal):
    """Known and understood, but not theirs to do."""

    code = "denied"
    title = "This is not allowed"


class NotSignedIn(Refusal):
    """The session or the secret is not accepted."""

    code = "not_signed_in"
    title = "Sign in first"


class TooMany(Refusal):
    """Wait before the next try."""

    code = "too_many"
    title = "Too many tries; wait a moment"

    def __init__(self, detail: str = "", *, retry_after: int) -> None:
        super().__init__(detail)
        self.retry_after = retry_after


class Unavailable(Refusal):
    """Something that this needs is switched off or out of reach."""

    code = "unavailable"
    title = "Not available just now"


def invalid(*, pointer: str, code: str, detail: str) -> Invalid:
    """Return the refusal of one field."""
    return Invalid(detail, errors=[FieldError(pointer=pointer, code=code, detail=detail)])


class IdTaken(Conflict):
    """A client chose an id that stands for something else."""

    code = "id_taken"
    title = "This id already stands for something else"
