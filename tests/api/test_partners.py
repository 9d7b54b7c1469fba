from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest
import time_machine
from rest_framework.test import APIClient

from recovery.kernel.ids import new_id
from recovery.members.models import Member
from recovery.partners.models import Partnership
from recovery.sharing.models import Grant, Scope
from tests.partnering import (
    NOW,
    STATUS,
    clock_of,
    grants_path,
    make_clock,
    make_partners,
    progress_path,
    share,
    without_request_id,
)


@pytest.fixture(autouse=True)
def _noon() -> Iterator[None]:
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def linked(alice: Member, bob: Member) -> Partnership:
    return make_partners(alice, bob)


def test_a_partner_is_named_by_the_partnership_and_never_by_the_account(
    as_alice: APIClient, alice: Member, bob: Member, linked: Partnership
) -> None:
    share(bob, linked, STATUS, clock_of(make_clock(bob)))
    for path in ("/api/v1/partners", f"/api/v1/partners/{linked.id}", progress_path(linked)):
        text = as_alice.get(path).content.decode()
        assert str(linked.id) in text
        assert str(bob.id) not in text
        assert str(alice.id) not in text


def test_either_side_can_end_it_and_afterwards_it_was_never_there(
    as_alice: APIClient, as_bob: APIClient, linked: Partnership, alice: Member
) -> None:
    share(alice, linked, STATUS)
    path = f"/api/v1/partners/{linked.id}"
    unknown = without_request_id(as_bob.get(f"/api/v1/partners/{new_id()}"))
    assert as_bob.delete(path).status_code == 204
    for client in (as_alice, as_bob):
        for refused in (
            client.get(path),
            client.delete(path),
            client.get(progress_path(linked)),
            client.get(grants_path(linked)),
            client.put(grants_path(linked), {"grants": []}, format="json"),
        ):
            assert refused.status_code == 404
            assert without_request_id(refused) == unknown
        assert client.get("/api/v1/partners").json()["items"] == []
    assert not Grant.objects.standing().exists()


def test_sharing_is_a_set_that_comes_with_its_words(
    as_alice: APIClient, alice: Member, linked: Partnership
) -> None:
    clock = make_clock(alice)
    wanted = {
        "grants": [
            {"scope": "sober_clock", "tracker": str(clock.id)},
            {"scope": "check_in_status"},
        ]
    }
    stored = as_alice.put(grants_path(linked), wanted, format="json")
    assert stored.status_code == 200
    assert [(g["scope"], g["tracker"], g["state"]) for g in stored.json()["grants"]] == [
        ("check_in_status", None, "in_force"),
        ("sober_clock", str(clock.id), "in_force"),
    ]
    assert {g["expires_at"] for g in stored.json()["grants"]} == {"2027-02-20T12:00:00Z"}
    assert {w["scope"] for w in stored.json()["wording"]} == set(Scope.values)
    assert "can notice" in stored.json()["before_taking_back"]
    again = as_alice.put(grants_path(linked), wanted, format="json")
    assert again.content == stored.content == as_alice.get(grants_path(linked)).content
    emptied = as_alice.put(grants_path(linked), {"grants": []}, format="json")
    assert emptied.json()["grants"] == []


def test_a_partner_does_not_see_the_consents_themselves(
    as_bob: APIClient, alice: Member, linked: Partnership
) -> None:
    share(alice, linked, STATUS)
    assert as_bob.get(grants_path(linked)).json()["grants"] == []


@pytest.mark.parametrize(
    ("grants", "pointer", "code"),
    [
        ([{"scope": "everything"}], "/grants/0/scope", "invalid_choice"),
        ([{"scope": "sober_clock"}], "/grants/0/tracker", "required"),
        (
            [{"scope": "sober_clock", "tracker": "01936f10-4b7e-7d22-a3c9-0e8f5d6a1b94"}],
            "/grants/0/tracker",
            "unknown_tracker",
        ),
        (
            [
                {"scope": "check_in_status"},
                {"scope": "check_in_status", "tracker": "01936f10-4b7e-7d22-a3c9-0e8f5d6a1b94"},
            ],
            "/grants/1/tracker",
            "not_per_tracker",
        ),
        ([{"scope": "check_in_status", "until": "ever"}], "/grants/0/until", "unknown_field"),
        ([{}], "/grants/0/scope", "required"),
        ("all", "/grants", "not_a_list"),
        ([{"scope": "check_in_status"}] * 101, "/grants", "max_length"),
    ],
)
def test_a_wrong_set_is_refused_whole_and_says_where(
    as_alice: APIClient, linked: Partnership, grants: object, pointer: str, code: str
) -> None:
    refused = as_alice.put(grants_path(linked), {"grants": grants}, format="json")
    assert refused.status_code == 400
    (error,) = refused.json()["errors"]
    assert (error["pointer"], error["code"]) == (pointer, code)
    assert not Grant.objects.exists()


def test_a_consent_can_be_renewed_in_one_call(
    as_alice: APIClient, as_bob: APIClient, alice: Member, linked: Partnership
) -> None:
    (grant,) = share(alice, linked, STATUS, now=NOW - timedelta(days=80))
    path = f"{grants_path(linked)}/{grant.id}/renew"
    assert as_bob.post(path).status_code == 404
    renewed = as_alice.post(path)
    assert renewed.status_code == 200
    assert renewed.json()["expires_at"] == "2027-02-20T12:00:00Z"
    assert as_alice.post(path).status_code == 404
    assert as_alice.get(grants_path(linked)).json()["grants"] == [renewed.json()]
