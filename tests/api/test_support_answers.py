"""Being asked for support, over HTTP: what a helper is shown, and for how long."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from rest_framework.test import APIClient

from recovery.blocks import services as blocks
from recovery.blocks.services import Named
from recovery.groups.choices import Role
from recovery.groups.models import GroupMembership
from recovery.groups.services import leaving, running
from recovery.kernel.ids import new_id
from recovery.members.models import Member
from recovery.partners import services as partners
from recovery.partners import sides
from recovery.partners.models import Partnership
from recovery.sharing.models import AccessEntry
from recovery.support.models import SupportAsk, SupportMessage
from tests.circles import make_circle, make_group_partners
from tests.contract.test_query_budgets import at_most
from tests.factories import make_member
from tests.partnering import NOW, share, without_request_id
from tests.supporting import CONTACT, PATH, REQUESTS, agree, facilitate, make_supporter

Clients = Callable[[Member], APIClient]


@pytest.fixture(autouse=True)
def clock() -> Iterator[Any]:
    with time_machine.travel(NOW, tick=False) as travelled:
        yield travelled


def post(client: APIClient, path: str, body: Any = None) -> Any:
    return client.post(f"{PATH}{path}", body or {}, format="json")


def ask(client: APIClient, text: str = "Please call", **body: Any) -> str:
    made = post(client, "", {"text": text, **body})
    assert made.status_code == 201, made.content
    return str(made.json()["id"])


def look(client: APIClient, request: str) -> Any:
    return client.get(f"{PATH}/{request}")


def answer(client: APIClient, request: str, said: str) -> Any:
    return post(client, f"/{request}/answer", {"answer": said})


def write(client: APIClient, request: str, text: str, **body: Any) -> Any:
    return post(client, f"/{request}/messages", {"text": text, **body})


def thread_of(client: APIClient, request: str) -> dict[str, Any]:
    (thread,) = look(client, request).json()["threads"]
    found: dict[str, Any] = thread
    return found


@pytest.fixture
def linked(alice: Member, bob: Member) -> Partnership:
    return make_supporter(alice, bob)[1]


def test_who_was_asked_sees_who_asks_and_what_they_wrote(
    as_alice: APIClient, as_bob: APIClient, linked: Partnership
) -> None:
    request = ask(as_alice, "Please call")
    seen = look(as_bob, request).json()
    assert (seen["direction"], seen["state"], seen["text"]) == ("received", "open", "Please call")
    assert seen["contact"] == ""
    (thread,) = seen["threads"]
    assert thread["person"] == {
        "partner": str(linked.id),
        "group": None,
        "group_member": None,
        "handle": "alice",
        "alias": None,
    }
    assert (thread["answer"], thread["answered_at"], thread["messages"]) == ("none", None, [])
    (listed,) = as_bob.get(PATH, {"direction": "received"}).json()["items"]
    assert listed == {name: value for name, value in seen.items() if name != "help"}
    assert as_bob.get(PATH).json()["items"] == []


def test_looking_tells_nobody_that_one_looked(
    as_alice: APIClient, as_bob: APIClient, linked: Partnership
) -> None:
    """Else the record of looks would tell who was asked."""
    request = ask(as_alice)
    before = look(as_alice, request).content
    look(as_bob, request)
    as_bob.get(PATH, {"direction": "received"})
    assert look(as_alice, request).content == before
    assert not AccessEntry.objects.exists()


def test_an_answer_may_be_changed(
    as_alice: APIClient, as_bob: APIClient, linked: Partnership, clock: Any
) -> None:
    request = ask(as_alice)
    for said in ("can_talk_later", "not_able", "will_contact_you"):
        clock.shift(timedelta(minutes=1))
        answered = answer(as_bob, request, said)
        assert answered.status_code == 200
        assert answered.json()["threads"][0]["answer"] == said
        assert thread_of(as_alice, request)["answer"] == said
    assert thread_of(as_alice, request)["answered_at"] == "2026-11-22T12:03:00Z"


@pytest.mark.parametrize("said", ["none", "", "maybe", None, 1])
def test_what_is_no_answer_is_refused(
    as_alice: APIClient, as_bob: APIClient, linked: Partnership, said: Any
) -> None:
    assert answer(as_bob, ask(as_alice), said).status_code == 400


ENDS = ["taken back", "expired", "asker pauses", "helper pauses", "asker blocks", "helper blocks"]
ENDS += ["ended by the asker", "ended by the helper", "closed", "asker is leaving"]


@pytest.mark.parametrize("end", ENDS)
def test_whatever_ends_it_holds_at_the_next_request_and_looks_the_same(
    as_alice: APIClient,
    as_bob: APIClient,
    alice: Member,
    bob: Member,
    linked: Partnership,
    clock: Any,
    end: str,
) -> None:
    if end == "expired":
        clock.shift(timedelta(days=89, hours=23))
    request = ask(as_alice)
    assert answer(as_bob, request, "can_talk_later").status_code == 200
    match end:
        case "taken back":
            share(alice, linked)
        case "expired":
            clock.shift(timedelta(hours=1))
        case "asker pauses":
            sides.pause(member_id=alice.id, partnership_id=linked.id, now=NOW)
        case "helper pauses":
            sides.pause(member_id=bob.id, partnership_id=linked.id, now=NOW)
        case "asker blocks":
            block(alice, bob)
        case "helper blocks":
            block(bob, alice)
        case "ended by the asker":
            partners.end(member_id=alice.id, partnership_id=linked.id, now=NOW)
        case "ended by the helper":
            partners.end(member_id=bob.id, partnership_id=linked.id, now=NOW)
        case "closed":
            post(as_alice, f"/{request}/close")
        case "asker is leaving":
            Member.objects.filter(id=alice.id).update(deleted_at=NOW)
    unknown = str(new_id())
    for send in (look, lambda c, r: answer(c, r, "not_able"), lambda c, r: write(c, r, "Hi")):
        gone, absent = send(as_bob, request), send(as_bob, unknown)
        assert gone.status_code == 404
        assert without_request_id(gone) == without_request_id(absent)
    assert as_bob.get(PATH, {"direction": "received"}).json()["items"] == []


def block(blocker: Member, other: Member) -> None:
    """One blocks the other."""
    named = Named(member_id=other.id, named_by=other.id, known_as="")
    blocks.block(member_id=blocker.id, block_id=None, named=named, now=NOW)


def test_hours_that_end_take_nothing_away_from_who_was_asked(
    as_alice: APIClient, as_bob: APIClient, alice: Member, bob: Member, clock: Any
) -> None:
    make_supporter(alice, bob, hours=("07:00", "07:30"))  # it is 07:00 where bob is
    request = ask(as_alice)
    clock.shift(timedelta(hours=2))
    assert answer(as_bob, request, "will_contact_you").status_code == 200


def test_a_helper_who_blocks_leaves_no_trace_with_the_asker(
    as_alice: APIClient, as_bob: APIClient, alice: Member, bob: Member, linked: Partnership
) -> None:
    request = ask(as_alice)
    answer(as_bob, request, "can_talk_later")
    thread = thread_of(as_alice, request)
    block(bob, alice)
    assert thread_of(as_alice, request) == thread
    sent = write(as_alice, request, "Are you there?", to=thread["id"])
    assert sent.status_code == 201
    assert [one["text"] for one in thread_of(as_alice, request)["messages"]] == ["Are you there?"]
    blocks.unblock(
        member_id=bob.id, block_id=blocks.queries.blocks_of(member_id=bob.id).get().id, now=NOW
    )
    assert look(as_bob, request).status_code == 200
    assert thread_of(as_bob, request)["messages"] == []  # what was dropped stays dropped


@pytest.mark.parametrize("end", ["asker blocks", "ended by the asker", "ended by the helper"])
def test_what_ends_for_both_takes_the_answer_from_the_asker_too(
    as_alice: APIClient,
    as_bob: APIClient,
    alice: Member,
    bob: Member,
    linked: Partnership,
    end: str,
) -> None:
    request = ask(as_alice)
    answer(as_bob, request, "can_talk_later")
    to = thread_of(as_alice, request)["id"]
    if end == "asker blocks":
        block(alice, bob)
    else:
        ender = alice if end == "ended by the asker" else bob
        partners.end(member_id=ender.id, partnership_id=linked.id, now=NOW)
    assert look(as_alice, request).json()["threads"] == []
    assert write(as_alice, request, "Hi", to=to).status_code == 404


# --- writing to each other --------------------------------------------------------------------


def test_the_two_write_to_each_other(
    as_alice: APIClient, as_bob: APIClient, linked: Partnership, clock: Any
) -> None:
    request = ask(as_alice)
    answer(as_bob, request, "will_contact_you")
    sent = write(as_bob, request, "Five minutes")
    assert sent.status_code == 201
    assert sent.json()["message"]["is_mine"]
    clock.shift(timedelta(minutes=1))
    write(as_alice, request, "Thank you", to=thread_of(as_alice, request)["id"])
    texts = ["Five minutes", "Thank you"]
    mine = [(one["text"], one["is_mine"]) for one in thread_of(as_alice, request)["messages"]]
    theirs = [(one["text"], one["is_mine"]) for one in thread_of(as_bob, request)["messages"]]
    assert mine == list(zip(texts, [False, True], strict=True))
    assert theirs == list(zip(texts, [True, False], strict=True))


def test_what_is_written_is_stored_sealed(
    as_alice: APIClient, as_bob: APIClient, linked: Partnership
) -> None:
    request = ask(as_alice, "Marker one")
    answer(as_bob, request, "will_contact_you")
    write(as_bob, request, "Marker two")
    stored = SupportMessage.objects.get()
    assert b"Marker" not in bytes(stored.text)
    assert b"Marker" not in bytes(stored.ask.request.text)


def test_helpers_do_not_know_of_each_other(
    as_alice: APIClient, as_bob: APIClient, alice: Member, linked: Partnership, client_of: Clients
) -> None:
    other, _ = make_supporter(alice, "river")
    as_river = client_of(other)
    request = ask(as_alice)
    for client in (as_bob, as_river):
        answer(client, request, "can_talk_later")
        write(client, request, "Hello")
    threads = {
        one["person"]["handle"]: one["id"] for one in look(as_alice, request).json()["threads"]
    }
    write(as_alice, request, "For bob", to=threads["bob"])
    assert len(thread_of(as_bob, request)["messages"]) == 2
    assert len(thread_of(as_river, request)["messages"]) == 1
    assert "bob" not in look(as_river, request).content.decode()


def test_who_has_not_answered_writes_nothing(
    as_alice: APIClient, as_bob: APIClient, linked: Partnership
) -> None:
    request = ask(as_alice)
    refused = write(as_bob, request, "Hello")
    assert (refused.status_code, refused.json()["code"]) == (409, "answer_first")


def test_the_asker_writes_to_nobody_who_has_not_answered(
    as_alice: APIClient, alice: Member, linked: Partnership
) -> None:
    request = ask(as_alice)
    hidden = partners_ask(alice)
    known, unknown = (write(as_alice, request, "Hello", to=one) for one in (hidden, str(new_id())))
    assert (known.status_code, unknown.status_code) == (404, 404)
    assert without_request_id(known) == without_request_id(unknown)


def partners_ask(asker: Member) -> str:
    """The id of the only ask, which its asker is never shown."""
    return str(SupportAsk.objects.get(request__member=asker).id)


def test_the_asker_says_whom_a_message_is_for_and_a_helper_need_not(
    as_alice: APIClient, as_bob: APIClient, linked: Partnership
) -> None:
    request = ask(as_alice)
    answer(as_bob, request, "can_talk_later")
    to = thread_of(as_alice, request)["id"]
    refused = write(as_alice, request, "Hi")
    assert (refused.status_code, refused.json()["errors"][0]["pointer"]) == (400, "/to")
    assert write(as_bob, request, "Hi", to=to).status_code == 201
    assert write(as_bob, request, "Hi", to=str(new_id())).status_code == 404


def test_a_message_sent_again_is_one_and_anothers_id_is_the_same_409(
    as_alice: APIClient, as_bob: APIClient, linked: Partnership
) -> None:
    request = ask(as_alice)
    answer(as_bob, request, "can_talk_later")
    chosen = str(new_id())
    first = write(as_bob, request, "Hello", id=chosen)
    again = write(as_bob, request, "Hello", id=chosen)
    assert (first.status_code, again.status_code) == (201, 200)
    assert first.json() == again.json()
    other = write(as_bob, request, "Another", id=chosen)
    theirs = write(as_alice, request, "Hello", id=chosen, to=thread_of(as_alice, request)["id"])
    assert (other.status_code, other.json()["code"]) == (409, "id_taken")
    assert without_request_id(theirs) == without_request_id(other)


def test_a_thread_holds_fifty_messages_and_says_so(
    as_alice: APIClient, as_bob: APIClient, linked: Partnership
) -> None:
    request = ask(as_alice)
    answer(as_bob, request, "can_talk_later")
    for number in range(49):
        assert write(as_bob, request, str(number)).status_code == 201
    to = thread_of(as_alice, request)["id"]
    assert write(as_alice, request, "the fiftieth", to=to).status_code == 201
    for refused in (write(as_bob, request, "x"), write(as_alice, request, "x", to=to)):
        assert (refused.status_code, refused.json()["code"]) == (409, "thread_full")


# --- how to reach each other ----------------------------------------------------------------------


def test_the_contact_card_is_written_read_and_deleted(as_alice: APIClient) -> None:
    path = "/api/v1/me/contact"
    assert as_alice.get(path).status_code == 404
    put = as_alice.put(path, {"text": "Signal: +49 30 1234567"}, format="json")
    assert put.json() == {
        "text": "Signal: +49 30 1234567",
        "version": 1,
        "updated_at": "2026-11-22T12:00:00Z",
    }
    assert as_alice.put(path, {"text": "After 8"}, format="json").json()["version"] == 2
    assert as_alice.get(path).json()["text"] == "After 8"
    assert as_alice.put(path, {"text": ""}, format="json").status_code == 400
    assert as_alice.delete(path).status_code == 204
    assert as_alice.delete(path).status_code == 404


@pytest.mark.parametrize(
    ("said", "shown"),
    [
        (None, ""),
        ("not_able", ""),
        ("can_talk_later", "+49 30 1"),
        ("will_contact_you", "+49 30 1"),
    ],
)
def test_contact_is_shown_to_who_can_be_there(
    as_alice: APIClient, as_bob: APIClient, alice: Member, bob: Member, said: str, shown: str
) -> None:
    make_supporter(alice, bob, CONTACT)
    as_alice.put("/api/v1/me/contact", {"text": "+49 30 1"}, format="json")
    request = ask(as_alice)
    if said:
        assert answer(as_bob, request, said).json()["contact"] == shown
    assert look(as_bob, request).json()["contact"] == shown
    seen = list(AccessEntry.objects.values_list("owner", "viewer", "scope"))
    assert seen == ([(alice.id, bob.id, "contact")] if shown else [])


def test_without_that_consent_contact_is_never_shown(
    as_alice: APIClient, as_bob: APIClient, alice: Member, bob: Member, linked: Partnership
) -> None:
    as_alice.put("/api/v1/me/contact", {"text": "+49 30 1"}, format="json")
    request = ask(as_alice)
    assert answer(as_bob, request, "will_contact_you").json()["contact"] == ""
    share(alice, linked, REQUESTS, CONTACT)
    assert look(as_bob, request).json()["contact"] == "+49 30 1"
    share(alice, linked, REQUESTS)
    assert look(as_bob, request).json()["contact"] == ""


# --- in a group -----------------------------------------------------------------------------------


@pytest.fixture
def circle(alice: Member, bob: Member) -> list[GroupMembership]:
    """Bob's group, Heron to others, with alice in it, Fern to others."""
    made = make_circle(bob, alice)
    facilitate(made[0])
    return made


