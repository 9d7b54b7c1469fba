"""What is mine, over HTTP: a copy fetched once, an archive brought in, an account deleted."""

from __future__ import annotations

import io
import json
import logging
import zipfile
from collections.abc import Callable
from typing import Any

import pytest
from django.utils import timezone
from rest_framework.test import APIClient

from notifications import hints, tasks
from notifications.models import Device
from recovery.members.models import Member
from recovery.ownership.models import ExportJob, ExportState, ImportJob
from recovery.ownership.services import working
from tests.api.people import PASSWORD, join, join_as_guest, log_in, post, refresh, signed_in
from tests.partnering import make_partners

pytestmark = pytest.mark.django_db

ME = "/api/v1/me"
ClientOf = Callable[[Member], APIClient]


@pytest.fixture
def me() -> APIClient:
    """Somebody who registered as alice."""
    return signed_in(join())


@pytest.fixture
def guest() -> APIClient:
    """Somebody who has just begun, without a handle."""
    return signed_in(join_as_guest())


def work() -> None:
    """Let a worker do what waits."""
    working.work_off(now=timezone.now())


def exported(client: APIClient, **body: str) -> dict[str, Any]:
    """Answer of an export that is ready."""
    made = client.post(f"{ME}/export", body, "json").json()
    work()
    found: dict[str, Any] = client.get(f"{ME}/export/{made['id']}").json()
    return found


def test_a_copy_is_asked_for_put_together_and_fetched_once(me: APIClient) -> None:
    asked = me.post(f"{ME}/export", {"password": PASSWORD}, "json")
    assert (asked.status_code, asked.json()["state"]) == (201, "queued")
    assert "link" not in asked.json()
    again = me.post(f"{ME}/export", {"password": PASSWORD}, "json")
    assert (again.status_code, again.json()["id"]) == (200, asked.json()["id"])
    work()
    ready = me.get(f"{ME}/export/{asked.json()['id']}").json()
    assert ready["state"] == "ready"
    assert ready["parts_done"] == ready["parts_total"] > 20
    fetched = APIClient().get(ready["link"]["path"])
    assert fetched["Content-Type"] == "application/zip"
    assert fetched["Content-Disposition"].startswith('attachment; filename="export-')
    assert fetched["Cache-Control"] == "private, no-store"
    raw = fetched.getvalue()
    assert len(raw) == ready["byte_count"] == int(fetched["Content-Length"])
    with zipfile.ZipFile(io.BytesIO(raw)) as archive:
        assert json.loads(archive.read("member.json"))[0]["handle"] == "alice"
    assert APIClient().get(ready["link"]["path"]).status_code == 404
    over = me.get(f"{ME}/export/{asked.json()['id']}").json()
    assert over["state"] == "fetched"
    assert "link" not in over


def test_a_look_ahead_uses_no_link_up(me: APIClient) -> None:
    path = exported(me, password=PASSWORD)["link"]["path"]
    assert APIClient().head(path).status_code == 405
    assert APIClient().get(path, HTTP_ACCEPT="application/zip").status_code == 200


def test_a_link_tells_a_stranger_nothing_and_is_not_logged(
    me: APIClient, caplog: pytest.LogCaptureFixture
) -> None:
    link = exported(me, password=PASSWORD)["link"]["path"]
    with caplog.at_level(logging.DEBUG):
        APIClient().get(link).getvalue()
    assert link.rpartition("/")[2] not in caplog.text


def test_a_wrong_password_asks_for_nothing(me: APIClient) -> None:
    for body in ({"password": "something-else"}, {}):
        answer = me.post(f"{ME}/export", body, "json")
        assert (answer.status_code, answer.json()["code"]) == (403, "wrong_password")
    assert not ExportJob.objects.exists()


def test_a_guest_has_no_password_to_give(guest: APIClient) -> None:
    assert exported(guest)["state"] == "ready"


