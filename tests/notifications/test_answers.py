"""What an answer means, without a network."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from notifications import answers
from notifications.pushes import Outcome, Platform, Result, Signal
from tests.notifications.pushing import a_push

NOW = datetime(2025, 3, 9, 7, 29, tzinfo=UTC)


def judged(status: int, body: bytes = b"", retry_after: str | None = None) -> Result:
    return answers.judge(status=status, body=body, retry_after=retry_after, now=NOW)


def body_with(code: object, *, status: object = "NOT_FOUND") -> bytes:
    detail = {"@type": answers.FCM_ERROR, "errorCode": code}
    return json.dumps({"error": {"status": status, "details": [detail]}}).encode()


@pytest.mark.parametrize(
    ("header", "seconds"),
    [
        (None, 60),
        ("20", 20),
        ("0", 10),
        ("3", 10),
        ("-5", 60),
        ("86400", 3600),
        ("9" * 400, 3600),
        ("²", 60),
        ("soon", 60),
        ("Sun, 09 Mar 2025 07:30:30 GMT", 90),
        ("Sun, 09 Mar 2025 07:30:30", 90),
        ("Sun, 09 Mar 2025 06:00:00 GMT", 10),
        ("Sun, 09 Mar 9999 06:00:00 GMT", 3600),
        ("Sun, 99 Mar 2025 06:00:00 GMT", 60),
    ],
)
def test_a_quota_pauses_the_sender_for_as_long_as_it_asks_within_bounds(
    header: str | None, seconds: int
) -> None:
    result = judged(429, retry_after=header)

    assert result.signal is Signal.PAUSE_SENDER
    assert result.retry_at == NOW + timedelta(seconds=seconds)


def test_a_busy_server_that_says_when_is_believed_and_pauses_nobody_else() -> None:
    assert judged(503, retry_after="30").retry_at == NOW + timedelta(seconds=30)
    assert judged(503, retry_after="30").signal is Signal.NONE
    assert judged(503).retry_at is None


def test_only_a_404_that_says_unregistered_retires_an_address() -> None:
    assert judged(404, body_with("UNREGISTERED")).outcome is Outcome.TOKEN_DEAD
    assert judged(404).outcome is Outcome.TRY_LATER
    assert judged(410).outcome is Outcome.REJECTED
    assert judged(500, body_with("UNREGISTERED")).outcome is Outcome.TRY_LATER
    assert judged(400, body_with("UNREGISTERED")).outcome is Outcome.REJECTED


@given(status=st.integers(300, 599), body=st.binary() | st.text().map(str.encode))
def test_no_body_whatever_it_holds_retires_an_address_or_raises(status: int, body: bytes) -> None:
    assert judged(status, body).outcome is not Outcome.TOKEN_DEAD


@pytest.mark.parametrize(
    "body",
    [
        *(b"", b"null", b"[]", b"{}", b'{"error": "no"}', b'{"error": {"details": 7}}'),
        *(b'{"error": {"details": [null, 7, {"@type": []}]}}', b"[" * 100_000),
        *(body_with(None), body_with(["UNREGISTERED"], status=404), body_with("LATER")),
    ],
)
def test_a_malformed_body_is_judged_by_its_status(body: bytes) -> None:
    assert judged(503, body).error_code == "HTTP_503"
    assert judged(404, body).error_code == "HTTP_404"


def suspect(code: str) -> Result:
    return Result(outcome=Outcome.TRY_LATER, error_code=code, signal=Signal.SUSPECT)


def test_foreign_devices_stop_nobody_until_a_whole_batch_bears_them_out() -> None:
    pushes = [a_push(f"phone-{n}") for n in range(answers.PROOF)]
    foreign = [suspect("SENDER_ID_MISMATCH")] * answers.PROOF

    proven = answers.with_halts(pushes=pushes, results=foreign)
    assert {result.signal for result in proven} == {Signal.HALT_SENDER}
    assert {result.outcome for result in proven} == {Outcome.TRY_LATER}

    fewer = answers.with_halts(pushes=pushes[1:], results=foreign[1:])
    assert {result.signal for result in fewer} == {Signal.SUSPECT}

    one_address = [a_push("phone-1")] * answers.PROOF
    repeated = answers.with_halts(pushes=one_address, results=foreign)
    assert {result.signal for result in repeated} == {Signal.SUSPECT}

    beside_a_sent_one = answers.with_halts(
        pushes=[*pushes, a_push("mine")], results=[*foreign, Result(outcome=Outcome.SENT)]
    )
    assert {result.signal for result in beside_a_sent_one} == {Signal.SUSPECT, Signal.NONE}


def test_a_refused_apns_key_stops_ios_and_leaves_android_alone() -> None:
    phones = [a_push(f"phone-{n}", platform=Platform.IOS) for n in range(answers.PROOF)]
    refused = [suspect("THIRD_PARTY_AUTH_ERROR")] * answers.PROOF
    results = answers.with_halts(
        pushes=[*phones, a_push("android")], results=[*refused, Result(outcome=Outcome.SENT)]
    )

    assert {result.signal for result in results[:-1]} == {Signal.HALT_PLATFORM}
    assert results[-1].signal is Signal.NONE
