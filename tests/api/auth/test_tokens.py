"""What tokens say and which are believed."""

from __future__ import annotations

import base64
import json
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import jwt
import pytest

from api.auth import tokens
from recovery.members.refusals import SessionOver

NOW = datetime.now(UTC)
SESSION, MEMBER = uuid4(), uuid4()


def _payload(**changed: Any) -> dict[str, Any]:
    payload = {
        "token_type": "access",
        "sub": str(MEMBER),
        "sid": str(SESSION),
        "jti": "1",
        "iat": int(NOW.timestamp()),
        "exp": int((NOW + timedelta(minutes=10)).timestamp()),
        "aud": "recovery-api",
        "iss": "recovery-api",
    }
    full = payload | changed
    return {name: value for name, value in full.items() if value is not None}


def _signed(settings: Any, payload: dict[str, Any], **options: Any) -> str:
    key_id, key = next(iter(settings.TOKEN_KEYS.items()))
    options = {"key": key, "algorithm": "HS256", "headers": {"kid": key_id}} | options
    return jwt.encode(payload, **options)


def _part(value: object) -> str:
    return base64.urlsafe_b64encode(json.dumps(value).encode()).decode().rstrip("=")


def test_an_access_token_says_who_and_through_which_session(settings: Any) -> None:
    raw = tokens.sign_access(session_id=SESSION, member_id=MEMBER, now=NOW)

    claims = tokens.read_access(raw)

    assert (claims.session_id, claims.member_id) == (SESSION, MEMBER)
    header = jwt.get_unverified_header(raw)
    assert header["alg"] == "HS256"
    assert header["kid"] == next(iter(settings.TOKEN_KEYS))
    assert len(raw) < tokens.LONGEST // 2


def test_a_token_made_by_hand_with_the_right_key_is_read(settings: Any) -> None:
    # Otherwise the refusals below would prove nothing.
    assert tokens.read_access(_signed(settings, _payload())).member_id == MEMBER


def test_an_unsigned_token_is_refused(settings: Any) -> None:
    key_id = next(iter(settings.TOKEN_KEYS))
    for algorithm in ("none", "None", "NONE", ""):
        header = _part({"alg": algorithm, "typ": "JWT", "kid": key_id})
        raw = f"{header}.{_part(_payload())}."
        with pytest.raises(tokens.BadToken):
            tokens.read_access(raw)


def test_another_algorithm_is_refused_even_with_the_right_key(settings: Any) -> None:
    for algorithm in ("HS384", "HS512"):
        # These want longer keys, and warn; what matters here is that they are not read.
        with pytest.warns(jwt.InsecureKeyLengthWarning):
            raw = _signed(settings, _payload(), algorithm=algorithm)
        with pytest.raises(tokens.BadToken):
            tokens.read_access(raw)


@pytest.mark.parametrize("key_id", ["k1", "k9", "", None, "../k1"])
def test_a_wrong_key_is_refused_whatever_it_calls_itself(settings: Any, key_id: str) -> None:
    headers = {} if key_id is None else {"kid": key_id}
    raw = _signed(settings, _payload(), key=b"w" * 32, headers=headers)

    with pytest.raises(tokens.BadToken):
        tokens.read_access(raw)


def test_a_token_that_names_no_key_is_refused(settings: Any) -> None:
    with pytest.raises(tokens.BadToken):
        tokens.read_access(_signed(settings, _payload(), headers={}))


@pytest.mark.parametrize(
    "changed",
    [
        {"token_type": "refresh"},
        {"token_type": None},
        {"aud": "another"},
        {"aud": None},
        {"iss": "another"},
        {"iss": None},
        {"exp": None},
        {"exp": "soon"},
        {"sub": None},
        {"sub": "nobody"},
        {"sub": 7},
        {"sid": None},
        {"sid": "\ud800".encode("utf-8", "replace").decode()},
        {"sid": 7},
        {"jti": None},
        {"iat": int((NOW + timedelta(hours=1)).timestamp())},
        {"nbf": int((NOW + timedelta(hours=1)).timestamp())},
    ],
)
def test_a_token_that_says_something_else_is_refused(
    settings: Any, changed: dict[str, Any]
) -> None:
    with pytest.raises(tokens.BadToken):
        tokens.read_access(_signed(settings, _payload(**changed)))


def test_an_old_access_token_says_that_it_is_old(settings: Any) -> None:
    past = int((NOW - timedelta(minutes=1)).timestamp())

    with pytest.raises(tokens.TokenExpired):
        tokens.read_access(_signed(settings, _payload(exp=past)))


def test_an_old_refresh_token_is_a_session_that_is_over(settings: Any) -> None:
    past = int((NOW - timedelta(minutes=1)).timestamp())
    raw = _signed(settings, _payload(exp=past, token_type="refresh"))

    with pytest.raises(SessionOver):
        tokens.read_refresh(raw)
    assert tokens.session_to_end(raw) == SESSION


def test_an_old_token_of_a_wrong_key_is_not_called_old(settings: Any) -> None:
    past = int((NOW - timedelta(minutes=1)).timestamp())
    raw = _signed(settings, _payload(exp=past), key=b"w" * 32)

    with pytest.raises(tokens.BadToken):
        tokens.read_access(raw)
    assert tokens.session_to_end(raw) is None


def test_a_new_key_in_front_signs_nobody_out(settings: Any) -> None:
    old = tokens.sign_access(session_id=SESSION, member_id=MEMBER, now=NOW)
    settings.TOKEN_KEYS = {"k2": b"2" * 32, **settings.TOKEN_KEYS}
    new = tokens.sign_access(session_id=SESSION, member_id=MEMBER, now=NOW)

    assert jwt.get_unverified_header(new)["kid"] == "k2"
    assert tokens.read_access(old) == tokens.Claims(SESSION, MEMBER, tokens.read_access(old).jti)
    assert tokens.read_access(new).session_id == SESSION


@pytest.mark.parametrize(
    "raw",
    [
        "",
        ".",
        "..",
        "...",
        "é",
        "\x00",
        "\ud800",
        "eyJ" * 300,
        _part({"alg": "HS256", "kid": ["k1"]}) + ".e30.AA",
        _part({"alg": "HS256", "kid": {"a": 1}}) + ".e30.AA",
        _part({"alg": ["HS256"], "kid": "k1"}) + ".e30.AA",
        _part({"alg": "HS256", "kid": "k1", "crit": ["b64"], "b64": False}) + ".e30.AA",
        _part([]) + ".e30.AA",
        _part(7) + ".e30.AA",
        base64.urlsafe_b64encode(b"[" * 700).decode().rstrip("=") + ".e30.AA",
        base64.urlsafe_b64encode(b"9" * 700).decode().rstrip("=") + ".e30.AA",
        base64.urlsafe_b64encode(b"\xff\xfe").decode().rstrip("=") + ".e30.AA",
    ],
)
def test_what_no_parser_foresaw_is_refused(raw: str) -> None:
    with pytest.raises(tokens.BadToken):
        tokens.read_access(raw)
    with pytest.raises(tokens.BadToken):
        tokens.read_refresh(raw)
    assert tokens.session_to_end(raw) is None
