"""Addresses with faults of ours in them, beside the real ones."""

from __future__ import annotations

from django.db import DataError, OperationalError
from django.http import HttpRequest, HttpResponse
from django.urls import path
from rest_framework.request import Request
from rest_framework.response import Response

from api.auth.views import OpenView
from api.config import urls as real

SECRET = "a note that nobody may see"


class Faulty(OpenView):
    """Stumbles."""

    def get(self, request: Request) -> Response:
        raise RuntimeError(SECRET)


class Refusing(OpenView):
    """The database refuses a value."""

    def get(self, request: Request) -> Response:
        raise DataError(SECRET)


class Unreachable(OpenView):
    """The database does not answer."""

    def get(self, request: Request) -> Response:
        raise OperationalError(SECRET)


def outside(request: HttpRequest) -> HttpResponse:
    """Stumble outside DRF."""
    raise RuntimeError(SECRET)


urlpatterns = [
    path("api/v1/faulty", Faulty.as_view()),
    path("api/v1/refusing", Refusing.as_view()),
    path("api/v1/unreachable", Unreachable.as_view()),
    path("outside", outside),
    *real.urlpatterns,
]
handler400, handler404, handler500 = real.handler400, real.handler404, real.handler500
