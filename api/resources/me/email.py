"""My e-mail: an option, for resetting a password and for nothing else."""

from __future__ import annotations

from django.core.validators import EmailValidator
from django.urls import path
from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework.response import Response
from rest_framework.views import APIView

from api.parsing import Input, Text, read_body
from api.requests import MemberRequest
from api.resources.me.account import TAGS, MemberOutput
from api.resources.me.secrets import password_field
from recovery.members.services import emails


class EmailInput(Input):
    """An address, and the password again."""

    email = Text(
        max_length=254,
        validators=[EmailValidator()],
        help_text="Never shown to anybody, and never used to sign in or to find people.",
    )
    password = password_field()


class EmailCodeInput(Input):
    """The code from the e-mail."""

    code = Text(max_length=20)


class Email(APIView):
    """The address that may reset my password."""

    @extend_schema(
        operation_id="setEmail",
        tags=TAGS,
        summary="Store an e-mail",
        description=(
            "Stores the address sealed and mails a code of 8 digits to it, good for 15 minutes and "
            "5 tries; until `me/email/verify` gets it, the address can reset nothing. Send the "
            "same again for a new code. 403 `wrong_password`; 409 `still_guest`; 503 `email_off` "
            "where the server sends no e-mail."
        ),
        request=EmailInput,
        responses=MemberOutput,
    )
    def put(self, request: MemberRequest) -> Response:
        values = read_body(EmailInput, request)
        member = emails.set_email(
            member=request.user,
            password=values["password"],
            address=values["email"],
            now=timezone.now(),
        )
        return Response(MemberOutput(member).data)

    @extend_schema(
        operation_id="removeEmail",
        tags=TAGS,
        summary="Remove my e-mail",
        description="Forgets the address and every code on its way to it.",
        request=None,
        responses={204: None},
    )
    def delete(self, request: MemberRequest) -> Response:
        emails.remove_email(member=request.user, now=timezone.now())
        return Response(status=204)


class VerifyEmail(APIView):
    """Prove the address."""

    @extend_schema(
        operation_id="verifyEmail",
        tags=TAGS,
        summary="Prove my e-mail",
        description=(
            "Takes the code that was mailed last. 403 `wrong_code` for any that does not work."
        ),
        request=EmailCodeInput,
        responses=MemberOutput,
    )
    def post(self, request: MemberRequest) -> Response:
        values = read_body(EmailCodeInput, request)
        member = emails.verify_email(member=request.user, code=values["code"], now=timezone.now())
        return Response(MemberOutput(member).data)


urlpatterns = [
    path("me/email", Email.as_view()),
    path("me/email/verify", VerifyEmail.as_view()),
]
