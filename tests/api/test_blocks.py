from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
import time_machine
from rest_framework.test import APIClient

from recovery.groups.models import GroupMembership
from recovery.kernel.ids import new_id
from recovery.members.models import Member
from recovery.partners.models import Partnership
from tests.circles import make_circle, make_group_partners
from tests.factories import make_member
from tests.partnering import NOW, make_partners, without_request_id

PATH = "/api/v1/blocks"


@pytest.fixture(autouse=True)
def _noon() -> Iterator[None]:
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def linked(alice: Member, bob: Member) -> Partnership:
    return make_partners(alice, bob)


@pytest.fixture
def circle(alice: Member, bob: Member, charlie: Member) -> list[GroupMembership]:
    """A group of alice (Heron), bob (Fern) and charlie (Otter)."""
    return make_circle(alice, bob, charlie)


def block(client: APIClient, **body: Any) -> Any:
    return client.post(PATH, body, format="json")


def test_a_partner_is_blocked_as_i_knew_them(as_alice: APIClient, linked: Partnership) -> None:
    made = block(as_alice, partner=str(linked.id))
    assert made.status_code == 201
    assert made.json() == {
        "id": made.json()["id"],
        "named_by": str(linked.id),
        "known_as": "bob",
        "created_at": "2026-11-22T12:00:00Z",
    }
    assert as_alice.get(PATH).json() == {"items": [made.json()], "next_cursor": None}
    again = block(as_alice, partner=str(linked.id))
    assert (again.status_code, again.json()) == (200, made.json())


def test_a_member_of_a_group_is_blocked_by_their_id_there(
    as_alice: APIClient, circle: list[GroupMembership], bob: Member
) -> None:
    made = block(as_alice, group=str(circle[0].group_id), group_member=str(circle[1].id))
    assert (made.status_code, made.json()["known_as"]) == (201, "Fern")
    assert made.json()["named_by"] == str(circle[1].id)
    assert str(bob.id) not in made.content.decode()


def test_somebody_without_a_handle_has_no_name(as_alice: APIClient, alice: Member) -> None:
    linked = make_partners(alice, make_member())
    assert block(as_alice, partner=str(linked.id)).json()["known_as"] is None


def test_nobody_sees_who_blocked_them(
    as_alice: APIClient, as_bob: APIClient, linked: Partnership
) -> None:
    made = block(as_alice, partner=str(linked.id)).json()
    assert as_bob.get(PATH).json()["items"] == []
    assert as_bob.delete(f"{PATH}/{made['id']}").status_code == 404
    assert as_bob.get(f"/api/v1/partners/{linked.id}").status_code == 200


def test_for_the_blocker_the_partner_was_never_there(
    as_alice: APIClient, linked: Partnership
) -> None:
    block(as_alice, partner=str(linked.id))
    assert as_alice.get("/api/v1/partners").json()["items"] == []
    unknown, gone = f"/api/v1/partners/{new_id()}", f"/api/v1/partners/{linked.id}"
    for end in ("", "/progress", "/grants", "/settings", "/letter"):
        missing, hidden = as_alice.get(unknown + end), as_alice.get(gone + end)
        assert missing.status_code == hidden.status_code == 404
        assert without_request_id(missing) == without_request_id(hidden)
    assert as_alice.delete(gone).status_code == 404


def test_a_lifted_block_stays_lifted(as_alice: APIClient, linked: Partnership) -> None:
    chosen = {"id": str(new_id()), "partner": str(linked.id)}
    block(as_alice, **chosen)
    for _ in range(2):
        assert as_alice.delete(f"{PATH}/{chosen['id']}").status_code == 204
    assert as_alice.get(PATH).json()["items"] == []
    assert as_alice.get(f"/api/v1/partners/{linked.id}").status_code == 200
    assert block(as_alice, **chosen).status_code == 404


def test_another_members_id_is_taken(
    as_alice: APIClient, as_bob: APIClient, linked: Partnership
) -> None:
    chosen = {"id": str(new_id()), "partner": str(linked.id)}
    block(as_alice, **chosen)
    refused = block(as_bob, **chosen)
    assert (refused.status_code, refused.json()["code"]) == (409, "id_taken")


