"""Every error that Django answers is a problem document, whoever found the error."""

from __future__ import annotations

import json
import logging
from collections.abc import Iterator
from typing import Any

import pytest
from django.test import Client
from rest_framework.test import APIClient

from api import problems
from recovery.kernel import errors
from recovery.kernel.errors import Refusal
from tests.contract.document import document, faults, operations, resolved
from tests.contract.faulty_urls import SECRET

PROBLEM = {"$ref": "#/components/schemas/Problem"}
FAULTY = "tests.contract.faulty_urls"


def refusals(kind: type[Refusal] = Refusal) -> Iterator[type[Refusal]]:
    """Every class of refusals."""
    for inner in kind.__subclasses__():
        yield inner
        yield from refusals(inner)


def expect(answer: Any, status: int, code: str) -> dict[str, Any]:
    """The answer is this problem, and names the request as its header does."""
    assert answer.status_code == status, answer.content
    assert answer["Content-Type"] == "application/problem+json"
    body: dict[str, Any] = json.loads(answer.content)
    assert faults(body, PROBLEM) == []
    assert (body["status"], body["code"]) == (status, code)
    assert body["request_id"] == answer["X-Request-Id"] != ""
    assert body["type"] == f"/docs/problems#{code}"
    return body


@pytest.mark.parametrize(
    "path", ["/", "/api", "/api/v1/none", "/api/v2/today", "/api/v1/today/", "/x%00y", "/%ff", "//"]
)
def test_an_unknown_address_is_a_problem(path: str) -> None:
    for method in ("GET", "POST", "DELETE", "OPTIONS", "PROPFIND"):
        expect(Client().generic(method, path), 404, "not_found")


def test_a_method_that_is_not_offered_is_a_problem_that_names_the_others(
    as_alice: APIClient,
) -> None:
    for operation in operations().values():
        path = operation.path.replace("{local_date}", "2026-11-22").replace("{token}", "A" * 70)
        for part in document()["paths"][operation.path][operation.method].get("parameters", []):
            path = path.replace(f"{{{part['name']}}}", "019aaa15-0001-7c31-9b1e-5f0a4c2d7e10")
        offered = {method.upper() for method in document()["paths"][operation.path]}
        for method in {"GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE"} - offered:
            answer = as_alice.generic(method, path)
            expect(answer, 405, "method_not_allowed")
            assert offered <= set(answer["Allow"].split(", "))


def test_so_it_is_outside_the_api() -> None:
    for path in ("/livez", "/readyz", "/openapi.yaml", "/docs", "/redoc", "/docs/problems"):
        answer = Client().post(path)
        expect(answer, 405, "method_not_allowed")
        assert answer["Allow"] == "GET, HEAD"


def test_only_json_is_offered_and_read(as_alice: APIClient) -> None:
    expect(as_alice.get("/api/v1/me", HTTP_ACCEPT="text/html"), 406, "not_acceptable")
    expect(as_alice.get("/api/v1/me", HTTP_ACCEPT="\x00;q=x"), 406, "not_acceptable")
    plain = as_alice.patch("/api/v1/me", "locale=de", content_type="text/plain")
    expect(plain, 415, "unsupported_media_type")
    large = as_alice.patch("/api/v1/me", b" " * 70_000 + b"{}", content_type="application/json")
    expect(large, 413, "body_too_large")


@pytest.mark.parametrize("path", ["/", "/api/v1/me", "/api/v1/crisis-resources", "/docs", "/none"])
@pytest.mark.parametrize("host", ["evil.example", "testserver:x", "", "a" * 300, "testserver/x"])
def test_a_host_that_is_not_ours_is_a_problem(path: str, host: str) -> None:
    answer = Client().get(path, HTTP_HOST=host)
    body = expect(answer, 400, "malformed")
    assert not host or host not in json.dumps(body)


@pytest.mark.urls(FAULTY)
@pytest.mark.parametrize("path", ["/api/v1/faulty", "/api/v1/refusing", "/outside"])
def test_a_fault_of_ours_is_a_problem_that_gives_nothing_away(
    path: str, caplog: pytest.LogCaptureFixture
) -> None:
    client = Client(raise_request_exception=False)
    with caplog.at_level(logging.ERROR):
        answer = client.get(path)
    body = expect(answer, 500, "server_error")
    assert body["client_action"] == "retry"
    assert SECRET not in answer.content.decode()


@pytest.mark.urls(FAULTY)
def test_a_database_that_does_not_answer_is_to_be_asked_again() -> None:
    answer = Client(raise_request_exception=False).get("/api/v1/unreachable")
    expect(answer, 503, "unavailable")
    assert int(answer["Retry-After"]) > 0


def test_each_kind_of_refusal_has_its_status() -> None:
    kinds = {kind for kind in Refusal.__subclasses__() if kind.__module__ == errors.__name__}
    assert kinds == {kind for kind, _, _ in problems.STATUS}
    assert all(issubclass(one, tuple(kinds)) for one in refusals())


def test_a_code_means_one_thing() -> None:
    """Two classes may share a code only where the app is told the same."""
    told: dict[str, set[tuple[str, int]]] = {}
    for problem, _ in problems.known():
        told.setdefault(problem.code, set()).add((problem.client_action, problem.status))
    assert {code: one for code, one in told.items() if len(one) > 1} == {}


def test_the_document_names_the_codes_of_every_refusal() -> None:
    written = {
        code
        for operation in operations().values()
        for response in operation.body["responses"].values()
        for content in resolved(response).get("content", {}).values()
        for code in content.get("examples", ())
    }
    known = {problem.code for problem, _ in problems.known()}
    # Kinds that are never raised as such.
    abstract = {"refused", "conflict", "denied"}
    assert known - abstract == {code for code in written if not code.startswith("example")}


def test_every_refusal_is_known() -> None:
    assert {one.code for one in refusals()} <= {problem.code for problem, _ in problems.known()}
