"""The real firebase-admin code against a loopback FCM."""

from __future__ import annotations

import json
import logging
import os
import socket
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from firebase_admin import messaging
from google.auth.transport.requests import AuthorizedSession
from pytest_django import Settings

from notifications import answers, fcm, message, pushes
from notifications.fcm import Gateway
from notifications.pushes import AddressKind, Outcome, Platform, Result, Signal
from tests.loopback.fcm import PROJECT, LoopbackFcm
from tests.loopback.program import running
from tests.notifications.pushing import a_push


@pytest.fixture
def server(tmp_path: Path) -> Iterator[LoopbackFcm]:
    with LoopbackFcm(folder=tmp_path) as server:
        yield server
    fcm.disconnect()


@pytest.fixture
def gateway(server: LoopbackFcm) -> Gateway:
    """A gateway with short time-outs, so that a hang costs a test two seconds."""
    return Gateway(server.credentials_file, server.base_url, token_seconds=1, http_seconds=2)


def sent(gateway: Gateway, *addresses: str) -> list[Result]:
    return gateway.send([a_push(address) for address in addresses], now=datetime.now(UTC))


# --- what comes of it -----------------------------------------------------------------------------


def test_a_push_arrives(server: LoopbackFcm, gateway: Gateway) -> None:
    push = a_push("phone-1")
    [result] = gateway.send([push], now=datetime.now(UTC))

    [accepted] = server.visible()["phone-1"]
    assert result == Result(outcome=Outcome.SENT, message_id=accepted.name)
    assert accepted.notification_id == str(push.notification_id)


@pytest.mark.parametrize(
    ("address", "outcome", "code", "signal"),
    [
        ("unreg-1", "token_dead", "UNREGISTERED", "none"),
        ("badtoken-1", "rejected", "INVALID_ARGUMENT", "none"),
        ("badfield-1", "rejected", "INVALID_ARGUMENT", "none"),
        ("toobig-1", "rejected", "INVALID_ARGUMENT", "none"),
        ("sender-1", "try_later", "SENDER_ID_MISMATCH", "suspect"),
        ("apns-1", "try_later", "THIRD_PARTY_AUTH_ERROR", "suspect"),
        ("notfound-1", "try_later", "HTTP_404", "suspect"),
        ("unauth-1", "try_later", "UNAUTHENTICATED", "halt_sender"),
        ("denied-1", "try_later", "PERMISSION_DENIED", "halt_sender"),
        ("quota-1", "try_later", "QUOTA_EXCEEDED", "pause_sender"),
        ("resource-1", "try_later", "RESOURCE_EXHAUSTED", "pause_sender"),
        ("unavail-1", "try_later", "UNAVAILABLE", "none"),
        ("internal-1", "try_later", "INTERNAL", "none"),
        ("odd-1", "try_later", "HTTP_503", "none"),
        ("badgateway-1", "unknown", "HTTP_502", "none"),
        ("late-1", "unknown", "HTTP_504", "none"),
        ("redirect-1", "unknown", "HTTP_307", "none"),
        ("garbage-1", "unknown", "UNREADABLE", "none"),
        ("nameless-1", "unknown", "UNREADABLE", "none"),
        ("hang-1", "unknown", "TIMED_OUT", "none"),
        ("drip-1", "unknown", "TIMED_OUT", "none"),
        ("cut-1", "unknown", "CONNECTION_CUT", "none"),
        ("lost-1", "unknown", "CONNECTION_CUT", "none"),
    ],
)
def test_each_answer_has_one_outcome_is_asked_for_once_and_neighbours_are_unaffected(
    server: LoopbackFcm, gateway: Gateway, address: str, outcome: str, code: str, signal: str
) -> None:
    began = time.monotonic()
    before, result, after = sent(gateway, "phone-1", address, "phone-2")

    assert (result.outcome, result.error_code, result.signal) == (outcome, code, signal)
    assert (before.outcome, after.outcome) == (Outcome.SENT, Outcome.SENT)
    assert server.received.count(address) == 1, "the SDK's own retries are off"
    # 1 + 2 + 0.5 s is what the gateway allows; the rest is for a busy machine.
    assert time.monotonic() - began < 6, "nothing sleeps for a Retry-After or hangs on"


def test_every_error_in_one_batch_finds_its_own_push(gateway: Gateway) -> None:
    results = sent(gateway, "unreg-1", "ok-1", "internal-1", "badfield-1", "ok-2")

    assert [result.outcome for result in results] == [
        *(Outcome.TOKEN_DEAD, Outcome.SENT, Outcome.TRY_LATER, Outcome.REJECTED, Outcome.SENT)
    ]


