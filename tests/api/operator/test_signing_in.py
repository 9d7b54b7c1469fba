"""Who enters the operator's pages, and that this opens nothing else."""

from __future__ import annotations

import pytest
import time_machine
from django.contrib.auth.models import User
from django.contrib.sessions.models import Session
from django.test import Client
from rest_framework.test import APIClient

from recovery.members.models import Member
from recovery.reports import queries
from recovery.reports.models import Report
from tests.api.operator.conftest import PASSWORD
from tests.partnering import NOW

SIGN_IN = "/admin/login/"

pytestmark = pytest.mark.django_db


def sign_in(client: Client, name: str = "ona", password: str = PASSWORD) -> int:
    """Try to sign in; 302 is success, 200 the form again."""
    return client.post(SIGN_IN, {"username": name, "password": password}).status_code


def test_only_staff_come_in(client: Client, ona: User, reported: Report) -> None:
    User.objects.create_user("visitor", password=PASSWORD)
    paths = ("/admin/", "/admin/recovery/report/", f"/admin/recovery/report/{reported.id}/")
    for path in paths:
        assert client.get(path)["Location"] == f"{SIGN_IN}?next={path}"
    assert sign_in(client, "visitor") == 200
    assert sign_in(client, "ona", "wrong") == 200
    assert client.get(paths[1]).status_code == 302
    assert not queries.looks().exists()
    assert sign_in(client) == 302
    assert all(client.get(path).status_code == 200 for path in paths)
    assert client.get("/admin")["Location"] == "/admin/"


def test_an_operator_who_is_put_out_is_out_at_once(
    as_ona: Client, ona: User, reported: Report
) -> None:
    User.objects.filter(id=ona.id).update(is_active=False)
    assert as_ona.get(f"/admin/recovery/report/{reported.id}/").status_code == 302
    assert not queries.looks().exists()


def test_only_a_superuser_makes_operators(as_ona: Client, ona: User) -> None:
    users = "/admin/auth/user/"
    assert as_ona.get(users).status_code == 403
    User.objects.filter(id=ona.id).update(is_superuser=True)
    assert as_ona.get(users).status_code == 200
    assert as_ona.get(f"{users}{ona.id}/change/").status_code == 200
    made = {
        "username": "pim",
        "usable_password": "true",
        "password1": PASSWORD,
        "password2": PASSWORD,
        "is_staff": "on",
    }
    short = {**made, "password1": "Kx7-pq", "password2": "Kx7-pq"}
    assert as_ona.post(f"{users}add/", short).status_code == 200
    assert as_ona.post(f"{users}add/", made).status_code == 302
    assert User.objects.get(username="pim").is_staff


def test_an_operator_is_nobody_to_the_api_and_a_member_nobody_here(
    as_ona: Client, as_alice: APIClient, alice: Member
) -> None:
    for path in ("/api/v1/me", "/api/v1/reports", "/api/v1/today"):
        assert as_ona.get(path).status_code == 401
    assert as_alice.get("/api/v1/me").status_code == 200
    assert as_alice.get("/admin/recovery/report/").status_code == 302
    Member.objects.filter(id=alice.id).update(handle="ona")
    assert as_alice.get("/admin/").status_code == 302


def test_the_api_has_no_session_and_sets_no_cookie(as_ona: Client) -> None:
    for path in ("/api/v1/crisis-resources", "/docs", "/livez"):
        answer = as_ona.get(path)
        assert answer.status_code == 200
        assert not answer.cookies
        assert not hasattr(answer.wsgi_request, "session")
        assert "Cookie" not in answer.get("Vary", "")


def test_the_cookies_are_for_tls_and_for_these_pages_alone(ona: User) -> None:
    client = Client()
    client.get(SIGN_IN)
    sign_in(client)
    assert set(client.cookies) == {"operator", "csrftoken"}
    for cookie in client.cookies.values():
        assert cookie["secure"] is True
        assert cookie["httponly"] is True
        assert (cookie["samesite"], cookie["path"]) == ("Strict", "/admin/")
    # It ends with the browser.
    assert client.cookies["operator"]["max-age"] == ""


def test_a_form_from_elsewhere_is_refused(ona: User, reported: Report) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(ona)
    path = f"/admin/recovery/report/{reported.id}/"
    assert client.post(path, {"outcome": "no_action"}).status_code == 403
    client.get(path)
    token = client.cookies["csrftoken"].value
    body = {"outcome": "no_action", "csrfmiddlewaretoken": token}
    elsewhere = {"HTTP_ORIGIN": "https://elsewhere.example"}
    assert client.post(path, body, **elsewhere).status_code == 403
    assert Report.objects.get().resolved_at is None
    # As through a proxy with TLS, which asks us without.
    assert client.post(path, body, HTTP_ORIGIN="https://testserver").status_code == 302


def test_pages_load_nothing_from_elsewhere_and_stand_in_no_frame(as_ona: Client) -> None:
    for path in ("/admin/", SIGN_IN, "/admin/recovery/report/"):
        answer = as_ona.get(path)
        policy = answer["Content-Security-Policy"]
        assert policy.startswith("default-src 'none'")
        assert "unsafe" not in policy
        assert answer["X-Frame-Options"] == "DENY"
        assert answer["Referrer-Policy"] == "same-origin"
    assert "Content-Security-Policy" not in as_ona.get("/livez")


def test_tries_are_counted_by_name_and_by_address(ona: User) -> None:
    with time_machine.travel(NOW, tick=False) as clock:
        for number in range(10):
            client = Client(REMOTE_ADDR=f"192.0.2.{number}")
            assert sign_in(client, password="wrong") == 200
        refused = Client(REMOTE_ADDR="192.0.2.99")
        answer = refused.post(SIGN_IN, {"username": "ona", "password": PASSWORD})
        assert answer.status_code == 200
        assert b"Too many tries. Wait 90 seconds." in answer.content
        clock.shift(90)
        assert sign_in(refused) == 302
        for number in range(10):
            sign_in(Client(REMOTE_ADDR="192.0.2.200"), f"name{number}", "wrong")
        answer = Client(REMOTE_ADDR="192.0.2.200").post(
            SIGN_IN, {"username": "pim", "password": "x"}
        )
        assert b"Too many tries" in answer.content


def test_sessions_end_after_a_shift_and_are_cleared_away(ona: User) -> None:
    with time_machine.travel(NOW, tick=False) as clock:
        first = Client()
        assert sign_in(first) == 302
        clock.shift(8 * 3600 + 1)
        assert first.get("/admin/").status_code == 302
        assert sign_in(Client()) == 302
        assert Session.objects.count() == 1
