"""The main job on a real start: web, worker, clock and push, all of it over HTTP."""

from __future__ import annotations

import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
import requests

from tests.loopback import program
from tests.loopback.program import RemoteFcm
from tests.run import serving
from tests.run.serving import Service, until


class Phone:
    """An app on somebody's phone."""

    def __init__(self, service: Service) -> None:
        self._base = f"http://127.0.0.1:{service.port}/api/v1/"
        self._session = requests.Session()

    def call(self, method: str, path: str, expect: int, body: Any = None) -> Any:
        """Send one request; return the JSON of the answer that is expected."""
        answer = self._session.request(method, self._base + path, json=body, timeout=30)
        assert answer.status_code == expect, answer.text
        return answer.json() if answer.content else None

    def join(self, path: str, **body: Any) -> Any:
        """Become a member or a guest and stay signed in."""
        terms = {"accepts_terms": True, "is_adult": True}
        joined = self.call("POST", path, 201, {**terms, **body})
        self._session.headers["Authorization"] = f"Bearer {joined['access']}"
        return joined


@pytest.fixture(scope="module")
def fcm(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RemoteFcm]:
    with program.running(folder=tmp_path_factory.mktemp("fcm")) as remote:
        yield remote


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory, fcm: RemoteFcm) -> Iterator[Service]:
    with serving.database() as where:
        started = Service(
            folder=tmp_path_factory.mktemp("service"),
            DJANGO_SETTINGS_MODULE="tests.notifications.worker_settings",
            FIREBASE_CREDENTIALS=str(fcm.credentials_file),
            FCM_BASE_URL=fcm.base_url,
            **where,
        ).start()
        try:
            yield started.ready()
        finally:
            started.clear_away()


@pytest.mark.processes
def test_a_member_keeps_days_a_partner_sees_them_and_a_nudge_arrives(
    service: Service, fcm: RemoteFcm
) -> None:
    alice, bob = Phone(service), Phone(service)
    alice.join(
        "auth/register",
        handle=f"alice_{uuid4().hex[:8]}",
        password="a quiet green hill",
        time_zone="UTC",
    )
    bob.join("auth/guest", time_zone="America/New_York")
    now = datetime.now(UTC)
    address = f"alice-{uuid4().hex}"
    remind_at = next_minute(now)
    alice.call(
        "PUT",
        f"devices/{uuid4()}",
        201,
        {
            "address": address,
            "address_kind": "fid",
            "platform": "ios",
            "push_permission": "granted",
        },
    )
    alice.call("POST", "reminders", 201, {"local_time": remind_at.strftime("%H:%M"), "exact": True})

    tracker = alice.call(
        "POST",
        "trackers",
        201,
        {
            "name": "Wine",
            "mode": "abstinence",
            "category": "alcohol",
            "started_at": (now - timedelta(days=79)).isoformat(),
        },
    )
    for back in (3, 2, 1):
        day = (now - timedelta(days=back)).date()
        said = [{"tracker": tracker["id"], "state": "sober"}]
        alice.call("PUT", f"check-ins/{day}", 201, {"mood": 4, "trackers": said})
    used = alice.call(
        "POST",
        f"trackers/{tracker['id']}/use-events",
        201,
        {"used_at": (now - timedelta(days=17)).isoformat()},
    )
    assert used["after_use"]["sober_days"] == 78
    assert used["after_use"]["days_elapsed"] == 79
    today = alice.call("GET", "today", 200)
    assert today["streak"] == {"current": 3, "longest": 3, "answered_today": False}
    assert today["trackers"][0]["clock"]["longest_days"] == 62

    code = alice.call("POST", "partner-invites", 201, {})["code"]
    link = bob.call("POST", "invites/accept", 201, {"code": code})["partner"]
    progress = f"partners/{link['id']}/progress"
    assert bob.call("GET", progress, 200)["sober_clocks"] == []
    (mine,) = alice.call("GET", "partners", 200)["items"]
    alice.call(
        "PUT",
        f"partners/{mine['id']}/grants",
        200,
        {
            "grants": [
                {"scope": "sober_clock", "tracker": tracker["id"]},
                {"scope": "check_in_status"},
            ]
        },
    )
    seen = bob.call("GET", progress, 200)
    assert seen["sober_clocks"][0]["clock"]["sober_days"] == 78
    assert seen["check_in_status"][0]["answered_today"] is False

    # That bob accepted is told at once; the reminder keeps to its minute.
    until(lambda: len(fcm.visible().get(address, [])) == 1, what="told of the partner")
    time.sleep(max((remind_at - datetime.now(UTC)).total_seconds(), 0))
    until(lambda: len(fcm.visible()[address]) == 2, what="reminded by a push")
    inbox = alice.call("GET", "notifications", 200)["items"]
    assert [item["kind"] for item in inbox] == ["check_in_reminder", "partner_joined"]
    pushed = str(fcm.visible()[address]).replace(address, "")
    for private in ("Wine", "alcohol", "alice_", "sober", "days"):
        assert private not in pushed


def next_minute(now: datetime) -> datetime:
    """Return the next whole minute, at least five seconds from now."""
    return (now + timedelta(seconds=65)).replace(second=0, microsecond=0)
