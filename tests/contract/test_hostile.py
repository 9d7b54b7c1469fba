"""Whatever is sent, by construction for every operation, field and parameter: the answer is a
problem that says so, never a fault of ours, and nothing is stored.
"""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import quote

import pytest
from rest_framework.test import APIClient

from api.schema import examples
from tests.contract import hostile
from tests.contract.document import operations, resolved
from tests.contract.world import World, stored

pytestmark = pytest.mark.django_db

JSON = "application/json"
# An archive is looked at by a worker; what is none is refused in tests of its own.
WITH_BODY = sorted(
    name
    for name, one in operations().items()
    if JSON in one.body.get("requestBody", {}).get("content", {})
)
WITH_PATH = sorted(name for name, one in operations().items() if "{" in one.path)
QUERIED = [
    (name, parameter["name"])
    for name, one in sorted(operations().items())
    for parameter in one.body.get("parameters", [])
    if parameter["in"] == "query"
]
MEMBERS = {*("type", "title", "status", "detail", "code", "request_id", "client_action", "errors")}


def assert_problem(answer: Any, *statuses: int) -> None:
    """It is a whole problem document with one of these statuses."""
    assert answer.status_code in statuses, (answer.status_code, answer.content[:500])
    assert answer["Content-Type"] == "application/problem+json"
    body = answer.json()
    assert set(body) == MEMBERS
    assert body["status"] == answer.status_code
    assert body["request_id"] == answer["X-Request-Id"]
    # What was sent is not sent back: an answer may end up in a log.
    assert len(answer.content) < 20_000


def send(world: World, operation_id: str, raw: bytes, media: str = "application/json") -> Any:
    """Send these very bytes to an operation on the owner's things."""
    role = "guest" if operation_id == "setCredentials" else "owner"
    client = world.clients[role]
    client.raise_request_exception = False
    method = operations()[operation_id].method.upper()
    return client.generic(method, world.path(operation_id, role="owner"), raw, content_type=media)


def schema_of(operation_id: str) -> dict[str, Any]:
    """Return the schema of an operation's body."""
    return resolved(
        operations()[operation_id].body["requestBody"]["content"]["application/json"]["schema"]
    )


def good_body(operation_id: str) -> dict[str, str]:
    """Return the fields of the recorded example as JSON texts."""
    value = examples.recorded()[operation_id]["request"][0]["value"]
    return {name: json.dumps(inner) for name, inner in value.items()}


def written(fields: dict[str, str]) -> bytes:
    """Return a body made of JSON texts, however broken they are."""
    return ("{" + ", ".join(f'"{name}": {text}' for name, text in fields.items()) + "}").encode()


@pytest.mark.parametrize("operation_id", WITH_BODY)
def test_what_is_no_body_is_refused(world: World, operation_id: str) -> None:
    before = stored()
    for raw in hostile.NO_BODIES.values():
        assert_problem(send(world, operation_id, raw), 400)
    for raw in hostile.TOO_LARGE.values():
        assert_problem(send(world, operation_id, raw), 413)
    for media in (
        "text/plain",
        "application/x-www-form-urlencoded",
        "multipart/form-data",
        "",
        "x",
    ):
        assert_problem(send(world, operation_id, b'{"a": 1}', media), 415)
    assert stored() == before


@pytest.mark.parametrize("operation_id", WITH_BODY)
def test_what_does_not_fit_a_field_is_refused(world: World, operation_id: str) -> None:
    before, good = stored(), good_body(operation_id)
    for name, schema in schema_of(operation_id)["properties"].items():
        for value in hostile.wrong_values(schema):
            answer = send(world, operation_id, written({**good, name: value}))
            assert answer.status_code >= 400, f"{name}: {value[:80]} was taken"
            assert_problem(answer, 400)
            body = answer.json()
            assert body["code"] in ("invalid", "malformed"), (name, value[:80])
            if body["code"] == "invalid":
                assert body["errors"], (name, value[:80])
                assert all(one["pointer"].startswith(f"/{name}") for one in body["errors"]), body
    assert stored() == before


@pytest.mark.parametrize("operation_id", WITH_BODY)
def test_a_body_lacks_nothing_and_has_nothing_twice(world: World, operation_id: str) -> None:
    before, good = stored(), good_body(operation_id)
    for name in schema_of(operation_id).get("required", []):
        answer = send(world, operation_id, written({k: v for k, v in good.items() if k != name}))
        assert_problem(answer, 400)
        assert [one["code"] for one in answer.json()["errors"]] == ["required"]
    for name, value in good.items():
        twice = written(good)[:-1] + f', "{name}": {value}}}'.encode()
        assert_problem(send(world, operation_id, twice), 400)
    assert_problem(send(world, operation_id, written({**good, "is_staff": "true"})), 400)
    assert stored() == before


BAD_PARTS = (
    *("x", "0", "-1", "null", "%00", "%ED%A0%80", "%FF", "..", "a" * 5_000, "%F0%9F%92%99"),
    *("019aaa15-0001-7c31-9b1e-5f0a4c2d7e1g", "019aaa1500017c319b1e5f0a4c2d7e10"),
    *(quote(day) for day in hostile.DATES),
)


