from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
import time_machine
from rest_framework.test import APIClient

from recovery.kernel.ids import new_id
from recovery.members.models import Member
from recovery.partners.models import Partnership, PartnershipSide
from recovery.support.models import SupportAsk, SupportRequest
from tests.contract.test_query_budgets import at_most
from tests.partnering import NOW, make_partners, share, without_request_id
from tests.supporting import REQUESTS, agree, ask

PROUD = {"preset": "proud_of_you"}
ALSO_TEXT = {"preset": "well_done", "text": "Your call on Monday kept me going"}


@pytest.fixture
def clock() -> Iterator[Any]:
    """A clock that stands still at noon, and can be moved on."""
    with time_machine.travel(NOW, tick=False) as found:
        yield found


@pytest.fixture
def linked(clock: Any, alice: Member, bob: Member) -> Partnership:
    """Alice and bob are partners, and both take texts."""
    made = make_partners(alice, bob)
    PartnershipSide.objects.filter(partnership=made).update(takes_text=True)
    return made


def path(linked: Partnership) -> str:
    """The address of encouragements between two partners."""
    return f"/api/v1/partners/{linked.id}/encouragements"


def send(client: APIClient, linked: Partnership, body: dict[str, Any] = PROUD) -> Any:
    """Encourage the partner."""
    return client.post(path(linked), body, format="json")


def test_what_one_sends_the_other_reads_and_thanks_for(
    as_alice: APIClient, as_bob: APIClient, linked: Partnership, clock: Any
) -> None:
    sent = send(as_alice, linked, ALSO_TEXT)
    assert sent.status_code == 201
    assert (sent.json()["direction"], sent.json()["text"]) == ("sent", ALSO_TEXT["text"])
    (read,) = as_bob.get(path(linked)).json()["items"]
    assert read == {**sent.json(), "direction": "received"}
    assert as_bob.get("/api/v1/encouragements").json()["items"] == [read]
    assert as_alice.get("/api/v1/encouragements").json()["items"] == []
    clock.shift(60)
    thanks = f"/api/v1/encouragements/{read['id']}/thanks"
    thanked = as_bob.post(thanks).json()
    assert thanked["thanked_at"] == "2026-11-22T12:01:00Z"
    clock.shift(60)
    assert as_bob.post(thanks).json() == thanked
    assert as_alice.get(path(linked)).json()["items"][0]["thanked_at"] == thanked["thanked_at"]
    assert as_alice.post(thanks).status_code == 404
    given = as_alice.get("/api/v1/me/help-given").json()
    counts = {one["kind"]: one["count"] for one in given["counts"]}
    assert given["total"] == 2
    assert (counts["encouragement"], counts["thanks_received"], counts["cheer"]) == (1, 1, 0)
    assert as_bob.get("/api/v1/me/help-given").json()["total"] == 0


def test_a_second_one_waits_for_ones_own_next_day(
    as_alice: APIClient, linked: Partnership, clock: Any
) -> None:
    body = {**PROUD, "id": str(new_id())}
    sent = send(as_alice, linked, body)
    second = send(as_alice, linked)
    assert (second.status_code, second.json()["code"]) == (409, "already_encouraged_today")
    again = send(as_alice, linked, body)
    assert (again.status_code, again.json()) == (200, sent.json())
    clock.shift(17 * 3600)
    assert send(as_alice, linked).status_code == 201


def test_who_is_asked_for_support_may_say_more(
    as_alice: APIClient, alice: Member, bob: Member, linked: Partnership
) -> None:
    assert send(as_alice, linked).status_code == 201
    assert send(as_alice, linked).status_code == 409
    agree(alice, linked)
    share(bob, linked, REQUESTS)
    ask(bob)
    assert SupportAsk.objects.seen_by_helpers(NOW).filter(helper=alice).exists()
    for _ in range(2):
        assert send(as_alice, linked).status_code == 201
    SupportRequest.objects.filter(member=bob).update(closed_at=NOW, text=b"")
    assert send(as_alice, linked).status_code == 409


def test_a_text_is_for_those_who_take_texts(
    as_alice: APIClient, bob: Member, linked: Partnership
) -> None:
    PartnershipSide.objects.filter(partnership=linked, member=bob).update(takes_text=False)
    refused = send(as_alice, linked, ALSO_TEXT)
    assert (refused.status_code, refused.json()["code"]) == (403, "takes_no_text")
    assert refused.json()["detail"] == "Send one of the presets, without a text."
    assert send(as_alice, linked).status_code == 201


