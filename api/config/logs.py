"""Log lines that tell where something went wrong, and never with what.

What an exception says is often somebody's row: PostgreSQL ends its messages with ``DETAIL: Failing
row contains (…)``, and a parser quotes what it could not read. So whoever logs an exception, ours
or a library's, gets its kind and its frames written; what it says, nowhere.
"""

from __future__ import annotations

import copy
import logging
from collections.abc import Callable, Iterator, Mapping
from traceback import walk_tb
from types import TracebackType
from typing import Any


class Formatter(logging.Formatter):
    """Write a record without what its exceptions say, in its message and in its traceback."""

    def format(self, record: logging.LogRecord) -> str:
        """Return the record's lines; the record stays as it is, for other handlers."""
        told = copy.copy(record)
        told.msg, told.args = _message(record), None
        told.exc_text = None  # another formatter may have written it in full
        return super().format(told)

    def formatException(self, ei: Any) -> str:
        """Return the kinds of an exception and of those behind it, each with its frames."""
        _, error, trace = ei
        if error is None:
            return "no exception"
        return "\nbefore that:\n".join(
            "\n".join([_kind(one), *_frames(trace if one is error else one.__traceback__)])
            for one in _chain(error)
        )


def _message(record: logging.LogRecord) -> str:
    told = copy.copy(record)
    told.msg, told.args = _kind_of(record.msg), _kinds_of(record.args)
    message = told.getMessage()
    # Celery, for one, puts the text of an exception into the message, besides the exception.
    error = record.exc_info[1] if record.exc_info else None
    texts: dict[str, str] = {}
    for one in _chain(error):
        for text in _texts(one):
            texts.setdefault(text, _kind(one))
    for text in sorted(texts, key=len, reverse=True):
        message = message.replace(text, texts[text])
    return message


def _kinds_of(args: Any) -> Any:
    if isinstance(args, Mapping):
        return {name: _kind_of(value) for name, value in args.items()}
    return tuple(_kind_of(value) for value in args) if isinstance(args, tuple) else args


def _kind_of(value: Any) -> Any:
    return _kind(value) if isinstance(value, BaseException) else value


def _kind(error: BaseException) -> str:
    return f"{type(error).__module__}.{type(error).__qualname__}"


def _texts(error: BaseException) -> Iterator[str]:
    ways: list[tuple[Callable[[object], str], object]] = [(str, error), (repr, error)]
    ways += [(repr, one) for one in error.args if isinstance(one, str)]
    for show, value in ways:
        try:
            text = show(value)
        except Exception:  # noqa: S112 - one that cannot even be shown tells nothing
            continue
        if text:
            yield text


def _chain(error: BaseException | None) -> Iterator[BaseException]:
    """Return an exception, and then those that it came from or holds, each once."""
    waiting, seen = [error], set[int]()
    while waiting:
        one = waiting.pop(0)
        if one is None or id(one) in seen:
            continue
        seen.add(id(one))
        yield one
        waiting += [one.__cause__, None if one.__suppress_context__ else one.__context__]
        if isinstance(one, BaseExceptionGroup):
            waiting += one.exceptions


def _frames(trace: TracebackType | None) -> Iterator[str]:
    for frame, line in walk_tb(trace):
        code = frame.f_code
        # Celery brings frames of other processes along, which have less to them.
        yield f"  {code.co_filename}:{line} in {getattr(code, 'co_qualname', code.co_name)}"
