"""Every error answer, as RFC 9457 problem details; the only place that knows status codes."""

from __future__ import annotations

import json
import logging
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

from django.core.exceptions import (
    BadRequest,
    PermissionDenied,
    RequestDataTooBig,
    SuspiciousOperation,
)
from django.db import InterfaceError, OperationalError
from django.http import Http404, HttpRequest, HttpResponse
from rest_framework import exceptions as drf
from rest_framework.response import Response

from recovery.kernel import errors

log = logging.getLogger("api.problems")

CONTENT_TYPE = "application/problem+json"
SUPPORT = "/api/v1/support-requests"
# Those lines need no signing in and are never limited (RFC 8288).
HELP_LINK = ("Link", '</api/v1/crisis-resources>; rel="help"')


class PayloadTooLarge(drf.APIException):
    """The body is larger than the parser accepts."""

    status_code = 413
    default_detail = "The body is too large."
    default_code = "body_too_large"


@dataclass(frozen=True, slots=True)
class Problem:
    """One error answer: what went wrong, and what the app should do next."""

    status: int
    code: str
    title: str
    detail: str
    client_action: str
    errors: Sequence[errors.FieldError] = ()
    headers: tuple[tuple[str, str], ...] = ()

    def body(self, *, request_id: str) -> dict[str, Any]:
        """Return the members of the problem document."""
        return {
            "type": f"/docs/problems#{self.code}",
            "title": self.title,
            "status": self.status,
            "detail": self.detail,
            "code": self.code,
            "request_id": request_id,
            "client_action": self.client_action,
            "errors": [
                {"pointer": error.pointer, "code": error.code, "detail": error.detail}
                for error in self.errors
            ],
        }


MALFORMED = Problem(
    400, "malformed", "The request cannot be read", "The request cannot be read.", "fix"
)
INVALID = Problem(400, "invalid", "The input is not valid", "The input is not valid.", "fix")
NOT_SIGNED_IN = Problem(
    401,
    "not_signed_in",
    "Sign in first",
    "Send a valid access token. Keep what has not been sent.",
    "sign_in",
    headers=(("WWW-Authenticate", 'Bearer realm="api"'),),
)
DENIED = Problem(403, "denied", "This is not allowed", "This is not allowed.", "drop")
NOT_FOUND = Problem(404, "not_found", "Not found", "Not found", "drop")
METHOD_NOT_ALLOWED = Problem(
    405,
    "method_not_allowed",
    "This method is not offered here",
    "See the Allow header for those that are.",
    "fix",
)
NOT_ACCEPTABLE = Problem(
    406, "not_acceptable", "Only JSON is offered", "Ask for application/json.", "fix"
)
BODY_TOO_LARGE = Problem(
    413, "body_too_large", "The body is too large", "Send at most 64 KiB.", "fix"
)
UNSUPPORTED_MEDIA_TYPE = Problem(
    415,
    "unsupported_media_type",
    "This kind of body is not read here",
    "Send application/json; an archive to bring in is application/zip.",
    "fix",
)
SERVER_ERROR = Problem(
    500,
    "server_error",
    "Something went wrong on our side",
    "Keep what has not been sent and try again later.",
    "retry",
)
UNAVAILABLE = Problem(
    503,
    "unavailable",
    "Not available just now",
    "Nothing was lost; send it again in a moment.",
    "retry",
    headers=(("Retry-After", "5"),),
)
# What any request may meet, whatever it asks for.
PLAIN = (
    *(MALFORMED, INVALID, NOT_SIGNED_IN, DENIED, NOT_FOUND, METHOD_NOT_ALLOWED, NOT_ACCEPTABLE),
    *(BODY_TOO_LARGE, UNSUPPORTED_MEDIA_TYPE, SERVER_ERROR, UNAVAILABLE),
)
# DRF's and Django's own errors, the first kind that fits.
_FOREIGN: tuple[tuple[type[Exception] | tuple[type[Exception], ...], Problem], ...] = (
    ((PayloadTooLarge, RequestDataTooBig), BODY_TOO_LARGE),
    ((drf.NotAuthenticated, drf.AuthenticationFailed), NOT_SIGNED_IN),
    ((drf.PermissionDenied, PermissionDenied), DENIED),
    ((drf.NotFound, Http404), NOT_FOUND),
    (drf.MethodNotAllowed, METHOD_NOT_ALLOWED),
    (drf.NotAcceptable, NOT_ACCEPTABLE),
    (drf.UnsupportedMediaType, UNSUPPORTED_MEDIA_TYPE),
    ((SuspiciousOperation, BadRequest), MALFORMED),
)

STATUS: tuple[tuple[type[errors.Refusal], int, str], ...] = (
    (errors.Missing, 404, "drop"),
    (errors.Invalid, 400, "fix"),
    (errors.Conflict, 409, "fix"),
    (errors.Denied, 403, "drop"),
    (errors.NotSignedIn, 401, "sign_in"),
    (errors.TooMany, 429, "retry"),
    (errors.Unavailable, 503, "retry"),
)


