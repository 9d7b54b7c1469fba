"""Signing out."""

from __future__ import annotations

from datetime import timedelta

import pytest
import time_machine

from recovery.kernel import events
from recovery.members.events import SessionEnded
from recovery.members.models import Session
from tests.api.people import (
    join,
    log_in,
    post,
    refresh,
    sees_me,
    signed_in,
)

START = "2026-11-22T08:00:00Z"


@pytest.mark.django_db
def test_signing_out_holds_at_the_next_request(monkeypatch: pytest.MonkeyPatch) -> None:
    first = join()
    ended: list[SessionEnded] = []
    monkeypatch.setitem(events._handlers, SessionEnded, [ended.append])

    answer = post("auth/logout", {"refresh": first["refresh"]})

    assert answer.status_code == 204
    assert sees_me(first).json()["code"] == "session_ended"
    assert refresh(first["refresh"]).json()["code"] == "session_ended"
    assert [fact.session_ids for fact in ended] == [(Session.objects.get().id,)]


@pytest.mark.django_db
def test_signing_out_again_changes_nothing() -> None:
    first = join()
    post("auth/logout", {"refresh": first["refresh"]})
    ended_at = Session.objects.get().ended_at

    assert post("auth/logout", {"refresh": first["refresh"]}).status_code == 204
    assert Session.objects.get().ended_at == ended_at


@pytest.mark.django_db
def test_an_old_link_of_the_chain_signs_out_too() -> None:
    first = join()
    second = refresh(first["refresh"]).json()

    assert post("auth/logout", {"refresh": first["refresh"]}).status_code == 204
    assert sees_me(second).status_code == 401


@pytest.mark.django_db
def test_a_token_too_old_to_refresh_still_signs_out() -> None:
    with time_machine.travel(START, tick=False) as clock:
        first = join()
        clock.shift(timedelta(days=61))
        assert post("auth/logout", {"refresh": first["refresh"]}).status_code == 204

    assert Session.objects.get().end_reason == "logout"


@pytest.mark.django_db
def test_signing_out_with_anything_else_is_answered_the_same() -> None:
    first = join()

    for token in ("x", first["access"], first["refresh"][:-2] + "xx"):
        assert post("auth/logout", {"refresh": token}).status_code == 204
    assert sees_me(first).status_code == 200


@pytest.mark.django_db
def test_a_stale_access_token_is_in_nobodys_way_when_signing_in() -> None:
    join()

    answer = log_in(HTTP_AUTHORIZATION="Bearer stale")

    assert answer.status_code == 200
    assert signed_in(answer.json()).get("/api/v1/sessions").status_code == 200