def test_a_quota_says_until_when(gateway: Gateway) -> None:
    now = datetime.now(UTC)
    asked, silent = gateway.send([a_push("quota-90"), a_push("quota-x")], now=now)

    assert asked.retry_at == now + timedelta(seconds=90)
    assert silent.retry_at == now + timedelta(seconds=60)


def test_a_server_that_is_gone_received_nothing(server: LoopbackFcm, gateway: Gateway) -> None:
    assert sent(gateway, "phone-1")[0].outcome is Outcome.SENT
    server.close()
    first, second = sent(gateway, "phone-1"), sent(gateway, "phone-1")

    # The first may still find a connection that was open and dies under it.
    assert first[0].outcome in (Outcome.TRY_LATER, Outcome.UNKNOWN)
    assert second == [Result(outcome=Outcome.TRY_LATER, error_code="UNREACHABLE")]


def test_a_push_whose_answer_was_lost_is_shown_once_when_repeated(
    server: LoopbackFcm, gateway: Gateway
) -> None:
    for platform in Platform:
        address = f"once-lost-{platform}"
        push = a_push(address, platform=platform)
        [lost] = gateway.send([push], now=datetime.now(UTC))
        [again] = gateway.send([push], now=datetime.now(UTC))
        gateway.send([a_push(address, platform=platform)], now=datetime.now(UTC))

        assert (lost.outcome, again.outcome) == (Outcome.UNKNOWN, Outcome.SENT)
        assert len([one for one in server.accepted if one.address == address]) == 3
        assert len(server.visible()[address]) == 2


def test_a_hundred_go_at_once_and_a_hundred_and_one_are_refused(
    server: LoopbackFcm, gateway: Gateway
) -> None:
    results = sent(gateway, *(f"slow-100-{n}" for n in range(100)))

    assert {result.outcome for result in results} == {Outcome.SENT}
    assert server.token_requests == 1
    assert sent(gateway) == []
    with pytest.raises(ValueError, match="at most 100"):
        sent(gateway, *("phone",) * 101)


@pytest.mark.parametrize(
    "fault",
    [
        {"collapse_id": "x" * 65},
        {"collapse_id": ""},
        {"collapse_id": "naïve"},
        {"address": ""},
        {"address": None},
        {"address_kind": "topic"},
        {"platform": "pager"},
        {"title": 7},
        {"expires_at": datetime(2025, 3, 9)},  # noqa: DTZ001 - the fault of this test
    ],
)
def test_a_push_that_is_no_push_is_rejected_without_its_neighbours(
    server: LoopbackFcm, gateway: Gateway, fault: dict[str, Any]
) -> None:
    poison = a_push(**fault)
    results = gateway.send([a_push("phone-1"), poison, a_push("phone-2")], now=datetime.now(UTC))

    assert [result.outcome for result in results] == ["sent", "rejected", "sent"]
    assert results[1].error_code == "INVALID_PUSH"
    assert len(server.received) == 2


def test_foreign_devices_are_kept_and_stop_the_sender_only_all_together(
    server: LoopbackFcm, gateway: Gateway
) -> None:
    all_foreign = sent(gateway, *(f"sender-{n}" for n in range(answers.PROOF)))
    one_foreign = sent(gateway, "sender-1", "phone-1")

    assert {result.signal for result in all_foreign} == {Signal.HALT_SENDER}
    assert {result.outcome for result in all_foreign} == {Outcome.TRY_LATER}
    assert [result.signal for result in one_foreign] == [Signal.SUSPECT, Signal.NONE]


# --- the access token -----------------------------------------------------------------------------


def test_one_token_serves_until_it_is_about_to_end(server: LoopbackFcm, gateway: Gateway) -> None:
    sent(gateway, "phone-1")
    sent(gateway, "phone-1")
    assert server.token_requests == 1

    now = datetime.now(UTC) + timedelta(seconds=3599 - 299)
    gateway.send([a_push("phone-1") for _ in range(20)], now=now)
    assert server.token_requests == 2


@pytest.mark.parametrize("behaviour", ["down", "hang", "cut", "garbage"])
def test_a_dead_token_endpoint_means_later_for_all_and_soon(
    server: LoopbackFcm, gateway: Gateway, behaviour: str
) -> None:
    server.token_behaviour = behaviour
    now, began = datetime.now(UTC), time.monotonic()
    results = gateway.send([a_push(f"phone-{n}") for n in range(50)], now=now)

    assert time.monotonic() - began < 3
    assert set(results) == {
        Result(
            outcome=Outcome.TRY_LATER,
            error_code="TOKEN_UNAVAILABLE",
            retry_at=now + timedelta(seconds=10),
            signal=Signal.PAUSE_SENDER,
        )
    }
    assert server.received == []
    assert server.token_requests == 1

    server.token_behaviour = "ok"
    if behaviour != "hang":  # there the next batch waits for the thread that still asks
        assert sent(gateway, "phone-1")[0].outcome is Outcome.SENT


