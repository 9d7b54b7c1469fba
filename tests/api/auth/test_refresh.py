"""Going on with a session: one live chain of refresh tokens."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.utils import timezone

from recovery.members.models import Member, RefreshToken, Session
from tests.api.people import (
    join,
    log_in,
    refresh,
    sees_me,
)
from tests.parallel import at_once

START = "2026-11-22T08:00:00Z"


@pytest.mark.django_db
def test_a_refresh_token_works_once_and_gives_the_next() -> None:
    first = join()

    second = refresh(first["refresh"])

    assert second.status_code == 200
    assert set(second.json()) == {"access", "refresh"}
    assert second.json()["refresh"] != first["refresh"]
    assert sees_me(second.json()).status_code == 200
    assert sees_me(first).status_code == 200  # the access token lives its ten minutes
    third = refresh(second.json()["refresh"])
    assert third.status_code == 200


@pytest.mark.django_db(transaction=True)
def test_eight_refreshes_at_once_leave_one_live_chain() -> None:
    token = join()["refresh"]

    answers = at_once(lambda _: refresh(token))

    assert {answer.status_code for answer in answers} == {200}
    assert len({answer.json()["refresh"] for answer in answers}) == 1
    for answer in answers:
        assert sees_me(answer.json()).status_code == 200
    assert RefreshToken.objects.count() == 2
    assert RefreshToken.objects.filter(consumed_at=None).count() == 1
    assert refresh(answers[0].json()["refresh"]).status_code == 200


@pytest.mark.django_db
def test_a_retry_after_a_lost_answer_gets_the_same_successor() -> None:
    with time_machine.travel(START, tick=False) as clock:
        token = join()["refresh"]
        lost = refresh(token).json()
        clock.shift(timedelta(days=3))
        again = refresh(token).json()

        assert again["refresh"] == lost["refresh"]
        assert again["access"] != lost["access"]
        assert sees_me(again).status_code == 200
        assert refresh(again["refresh"]).status_code == 200


@pytest.mark.django_db
def test_a_retry_gets_the_same_successor_after_the_signing_key_changed(settings: Any) -> None:
    token = join()["refresh"]
    lost = refresh(token).json()
    settings.TOKEN_KEYS = {"k2": b"2" * 32, **settings.TOKEN_KEYS}

    again = refresh(token)

    assert again.json()["refresh"] == lost["refresh"]
    onward = refresh(lost["refresh"])
    assert onward.status_code == 200
    assert refresh(onward.json()["refresh"]).status_code == 200


@pytest.mark.django_db
def test_a_key_taken_out_of_the_ring_signs_out_but_is_no_reuse(settings: Any) -> None:
    old_ring = settings.TOKEN_KEYS
    settings.TOKEN_KEYS = {"k2": b"2" * 32, **old_ring}
    first = join()["refresh"]
    settings.TOKEN_KEYS = {"k3": b"3" * 32, "k2": b"2" * 32}
    refresh(first)
    settings.TOKEN_KEYS = {"k2": b"2" * 32}

    answer = refresh(first)

    assert answer.status_code == 401
    assert answer.json()["code"] == "session_ended"
    assert Session.objects.get().ended_at is None


@pytest.mark.django_db
def test_an_older_token_ends_the_session() -> None:
    first = join()
    second = refresh(first["refresh"]).json()
    third = refresh(second["refresh"]).json()

    copy = refresh(first["refresh"])

    assert copy.status_code == 401
    assert copy.json()["code"] == "reuse_detected"
    assert copy.json()["client_action"] == "sign_in"
    assert "has not been sent" in copy.json()["detail"]
    # Committed: the newest tokens are refused too, and say why.
    session = Session.objects.get()
    assert session.end_reason == "reuse_detected"
    assert sees_me(third).json()["code"] == "reuse_detected"
    assert refresh(third["refresh"]).json()["code"] == "reuse_detected"


@pytest.mark.django_db
def test_the_parent_of_a_used_link_counts_as_older() -> None:
    first = join()
    second = refresh(first["refresh"]).json()
    refresh(second["refresh"])

    # Its successor is used, so this is no retry of a lost answer.
    assert refresh(first["refresh"]).json()["code"] == "reuse_detected"


@pytest.mark.django_db(transaction=True)
def test_reuse_ends_only_the_session_it_happened_in() -> None:
    first = join()
    elsewhere = log_in().json()
    second = refresh(first["refresh"]).json()
    refresh(second["refresh"])
    refresh(first["refresh"])

    assert sees_me(elsewhere).status_code == 200
    assert refresh(elsewhere["refresh"]).status_code == 200


@pytest.mark.django_db
def test_a_refresh_token_lives_sixty_days_and_a_session_a_hundred_and_eighty() -> None:
    with time_machine.travel(START, tick=False) as clock:
        token = join()["refresh"]
        for _ in range(3):
            clock.shift(timedelta(days=59))
            answer = refresh(token)
            assert answer.status_code == 200
            token = answer.json()["refresh"]
        clock.shift(timedelta(days=2, hours=23))  # 179 days and 23 hours in
        answer = refresh(token)
        assert answer.status_code == 200
        clock.shift(timedelta(hours=2))
        late = refresh(answer.json()["refresh"])
        assert late.status_code == 401
        assert late.json()["code"] == "session_ended"
        assert sees_me(answer.json()).status_code == 401


@pytest.mark.django_db
def test_a_token_left_for_sixty_days_is_over() -> None:
    with time_machine.travel(START, tick=False) as clock:
        token = join()["refresh"]
        clock.shift(timedelta(days=60))
        answer = refresh(token)

    assert answer.status_code == 401
    assert answer.json()["code"] == "session_ended"
    assert RefreshToken.objects.count() == 1


@pytest.mark.django_db
def test_refreshing_tells_of_a_deleted_account() -> None:
    first = join()
    Member.objects.update(deleted_at=timezone.now())

    answer = refresh(first["refresh"])

    assert answer.status_code == 401
    assert answer.json()["code"] == "account_deleted"


@pytest.mark.django_db
@pytest.mark.parametrize("token", ["", "x", "a.b.c", "x" * 9000, "é.é.é", "🙂"])
def test_what_is_no_refresh_token_is_refused(token: str) -> None:
    answer = refresh(token)

    assert answer.status_code in (400, 401)
    assert answer["Content-Type"] == "application/problem+json"


@pytest.mark.django_db
def test_an_access_token_does_not_refresh_and_a_refresh_token_opens_nothing() -> None:
    first = join()

    assert refresh(first["access"]).status_code == 401
    assert sees_me({"access": first["refresh"]}).status_code == 401
