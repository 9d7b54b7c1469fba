"""The document is one that clients can be generated from, and openapi.yaml is that document."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yaml
from django.urls import URLPattern, URLResolver, get_resolver
from openapi_spec_validator import OpenAPIV31SpecValidator

from api.schema import enums, words
from tests.contract import lint
from tests.contract.document import document, operations, resolved, template

ROOT = Path(__file__).resolve().parents[2]


def nodes(node: Any, path: str = "#") -> Iterator[tuple[str, dict[str, Any]]]:
    """Every object of the document, examples left out, with where it stands."""
    if isinstance(node, dict):
        yield path, node
        for key, inner in node.items():
            if key not in ("example", "examples"):
                yield from nodes(inner, f"{path}/{key}")
    elif isinstance(node, list):
        for index, inner in enumerate(node):
            yield from nodes(inner, f"{path}/{index}")


def schemas() -> dict[str, dict[str, Any]]:
    """The named schemas."""
    found: dict[str, dict[str, Any]] = document()["components"]["schemas"]
    return found


def reached(roots: list[dict[str, Any]]) -> set[str]:
    """The names of the schemas that these parts of the document lead to."""
    found: set[str] = set()
    left = [node["$ref"] for root in roots for _, node in nodes(root) if "$ref" in node]
    while left:
        name = left.pop().rpartition("/")[2]
        if name not in found and name in schemas():
            found.add(name)
            left += [node["$ref"] for _, node in nodes(schemas()[name]) if "$ref" in node]
    return found


def sent() -> set[str]:
    """The schemas that requests lead to."""
    return reached([one.body["requestBody"] for one in operations().values() if _has_body(one)])


def answered() -> set[str]:
    """The schemas that answers lead to."""
    return reached(
        [
            resolved(response)
            for one in operations().values()
            for response in one.body["responses"].values()
        ]
    )


def _has_body(operation: Any) -> bool:
    return "requestBody" in operation.body


def test_the_committed_document_is_what_the_code_says() -> None:
    committed = yaml.load(
        (ROOT / "openapi.yaml").read_text(encoding="utf-8"),
        Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader),  # noqa: S506 - both are safe
    )
    assert json.loads(json.dumps(committed, default=str)) == document(), (
        "write it anew: ./run manage spectacular --file openapi.yaml"
    )


def test_it_is_openapi_3_1() -> None:
    assert document()["openapi"] == "3.1.1"
    assert list(OpenAPIV31SpecValidator(document()).iter_errors()) == []


def test_the_linter_finds_what_it_looks_for(tmp_path: Path) -> None:
    assert lint.install()
    broken = json.loads(json.dumps(document()))
    del broken["paths"]["/api/v1/today"]["get"]["operationId"]
    path = tmp_path / "openapi.json"
    path.write_text(json.dumps(broken))
    assert lint.lint(path).returncode != 0


def test_every_address_of_the_api_is_in_it_and_no_other() -> None:
    routed = set(_routes(get_resolver()))
    written = {(one.path, one.method) for one in operations().values()}
    assert written == routed


def _routes(resolver: URLResolver, prefix: str = "") -> Iterator[tuple[str, str]]:
    for entry in resolver.url_patterns:
        route = prefix + str(entry.pattern)
        if isinstance(entry, URLResolver):
            yield from _routes(entry, route)
        elif isinstance(entry, URLPattern) and route.startswith("api/"):
            view = entry.callback.view_class
            for method in ("get", "post", "put", "patch", "delete"):
                if hasattr(view, method):
                    yield template(route), method


def test_operations_have_a_verb_for_a_name_words_one_tag_and_their_errors() -> None:
    for name, operation in operations().items():
        said = operation.body
        assert re.fullmatch(r"[a-z]+([A-Z][a-z]*)*", name), name
        assert said["summary"], name
        assert said["description"].endswith("."), name
        assert not said["summary"].endswith("."), name
        assert len(said["tags"]) == 1, name
        assert said["tags"][0] in words.TAGS, name
        assert said["security"] in ([], [{"session": []}]), name
        assert ("401" in said["responses"]) or not said["security"], name
        assert {"503", "default"} <= set(said["responses"]), name
        if "{" in operation.path:
            assert "404" in said["responses"], name
        if "requestBody" in said:
            assert {"400", "413", "415"} <= set(said["responses"]), name
            assert said["requestBody"].get("required", True), name
        for status, response in said["responses"].items():
            problem = list(resolved(response).get("content", {})) == ["application/problem+json"]
            # 304 says that nothing changed, and has no body at all.
            assert problem == (status[0] not in "23"), (name, status)


def test_errors_about_requests_for_support_and_no_others_say_where_the_lines_are() -> None:
    saying = set()
    for name, operation in operations().items():
        for status, response in operation.body["responses"].items():
            if "Link" in resolved(response).get("headers", {}):
                saying.add((name, status))
    expected = {
        (name, status)
        for name, operation in operations().items()
        if operation.path.startswith("/api/v1/support-requests")
        for status in operation.body["responses"]
        if status[0] != "2"
    }
    assert len({name for name, _ in expected}) == 6
    assert saying == expected


def test_there_is_one_security_scheme_and_no_server_of_ours() -> None:
    schemes = document()["components"]["securitySchemes"]
    assert {name: one["scheme"] for name, one in schemes.items()} == {"session": "bearer"}
    assert document()["servers"] == [{"url": "/"}]
    hosts = re.findall(r"https?://[^/\"` ]+", json.dumps({**document(), "paths": {}}))
    assert hosts == []


def test_inputs_and_outputs_are_different_schemas() -> None:
    enum_names = {name for name, one in schemas().items() if "enum" in one}
    assert (sent() & answered()) - enum_names == set()
    assert set(schemas()) == sent() | answered() | {"GrantScope"} | enum_names


def test_a_body_with_a_field_that_it_does_not_know_is_refused_in_writing_too() -> None:
    for name in sent():
        if schemas()[name]["type"] == "object":
            assert schemas()[name]["additionalProperties"] is False, name


def test_objects_of_answers_say_which_properties_are_always_there() -> None:
    # Left out where there is none: an object cannot be null, and a clock has no "none".
    optional = {"clock", "limit_summary", "limit", "check_in", "pending_terms", "link", "problem"}
    optional |= {"group", "partner", "membership", "join_request"}
    for name in answered():
        schema = schemas()[name]
        if schema["type"] == "object":
            assert schema["properties"], name
            assert set(schema["properties"]) - set(schema["required"]) <= optional, name


def test_only_scalars_are_nullable_and_said_so_the_way_of_3_1() -> None:
    for where, node in nodes(document()):
        assert not {"nullable", "oneOf", "anyOf", "allOf", "x-spec-enum-id"} & set(node), where
        kind = node.get("type")
        if isinstance(kind, list):
            assert len(kind) == 2, where
            assert kind[1] == "null", where
            assert kind[0] in ("string", "integer"), where
            assert "enum" not in node, where


def test_enums_are_named_once_by_us() -> None:
    named = {name: one["enum"] for name, one in schemas().items() if "enum" in one}
    assert set(named) == set(enums.ENUMS) | set(enums.SUBSETS) | {"ClientAction"}
    for where, node in nodes(document()):
        if "enum" in node:
            assert where.count("/") == 3, f"{where} has an enum without a name"
    values = Counter(tuple(sorted(one)) for one in named.values())
    assert max(values.values()) == 1
    assert not any(value in ("", None) for one in named.values() for value in one)


def test_parts_of_an_address_have_their_type() -> None:
    for operation in operations().values():
        for parameter in operation.body.get("parameters", []):
            if parameter["in"] == "path" and parameter["name"] == "token":
                assert parameter["schema"]["pattern"], operation.id
            elif parameter["in"] == "path":
                wanted = "date" if parameter["name"] == "local_date" else "uuid"
                assert parameter["schema"].get("format") == wanted, operation.id
                assert parameter["required"] is True
