"""What an answer of FCM means, or its absence: status, headers and body in, a result out.

Sources: the error codes of the HTTP v1 API, FCM's advice on throttling (Retry-After, else 60 s
after a 429; at least 10 s before any retry), and a ceiling of one hour, so that a wrong header
cannot silence everybody for a day.
"""

from __future__ import annotations

import json
import logging
import re
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime

import requests
from urllib3.exceptions import MaxRetryError, NewConnectionError

from notifications.pushes import Outcome, Push, Result, Signal

logger = logging.getLogger(__name__)

FCM_ERROR = "type.googleapis.com/google.firebase.fcm.v1.FcmError"
SHORTEST_WAIT = timedelta(seconds=10)
LONGEST_WAIT = timedelta(hours=1)
QUOTA_WAIT = timedelta(seconds=60)

# Anybody may register the address of a foreign Firebase project as theirs, or of a debug build,
# and one such device must not stop everybody's nudges. So one answer of this kind only arouses
# suspicion; ten in a batch where nothing was accepted prove that our credentials are wrong.
PROOF = 10

_LATER, _REJECTED, _UNKNOWN = Outcome.TRY_LATER, Outcome.REJECTED, Outcome.UNKNOWN
_BY_CODE: dict[str, tuple[Outcome, Signal]] = {
    # Ambiguous: a malformed address or a malformed message of ours. Never a reason to retire an
    # address, or one bug in the payload would retire all of them.
    "INVALID_ARGUMENT": (_REJECTED, Signal.NONE),
    "SENDER_ID_MISMATCH": (_LATER, Signal.SUSPECT),
    "THIRD_PARTY_AUTH_ERROR": (_LATER, Signal.SUSPECT),
    "APNS_AUTH_ERROR": (_LATER, Signal.SUSPECT),
    "UNAUTHENTICATED": (_LATER, Signal.HALT_SENDER),
    "PERMISSION_DENIED": (_LATER, Signal.HALT_SENDER),
    "QUOTA_EXCEEDED": (_LATER, Signal.PAUSE_SENDER),
    "RESOURCE_EXHAUSTED": (_LATER, Signal.PAUSE_SENDER),
    "UNAVAILABLE": (_LATER, Signal.NONE),
    "INTERNAL": (_LATER, Signal.NONE),
}
_BY_STATUS: dict[int, tuple[Outcome, Signal]] = {
    401: (_LATER, Signal.HALT_SENDER),
    403: (_LATER, Signal.HALT_SENDER),
    404: (_LATER, Signal.SUSPECT),  # not UNREGISTERED, so perhaps a wrong project or URL
    408: (_UNKNOWN, Signal.NONE),
    429: (_LATER, Signal.PAUSE_SENDER),
    500: (_LATER, Signal.NONE),
    503: (_LATER, Signal.NONE),
}
_EVERYBODY = "everybody"
_ABOUT_PLATFORM = ("THIRD_PARTY_AUTH_ERROR", "APNS_AUTH_ERROR")  # our key for APNs or web push


def judge(*, status: int, body: bytes, retry_after: str | None, now: datetime) -> Result:
    """Return what a refusal means: any answer that is not 2xx, however malformed."""
    fcm_code, rpc_status = _codes(body)
    if status == 404 and fcm_code == "UNREGISTERED":  # the one proof that an address is dead
        return Result(outcome=Outcome.TOKEN_DEAD, error_code=fcm_code)
    code = next((code for code in (fcm_code, rpc_status) if code in _BY_CODE), None)
    if code is not None and 400 <= status < 600:
        outcome, signal = _BY_CODE[code]
    else:
        code = f"HTTP_{status}"
        rejected = 400 <= status < 500
        outcome, signal = _BY_STATUS.get(status, (_REJECTED if rejected else _UNKNOWN, Signal.NONE))
    retry_at = None
    if outcome is Outcome.TRY_LATER:
        wait = _wait(retry_after, now=now)
        if wait is None and signal is Signal.PAUSE_SENDER:
            wait = QUOTA_WAIT
        retry_at = now + wait if wait is not None else None
    return Result(outcome=outcome, error_code=code, retry_at=retry_at, signal=signal)


