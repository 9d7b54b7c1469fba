"""Examples of requests and answers, recorded from real ones (tests/contract/test_examples.py)."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import Any

PATH = Path(__file__).with_name("examples.json")


@cache
def recorded() -> dict[str, Any]:
    """Return, by operation id, examples of the request and of each answer by status.

    Each is a list of ``{"summary": …, "value": …}``.
    """
    found: dict[str, Any] = json.loads(PATH.read_text(encoding="utf-8"))
    return found


def insert(operation: dict[str, Any]) -> None:
    """Give an operation its recorded examples."""
    of_operation = recorded().get(operation["operationId"], {})
    body = operation.get("requestBody")
    if body is not None:
        _insert(body, of_operation.get("request", []))
    for status, given in of_operation.get("answers", {}).items():
        if status in operation["responses"]:
            _insert(operation["responses"][status], given)


def _insert(target: dict[str, Any], given: list[dict[str, Any]]) -> None:
    for content in target.get("content", {}).values() if given else ():
        content["examples"] = {
            f"example{number}": dict(one) for number, one in enumerate(given, start=1)
        }
