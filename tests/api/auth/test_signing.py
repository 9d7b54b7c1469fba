"""Signing in, going on with refresh tokens, signing out."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.contrib.auth import hashers
from django.utils import timezone

from recovery.kernel import events
from recovery.members.events import SessionEnded
from recovery.members.models import Member, RefreshToken, Session
from recovery.members.services import passwords
from tests.api.people import (
    OTHER_PASSWORD,
    PASSWORD,
    join,
    log_in,
    post,
    refresh,
    sees_me,
    signed_in,
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


# --- refreshing


@pytest.mark.django_db
def test_a_refresh_token_works_once_and_gives_the_next() -> None:
    first = join()

    second = refresh(first["refresh"])

    assert second.status_code == 200
    assert set(second.json()) == {"access", "refresh"}
    assert second.json()["refresh"] != first["refresh"]
    assert sees_me(second.json()).status_code == 200
    assert sees_me(first).status_code == 200  # the access token lives its ten minutes
    third = refresh(second.json()["refresh"])
    assert third.status_code == 200


@pytest.mark.django_db(transaction=True)
def test_eight_refreshes_at_once_leave_one_live_chain() -> None:
    token = join()["refresh"]

    answers = at_once(lambda _: refresh(token))

    assert {answer.status_code for answer in answers} == {200}
    assert len({answer.json()["refresh"] for answer in answers}) == 1
    for answer in answers:
        assert sees_me(answer.json()).status_code == 200
    assert RefreshToken.objects.count() == 2
    assert RefreshToken.objects.filter(consumed_at=None).count() == 1
    assert refresh(answers[0].json()["refresh"]).status_code == 200


@pytest.mark.django_db
def test_a_retry_after_a_lost_answer_gets_the_same_successor() -> None:
    with time_machine.travel(START, tick=False) as clock:
        token = join()["refresh"]
        lost = refresh(token).json()
        clock.shift(timedelta(days=3))
        again = refresh(token).json()

        assert again["refresh"] == lost["refresh"]
        assert again["access"] != lost["access"]
        assert sees_me(again).status_code == 200
        assert refresh(again["refresh"]).status_code == 200


@pytest.mark.django_db
def test_a_retry_gets_the_same_successor_after_the_signing_key_changed(settings: Any) -> None:
    token = join()["refresh"]
    lost = refresh(token).json()
    settings.TOKEN_KEYS = {"k2": b"2" * 32, **settings.TOKEN_KEYS}

    again = refresh(token)

    assert again.json()["refresh"] == lost["refresh"]
    onward = refresh(lost["refresh"])
    assert onward.status_code == 200
    assert refresh(onward.json()["refresh"]).status_code == 200


@pytest.mark.django_db
def test_a_key_taken_out_of_the_ring_signs_out_but_is_no_reuse(settings: Any) -> None:
    old_ring = settings.TOKEN_KEYS
    settings.TOKEN_KEYS = {"k2": b"2" * 32, **old_ring}
    first = join()["refresh"]
    settings.TOKEN_KEYS = {"k3": b"3" * 32, "k2": b"2" * 32}
    refresh(first)
    settings.TOKEN_KEYS = {"k2": b"2" * 32}

    answer = refresh(first)

    assert answer.status_code == 401
    assert answer.json()["code"] == "session_ended"
    assert Session.objects.get().ended_at is None


@pytest.mark.django_db
def test_an_older_token_ends_the_session() -> None:
    first = join()
    second = refresh(first["refresh"]).json()
    third = refresh(second["refresh"]).json()

    copy = refresh(first["refresh"])

    assert copy.status_code == 401
    assert copy.json()["code"] == "reuse_detected"
    assert copy.json()["client_action"] == "sign_in"
    assert "has not been sent" in copy.json()["detail"]
    # Committed: the newest tokens are refused too, and say why.
    session = Session.objects.get()
    assert session.end_reason == "reuse_detected"
    assert sees_me(third).json()["code"] == "reuse_detected"
    assert refresh(third["refresh"]).json()["code"] == "reuse_detected"


@pytest.mark.django_db
def test_the_parent_of_a_used_link_counts_as_older() -> None:
    first = join()
    second = refresh(first["refresh"]).json()
    refresh(second["refresh"])

    # Its successor is used, so this is no retry of a lost answer.
    assert refresh(first["refresh"]).json()["code"] == "reuse_detected"


@pytest.mark.django_db(transaction=True)
def test_reuse_ends_only_the_session_it_happened_in() -> None:
    first = join()
    elsewhere = log_in().json()
    second = refresh(first["refresh"]).json()
    refresh(second["refresh"])
    refresh(first["refresh"])

    assert sees_me(elsewhere).status_code == 200
    assert refresh(elsewhere["refresh"]).status_code == 200


@pytest.mark.django_db
def test_a_refresh_token_lives_sixty_days_and_a_session_a_hundred_and_eighty() -> None:
    with time_machine.travel(START, tick=False) as clock:
        token = join()["refresh"]
        for _ in range(3):
            clock.shift(timedelta(days=59))
            answer = refresh(token)
            assert answer.status_code == 200
            token = answer.json()["refresh"]
        clock.shift(timedelta(days=2, hours=23))  # 179 days and 23 hours in
        answer = refresh(token)
        assert answer.status_code == 200
        clock.shift(timedelta(hours=2))
        late = refresh(answer.json()["refresh"])
        assert late.status_code == 401
        assert late.json()["code"] == "session_ended"
        assert sees_me(answer.json()).status_code == 401


@pytest.mark.django_db
def test_a_token_left_for_sixty_days_is_over() -> None:
    with time_machine.travel(START, tick=False) as clock:
        token = join()["refresh"]
        clock.shift(timedelta(days=60))
        answer = refresh(token)

    assert answer.status_code == 401
    assert answer.json()["code"] == "session_ended"
    assert RefreshToken.objects.count() == 1


@pytest.mark.django_db
def test_refreshing_tells_of_a_deleted_account() -> None:
    first = join()
    Member.objects.update(deleted_at=timezone.now())

    answer = refresh(first["refresh"])

    assert answer.status_code == 401
    assert answer.json()["code"] == "account_deleted"


@pytest.mark.django_db
@pytest.mark.parametrize("token", ["", "x", "a.b.c", "x" * 9000, "é.é.é", "🙂"])
def test_what_is_no_refresh_token_is_refused(token: str) -> None:
    answer = refresh(token)

    assert answer.status_code in (400, 401)
    assert answer["Content-Type"] == "application/problem+json"


@pytest.mark.django_db
def test_an_access_token_does_not_refresh_and_a_refresh_token_opens_nothing() -> None:
    first = join()

    assert refresh(first["access"]).status_code == 401
    assert sees_me({"access": first["refresh"]}).status_code == 401


# --- signing out


@pytest.mark.django_db
def test_signing_out_holds_at_the_next_request(monkeypatch: pytest.MonkeyPatch) -> None:
    first = join()
    ended: list[SessionEnded] = []
    monkeypatch.setitem(events._handlers, SessionEnded, [ended.append])

    answer = post("auth/logout", {"refresh": first["refresh"]})

    assert answer.status_code == 204
    assert sees_me(first).json()["code"] == "session_ended"
    assert refresh(first["refresh"]).json()["code"] == "session_ended"
    assert [fact.session_ids for fact in ended] == [(Session.objects.get().id,)]


@pytest.mark.django_db
def test_signing_out_again_changes_nothing() -> None:
    first = join()
    post("auth/logout", {"refresh": first["refresh"]})
    ended_at = Session.objects.get().ended_at

    assert post("auth/logout", {"refresh": first["refresh"]}).status_code == 204
    assert Session.objects.get().ended_at == ended_at


@pytest.mark.django_db
def test_an_old_link_of_the_chain_signs_out_too() -> None:
    first = join()
    second = refresh(first["refresh"]).json()

    assert post("auth/logout", {"refresh": first["refresh"]}).status_code == 204
    assert sees_me(second).status_code == 401


@pytest.mark.django_db
def test_a_token_too_old_to_refresh_still_signs_out() -> None:
    with time_machine.travel(START, tick=False) as clock:
        first = join()
        clock.shift(timedelta(days=61))
        assert post("auth/logout", {"refresh": first["refresh"]}).status_code == 204

    assert Session.objects.get().end_reason == "logout"


@pytest.mark.django_db
def test_signing_out_with_anything_else_is_answered_the_same() -> None:
    first = join()

    for token in ("x", first["access"], first["refresh"][:-2] + "xx"):
        assert post("auth/logout", {"refresh": token}).status_code == 204
    assert sees_me(first).status_code == 200


@pytest.mark.django_db
def test_a_stale_access_token_is_in_nobodys_way_when_signing_in() -> None:
    join()

    answer = log_in(HTTP_AUTHORIZATION="Bearer stale")

    assert answer.status_code == 200
    assert signed_in(answer.json()).get("/api/v1/sessions").status_code == 200