def judge_error(*, error: Exception, now: datetime) -> Result:
    """Return what an exception of the SDK means, read from the HTTP error beneath it.

    The SDK's own classes are not enough: it loses the answer's headers for some, and stumbles over
    bodies that are not its JSON, as a proxy's are.
    """
    cause: BaseException | None = error
    while cause is not None and not isinstance(cause, requests.RequestException):
        cause = cause.__cause__ or cause.__context__
    if cause is None or isinstance(cause, requests.exceptions.InvalidJSONError):
        logger.warning("push: unreadable answer: %s", type(error).__name__)
        return Result(outcome=Outcome.UNKNOWN, error_code="UNREADABLE")
    answer = cause.response
    if answer is not None and answer.status_code >= 300:
        return judge(
            status=answer.status_code,
            body=answer.content,
            retry_after=answer.headers.get("Retry-After"),
            now=now,
        )
    if isinstance(cause, requests.ConnectTimeout) or _was_refused(cause):
        return Result(outcome=Outcome.TRY_LATER, error_code="UNREACHABLE")
    code = "TIMED_OUT" if isinstance(cause, requests.Timeout) else "CONNECTION_CUT"
    return Result(outcome=Outcome.UNKNOWN, error_code=code)


def _was_refused(error: requests.RequestException) -> bool:
    """Return whether no connection came about, so that nothing can have arrived."""
    reason = error.args[0] if error.args else None
    return isinstance(reason, MaxRetryError) and isinstance(reason.reason, NewConnectionError)


def with_halts(*, pushes: Sequence[Push], results: Sequence[Result]) -> list[Result]:
    """Return the results of one batch, suspicion raised to a halt where the batch proves it."""
    suspects: dict[str, set[str]] = defaultdict(set)
    accepted: set[str] = set()
    for push, result in zip(pushes, results, strict=True):
        if result.outcome is Outcome.SENT:
            accepted |= {_EVERYBODY, push.platform}
        elif result.signal is Signal.SUSPECT:
            suspects[_scope(push, result)].add(push.address)
    halts = {
        scope: Signal.HALT_SENDER if scope == _EVERYBODY else Signal.HALT_PLATFORM
        for scope, addresses in suspects.items()
        if len(addresses) >= PROOF and scope not in accepted
    }
    return [
        replace(result, signal=halts.get(_scope(push, result), Signal.SUSPECT))
        if result.signal is Signal.SUSPECT
        else result
        for push, result in zip(pushes, results, strict=True)
    ]


def _scope(push: Push, result: Result) -> str:
    return push.platform if result.error_code in _ABOUT_PLATFORM else _EVERYBODY


def _codes(body: bytes) -> tuple[str | None, str | None]:
    """Return (FcmError code, status) of an error body; (None, None) for anything else."""
    try:
        answer = json.loads(body)
    except (ValueError, RecursionError):
        return None, None
    error = answer.get("error") if isinstance(answer, dict) else None
    if not isinstance(error, dict):
        return None, None
    details = error.get("details")
    found = [
        detail.get("errorCode")
        for detail in (details if isinstance(details, list) else [])
        if isinstance(detail, dict) and detail.get("@type") == FCM_ERROR
    ]
    code, status = (found[0] if found else None), error.get("status")
    return (code if isinstance(code, str) else None, status if isinstance(status, str) else None)


def _wait(header: str | None, *, now: datetime) -> timedelta | None:
    """Return how long a Retry-After asks to wait, within our bounds; None when it says nothing."""
    if header is None:
        return None
    header = header.strip()
    if re.fullmatch(r"[0-9]+", header):
        # Nine digits are 31 years: more need no exact reading, and timedelta would overflow.
        asked = timedelta(seconds=int(header[:9]))
    else:
        try:
            until = parsedate_to_datetime(header)
        except (ValueError, TypeError, OverflowError):
            return None
        asked = (until if until.tzinfo else until.replace(tzinfo=UTC)) - now
    return min(max(asked, SHORTEST_WAIT), LONGEST_WAIT)