@pytest.mark.django_db(transaction=True)
def test_an_export_wakes_a_worker_and_the_tick_finds_a_lost_hint(
    me: APIClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    sent: list[str] = []
    monkeypatch.setattr(hints._publisher, "publish", sent.append)
    me.post(f"{ME}/export", {"password": PASSWORD}, "json")
    assert sent == ["notifications.own_data"]
    sent.clear()
    tasks.tick()
    assert "notifications.own_data" in sent
    tasks.own_data()
    assert ExportJob.objects.get().state == ExportState.READY
    sent.clear()
    tasks.tick()
    assert "notifications.own_data" not in sent


def test_a_copy_is_brought_into_another_account(me: APIClient, guest: APIClient) -> None:
    tracker = {
        "name": "Evenings",
        "mode": "abstinence",
        "category": "alcohol",
        "started_at": "2026-01-01T00:00:00Z",
    }
    assert me.post("/api/v1/trackers", tracker, "json").status_code == 201
    assert me.post("/api/v1/reminders", {"local_time": "20:00"}, "json").status_code == 201
    raw = APIClient().get(exported(me, password=PASSWORD)["link"]["path"]).getvalue()
    sent = guest.post(f"{ME}/import", raw, content_type="application/zip")
    assert (sent.status_code, sent.json()["state"]) == (202, "queued")
    busy = guest.post(f"{ME}/import", raw, content_type="application/zip")
    assert (busy.status_code, busy.json()["code"]) == (409, "import_under_way")
    work()
    done = guest.get(f"{ME}/import/{sent.json()['id']}").json()
    assert done["state"] == "done"
    assert done["rows_added"] > 2
    assert [one["name"] for one in guest.get("/api/v1/trackers").json()["items"]] == ["Evenings"]
    reminder = guest.get("/api/v1/reminders").json()["items"][0]
    assert reminder["local_time"] == "20:00"
    assert reminder["next_due_at"]


def test_a_bad_archive_says_what_is_wrong(guest: APIClient) -> None:
    sent = guest.post(f"{ME}/import", b"PK\x03\x04 and no more", content_type="application/zip")
    work()
    found = guest.get(f"{ME}/import/{sent.json()['id']}").json()
    assert found["state"] == "refused"
    assert found["problem"]["code"] == "not_an_archive"


@pytest.mark.parametrize(
    ("body", "media", "status", "code"),
    [
        (b"", "application/zip", 400, "not_an_archive"),
        (b"{}", "application/zip", 400, "not_an_archive"),
        (b"{}", "application/json", 415, "unsupported_media_type"),
        (b"PK\x03\x04" + bytes(20 * 1024 * 1024), "application/zip", 400, "archive_too_large"),
    ],
)
def test_what_is_no_archive_is_refused_at_once(
    guest: APIClient, body: bytes, media: str, status: int, code: str
) -> None:
    answer = guest.post(f"{ME}/import", body, content_type=media)
    assert (answer.status_code, answer.json()["code"]) == (status, code)
    assert not ImportJob.objects.exists()


def test_start_dates_count_from_then_on(guest: APIClient) -> None:
    dates = {
        "trackers": [
            {"name": "Wine", "category": "alcohol", "started_at": "2025-01-01T00:00:00+01:00"}
        ]
    }
    first = guest.post(f"{ME}/import/start-dates", dates, "json").json()
    again = guest.post(f"{ME}/import/start-dates", dates, "json").json()
    assert (first["added"], again["added"]) == (1, 0)
    assert first["tracker_ids"] == again["tracker_ids"]
    assert first["safety"] == again["safety"]
    clock = guest.get(f"/api/v1/trackers/{first['tracker_ids'][0]}").json()["clock"]
    assert clock["episode_count"] == 1
    assert clock["sober_days"] == clock["days_elapsed"] > 300


def test_start_dates_carry_what_a_tracker_begun_here_does(guest: APIClient) -> None:
    def brought(*categories: str) -> list[dict[str, str]]:
        rows = [
            {"name": f"{number}", "category": category, "started_at": "2026-01-01T00:00:00Z"}
            for number, category in enumerate(categories)
        ]
        answer = guest.post(f"{ME}/import/start-dates", {"trackers": rows}, "json")
        assert answer.status_code == 200
        found: list[dict[str, str]] = answer.json()["safety"]
        return found

    def begun(category: str) -> list[dict[str, str]]:
        body = {
            "name": "Mine",
            "mode": "abstinence",
            "category": category,
            "started_at": "2026-01-01T00:00:00Z",
        }
        answer = guest.post("/api/v1/trackers", body, "json")
        assert answer.status_code == 201, answer.content
        found: list[dict[str, str]] = answer.json()["safety"]
        return found

    assert brought("gambling") == begun("gambling") == []
    alcohol, benzodiazepines = begun("alcohol"), begun("benzodiazepines")
    assert len(alcohol) == len(benzodiazepines) == 1
    assert brought("alcohol", "gambling", "alcohol") == alcohol
    assert brought("benzodiazepines", "alcohol") == [*benzodiazepines, *alcohol]


def test_deleting_holds_from_the_next_request_on() -> None:
    tokens = join()
    me = signed_in(tokens)
    phone = {"platform": "ios", "address": "address-1"}
    me.put("/api/v1/devices/019aaa15-0001-7c31-9b1e-5f0a4c2d7e10", phone, "json")
    gone = me.delete(ME, {"password": PASSWORD}, "json")
    assert gone.status_code == 202
    assert gone.json()["restorable_until"] is None
    for answer in (me.get(ME), refresh(tokens["refresh"])):
        assert (answer.status_code, answer.json()["code"]) == (401, "account_deleted")
    assert Device.objects.get().address == ""
    assert log_in().status_code == 401
    work()
    for answer in (me.get(ME), refresh(tokens["refresh"])):
        assert (answer.status_code, answer.json()["code"]) == (401, "account_deleted")
    assert not Member.objects.exists()
    assert join()["member"]["handle"] == "alice"


def test_a_wrong_password_deletes_nothing(me: APIClient) -> None:
    for body in ({"password": "something-else"}, {}):
        answer = me.delete(ME, body, "json")
        assert (answer.status_code, answer.json()["code"]) == (403, "wrong_password")
    assert me.get(ME).status_code == 200


def test_a_guest_goes_without_a_password_and_cannot_wait(guest: APIClient) -> None:
    answer = guest.delete(ME, {"wait_24_hours": True}, "json")
    assert (answer.status_code, answer.json()["code"]) == (409, "cannot_be_restored")
    assert guest.delete(ME).status_code == 202
    assert guest.get(ME).status_code == 401


def test_who_waits_can_come_back(me: APIClient) -> None:
    gone = me.delete(ME, {"password": PASSWORD, "wait_24_hours": True}, "json").json()
    assert gone["restorable_until"] == gone["erase_at"]
    assert me.get(ME).status_code == 401
    account = {"handle": "alice", "password": PASSWORD}
    wrong = post("auth/restore", {**account, "password": "something-else"})
    assert (wrong.status_code, wrong.json()["code"]) == (401, "wrong_credentials")
    back = post("auth/restore", account)
    assert back.status_code == 200
    assert signed_in(back.json()).get(ME).json()["handle"] == "alice"
    work()
    assert log_in().status_code == 200


def test_coming_back_is_limited_as_signing_in_is(me: APIClient) -> None:
    account = {"handle": "nobody_here", "password": PASSWORD}
    statuses = [post("auth/restore", account).status_code for _ in range(11)]
    assert statuses == [401] * 10 + [429]


def test_a_partner_finds_nobody_there_any_more(
    alice: Member, bob: Member, client_of: ClientOf
) -> None:
    link = make_partners(alice, bob, now=timezone.now())
    Member.objects.filter(id=alice.id).update(handle=None, password="")
    as_alice, as_bob = client_of(Member.objects.get(id=alice.id)), client_of(bob)
    assert as_bob.get(f"/api/v1/partners/{link.id}").status_code == 200
    assert as_alice.delete(ME).status_code == 202
    assert as_bob.get(f"/api/v1/partners/{link.id}").status_code == 404
    assert as_bob.get("/api/v1/partners").json()["items"] == []
    work()
    assert as_bob.get("/api/v1/partners").json()["items"] == []
