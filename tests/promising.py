"""Commitments over HTTP, for tests."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from rest_framework.test import APIClient

from recovery.sharing.models import Scope
from recovery.sharing.services import Wanted

PATH = "/api/v1/commitments"


def promise(client: APIClient, **fields: Any) -> dict[str, Any]:
    """Promise something, daily unless another cadence is said; return the answer."""
    body = {"title": "A walk before work", "cadence": "daily", **fields}
    answer = client.post(PATH, body, format="json")
    assert answer.status_code == 201, answer.json()
    found: dict[str, Any] = answer.json()
    return found


def say(
    client: APIClient, commitment: dict[str, Any], day: str, state: str = "kept", **fields: Any
) -> Any:
    """Say how a date went; return the whole answer."""
    return client.put(entry_path(commitment, day), {"state": state, **fields}, format="json")


def entry_path(commitment: dict[str, Any], day: str) -> str:
    """The address of a date of a commitment."""
    return f"{PATH}/{commitment['id']}/entries/{day}"


def shown(commitment: dict[str, Any]) -> Wanted:
    """The wish to show a commitment."""
    return Wanted(scope=Scope.COMMITMENTS, item_id=UUID(commitment["id"]))
