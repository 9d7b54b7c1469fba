"""What happens to every request: an id to name it by, and no caching of what is private."""

from __future__ import annotations

from collections.abc import Callable
from uuid import uuid4

from django.core.exceptions import DisallowedHost
from django.http import HttpRequest, HttpResponse

from api import problems

# Load balancers ask by bare address; these answers depend on no host.
HEALTH = ("/livez", "/readyz")


class RequestId:
    """Name each request, refuse unknown hosts with a problem, and mark answers as private."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self._get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer the request."""
        request.request_id = uuid4().hex  # type: ignore[attr-defined]
        try:
            if request.path not in HEALTH:
                request.get_host()
            response = self._get_response(request)
        except DisallowedHost as error:
            response = problems.respond(request, error)
        response["X-Request-Id"] = request.request_id  # type: ignore[attr-defined]
        if request.path.startswith("/api/") and "Cache-Control" not in response:
            response["Cache-Control"] = "private, no-store"
        return response
