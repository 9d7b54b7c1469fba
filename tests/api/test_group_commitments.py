from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
import time_machine
from django.db import transaction
from rest_framework.test import APIClient

from recovery.commitments.group_models import GroupCommitment
from recovery.groups.models import GroupMembership
from recovery.groups.services import joining, leaving
from recovery.kernel.ids import new_id
from recovery.members.models import Member
from recovery.partners.help import help_given
from recovery.partners.help_models import HelpKind
from tests.contract.test_query_budgets import at_most
from tests.factories import make_member
from tests.grouping import block, facilitate, join, make_group
from tests.partnering import NOW, without_request_id
from tests.promising import PATH, promise, say

SUNDAY = "2026-11-22"


@pytest.fixture(autouse=True)
def clock() -> Iterator[Any]:
    """A Sunday at noon that stands still, and can be moved on."""
    with time_machine.travel(NOW, tick=False) as found:
        yield found


@pytest.fixture
def heron(alice: Member) -> GroupMembership:
    """Alice, who made the group."""
    return make_group(alice, alias="Heron")


@pytest.fixture
def otter(bob: Member, heron: GroupMembership) -> GroupMembership:
    """Bob in it."""
    return join(bob, heron.group_id, "Otter")


def path_of(membership: GroupMembership) -> str:
    return f"/api/v1/groups/{membership.group_id}/commitments"


def make(
    client: APIClient, membership: GroupMembership, commitment: dict[str, Any], **fields: Any
) -> dict[str, Any]:
    """Make a commitment to the group; return the answer."""
    body = {"commitment": commitment["id"], **fields}
    answer = client.post(path_of(membership), body, format="json")
    assert answer.status_code == 201, answer.json()
    found: dict[str, Any] = answer.json()
    return found


def cheer(client: APIClient, membership: GroupMembership, made: dict[str, Any]) -> Any:
    return client.post(f"{path_of(membership)}/{made['id']}/cheers")


def listed(client: APIClient, membership: GroupMembership) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = client.get(path_of(membership)).json()["items"]
    return found


def test_the_group_sees_what_was_kept_under_the_alias_and_never_silence(
    as_alice: APIClient,
    as_bob: APIClient,
    heron: GroupMembership,
    otter: GroupMembership,
    alice: Member,
) -> None:
    walk = promise(as_alice, start="2026-11-09")
    for day, state in (("10", "kept"), ("16", "kept"), ("17", "not_kept"), ("18", "kept")):
        say(as_alice, walk, f"2026-11-{day}", state)
    made = make(as_alice, heron, walk)
    assert made["commitment"] == walk["id"]
    (seen,) = listed(as_bob, otter)
    assert seen == {
        "id": made["id"],
        "member": str(heron.id),
        "alias": "Heron",
        "symbol": "leaf",
        "colour": "teal",
        "commitment": None,
        "title": "A walk before work",
        "cadence": "daily",
        "kept_this_week": 2,
        "kept_dates": 3,
        "cheers": 0,
        "cheered_today": False,
        "cheered_by": [],
        "created_at": "2026-11-22T12:00:00Z",
    }
    text = as_bob.get(path_of(otter)).content.decode()
    for hidden in (str(alice.id), walk["id"], "alice", "unanswered", "not_kept", "rate", "run"):
        assert hidden not in text


def test_what_was_kept_last_week_is_not_this_week_even_if_nothing_was_said_since(
    as_alice: APIClient, heron: GroupMembership, clock: Any
) -> None:
    walk = promise(as_alice)
    say(as_alice, walk, SUNDAY)
    assert make(as_alice, heron, walk)["kept_this_week"] == 1
    clock.shift(24 * 3600)
    (seen,) = listed(as_alice, heron)
    assert (seen["kept_this_week"], seen["kept_dates"]) == (0, 1)


def test_only_who_is_in_the_group_sees_makes_and_cheers(
    as_alice: APIClient,
    as_charlie: APIClient,
    charlie: Member,
    heron: GroupMembership,
) -> None:
    walk = promise(as_alice)
    made = make(as_alice, heron, walk)
    unknown = f"/api/v1/groups/{new_id()}/commitments"
    absent = without_request_id(as_charlie.get(unknown))
    own = {"commitment": promise(as_charlie)["id"]}

    def refusals() -> list[Any]:
        return [
            as_charlie.get(path_of(heron)),
            as_charlie.post(path_of(heron), own, format="json"),
            as_charlie.delete(f"{path_of(heron)}/{made['id']}"),
            cheer(as_charlie, heron, made),
        ]

    for refused in refusals():
        assert refused.status_code == 404
        assert without_request_id(refused) == absent
    joined = join(charlie, heron.group_id, "Wren")
    assert cheer(as_charlie, heron, made).status_code == 201
    leaving.leave(member_id=charlie.id, group_id=joined.group_id, now=NOW)
    for refused in refusals():
        assert without_request_id(refused) == absent


