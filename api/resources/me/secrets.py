"""What opens my account: a handle with its password, and backup codes."""

from __future__ import annotations

from typing import Any

from django.urls import path
from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.response import Response
from rest_framework.views import APIView

from api.parsing import Input, Text, read_body
from api.requests import MemberRequest
from api.resources.me.account import TAGS, MemberOutput
from recovery.members.rules import LONGEST_PASSWORD, SHORTEST_PASSWORD
from recovery.members.services import accounts, backup_codes


def password_field() -> Text:
    """Return the field of a password that exists; a new one is judged by the domain."""
    # Four times the longest: composed and decomposed spellings differ in length (NFKC).
    return Text(max_length=4 * LONGEST_PASSWORD, trim_whitespace=False)


def optional_password_field() -> Text:
    """Return the field of a password that guests do not have."""
    return Text(
        max_length=4 * LONGEST_PASSWORD,
        trim_whitespace=False,
        required=False,
        allow_blank=True,
        default="",
        help_text="The password again; a guest has none and leaves it out.",
    )


def new_password_field() -> Text:
    """Return the field of a password that is being chosen; blanks in it count."""
    return Text(
        max_length=4 * LONGEST_PASSWORD,
        trim_whitespace=False,
        help_text=f"{SHORTEST_PASSWORD} to {LONGEST_PASSWORD} signs, not the handle, not one of "
        "the most common ones.",
    )


def handle_field() -> Text:
    """Return the field of a handle; its form is judged by the domain."""
    return Text(max_length=30, help_text="3 to 30 of the signs a to z, 0 to 9 and _.")


def backup_codes_field() -> Any:
    """Return the field that shows backup codes, once."""
    return serializers.ListField(
        child=serializers.CharField(),
        help_text="Ten codes that reset the password without e-mail, each once. They are never "
        "shown again: let the member write them down.",
    )


class CredentialsInput(Input):
    """A handle and a password."""

    handle = handle_field()
    password = new_password_field()


class CredentialsOutput(serializers.Serializer[Any]):
    """The account, and codes to keep."""

    member = MemberOutput()
    backup_codes = backup_codes_field()


class PasswordInput(Input):
    """The password again."""

    password = password_field()


class BackupCodesOutput(serializers.Serializer[Any]):
    """Codes to keep."""

    backup_codes = backup_codes_field()


class Credentials(APIView):
    """How a guest becomes a member."""

    @extend_schema(
        operation_id="setCredentials",
        tags=TAGS,
        summary="Choose a handle and a password",
        description=(
            "Turns a guest into a member: all ids and data stay, and the account can be opened on "
            "other devices. After a lost answer send the same again: it gives ten new codes, and "
            "those of the lost answer stop working. 409 `handle_taken`; 409 `already_member` for "
            "another handle."
        ),
        request=CredentialsInput,
        responses=CredentialsOutput,
    )
    def put(self, request: MemberRequest) -> Response:
        values = read_body(CredentialsInput, request)
        member, codes = accounts.set_credentials(
            member=request.user,
            handle=values["handle"],
            password=values["password"],
            now=timezone.now(),
        )
        return Response(CredentialsOutput({"member": member, "backup_codes": codes}).data)


class BackupCodes(APIView):
    """Codes on paper."""

    @extend_schema(
        operation_id="replaceBackupCodes",
        tags=TAGS,
        summary="Get new backup codes",
        description=(
            "Ten new codes; the old ones stop working. 403 `wrong_password`; 409 `still_guest`."
        ),
        request=PasswordInput,
        responses=BackupCodesOutput,
    )
    def post(self, request: MemberRequest) -> Response:
        values = read_body(PasswordInput, request)
        codes = backup_codes.replace(
            member=request.user, password=values["password"], now=timezone.now()
        )
        return Response(BackupCodesOutput({"backup_codes": codes}).data)


urlpatterns = [
    path("me/credentials", Credentials.as_view()),
    path("me/backup-codes", BackupCodes.as_view()),
]