def test_credentials_that_are_refused_stop_the_sender(
    server: LoopbackFcm, gateway: Gateway
) -> None:
    server.token_behaviour = "refused"

    assert sent(gateway, "phone-1") == [
        Result(outcome=Outcome.TRY_LATER, error_code="TOKEN_REFUSED", signal=Signal.HALT_SENDER)
    ]


def test_a_token_revoked_since_costs_one_batch_and_stops_nobody(
    server: LoopbackFcm, gateway: Gateway
) -> None:
    sent(gateway, "phone-1")
    server.revoke_tokens()
    revoked, recovered = sent(gateway, "phone-1", "phone-2"), sent(gateway, "phone-1")

    assert {(result.outcome, result.signal) for result in revoked} == {
        (Outcome.TRY_LATER, Signal.NONE)
    }
    assert recovered[0].outcome is Outcome.SENT
    assert server.token_requests == 2


def test_a_wrong_key_is_refused(server: LoopbackFcm, tmp_path: Path) -> None:
    (tmp_path / "other").mkdir()
    with LoopbackFcm(folder=tmp_path / "other") as other:
        account = json.loads(other.credentials_file.read_text())
    account["token_uri"] = f"{server.base_url}/token"
    other.credentials_file.write_text(json.dumps(account))

    [result] = sent(Gateway(other.credentials_file, server.base_url), "phone-1")
    assert result.error_code == "TOKEN_REFUSED"


# --- what is sent ---------------------------------------------------------------------------------

NOTIFICATION_ID = UUID("01957a3c-0000-7000-8000-000000000001")
NOW = datetime(2025, 3, 9, 7, 29, tzinfo=UTC)


def body_of(**changes: Any) -> Any:
    push = a_push(
        **{
            "notification_id": NOTIFICATION_ID,
            "address": "an-address",
            "expires_at": NOW + timedelta(minutes=90),
            **changes,
        }
    )
    return json.loads(str(message.of(push, now=NOW)))


FOR_ALL = {
    "fid": "an-address",
    "data": {"notification_id": "01957a3c-0000-7000-8000-000000000001"},
    "notification": {"title": "A moment for you", "body": "Open the app when you are ready."},
}


def test_the_message_for_android() -> None:
    assert body_of() == {
        **FOR_ALL,
        "android": {
            "priority": "normal",
            "ttl": "5400s",
            "notification": {
                "title_loc_key": "push_neutral_title",
                "body_loc_key": "push_neutral_body",
                "channel_id": "nudges",
                "tag": "01957a3c000070008000000000000001",
                "visibility": "PRIVATE",
            },
        },
    }


def test_the_message_for_ios() -> None:
    assert body_of(platform=Platform.IOS) == {
        **FOR_ALL,
        "apns": {
            "headers": {
                "apns-push-type": "alert",
                "apns-collapse-id": "01957a3c000070008000000000000001",
                "apns-expiration": "1741510740",
                "apns-priority": "5",
            },
            "payload": {
                "aps": {
                    "alert": {
                        "title": "A moment for you",
                        "body": "Open the app when you are ready.",
                        "title-loc-key": "push_neutral_title",
                        "loc-key": "push_neutral_body",
                    },
                    "sound": "default",
                    "interruption-level": "active",
                }
            },
        },
    }


def test_the_message_for_the_web() -> None:
    assert body_of(platform=Platform.WEB) == {
        **FOR_ALL,
        "webpush": {
            "headers": {
                "TTL": "5400",
                "Urgency": "normal",
                "Topic": "01957a3c000070008000000000000001",
            },
            "notification": {
                "title": "A moment for you",
                "body": "Open the app when you are ready.",
                "tag": "01957a3c000070008000000000000001",
            },
        },
    }


def test_what_a_person_waits_for_goes_with_high_priority() -> None:
    android = body_of(urgent=True)["android"]
    apns = body_of(urgent=True, platform=Platform.IOS)["apns"]
    web = body_of(urgent=True, platform=Platform.WEB)["webpush"]

    assert (android["priority"], android["notification"]["channel_id"]) == ("high", "urgent")
    assert apns["headers"]["apns-priority"] == "10"
    assert apns["payload"]["aps"]["interruption-level"] == "time-sensitive"
    assert web["headers"]["Urgency"] == "high"


