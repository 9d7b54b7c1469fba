"""Getting back in with a backup code."""

from __future__ import annotations

from typing import Any

import pytest

from recovery.members.models import BackupCode
from tests.api.people import (
    OTHER_PASSWORD,
    join,
    log_in,
    post,
    sees_me,
)
from tests.parallel import at_once

START = "2026-11-22T08:00:00Z"


def _reset(**given: str) -> Any:
    return post("auth/password/reset", {"handle": "alice", "new_password": OTHER_PASSWORD} | given)


@pytest.mark.django_db
def test_a_backup_code_sets_a_password_and_ends_all_sessions() -> None:
    here = join()

    assert _reset(backup_code=here["backup_codes"][3]).status_code == 204

    assert sees_me(here).json()["code"] == "session_ended"
    assert log_in().status_code == 401
    assert log_in(password=OTHER_PASSWORD).status_code == 200


@pytest.mark.django_db
def test_a_backup_code_works_once_and_the_others_stay() -> None:
    codes = join()["backup_codes"]
    _reset(backup_code=codes[0])

    again = _reset(backup_code=codes[0])

    assert again.status_code == 403
    assert again.json()["code"] == "wrong_code"
    assert _reset(backup_code=codes[1]).status_code == 204


@pytest.mark.django_db
def test_a_backup_code_is_read_as_people_type_it() -> None:
    code = join()["backup_codes"][0]

    typed = " " + code.replace("-", " ").lower() + " "

    assert _reset(backup_code=typed).status_code == 204


@pytest.mark.django_db(transaction=True)
def test_of_eight_who_use_one_backup_code_at_once_one_does() -> None:
    code = join()["backup_codes"][0]

    answers = at_once(
        lambda number: _reset(backup_code=code, new_password=f"new-password-{number}")
    )

    statuses = [answer.status_code for answer in answers]
    assert sorted(statuses) == [204] + [403] * 7
    winner = statuses.index(204)
    assert log_in(password=f"new-password-{winner}").status_code == 200
    assert BackupCode.objects.filter(used_at=None).count() == 9


@pytest.mark.django_db
def test_every_way_in_which_a_code_does_not_work_is_answered_alike() -> None:
    alice = join()
    bob = join(handle="bob")
    used = alice["backup_codes"][0]
    _reset(backup_code=used)

    answers = [
        _reset(backup_code=used),
        _reset(backup_code="AAAA-AAAA-AAAA-AAAA"),
        _reset(backup_code=bob["backup_codes"][0]),
        _reset(handle="nobody", backup_code=used),
        _reset(email_code="12345678"),
        _reset(handle="nobody", email_code="12345678"),
        _reset(backup_code=""),
    ]

    bodies = [answer.json() | {"request_id": ""} for answer in answers[:-1]]
    assert all(body == bodies[0] for body in bodies)
    assert bodies[0]["status"] == 403
    assert answers[-1].status_code == 400  # an empty code is not a code


@pytest.mark.django_db
@pytest.mark.parametrize(
    "codes", [{}, {"backup_code": "AAAA-AAAA-AAAA-AAAA", "email_code": "12345678"}]
)
def test_a_reset_takes_exactly_one_code(codes: dict[str, str]) -> None:
    answer = _reset(**codes)

    assert answer.status_code == 400
    assert [error["code"] for error in answer.json()["errors"]] == ["one_code"]


@pytest.mark.django_db
def test_codes_for_one_handle_are_tried_ten_times_and_then_wait() -> None:
    code = join()["backup_codes"][0]

    statuses = [_reset(backup_code="AAAA-AAAA-AAAA-AAAA").status_code for _ in range(11)]

    assert statuses == [403] * 10 + [429]
    assert _reset(backup_code=code).status_code == 429


@pytest.mark.django_db
def test_a_poor_password_does_not_use_a_code_up() -> None:
    code = join()["backup_codes"][0]

    assert _reset(backup_code=code, new_password="short").status_code == 400
    assert _reset(backup_code=code).status_code == 204
