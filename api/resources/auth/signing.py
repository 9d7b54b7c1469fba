"""Signing in, going on, signing out."""

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
from api.parsing import Input, Text, read_body
from api.resources.auth.joining import (
    TAGS,
    device_name_field,
)
from api.resources.me.account import MemberOutput
from api.resources.me.secrets import handle_field, password_field
from recovery.members.services import logins, sessions


class LoginInput(Input):
    """Who signs in."""

    handle = handle_field()
    password = password_field()
    device_name = device_name_field()


class LoginOutput(serializers.Serializer[Any]):
    """The account and the tokens of a new session."""

    member = MemberOutput()
    access = serializers.CharField(help_text="For the Authorization header; lives ten minutes.")
    refresh = serializers.CharField(help_text="For `auth/refresh`; works once.")


class RefreshInput(Input):
    """The refresh token that was given last."""

    # Longer than any of ours, so that what is too long is answered as what it is: not a token.
    refresh = Text(max_length=8192)


class TokensOutput(serializers.Serializer[Any]):
    """The tokens that a session goes on with."""

    access = serializers.CharField(help_text="For the Authorization header; lives ten minutes.")
    refresh = serializers.CharField(help_text="Keep this one instead of the one sent.")


class Login(OpenView):
    """A new session."""

    @extend_schema(
        operation_id="logIn",
        tags=TAGS,
        auth=[],
        summary="Sign in",
        description=(
            "Begins a session on this device. 401 `wrong_credentials` for an unknown handle and "
            "for a wrong password alike; 429 with `Retry-After` after ten tries for one handle or "
            "thirty from one address."
        ),
        request=LoginInput,
        responses=LoginOutput,
    )
    def post(self, request: Request) -> Response:
        values = read_body(LoginInput, request)
        now = timezone.now()
        signed_in = logins.log_in(address=client_address(request), now=now, **values)
        body = {"member": signed_in.member, **tokens.pair(signed_in, now=now)}
        return Response(LoginOutput(body).data)


class RefreshTokens(OpenView):
    """The next tokens of a session."""

    @extend_schema(
        operation_id="refreshTokens",
        tags=TAGS,
        auth=[],
        summary="Get new tokens",
        description=(
            "Uses the refresh token up and gives the next one. Parallel requests, and a retry "
            "after a lost answer, get the same next one, for as long as that one is unused. An "
            "older one ends the session (401 `reuse_detected`), for somebody holds a copy. "
            "401 `session_ended` and `account_deleted` say what to do with unsent data."
        ),
        request=RefreshInput,
        responses=TokensOutput,
    )
    def post(self, request: Request) -> Response:
        values = read_body(RefreshInput, request)
        now = timezone.now()
        claims = tokens.read_refresh(values["refresh"])
        signed_in = sessions.refresh(jti=claims.jti, member_id=claims.member_id, now=now)
        return Response(TokensOutput(tokens.pair(signed_in, now=now)).data)


class Logout(OpenView):
    """The end of a session."""

    @extend_schema(
        operation_id="logOut",
        tags=TAGS,
        auth=[],
        summary="Sign out",
        description=(
            "Ends the session that the refresh token belongs to; no access token is needed. "
            "204 whether or not it was still open. Remove the tokens and all local data then."
        ),
        request=RefreshInput,
        responses={204: None},
    )
    def post(self, request: Request) -> Response:
        values = read_body(RefreshInput, request)
        session_id = tokens.session_to_end(values["refresh"])
        if session_id is not None:
            sessions.log_out(session_id=session_id, now=timezone.now())
        return Response(status=204)


urlpatterns = [
    path("auth/login", Login.as_view()),
    path("auth/refresh", RefreshTokens.as_view()),
    path("auth/logout", Logout.as_view()),
]
