"""Getting back in with a code by e-mail."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.core import mail
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from notifications.mail import send_due_codes
from recovery.kernel import sealing
from recovery.members.models import EmailCode, Member, RateBucket, Session
from recovery.members.services import email_codes
from tests.api.people import (
    OTHER_PASSWORD,
    PASSWORD,
    join,
    log_in,
    post,
    sees_me,
)
from tests.parallel import at_once

START = "2026-11-22T08:00:00Z"


def _reset(**given: str) -> Any:
    return post("auth/password/reset", {"handle": "alice", "new_password": OTHER_PASSWORD} | given)


def _ask_for_code(handle: str = "alice") -> Any:
    return post("auth/password/reset-code", {"handle": handle})


def _prove_email(handle: str = "alice", address: str = "river@example.org") -> None:
    member = Member.objects.get(handle=handle)
    sealer = sealing.for_member(member_id=member.id)
    member.email = sealer.seal(address, label=email_codes.ADDRESS_LABEL, row_id=member.id)
    member.email_verified_at = timezone.now()
    member.save(update_fields=["email", "email_verified_at"])


def _code_in(letter: Any) -> str:
    digits = [word for word in letter.body.split() if word.isdigit() and len(word) == 8]
    assert len(digits) == 1
    return digits[0]


@pytest.mark.django_db
@pytest.mark.usefixtures("mail_is_on")
def test_a_mailed_code_sets_a_password_and_ends_all_sessions() -> None:
    here = join()
    _prove_email()

    asked = _ask_for_code()
    assert asked.status_code == 202
    assert mail.outbox == []  # never in the request
    assert send_due_codes(now=timezone.now()) == 1
    assert mail.outbox[0].to == ["river@example.org"]
    code = _code_in(mail.outbox[0])

    assert _reset(email_code=code).status_code == 204
    assert sees_me(here).status_code == 401
    assert log_in(password=OTHER_PASSWORD).status_code == 200
    assert _reset(email_code=code, new_password=PASSWORD).status_code == 403


@pytest.mark.django_db
@pytest.mark.usefixtures("mail_is_on")
def test_asking_for_a_code_tells_nothing_and_does_the_same_work_for_all() -> None:
    join(handle="alice")
    _prove_email("alice")
    join(handle="bob")  # without an e-mail

    answers, works = [], []
    for handle in ("alice", "bob", "nobody"):
        RateBucket.objects.all().delete()
        with CaptureQueriesContext(connection) as work:
            answers.append(_ask_for_code(handle))
        # Values differ; what is asked of the database does not.
        works.append([query["sql"].split(" VALUES ")[0].split(" WHERE ")[0] for query in work])

    assert {answer.status_code for answer in answers} == {202}
    assert len({answer.content for answer in answers}) == 1
    works = [[sql for sql in work if not sql.startswith("UPDATE")] for work in works]
    assert works == [works[0]] * 3
    assert len(works[0]) == 3
    assert not any("recovery_member" in sql for work in works for sql in work)
    send_due_codes(now=timezone.now())
    assert [letter.to for letter in mail.outbox] == [["river@example.org"]]
    assert EmailCode.objects.count() == 1  # nothing is kept of the others


@pytest.mark.django_db
@pytest.mark.usefixtures("mail_is_on")
def test_an_address_that_was_not_proved_gets_no_code() -> None:
    join()
    _prove_email()
    Member.objects.update(email_verified_at=None)

    _ask_for_code()

    assert send_due_codes(now=timezone.now()) == 0
    assert mail.outbox == []


@pytest.mark.django_db
@pytest.mark.usefixtures("mail_is_on")
def test_after_five_wrong_tries_the_right_code_is_refused() -> None:
    join()
    _prove_email()
    _ask_for_code()
    send_due_codes(now=timezone.now())
    code = _code_in(mail.outbox[0])
    wrong = "00000000" if code != "00000000" else "11111111"

    assert [_reset(email_code=wrong).status_code for _ in range(5)] == [403] * 5
    assert _reset(email_code=code).status_code == 403
    assert Member.objects.get().password
    assert log_in().status_code == 200


@pytest.mark.django_db
@pytest.mark.usefixtures("mail_is_on")
def test_after_four_wrong_tries_the_right_code_works() -> None:
    join()
    _prove_email()
    _ask_for_code()
    send_due_codes(now=timezone.now())
    code = _code_in(mail.outbox[0])
    wrong = "00000000" if code != "00000000" else "11111111"

    assert [_reset(email_code=wrong).status_code for _ in range(4)] == [403] * 4
    assert _reset(email_code=code).status_code == 204


@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("mail_is_on")
def test_guesses_at_once_do_not_get_round_the_five_tries() -> None:
    join()
    _prove_email()
    _ask_for_code()
    send_due_codes(now=timezone.now())
    code = _code_in(mail.outbox[0])
    guesses = ["99999999" if code != "99999999" else "88888888"] * 8

    answers = at_once(lambda number: _reset(email_code=guesses[number]))

    assert {answer.status_code for answer in answers} == {403}
    assert EmailCode.objects.get().wrong_tries == 5
    assert _reset(email_code=code).status_code == 403


@pytest.mark.django_db
@pytest.mark.usefixtures("mail_is_on")
def test_a_mailed_code_works_for_fifteen_minutes() -> None:
    with time_machine.travel(START, tick=False) as clock:
        join()
        _prove_email()
        _ask_for_code()
        clock.shift(timedelta(minutes=5))  # the mail server was slow
        send_due_codes(now=timezone.now())
        code = _code_in(mail.outbox[0])
        clock.shift(timedelta(minutes=15))
        late = _reset(email_code=code)
        assert late.status_code == 403

        RateBucket.objects.all().delete()
        _ask_for_code()
        send_due_codes(now=timezone.now())
        clock.shift(timedelta(minutes=14, seconds=59))
        assert _reset(email_code=_code_in(mail.outbox[1])).status_code == 204


@pytest.mark.django_db
@pytest.mark.usefixtures("mail_is_on")
def test_a_code_sent_to_an_address_that_was_replaced_resets_nothing() -> None:
    join()
    _prove_email()
    _ask_for_code()
    send_due_codes(now=timezone.now())
    _prove_email(address="other@example.org")

    assert _reset(email_code=_code_in(mail.outbox[0])).status_code == 403


@pytest.mark.django_db
@pytest.mark.usefixtures("mail_is_on")
def test_a_handle_is_mailed_three_times_and_then_waits_known_or_not() -> None:
    join()

    for handle in ("alice", "nobody"):
        statuses = [_ask_for_code(handle).status_code for _ in range(4)]
        assert statuses == [202, 202, 202, 429]


@pytest.mark.django_db
def test_a_server_without_mail_says_so_for_every_handle() -> None:
    join()

    for handle in ("alice", "nobody"):
        answer = _ask_for_code(handle)
        assert answer.status_code == 409
        assert answer.json()["code"] == "email_off"
        assert answer.json()["client_action"] == "drop"
    assert not EmailCode.objects.exists()


@pytest.mark.django_db
@pytest.mark.usefixtures("mail_is_on")
def test_another_members_code_resets_nothing() -> None:
    join(handle="alice")
    join(handle="bob")
    _prove_email("alice")
    _prove_email("bob", "bob@example.org")
    _ask_for_code("bob")
    send_due_codes(now=timezone.now())

    assert _reset(email_code=_code_in(mail.outbox[0])).status_code == 403
    assert Session.objects.filter(ended_at=None).count() == 2
