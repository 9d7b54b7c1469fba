"""New accounts: with a handle, or as a guest."""

from __future__ import annotations

from typing import Any

from django.urls import path
from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from api.auth import tokens
from api.auth.addresses import client_address
from api.auth.views import OpenView
from api.parsing import Flag, Input, Text, Whole, read_body
from api.resources.me.account import LONGEST_ZONE, MemberOutput
from api.resources.me.secrets import (
    backup_codes_field,
    handle_field,
    new_password_field,
)
from recovery.members.models import Locale
from recovery.members.services import accounts

TAGS = ["Auth"]


def device_name_field() -> Text:
    """Return the field that names a device."""
    return Text(
        max_length=60,
        required=False,
        allow_blank=True,
        default="",
        help_text="How the member knows this device again in the list of sessions. Sealed.",
    )


class GuestInput(Input):
    """What an account needs to count its days, and consent."""

    time_zone = Text(max_length=LONGEST_ZONE, help_text="An IANA name; aliases are accepted.")
    day_start_hour = Whole(
        min_value=0,
        max_value=6,
        default=0,
        help_text="The wall-clock hour at which the member's days begin.",
    )
    locale = serializers.ChoiceField(choices=Locale.choices, default=Locale.EN)
    device_name = device_name_field()
    accepts_terms = Flag(help_text="Must be true.")
    is_adult = Flag(help_text="Must be true. No birth date is asked for.")


class RegisterInput(GuestInput):
    """A handle and a password beside what every account needs."""

    handle = handle_field()
    password = new_password_field()


class GuestOutput(serializers.Serializer[Any]):
    """The account and the tokens of its first session."""

    member = MemberOutput()
    access = serializers.CharField(help_text="For the Authorization header; lives ten minutes.")
    refresh = serializers.CharField(help_text="For `auth/refresh`; works once.")


class RegisteredOutput(GuestOutput):
    """The account, the tokens of its first session, and codes to keep."""

    backup_codes = backup_codes_field()


class Register(OpenView):
    """A new account with a handle."""

    @extend_schema(
        operation_id="register",
        tags=TAGS,
        auth=[],
        summary="Make an account",
        description=(
            "Makes an account under a pseudonym and signs it in. No name, no birth date, no "
            "e-mail. 409 `handle_taken`: which handles are free is public. After a lost answer "
            "sign in instead: the account is there."
        ),
        request=RegisterInput,
        responses={201: RegisteredOutput},
    )
    def post(self, request: Request) -> Response:
        values = read_body(RegisterInput, request)
        now = timezone.now()
        joined = accounts.register(address=client_address(request), now=now, **values)
        body = {
            "member": joined.member,
            "backup_codes": joined.backup_codes,
            **tokens.pair(joined, now=now),
        }
        return Response(RegisteredOutput(body).data, status=201)


class Guest(OpenView):
    """A new account without a handle."""

    @extend_schema(
        operation_id="createGuest",
        tags=TAGS,
        auth=[],
        summary="Try without a handle",
        description=(
            "Makes an account without a handle or password and signs it in: try first, decide "
            "later. It lives in this session only, so losing the tokens loses it; "
            "`me/credentials` turns it into a member and keeps everything."
        ),
        request=GuestInput,
        responses={201: GuestOutput},
    )
    def post(self, request: Request) -> Response:
        values = read_body(GuestInput, request)
        now = timezone.now()
        joined = accounts.make_guest(address=client_address(request), now=now, **values)
        body = {"member": joined.member, **tokens.pair(joined, now=now)}
        return Response(GuestOutput(body).data, status=201)


urlpatterns = [
    path("auth/register", Register.as_view()),
    path("auth/guest", Guest.as_view()),
]
