from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from rest_framework.test import APIClient

from recovery.groups.models import GroupMembership
from recovery.kernel.ids import new_id
from recovery.members.models import Member
from recovery.members.rules import FIRST_DAYS
from recovery.partners import addressed
from tests.circles import make_circle, make_group_partners
from tests.contract.document import operations
from tests.partnering import NOW, STATUS, progress_path, share, without_request_id

PATH = "/api/v1/partner-invites"
PLACEHOLDER = re.compile(r"{(\w+)}")


@pytest.fixture(autouse=True)
def _noon() -> Iterator[None]:
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def circle(alice: Member, bob: Member, charlie: Member) -> list[GroupMembership]:
    """A group of alice (Heron), bob (Fern) and charlie (Otter)."""
    return make_circle(alice, bob, charlie)


def invite(client: APIClient, to: GroupMembership, **more: Any) -> Any:
    body = {"group": str(to.group_id), "to": str(to.id), **more}
    return client.post(PATH, body, format="json")


def received(client: APIClient) -> list[dict[str, Any]]:
    items: list[dict[str, Any]] = client.get(f"{PATH}?direction=received").json()["items"]
    return items


def test_an_addressed_invite_has_no_code_and_comes_from_an_alias(
    as_alice: APIClient, as_bob: APIClient, circle: list[GroupMembership]
) -> None:
    made = invite(as_alice, circle[1])
    assert made.status_code == 201
    body = made.json()
    assert (body["code"], body["link_fragment"]) == ("", "")
    assert body["invite"] == {
        "id": body["invite"]["id"],
        "direction": "made",
        "state": "open",
        "group": str(circle[0].group_id),
        "group_member": str(circle[1].id),
        "alias": None,
        "created_at": "2026-11-22T12:00:00Z",
        "expires_at": "2026-11-25T12:00:00Z",
    }
    assert as_alice.get(PATH).json()["items"] == [body["invite"]]
    assert received(as_bob) == [
        {
            **body["invite"],
            "direction": "received",
            "group_member": str(circle[0].id),
            "alias": "Heron",
        }
    ]
    assert as_bob.get(PATH).json()["items"] == []
    assert received(as_alice) == []


def test_partners_from_a_group_know_aliases_and_never_handles(
    as_alice: APIClient, as_bob: APIClient, bob: Member, circle: list[GroupMembership]
) -> None:
    made = invite(as_alice, circle[1]).json()["invite"]
    accepted = as_bob.post(f"{PATH}/{made['id']}/accept")
    assert accepted.status_code == 201
    link = accepted.json()
    assert (link["handle"], link["alias"], link["shares_with_me"]) == (None, "Heron", [])
    again = as_bob.post(f"{PATH}/{made['id']}/accept")
    assert (again.status_code, again.json()) == (200, link)
    (mine,) = as_alice.get("/api/v1/partners").json()["items"]
    assert mine == {**link, "alias": "Fern"}
    assert received(as_bob) == []
    assert as_alice.get(PATH).json()["items"][0]["state"] == "accepted"


def test_no_answer_about_a_partner_from_a_group_holds_a_handle(
    as_alice: APIClient,
    as_bob: APIClient,
    alice: Member,
    bob: Member,
    circle: list[GroupMembership],
) -> None:
    """After all that may pass between them, at every address that takes no other id."""
    Member.objects.filter(id=bob.id).update(handle="bob_must_not_show")
    linked = make_group_partners(circle[0], circle[1])
    at = f"/api/v1/partners/{linked.id}"
    for who, other in ((alice, as_bob), (bob, as_alice)):
        share(who, linked, STATUS)
        assert other.get(progress_path(linked)).status_code == 200
    as_alice.patch(f"{at}/settings", {"answers_support": True}, "json")
    as_bob.put(
        f"{at}/grants", {"grants": [{"scope": "support_requests"}, {"scope": "mood"}]}, "json"
    )
    sent = as_bob.post(f"{at}/encouragements", {"preset": "thinking_of_you"}, "json")
    assert sent.status_code == 201
    asked = as_bob.post("/api/v1/support-requests", {"text": "A hard evening"}, "json")
    assert asked.status_code == 201
    assert len(as_alice.get("/api/v1/notifications").json()["items"]) >= 3
    things = {"partner_id": str(linked.id), "group_id": str(circle[0].group_id)}
    asked_of = 0
    for operation in operations().values():
        if operation.method != "get" or not set(PLACEHOLDER.findall(operation.path)) <= set(things):
            continue
        answer = as_alice.get(operation.path.format(**things))
        asked_of += 1
        assert answer.status_code in (200, 404, 409), operation.id
        assert "bob_must_not_show" not in answer.content.decode(), operation.id
        assert str(bob.id) not in answer.content.decode(), operation.id
    assert asked_of > 30


