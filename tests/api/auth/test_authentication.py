"""What an access token opens, and until when."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries
from rest_framework.test import APIClient

from recovery.members.models import Member, Session
from tests.api.people import join, sees_me, signed_in

START = "2026-11-22T08:00:00Z"


def _ask(header: str) -> Any:
    return APIClient().get("/api/v1/me", HTTP_AUTHORIZATION=header)


@pytest.mark.django_db
def test_asking_for_me_costs_one_query(
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    client = signed_in(join())

    with django_assert_num_queries(1):
        answer = client.get("/api/v1/me")

    assert answer.status_code == 200


@pytest.mark.django_db
def test_without_a_token_nobody_is_let_in() -> None:
    answer = APIClient().get("/api/v1/me")

    assert answer.status_code == 401
    assert answer.json()["code"] == "not_signed_in"
    assert answer["WWW-Authenticate"] == 'Bearer realm="api"'
    assert answer["Cache-Control"] == "private, no-store"


@pytest.mark.django_db
@pytest.mark.parametrize(
    "header",
    [
        "Bearer",
        "Bearer ",
        "Bearer x",
        "Bearer a.b.c",
        "Bearer a.b.c d",
        "Basic YWxpY2U6c2VjcmV0",
        "Token abc",
        "Bearer \x80\xff",
        "Bearer " + "x" * 9000,
    ],
)
def test_what_is_no_token_is_a_401_problem(header: str) -> None:
    answer = _ask(header)

    assert answer.status_code == 401
    assert answer.json()["code"] == "not_signed_in"
    assert answer.json()["client_action"] == "sign_in"


@pytest.mark.django_db
def test_an_access_token_lives_ten_minutes_and_then_asks_to_refresh() -> None:
    with time_machine.travel(START, tick=False) as clock:
        tokens = join()
        clock.shift(timedelta(minutes=10))
        assert sees_me(tokens).status_code == 200  # 30 s of leeway for clocks that differ
        clock.shift(timedelta(seconds=31))
        answer = sees_me(tokens)

    assert answer.status_code == 401
    assert answer.json()["code"] == "token_expired"
    assert answer.json()["client_action"] == "refresh"
    assert "has not been sent" in answer.json()["detail"]


@pytest.mark.django_db
def test_an_ended_session_opens_nothing() -> None:
    tokens = join()
    Session.objects.update(ended_at=timezone.now(), end_reason="removed")

    answer = sees_me(tokens)

    assert answer.status_code == 401
    assert answer.json()["code"] == "session_ended"
    assert "can be sent after signing in" in answer.json()["detail"]


@pytest.mark.django_db
def test_a_session_that_is_no_more_opens_nothing() -> None:
    tokens = join()
    Session.objects.all().delete()

    assert sees_me(tokens).json()["code"] == "session_ended"


@pytest.mark.django_db
def test_a_deleted_account_opens_nothing_and_says_that_nothing_is_kept() -> None:
    tokens = join()
    Member.objects.update(deleted_at=timezone.now())

    answer = sees_me(tokens)

    assert answer.status_code == 401
    assert answer.json()["code"] == "account_deleted"
    assert "cannot be sent any more" in answer.json()["detail"]


@pytest.mark.django_db
def test_a_token_names_its_member_and_no_other() -> None:
    tokens = join()
    other = join(handle="bob")["member"]["id"]
    Session.objects.exclude(member_id=other).update(member_id=other)

    assert sees_me(tokens).json()["code"] == "session_ended"


@pytest.mark.django_db
def test_bearer_is_read_in_any_case() -> None:
    assert _ask(f"bearer {join()['access']}").status_code == 200
