"""The access token that pushes go out with: fetched once before a batch, never during it."""

from __future__ import annotations

import logging
import threading
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any

import requests
from google.auth.exceptions import RefreshError, TransportError
from google.auth.transport.requests import Request

from notifications import answers
from notifications.pushes import Outcome, Result, Signal
from notifications.timeouts import Missing, in_time

logger = logging.getLogger(__name__)

# google-auth calls a token stale 3:45 before its end and then lets every thread of a batch fetch
# one of its own. Fetching once, before the batch, from 5 minutes on keeps the threads out of it.
MARGIN = timedelta(minutes=5)


@dataclass(frozen=True, slots=True, kw_only=True)
class AccessToken:
    """The token of one service account in one process."""

    credential: Any  # google.oauth2.service_account.Credentials, untyped in parts
    seconds: float  # how long the token endpoint may take
    session: requests.Session
    lock: threading.Lock = field(default_factory=threading.Lock)

    def is_fresh(self, *, now: datetime) -> bool:
        """Return whether the token at hand outlives a batch."""
        expiry: datetime | None = self.credential.expiry  # naive, in UTC
        if not self.credential.valid or expiry is None:
            return False
        return expiry.replace(tzinfo=UTC) - now > MARGIN

    def fetch(self, *, now: datetime) -> Result | None:
        """Return None once there is a fresh token, in time, or what its lack means for a push."""
        [lack] = in_time([partial(self._fetch, now=now)], seconds=self.seconds)
        return unavailable(now=now) if isinstance(lack, Missing) else lack

    def forget(self) -> None:
        """Fetch another token before the next batch."""
        self.credential.token = None

    def _fetch(self, *, now: datetime) -> Result | None:
        try:
            with self.lock:
                if not self.is_fresh(now=now):
                    self.credential.refresh(self._request)
        except RefreshError as error:
            if not error.retryable:  # the endpoint answered: these credentials are not let in
                return Result(
                    outcome=Outcome.TRY_LATER,
                    error_code="TOKEN_REFUSED",
                    signal=Signal.HALT_SENDER,
                )
        except Exception as error:
            logger.warning("no access token: %s", type(error).__name__)
        else:
            return None
        return unavailable(now=now)

    def _request(self, **kwargs: Any) -> Any:
        answer = Request(self.session)(**{**kwargs, "timeout": self.seconds})
        # google-auth sleeps and repeats after these; a row that waits ten seconds does it better.
        if answer.status >= 500 or answer.status in (408, 429):
            raise TransportError(f"HTTP {answer.status}")  # type: ignore[no-untyped-call]
        return answer


def unavailable(*, now: datetime) -> Result:
    """Return what a dead token endpoint means for every push: nothing left, soon again."""
    return Result(
        outcome=Outcome.TRY_LATER,
        error_code="TOKEN_UNAVAILABLE",
        retry_at=now + answers.SHORTEST_WAIT,
        signal=Signal.PAUSE_SENDER,
    )
