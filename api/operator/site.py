"""The operator's site: who may enter, how often one may try, and what is there."""

from __future__ import annotations

from typing import Any

from django.contrib.admin import AdminSite
from django.contrib.admin.forms import AdminAuthenticationForm
from django.contrib.auth.models import User
from django.contrib.sessions.backends.db import SessionStore
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.utils import timezone

from api.auth.addresses import client_address
from api.operator.accounts import OperatorAdmin
from api.operator.reports import LookAdmin, ReportAdmin
from recovery.kernel.errors import TooMany
from recovery.members.services import limits
from recovery.reports.models import Report, ReportLook


class OperatorSignIn(AdminAuthenticationForm):
    """Name and password of an operator; tries are counted before either is looked at."""

    def clean(self) -> dict[str, Any]:
        """Return what was typed. Raises ValidationError when it is wrong or too often tried."""
        name = self.cleaned_data.get("username") or ""
        assert self.request is not None  # noqa: S101  the sign-in view gives it
        address = client_address(self.request)
        try:
            limits.count_operator(name=name, address=address, now=timezone.now())
        except TooMany as refusal:
            raise ValidationError(
                "Too many tries. Wait %(seconds)d seconds.",
                code="too_many",
                params={"seconds": refusal.retry_after},
            ) from None
        return super().clean()


class OperatorSite(AdminSite):
    """Reports to look at, the record of looks, and the operators themselves."""

    site_header = "Operator"
    site_title = "Operator"
    index_title = "What waits, and who looked"
    site_url = None
    login_form = OperatorSignIn
    enable_nav_sidebar = False

    def login(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:
        """Let an operator in; old sessions go on the way."""
        if request.method == "POST":
            SessionStore.clear_expired()
        return super().login(request, extra_context)


site = OperatorSite(name="admin")
site.register(Report, ReportAdmin)
site.register(ReportLook, LookAdmin)
site.register(User, OperatorAdmin)
