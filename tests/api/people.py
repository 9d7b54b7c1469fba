"""People who join and sign in over HTTP, with the tokens that they get."""

from __future__ import annotations

from typing import Any

from rest_framework.test import APIClient

PASSWORD = "seven-stones-9"
OTHER_PASSWORD = "nine-quiet-herons"


def post(path: str, body: dict[str, Any], **headers: str) -> Any:
    """Answer of a POST that nobody is signed in for."""
    return APIClient().post(f"/api/v1/{path}", body, format="json", **headers)


def join(*, handle: str = "alice", **fields: Any) -> dict[str, Any]:
    """Register and return the answer."""
    body = {
        "handle": handle,
        "password": PASSWORD,
        "time_zone": "Europe/Berlin",
        "accepts_terms": True,
        "is_adult": True,
    }
    answer = post("auth/register", body | fields)
    assert answer.status_code == 201, answer.json()
    found: dict[str, Any] = answer.json()
    return found


def join_as_guest(**fields: Any) -> dict[str, Any]:
    """Begin as a guest and return the answer."""
    body = {"time_zone": "Europe/Berlin", "accepts_terms": True, "is_adult": True}
    answer = post("auth/guest", body | fields)
    assert answer.status_code == 201, answer.json()
    found: dict[str, Any] = answer.json()
    return found


def log_in(*, handle: str = "alice", password: str = PASSWORD, **headers: str) -> Any:
    """Answer of signing in."""
    return post("auth/login", {"handle": handle, "password": password}, **headers)


def refresh(token: str) -> Any:
    """Answer of a refresh."""
    return post("auth/refresh", {"refresh": token})


def signed_in(tokens: dict[str, Any]) -> APIClient:
    """A client that sends the access token of an answer."""
    client = APIClient()
    client.credentials(HTTP_AUTHORIZATION=f"Bearer {tokens['access']}")
    return client


def sees_me(tokens: dict[str, Any]) -> Any:
    """Answer of asking for one's own account."""
    return signed_in(tokens).get("/api/v1/me")