def test_a_commitment_is_made_to_a_group_once_and_by_its_owner(
    as_alice: APIClient, as_bob: APIClient, heron: GroupMembership, otter: GroupMembership
) -> None:
    walk = promise(as_alice)
    chosen = str(new_id())
    body = {"id": chosen, "commitment": walk["id"]}
    first = as_alice.post(path_of(heron), body, format="json")
    again = as_alice.post(path_of(heron), body, format="json")
    other_id = as_alice.post(path_of(heron), {"commitment": walk["id"]}, format="json")
    assert [one.status_code for one in (first, again, other_id)] == [201, 200, 200]
    assert first.json() == again.json() == other_id.json()
    taken = as_bob.post(path_of(otter), {**body, "commitment": promise(as_bob)["id"]}, "json")
    assert taken.status_code == 409
    theirs = as_bob.post(path_of(otter), {"commitment": walk["id"]}, format="json")
    assert theirs.status_code == 400
    assert as_bob.delete(f"{path_of(otter)}/{chosen}").status_code == 404
    for _ in range(2):
        assert as_alice.delete(f"{path_of(heron)}/{chosen}").status_code == 204
    assert listed(as_bob, otter) == []
    assert as_alice.post(path_of(heron), body, format="json").status_code == 404
    assert as_alice.get(f"{PATH}/{walk['id']}").status_code == 200
    make(as_alice, heron, walk)


def test_everybody_may_cheer_once_a_day_a_listener_too(
    as_alice: APIClient,
    heron: GroupMembership,
    client_of: Callable[[Member], APIClient],
    clock: Any,
) -> None:
    made = make(as_alice, heron, promise(as_alice))
    listener = make_member(handle="dora", time_zone="Pacific/Auckland")
    wren = join(listener, heron.group_id, "Wren", listens=True)
    assert wren.role == "listener"
    as_dora = client_of(listener)
    first, again = cheer(as_dora, heron, made), cheer(as_dora, heron, made)
    assert [one.status_code for one in (first, again)] == [201, 200]
    assert (
        first.json()
        == again.json()
        == {
            "group_commitment": made["id"],
            "cheered_on": "2026-11-23",
        }
    )
    assert help_given(member_id=listener.id).counts[HelpKind.CHEER] == 1
    (seen,) = listed(as_dora, heron)
    assert (seen["cheers"], seen["cheered_today"], seen["cheered_by"]) == (1, True, [])
    (own,) = listed(as_alice, heron)
    assert (own["cheers"], own["cheered_today"], own["cheered_by"]) == (1, False, [str(wren.id)])
    clock.shift(24 * 3600)
    assert cheer(as_dora, heron, made).status_code == 201
    (own,) = listed(as_alice, heron)
    assert (own["cheers"], own["cheered_by"]) == (2, [str(wren.id)])


def test_nobody_cheers_for_themselves(as_alice: APIClient, heron: GroupMembership) -> None:
    made = make(as_alice, heron, promise(as_alice))
    refused = cheer(as_alice, heron, made)
    assert (refused.status_code, refused.json()["code"]) == (409, "own_commitment")


def test_who_blocked_another_sees_nothing_of_them_and_is_not_seen(
    as_alice: APIClient,
    as_bob: APIClient,
    alice: Member,
    heron: GroupMembership,
    otter: GroupMembership,
) -> None:
    made = make(as_alice, heron, promise(as_alice))
    theirs = make(as_bob, otter, promise(as_bob, title="Call Sam"))
    assert cheer(as_bob, otter, made).status_code == 201
    assert listed(as_alice, heron)[1]["cheered_by"] == [str(otter.id)]
    block(alice, otter)
    assert [one["id"] for one in listed(as_bob, otter)] == [theirs["id"]]
    # She runs the group, and so still finds them in the list of members; their cheer has no name.
    (own,) = listed(as_alice, heron)
    assert (own["id"], own["cheers"], own["cheered_by"]) == (made["id"], 1, [])
    assert cheer(as_alice, heron, theirs).status_code == 404
    assert cheer(as_bob, otter, made).status_code == 404


