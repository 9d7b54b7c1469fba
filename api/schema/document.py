"""The whole document, finished for generated clients (a drf-spectacular post-processing hook)."""

from __future__ import annotations

from typing import Any

from drf_spectacular.drainage import warn

from api import problems
from api.schema import enums, errors, examples, words

SUCCESS = {
    "200": "What stands now.",
    "201": "What was made.",
    "202": "Taken on.",
    "204": "Done; there is no body.",
    "304": "What you keep is still so.",
}
METHODS = ("get", "put", "post", "patch", "delete")


def finish(result: dict[str, Any], generator: Any, request: Any, public: bool) -> dict[str, Any]:
    """Return the document with named enums, error answers, recorded examples and words."""
    schemas = result["components"]["schemas"]
    named: dict[str, Any] = {}
    result["paths"] = enums.name_enums(_plain(result["paths"]), named)
    schemas = enums.name_enums(_plain(schemas), named) | named | errors.SCHEMAS
    shared: dict[str, Any] = {}
    told: dict[str, problems.Problem] = {}
    for path, operation in _operations(result["paths"]):
        operation["security"] = [one for one in operation.get("security", []) if one]
        found = errors.problems_of(operation, takes_id=_takes_id(operation, schemas))
        operation["responses"] = _succeeding(operation) | errors.answers(
            found, shared, helps=problems.leads_to_help(path)
        )
        for problem in (*found, *errors.ANY_OTHER):
            told[errors.example_name(problem)] = problem
        examples.insert(operation)
    result["components"] |= {
        "schemas": dict(sorted(schemas.items())),
        "examples": {name: errors.example(told[name]) for name in sorted(told)},
        "responses": dict(sorted(shared.items())),
        "headers": {"HelpLink": errors.HELP_LINK, "RetryAfter": errors.RETRY_AFTER},
    }
    result["info"]["description"] = words.DESCRIPTION
    result["tags"] = [{"name": name, "description": text} for name, text in words.TAGS.items()]
    _check(result)
    return result


def _operations(paths: dict[str, Any]) -> list[tuple[str, dict[str, Any]]]:
    return [
        (path, operations[method])
        for path, operations in paths.items()
        for method in METHODS
        if method in operations
    ]


def _succeeding(operation: dict[str, Any]) -> dict[str, Any]:
    """Return the answers of an operation that did what was asked for, each with a sentence."""
    return {
        status: response | {"description": SUCCESS[status]}
        for status, response in sorted(operation["responses"].items())
    }


def _takes_id(operation: dict[str, Any], schemas: dict[str, Any]) -> bool:
    """Tell whether the body may choose an id, which may then be taken."""
    for content in operation.get("requestBody", {}).get("content", {}).values():
        name = content["schema"].get("$ref", "").rpartition("/")[2]
        if "id" in schemas.get(name, {}).get("properties", {}):
            return True
    return False


def _plain(node: Any) -> Any:
    """Return a part of the document without drf-spectacular's own notes and detours.

    It writes a reference with a description as ``allOf`` of one, as 3.0 needed.
    """
    if isinstance(node, list):
        return [_plain(inner) for inner in node]
    if not isinstance(node, dict):
        return node
    found = {key: _plain(inner) for key, inner in node.items() if key != "x-spec-enum-id"}
    if len(found.get("allOf", ())) == 1:
        found = {**found.pop("allOf")[0], **found}
    return found


def _check(result: dict[str, Any]) -> None:
    """Warn, which fails the build, of what no client could be generated from."""
    ids = [operation["operationId"] for _, operation in _operations(result["paths"])]
    for name in sorted({one for one in ids if ids.count(one) > 1}):
        warn(f"two operations are named {name}")
    for name in sorted(set(errors.OF_OPERATION) - set(ids)):
        warn(f"api.schema.errors names an operation that is not there: {name}")
    used = {tag for _, operation in _operations(result["paths"]) for tag in operation["tags"]}
    for name in sorted(used ^ set(words.TAGS)):
        warn(f"the tag {name} is not in both the operations and api.schema.words")
