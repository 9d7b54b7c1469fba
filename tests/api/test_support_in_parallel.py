"""Many things at once around one request for support: nothing is lost, doubled or left behind."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from notifications import planner
from recovery.kernel.ids import new_id
from recovery.members.models import Member
from recovery.support.models import SupportMessage, SupportRequest
from tests.conftest import MemberClient
from tests.factories import make_session
from tests.parallel import at_once
from tests.supporting import PATH, make_supporter

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def pair(alice: Member, bob: Member) -> tuple[MemberClient, MemberClient]:
    """Alice, who asks, and bob, who agreed to be asked."""
    make_supporter(alice, bob, now=timezone.now())
    clients = MemberClient(make_session(member=alice)), MemberClient(make_session(member=bob))
    clients[0].get(PATH)  # what is made at the first request is made by one thread
    return clients


def post(client: MemberClient, path: str, body: Any = None) -> Any:
    # A client for each call: one keeps state between requests.
    return MemberClient(client.signed_in).post(f"{PATH}{path}", body or {}, format="json")


def ask(client: MemberClient) -> str:
    made = post(client, "", {"text": "Please call"})
    assert made.status_code == 201
    return str(made.json()["id"])


def test_the_same_request_sent_at_once_is_one(pair: tuple[MemberClient, MemberClient]) -> None:
    body = {"id": str(new_id()), "text": "Please call"}
    answers = at_once(lambda _: post(pair[0], "", body), times=4)
    assert Counter(one.status_code for one in answers) == {201: 1, 200: 3}
    assert SupportRequest.objects.count() == 1
    assert SupportRequest.objects.get().asks.count() == 1


def test_several_requests_at_once_leave_one_open_that_bob_sees(
    pair: tuple[MemberClient, MemberClient],
) -> None:
    answers = at_once(lambda number: post(pair[0], "", {"text": str(number)}), times=4)
    assert {one.status_code for one in answers} == {201}
    going_on = SupportRequest.objects.get(closed_at__isnull=True)
    assert going_on.asks.count() == 1
    (seen,) = pair[1].get(PATH, {"direction": "received"}).json()["items"]
    assert seen["id"] == str(going_on.id)


def test_closing_while_others_write_leaves_nothing_behind(
    pair: tuple[MemberClient, MemberClient],
) -> None:
    request = ask(pair[0])
    post(pair[1], f"/{request}/answer", {"answer": "can_talk_later"})

    def act(number: int) -> int:
        if number == 2:
            return int(post(pair[0], f"/{request}/close").status_code)
        return int(post(pair[1], f"/{request}/messages", {"text": str(number)}).status_code)

    codes = at_once(act, times=5)
    assert codes[2] == 200
    assert set(codes) <= {200, 201, 404}
    assert not SupportMessage.objects.exists()


def test_answering_while_another_request_takes_its_place_is_not_lost(
    pair: tuple[MemberClient, MemberClient],
) -> None:
    request = ask(pair[0])

    def act(number: int) -> int:
        if number % 2:
            return int(post(pair[0], "", {"text": str(number)}).status_code)
        body = {"answer": "will_contact_you"}
        return int(post(pair[1], f"/{request}/answer", body).status_code)

    codes = at_once(act, times=4)
    assert codes == [200, 201, 200, 201]
    going_on = SupportRequest.objects.get(closed_at__isnull=True)
    assert going_on.asks.get().answer == "will_contact_you"


def test_a_thread_never_holds_more_than_fifty(pair: tuple[MemberClient, MemberClient]) -> None:
    request = ask(pair[0])
    answered = post(pair[1], f"/{request}/answer", {"answer": "can_talk_later"})
    thread = answered.json()["threads"][0]["id"]
    for number in range(48):
        post(pair[1], f"/{request}/messages", {"text": str(number)})

    def act(number: int) -> int:
        body = {"text": str(number), "to": thread}
        return int(post(pair[number % 2], f"/{request}/messages", body).status_code)

    assert Counter(at_once(act, times=6)) == {201: 2, 409: 4}
    assert SupportMessage.objects.count() == 50


def test_ticks_and_people_never_wait_for_each_other_in_a_circle(
    pair: tuple[MemberClient, MemberClient],
) -> None:
    """Deadlines fall due while requests open, take each other's place, are answered and close."""
    request = ask(pair[0])
    now = timezone.now()

    def act(number: int) -> int:
        for turn in range(6):
            if number == 0:
                planner.tick(now=now + timedelta(minutes=5 * turn))
            elif number == 1:
                planner.tick(now=now + timedelta(hours=24, minutes=turn))
            elif number == 2:
                assert post(pair[0], "", {"text": str(turn)}).status_code == 201
            elif number == 3:
                body = {"answer": ("can_talk_later", "not_able")[turn % 2]}
                assert post(pair[1], f"/{request}/answer", body).status_code in (200, 404)
            else:
                assert post(pair[0], f"/{request}/close").status_code == 200
        return number

    assert at_once(act, times=5) == list(range(5))
