"""The page for those without the app: a plain form that deletes an account."""

from __future__ import annotations

from typing import Any
from unittest.mock import patch

import pytest
from django.db import OperationalError
from django.test import Client
from django.utils import timezone

from recovery.members.models import Member
from recovery.ownership.services import deletion, working
from tests.api.people import PASSWORD, join, log_in

pytestmark = pytest.mark.django_db

PAGE = "/account/delete"


@pytest.fixture
def member() -> Member:
    """Somebody who registered as alice."""
    join()
    return Member.objects.get(handle="alice")


def send(**fields: str) -> Any:
    """Answer of the form as a browser sends it."""
    headers = {"HTTP_ORIGIN": "http://testserver", "HTTP_SEC_FETCH_SITE": "same-origin"}
    return Client().post(PAGE, {"handle": "alice", "password": PASSWORD, **fields}, **headers)


def test_the_page_is_a_form_without_script_or_cookie() -> None:
    answer = Client().get(PAGE)
    assert answer.status_code == 200
    text = answer.content.decode()
    assert "<script" not in text
    assert 'method="post"' in text
    assert not answer.cookies
    policy = answer["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "script-src" not in policy
    assert "form-action 'self'" in policy
    assert answer["Referrer-Policy"] == "same-origin"
    assert answer["Cache-Control"] == "private, no-store"
    assert answer["X-Frame-Options"] == "DENY"


def test_the_form_deletes_the_account(member: Member) -> None:
    answer = send()
    assert answer.status_code == 200
    assert "Your account is deleted" in answer.content.decode()
    assert log_in().status_code == 401
    working.work_off(now=timezone.now())
    assert not Member.objects.exists()


def test_who_ticks_the_box_has_24_hours(member: Member) -> None:
    answer = send(wait="1")
    assert "nothing is erased until" in answer.content.decode()
    working.work_off(now=timezone.now())
    member.refresh_from_db()
    assert member.restorable_until is not None
    assert member.deleted_at is not None
    assert "being erased now" in send().content.decode()
    working.work_off(now=timezone.now())
    assert not Member.objects.exists()


def test_a_wrong_handle_and_a_wrong_password_get_the_same_page(member: Member) -> None:
    wrong = [
        send(password="something-else"),
        send(handle="nobody_here"),
        send(handle="x" * 500),
        send(handle="a\x00b"),
        send(handle=""),
        send(password=""),
        send(handle="<b>"),
    ]
    assert {answer.status_code for answer in wrong} == {403}
    first = wrong[0].content.decode()
    assert "The handle or the password is not right. Nothing was deleted." in first
    assert wrong[1].content.decode().replace("nobody_here", "alice") == first
    assert "<b>" not in wrong[-1].content.decode()
    assert PASSWORD not in first
    assert Member.objects.get().deleted_at is None


def test_it_is_limited_as_signing_in_is(member: Member) -> None:
    answers = [send(password="something-else") for _ in range(11)]
    assert [answer.status_code for answer in answers] == [403] * 10 + [429]
    assert int(answers[-1]["Retry-After"]) > 0
    assert "Too many tries" in answers[-1].content.decode()
    # The tries are those of signing in, with or without the page.
    assert send().status_code == 429


@pytest.mark.parametrize(
    "headers",
    [
        {"HTTP_ORIGIN": "https://elsewhere.example"},
        {"HTTP_ORIGIN": "null"},
        {"HTTP_SEC_FETCH_SITE": "cross-site"},
        {"HTTP_SEC_FETCH_SITE": "same-site"},
        {"HTTP_ORIGIN": "http://testserver", "HTTP_SEC_FETCH_SITE": "cross-site"},
    ],
)
def test_a_form_from_elsewhere_deletes_nothing(member: Member, headers: dict[str, str]) -> None:
    answer = Client().post(PAGE, {"handle": "alice", "password": PASSWORD}, **headers)
    assert answer.status_code == 403
    assert "another site" in answer.content.decode()
    assert Member.objects.get().deleted_at is None


def test_a_browser_behind_a_proxy_of_ours_is_from_here(member: Member) -> None:
    account = {"handle": "alice", "password": PASSWORD}
    assert Client().post(PAGE, account, HTTP_ORIGIN="https://testserver").status_code == 200


def test_a_database_out_of_reach_is_said_in_words(member: Member) -> None:
    with patch.object(deletion, "delete_by_password", side_effect=OperationalError):
        answer = send()
    assert answer.status_code == 503
    assert "Nothing was deleted" in answer.content.decode()


@pytest.mark.parametrize("method", ["put", "patch", "delete"])
def test_other_methods_are_not_offered(method: str) -> None:
    answer = getattr(Client(), method)(PAGE)
    assert answer.status_code == 405
    assert answer["Allow"] == "GET, HEAD, POST"


def test_what_is_no_form_is_a_wrong_handle(member: Member) -> None:
    answer = Client().post(PAGE, b"\xff\xfe{", content_type="application/json")
    assert answer.status_code == 403
    too_large = Client().post(PAGE, {"handle": "a" * 100_000})
    assert too_large.status_code in (400, 413)
