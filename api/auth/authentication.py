"""Who a request is made by: an access token, checked against its session on every request."""

from __future__ import annotations

from typing import Any

from django.utils import timezone
from drf_spectacular.extensions import OpenApiAuthenticationExtension
from rest_framework.authentication import BaseAuthentication
from rest_framework.request import Request

from api.auth import tokens
from recovery.members import queries
from recovery.members.models import Member, Session


class SessionAuthentication(BaseAuthentication):
    """``Authorization: Bearer <access token>``.

    One query loads the session with its member, so that logging out, a new password and deletion
    hold from the next request on, whatever the token still says.
    """

    def authenticate(self, request: Request) -> tuple[Member, Session] | None:
        """Return the member and the session, or None without a token.

        Raises TokenExpired, BadToken, SessionOver, ReuseDetected or AccountDeleted.
        """
        kind, _, raw = str(request.META.get("HTTP_AUTHORIZATION", "")).partition(" ")
        if not kind:
            return None
        if kind.lower() != "bearer":
            raise tokens.BadToken()
        claims = tokens.read_access(raw.strip())
        session = queries.live_session(
            session_id=claims.session_id, member_id=claims.member_id, now=timezone.now()
        )
        return session.member, session

    def authenticate_header(self, request: Request) -> str:
        """Return the challenge of a 401."""
        return 'Bearer realm="api"'


class SessionScheme(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]
    """How the OpenAPI document names it."""

    target_class = SessionAuthentication
    name = "session"

    def get_security_definition(self, auto_schema: Any) -> dict[str, str]:
        """Return the security scheme."""
        return {
            "type": "http",
            "scheme": "bearer",
            "bearerFormat": "JWT",
            "description": "The access token of a session. It lives ten minutes; the session is "
            "checked on every request.",
        }
