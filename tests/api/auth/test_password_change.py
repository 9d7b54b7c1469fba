"""Changing a password."""

from __future__ import annotations

from typing import Any

import pytest

from recovery.kernel import events
from recovery.members.events import SessionEnded
from tests.api.people import (
    OTHER_PASSWORD,
    PASSWORD,
    join,
    join_as_guest,
    log_in,
    refresh,
    sees_me,
    signed_in,
)
from tests.parallel import at_once

START = "2026-11-22T08:00:00Z"


def _change(tokens: dict[str, Any], **changed: str) -> Any:
    body = {"password": PASSWORD, "new_password": OTHER_PASSWORD} | changed
    return signed_in(tokens).post("/api/v1/auth/password/change", body, format="json")


@pytest.mark.django_db
def test_a_new_password_ends_all_other_sessions_at_their_next_request(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    here = join()
    elsewhere = log_in().json()
    ended: list[SessionEnded] = []
    monkeypatch.setitem(events._handlers, SessionEnded, [ended.append])

    assert _change(here).status_code == 204

    assert sees_me(elsewhere).json()["code"] == "session_ended"
    assert refresh(elsewhere["refresh"]).json()["code"] == "session_ended"
    assert sees_me(here).status_code == 200
    assert refresh(here["refresh"]).status_code == 200
    assert log_in().status_code == 401
    assert log_in(password=OTHER_PASSWORD).status_code == 200
    assert [len(fact.session_ids) for fact in ended] == [1]


@pytest.mark.django_db
def test_a_wrong_password_changes_nothing_and_the_session_goes_on() -> None:
    here = join()
    elsewhere = log_in().json()

    answer = _change(here, password=OTHER_PASSWORD)

    assert answer.status_code == 403
    assert answer.json()["code"] == "wrong_password"
    assert answer.json()["client_action"] == "fix"
    assert sees_me(elsewhere).status_code == 200
    assert log_in().status_code == 200


@pytest.mark.django_db
def test_a_poor_new_password_is_refused_by_its_own_name() -> None:
    answer = _change(join(), new_password="short")

    assert answer.status_code == 400
    assert [error["pointer"] for error in answer.json()["errors"]] == ["/new_password"]


@pytest.mark.django_db
def test_a_guest_has_no_password_to_change() -> None:
    answer = _change(join_as_guest())

    assert answer.status_code == 409
    assert answer.json()["code"] == "still_guest"


@pytest.mark.django_db
def test_the_password_is_asked_for_ten_times_and_then_waits() -> None:
    here = join()

    statuses = [_change(here, password=OTHER_PASSWORD).status_code for _ in range(11)]

    assert statuses == [403] * 10 + [429]
    assert _change(here).status_code == 429


@pytest.mark.django_db(transaction=True)
def test_of_two_devices_that_change_the_password_at_once_one_does() -> None:
    devices = [join(), log_in().json()]
    wanted = ["first-new-password", "second-new-password"]

    answers = at_once(lambda number: _change(devices[number], new_password=wanted[number]), times=2)

    # The other was refused: its session had ended, or its old password was old already.
    winners = [number for number in range(2) if answers[number].status_code == 204]
    assert len(winners) == 1
    assert {answer.status_code for answer in answers} <= {204, 401, 403}
    assert log_in(password=wanted[winners[0]]).status_code == 200
    assert log_in(password=wanted[1 - winners[0]]).status_code == 401
    assert sees_me(devices[1 - winners[0]]).status_code == 401
