"""Pages for app developers: the document, two readers of it, and what each problem means.

They are public, the same for everybody, and ask no other host for anything.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from functools import cache
from itertools import groupby

from django.conf import settings
from django.contrib.staticfiles import finders
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import path
from django.views.decorators.http import condition

from api import problems
from api.schema.errors import ACTIONS

_SAFE = ("GET", "HEAD")
# The two readers draw with styles of their own making, and small pictures inside them.
_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; "
    "img-src 'self' data:; connect-src 'self'; base-uri 'none'; form-action 'none'; "
    "frame-ancestors 'none'"
)
# Redoc searches in a worker that it makes itself.
_REDOC_POLICY = f"{_POLICY}; worker-src blob:"
_REDOC = "drf_spectacular_sidecar/redoc/bundles/redoc.standalone.js"
_REDOC_LOGO = b"https://cdn.redoc.ly/redoc/logo-mini.svg"

View = Callable[[HttpRequest], HttpResponse]


def _read_only(view: View) -> View:
    def answer(request: HttpRequest) -> HttpResponse:
        if request.method not in _SAFE:
            return problems.method_not_allowed(request, allowed=_SAFE)
        return view(request)

    return answer


def _page(request: HttpRequest, name: str, policy: str, **context: object) -> HttpResponse:
    response = render(request, f"docs/{name}.html", {"page": name, **context})
    response["Content-Security-Policy"] = policy
    return response


@cache
def _document() -> tuple[bytes, str]:
    content = (settings.BASE_DIR / "openapi.yaml").read_bytes()
    return content, f'"{hashlib.sha256(content).hexdigest()[:32]}"'


@cache
def _redoc_script() -> bytes:
    """Return Redoc without the address of its logo, which it would fetch from its maker's host."""
    found = finders.find(_REDOC)
    if not isinstance(found, str):
        raise FileNotFoundError(_REDOC)
    with open(found, "rb") as file:
        return file.read().replace(_REDOC_LOGO, b"data:,")


def _etag(request: HttpRequest) -> str:
    return _document()[1]


@condition(etag_func=_etag)
def document(request: HttpRequest) -> HttpResponse:
    """Answer ``openapi.yaml`` as it was committed."""
    response = HttpResponse(_document()[0], content_type="application/yaml; charset=utf-8")
    response["Cache-Control"] = "public, no-cache"
    return response


def swagger(request: HttpRequest) -> HttpResponse:
    """Answer the page that tries operations out."""
    return _page(request, "swagger", _POLICY)


def redoc(request: HttpRequest) -> HttpResponse:
    """Answer the page to read."""
    return _page(request, "redoc", _REDOC_POLICY)


def redoc_script(request: HttpRequest) -> HttpResponse:
    """Answer Redoc's program."""
    response = HttpResponse(_redoc_script(), content_type="text/javascript; charset=utf-8")
    response["Cache-Control"] = "public, max-age=3600"
    return response


def problem_list(request: HttpRequest) -> HttpResponse:
    """Answer what each problem means and what an app does about it."""
    by_status = groupby(problems.known(), key=lambda one: one[0].status)
    return _page(
        request,
        "problems",
        _POLICY,
        groups=[(status, list(found)) for status, found in by_status],
        actions=ACTIONS.items(),
    )


urlpatterns = [
    path("openapi.yaml", _read_only(document)),
    path("docs", _read_only(swagger)),
    path("docs/problems", _read_only(problem_list)),
    path("redoc", _read_only(redoc)),
    path("redoc/redoc.js", _read_only(redoc_script)),
]
