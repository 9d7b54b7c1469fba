"""Coming back after deleting an account, while there is time."""

from __future__ import annotations

from django.urls import path
from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from api.auth import tokens
from api.auth.addresses import client_address
from api.auth.views import OpenView
from api.parsing import read_body
from api.resources.auth.joining import TAGS
from api.resources.auth.signing import LoginInput, LoginOutput
from recovery.ownership.services import deletion


class Restore(OpenView):
    """The end of a deletion."""

    @extend_schema(
        operation_id="restoreAccount",
        tags=TAGS,
        auth=[],
        summary="Take the deletion of my account back",
        description=(
            "For those who asked to wait 24 hours, until `restorable_until`: what was mine alone "
            "is back, and this device is signed in; partnerships and groups are over. An account "
            "that is not being deleted is simply signed in, so this can be sent again. 401 "
            "`wrong_credentials` for a wrong handle or password, and once it is too late. Limited "
            "as signing in is."
        ),
        request=LoginInput,
        responses=LoginOutput,
    )
    def post(self, request: Request) -> Response:
        values = read_body(LoginInput, request)
        now = timezone.now()
        signed_in = deletion.restore(address=client_address(request), now=now, **values)
        body = {"member": signed_in.member, **tokens.pair(signed_in, now=now)}
        return Response(LoginOutput(body).data)


urlpatterns = [path("auth/restore", Restore.as_view())]
