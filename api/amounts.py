"""Exact amounts on their way out: text, so that no client's floating point touches them."""

from __future__ import annotations

from decimal import Decimal
from typing import overload


@overload
def exact(amount: Decimal, *, places: int) -> str: ...
@overload
def exact(amount: Decimal | None, *, places: int) -> str | None: ...
def exact(amount: Decimal | None, *, places: int) -> str | None:
    """Return an amount as text with so many decimal places; none stays none."""
    return None if amount is None else f"{amount:.{places}f}"