def known() -> list[tuple[Problem, str]]:
    """Return every problem that there is, with what it means, sorted by status and code."""
    found = {one.code: (one, one.title) for one in PLAIN}
    for kind in _kinds(errors.Refusal):
        status, action = _status_of(kind)
        problem = Problem(
            status, kind.code, kind.title, kind.title, getattr(kind, "client_action", action)
        )
        meaning = (kind.__doc__ or "").split("\n\n")[0]
        found.setdefault(kind.code, (problem, " ".join(meaning.split())))
    return sorted(found.values(), key=lambda one: (one[0].status, one[0].code))


def _kinds(above: type[errors.Refusal]) -> Iterator[type[errors.Refusal]]:
    for kind in above.__subclasses__():
        yield kind
        yield from _kinds(kind)


def _status_of(kind: type[errors.Refusal]) -> tuple[int, str]:
    return next(
        ((status, action) for above, status, action in STATUS if issubclass(kind, above)),
        (400, "fix"),
    )


def of_refusal(refusal: errors.Refusal) -> Problem:
    """Return the answer to a refusal of the domain."""
    status, action = _status_of(type(refusal))
    headers: tuple[tuple[str, str], ...] = ()
    if isinstance(refusal, errors.TooMany):
        headers = (("Retry-After", str(refusal.retry_after)),)
    if status == 401:
        headers = (("WWW-Authenticate", 'Bearer realm="api"'),)
    return Problem(
        status=status,
        code=refusal.code,
        title=refusal.title,
        detail=refusal.detail,
        client_action=getattr(refusal, "client_action", action),
        errors=refusal.errors,
        headers=headers,
    )


def of_exception(error: Exception) -> Problem:
    """Return the answer to any error: refusals, DRF's and Django's own, and what nobody foresaw."""
    if isinstance(error, errors.Refusal):
        return of_refusal(error)
    if isinstance(error, drf.ValidationError):
        found = list(_field_errors(error.get_full_details(), ""))
        return replace(INVALID, detail=_summary(found), errors=found)
    if isinstance(error, drf.ParseError):
        return replace(MALFORMED, detail=str(error.detail))
    for kind, problem in _FOREIGN:
        if isinstance(error, kind):
            return problem
    if isinstance(error, OperationalError | InterfaceError):
        log.error("database out of reach: %s", type(error).__name__)
        return UNAVAILABLE
    log.error("unforeseen error", exc_info=error)
    return SERVER_ERROR


def leads_to_help(path: str) -> bool:
    """Tell whether an error under this path says where crisis lines are.

    Whoever asks for support, or answers, gets lines in every answer; an error that the app shows
    them must not be the end.
    """
    return path == SUPPORT or path.startswith(f"{SUPPORT}/")


def _headers(problem: Problem, path: str) -> tuple[tuple[str, str], ...]:
    return (*problem.headers, HELP_LINK) if leads_to_help(path) else problem.headers


def handle(error: Exception, context: dict[str, Any]) -> Response:
    """Answer an exception raised in a view (DRF's ``EXCEPTION_HANDLER``)."""
    problem = of_exception(error)
    request = context["request"]
    request_id = getattr(request, "request_id", "")
    response = Response(problem.body(request_id=request_id), status=problem.status)
    response.content_type = CONTENT_TYPE
    for name, value in _headers(problem, request.path):
        response[name] = value
    return response


def respond(request: HttpRequest, error: Exception) -> HttpResponse:
    """Answer an error outside DRF: unknown paths, refused hosts, middleware."""
    return answer(request, of_exception(error))


def answer(request: HttpRequest, problem: Problem) -> HttpResponse:
    """Return a problem as an answer, outside DRF."""
    response = HttpResponse(
        json.dumps(problem.body(request_id=getattr(request, "request_id", ""))),
        status=problem.status,
        content_type=CONTENT_TYPE,
    )
    for name, value in _headers(problem, request.path):
        response[name] = value
    return response


def method_not_allowed(request: HttpRequest, *, allowed: Sequence[str]) -> HttpResponse:
    """Answer a method that an address outside DRF does not offer."""
    response = answer(request, METHOD_NOT_ALLOWED)
    response["Allow"] = ", ".join(allowed)
    return response


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Django's handler400."""
    return respond(request, exception)


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Django's handler404."""
    return answer(request, NOT_FOUND)


def server_error(request: HttpRequest) -> HttpResponse:
    """Django's handler500."""
    return answer(request, SERVER_ERROR)


def _field_errors(details: Any, pointer: str) -> Any:
    if isinstance(details, dict) and set(details) == {"message", "code"}:
        yield errors.FieldError(
            pointer=pointer, code=str(details["code"]), detail=str(details["message"])
        )
    elif isinstance(details, dict):
        for name, inner in details.items():
            step = "" if name == "non_field_errors" else f"/{name}"
            yield from _field_errors(inner, pointer + step)
    elif isinstance(details, list):
        for index, inner in enumerate(details):
            # A list of messages belongs to one field; a list of dicts to a list of items.
            nested = isinstance(inner, dict) and set(inner) != {"message", "code"}
            yield from _field_errors(inner, f"{pointer}/{index}" if nested else pointer)


def _summary(found: Sequence[errors.FieldError]) -> str:
    if len(found) == 1:
        return f"{found[0].pointer or 'The body'}: {found[0].detail}"
    return f"{len(found)} fields are not valid."