@pytest.mark.parametrize("operation_id", WITH_PATH)
def test_what_is_no_part_of_an_address_is_not_found(world: World, operation_id: str) -> None:
    before, operation = stored(), operations()[operation_id]
    client = world.clients["owner"]
    names = [one["name"] for one in operation.body["parameters"] if one["in"] == "path"]
    for bad in BAD_PARTS:
        for name in names:
            path = operation.path.replace(f"{{{name}}}", bad)
            for other in names:
                path = path.replace(f"{{{other}}}", world.things.get(other, bad))
            answer = client.generic(operation.method.upper(), path, b"{}", "application/json")
            assert_problem(answer, 404)
    assert stored() == before


BAD_QUERIES = (
    *("%00", "a%00b", "", "%20", "x" * 5_000, "0", "-1", "101", "1e9", "1e400", "NaN", "9" * 400),
    *("true", "[]", "%ED%A0%80", "%FF", "%5Cud800", "'%20OR%201=1", "%25", "٣", "eHw", "fHw", "="),
    *("OTk5OS0xMi0zMVQyMzo1OTo1OS0yMzo1OXx4", "MjAyNi0xMS0yMnx4", *map(quote, hostile.DATES)),
)
FREE_TEXT = {"time_zone", "country"}


@pytest.mark.parametrize(("operation_id", "name"), QUERIED)
def test_what_is_no_query_is_refused(world: World, operation_id: str, name: str) -> None:
    before, client = stored(), world.clients["owner"]
    path, _, known = world.path(operation_id).partition("?")
    rest = "&".join(part for part in known.split("&") if part and not part.startswith(f"{name}="))
    for value in BAD_QUERIES:
        answer = client.get(f"{path}?{rest}&{name}={value}")
        assert answer.status_code < 500, (value, answer.content)
        if answer.status_code != 200:
            assert_problem(answer, 400)
        elif name not in FREE_TEXT:
            assert _fits(name, value), (name, value)
    for query in (f"{name}=1&{name}=1", "no_such_parameter=1", "%00=1", "format=json", "limit[]=1"):
        assert_problem(client.get(f"{path}?{rest}&{query}"), 400)
    assert stored() == before


def _fits(name: str, value: str) -> bool:
    """What the lists above hold for other parameters may be good for one of these."""
    dates = {"0001-01-01", "1899-12-31", "2200-01-01", "9999-12-31", "20261122", "2026-W47-7"}
    if name == "mine":
        return value == "true"
    return name == "cursor" and (value == "" or value in dates)


@pytest.mark.parametrize("operation_id", WITH_BODY)
def test_the_edges_of_time_are_no_fault(world: World, operation_id: str) -> None:
    good = good_body(operation_id)
    edges = {
        "date": ("1900-01-01", "2199-12-31"),
        "date-time": (
            *("1900-01-01T00:00:00Z", "1900-01-01T00:00:00+23:59", "1900-01-01T00:00:00-23:59"),
            *("2199-12-31T23:59:59.999999Z", "2199-12-31T23:59:59-23:59"),
        ),
    }
    for name, schema in schema_of(operation_id)["properties"].items():
        for value in edges.get(schema.get("format", ""), ()):
            with world.undone():
                answer = send(world, operation_id, written({**good, name: json.dumps(value)}))
                assert answer.status_code < 500, (name, value, answer.content)


def test_the_edges_of_the_calendar_are_no_fault(world: World) -> None:
    client = world.clients["owner"]
    for day in ("1900-01-01", "2199-12-31"):
        with world.undone():
            for method in ("GET", "PUT", "PATCH", "DELETE"):
                path = f"/api/v1/check-ins/{day}"
                answer = client.generic(method, path, b"{}", "application/json")
                assert answer.status_code < 500, (method, day, answer.content)
            for path in ("today", "check-ins/streak", "check-ins", "trackers"):
                assert client.get(f"/api/v1/{path}").status_code == 200


TOKENS = (
    *("Bearer", "Bearer ", "Bearer x", "bearer a.b.c", "Basic YTpi", "Token x", "x", "Bearer é"),
    *("Bearer " + "a" * 100_000, "Bearer eyJhbGciOiJub25lIn0.e30.", "Bearer .."),
    *("Bearer " + "eyJhbGciOiJIUzI1NiJ9." * 3, "Bearer W10.W10.W10", "Bearer \x00"),
)


def test_what_is_no_token_signs_nobody_in(db: None) -> None:
    for token in TOKENS:
        answer = APIClient(raise_request_exception=False).get(
            "/api/v1/me", HTTP_AUTHORIZATION=token
        )
        assert_problem(answer, 401)
        assert answer["WWW-Authenticate"] == 'Bearer realm="api"'


def test_a_body_may_be_left_out_where_all_of_it_may_be(world: World) -> None:
    for name in WITH_BODY:
        with world.undone():
            answer = send(world, name, b"")
            if schema_of(name).get("required"):
                assert_problem(answer, 400)
            else:
                # Without the password that is asked for again it is refused, too.
                assert answer.status_code in (200, 201, 202, 400, 403), (name, answer.content)
