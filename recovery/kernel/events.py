"""Facts that a lower area tells a higher one, inside the transaction that made them true.

A fact is a frozen dataclass carrying ids. Handlers may write rows; they do no I/O beyond the
database, and what they raise undoes the whole write.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from typing import Any, TypeVar

Fact = TypeVar("Fact")
_handlers: dict[type[Any], list[Callable[[Any], None]]] = defaultdict(list)


def subscribe(*, fact: type[Fact], handler: Callable[[Fact], None]) -> None:
    """Call ``handler`` whenever such a fact is published; once per handler."""
    if handler not in _handlers[fact]:
        _handlers[fact].append(handler)


def publish(*, fact: object) -> None:
    """Tell everybody who subscribed to this kind of fact."""
    for handler in _handlers[type(fact)]:
        handler(fact)
