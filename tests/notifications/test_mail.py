"""Codes that leave by e-mail: leased, sent once, neutral."""

from __future__ import annotations

import smtplib
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.core import mail
from django.db import transaction
from pytest_django import DjangoCaptureOnCommitCallbacks

from notifications import hints
from notifications import mail as sending
from notifications.mail import WORDINGS, send_due_codes
from recovery.kernel import sealing
from recovery.kernel.models import SealingKey
from recovery.members.models import EmailCode, Locale, Member
from recovery.members.services import email_codes
from tests.factories import make_member
from tests.parallel import at_once

NOW = datetime(2026, 11, 22, 8, 0, tzinfo=UTC)


@pytest.fixture(autouse=True)
def _mail_is_on(settings: Any) -> None:
    settings.EMAIL_URL = "smtp://mail.example.org"
    settings.EMAIL_FROM = "door@example.org"
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"


def _promise(member: Member, address: str = "river@example.org") -> None:
    sealer = sealing.for_member(member_id=member.id)
    email_codes.promise_verification(member=member, sealer=sealer, address=address, now=NOW)


def test_a_due_code_leaves_once(alice: Member) -> None:
    _promise(alice)

    assert send_due_codes(now=NOW) == 1
    assert send_due_codes(now=NOW + timedelta(minutes=5)) == 0
    (letter,) = mail.outbox
    assert (letter.to, letter.from_email) == (["river@example.org"], "door@example.org")
    assert letter.extra_headers == {"Auto-Submitted": "auto-generated"}


def test_nothing_due_costs_one_query(alice: Member, django_assert_num_queries: Any) -> None:
    with django_assert_num_queries(1):
        assert send_due_codes(now=NOW) == 0


def test_without_mail_nothing_is_asked(
    alice: Member, settings: Any, django_assert_num_queries: Any
) -> None:
    settings.EMAIL_URL = ""
    with django_assert_num_queries(0):
        assert send_due_codes(now=NOW) == 0


@pytest.mark.parametrize("locale", Locale.values)
def test_a_letter_says_nothing_of_what_this_is(db: None, locale: str) -> None:
    _promise(make_member(handle="quiet_river", locale=locale))

    send_due_codes(now=NOW)

    (letter,) = mail.outbox
    assert letter.subject == WORDINGS[locale].subject
    text = f"{letter.subject} {letter.body}".lower()
    for word in ("recover", "sober", "quiet_river", "password", "sucht", "http", "account"):
        assert word not in text
    assert sum(word.isdigit() and len(word) == 8 for word in letter.body.split()) == 1


def test_every_language_has_its_letter() -> None:
    assert set(WORDINGS) == set(Locale.values)
    assert len({wording.text for wording in WORDINGS.values()}) == len(WORDINGS)


class Refusing:
    """Stands in for a mail server that will not take a letter."""

    def __init__(self, error: Exception) -> None:
        self.error, self.asked = error, 0

    def send(self) -> int:
        self.asked += 1
        raise self.error


@pytest.mark.parametrize(
    "error", [ConnectionRefusedError(), TimeoutError(), smtplib.SMTPServerDisconnected()]
)
def test_a_server_out_of_reach_is_asked_once_a_call(
    db: None, monkeypatch: pytest.MonkeyPatch, error: Exception
) -> None:
    for number in range(3):
        _promise(make_member(handle=f"member_{number}"))
    server = Refusing(error)
    genuine = sending._message
    monkeypatch.setattr(sending, "_message", lambda letter: server)

    assert send_due_codes(now=NOW) == 0
    assert server.asked == 1
    # The lease frees the first; the others are still due.
    monkeypatch.setattr(sending, "_message", genuine)
    assert send_due_codes(now=NOW + timedelta(seconds=15)) == 2
    assert send_due_codes(now=NOW + timedelta(seconds=60)) == 1


