"""The list of devices, and ending them."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
import time_machine
from pytest_django import DjangoAssertNumQueries

from recovery.kernel import events
from recovery.members.events import SessionEnded
from recovery.members.models import Session
from tests.api.people import join, log_in, post, refresh, sees_me, signed_in

START = "2026-11-22T08:00:00Z"


def _list(tokens: dict[str, Any]) -> list[dict[str, Any]]:
    answer = signed_in(tokens).get("/api/v1/sessions")
    assert answer.status_code == 200
    items: list[dict[str, Any]] = answer.json()["items"]
    return items


@pytest.mark.django_db
def test_a_member_sees_where_she_is_signed_in() -> None:
    with time_machine.travel(START, tick=False) as clock:
        first = join(device_name="Blue phone 🌊")
        clock.shift(timedelta(hours=1))
        second = log_in().json()
        clock.shift(timedelta(hours=1))
        first = refresh(first["refresh"]).json()
        found = _list(first)

    assert [(one["device_name"], one["current"]) for one in found] == [
        ("", False),
        ("Blue phone 🌊", True),
    ]
    assert found[1]["created_at"] == "2026-11-22T08:00:00Z"
    assert found[1]["refreshed_at"] == "2026-11-22T10:00:00Z"
    assert set(found[0]) == {"id", "device_name", "current", "created_at", "refreshed_at"}
    with time_machine.travel("2026-11-22T10:00:00Z", tick=False):
        second = refresh(second["refresh"]).json()
        assert [one["current"] for one in _list(second)] == [True, False]


@pytest.mark.django_db
def test_sessions_that_cannot_go_on_are_left_out() -> None:
    with time_machine.travel(START, tick=False) as clock:
        join()
        clock.shift(timedelta(days=61))  # nobody refreshed that one
        here = log_in().json()
        gone = log_in().json()
        post("auth/logout", {"refresh": gone["refresh"]})
        assert [one["current"] for one in _list(here)] == [True]


@pytest.mark.django_db
def test_the_list_comes_in_pages() -> None:
    here = join()
    for _ in range(3):
        log_in()
    client = signed_in(here)

    first = client.get("/api/v1/sessions", {"limit": "3"}).json()
    rest = client.get("/api/v1/sessions", {"limit": "3", "cursor": first["next_cursor"]}).json()

    assert len(first["items"]) == 3
    assert [one["current"] for one in rest["items"]] == [True]
    assert rest["next_cursor"] is None
    assert client.get("/api/v1/sessions", {"cursor": "x"}).status_code == 400
    assert client.get("/api/v1/sessions", {"page": "2"}).status_code == 400


@pytest.mark.django_db
def test_ending_a_session_holds_at_its_next_request(monkeypatch: pytest.MonkeyPatch) -> None:
    here = join()
    there = log_in().json()
    there_id = next(one["id"] for one in _list(there) if one["current"])
    ended: list[SessionEnded] = []
    monkeypatch.setitem(events._handlers, SessionEnded, [ended.append])

    answer = signed_in(here).delete(f"/api/v1/sessions/{there_id}")

    assert answer.status_code == 204
    assert sees_me(there).json()["code"] == "session_ended"
    assert sees_me(here).status_code == 200
    assert [str(one) for fact in ended for one in fact.session_ids] == [there_id]
    # Again: nothing more happens.
    assert signed_in(here).delete(f"/api/v1/sessions/{there_id}").status_code == 204
    assert len(ended) == 1


@pytest.mark.django_db
def test_a_member_may_end_the_session_that_asks() -> None:
    here = join()
    here_id = _list(here)[0]["id"]

    assert signed_in(here).delete(f"/api/v1/sessions/{here_id}").status_code == 204
    assert sees_me(here).status_code == 401


@pytest.mark.django_db
def test_somebody_elses_session_and_none_at_all_look_the_same() -> None:
    alice, charlie = join(), join(handle="charlie")
    alices = _list(alice)[0]["id"]

    forbidden = signed_in(charlie).delete(f"/api/v1/sessions/{alices}")
    absent = signed_in(charlie).delete(f"/api/v1/sessions/{uuid4()}")

    assert forbidden.status_code == absent.status_code == 404
    assert forbidden.json() | {"request_id": ""} == absent.json() | {"request_id": ""}
    assert sees_me(alice).status_code == 200


@pytest.mark.django_db
def test_ending_all_others_spares_the_one_that_asks_and_other_members() -> None:
    here, bob = join(), join(handle="bob")
    there = [log_in().json() for _ in range(2)]

    assert signed_in(here).delete("/api/v1/sessions").status_code == 204

    assert [sees_me(one).status_code for one in there] == [401, 401]
    assert sees_me(here).status_code == sees_me(bob).status_code == 200
    assert Session.objects.filter(end_reason="removed").count() == 2


@pytest.mark.django_db
def test_listing_costs_the_same_for_one_device_and_for_many(
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    here = join()
    for _ in range(5):
        log_in()

    # The session with its member, the rows, the member's key.
    with django_assert_num_queries(3):
        signed_in(here).get("/api/v1/sessions")
