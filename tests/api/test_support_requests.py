"""Asking for support, over HTTP: what the asker is shown, whoever is there."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from rest_framework.test import APIClient

from recovery.kernel.ids import new_id
from recovery.kernel.models import Change
from recovery.members.models import Member
from recovery.support.models import SupportMessage, SupportRequest
from recovery.support.requests import opening
from recovery.support.texts import HELP_INTRO, HELPING_INTRO, NO_ANSWER_INTRO
from recovery.support.wording import BEFORE_SENDING, VERSION
from tests.contract.test_query_budgets import at_most
from tests.partnering import NOW, without_request_id
from tests.supporting import PATH, make_supporter, make_supporters

Clients = Callable[[Member], APIClient]


@pytest.fixture(autouse=True)
def clock() -> Iterator[Any]:
    with time_machine.travel(NOW, tick=False) as travelled:
        yield travelled


def post(client: APIClient, path: str, body: Any = None) -> Any:
    return client.post(f"{PATH}{path}", body or {}, format="json")


def ask(client: APIClient, **body: Any) -> dict[str, Any]:
    answer = post(client, "", body)
    assert answer.status_code == 201, answer.content
    found: dict[str, Any] = answer.json()
    return found


def answer(client: APIClient, request: dict[str, Any], said: str) -> Any:
    return post(client, f"/{request['id']}/answer", {"answer": said})


def countries(body: dict[str, Any]) -> set[str]:
    return {line["country"] for line in body["help"]["crisis_resources"]}


def test_whoever_asks_gets_their_plan_and_the_lines_of_their_country(
    as_alice: APIClient, alice: Member, bob: Member
) -> None:
    make_supporter(alice, bob)
    as_alice.put("/api/v1/hard-moment-plan", {"people": ["My sister"]}, format="json")
    said = ask(as_alice, text="Please call")
    assert said["text"] == "Please call"
    assert (said["direction"], said["state"], said["threads"]) == ("sent", "open", [])
    assert said["help"]["reason"] == "support_request"
    assert said["help"]["intro"] == HELP_INTRO["en"]
    assert said["help"]["plan"]["people"] == ["My sister"]
    assert countries(said) == {"DE"}


def test_the_answer_tells_nothing_of_who_can_be_reached(
    as_alice: APIClient, as_charlie: APIClient, alice: Member, charlie: Member
) -> None:
    make_supporters(alice, "ash", "birch", "cedar", "dogwood")
    charlie.time_zone = alice.time_zone
    charlie.save(update_fields=["time_zone"])
    some, nobody = ask(as_alice), ask(as_charlie)
    for body in (some, nobody):
        body.pop("id")
    assert some == nobody
    looks = [client.get(PATH).json()["items"][0] for client in (as_alice, as_charlie)]
    for body in looks:
        body.pop("id")
    assert looks[0] == looks[1]


def test_everything_may_be_left_out(as_alice: APIClient) -> None:
    assert ask(as_alice)["text"] == ""


@pytest.mark.parametrize("sign", ["é", "🌱"])
def test_a_long_text_is_kept_whole_and_reaches_who_is_asked(
    as_alice: APIClient, as_bob: APIClient, alice: Member, bob: Member, sign: str
) -> None:
    make_supporter(alice, bob)
    request = ask(as_alice, text=sign * 4000)
    assert request["text"] == sign * 4000
    assert as_bob.get(f"{PATH}/{request['id']}").json()["text"] == sign * 4000
    refused = post(as_alice, "", {"text": sign * 4001})
    assert (refused.status_code, refused.json()["code"]) == (400, "invalid")
    assert as_alice.get(f"{PATH}/{request['id']}").json()["state"] == "open"


def test_a_long_message_is_kept_whole(
    as_alice: APIClient, as_bob: APIClient, alice: Member, bob: Member
) -> None:
    make_supporter(alice, bob)
    request = ask(as_alice)
    answer(as_bob, request, "will_contact_you")
    assert post(as_bob, f"/{request['id']}/messages", {"text": "é" * 1000}).status_code == 201
    assert post(as_bob, f"/{request['id']}/messages", {"text": "é" * 1001}).status_code == 400
    (thread,) = as_alice.get(f"{PATH}/{request['id']}").json()["threads"]
    assert [line["text"] for line in thread["messages"]] == ["é" * 1000]


def test_an_unknown_group_does_not_keep_anybody_from_asking(as_alice: APIClient) -> None:
    ask(as_alice, groups=[str(new_id())])


def test_the_same_sent_again_is_the_same_request(as_alice: APIClient, alice: Member) -> None:
    body = {"id": str(new_id()), "text": "Please call", "groups": []}
    first = ask(as_alice, **body)
    again = post(as_alice, "", body)
    assert (again.status_code, again.json()) == (200, first)
    assert SupportRequest.objects.count() == 1
    other = post(as_alice, "", {**body, "text": "Another"})
    assert (other.status_code, other.json()["code"]) == (409, "id_taken")


def test_another_members_id_is_the_same_409(as_alice: APIClient, as_charlie: APIClient) -> None:
    body = {"id": str(new_id()), "text": "Please call"}
    ask(as_alice, **body)
    mine = post(as_alice, "", {**body, "text": "Another"})
    theirs = post(as_charlie, "", body)
    assert theirs.status_code == 409
    assert without_request_id(theirs) == without_request_id(mine)


def test_asking_is_never_limited(as_alice: APIClient, alice: Member, bob: Member) -> None:
    make_supporter(alice, bob)
    for number in range(60):
        ask(as_alice, text=str(number))
    assert SupportRequest.objects.filter(closed_at__isnull=True).count() == 1


def test_sending_records_the_wording_that_the_list_shows(
    as_alice: APIClient, alice: Member
) -> None:
    ask(as_alice)
    shown = as_alice.get(PATH).json()["before_sending"]
    assert shown == {"version": VERSION, "text": BEFORE_SENDING}
    assert SupportRequest.objects.get().wording_version == VERSION


def test_only_who_answers_is_shown(as_alice: APIClient, alice: Member, client_of: Clients) -> None:
    helpers = make_supporters(alice, "ash", "birch", "cedar")
    request = ask(as_alice)
    said = answer(client_of(helpers["birch"]), request, "can_talk_later")
    assert said.status_code == 200
    seen = as_alice.get(f"{PATH}/{request['id']}").json()
    (thread,) = seen["threads"]
    assert (thread["person"]["handle"], thread["answer"]) == ("birch", "can_talk_later")
    for name in ("ash", "cedar"):
        assert name not in str(seen)


def test_after_ten_minutes_without_an_answer_the_lines_come_again(
    as_alice: APIClient, clock: Any
) -> None:
    request = ask(as_alice)
    clock.shift(timedelta(minutes=10))
    seen = as_alice.get(f"{PATH}/{request['id']}")
    assert seen["Cache-Control"] == "private, no-cache"
    assert seen.json()["no_answer_yet"]
    assert seen.json()["help"]["reason"] == "no_answer_yet"
    assert seen.json()["help"]["intro"] == NO_ANSWER_INTRO["en"]
    assert countries(seen.json()) == {"DE"}
    assert as_alice.get(PATH).json()["help"]["reason"] == "no_answer_yet"


def test_every_answer_of_every_side_carries_lines(
    as_alice: APIClient, as_bob: APIClient, alice: Member, bob: Member
) -> None:
    make_supporter(alice, bob)
    request = ask(as_alice)
    one = f"{PATH}/{request['id']}"
    asker: list[dict[str, Any]] = [request]
    helper = [
        answer(as_bob, request, "will_contact_you").json(),
        as_bob.get(one).json(),
        as_bob.get(PATH, {"direction": "received"}).json(),
        post(as_bob, f"/{request['id']}/messages", {"text": "Five minutes"}).json(),
    ]
    asker += [as_alice.get(one).json(), as_alice.get(PATH).json()]
    (thread,) = asker[1]["threads"]
    message = {"text": "Thank you", "to": thread["id"]}
    asker.append(post(as_alice, f"/{request['id']}/messages", message).json())
    asker.append(post(as_alice, f"/{request['id']}/close").json())
    asker.append(as_alice.get(one).json())
    assert all(countries(body) == {"DE"} for body in asker)
    # A helper gets the lines of where they are: those of the asker would tell where that is.
    assert all(countries(body) == {"US"} for body in helper)
    assert {body["help"]["intro"] for body in helper} == {HELPING_INTRO["en"]}
    assert {body["help"]["reason"] for body in helper} == {"helping"}


def test_every_error_says_where_the_lines_are(as_alice: APIClient) -> None:
    one = f"/{ask(as_alice)['id']}"
    taken = {"id": str(new_id()), "text": "Please call"}
    ask(as_alice, **taken)
    closed = post(as_alice, f"{one}/close")
    assert closed.status_code == 200
    assert "Link" not in closed
    answers = {
        "a body that is no JSON": as_alice.post(PATH, "{", content_type="application/json"),
        "an unknown field": post(as_alice, "", {"mood": 1}),
        "a query that cannot be": as_alice.get(PATH, {"direction": "up"}),
        "no token": post(APIClient(), ""),
        "a bad token": APIClient().get(f"{PATH}{one}", HTTP_AUTHORIZATION="Bearer nonsense"),
        "no such request": as_alice.get(f"{PATH}/{new_id()}"),
        "no id": as_alice.get(f"{PATH}/mine"),
        "no such address": as_alice.get(f"{PATH}{one}/nothing"),
        "a method that is not": as_alice.delete(PATH),
        "an id that is taken": post(as_alice, "", {**taken, "text": "Another"}),
        "a closed request": post(as_alice, f"{one}/messages", {"text": "Hi", "to": taken["id"]}),
        "too much": post(as_alice, "", {"text": "é" * 40_000}),
        "no JSON at all": as_alice.post(PATH, b"<a/>", content_type="text/xml"),
        "only HTML wanted": as_alice.get(PATH, HTTP_ACCEPT="text/html"),
    }
    statuses = {name: answer.status_code for name, answer in answers.items()}
    assert set(statuses.values()) == {400, 401, 404, 405, 406, 409, 413, 415}, statuses
    for answer in answers.values():
        assert answer["Link"] == '</api/v1/crisis-resources>; rel="help"'
        assert answer["Content-Type"] == "application/problem+json"
    assert APIClient().get("/api/v1/crisis-resources").status_code == 200


def test_what_nobody_foresaw_says_so_too(
    as_alice: APIClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    def breaks(**_: Any) -> None:
        raise RuntimeError

    monkeypatch.setattr(opening, "open_request", breaks)
    refused = post(as_alice, "")
    assert refused.status_code == 500
    assert refused["Link"] == '</api/v1/crisis-resources>; rel="help"'


@pytest.mark.parametrize("path", ["trackers/x", "support-requestsx", "partners/x"])
def test_errors_of_other_addresses_name_no_lines(as_alice: APIClient, path: str) -> None:
    refused = as_alice.get(f"/api/v1/{path}")
    assert refused.status_code == 404
    assert "Link" not in refused


def test_closing_deletes_what_was_written_and_may_be_repeated(
    as_alice: APIClient, as_bob: APIClient, alice: Member, bob: Member
) -> None:
    make_supporter(alice, bob)
    request = ask(as_alice, text="Please call")
    answer(as_bob, request, "will_contact_you")
    post(as_bob, f"/{request['id']}/messages", {"text": "On my way"})
    closed = post(as_alice, f"/{request['id']}/close")
    assert closed.status_code == 200
    body = closed.json()
    assert (body["state"], body["text"], body["threads"]) == ("closed", "", [])
    assert body["closed_at"] == "2026-11-22T12:00:00Z"
    assert not SupportMessage.objects.exists()
    assert post(as_alice, f"/{request['id']}/close").json() == body
    assert as_bob.get(f"{PATH}/{request['id']}").status_code == 404
    assert as_bob.get(PATH, {"direction": "received"}).json()["items"] == []
    late = post(as_bob, f"/{request['id']}/messages", {"text": "Here"})
    assert late.status_code == 404
    to = {"text": "Hello?", "to": str(new_id())}
    refused = post(as_alice, f"/{request['id']}/messages", to)
    assert (refused.status_code, refused.json()["code"]) == (409, "request_closed")


def test_after_a_day_it_is_closed_before_anything_cleans_up(
    as_alice: APIClient, as_bob: APIClient, alice: Member, bob: Member, clock: Any
) -> None:
    make_supporter(alice, bob)
    request = ask(as_alice, text="Please call")
    clock.shift(timedelta(hours=24))
    seen = as_alice.get(f"{PATH}/{request['id']}").json()
    assert (seen["state"], seen["text"]) == ("closed", "")
    assert seen["closed_at"] == request["closes_at"]
    assert as_bob.get(f"{PATH}/{request['id']}").status_code == 404


def test_a_stranger_learns_nothing(
    as_alice: APIClient, as_charlie: APIClient, alice: Member, bob: Member
) -> None:
    make_supporter(alice, bob)
    request = ask(as_alice)
    for path in ("", "/answer", "/messages", "/close"):
        bodies = {"/answer": {"answer": "not_able"}, "/messages": {"text": "Hi"}}
        found = []
        for one in (request["id"], str(new_id())):
            address = f"/{one}{path}"
            body = bodies.get(path)
            found.append(
                post(as_charlie, address, body) if path else as_charlie.get(f"{PATH}{address}")
            )
        assert [one.status_code for one in found] == [404, 404]
        assert without_request_id(found[0]) == without_request_id(found[1])
    assert as_charlie.get(PATH, {"direction": "received"}).json()["items"] == []


def test_the_list_is_newest_first_in_pages(as_alice: APIClient, clock: Any) -> None:
    made = []
    for number in range(3):
        made.append(ask(as_alice, text=str(number))["id"])
        clock.shift(timedelta(minutes=1))
    first = as_alice.get(PATH, {"limit": 2}).json()
    rest = as_alice.get(PATH, {"limit": 2, "cursor": first["next_cursor"]}).json()
    assert [one["id"] for one in (*first["items"], *rest["items"])] == made[::-1]
    assert [one["state"] for one in first["items"]] == ["open", "closed"]
    assert rest["next_cursor"] is None


def test_it_is_a_change_of_the_askers_own_data(as_alice: APIClient, alice: Member) -> None:
    request = ask(as_alice, text="Please call")
    post(as_alice, f"/{request['id']}/close")
    rows = Change.objects.filter(member=alice, table="support_requests").order_by("seq")
    assert [(row.row_id, row.version) for row in rows] == [(request["id"], 1), (request["id"], 2)]
    assert "Please call" not in str(list(rows.values()))


@pytest.mark.parametrize("helpers", [1, 12])
def test_asking_takes_the_same_queries_however_many_partners_there_are(
    as_alice: APIClient, alice: Member, helpers: int
) -> None:
    make_supporters(alice, *(f"helper_{number}" for number in range(helpers)))
    as_alice.put("/api/v1/hard-moment-plan", {"people": ["My sister"]}, format="json")
    with at_most(22):
        ask(as_alice, text="Please call")


@pytest.mark.parametrize("helpers", [1, 3])
def test_looking_takes_the_same_queries_however_many_answered(
    as_alice: APIClient, alice: Member, client_of: Clients, helpers: int
) -> None:
    found = make_supporters(alice, *(f"helper_{number}" for number in range(helpers)))
    request = ask(as_alice)
    for helper in found.values():
        client = client_of(helper)
        answer(client, request, "can_talk_later")
        for number in range(5):
            post(client, f"/{request['id']}/messages", {"text": str(number)})
    with at_most(6):
        seen = as_alice.get(f"{PATH}/{request['id']}").json()
    assert len(seen["threads"]) == helpers
    with at_most(6):
        as_alice.get(PATH)