@pytest.mark.parametrize(
    ("body", "pointer", "code"),
    [
        ({}, "", "no_words"),
        ({"preset": "none", "text": "  "}, "", "no_words"),
        ({"preset": "try_harder"}, "/preset", "invalid_choice"),
        ({"text": "t" * 281}, "/text", "max_length"),
        ({**PROUD, "to": "all"}, "/to", "unknown_field"),
    ],
)
def test_words_that_cannot_be_sent_are_refused(
    as_alice: APIClient, linked: Partnership, body: dict[str, Any], pointer: str, code: str
) -> None:
    refused = send(as_alice, linked, body)
    assert refused.status_code == 400
    (error,) = refused.json()["errors"]
    assert (error["pointer"], error["code"]) == (pointer, code)


def test_a_stranger_and_a_former_partner_find_nothing_there(
    as_alice: APIClient, as_bob: APIClient, as_charlie: APIClient, linked: Partnership
) -> None:
    sent = send(as_alice, linked, ALSO_TEXT).json()
    thanks = f"/api/v1/encouragements/{sent['id']}/thanks"
    unknown = without_request_id(as_charlie.get(f"/api/v1/partners/{new_id()}/encouragements"))
    as_alice.delete(f"/api/v1/partners/{linked.id}")
    for client in (as_alice, as_bob, as_charlie):
        for answer in (client.get(path(linked)), send(client, linked), client.post(thanks)):
            assert without_request_id(answer) == unknown
    (kept,) = as_bob.get("/api/v1/encouragements").json()["items"]
    assert (kept["preset"], kept["text"], kept["partner"]) == ("well_done", "", None)


@pytest.mark.parametrize("how", ["muted", "blocked"])
def test_to_somebody_who_does_not_listen_everything_looks_the_same(
    as_alice: APIClient, as_bob: APIClient, alice: Member, bob: Member, clock: Any, how: str
) -> None:
    def all_that_alice_gets(linked: Partnership) -> list[Any]:
        answers = [send(as_alice, linked), send(as_alice, linked), as_alice.get(path(linked))]
        answers.append(as_alice.get("/api/v1/me/help-given"))
        told = [(one.status_code, one.json()) for one in answers]
        for _, body in told:
            for one in (body, *body.get("items", ())):
                for name in ("id", "partner", "request_id", "total", "counts"):
                    one.pop(name, None)
        return told

    heard = all_that_alice_gets(make_partners(alice, bob))
    as_bob.delete(f"/api/v1/partners/{Partnership.objects.get().id}")
    clock.shift(24 * 3600)
    linked = make_partners(alice, bob)
    if how == "muted":
        changed = {"hears_encouragements": False}
        settings = f"/api/v1/partners/{linked.id}/settings"
        assert as_bob.patch(settings, changed, format="json").status_code == 200
    else:
        blocked = as_bob.post("/api/v1/blocks", {"partner": str(linked.id)}, format="json")
        assert blocked.status_code == 201
    unheard = all_that_alice_gets(linked)
    for _, body in (*heard, *unheard):
        for one in (body, *body.get("items", ())):
            one.pop("created_at", None)
    assert unheard == heard
    if how == "muted":
        assert as_bob.get(path(linked)).json()["items"] == []
    received = as_bob.get("/api/v1/encouragements").json()["items"]
    assert [one["partner"] for one in received] == ([None] if how == "muted" else [])


def test_a_list_costs_the_same_whatever_is_in_it(
    as_alice: APIClient, as_bob: APIClient, linked: Partnership, clock: Any
) -> None:
    for _ in range(4):
        send(as_alice, linked, ALSO_TEXT)
        send(as_bob, linked, ALSO_TEXT)
        clock.shift(24 * 3600)
    # The session, the partnership, the rows, who is a partner still, the keys.
    with at_most(5):
        assert len(as_alice.get(path(linked)).json()["items"]) == 8
    with at_most(4):
        assert len(as_alice.get("/api/v1/encouragements").json()["items"]) == 4
    first = as_alice.get(path(linked), {"limit": "5"}).json()
    rest = as_alice.get(path(linked), {"limit": "5", "cursor": first["next_cursor"]}).json()
    assert (len(first["items"]), len(rest["items"]), rest["next_cursor"]) == (5, 3, None)
