"""Holds every answer that a test gets against the OpenAPI document."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.urls import Resolver404, resolve
from rest_framework.test import APIClient

from api.archives import MEDIA_TYPE
from tests.contract.document import faults, operation_at, template

# Only what was refused has a code.
SUCCESS = range(200, 300)


class NotAsWritten(AssertionError):
    """An answer that the document does not foresee."""


@contextmanager
def checked(client: type[APIClient]) -> Iterator[None]:
    """Check each answer of a class of clients while this holds."""
    original = client.request

    def request(self: APIClient, **kwargs: Any) -> Any:
        answer = original(self, **kwargs)
        check(answer)
        return answer

    client.request = request  # type: ignore[method-assign]
    try:
        yield
    finally:
        client.request = original  # type: ignore[method-assign]


def check(answer: Any) -> None:
    """Fail unless the document foresees an answer: its status, its media type, its body."""
    asked = answer.request
    path, method = asked["PATH_INFO"], asked["REQUEST_METHOD"].lower()
    if not path.startswith("/api/"):
        return
    try:
        route = resolve(path).route
    except Resolver404:
        return
    operation = operation_at(template(route), "get" if method == "head" else method)
    if operation is None:
        return
    where = f"{operation.id} ({answer.status_code})"
    response = operation.response(answer.status_code)
    if response is None:
        raise NotAsWritten(f"{where}: the document does not name this status\n{answer.content!r}")
    content = response.get("content", {})
    if not content:
        if answer.content:
            raise NotAsWritten(f"{where}: a body where none is written")
        return
    media = answer["Content-Type"].partition(";")[0]
    if media not in content:
        raise NotAsWritten(f"{where}: {media} is not one of {', '.join(content)}")
    if method == "head":
        return
    if media == MEDIA_TYPE:
        return
    body = answer.json()
    wrong = faults(body, content[media]["schema"])
    if wrong:
        raise NotAsWritten(f"{where}:\n" + "\n".join(wrong) + f"\n{body}")
    if answer.status_code not in SUCCESS and body["code"] not in content[media]["examples"]:
        raise NotAsWritten(f"{where}: the document does not name the code {body['code']}")
