"""Tokens: what they say, and with which key they are signed.

HS256 with the ring ``settings.TOKEN_KEYS``: the first key signs new tokens, all of them verify, and
each token names its own (``kid``), so that a new key in front signs nobody out. No other algorithm
is read, least of all ``none``.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import jwt
from django.conf import settings
from rest_framework_simplejwt.backends import TokenBackend
from rest_framework_simplejwt.exceptions import ExpiredTokenError, TokenError
from rest_framework_simplejwt.settings import api_settings
from rest_framework_simplejwt.tokens import AccessToken, RefreshToken, Token

from recovery.kernel.errors import NotSignedIn
from recovery.members.refusals import KEEP, SessionOver
from recovery.members.services.sessions import Link, SignedIn

# Ours have about 450 signs. A header is parsed before its signature is known to be right: no
# larger one is looked at.
LONGEST = 1024


class BadToken(NotSignedIn):
    """Not a token of ours, or one of the other type."""

    title = "Sign in first"

    def __init__(self) -> None:
        super().__init__(f"This is not a valid token; sign in. {KEEP}")


class TokenExpired(NotSignedIn):
    """The access token is past its ten minutes; the session goes on."""

    code = "token_expired"
    title = "The access token is too old"
    client_action = "refresh"

    def __init__(self) -> None:
        super().__init__(
            "The access token is too old: refresh it and send this again. "
            "Keep what has not been sent yet."
        )


@dataclass(frozen=True, slots=True)
class Claims:
    """What a verified token says."""

    session_id: UUID
    member_id: UUID
    jti: str


class Ring(TokenBackend):
    """Signs with one named key; verifies with whichever key of the ring a token names."""

    def __init__(self, *, key_id: str | None = None, leeway: timedelta | None = None) -> None:
        super().__init__(
            algorithm="HS256",
            audience=api_settings.AUDIENCE,
            issuer=api_settings.ISSUER,
            leeway=leeway or api_settings.LEEWAY,
        )
        self._key_id = key_id or next(iter(settings.TOKEN_KEYS))

    def get_verifying_key(self, token: Any) -> bytes:
        """Return the key that the token names; raises an error that ``decode`` understands."""
        key_id = str(jwt.get_unverified_header(token).get("kid"))
        key: bytes | None = settings.TOKEN_KEYS.get(key_id)
        if key is None:
            raise jwt.InvalidTokenError("not a key of the ring")
        return key

    def encode(self, payload: dict[str, Any]) -> str:
        """Return the signed token; equal payloads and keys give equal bytes."""
        full = payload | {"aud": self.audience, "iss": self.issuer}
        key = settings.TOKEN_KEYS[self._key_id]
        return jwt.encode(full, key, algorithm="HS256", headers={"kid": self._key_id})


class Access(AccessToken):
    """Opens the API for ten minutes."""

    def get_token_backend(self) -> Ring:
        """Return the ring."""
        return Ring()


class Refresh(RefreshToken):
    """One link of a session's chain, signed."""

    key_id: str | None = None

    def get_token_backend(self) -> Ring:
        """Return the ring, to sign with the link's own key."""
        return Ring(key_id=self.key_id)


class OldRefresh(Refresh):
    """A refresh token that only ends its session: it may be too old for anything else."""

    def get_token_backend(self) -> Ring:
        """Return the ring, patient for as long as any session lasts."""
        return Ring(leeway=settings.SESSION_LIFETIME)


def pair(signed_in: SignedIn, *, now: datetime) -> dict[str, str]:
    """Return ``access`` and ``refresh`` for a session that was started or goes on."""
    return {
        "access": sign_access(
            session_id=signed_in.session.id, member_id=signed_in.member.id, now=now
        ),
        "refresh": _sign_refresh(
            signed_in.link, session_id=signed_in.session.id, member_id=signed_in.member.id
        ),
    }


def sign_access(*, session_id: UUID, member_id: UUID, now: datetime) -> str:
    """Return an access token for a session."""
    token = Access()
    token["sub"], token["sid"] = str(member_id), str(session_id)
    token.set_iat(at_time=now)
    token.set_exp(from_time=now, lifetime=settings.ACCESS_LIFETIME)
    return str(token)


def _sign_refresh(link: Link, *, session_id: UUID, member_id: UUID) -> str:
    token = Refresh()
    token.key_id = link.key_id
    token["sub"], token["sid"], token["jti"] = str(member_id), str(session_id), link.jti
    token.set_iat(at_time=link.issued_at)
    token["exp"] = int(link.expires_at.timestamp())
    return str(token)


def read_access(raw: str) -> Claims:
    """Return what an access token says. Raises TokenExpired or BadToken."""
    try:
        return _read(Access, raw)
    except ExpiredTokenError:
        raise TokenExpired() from None


def read_refresh(raw: str) -> Claims:
    """Return what a refresh token says. Raises SessionOver when it is too old, or BadToken."""
    try:
        return _read(Refresh, raw)
    except ExpiredTokenError:
        raise SessionOver() from None


def session_to_end(raw: str) -> UUID | None:
    """Return the session that a refresh token belongs to, or None for what is not one of ours."""
    try:
        return _read(OldRefresh, raw).session_id
    except (BadToken, ExpiredTokenError):
        return None


def _read(kind: type[Token], raw: str) -> Claims:
    if len(raw) > LONGEST:
        raise BadToken()
    try:
        token = kind(raw)  # type: ignore[arg-type]  # simplejwt says Token and means text
        return Claims(
            session_id=UUID(str(token["sid"])),
            member_id=UUID(str(token["sub"])),
            jti=str(token["jti"]),
        )
    except ExpiredTokenError:
        raise
    # What is signed by us has all claims; the rest is for texts that no parser foresaw.
    except (TokenError, jwt.PyJWTError, KeyError, ValueError, TypeError, RecursionError):
        raise BadToken() from None
