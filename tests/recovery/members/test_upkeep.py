"""Rows that nobody needs any more."""

from __future__ import annotations

from datetime import timedelta

import pytest
import time_machine
from django.utils import timezone

from notifications import housekeeping
from recovery.kernel import events
from recovery.members import services
from recovery.members.events import SessionEnded
from recovery.members.models import EmailCode, RateBucket, RefreshToken, Session
from recovery.members.services import email_codes
from tests.api.people import join, log_in, refresh, sees_me

START = "2026-11-22T08:00:00Z"


@pytest.mark.django_db
def test_what_is_in_use_stays() -> None:
    tokens = refresh(join()["refresh"]).json()
    log_in()
    email_codes.promise_reset(handle="alice", now=timezone.now())

    services.purge(now=timezone.now())

    assert RefreshToken.objects.count() == 3
    assert EmailCode.objects.count() == 1
    assert refresh(tokens["refresh"]).status_code == 200


@pytest.mark.django_db
def test_old_links_go_and_the_chain_lives_on() -> None:
    with time_machine.travel(START, tick=False) as clock:
        token = join()["refresh"]
        for _ in range(3):
            clock.shift(timedelta(days=40))
            token = refresh(token).json()["refresh"]

        services.purge(now=timezone.now())

        # Those of day 0 and day 40 ended on day 60 and day 100.
        assert RefreshToken.objects.count() == 2
        assert refresh(token).status_code == 200


@pytest.mark.django_db
def test_a_session_that_nobody_went_on_with_ends_and_says_so(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    ended: list[SessionEnded] = []
    monkeypatch.setitem(events._handlers, SessionEnded, [ended.append])
    with time_machine.travel(START, tick=False) as clock:
        join()
        clock.shift(timedelta(days=60))
        services.purge(now=timezone.now())
        session = Session.objects.get()
        assert session.end_reason == "expired"
        assert [fact.session_ids for fact in ended] == [(session.id,)]

        services.purge(now=timezone.now())
        assert len(ended) == 1
        clock.shift(timedelta(days=61))
        services.purge(now=timezone.now())
        assert not Session.objects.exists()
        assert not RefreshToken.objects.exists()


@pytest.mark.django_db
def test_an_ended_session_says_why_for_sixty_days() -> None:
    with time_machine.travel(START, tick=False) as clock:
        first = join()["refresh"]
        second = refresh(first).json()
        refresh(second["refresh"])
        refresh(first)  # a copy
        clock.shift(timedelta(minutes=9))
        services.purge(now=timezone.now())
        assert sees_me(second).json()["code"] == "reuse_detected"


@pytest.mark.django_db
def test_buckets_and_codes_go_when_their_time_has_come() -> None:
    with time_machine.travel(START, tick=False) as clock:
        join()
        log_in()
        email_codes.promise_reset(handle="alice", now=timezone.now())
        services.purge(now=timezone.now())
        assert RateBucket.objects.count() == 4
        clock.shift(timedelta(minutes=16))
        services.purge(now=timezone.now())
        # That alice signed in from here before is remembered for longer.
        assert RateBucket.objects.count() == 1
        clock.shift(timedelta(days=90))
        services.purge(now=timezone.now())

    assert not RateBucket.objects.exists()
    assert not EmailCode.objects.exists()


@pytest.mark.django_db
def test_no_call_does_more_than_it_may() -> None:
    with time_machine.travel(START, tick=False) as clock:
        join()
        for _ in range(4):
            log_in()
        clock.shift(timedelta(days=200))
        # Two sessions end, two links and two of three buckets go.
        assert services.purge(now=timezone.now(), most=2) == 6
        assert Session.objects.filter(ended_at=None).count() == 3


@pytest.mark.django_db
def test_keeping_house_leaves_nothing_that_is_past_its_time() -> None:
    with time_machine.travel(START, tick=False) as clock:
        join()
        for _ in range(4):
            log_in()
        clock.shift(timedelta(days=200))
        housekeeping.keep_house(now=timezone.now())
        assert not Session.objects.filter(ended_at=None).exists()
        assert not RefreshToken.objects.exists()
        assert not RateBucket.objects.exists()
