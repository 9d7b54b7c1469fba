"""Registering, and beginning as a guest."""

from __future__ import annotations

from typing import Any

import pytest
from rest_framework.test import APIClient

from recovery.calendar.models import ZoneChange
from recovery.kernel.models import Change, ChangeCounter, SealingKey
from recovery.members.models import BackupCode, Member, RateBucket, RefreshToken, Session
from tests.api.people import PASSWORD, join, join_as_guest, post, sees_me
from tests.parallel import at_once

BODY = {
    "handle": "alice",
    "password": PASSWORD,
    "time_zone": "Europe/Berlin",
    "accepts_terms": True,
    "is_adult": True,
}
BODY_OF_A_GUEST = {"time_zone": "Europe/Berlin", "accepts_terms": True, "is_adult": True}


@pytest.mark.django_db
def test_a_member_registers_and_is_signed_in() -> None:
    answer = join(day_start_hour=4, locale="de", device_name="Blue phone")

    assert set(answer) == {"member", "access", "refresh", "backup_codes"}
    member = answer["member"]
    assert member == {
        "id": member["id"],
        "handle": "alice",
        "is_guest": False,
        "locale": "de",
        "time_zone": "Europe/Berlin",
        "day_start_hour": 4,
        "time_zone_mode": "follow",
        "email_state": "none",
        "receives_partner_invites": False,
        "terms_version": "1",
        "created_at": member["created_at"],
        "version": 1,
    }
    assert sees_me(answer).json() == member


@pytest.mark.django_db
def test_joining_leaves_a_key_a_counter_a_change_and_the_first_zone() -> None:
    member_id = join(day_start_hour=3)["member"]["id"]

    assert SealingKey.objects.filter(member_id=member_id).exists()
    assert ChangeCounter.objects.get(member_id=member_id).change_seq == 1
    assert Change.objects.get(member_id=member_id).table == "me"
    first = ZoneChange.objects.get(member_id=member_id)
    assert (first.zone, first.day_start_hour) == ("Europe/Berlin", 3)
    assert first.effective_at == Member.objects.get(id=member_id).created_at


@pytest.mark.django_db
def test_no_secret_is_stored_as_it_was_given() -> None:
    answer = join(device_name="Blue phone")

    member = Member.objects.get()
    assert member.password.startswith("argon2$argon2id$")
    assert PASSWORD not in member.password
    stored = bytes(RefreshToken.objects.get().token_hash)
    assert len(stored) == 32
    assert stored.hex() not in answer["refresh"]
    assert b"Blue" not in bytes(Session.objects.get().device_name)
    hashes = [bytes(code.code_hash) for code in BackupCode.objects.all()]
    assert len(set(hashes)) == 10
    assert all(len(one) == 32 for one in hashes)


@pytest.mark.django_db
def test_backup_codes_have_eighty_bits_in_groups_of_four() -> None:
    codes = join()["backup_codes"]

    assert len(set(codes)) == 10
    for code in codes:
        assert [len(group) for group in code.split("-")] == [4, 4, 4, 4]  # 16 signs of 5 bits
        assert set(code) <= set("ABCDEFGHIJKLMNOPQRSTUVWXYZ234567-")


@pytest.mark.django_db
def test_a_guest_has_an_account_without_a_handle_or_codes() -> None:
    answer = join_as_guest()

    assert set(answer) == {"member", "access", "refresh"}
    assert answer["member"]["handle"] is None
    assert answer["member"]["is_guest"] is True
    assert sees_me(answer).status_code == 200
    assert not BackupCode.objects.exists()


@pytest.mark.django_db
def test_two_guests_do_not_stand_in_each_others_way() -> None:
    assert join_as_guest()["member"]["id"] != join_as_guest()["member"]["id"]


@pytest.mark.django_db
def test_an_alias_of_a_zone_is_kept_canonical() -> None:
    assert join(time_zone="Europe/Kiev")["member"]["time_zone"] == "Europe/Kyiv"