@pytest.mark.parametrize("error", [smtplib.SMTPRecipientsRefused({}), UnicodeError(), ValueError()])
def test_an_address_that_is_refused_holds_nobody_up(
    db: None, monkeypatch: pytest.MonkeyPatch, error: Exception
) -> None:
    for number in range(3):
        _promise(make_member(handle=f"member_{number}"), f"member_{number}@example.org")
    genuine = sending._message
    monkeypatch.setattr(
        sending,
        "_message",
        lambda letter: Refusing(error) if "_0@" in letter.address else genuine(letter),
    )

    assert send_due_codes(now=NOW) == 2
    # Asked again for as long as the code works, and no longer.
    assert EmailCode.objects.count() == 3
    assert send_due_codes(now=NOW + timedelta(minutes=15)) == 0
    assert EmailCode.objects.count() == 2


def test_a_worker_killed_while_sending_costs_a_minute(alice: Member) -> None:
    _promise(alice)
    lost = email_codes.take_next(now=NOW)
    assert lost is not None

    assert send_due_codes(now=NOW + timedelta(seconds=59)) == 0
    assert send_due_codes(now=NOW + timedelta(seconds=60)) == 1
    assert lost.code in mail.outbox[0].body


def test_a_code_that_is_too_old_is_dropped(alice: Member) -> None:
    _promise(alice)

    assert send_due_codes(now=NOW + timedelta(minutes=15)) == 0
    assert not EmailCode.objects.exists()


def test_a_deleted_member_gets_no_letter(alice: Member) -> None:
    _promise(alice)
    Member.objects.update(deleted_at=NOW)

    assert send_due_codes(now=NOW) == 0
    assert mail.outbox == []


def test_a_row_that_cannot_be_opened_holds_nobody_up(alice: Member, bob: Member) -> None:
    _promise(alice)
    _promise(bob)
    SealingKey.objects.filter(member_id=alice.id).delete()

    assert send_due_codes(now=NOW) == 1


class SlowServer:
    """Stands in for a mail server that takes some seconds for each letter."""

    def __init__(self, *, seconds: float) -> None:
        self.seconds = seconds
        self.clock = 1000.0
        self.leases: list[timedelta] = []

    def send(self) -> int:
        """Take a letter, and note how long its lease holds yet."""
        passed = NOW + timedelta(seconds=self.clock - 1000)
        leased = EmailCode.objects.filter(next_send_at__gt=NOW).latest("next_send_at")
        assert leased.next_send_at is not None
        self.leases.append(leased.next_send_at - passed)
        self.clock += self.seconds
        return 1


def test_a_slow_server_keeps_a_worker_for_ten_seconds_and_then_others_have_their_turn(
    db: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    hinted: list[str] = []
    monkeypatch.setattr(hints, "send_mail_soon", lambda: hinted.append("e-mail"))
    for number in range(8):
        _promise(make_member(handle=f"member_{number}"))
    hinted.clear()
    server = SlowServer(seconds=4)
    monkeypatch.setattr(sending, "_message", lambda letter: server)

    assert send_due_codes(now=NOW, passed=lambda: server.clock) == 3
    assert hinted == ["e-mail"]
    # Each letter has the whole minute, the last one as well as the first.
    assert server.leases == [email_codes.LEASE] * 3


def test_a_server_that_is_gone_is_left_to_the_next_tick(
    alice: Member, monkeypatch: pytest.MonkeyPatch
) -> None:
    _promise(alice)
    hinted: list[str] = []
    monkeypatch.setattr(hints, "send_mail_soon", lambda: hinted.append("e-mail"))
    monkeypatch.setattr(sending, "_message", lambda letter: Refusing(TimeoutError()))

    send_due_codes(now=NOW)

    assert hinted == []


def test_a_promised_code_wakes_a_worker_after_the_commit(
    alice: Member,
    monkeypatch: pytest.MonkeyPatch,
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
) -> None:
    sent: list[str] = []
    monkeypatch.setattr(hints._publisher, "publish", sent.append)
    with django_capture_on_commit_callbacks(execute=True), transaction.atomic():
        _promise(alice)
        email_codes.promise_reset(handle="nobody", now=NOW)
        assert sent == []
    assert sent == ["notifications.send_mail"]


@pytest.mark.django_db(transaction=True)
def test_workers_at_once_send_each_letter_once() -> None:
    for number in range(6):
        _promise(make_member(handle=f"member_{number}"), f"member_{number}@example.org")

    sent = at_once(lambda _: send_due_codes(now=NOW), times=4)

    assert sum(sent) == 6
    assert len({letter.to[0] for letter in mail.outbox}) == len(mail.outbox) == 6