def test_in_a_group_the_two_know_each_other_by_alias_only(
    as_alice: APIClient, as_bob: APIClient, circle: list[GroupMembership]
) -> None:
    group = str(circle[0].group_id)
    request = ask(as_alice, groups=[group])
    answer(as_bob, request, "will_contact_you")
    write(as_bob, request, "I am here")
    seen = {"partner": None, "handle": None, "group": group}
    asker, helper = look(as_alice, request), look(as_bob, request)
    assert asker.json()["threads"][0]["person"] == {
        **seen,
        "group_member": str(circle[0].id),
        "alias": "Heron",
    }
    assert helper.json()["threads"][0]["person"] == {
        **seen,
        "group_member": str(circle[1].id),
        "alias": "Fern",
    }
    assert "bob" not in asker.content.decode()
    assert "alice" not in helper.content.decode()


def test_facilitators_never_see_contact(
    as_alice: APIClient,
    as_bob: APIClient,
    alice: Member,
    bob: Member,
    circle: list[GroupMembership],
) -> None:
    """Also one who is a partner with that consent: the alias would be told apart no more."""
    linked = make_group_partners(circle[1], circle[0])
    agree(bob, linked)
    share(alice, linked, CONTACT)
    as_alice.put("/api/v1/me/contact", {"text": "+49 30 1"}, format="json")
    request = ask(as_alice, groups=[str(circle[0].group_id)])
    assert answer(as_bob, request, "will_contact_you").json()["contact"] == ""
    assert not AccessEntry.objects.exists()