@pytest.mark.django_db
def test_a_taken_handle_is_a_conflict() -> None:
    join()

    answer = post("auth/register", BODY)

    assert answer.status_code == 409
    assert answer.json()["code"] == "handle_taken"
    assert Member.objects.count() == 1


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("changed", "pointer", "code"),
    [
        ({"time_zone": "Mars/Olympus"}, "/time_zone", "unknown_zone"),
        ({"time_zone": "+01:00"}, "/time_zone", "unknown_zone"),
        ({"time_zone": "Factory"}, "/time_zone", "unknown_zone"),
        ({"time_zone": "../etc/passwd"}, "/time_zone", "unknown_zone"),
        ({"time_zone": "x" * 65}, "/time_zone", "max_length"),
        ({"handle": "Alice"}, "/handle", "bad_handle"),
        ({"handle": "al"}, "/handle", "bad_handle"),
        ({"handle": "alíce"}, "/handle", "bad_handle"),
        ({"handle": "al ice"}, "/handle", "bad_handle"),
        ({"handle": "a" * 31}, "/handle", "max_length"),
        ({"handle": "admin"}, "/handle", "reserved"),
        ({"handle": "_support_"}, "/handle", "reserved"),
        ({"handle": "____"}, "/handle", "reserved"),
        ({"handle": 12345}, "/handle", "not_text"),
        ({"handle": None}, "/handle", "null"),
        ({"password": "short"}, "/password", "bad_length"),
        ({"password": "x" * 129}, "/password", "bad_length"),
        ({"password": "x" * 5000}, "/password", "max_length"),
        ({"password": "1234567890"}, "/password", "too_common"),
        ({"handle": "quiet_river", "password": "Quiet_River"}, "/password", "same_as_handle"),
        ({"password": ["seven-stones-9"]}, "/password", "not_text"),
        ({"accepts_terms": False}, "/accepts_terms", "must_be_true"),
        ({"is_adult": False}, "/is_adult", "must_be_true"),
        ({"is_adult": "true"}, "/is_adult", "invalid"),
        ({"day_start_hour": 7}, "/day_start_hour", "max_value"),
        ({"day_start_hour": -1}, "/day_start_hour", "min_value"),
        ({"day_start_hour": "4"}, "/day_start_hour", "invalid"),
        ({"locale": "tlh"}, "/locale", "invalid_choice"),
        ({"device_name": "x" * 61}, "/device_name", "max_length"),
        ({"is_staff": True}, "/is_staff", "unknown_field"),
        ({"id": "01936f0e-52c4-7a31-8b5f-3f1d9a6b7c20"}, "/id", "unknown_field"),
    ],
)
def test_what_is_not_valid_is_named_and_nothing_is_stored(
    changed: dict[str, Any], pointer: str, code: str
) -> None:
    answer = post("auth/register", BODY | changed)

    assert answer.status_code == 400
    found = [(error["pointer"], error["code"]) for error in answer.json()["errors"]]
    assert found == [(pointer, code)]
    assert not Member.objects.exists()
    assert not Session.objects.exists()


@pytest.mark.django_db
@pytest.mark.parametrize(
    "body",
    [
        b'{"handle": "al\\u0000ice"}',
        b'{"handle": "\\ud800"}',
        b'{"handle": "alice", "handle": "bob"}',
        b'{"day_start_hour": 1e400}',
        b"[" * 5000,
        b"\xff\xfe",
        b"not json",
        b'"text"',
        b"null",
        b"[]",
    ],
)
def test_hostile_bodies_are_a_400_problem(body: bytes) -> None:
    client = APIClient(raise_request_exception=True)

    for path in ("register", "guest", "login", "refresh", "logout", "password/reset"):
        answer = client.post(f"/api/v1/auth/{path}", body, content_type="application/json")
        assert answer.status_code == 400, (path, body)
        assert answer["Content-Type"] == "application/problem+json"

    assert not Member.objects.exists()


@pytest.mark.django_db
def test_every_missing_field_is_named_at_once() -> None:
    answer = post("auth/register", {})

    pointers = {error["pointer"] for error in answer.json()["errors"]}
    assert pointers == {"/handle", "/password", "/time_zone", "/accepts_terms", "/is_adult"}


@pytest.mark.django_db
def test_the_same_password_composed_differently_opens_the_account() -> None:
    composed, decomposed = "caf\u00e9-am-fluss", "cafe\u0301-am-fluss"
    join(password=composed)

    answer = post("auth/login", {"handle": "alice", "password": decomposed})

    assert answer.status_code == 200


@pytest.mark.django_db
def test_blanks_around_a_password_are_part_of_it() -> None:
    join(password="  seven-stones-9  ")

    assert post("auth/login", {"handle": "alice", "password": PASSWORD}).status_code == 401
    blanks = {"handle": "alice", "password": "  seven-stones-9  "}
    assert post("auth/login", blanks).status_code == 200


@pytest.mark.django_db
def test_twenty_join_from_one_address_and_the_next_waits() -> None:
    answers = [post("auth/guest", BODY_OF_A_GUEST) for _ in range(21)]

    assert [answer.status_code for answer in answers] == [201] * 20 + [429]
    assert 0 < int(answers[-1]["Retry-After"]) <= 60
    assert Member.objects.count() == 20


@pytest.mark.django_db
def test_limits_store_no_address() -> None:
    join_as_guest()

    assert all("127.0.0.1" not in bucket.key for bucket in RateBucket.objects.all())


@pytest.mark.django_db(transaction=True)
def test_of_eight_who_take_one_handle_at_once_one_gets_it() -> None:
    answers = at_once(lambda _: post("auth/register", BODY))

    assert sorted(answer.status_code for answer in answers) == [201] + [409] * 7
    codes = {answer.json()["code"] for answer in answers if answer.status_code == 409}
    assert codes == {"handle_taken"}
    # Nothing is left of those who came second.
    for kind, rows in ((Member, 1), (Session, 1), (BackupCode, 10), (SealingKey, 1)):
        assert kind._default_manager.count() == rows
    assert ZoneChange.objects.count() == 1
