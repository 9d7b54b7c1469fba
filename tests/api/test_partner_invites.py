from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import timedelta

import pytest
import time_machine
from rest_framework.test import APIClient

from recovery.kernel.ids import new_id
from recovery.members.models import Member
from recovery.partners import services as partners
from recovery.partners.models import PartnerInvite, Partnership
from tests.factories import make_member
from tests.parallel import at_once
from tests.partnering import NOW, make_partners, without_request_id


@pytest.fixture(autouse=True)
def _noon() -> Iterator[None]:
    with time_machine.travel(NOW, tick=False):
        yield


def test_an_invite_shows_its_code_once(as_alice: APIClient) -> None:
    made = as_alice.post("/api/v1/partner-invites", {}, format="json")
    assert made.status_code == 201
    body = made.json()
    assert body["invite"] == {
        "id": body["invite"]["id"],
        "direction": "made",
        "state": "open",
        "group": None,
        "group_member": None,
        "alias": None,
        "created_at": "2026-11-22T12:00:00Z",
        "expires_at": "2026-11-25T12:00:00Z",
    }
    assert body["link_fragment"] == f"invite={body['code']}"
    listed = as_alice.get("/api/v1/partner-invites")
    assert listed.json() == {"items": [body["invite"]], "next_cursor": None}
    assert body["code"] not in listed.content.decode()


def test_an_invite_sent_again_answers_200_with_the_same_body(as_alice: APIClient) -> None:
    chosen = {"id": str(new_id())}
    first = as_alice.post("/api/v1/partner-invites", chosen, format="json")
    again = as_alice.post("/api/v1/partner-invites", chosen, format="json")
    assert (first.status_code, again.status_code) == (201, 200)
    assert again.content == first.content


def test_another_members_invite_id_is_taken(as_alice: APIClient, as_bob: APIClient) -> None:
    chosen = {"id": str(new_id())}
    as_alice.post("/api/v1/partner-invites", chosen, format="json")
    refused = as_bob.post("/api/v1/partner-invites", chosen, format="json")
    assert (refused.status_code, refused.json()["code"]) == (409, "id_taken")


def test_a_fourth_open_invite_is_a_conflict(as_alice: APIClient) -> None:
    for _ in range(3):
        as_alice.post("/api/v1/partner-invites", {}, format="json")
    refused = as_alice.post("/api/v1/partner-invites", {}, format="json")
    assert (refused.status_code, refused.json()["code"]) == (409, "too_many_open_invites")


def test_a_withdrawn_invite_says_so_and_can_be_withdrawn_again(
    as_alice: APIClient, as_bob: APIClient
) -> None:
    invite = as_alice.post("/api/v1/partner-invites", {}, format="json").json()["invite"]
    path = f"/api/v1/partner-invites/{invite['id']}"
    assert as_bob.delete(path).status_code == 404
    for _ in range(2):
        assert as_alice.delete(path).status_code == 204
    assert as_bob.delete(path).status_code == 404
    (listed,) = as_alice.get("/api/v1/partner-invites").json()["items"]
    assert listed["state"] == "withdrawn"


def test_invites_come_in_pages(as_alice: APIClient, alice: Member) -> None:
    for minutes in range(5):
        now = NOW + timedelta(minutes=minutes)
        made = partners.invite(member_id=alice.id, invite_id=None, now=now)
        partners.withdraw(member_id=alice.id, invite_id=made.invite.id, now=now)
    seen: list[str] = []
    path: str | None = "/api/v1/partner-invites?limit=2"
    while path:
        page = as_alice.get(path).json()
        seen += [item["id"] for item in page["items"]]
        cursor = page["next_cursor"]
        path = f"/api/v1/partner-invites?limit=2&cursor={cursor}" if cursor else None
    newest_first = PartnerInvite.objects.order_by("-created_at").values_list("id", flat=True)
    assert seen == [str(invite_id) for invite_id in newest_first]


def test_an_invite_can_be_looked_at_without_an_account(alice: Member, anonymous: APIClient) -> None:
    code = partners.invite(member_id=alice.id, invite_id=None, now=NOW).code
    shown = anonymous.post("/api/v1/invites/inspect", {"code": code}, format="json")
    assert shown.status_code == 200
    body = shown.json()
    assert (body["inviter_handle"], body["invites_to"]) == ("alice", "partnership")
    assert body["expires_at"] == "2026-11-25T12:00:00Z"
    assert "recorded" in body["notice"]
    assert str(alice.id) not in shown.content.decode()


