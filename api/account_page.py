"""A page on which somebody without the app deletes their account: plain HTML, and no script.

Nobody is signed in here and no cookie is set, so another site has nothing to act with; a form that
another site sends is refused all the same.
"""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import urlsplit

from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import path
from django.utils import timezone
from django.views.decorators.csrf import csrf_exempt

from api import problems
from api.auth.addresses import address_of
from api.parsing import FORBIDDEN
from recovery.kernel.errors import TooMany
from recovery.members.refusals import WrongCredentials
from recovery.members.rules import LONGEST_PASSWORD
from recovery.ownership.services import deletion

METHODS = ("GET", "HEAD", "POST")
_POLICY = (
    "default-src 'none'; style-src 'self'; img-src 'self'; base-uri 'none'; form-action 'self'; "
    "frame-ancestors 'none'"
)
_LONGEST_HANDLE = 30


@dataclass(frozen=True, slots=True)
class Said:
    """What the form is shown with: what went wrong, and what was typed but the password."""

    status: int = 200
    wrong: str = ""
    handle: str = ""
    waits: bool = False
    retry_after: int = 0


WRONG = "The handle or the password is not right. Nothing was deleted."
ELSEWHERE = "This form was sent from another site. Nothing was deleted; please use the form here."
UNAVAILABLE = "This cannot be done just now. Nothing was deleted; please try again in a minute."


@csrf_exempt  # it looks itself where a form comes from; there is no cookie to protect
def delete_account(request: HttpRequest) -> HttpResponse:
    """Answer the form, or what became of it."""
    if request.method not in METHODS:
        return problems.method_not_allowed(request, allowed=METHODS)
    if request.method != "POST":
        return _form(request, Said())
    typed, password = request.POST.get("handle", "").strip(), request.POST.get("password", "")
    waits = "wait" in request.POST
    handle = "" if FORBIDDEN.search(typed) else typed
    said = Said(handle=handle[:_LONGEST_HANDLE], waits=waits)
    if not _is_from_here(request):
        return _form(request, Said(403, ELSEWHERE, said.handle, waits))
    try:
        found = deletion.delete_by_password(
            # What nobody can be called is nobody's handle: the same answer, after the same work.
            handle=handle if len(handle) <= _LONGEST_HANDLE else "",
            password=password[: 4 * LONGEST_PASSWORD],
            wait_24_hours=waits,
            address=address_of(request.META),
            now=timezone.now(),
        )
    except WrongCredentials:
        return _form(request, Said(403, WRONG, said.handle, waits))
    except TooMany as refusal:
        wait = f"Too many tries. Please wait {refusal.retry_after} seconds; nothing was deleted."
        return _form(request, Said(429, wait, said.handle, waits, refusal.retry_after))
    except (OperationalError, InterfaceError):
        return _form(request, Said(503, UNAVAILABLE, said.handle, waits, 60))
    return _page(request, "deleted", status=200, deletion=found)


def _is_from_here(request: HttpRequest) -> bool:
    """Tell whether a form was sent by this page, as far as the browser says where it was."""
    site = request.META.get("HTTP_SEC_FETCH_SITE", "same-origin")
    origin = request.META.get("HTTP_ORIGIN", "")
    # The scheme may differ: a proxy of ours ends the encryption. The host may not.
    return site == "same-origin" and (not origin or urlsplit(origin).netloc == request.get_host())


def _form(request: HttpRequest, said: Said) -> HttpResponse:
    response = _page(request, "delete", status=said.status, said=said)
    if said.retry_after:
        response["Retry-After"] = str(said.retry_after)
    return response


def _page(request: HttpRequest, name: str, *, status: int, **context: object) -> HttpResponse:
    response = render(request, f"account/{name}.html", context, status=status)
    response["Content-Security-Policy"] = _POLICY
    response["Cache-Control"] = "private, no-store"
    # With none at all browsers leave out where a form comes from.
    response["Referrer-Policy"] = "same-origin"
    return response


urlpatterns = [path("account/delete", delete_account)]
