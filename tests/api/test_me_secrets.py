"""From guest to member, and backup codes."""

from __future__ import annotations

from typing import Any

import pytest

from recovery.members.models import BackupCode, Member
from tests.api.people import (
    OTHER_PASSWORD,
    PASSWORD,
    join,
    join_as_guest,
    log_in,
    post,
    sees_me,
    signed_in,
)
from tests.parallel import at_once


def _put(tokens: dict[str, Any], path: str, body: dict[str, Any]) -> Any:
    return signed_in(tokens).put(f"/api/v1/{path}", body, format="json")


@pytest.mark.django_db
def test_a_guest_becomes_a_member_and_keeps_ids_and_session() -> None:
    guest = join_as_guest()

    answer = _put(guest, "me/credentials", {"handle": "alice", "password": PASSWORD})

    assert answer.status_code == 200
    assert answer.json()["member"] == guest["member"] | {
        "handle": "alice",
        "is_guest": False,
        "version": 2,
    }
    codes = answer.json()["backup_codes"]
    assert len(codes) == 10
    assert sees_me(guest).json()["handle"] == "alice"
    elsewhere = log_in().json()
    assert elsewhere["member"]["id"] == guest["member"]["id"]
    reset = {"handle": "alice", "new_password": OTHER_PASSWORD, "backup_code": codes[0]}
    assert post("auth/password/reset", reset).status_code == 204


@pytest.mark.django_db
def test_credentials_sent_again_after_a_lost_answer_give_new_codes() -> None:
    guest = join_as_guest()
    body = {"handle": "alice", "password": PASSWORD}
    lost = _put(guest, "me/credentials", body).json()

    again = _put(guest, "me/credentials", body)

    assert again.status_code == 200
    assert again.json()["member"] == lost["member"]
    assert not set(again.json()["backup_codes"]) & set(lost["backup_codes"])
    assert BackupCode.objects.count() == 10


@pytest.mark.django_db
def test_a_member_cannot_take_another_handle_nor_codes_without_her_password() -> None:
    here = join()

    other = _put(here, "me/credentials", {"handle": "river", "password": PASSWORD})
    wrong = _put(here, "me/credentials", {"handle": "alice", "password": OTHER_PASSWORD})

    assert (other.status_code, other.json()["code"]) == (409, "already_member")
    assert (wrong.status_code, wrong.json()["code"]) == (403, "wrong_password")
    assert log_in().status_code == 200


@pytest.mark.django_db
def test_a_guest_cannot_take_a_taken_handle() -> None:
    join()
    guest = join_as_guest()

    answer = _put(guest, "me/credentials", {"handle": "alice", "password": PASSWORD})

    assert (answer.status_code, answer.json()["code"]) == (409, "handle_taken")
    assert sees_me(guest).json()["is_guest"] is True


@pytest.mark.django_db(transaction=True)
def test_of_eight_guests_who_take_one_handle_at_once_one_gets_it() -> None:
    guests = [join_as_guest() for _ in range(8)]
    body = {"handle": "alice", "password": PASSWORD}

    answers = at_once(lambda number: _put(guests[number], "me/credentials", body))

    assert sorted(answer.status_code for answer in answers) == [200] + [409] * 7
    assert Member.objects.filter(handle="alice").count() == 1
    assert BackupCode.objects.count() == 10


@pytest.mark.django_db
def test_new_backup_codes_replace_the_old_ones() -> None:
    here = join()

    answer = signed_in(here).post("/api/v1/me/backup-codes", {"password": PASSWORD}, format="json")

    assert answer.status_code == 200
    fresh = answer.json()["backup_codes"]
    assert len(set(fresh)) == 10
    reset = {"handle": "alice", "new_password": OTHER_PASSWORD}
    old = post("auth/password/reset", reset | {"backup_code": here["backup_codes"][0]})
    assert old.status_code == 403
    assert post("auth/password/reset", reset | {"backup_code": fresh[0]}).status_code == 204


@pytest.mark.django_db
def test_new_backup_codes_want_the_password() -> None:
    here, guest = join(), join_as_guest()
    path, body = "/api/v1/me/backup-codes", {"password": OTHER_PASSWORD}

    wrong = signed_in(here).post(path, body, format="json")
    none = signed_in(guest).post(path, body, format="json")

    assert (wrong.status_code, wrong.json()["code"]) == (403, "wrong_password")
    assert (none.status_code, none.json()["code"]) == (409, "still_guest")