def test_an_access_token_that_ended_does_not_keep_one_from_looking(
    alice: Member, anonymous: APIClient
) -> None:
    code = partners.invite(member_id=alice.id, invite_id=None, now=NOW).code
    anonymous.credentials(HTTP_AUTHORIZATION="Bearer of.nothing.valid")
    shown = anonymous.post("/api/v1/invites/inspect", {"code": code}, format="json")
    assert shown.status_code == 200


def test_accepting_makes_partners_who_share_nothing_yet(
    alice: Member, as_bob: APIClient, as_alice: APIClient
) -> None:
    code = partners.invite(member_id=alice.id, invite_id=None, now=NOW).code
    accepted = as_bob.post("/api/v1/invites/accept", {"code": code}, format="json")
    assert accepted.status_code == 201
    assert accepted.json()["invites_to"] == "partnership"
    body = accepted.json()["partner"]
    assert body == {
        "id": body["id"],
        "handle": "alice",
        "alias": None,
        "created_at": "2026-11-22T12:00:00Z",
        "paused": False,
        "i_share": [],
        "shares_with_me": [],
    }
    (of_alice,) = as_alice.get("/api/v1/partners").json()["items"]
    assert of_alice == {**body, "handle": "bob"}
    again = as_bob.post("/api/v1/invites/accept", {"code": code}, format="json")
    assert (again.status_code, again.json()) == (200, accepted.json())


def test_every_code_that_opens_nothing_gets_one_answer(
    alice: Member, bob: Member, charlie: Member, as_bob: APIClient, anonymous: APIClient
) -> None:
    def code_by(member: Member, *, hours_ago: int = 0) -> str:
        now = NOW - timedelta(hours=hours_ago)
        return partners.invite(member_id=member.id, invite_id=None, now=now).code

    expired = code_by(alice, hours_ago=72)
    used = code_by(alice)
    partners.accept(member_id=charlie.id, code=used, now=NOW)
    withdrawn = partners.invite(member_id=alice.id, invite_id=None, now=NOW)
    partners.withdraw(member_id=alice.id, invite_id=withdrawn.invite.id, now=NOW)
    own = code_by(bob)
    make_partners(bob, charlie)
    already = code_by(charlie)
    for code in ("A" * 32, "x", "—", expired, used, withdrawn.code, own, already):
        refused = as_bob.post("/api/v1/invites/accept", {"code": code}, format="json")
        assert refused.status_code == 404
        assert without_request_id(refused) == {
            "type": "/docs/problems#invite_not_usable",
            "title": "This invite cannot be used",
            "status": 404,
            "detail": "This invite cannot be used. Ask for a new one.",
            "code": "invite_not_usable",
            "client_action": "drop",
            "errors": [],
        }
        if code not in (own, already):  # these two are good for somebody else
            looked = anonymous.post("/api/v1/invites/inspect", {"code": code}, format="json")
            assert without_request_id(looked) == without_request_id(refused)


@pytest.mark.django_db(transaction=True)
def test_eight_acceptances_at_once_make_one_partnership(
    alice: Member, client_of: Callable[[Member], APIClient]
) -> None:
    code = partners.invite(member_id=alice.id, invite_id=None, now=NOW).code
    clients = [client_of(make_member(handle=f"member_{number}")) for number in range(8)]

    def accept(number: int) -> int:
        client = clients[number]
        answer = client.post("/api/v1/invites/accept", {"code": code}, format="json")
        return answer.status_code

    assert sorted(at_once(accept)) == [201] + [404] * 7
    assert Partnership.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_one_acceptance_sent_eight_times_at_once_makes_one_partnership(
    alice: Member, bob: Member, client_of: Callable[[Member], APIClient]
) -> None:
    code = partners.invite(member_id=alice.id, invite_id=None, now=NOW).code
    clients = [client_of(bob) for _ in range(8)]

    def accept(number: int) -> int:
        client = clients[number]
        answer = client.post("/api/v1/invites/accept", {"code": code}, format="json")
        return answer.status_code

    assert sorted(at_once(accept)) == [200] * 7 + [201]
