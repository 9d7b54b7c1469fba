"""What Django's admin needs around it, for its own addresses only.

Everywhere else there is no cookie and no session: signing in here opens nothing of the API, and
the API pays nothing for it.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib.auth.middleware import AuthenticationMiddleware
from django.contrib.messages.middleware import MessageMiddleware
from django.contrib.sessions.middleware import SessionMiddleware
from django.http import HttpRequest, HttpResponse
from django.utils.deprecation import MiddlewareMixin

PATH = "/admin/"
# The admin draws with its own files alone; it has no scripts or styles inside its pages.
_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
    "connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)

_Answer = Callable[[HttpRequest], HttpResponse]


class _ForOperators(MiddlewareMixin):
    """Stand aside for every address but the operator's."""

    def __call__(self, request: HttpRequest) -> Any:
        """Answer the request."""
        if not request.path_info.startswith(PATH):
            return self.get_response(request)
        return super().__call__(request)


class OperatorPolicy:
    """Say what the operator's pages may load: nothing from elsewhere."""

    def __init__(self, get_response: _Answer) -> None:
        self._get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer the request."""
        response = self._get_response(request)
        if request.path_info.startswith(PATH):
            response["Content-Security-Policy"] = _POLICY
            # Without a referrer a browser hides the origin of a form too, and then it is refused.
            response["Referrer-Policy"] = "same-origin"
        return response


class OperatorSessions(_ForOperators, SessionMiddleware):
    """Sessions of operators."""


class OperatorAuthentication(_ForOperators, AuthenticationMiddleware):
    """Who operates."""


class OperatorMessages(_ForOperators, MessageMiddleware):
    """What a page says after something was done."""