@pytest.mark.parametrize("runs_the_group", [False, True])
def test_a_block_looks_like_being_hidden_and_taking_back_what_one_promised_the_group(
    as_alice: APIClient,
    as_bob: APIClient,
    as_charlie: APIClient,
    bob: Member,
    charlie: Member,
    heron: GroupMembership,
    otter: GroupMembership,
    runs_the_group: bool,
) -> None:
    """Charlie blocks Bob, or hides from everybody: whatever Bob then asks is answered alike."""
    if runs_the_group:
        facilitate(heron, otter)
    wren = join(charlie, heron.group_id, "Wren", shown=True)
    own = make(as_bob, otter, promise(as_bob))
    others = make(as_alice, heron, promise(as_alice))
    theirs = make(as_charlie, wren, promise(as_charlie))
    for one in (own, others):
        assert cheer(as_charlie, wren, one).status_code == 201
    assert cheer(as_bob, otter, theirs).status_code == 201

    def all_that_bob_gets() -> list[tuple[int, Any]]:
        group = f"/api/v1/groups/{heron.group_id}"
        answers = [
            *(as_bob.get(path) for path in (group, f"{group}/members", path_of(otter))),
            cheer(as_bob, otter, theirs),
            as_bob.delete(f"{path_of(otter)}/{theirs['id']}"),
            as_bob.get("/api/v1/me/help-given"),
        ]
        return [(one.status_code, without_request_id(one)) for one in answers]

    before = {one["id"]: one["cheers"] for one in listed(as_bob, otter)}
    with transaction.atomic():
        block(charlie, otter)
        blocked = all_that_bob_gets()
        transaction.set_rollback(True)
    joining.change_own(
        member_id=charlie.id, group_id=heron.group_id, changed={"shown": False}, now=NOW
    )
    assert as_charlie.delete(f"{path_of(wren)}/{theirs['id']}").status_code == 204
    assert all_that_bob_gets() == blocked
    after = {one["id"]: one["cheers"] for one in listed(as_bob, otter)}
    assert after == {own["id"]: 1, others["id"]: 1} == {one: before[one] for one in after}


def test_who_is_not_shown_cheers_without_a_name(
    as_bob: APIClient,
    as_charlie: APIClient,
    charlie: Member,
    heron: GroupMembership,
    otter: GroupMembership,
) -> None:
    wren = join(charlie, heron.group_id, "Wren")
    assert cheer(as_charlie, wren, make(as_bob, otter, promise(as_bob))).status_code == 201
    (own,) = listed(as_bob, otter)
    assert (own["cheers"], own["cheered_by"]) == (1, [])
    joining.change_own(
        member_id=charlie.id, group_id=heron.group_id, changed={"shown": True}, now=NOW
    )
    (own,) = listed(as_bob, otter)
    assert (own["cheers"], own["cheered_by"]) == (1, [str(wren.id)])


def test_leaving_takes_what_was_promised_before_the_group_away(
    as_alice: APIClient,
    as_bob: APIClient,
    bob: Member,
    heron: GroupMembership,
    otter: GroupMembership,
) -> None:
    call = promise(as_bob, title="Call Sam")
    made = make(as_bob, otter, call)
    assert len(listed(as_alice, heron)) == 1
    leaving.leave(member_id=bob.id, group_id=otter.group_id, now=NOW)
    assert listed(as_alice, heron) == []
    assert cheer(as_alice, heron, made).status_code == 404
    assert GroupCommitment.objects.get().removed_at == NOW
    again = join(bob, heron.group_id, "Otter")
    assert listed(as_bob, again) == []
    assert as_bob.get(f"{PATH}/{call['id']}").status_code == 200


def test_a_deleted_commitment_leaves_its_groups(
    as_alice: APIClient, as_bob: APIClient, heron: GroupMembership, otter: GroupMembership
) -> None:
    walk = promise(as_alice)
    made = make(as_alice, heron, walk)
    as_alice.delete(f"{PATH}/{walk['id']}")
    assert listed(as_bob, otter) == []
    assert cheer(as_bob, otter, made).status_code == 404


@pytest.mark.parametrize("people", [1, 12])
def test_a_page_takes_the_same_queries_however_many_promise(
    as_bob: APIClient,
    heron: GroupMembership,
    otter: GroupMembership,
    client_of: Callable[[Member], APIClient],
    people: int,
) -> None:
    own = make(as_bob, otter, promise(as_bob))
    for number in range(people):
        member = make_member(handle=f"member_{number}")
        joined = join(member, heron.group_id, f"Bird {number}")
        client = client_of(member)
        cheer(client, joined, make(client, joined, promise(client)))
        cheer(client, joined, own)
        cheer(as_bob, otter, own)
    # The session; the membership, blocks, the page; keys, cheers, mine, who cheered.
    with at_most(8):
        items = listed(as_bob, otter)
    assert len(items) == people + 1
    assert {one["id"]: one["cheers"] for one in items}[own["id"]] == people
