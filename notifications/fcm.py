"""The way out to phones: pushes in, one closed outcome for each back.

With message.py, which is part of it, the only importer of firebase_admin. Whoever sends calls
``gateway()`` (None: push is off), then ``send``; nothing here touches the database, sleeps, or
retries: rows retry.
"""

from __future__ import annotations

import functools
import logging
import os
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from uuid import uuid4

import firebase_admin
import requests
from django.conf import settings
from firebase_admin import credentials, messaging
from google.auth.exceptions import GoogleAuthError
from requests.adapters import HTTPAdapter
from urllib3.util.retry import Retry

from notifications import access_token, answers, message, service_account
from notifications.access_token import AccessToken
from notifications.pushes import Outcome, Push, Result, Signal
from notifications.timeouts import Missing, in_time

logger = logging.getLogger(__name__)

MAX_BATCH = 100  # one thread each; throughput is best between 50 and 100

# A batch ends within 15 s whatever the network does: 4 s for the access token, 10 s for the sends
# and half a second for the thread switches of a busy machine.
TOKEN_SECONDS = 4.0
HTTP_SECONDS = 10.0
GRACE_SECONDS = 0.5


@dataclass(frozen=True, slots=True)
class Gateway:
    """Where pushes go: a service account's file and, for tests and staging, a loopback server.

    With ``base_url`` the access token comes from the file's own ``token_uri``. Raises ValueError
    with a sentence for a file or an address that must not be used (service_account.py).
    Connections are made at the first send, in the process that sends.
    """

    credentials_path: Path
    base_url: str | None = None
    token_seconds: float = TOKEN_SECONDS
    http_seconds: float = HTTP_SECONDS

    def __post_init__(self) -> None:
        service_account.check(path=self.credentials_path, base_url=self.base_url)
        credentials.Certificate(
            str(self.credentials_path)
        )  # reads the key: ValueError if it is none

    def send(self, pushes: Sequence[Push], *, now: datetime) -> list[Result]:
        """Send up to 100 pushes and return their results in the same order, within 15 s.

        Never raises for what the network or FCM does. Nothing sleeps and nothing is sent twice.
        """
        if len(pushes) > MAX_BATCH:
            raise ValueError(f"A batch holds at most {MAX_BATCH} pushes, not {len(pushes)}.")
        results: dict[int, Result] = {}
        messages: dict[int, messaging.Message] = {}
        for index, push in enumerate(pushes):
            try:
                messages[index] = message.of(push, now=now)
            except (ValueError, TypeError, OverflowError):
                results[index] = Result(outcome=Outcome.REJECTED, error_code="INVALID_PUSH")
        if messages:
            results |= _transmit(_connection(self), messages, now=now)
        settled = answers.with_halts(
            pushes=pushes, results=[results[index] for index in range(len(pushes))]
        )
        _report(pushes, settled)
        return settled


def gateway() -> Gateway | None:
    """Return the gateway that the settings name, or None: push is off."""
    path: Path | None = settings.FIREBASE_CREDENTIALS
    base_url: str | None = settings.FCM_BASE_URL
    return None if path is None else _configured(path, base_url)


@functools.cache
def _configured(path: Path, base_url: str | None) -> Gateway:
    return Gateway(path, base_url)


@dataclass(frozen=True, slots=True)
class _Connection:
    """One process's Firebase app: sockets and an access token that must not cross a fork."""

    app: firebase_admin.App
    session: requests.Session
    token: AccessToken
    http_seconds: float


_connections: dict[tuple[Gateway, int], _Connection] = {}


def _connection(gateway: Gateway) -> _Connection:
    # The process id is part of the key: a forked worker must not share its parent's sockets.
    key = (gateway, os.getpid())
    if key not in _connections:
        _connections.setdefault(key, _connect(gateway))
    return _connections[key]


def _connect(gateway: Gateway) -> _Connection:
    certificate = credentials.Certificate(str(gateway.credentials_path))
    app = firebase_admin.initialize_app(
        certificate, {"httpTimeout": gateway.http_seconds}, name=f"push-{uuid4()}"
    )
    session = _tame(app, base_url=gateway.base_url)
    sign_in = requests.Session()
    for each in (session, sign_in):
        each.max_redirects = 0  # addresses and tokens go where we said and nowhere else
        each.trust_env = gateway.base_url is None  # a proxy of the environment is not loopback
    token = AccessToken(
        credential=certificate.get_credential(), seconds=gateway.token_seconds, session=sign_in
    )
    return _Connection(app=app, session=session, token=token, http_seconds=gateway.http_seconds)