@pytest.mark.parametrize("who", ["asker", "facilitator"])
def test_leaving_the_group_ends_it_for_both(
    as_alice: APIClient,
    as_bob: APIClient,
    alice: Member,
    bob: Member,
    charlie: Member,
    who: str,
) -> None:
    first, _, theirs = make_circle(charlie, alice, bob)
    running.change_role(
        member_id=charlie.id,
        group_id=first.group_id,
        membership_id=theirs.id,
        role=Role.FACILITATOR,
        now=NOW,
    )
    facilitate(theirs)
    request = ask(as_alice, groups=[str(first.group_id)])
    assert answer(as_bob, request, "can_talk_later").status_code == 200
    leaver = alice if who == "asker" else bob
    leaving.leave(member_id=leaver.id, group_id=first.group_id, now=NOW)
    assert look(as_bob, request).status_code == 404
    assert look(as_alice, request).json()["threads"] == []


@pytest.mark.parametrize("requests", [1, 4])
def test_what_one_was_asked_by_takes_the_same_queries_however_much_it_is(
    as_bob: APIClient, bob: Member, client_of: Clients, requests: int
) -> None:
    for number in range(requests):
        asker = make_member(handle=f"asker_{number}")
        make_supporter(asker, bob, CONTACT)
        client = client_of(asker)
        client.put("/api/v1/me/contact", {"text": "+49 30 1"}, format="json")
        request = ask(client)
        answer(as_bob, request, "will_contact_you")
        for line in range(5):
            write(as_bob, request, str(line))
    with at_most(7):
        listed = as_bob.get(PATH, {"direction": "received"}).json()["items"]
    assert [one["contact"] for one in listed] == ["+49 30 1"] * requests
