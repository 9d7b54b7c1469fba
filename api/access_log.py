"""One line for each request, for operators who ask for it (ACCESS_LOG=1).

The line names the route, never the path or the query: ``check-ins/<local_date>`` says nothing about
a member. The crisis directory is left out altogether; who looks there is nobody's business.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from time import perf_counter

from django.conf import settings
from django.core.exceptions import MiddlewareNotUsed
from django.http import HttpRequest, HttpResponse

log = logging.getLogger("api.access")

UNLOGGED = ("crisis-resources",)


class AccessLog:
    """Write method, route, status and milliseconds of each answer."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        if not settings.ACCESS_LOG:
            raise MiddlewareNotUsed
        self._get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer the request and write its line."""
        began = perf_counter()
        response = self._get_response(request)
        match = request.resolver_match
        route = match.route if match else "no route"
        if not any(part in route for part in UNLOGGED):
            log.info(
                "%s %s %d %.1f ms",
                request.method,
                route,
                response.status_code,
                (perf_counter() - began) * 1000,
            )
        return response
