from __future__ import annotations

import contextlib
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
import time_machine
from django.utils import timezone
from rest_framework.test import APIClient

from notifications.models import Device
from recovery.kernel.ids import new_id
from recovery.members.models import Member, Session
from recovery.members.refusals import SessionOver
from recovery.members.services import sessions
from tests.api.people import join, post, signed_in
from tests.factories import make_session
from tests.notifications.making import make_device
from tests.parallel import at_once

NOW = datetime(2026, 11, 22, 8, tzinfo=UTC)
PHONE = {
    "platform": "android",
    "push_permission": "granted",
    "address": "fLm3xW0kQ5mB1y8uZc4d9A",
    "address_kind": "fid",
    "app_version": "2.4.0",
    "locale": "de-AT",
}


def path_of(installation_id: object) -> str:
    return f"/api/v1/devices/{installation_id}"


def put(client: APIClient, installation_id: object, **changes: Any) -> Any:
    return client.put(path_of(installation_id), {**PHONE, **changes}, format="json")


def test_an_installation_registers_itself_and_says_later_what_has_changed(
    as_alice: APIClient,
) -> None:
    installation_id = new_id()
    with time_machine.travel(NOW, tick=False):
        first = put(as_alice, installation_id)
    assert first.status_code == 201
    assert first.json() == {
        "installation_id": str(installation_id),
        "platform": "android",
        "push_permission": "granted",
        "address_kind": "fid",
        "has_address": True,
        "app_version": "2.4.0",
        "locale": "de-AT",
        "is_this_one": True,
        "created_at": "2026-11-22T08:00:00Z",
        "seen_at": "2026-11-22T08:00:00Z",
    }
    with time_machine.travel(NOW + timedelta(days=3), tick=False):
        again = put(as_alice, installation_id, app_version="2.5.0")
    assert again.status_code == 200
    assert again.json()["app_version"] == "2.5.0"
    assert again.json()["created_at"] == "2026-11-22T08:00:00Z"
    assert again.json()["seen_at"] == "2026-11-25T08:00:00Z"


def test_the_least_that_an_app_can_say_is_its_platform(as_alice: APIClient) -> None:
    answer = as_alice.put(path_of(new_id()), {"platform": "web"}, format="json")
    assert answer.status_code == 201
    assert answer.json()["push_permission"] == "unknown"
    assert answer.json()["has_address"] is False


def test_the_list_shows_live_devices_and_no_address(as_alice: APIClient, as_bob: APIClient) -> None:
    mine, gone = new_id(), new_id()
    put(as_alice, mine)
    put(as_alice, gone, address="another")
    put(as_bob, new_id(), address="bobs")
    as_alice.delete(path_of(gone))
    answer = as_alice.get("/api/v1/devices")
    assert [item["installation_id"] for item in answer.json()["items"]] == [str(mine)]
    assert PHONE["address"] not in answer.content.decode()


def test_a_removed_device_keeps_no_address_and_may_come_back(as_alice: APIClient) -> None:
    installation_id = new_id()
    put(as_alice, installation_id)
    assert as_alice.delete(path_of(installation_id)).status_code == 204
    row = Device.objects.get(installation_id=installation_id)
    assert (row.address, row.retired_at is None) == ("", False)
    assert as_alice.delete(path_of(installation_id)).status_code == 204
    assert put(as_alice, installation_id).status_code == 201


def test_a_device_that_changed_hands_is_not_there_for_its_former_owner(
    as_alice: APIClient, as_bob: APIClient
) -> None:
    installation_id = new_id()
    put(as_alice, installation_id)
    put(as_bob, installation_id)
    assert as_alice.delete(path_of(installation_id)).status_code == 404
    as_bob.delete(path_of(installation_id))
    assert as_alice.delete(path_of(installation_id)).status_code == 404


def test_a_stranger_cannot_remove_a_device_nor_learn_that_it_exists(
    as_alice: APIClient, as_charlie: APIClient
) -> None:
    installation_id = new_id()
    put(as_alice, installation_id)
    known, unknown = (
        as_charlie.delete(path_of(installation_id)),
        as_charlie.delete(path_of(new_id())),
    )
    assert known.status_code == unknown.status_code == 404
    without_id = [{**answer.json(), "request_id": ""} for answer in (known, unknown)]
    assert without_id[0] == without_id[1]
    assert Device.objects.live().count() == 1


