"""Groups over HTTP: what each sees, and that no account shows through."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date, timedelta
from typing import Any

import pytest
import time_machine
from rest_framework.test import APIClient

from recovery.groups.models import GroupClimate, GroupMembership
from recovery.kernel.ids import new_id
from recovery.members.models import Member
from tests.contract.test_query_budgets import at_most
from tests.factories import make_member
from tests.grouping import ask, facilitate, join, make_group
from tests.partnering import NOW, make_partners, without_request_id

LOOK = {"alias": "Fern", "symbol": "leaf", "colour": "green"}
NEW: dict[str, Any] = {
    "name": "Evening table",
    "focus": "any",
    "format": "online",
    "time_zone": "Europe/Berlin",
    "join_policy": "open",
    "listed": True,
    "me": {"alias": "Heron", "symbol": "bird", "colour": "blue"},
}
GROUPS = "/api/v1/groups"


@pytest.fixture(autouse=True)
def _noon() -> Iterator[None]:
    with time_machine.travel(NOW, tick=False):
        yield


def made(client: APIClient, **fields: Any) -> dict[str, Any]:
    """A group that whoever the client is of makes."""
    answer = client.post(GROUPS, {**NEW, **fields}, format="json")
    assert answer.status_code == 201, answer.content
    body: dict[str, Any] = answer.json()
    return body


def code_of(answer: Any) -> tuple[int, str]:
    """The status and code of a refusal."""
    return answer.status_code, answer.json()["code"]


def pages(client: APIClient, path: str, *, limit: int = 2) -> list[dict[str, Any]]:
    """All items of a list, page by page."""
    found: list[dict[str, Any]] = []
    cursor: str | None = ""
    while cursor is not None:
        query = {"limit": limit, **({"cursor": cursor} if cursor else {})}
        body = client.get(path, query).json()
        assert len(body["items"]) <= limit
        found += body["items"]
        cursor = body["next_cursor"]
    return found


def test_a_group_has_quiet_defaults_and_its_maker_owns_it(as_alice: APIClient) -> None:
    body = as_alice.post(
        GROUPS,
        {name: NEW[name] for name in ("name", "focus", "format", "time_zone", "me")},
        format="json",
    ).json()
    membership = body.pop("membership")
    assert body == {
        "id": body["id"],
        "name": "Evening table",
        "description": "",
        "focus": "any",
        "pathway": "none",
        "format": "online",
        "cost": "free",
        "time_zone": "Europe/Berlin",
        "guidelines": "",
        "guidelines_version": 1,
        "join_policy": "invite",
        "listed": False,
        "version": 1,
        "created_at": "2026-11-22T12:00:00Z",
    }
    assert membership == {
        "id": membership["id"],
        "alias": "Heron",
        "symbol": "bird",
        "colour": "blue",
        "role": "owner",
        "shown": False,
        "guidelines_version": 1,
        "accepts_current_guidelines": True,
        "in_climate": False,
        "answers_support": False,
        "support_from": None,
        "support_to": None,
        "version": 1,
        "joined_at": "2026-11-22T12:00:00Z",
    }


def test_a_group_sent_again_answers_200_with_the_same_body(
    as_alice: APIClient, as_bob: APIClient
) -> None:
    chosen = {**NEW, "id": str(new_id())}
    first = as_alice.post(GROUPS, chosen, format="json")
    again = as_alice.post(GROUPS, chosen, format="json")
    assert (first.status_code, again.status_code) == (201, 200)
    assert again.json() == first.json()
    assert code_of(as_bob.post(GROUPS, chosen, format="json")) == (409, "id_taken")
    as_alice.delete(f"{GROUPS}/{chosen['id']}")
    assert as_alice.post(GROUPS, chosen, format="json").status_code == 404


def test_listed_groups_are_found_by_whoever_is_signed_in_and_filtered(
    as_alice: APIClient, as_bob: APIClient
) -> None:
    hidden = made(as_alice, listed=False)
    online = made(as_alice, pathway="smart")
    family = made(as_alice, focus="family", format="in_person")

    def found(client: APIClient, **query: str) -> list[str]:
        return [item["id"] for item in client.get(GROUPS, query).json()["items"]]

    assert set(found(as_bob)) == {online["id"], family["id"]}
    assert found(as_bob, pathway="smart") == [online["id"]]
    assert found(as_bob, focus="family", format="in_person") == [family["id"]]
    assert found(as_bob, focus="family", format="online") == []
    assert found(as_bob, mine="true") == []
    assert set(found(as_alice, mine="true")) == {hidden["id"], online["id"], family["id"]}
    for query in ({"name": "x"}, {"mine": "1"}, {"focus": "wine"}, {"cursor": "x"}):
        assert as_bob.get(GROUPS, query).status_code == 400
    assert all("membership" not in item for item in as_bob.get(GROUPS).json()["items"])
    assert len(pages(as_alice, GROUPS)) == 2


def test_an_unlisted_group_looks_to_strangers_as_if_it_were_not_there(
    as_alice: APIClient, as_bob: APIClient
) -> None:
    hidden = made(as_alice, listed=False)
    for path in ("", "/members", "/climate", "/requests", "/invites"):
        forbidden = as_bob.get(f"{GROUPS}/{hidden['id']}{path}")
        absent = as_bob.get(f"{GROUPS}/{new_id()}{path}")
        assert forbidden.status_code == 404
        assert without_request_id(forbidden) == without_request_id(absent)


def test_a_listed_group_shows_its_card_but_not_its_people(
    as_alice: APIClient, as_bob: APIClient
) -> None:
    group = made(as_alice)
    card = as_bob.get(f"{GROUPS}/{group['id']}")
    assert card.json() == {name: one for name, one in group.items() if name != "membership"}
    assert as_bob.get(f"{GROUPS}/{group['id']}/members").status_code == 404


def test_no_account_and_no_handle_shows_through(
    as_alice: APIClient, as_bob: APIClient, alice: Member, bob: Member
) -> None:
    group = made(as_alice, join_policy="approval")
    at = f"{GROUPS}/{group['id']}"
    asked = as_bob.post(
        f"{at}/requests", {**LOOK, "guidelines_version": 1, "message": "May I?"}, format="json"
    )
    shown = [
        as_alice.get(f"{at}/requests"),
        as_alice.post(f"{at}/requests/{asked.json()['id']}/approve"),
        as_bob.get(at),
        *(client.get(f"{at}/members") for client in (as_alice, as_bob)),
        as_alice.post(f"{at}/invites", {}, format="json"),
        as_alice.get(f"{at}/invites"),
    ]
    for answer in shown:
        text = answer.content.decode()
        assert answer.status_code < 300
        for secret in (str(alice.id), str(bob.id), "alice", "bob"):
            assert secret not in text


def test_joining_needs_the_guidelines_that_hold_and_a_free_alias(
    as_alice: APIClient, as_bob: APIClient
) -> None:
    group = made(as_alice, guidelines="Be kind.")
    at = f"{GROUPS}/{group['id']}"
    as_alice.patch(at, {"guidelines": "Be kind, be brief."}, format="json")
    outdated = as_bob.post(f"{at}/members", {**LOOK, "guidelines_version": 1}, format="json")
    assert code_of(outdated) == (409, "guidelines_outdated")
    assert "Version 2" in outdated.json()["detail"]
    taken = {**LOOK, "alias": "HERON", "guidelines_version": 2}
    assert code_of(as_bob.post(f"{at}/members", taken, format="json")) == (409, "alias_taken")
    joined = as_bob.post(f"{at}/members", {**LOOK, "guidelines_version": 2}, format="json")
    assert joined.status_code == 201
    assert joined.json()["membership"]["role"] == "member"
    for body in (LOOK, {**LOOK, "alias": "x", "guidelines_version": 2}):
        assert as_bob.post(f"{at}/members", body, format="json").status_code == 400


@pytest.mark.parametrize("alias", ["x", "a\u202eb", "\u0410nna"])
def test_an_alias_is_refused_where_it_stands(as_alice: APIClient, alias: str) -> None:
    refused = as_alice.post(GROUPS, {**NEW, "me": {**NEW["me"], "alias": alias}}, format="json")
    assert code_of(refused) == (400, "invalid")
    assert [one["pointer"] for one in refused.json()["errors"]] == ["/me/alias"]
    at = f"{GROUPS}/{made(as_alice)['id']}/membership"
    refused = as_alice.patch(at, {"alias": alias}, format="json")
    assert [one["pointer"] for one in refused.json()["errors"]] == ["/alias"]


def test_members_accept_changed_guidelines_anew(as_alice: APIClient, as_bob: APIClient) -> None:
    group = made(as_alice, guidelines="Be kind.")
    at = f"{GROUPS}/{group['id']}"
    as_bob.post(f"{at}/members", {**LOOK, "guidelines_version": 1}, format="json")
    changed = as_alice.patch(at, {"guidelines": "Be kind, be brief."}, format="json").json()
    assert changed["guidelines_version"] == 2
    assert changed["membership"]["accepts_current_guidelines"]
    mine = as_bob.get(at).json()["membership"]
    assert (mine["guidelines_version"], mine["accepts_current_guidelines"]) == (1, False)
    accepted = as_bob.patch(f"{at}/membership", {"guidelines_version": 2}, format="json")
    assert accepted.json()["accepts_current_guidelines"]
    stale = as_bob.patch(f"{at}/membership", {"guidelines_version": 1}, format="json")
    assert code_of(stale) == (409, "guidelines_outdated")


def test_a_request_waits_is_seen_and_answered(as_alice: APIClient, as_bob: APIClient) -> None:
    group = made(as_alice, join_policy="approval")
    at = f"{GROUPS}/{group['id']}"
    body = {**LOOK, "guidelines_version": 1, "message": "May I sit with you?"}
    chosen = {**body, "id": str(new_id())}
    first = as_bob.post(f"{at}/requests", chosen, format="json")
    again = as_bob.post(f"{at}/requests", chosen, format="json")
    assert (first.status_code, again.status_code) == (201, 200)
    assert first.json() == again.json()
    assert as_bob.get(at).json()["join_request"] == first.json()
    assert code_of(as_bob.post(f"{at}/requests", body, format="json")) == (409, "asked_already")
    assert code_of(as_bob.post(f"{at}/members", chosen | {"id": str(new_id())}, "json")) == (
        *(400, "invalid"),  # a message is not part of joining
    )
    (waiting,) = as_alice.get(f"{at}/requests").json()["items"]
    assert waiting == {
        "id": chosen["id"],
        **LOOK,
        "listens": False,
        "message": "May I sit with you?",
        "was_removed": False,
        "created_at": "2026-11-22T12:00:00Z",
    }
    approve = f"{at}/requests/{chosen['id']}/approve"
    let_in = [as_alice.post(approve) for _ in range(2)]
    assert [answer.status_code for answer in let_in] == [200, 200]
    assert let_in[0].json() == let_in[1].json()
    assert let_in[0].json()["alias"] == "Fern"
    assert as_alice.get(f"{at}/requests").json()["items"] == []
    assert "join_request" not in as_bob.get(at).json()


def test_the_members_list_shows_who_chose_to_be_shown(
    as_alice: APIClient, as_bob: APIClient, as_charlie: APIClient
) -> None:
    group = made(as_alice)
    at = f"{GROUPS}/{group['id']}"
    for minute, client, alias in ((1, as_bob, "Fern"), (2, as_charlie, "Moss")):
        body = {**LOOK, "alias": alias, "shown": alias == "Moss", "guidelines_version": 1}
        with time_machine.travel(NOW + timedelta(minutes=minute), tick=False):
            assert client.post(f"{at}/members", body, format="json").status_code == 201

    def seen(client: APIClient) -> list[tuple[str, bool, bool]]:
        return [
            (one["alias"], one["is_me"], one["shown"]) for one in pages(client, f"{at}/members")
        ]

    assert seen(as_bob) == [("Fern", True, False), ("Moss", False, True)]
    assert seen(as_charlie) == [("Moss", True, True)]
    assert seen(as_alice) == [
        *(("Heron", True, False), ("Fern", False, False), ("Moss", False, True)),
    ]
    items = as_bob.get(f"{at}/members").json()["items"]
    assert set(items[1]) == {"id", "alias", "symbol", "colour", "role", "is_me", "shown"}


def test_roles_are_given_by_the_owner_and_the_group_is_handed_on(
    as_alice: APIClient, as_bob: APIClient
) -> None:
    group = made(as_alice)
    at = f"{GROUPS}/{group['id']}"
    joined = as_bob.post(f"{at}/members", {**LOOK, "guidelines_version": 1}, "json").json()
    bobs = joined["membership"]["id"]
    role = {"role": "facilitator"}
    assert code_of(as_bob.patch(f"{at}/members/{bobs}", role, "json")) == (403, "not_your_role")
    assert as_alice.patch(f"{at}/members/{bobs}", role, "json").json()["role"] == "facilitator"
    assert as_alice.patch(f"{at}/members/{bobs}", {"role": "owner"}, "json").status_code == 400
    assert code_of(as_alice.delete(f"{at}/membership")) == (409, "owner_needed")
    for _ in range(2):
        handed = as_alice.post(f"{at}/owner", {"member": bobs}, format="json")
        assert handed.status_code == 200
        assert handed.json()["membership"]["role"] == "facilitator"
    assert as_bob.get(at).json()["membership"]["role"] == "owner"
    assert as_alice.delete(f"{at}/membership").status_code == 204
    assert as_alice.delete(f"{at}/membership").status_code == 404
    assert as_bob.delete(at).status_code == 204
    assert as_bob.get(at).status_code == 404


def test_who_answers_for_support_says_when(as_alice: APIClient, as_bob: APIClient) -> None:
    group = made(as_alice)
    at = f"{GROUPS}/{group['id']}/membership"
    hours = {"answers_support": True, "support_from": "18:00", "support_to": "23:00"}
    mine = as_alice.patch(at, hours, format="json").json()
    assert {name: mine[name] for name in hours} == hours
    open_end = as_alice.patch(at, {"support_to": None}, format="json")
    assert code_of(open_end) == (400, "invalid")
    any_hour = {"support_from": None, "support_to": None}
    assert as_alice.patch(at, any_hour, format="json").json()["support_from"] is None
    as_bob.post(f"{GROUPS}/{group['id']}/members", {**LOOK, "guidelines_version": 1}, format="json")
    refused = as_bob.patch(at, {"answers_support": True}, format="json")
    assert code_of(refused) == (403, "not_your_role")


def test_one_box_takes_codes_of_both_kinds(
    as_alice: APIClient, as_bob: APIClient, anonymous: APIClient
) -> None:
    group = made(as_alice, listed=False, join_policy="invite", guidelines="Be kind.")
    invited = as_alice.post(f"{GROUPS}/{group['id']}/invites", {}, format="json").json()
    code = {"code": invited["code"]}
    assert invited["link_fragment"] == f"invite={invited['code']}"
    offer = anonymous.post("/api/v1/invites/inspect", code, format="json").json()
    assert (offer["invites_to"], offer["inviter_handle"]) == ("group", None)
    assert offer["group"] == {
        **{name: group[name] for name in offer["group"] if name != "inviter_alias"},
        "inviter_alias": "Heron",
    }
    assert "alias" in offer["notice"]
    bare = as_bob.post("/api/v1/invites/accept", code, format="json")
    assert [error["pointer"] for error in bare.json()["errors"]] == [
        *("/alias", "/symbol", "/colour", "/guidelines_version"),
    ]
    body = {**code, **LOOK, "guidelines_version": 1, "shown": True}
    joined = as_bob.post("/api/v1/invites/accept", body, format="json")
    again = as_bob.post("/api/v1/invites/accept", body, format="json")
    assert (joined.status_code, again.status_code) == (201, 200)
    assert joined.json() == again.json()
    assert joined.json()["invites_to"] == "group"
    assert "partner" not in joined.json()
    assert joined.json()["group"]["membership"]["alias"] == "Fern"
    (listed,) = as_alice.get(f"{GROUPS}/{group['id']}/invites").json()["items"]
    assert (listed["state"], listed["is_mine"]) == ("accepted", True)
    gone = anonymous.post("/api/v1/invites/inspect", code, format="json")
    assert code_of(gone) == (404, "invite_not_usable")


def test_a_code_of_a_partner_needs_no_alias(as_alice: APIClient, as_bob: APIClient) -> None:
    code = as_alice.post("/api/v1/partner-invites", {}, format="json").json()["code"]
    body = as_bob.post("/api/v1/invites/accept", {"code": code}, format="json").json()
    assert body["invites_to"] == "partnership"
    assert "group" not in body
    assert body["partner"]["handle"] == "alice"


def test_codes_that_open_nothing_get_one_answer_whatever_is_sent_with_them(
    as_alice: APIClient, as_bob: APIClient
) -> None:
    group = made(as_alice)
    invited = as_alice.post(f"{GROUPS}/{group['id']}/invites", {}, format="json").json()
    at = f"{GROUPS}/{group['id']}/invites/{invited['invite']['id']}"
    assert [as_alice.delete(at).status_code for _ in range(2)] == [204, 204]
    answers = [
        as_bob.post("/api/v1/invites/accept", {"code": code, **more}, format="json")
        for code in (invited["code"], "A" * 32)
        for more in ({}, {**LOOK, "guidelines_version": 1})
    ]
    assert {code_of(answer) for answer in answers} == {(404, "invite_not_usable")}
    assert len({str(without_request_id(answer)) for answer in answers}) == 1


def test_the_climate_is_a_number_a_week_for_members(as_alice: APIClient, as_bob: APIClient) -> None:
    group = made(as_alice)
    at = f"{GROUPS}/{group['id']}/climate"
    assert as_alice.get(at).json() == {"items": []}
    for week in range(15):
        GroupClimate.objects.create(
            group_id=group["id"],
            week_from=date.fromordinal(date(2026, 6, 1).toordinal() + 7 * week),
            answered=70,
            computed_at=NOW,
        )
    items = as_alice.get(at).json()["items"]
    assert len(items) == 12
    assert items[0] == {"week_from": "2026-09-07", "answered_per_cent": 70}
    assert as_bob.get(at).status_code == 404


def crowd(owner: Member, *, size: int) -> GroupMembership:
    """A group with so many members who chose to be shown."""
    mine = make_group(owner)
    members = [make_member() for _ in range(size - 1)]
    for number, member in enumerate(members):
        join(member, mine.group_id, f"Fern {number}", shown=True)
    return mine


@pytest.mark.parametrize("size", [3, 100])
def test_a_page_of_members_takes_three_queries(
    as_alice: APIClient, alice: Member, size: int
) -> None:
    mine = crowd(alice, size=size)
    with at_most(3):
        answer = as_alice.get(f"{GROUPS}/{mine.group_id}/members?limit=100")
    assert len(answer.json()["items"]) == size


@pytest.mark.parametrize("groups", [1, 5])
def test_a_page_of_groups_takes_four_queries(
    as_alice: APIClient, alice: Member, groups: int
) -> None:
    for number in range(groups):
        make_group(alice, alias=f"Heron {number}")
    for path in (GROUPS, f"{GROUPS}?mine=true"):
        with at_most(4):
            answer = as_alice.get(path)
        assert len(answer.json()["items"]) == groups


@pytest.mark.parametrize("size", [1, 20])
def test_a_page_of_requests_takes_five_queries(
    as_alice: APIClient, alice: Member, size: int
) -> None:
    mine = make_group(alice, join_policy="approval")
    for number in range(size):
        ask(make_member(), mine.group_id, f"Fern {number}", message="May I?")
    with at_most(5):
        answer = as_alice.get(f"{GROUPS}/{mine.group_id}/requests")
    assert len(answer.json()["items"]) == size


def test_a_partnership_and_a_group_know_nothing_of_each_other(
    as_alice: APIClient, alice: Member, bob: Member, client_of: Callable[[Member], APIClient]
) -> None:
    """Partners by handle are strangers by alias: neither list gives the other away."""
    mine = make_group(alice)
    facilitate(mine, join(bob, mine.group_id, "Fern", shown=True))
    make_partners(alice, bob)
    listed = as_alice.get(f"{GROUPS}/{mine.group_id}/members").content.decode()
    assert "bob" not in listed
    partners = client_of(bob).get("/api/v1/partners").content.decode()
    assert "Heron" not in partners
