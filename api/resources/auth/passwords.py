"""Changing a password, and getting back in without it."""

from __future__ import annotations

from typing import Any

from django.urls import path
from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from api.auth.addresses import client_address
from api.auth.views import OpenView
from api.parsing import Input, Text, read_body
from api.requests import MemberRequest
from api.resources.auth.joining import TAGS
from api.resources.me.secrets import handle_field, new_password_field, password_field
from recovery.members.services import passwords, resets

LONGEST_CODE = 40  # a backup code has 19 signs; room for blanks that people add


class ChangePasswordInput(Input):
    """The password of now and the next one."""

    password = password_field()
    new_password = new_password_field()


class ResetPasswordInput(Input):
    """Whose password, the next one, and one code."""

    handle = handle_field()
    new_password = new_password_field()
    backup_code = Text(
        max_length=LONGEST_CODE,
        required=False,
        help_text="One of the ten; blanks, hyphens and small letters do not matter.",
    )
    email_code = Text(
        max_length=LONGEST_CODE, required=False, help_text="The code that was mailed last."
    )

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """Return the values. Raises ValidationError unless exactly one code is given."""
        if ("backup_code" in attrs) == ("email_code" in attrs):
            raise serializers.ValidationError(
                "Give either backup_code or email_code.", code="one_code"
            )
        return attrs


class ResetCodeInput(Input):
    """Whose password."""

    handle = handle_field()


class ResetCodeOutput(serializers.Serializer[Any]):
    """The same for every handle."""

    detail = serializers.CharField()


RESET_CODE_ANSWER = {
    "detail": "If somebody goes by this handle and proved an e-mail, a code is on its way to it."
}


class ChangePassword(APIView):
    """Another password."""

    @extend_schema(
        operation_id="changePassword",
        tags=TAGS,
        summary="Change my password",
        description=(
            "Ends all my other sessions; each is refused from its next request on. "
            "403 `wrong_password`; 409 `still_guest`."
        ),
        request=ChangePasswordInput,
        responses={204: None},
    )
    def post(self, request: MemberRequest) -> Response:
        values = read_body(ChangePasswordInput, request)
        passwords.change(member=request.user, session=request.auth, now=timezone.now(), **values)
        return Response(status=204)


class ResetPassword(OpenView):
    """Another password, proved by a code."""

    @extend_schema(
        operation_id="resetPassword",
        tags=TAGS,
        auth=[],
        summary="Set a new password with a code",
        description=(
            "Takes a backup code or else an e-mailed one, sets the password and ends all sessions; "
            "sign in afterwards. 403 `wrong_code` for every way in which a code does not work, an "
            "unknown handle included."
        ),
        request=ResetPasswordInput,
        responses={204: None},
    )
    def post(self, request: Request) -> Response:
        values = read_body(ResetPasswordInput, request)
        resets.reset(
            handle=values["handle"],
            new_password=values["new_password"],
            backup_code=values.get("backup_code"),
            email_code=values.get("email_code"),
            address=client_address(request),
            now=timezone.now(),
        )
        return Response(status=204)


class ResetCode(OpenView):
    """A code by e-mail."""

    @extend_schema(
        operation_id="requestResetCode",
        tags=TAGS,
        auth=[],
        summary="Ask for a code by e-mail",
        description=(
            "Answers the same, after the same work, whether or not anybody goes by the handle or "
            "has proved an e-mail. 503 `email_off` where the server sends no e-mail."
        ),
        request=ResetCodeInput,
        responses={202: ResetCodeOutput},
    )
    def post(self, request: Request) -> Response:
        values = read_body(ResetCodeInput, request)
        resets.request_code(
            handle=values["handle"], address=client_address(request), now=timezone.now()
        )
        return Response(RESET_CODE_ANSWER, status=202)


urlpatterns = [
    path("auth/password/change", ChangePassword.as_view()),
    path("auth/password/reset", ResetPassword.as_view()),
    path("auth/password/reset-code", ResetCode.as_view()),
]
