"""Rows reach a view only through the domain, which asks on whose behalf they are loaded."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

API = Path(__file__).resolve().parents[2] / "api"
FILES = sorted(API.rglob("*.py"))
# Managers, and the ways round them.
FORBIDDEN = {"objects", "_default_manager", "_base_manager"}


def reaches_for_rows(source: str) -> list[int]:
    """Return the lines of a module that reach for a model's rows."""
    return [
        node.lineno
        for node in ast.walk(ast.parse(source))
        if isinstance(node, ast.Attribute) and node.attr in FORBIDDEN
    ]


@pytest.mark.parametrize("path", FILES, ids=[str(path.relative_to(API)) for path in FILES])
def test_a_module_of_the_api_loads_no_rows_itself(path: Path) -> None:
    assert reaches_for_rows(path.read_text(encoding="utf-8")) == []


def test_the_search_finds_what_it_looks_for() -> None:
    assert reaches_for_rows("def f():\n    return Grant.objects.all()\n") == [2]
    assert FILES