def test_a_push_that_has_just_expired_is_delivered_at_once_or_never() -> None:
    assert body_of(expires_at=NOW - timedelta(seconds=1))["android"]["ttl"] == "0s"
    assert body_of(expires_at=NOW + timedelta(days=90))["android"]["ttl"] == "2419200s"


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize("kind", AddressKind)
def test_both_kinds_of_address_are_sent_to_without_a_warning(
    server: LoopbackFcm, gateway: Gateway, kind: AddressKind
) -> None:
    [result] = gateway.send([a_push("phone-1", address_kind=kind)], now=datetime.now(UTC))

    assert result.outcome is Outcome.SENT
    message = server.accepted[0].message
    assert message[kind] == "phone-1"
    assert len({"token", "fid"} & set(message)) == 1


# --- where it goes --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "url",
    [
        "https://fcm.googleapis.com",
        "http://10.0.0.7:8080",
        "http://0.0.0.0:8080",
        "http://127.0.0.1.example.org",
        "http://127.0.0.1@example.org",
        "http://example.org#@127.0.0.1",
        "http://user@127.0.0.1",
        "http://127.0.0.1:port",
        "http://127.0.0.1/elsewhere",
        "http://127.0.0.1?x=1",
        "ftp://127.0.0.1",
        "127.0.0.1:8080",
        "http://",
        "",
    ],
)
def test_only_a_loopback_address_is_accepted(server: LoopbackFcm, url: str) -> None:
    with pytest.raises(ValueError, match="loopback"):
        Gateway(server.credentials_file, url)


@pytest.mark.parametrize("url", ["http://localhost:9/", "http://[::1]:9", "https://127.9.9.9"])
def test_every_way_to_write_loopback_is_accepted(server: LoopbackFcm, url: str) -> None:
    assert Gateway(server.credentials_file, url).base_url == url


def rewritten(path: Path, **changes: object) -> Path:
    account = json.loads(path.read_text()) | changes
    changed = path.with_name("changed.json")
    changed.write_text(json.dumps({key: value for key, value in account.items() if value}))
    return changed


def test_a_real_account_is_not_used_with_a_loopback_server(server: LoopbackFcm) -> None:
    real = rewritten(server.credentials_file, token_uri="https://oauth2.googleapis.com/token")
    with pytest.raises(ValueError, match="token_uri must be loopback"):
        Gateway(real, server.base_url)


def test_a_loopback_account_is_not_used_with_the_real_server(server: LoopbackFcm) -> None:
    with pytest.raises(ValueError, match="token_uri must be https"):
        Gateway(server.credentials_file, None)


@pytest.mark.parametrize(
    "changes",
    [{"type": "authorized_user"}, {"project_id": None}, {"client_email": 7}, {"private_key": "x"}],
)
def test_a_file_that_is_no_service_account_is_refused(
    server: LoopbackFcm, changes: dict[str, object]
) -> None:
    with pytest.raises(ValueError, match=r"service account|has no|certificate"):
        Gateway(rewritten(server.credentials_file, **changes), server.base_url)


@pytest.mark.parametrize("text", ["", "{", "[]", "\x00"])
def test_a_file_that_is_no_json_object_is_refused(tmp_path: Path, text: str) -> None:
    path = tmp_path / "account.json"
    with pytest.raises(ValueError, match="not a readable JSON file"):
        Gateway(path)
    path.write_text(text)
    with pytest.raises(ValueError, match=r"not a readable JSON file|not the file of a service"):
        Gateway(path)