def disconnect() -> None:
    """Close this process's connections; the next send makes new ones."""
    for key in [key for key in _connections if key[1] == os.getpid()]:
        connection = _connections.pop(key)
        connection.session.close()
        connection.token.session.close()
        firebase_admin.delete_app(connection.app)


def _tame(app: firebase_admin.App, *, base_url: str | None) -> requests.Session:
    """Turn off the SDK's own retries and, for a loopback server, send there; return its session.

    All that is private in firebase-admin and google-auth and used here is used in this function;
    a name that a new version no longer has stops it before anything is sent.
    """
    service = messaging._get_messaging_service(app)
    session: requests.Session = _kept(_kept(service, "_client"), "session")
    _replace(session, "_max_refresh_attempts", 0)  # a 401 would fetch a token per thread, twice
    adapter = HTTPAdapter(
        pool_maxsize=MAX_BATCH,
        # read=False keeps a time-out a time-out; otherwise urllib3 calls it a failed connection.
        max_retries=Retry(0, read=False, respect_retry_after_header=False),
    )
    for prefix in ("https://fcm.googleapis.com", "https://", "http://"):
        session.mount(prefix, adapter)
    if base_url is None:
        return session
    path = urlsplit(_kept(service, "_fcm_url")).path
    _replace(service, "_fcm_url", f"{base_url.rstrip('/')}{path}")
    # google-auth would ask iamcredentials.googleapis.com for regions, from a thread of its own.
    _replace(
        app.credential.get_credential(),
        "_is_regional_access_boundary_lookup_required",
        lambda: False,
    )
    return session


def _kept(owner: object, name: str) -> Any:
    if not hasattr(owner, name):
        raise RuntimeError(
            f"firebase-admin {firebase_admin.__version__} has no {name}: read notifications/fcm.py"
            " against its source before raising the pinned version."
        )
    return getattr(owner, name)


def _replace(owner: object, name: str, value: object) -> None:
    _kept(owner, name)
    setattr(owner, name, value)


def _transmit(
    connection: _Connection, messages: dict[int, messaging.Message], *, now: datetime
) -> dict[int, Result]:
    fresh = not connection.token.is_fresh(now=now)
    if fresh and (lack := connection.token.fetch(now=now)) is not None:
        return dict.fromkeys(messages, lack)
    jobs = [
        functools.partial(_send_one, connection.app, built, now=now) for built in messages.values()
    ]
    answered = in_time(jobs, seconds=connection.http_seconds + GRACE_SECONDS)
    results = {
        index: _MISSING[result] if isinstance(result, Missing) else result
        for index, result in zip(messages, answered, strict=True)
    }
    if any(result.error_code in _NOT_LET_IN for result in results.values()):
        connection.token.forget()
        if not fresh:
            # A token of an earlier batch may have been revoked since; only one that is refused in
            # the batch that fetched it tells that we are not let in.
            results = {
                index: replace(result, signal=Signal.NONE)
                if result.error_code in _NOT_LET_IN
                else result
                for index, result in results.items()
            }
    return results


_NOT_LET_IN = ("UNAUTHENTICATED", "HTTP_401")
_MISSING = {
    Missing.NOT_BEGUN: Result(outcome=Outcome.TRY_LATER, error_code="NOT_BEGUN"),
    Missing.NOT_ENDED: Result(outcome=Outcome.UNKNOWN, error_code="TIMED_OUT"),
}


def _send_one(app: firebase_admin.App, built: messaging.Message, *, now: datetime) -> Result:
    try:
        return Result(outcome=Outcome.SENT, message_id=str(messaging.send(built, app=app)))
    except GoogleAuthError:  # before anything left
        return access_token.unavailable(now=now)
    except Exception as error:
        return answers.judge_error(error=error, now=now)


def _report(pushes: Sequence[Push], results: Sequence[Result]) -> None:
    """Log our own bugs and the halts; ids and codes only, never an address or a text."""
    for push, result in zip(pushes, results, strict=True):
        if result.outcome is Outcome.REJECTED:
            logger.error("push %s (%s): %s", push.delivery_id, push.kind, result.error_code)
    for signal, code in sorted({(result.signal, result.error_code or "") for result in results}):
        if signal in (Signal.HALT_SENDER, Signal.HALT_PLATFORM):
            logger.critical("push stopped: %s after %s", signal, code)
