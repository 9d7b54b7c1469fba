"""Consents over HTTP: items of three kinds, presets, renewing all."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from rest_framework.test import APIClient

from recovery.commitments.models import CommitmentKind
from recovery.members.models import Member
from recovery.partners.models import Partnership
from recovery.sharing.models import Grant, ItemKind, Scope
from tests.partnering import NOW, STATUS, grants_path, make_partners, share
from tests.showing import Things, make_commitment, make_things

UNKNOWN = "01936f10-4b7e-7d22-a3c9-0e8f5d6a1b94"
NONE = {"tracker": None, "goal": None, "commitment": None}


@pytest.fixture(autouse=True)
def _noon() -> Iterator[None]:
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def linked(alice: Member, bob: Member) -> Partnership:
    return make_partners(alice, bob)


@pytest.fixture
def things(alice: Member) -> Things:
    return make_things(alice)


def written(things: Things) -> list[dict[str, str]]:
    """The wish to share everything, as it is sent."""
    return [
        {"scope": one.scope.value}
        | ({one.scope.item_kind.value: str(one.item_id)} if one.item_id else {})
        for one in things.all
    ]


def put(client: APIClient, linked: Partnership, body: dict[str, Any]) -> Any:
    return client.put(grants_path(linked), body, format="json")


def test_each_item_stands_under_its_own_name_and_the_others_are_null(
    as_alice: APIClient, linked: Partnership, things: Things
) -> None:
    stored = put(as_alice, linked, {"grants": written(things)})
    assert stored.status_code == 200
    assert stored.json() == as_alice.get(grants_path(linked)).json()
    given = {one.pop("scope"): one for one in stored.json()["grants"]}
    assert set(given) == set(Scope.values)
    for one in things.all:
        kind = one.scope.item_kind
        named = NONE if kind is ItemKind.NONE else NONE | {kind.value: str(one.item_id)}
        assert {name: given[one.scope][name] for name in NONE} == named
    assert {one["scope"] for one in stored.json()["wording"]} == set(Scope.values)


@pytest.mark.parametrize("scope", [one for one in Scope if one.item_kind is not ItemKind.NONE])
def test_an_item_under_the_name_of_another_kind_is_refused(
    as_alice: APIClient, linked: Partnership, things: Things, scope: Scope
) -> None:
    right = next(one for one in written(things) if one["scope"] == scope)
    for wrong in ("tracker", "goal", "commitment"):
        if wrong == scope.item_kind:
            continue
        refused = put(as_alice, linked, {"grants": [right | {wrong: UNKNOWN}]})
        assert refused.status_code == 400
        (error,) = refused.json()["errors"]
        assert (error["pointer"], error["code"]) == (f"/grants/0/{wrong}", f"not_per_{wrong}")
    assert put(as_alice, linked, {"grants": [right]}).status_code == 200


def test_another_members_items_are_unknown(
    as_alice: APIClient, bob: Member, linked: Partnership
) -> None:
    theirs = make_things(bob)
    wanted = [one for one in written(theirs) if len(one) > 1]
    refused = put(as_alice, linked, {"grants": wanted})
    assert refused.status_code == 400
    assert [error["code"] for error in refused.json()["errors"]] == [
        f"unknown_{Scope(one['scope']).item_kind}" for one in wanted
    ]
    assert not Grant.objects.exists()


@pytest.mark.parametrize("body", [{}, {"grants": [], "preset": "none"}])
def test_a_set_is_either_listed_or_a_preset(
    as_alice: APIClient, linked: Partnership, body: dict[str, Any]
) -> None:
    refused = put(as_alice, linked, body)
    assert refused.status_code == 400
    assert refused.json()["errors"][0]["code"] == "grants_or_preset"


def test_there_is_no_preset_for_everything(as_alice: APIClient, linked: Partnership) -> None:
    refused = put(as_alice, linked, {"preset": "everything"})
    assert refused.status_code == 400
    assert refused.json()["errors"][0]["pointer"] == "/preset"
    listed = as_alice.get(grants_path(linked)).json()["presets"]
    assert [one["preset"] for one in listed] == ["process", "none"]


def test_a_preset_gives_what_it_was_listed_to_give(
    as_alice: APIClient, alice: Member, linked: Partnership, things: Things
) -> None:
    make_commitment(alice, title="The morning dose", kind=CommitmentKind.DOSE)
    share(alice, linked, things.of(Scope.MOOD))
    process, nothing = as_alice.get(grants_path(linked)).json()["presets"]
    assert process["gives"] == [
        {"scope": "check_in_status", **NONE},
        {"scope": "commitments", **NONE, "commitment": str(things.commitment.id)},
    ]
    stored = put(as_alice, linked, {"preset": "process"}).json()["grants"]
    assert [{name: one[name] for name in ("scope", *NONE)} for one in stored] == process["gives"]
    assert nothing["gives"] == []
    assert put(as_alice, linked, {"preset": "none"}).json()["grants"] == []


def test_all_is_renewed_in_one_tap(
    as_alice: APIClient, as_bob: APIClient, alice: Member, linked: Partnership, things: Things
) -> None:
    share(alice, linked, STATUS, things.of(Scope.GOALS), now=NOW - timedelta(days=100))
    path = f"{grants_path(linked)}/renew"
    assert {one["state"] for one in as_alice.get(grants_path(linked)).json()["grants"]} == {
        "expired"
    }
    assert as_bob.post(path).json()["grants"] == []  # his own, of which there are none
    renewed = as_alice.post(path)
    assert renewed.status_code == 200
    assert [(one["scope"], one["state"]) for one in renewed.json()["grants"]] == [
        ("check_in_status", "in_force"),
        ("goals", "in_force"),
    ]
    assert {one["expires_at"] for one in renewed.json()["grants"]} == {"2027-02-20T12:00:00Z"}


def test_a_stranger_renews_nothing(
    as_charlie: APIClient, alice: Member, linked: Partnership
) -> None:
    share(alice, linked, STATUS)
    assert as_charlie.post(f"{grants_path(linked)}/renew").status_code == 404
