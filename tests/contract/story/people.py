"""Who the story is about, and what is known of them so far."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from rest_framework.test import APIClient

from api.auth import tokens
from recovery.members.models import Session
from tests.conftest import MemberClient
from tests.contract.recording import Recorder

PASSWORD, NEXT_PASSWORD = "seven-stones-9", "nine-quiet-herons"
JOINING = {"time_zone": "Europe/Berlin", "accepts_terms": True, "is_adult": True}


def client_of(answer: dict[str, Any]) -> APIClient:
    """Return a client of the session that an answer began; its tokens never grow too old."""
    claims = tokens.read_access(answer["access"])
    return MemberClient(Session.objects.get(id=claims.session_id))


class Story:
    """Two people and two days in November. ``clock`` is stopped; steps move it on."""

    me: APIClient
    guest: APIClient
    tokens: dict[str, Any]
    codes: list[str]
    wine: str
    games: str

    def __init__(self, recorder: Recorder, clock: Any) -> None:
        self.say = recorder.say
        self._clock = clock
        self.nobody = APIClient()

    def later(self, **delta: int) -> None:
        """Let time pass, so that what follows has an instant of its own."""
        self._clock.shift(timedelta(**(delta or {"minutes": 1})))
