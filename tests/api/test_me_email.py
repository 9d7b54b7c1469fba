"""My e-mail over HTTP: sealed, and of use only once proved."""

from __future__ import annotations

from typing import Any

import pytest
from django.core import mail
from django.utils import timezone

from notifications.mail import send_due_codes
from recovery.members.models import EmailCode, Member
from tests.api.people import (
    OTHER_PASSWORD,
    PASSWORD,
    join,
    join_as_guest,
    sees_me,
    signed_in,
)


def _put(tokens: dict[str, Any], path: str, body: dict[str, Any]) -> Any:
    return signed_in(tokens).put(f"/api/v1/{path}", body, format="json")


def _set_email(tokens: dict[str, Any], email: str = "river@example.org") -> Any:
    return _put(tokens, "me/email", {"email": email, "password": PASSWORD})


def _verify(tokens: dict[str, Any], code: str) -> Any:
    return signed_in(tokens).post("/api/v1/me/email/verify", {"code": code}, format="json")


def _mailed_code() -> str:
    send_due_codes(now=timezone.now())
    words = mail.outbox[-1].body.split()
    return next(word for word in words if word.isdigit() and len(word) == 8)


@pytest.mark.django_db
@pytest.mark.usefixtures("mail_is_on")
def test_an_email_is_sealed_and_proved_by_a_code() -> None:
    here = join()

    stored = _set_email(here)

    assert stored.status_code == 200
    assert stored.json()["email_state"] == "unverified"
    assert b"river" not in bytes(Member.objects.get().email)
    row = EmailCode.objects.get()
    assert b"river" not in bytes(row.address)
    code = _mailed_code()
    assert code.encode() not in bytes(row.code)

    proved = _verify(here, f" {code[:4]} {code[4:]} ")
    assert proved.status_code == 200
    assert proved.json()["email_state"] == "verified"
    assert proved.json()["version"] == 3
    assert _verify(here, code).status_code == 403  # once


@pytest.mark.django_db
@pytest.mark.usefixtures("mail_is_on")
def test_nobody_sees_the_email_again() -> None:
    here = join()
    _set_email(here)

    assert "river" not in sees_me(here).content.decode()


@pytest.mark.django_db
@pytest.mark.usefixtures("mail_is_on")
def test_five_wrong_codes_and_the_right_one_is_refused() -> None:
    here = join()
    _set_email(here)
    code = _mailed_code()
    wrong = "00000000" if code != "00000000" else "11111111"

    assert [_verify(here, wrong).status_code for _ in range(5)] == [403] * 5
    assert _verify(here, code).json()["code"] == "wrong_code"
    # A new one works.
    _set_email(here)
    assert _verify(here, _mailed_code()).status_code == 200


@pytest.mark.django_db
@pytest.mark.usefixtures("mail_is_on")
def test_the_code_of_an_earlier_address_proves_nothing() -> None:
    here = join()
    _set_email(here, "first@example.org")
    first = _mailed_code()
    _set_email(here, "second@example.org")

    answer = _verify(here, first)

    # One time in 10^8 both codes are equal.
    assert answer.status_code == 403
    assert sees_me(here).json()["email_state"] == "unverified"


@pytest.mark.django_db
@pytest.mark.usefixtures("mail_is_on")
def test_a_proved_address_set_again_stays_proved_and_sends_nothing() -> None:
    here = join()
    _set_email(here)
    _verify(here, _mailed_code())

    again = _set_email(here)

    assert again.json()["email_state"] == "verified"
    assert send_due_codes(now=timezone.now()) == 0
    other = _set_email(here, "other@example.org")
    assert other.json()["email_state"] == "unverified"


@pytest.mark.django_db
@pytest.mark.usefixtures("mail_is_on")
def test_removing_the_email_forgets_it_and_its_codes() -> None:
    here = join()
    _set_email(here)

    answer = signed_in(here).delete("/api/v1/me/email")

    assert answer.status_code == 204
    assert sees_me(here).json()["email_state"] == "none"
    assert not EmailCode.objects.exists()
    version = sees_me(here).json()["version"]
    assert signed_in(here).delete("/api/v1/me/email").status_code == 204
    assert sees_me(here).json()["version"] == version


@pytest.mark.django_db
@pytest.mark.usefixtures("mail_is_on")
def test_an_email_wants_the_password_and_an_account_that_has_one() -> None:
    here, guest = join(), join_as_guest()

    wrong = _put(here, "me/email", {"email": "a@example.org", "password": OTHER_PASSWORD})
    none = _set_email(guest)

    assert (wrong.status_code, wrong.json()["code"]) == (403, "wrong_password")
    assert (none.status_code, none.json()["code"]) == (409, "still_guest")
    assert not EmailCode.objects.exists()


@pytest.mark.django_db
@pytest.mark.usefixtures("mail_is_on")
@pytest.mark.parametrize(
    "address",
    ["", "x", "a@b", "a@example.org\nBcc: b@example.org", "a b@example.org", 7, None, "ü@x.org"],
)
def test_what_is_no_address_is_refused(address: Any) -> None:
    answer = _set_email(join(), address)

    assert answer.status_code == 400
    assert [error["pointer"] for error in answer.json()["errors"]] == ["/email"]


@pytest.mark.django_db
@pytest.mark.usefixtures("mail_is_on")
def test_one_recipient_is_not_mailed_from_many_accounts() -> None:
    people = [join(handle=f"member_{number}") for number in range(4)]

    answers = [_set_email(one, "River@example.org").status_code for one in people]

    assert answers == [200, 200, 200, 429]


@pytest.mark.django_db
def test_a_server_without_mail_says_so() -> None:
    answer = _set_email(join())

    assert answer.status_code == 409
    assert answer.json()["code"] == "email_off"
    assert "sends no e-mail" in answer.json()["detail"]
    assert not EmailCode.objects.exists()