def test_no_name_but_loopback_is_looked_up_and_no_proxy_is_asked(
    gateway: Gateway, monkeypatch: pytest.MonkeyPatch
) -> None:
    real, asked = socket.getaddrinfo, []

    def noting(host: Any, *rest: Any, **named: Any) -> Any:
        asked.append(host)
        return real(host, *rest, **named)

    monkeypatch.setattr(socket, "getaddrinfo", noting)
    for name in ("HTTP_PROXY", "http_proxy", "HTTPS_PROXY", "https_proxy", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://proxy.example.org:3128")

    assert sent(gateway, "phone-1", "redirect-1")[0].outcome is Outcome.SENT
    time.sleep(0.1)  # google-auth would look up regions from a thread of its own
    assert set(asked) == {"127.0.0.1"}


def test_logs_name_our_faults_and_never_an_address(
    gateway: Gateway, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.DEBUG):
        sent(gateway, "badfield-secret", "denied-secret", "nameless-secret", "cut-secret")
        gateway.send([a_push("secret", collapse_id="")], now=datetime.now(UTC))

    assert "INVALID_ARGUMENT" in caplog.text
    assert "push stopped: halt_sender after PERMISSION_DENIED" in caplog.text
    assert "secret" not in caplog.text
    assert "ya29" not in caplog.text


# --- one gateway a process ------------------------------------------------------------------------


def test_without_credentials_push_is_off(settings: Settings) -> None:
    settings.FIREBASE_CREDENTIALS = None
    settings.FCM_BASE_URL = None
    assert fcm.gateway() is None
    assert not pushes.are_on()


def test_the_settings_name_the_gateway_and_it_is_made_once(
    server: LoopbackFcm, settings: Settings
) -> None:
    settings.FIREBASE_CREDENTIALS = server.credentials_file
    settings.FCM_BASE_URL = server.base_url

    found = fcm.gateway()
    assert pushes.are_on()
    assert found is not None
    assert found is fcm.gateway()
    assert (found.token_seconds + found.http_seconds + fcm.GRACE_SECONDS) < 15
    assert sent(found, "phone-1")[0].outcome is Outcome.SENT


def test_a_forked_worker_makes_connections_of_its_own(
    server: LoopbackFcm, gateway: Gateway
) -> None:
    sent(gateway, "phone-1")
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:  # pragma: no cover - counted in no process but this one
        outcome = sent(gateway, "phone-2")[0].outcome
        os.write(writing, outcome.encode())
        os._exit(0)
    os.close(writing)
    with os.fdopen(reading) as pipe:
        assert pipe.read() == "sent"
    os.waitpid(child, 0)
    assert server.token_requests == 2
    assert sent(gateway, "phone-1")[0].outcome is Outcome.SENT


@pytest.mark.processes
def test_the_loopback_server_runs_as_a_program(tmp_path: Path) -> None:
    with running(folder=tmp_path) as remote:
        gateway = Gateway(remote.credentials_file, remote.base_url)
        remote.script("phone-1", "unavail-30", "ok")
        first, second = sent(gateway, "phone-1"), sent(gateway, "phone-1")
        remote.token_endpoint("down")
        remote.everywhere("quota-20")
        paused = sent(gateway, "phone-2")

        assert [r.outcome for r in (*first, *second, *paused)] == [
            *(Outcome.TRY_LATER, Outcome.SENT, Outcome.TRY_LATER)
        ]
        assert len(remote.visible()["phone-1"]) == 1
        assert remote.counts() == {"received": 3, "token_requests": 1}
    assert remote.credentials_file.stat().st_mode & 0o077 == 0
    fcm.disconnect()


# --- what we rely on in firebase-admin ------------------------------------------------------------


def production(server: LoopbackFcm) -> Any:
    """The app as production makes it; nothing is sent with it."""
    path = rewritten(server.credentials_file, token_uri="https://oauth2.googleapis.com/token")
    return fcm._connection(Gateway(path)).app


def test_the_private_names_that_we_use_still_mean_what_they_did(server: LoopbackFcm) -> None:
    """When this fails after an upgrade, read fcm._tame against the new source."""
    app = production(server)
    service = messaging._get_messaging_service(app)
    credential = app.credential.get_credential()

    assert service._fcm_url == f"https://fcm.googleapis.com/v1/projects/{PROJECT}/messages:send"
    assert isinstance(service._client.session, AuthorizedSession)
    assert service is messaging._get_messaging_service(app), "kept for the life of the app"
    assert credential._is_regional_access_boundary_lookup_required() is True


def test_in_production_too_nothing_is_retried(server: LoopbackFcm) -> None:
    session = messaging._get_messaging_service(production(server))._client.session

    retries = session.get_adapter("https://fcm.googleapis.com/v1/x").max_retries
    assert (retries.total, retries.respect_retry_after_header) == (0, False)
    assert not retries.is_retry("POST", 503, has_retry_after=True)
    assert not retries.is_retry("POST", 429, has_retry_after=True)
    assert session._max_refresh_attempts == 0
    assert session.max_redirects == 0


def test_a_name_that_a_new_version_dropped_stops_the_sender_loudly(
    gateway: Gateway, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Renamed:
        _client = object()

    monkeypatch.setattr(messaging, "_get_messaging_service", lambda _: Renamed())
    with pytest.raises(RuntimeError, match=r"firebase-admin .* has no session"):
        sent(gateway, "phone-1")