def test_declining_is_done_once_and_told_to_nobody(
    as_alice: APIClient, as_bob: APIClient, circle: list[GroupMembership]
) -> None:
    made = invite(as_alice, circle[1]).json()["invite"]
    before = as_alice.get(PATH).content
    for _ in range(2):
        assert as_bob.post(f"{PATH}/{made['id']}/decline").status_code == 204
    assert as_bob.post(f"{PATH}/{made['id']}/accept").status_code == 404
    assert received(as_bob) == []
    assert as_alice.get(PATH).content == before
    assert invite(as_alice, circle[1]).status_code == 201
    assert received(as_bob) == []


def test_whoever_it_is_not_for_finds_nothing(
    as_alice: APIClient, as_charlie: APIClient, circle: list[GroupMembership]
) -> None:
    made = invite(as_alice, circle[1]).json()["invite"]
    for end in ("accept", "decline"):
        missing = as_charlie.post(f"{PATH}/{new_id()}/{end}")
        for client in (as_alice, as_charlie):
            hidden = client.post(f"{PATH}/{made['id']}/{end}")
            assert hidden.status_code == missing.status_code == 404
            assert without_request_id(hidden) == without_request_id(missing)


@pytest.mark.parametrize("chosen", [True, False])
def test_until_they_choose_newcomers_are_not_reached_and_others_are(
    as_alice: APIClient,
    as_bob: APIClient,
    bob: Member,
    circle: list[GroupMembership],
    chosen: bool,
) -> None:
    def receives() -> bool:
        return bool(as_bob.get("/api/v1/me").json()["receives_partner_invites"])

    assert receives()
    Member.objects.filter(id=bob.id).update(created_at=NOW - FIRST_DAYS + timedelta(seconds=1))
    assert not receives()
    changed = as_bob.patch("/api/v1/me", {"receives_partner_invites": chosen}, format="json")
    assert changed.json()["receives_partner_invites"] is chosen
    assert receives() is chosen
    made = invite(as_alice, circle[1])
    assert made.status_code == 201
    assert len(received(as_bob)) == chosen


@pytest.mark.parametrize(
    ("body", "pointer"), [({"to": str(new_id())}, "/group"), ({"group": str(new_id())}, "/to")]
)
def test_half_an_address_is_refused(
    as_alice: APIClient, body: dict[str, str], pointer: str
) -> None:
    refused = as_alice.post(PATH, body, format="json")
    assert refused.status_code == 400
    (error,) = refused.json()["errors"]
    assert (error["pointer"], error["code"]) == (pointer, "required")


def test_who_is_not_in_the_group_is_not_there(
    as_alice: APIClient, circle: list[GroupMembership]
) -> None:
    for body in (
        {"group": str(new_id()), "to": str(circle[1].id)},
        {"group": str(circle[0].group_id), "to": str(new_id())},
    ):
        assert as_alice.post(PATH, body, format="json").status_code == 404
    oneself = invite(as_alice, circle[0])
    assert (oneself.status_code, oneself.json()["errors"][0]["code"]) == (400, "own_membership")


def test_an_unknown_direction_is_refused(as_alice: APIClient) -> None:
    assert as_alice.get(f"{PATH}?direction=sent").status_code == 400


def test_received_invites_come_in_pages(
    as_bob: APIClient, circle: list[GroupMembership], alice: Member, charlie: Member
) -> None:
    for minute, sender in enumerate((alice, charlie, alice)):
        addressed.invite(
            member_id=sender.id,
            invite_id=None,
            group_id=circle[0].group_id,
            to=circle[1].id,
            now=NOW + timedelta(minutes=minute),
        )
    seen: list[str] = []
    path: str | None = f"{PATH}?direction=received&limit=1"
    while path:
        page = as_bob.get(path).json()
        seen += [item["alias"] for item in page["items"]]
        cursor = page["next_cursor"]
        path = f"{PATH}?direction=received&limit=1&cursor={cursor}" if cursor else None
    assert seen == ["Heron", "Otter", "Heron"]
