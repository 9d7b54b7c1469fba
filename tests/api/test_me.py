"""My account over HTTP."""

from __future__ import annotations

from typing import Any

import pytest
from django.core import mail
from django.utils import timezone

from notifications.mail import send_due_codes
from recovery.calendar.models import ZoneChange
from recovery.kernel.models import Change
from recovery.members.models import BackupCode, EmailCode, Member
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


@pytest.fixture
def mail_is_on(settings: Any) -> None:
    """A server that sends e-mail, into a list."""
    settings.EMAIL_URL = "smtp://mail.example.org"
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"


def _patch(tokens: dict[str, Any], **changed: Any) -> Any:
    return signed_in(tokens).patch("/api/v1/me", changed, format="json")


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


# --- settings


@pytest.mark.django_db
def test_a_member_changes_what_she_gives_and_nothing_else() -> None:
    here = join()

    answer = _patch(here, locale="fr", receives_partner_invites=True)

    assert answer.status_code == 200
    expected = here["member"] | {"locale": "fr", "receives_partner_invites": True, "version": 2}
    assert answer.json() == expected
    assert sees_me(here).json() == expected
    change = Change.objects.filter(table="me").latest("seq")
    assert change.version == 2
    assert sorted(change.fields) == ["locale", "receives_partner_invites"]
    assert ZoneChange.objects.count() == 1


@pytest.mark.django_db
def test_the_same_again_changes_nothing() -> None:
    here = join()
    _patch(here, locale="fr")

    answer = _patch(here, locale="fr", time_zone="Europe/Berlin")

    assert answer.json()["version"] == 2
    assert Change.objects.filter(table="me").count() == 2
    assert _patch(here).json()["version"] == 2


@pytest.mark.django_db
def test_another_zone_is_a_fact_from_now_on() -> None:
    here = join()
    before = timezone.now()

    answer = _patch(here, time_zone="Asia/Calcutta", day_start_hour=4, time_zone_mode="fixed")

    assert answer.json()["time_zone"] == "Asia/Kolkata"
    assert answer.json()["time_zone_mode"] == "fixed"
    moved = ZoneChange.objects.latest("effective_at")
    assert (moved.zone, moved.day_start_hour) == ("Asia/Kolkata", 4)
    assert before <= moved.effective_at <= timezone.now()


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("changed", "pointer", "code"),
    [
        ({"time_zone": "Nowhere/City"}, "/time_zone", "unknown_zone"),
        ({"day_start_hour": 7}, "/day_start_hour", "max_value"),
        ({"day_start_hour": True}, "/day_start_hour", "invalid"),
        ({"time_zone_mode": "sometimes"}, "/time_zone_mode", "invalid_choice"),
        ({"locale": "xx"}, "/locale", "invalid_choice"),
        ({"receives_partner_invites": 1}, "/receives_partner_invites", "invalid"),
        ({"receives_partner_invites": None}, "/receives_partner_invites", "null"),
        ({"handle": "other"}, "/handle", "unknown_field"),
        ({"password": OTHER_PASSWORD}, "/password", "unknown_field"),
        ({"email": "x@example.org"}, "/email", "unknown_field"),
        ({"version": 9}, "/version", "unknown_field"),
        ({"deleted_at": None}, "/deleted_at", "unknown_field"),
        ({"email_verified_at": "2026-01-01T00:00:00Z"}, "/email_verified_at", "unknown_field"),
    ],
)
def test_what_cannot_be_changed_is_named_and_nothing_changes(
    changed: dict[str, Any], pointer: str, code: str
) -> None:
    here = join()

    answer = _patch(here, **changed)

    assert answer.status_code == 400
    found = [(error["pointer"], error["code"]) for error in answer.json()["errors"]]
    assert found == [(pointer, code)]
    assert sees_me(here).json() == here["member"]


@pytest.mark.django_db(transaction=True)
def test_eight_changes_at_once_are_numbered_one_after_another() -> None:
    here = join()
    hours = [1, 2, 3, 4, 5, 6, 1, 2]

    answers = at_once(lambda number: _patch(here, day_start_hour=hours[number]))

    assert {answer.status_code for answer in answers} == {200}
    member = Member.objects.get()
    rows = Change.objects.filter(table="me").order_by("seq")
    assert [row.version for row in rows] == list(range(1, member.version + 1))
    last = ZoneChange.objects.filter(member=member).order_by("-id").first()
    assert last is not None
    assert last.day_start_hour == member.day_start_hour


# --- from guest to member


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


# --- backup codes


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


# --- e-mail


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

    assert answer.status_code == 503
    assert answer.json()["code"] == "email_off"
    assert "sends no e-mail" in answer.json()["detail"]
    assert not EmailCode.objects.exists()