def test_a_phone_belongs_to_whoever_signed_in_last(
    as_alice: APIClient, as_bob: APIClient, bob: Member
) -> None:
    installation_id = new_id()
    put(as_alice, installation_id)
    answer = put(as_bob, installation_id)
    assert answer.status_code == 201  # as if it had never been anybody's
    assert answer.json()["is_this_one"] is True
    assert as_alice.get("/api/v1/devices").json()["items"] == []
    assert Device.objects.live().get().member_id == bob.id


def test_an_address_moves_with_the_phone_that_was_installed_anew(
    as_alice: APIClient, as_bob: APIClient
) -> None:
    old, new = new_id(), new_id()
    put(as_alice, old)
    put(as_bob, new)
    assert Device.objects.get(installation_id=old).retired_at is not None
    assert Device.objects.live().get().installation_id == new


def test_the_eleventh_device_takes_the_place_of_the_one_unseen_for_longest(
    alice: Member, as_alice: APIClient
) -> None:
    made = [make_device(member=alice, now=NOW + timedelta(days=day)) for day in range(10)]
    with time_machine.travel(NOW + timedelta(days=20), tick=False):
        put(as_alice, new_id())
    live = set(Device.objects.live().values_list("installation_id", flat=True))
    assert len(live) == 10
    assert made[0].installation_id not in live


@pytest.mark.parametrize(
    ("changes", "pointer"),
    [
        ({"platform": "pager"}, "/platform"),
        ({"push_permission": "perhaps"}, "/push_permission"),
        ({"address_kind": "pigeon"}, "/address_kind"),
        ({"address": "with blanks"}, "/address"),
        ({"address": "näme"}, "/address"),
        ({"address": "a" * 1025}, "/address"),
        ({"locale": "de_"}, "/locale"),
        ({"app_version": "1" * 33}, "/app_version"),
        ({"model": "Nokia"}, "/model"),
        ({"platform": 7}, "/platform"),
    ],
)
def test_what_cannot_be_right_is_refused_and_nothing_is_stored(
    as_alice: APIClient, changes: dict[str, Any], pointer: str
) -> None:
    answer = put(as_alice, new_id(), **changes)
    assert answer.status_code == 400
    assert [error["pointer"] for error in answer.json()["errors"]] == [pointer]
    assert not Device.objects.exists()


def test_nobody_registers_a_device_without_signing_in(anonymous: APIClient, db: None) -> None:
    assert put(anonymous, new_id()).status_code == 401


@pytest.mark.django_db(transaction=True)
def test_eight_installations_that_claim_one_address_at_once_leave_one_with_it(
    alice: Member,
) -> None:
    ids = [uuid4() for _ in range(8)]
    at_once(
        lambda number: make_device(
            member=alice, address="shared", installation_id=ids[number], now=timezone.now()
        )
    )
    assert Device.objects.live().filter(address="shared").count() == 1


def test_a_session_that_ended_a_moment_ago_registers_nothing(alice: Member) -> None:
    session = make_session(member=alice)
    sessions.log_out(session_id=session.id, now=NOW)
    with pytest.raises(SessionOver):
        make_device(member=alice, session=session, now=NOW)
    assert not Device.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_a_phone_that_registers_while_its_session_ends_keeps_no_address(alice: Member) -> None:
    """Whichever is first: the end finds the phone, or the phone finds the end."""
    here = make_session(member=alice)
    ending: list[Session] = []

    def one_of_them(number: int) -> None:
        with contextlib.suppress(SessionOver):
            if number < 4:
                make_device(member=alice, session=ending[number], now=NOW)
            else:
                sessions.end_others(member=alice, session=here, now=NOW)

    for _ in range(10):
        ending[:] = [make_session(member=alice) for _ in range(4)]
        for session in ending:
            make_device(member=alice, session=session, now=NOW)
        at_once(one_of_them, times=5)
        assert not Device.objects.live().filter(session__ended_at__isnull=False).exists()


@pytest.mark.django_db
def test_signing_out_forgets_where_to_push(db: None) -> None:
    here = join()
    installation_id = new_id()
    assert put(signed_in(here), installation_id).status_code == 201
    assert post("auth/logout", {"refresh": here["refresh"]}).status_code in (200, 204)
    row = Device.objects.get(installation_id=installation_id)
    assert (row.address, row.retired_at is None) == ("", False)
