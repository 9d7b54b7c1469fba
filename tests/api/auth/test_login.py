"""Signing in, and how often it may be tried."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.contrib.auth import hashers

from recovery.members.models import Member, Session
from recovery.members.services import passwords
from tests.api.people import (
    OTHER_PASSWORD,
    PASSWORD,
    join,
    log_in,
    post,
    sees_me,
)
from tests.hashers import QuickArgon2
from tests.parallel import at_once

START = "2026-11-22T08:00:00Z"


@pytest.mark.django_db
def test_a_member_signs_in_on_a_second_device() -> None:
    first = join()

    second = log_in()

    assert second.status_code == 200
    assert set(second.json()) == {"member", "access", "refresh"}
    assert second.json()["member"] == first["member"]
    assert sees_me(first).status_code == sees_me(second.json()).status_code == 200
    assert Session.objects.count() == 2


@pytest.mark.django_db
def test_an_unknown_handle_and_a_wrong_password_are_answered_alike() -> None:
    join()

    wrong = log_in(password=OTHER_PASSWORD)
    unknown = log_in(handle="nobody")

    assert wrong.status_code == unknown.status_code == 401
    same = {"code": "wrong_credentials", "client_action": "fix"}
    for answer in (wrong, unknown):
        body = answer.json()
        assert {name: body[name] for name in same} == same
        assert body["detail"] == wrong.json()["detail"]
        assert answer["WWW-Authenticate"] == 'Bearer realm="api"'


@pytest.mark.django_db
def test_an_unknown_handle_costs_one_hash_like_a_wrong_password(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    join()
    hashed: list[str] = []

    class Counting(QuickArgon2):
        def encode(self, password: str, salt: str) -> str:
            hashed.append("encode")
            return super().encode(password, salt)

        def verify(self, password: str, encoded: str) -> bool:
            hashed.append("verify")
            return super().verify(password, encoded)

    monkeypatch.setattr(hashers, "get_hasher", lambda _="default": Counting())
    monkeypatch.setattr(hashers, "identify_hasher", _identify(Counting()))

    log_in(password=OTHER_PASSWORD)
    log_in(handle="nobody")

    assert hashed == ["verify", "encode"]


def _identify(hasher: Any) -> Any:
    def identify(encoded: str) -> Any:
        if not encoded.startswith("argon2$"):
            raise ValueError
        return hasher

    return identify


@pytest.mark.django_db
def test_a_hash_of_older_strength_is_made_anew_at_the_next_login(
    settings: Any,
) -> None:
    join()
    weak = Member.objects.get().password
    settings.PASSWORD_HASHERS = ["recovery.members.hashers.SlimArgon2"]

    assert log_in().status_code == 200

    strong = Member.objects.get().password
    assert strong != weak
    assert "m=19456,t=2,p=1" in strong
    assert log_in().status_code == 200
    assert Member.objects.get().password == strong


@pytest.mark.django_db
def test_a_guest_cannot_be_signed_in_by_an_empty_handle() -> None:
    post("auth/guest", {"time_zone": "UTC", "accepts_terms": True, "is_adult": True})

    assert log_in(handle="").status_code == 400
    assert post("auth/login", {"handle": None, "password": PASSWORD}).status_code == 400


@pytest.mark.django_db
def test_a_password_changed_while_a_login_is_under_way_opens_nothing(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    join()
    genuine = passwords.verify

    def verify_then_changed(**given: Any) -> tuple[bool, bool]:
        verdict = genuine(**given)
        Member.objects.update(password=hashers.make_password(OTHER_PASSWORD))
        return verdict

    monkeypatch.setattr(passwords, "verify", verify_then_changed)

    assert log_in().status_code == 401
    assert Session.objects.count() == 1


# --- limits


@pytest.mark.django_db
def test_ten_logins_for_one_handle_and_the_next_waits_ninety_seconds() -> None:
    with time_machine.travel(START, tick=False) as clock:
        join()
        answers = [log_in(password=OTHER_PASSWORD).status_code for _ in range(10)]
        eleventh = log_in()

        assert answers == [401] * 10
        assert eleventh.status_code == 429
        assert eleventh.json()["client_action"] == "retry"
        assert eleventh["Retry-After"] == "90"

        clock.shift(timedelta(seconds=89))
        assert log_in().status_code == 429
        clock.shift(timedelta(seconds=1))
        assert log_in().status_code == 200
        assert log_in().status_code == 429


@pytest.mark.django_db
def test_a_stranger_who_knows_the_handle_does_not_keep_the_member_out_at_home() -> None:
    join()
    strangers = [
        log_in(password=OTHER_PASSWORD, REMOTE_ADDR=f"203.0.113.{number}").status_code
        for number in range(12)
    ]

    assert strangers == [401] * 10 + [429] * 2
    assert log_in().status_code == 200
    assert log_in(REMOTE_ADDR="198.51.100.9").status_code == 429


@pytest.mark.django_db
def test_handles_that_nobody_has_are_limited_the_same() -> None:
    answers = [log_in(handle="nobody").status_code for _ in range(11)]

    assert answers == [401] * 10 + [429]


@pytest.mark.django_db
def test_thirty_logins_from_one_address_whatever_the_handle() -> None:
    answers = [log_in(handle=f"nobody_{number}").status_code for number in range(31)]

    assert answers == [401] * 30 + [429]


@pytest.mark.django_db
def test_a_forged_forwarded_header_changes_nothing() -> None:
    answers = [
        log_in(handle=f"nobody_{number}", HTTP_X_FORWARDED_FOR=f"203.0.113.{number}").status_code
        for number in range(31)
    ]

    assert answers == [401] * 30 + [429]


@pytest.mark.django_db
def test_behind_our_proxy_the_forged_part_of_the_header_changes_nothing(settings: Any) -> None:
    settings.TRUSTED_PROXIES = 1
    answers = [
        log_in(
            handle=f"nobody_{number}",
            HTTP_X_FORWARDED_FOR=f"203.0.113.{number}, 198.51.100.7",
        ).status_code
        for number in range(31)
    ]
    elsewhere = log_in(handle="nobody_0", HTTP_X_FORWARDED_FOR="198.51.100.8")

    assert answers == [401] * 30 + [429]
    assert elsewhere.status_code == 401


@pytest.mark.django_db(transaction=True)
def test_of_fifty_logins_at_once_ten_are_evaluated(monkeypatch: pytest.MonkeyPatch) -> None:
    join()
    evaluated: list[str] = []
    genuine = passwords.verify

    def counting(*, password: str, encoded: str | None) -> tuple[bool, bool]:
        evaluated.append(password)
        return genuine(password=password, encoded=encoded)

    monkeypatch.setattr(passwords, "verify", counting)

    # From fifty addresses, so that only the account's own limit stands in the way.
    answers = at_once(
        lambda number: log_in(password=OTHER_PASSWORD, REMOTE_ADDR=f"203.0.113.{number}"),
        times=50,
    )

    statuses = sorted(answer.status_code for answer in answers)
    assert len(evaluated) == 10
    assert statuses == [401] * 10 + [429] * 40