@pytest.mark.parametrize(
    "names", [[], ["group"], ["group_member"], ["partner", "group"], ["partner", "group_member"]]
)
def test_exactly_one_is_named(as_alice: APIClient, linked: Partnership, names: list[str]) -> None:
    refused = block(as_alice, **{name: str(linked.id) for name in names})
    assert refused.status_code == 400
    assert refused.json()["errors"][0]["code"] == "name_one"


def test_who_cannot_be_named_is_not_there(
    as_charlie: APIClient, linked: Partnership, circle: list[GroupMembership]
) -> None:
    for body in (
        {"partner": str(new_id())},
        {"partner": str(linked.id)},
        {"group": str(circle[0].group_id), "group_member": str(new_id())},
        {"group": str(new_id()), "group_member": str(circle[1].id)},
    ):
        assert block(as_charlie, **body).status_code == 404


def test_blocks_come_in_pages(as_alice: APIClient, alice: Member) -> None:
    made = []
    for number in range(5):
        with time_machine.travel(NOW.replace(minute=number), tick=False):
            linked = make_partners(alice, make_member(handle=f"member_{number}"))
            made.append(block(as_alice, partner=str(linked.id)).json()["id"])
    seen, path = [], f"{PATH}?limit=2"
    while path:
        page = as_alice.get(path).json()
        seen += [item["id"] for item in page["items"]]
        cursor = page["next_cursor"]
        path = f"{PATH}?limit=2&cursor={cursor}" if cursor else ""
    assert seen == made[::-1]


def test_in_the_group_they_no_longer_find_each_other(
    client_of: Callable[[Member], APIClient],
    bob: Member,
    charlie: Member,
    circle: list[GroupMembership],
) -> None:
    make_group_partners(circle[1], circle[2])
    path = f"/api/v1/groups/{circle[0].group_id}/members"
    block(client_of(bob), group=str(circle[0].group_id), group_member=str(circle[2].id))
    for member, other in ((bob, "Otter"), (charlie, "Fern")):
        aliases = [one["alias"] for one in client_of(member).get(path).json()["items"]]
        assert other not in aliases
        assert "Heron" in aliases


def test_blocking_a_partner_does_not_tell_under_which_alias_they_are_in_a_group(
    as_alice: APIClient,
    as_bob: APIClient,
    linked: Partnership,
    alice: Member,
    bob: Member,
    charlie: Member,
) -> None:
    """Block, see who disappears, unblock: so either could learn whose alias it is."""
    circle = make_circle(charlie, alice, bob)
    group = f"/api/v1/groups/{circle[0].group_id}"
    promise = as_bob.post(
        "/api/v1/commitments", {"title": "A walk", "cadence": "daily"}, format="json"
    ).json()["id"]
    made = as_bob.post(f"{group}/commitments", {"commitment": promise}, format="json").json()
    mine = as_alice.post(
        "/api/v1/commitments", {"title": "A call", "cadence": "daily"}, format="json"
    ).json()["id"]
    own = as_alice.post(f"{group}/commitments", {"commitment": mine}, format="json").json()
    assert as_bob.post(f"{group}/commitments/{own['id']}/cheers").status_code == 201
    paths = [f"{group}/members", f"{group}/commitments", group, "/api/v1/partner-invites"]
    before = [[who.get(path).content for path in paths] for who in (as_alice, as_bob)]
    block(as_alice, partner=str(linked.id))
    after = [[who.get(path).content for path in paths] for who in (as_alice, as_bob)]
    assert after == before
    cheer = f"{group}/commitments/{made['id']}/cheers"
    assert as_alice.post(cheer).status_code == 201
    items = as_bob.get(f"{group}/commitments").json()["items"]
    (seen,) = (one for one in items if one["id"] == made["id"])
    assert (seen["cheers"], seen["cheered_by"]) == (1, [str(circle[1].id)])
    items = as_alice.get(f"{group}/commitments").json()["items"]
    assert {one["id"]: one["cheers"] for one in items} == {made["id"]: 1, own["id"]: 1}
    body = {"group": str(circle[0].group_id), "to": str(circle[2].id)}
    assert as_alice.post("/api/v1/partner-invites", body, format="json").status_code == 201
    received = as_bob.get("/api/v1/partner-invites?direction=received")
    assert received.json()["items"] == []
