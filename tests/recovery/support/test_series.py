"""One request is open at a time: another carries on what the one before began."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from recovery.blocks import services as blocks
from recovery.blocks.services import Named
from recovery.groups.models import GroupMembership
from recovery.groups.services import leaving
from recovery.kernel import events
from recovery.kernel.errors import Missing
from recovery.members.models import Member
from recovery.partners import sides
from recovery.support.events import SupportAsked
from recovery.support.models import SupportAnswer, SupportMessage, SupportRequest
from recovery.support.requests import answering, closing, reading, waves
from tests.circles import make_circle
from tests.partnering import NOW, share
from tests.supporting import ask, asked, facilitate, make_supporter, make_supporters

pytestmark = pytest.mark.django_db
NAMES = ("ash", "birch", "cedar", "dogwood", "elm")


def later(minutes: float) -> datetime:
    return NOW + timedelta(minutes=minutes)


@pytest.fixture
def told(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The handles of those who are told, in order, once for each time."""
    found: list[str] = []

    def note(fact: SupportAsked) -> None:
        rows = Member.objects.filter(id__in=[helper_id for _, helper_id in fact.asks])
        found.extend(sorted(row.handle or "" for row in rows))

    monkeypatch.setitem(events._handlers, SupportAsked, [note])
    return found


def say(helper: Member, request: SupportRequest, answer: SupportAnswer, *, at: float = 1) -> None:
    answering.answer(helper_id=helper.id, request_id=request.id, said=answer, now=later(at))


def test_a_second_request_closes_the_first_and_keeps_who_was_asked(
    alice: Member, told: list[str]
) -> None:
    make_supporters(alice, *NAMES)
    first = ask(alice)
    before = asked(first)
    second = ask(alice, text="Still here", now=later(2))
    first.refresh_from_db()
    assert (first.closed_at, bytes(first.text)) == (later(2), b"")
    assert asked(first) == set()
    assert asked(second) == before
    assert set(told) == before
    assert len(told) == 3  # each of them once


def test_pressing_often_rings_nowhere_twice_and_makes_nobody_wait(
    alice: Member, told: list[str]
) -> None:
    make_supporters(alice, *NAMES)
    requests = [ask(alice, text=str(at), now=later(at)) for at in range(5)]
    assert len(told) == 3
    assert {one.second_wave_at for one in requests} == {later(5)}
    assert {one.no_answer_at for one in requests} == {later(10)}
    waves.ask_others(request_id=requests[-1].id, now=later(5))
    assert sorted(told) == sorted(NAMES)
    again = ask(alice, text="again", now=later(6))
    assert sorted(told) == sorted(NAMES)
    assert again.no_answer_at == later(10)
    # Eleven minutes after the first three were asked they may be asked again, the others not yet:
    # those two are told still, so there is room for one, and the rest come five minutes later.
    last = ask(alice, text="please", now=later(11))
    assert len(told) == 6
    waves.ask_others(request_id=last.id, now=later(16))
    assert sorted(told[5:]) == sorted(told[:3])


def test_room_for_three_is_filled_when_some_were_asked_already(
    alice: Member, told: list[str]
) -> None:
    make_supporter(alice, "ash")
    ask(alice)
    make_supporters(alice, "birch", "cedar", "dogwood")
    second = ask(alice, text="more", now=later(1))
    assert told[0] == "ash"
    assert len(told) == 3
    assert len(asked(second)) == 3


def test_answers_and_threads_carry_over(alice: Member, bob: Member) -> None:
    make_supporter(alice, bob)
    first = ask(alice)
    say(bob, first, SupportAnswer.WILL_CONTACT_YOU)
    answering.write(
        author_id=bob.id,
        request_id=first.id,
        message_id=None,
        to=None,
        text="On my way",
        now=later(1),
    )
    second = ask(alice, text="Where are you?", now=later(3))
    (seen,) = reading.as_asker(requests=[second], now=later(3))
    (thread,) = seen.threads
    assert (thread.person.handle, thread.answer) == ("bob", "will_contact_you")
    assert [line.text for line in thread.lines] == ["On my way"]


def test_whoever_was_told_of_the_first_finds_the_second_by_it(alice: Member, bob: Member) -> None:
    make_supporter(alice, bob)
    first = ask(alice)
    second = ask(alice, text="Still here", now=later(1))
    seen = reading.one(viewer=bob, request_id=first.id, now=later(1))
    assert (seen.id, seen.text) == (second.id, "Still here")
    say(bob, first, SupportAnswer.CAN_TALK_LATER, at=2)
    assert second.asks.get().answer == "can_talk_later"


def test_who_may_not_be_asked_any_more_does_not_come_along(alice: Member, bob: Member) -> None:
    _, linked = make_supporter(alice, bob)
    first = ask(alice)
    say(bob, first, SupportAnswer.WILL_CONTACT_YOU)
    answering.write(
        author_id=bob.id, request_id=first.id, message_id=None, to=None, text="Hi", now=later(1)
    )
    share(alice, linked)
    second = ask(alice, text="other", now=later(2))
    assert asked(second) == set()
    assert not SupportMessage.objects.exists()


@pytest.fixture
def circle(alice: Member, bob: Member, charlie: Member) -> list[GroupMembership]:
    """Bob's group, with alice and charlie in it; bob answers for it."""
    made = make_circle(bob, alice, charlie)
    facilitate(made[0])
    return made


def write(helper: Member, request: SupportRequest, text: str) -> None:
    answering.write(
        author_id=helper.id, request_id=request.id, message_id=None, to=None, text=text, now=NOW
    )


@pytest.mark.parametrize(
    "said", [SupportAnswer.WILL_CONTACT_YOU, SupportAnswer.CAN_TALK_LATER], ids=str
)
def test_who_said_that_they_can_be_there_comes_along_though_their_group_is_not_named_again(
    alice: Member, bob: Member, circle: list[GroupMembership], said: SupportAnswer
) -> None:
    first = ask(alice, groups=(circle[0].group_id,))
    say(bob, first, said, at=0)
    write(bob, first, "I am here")
    second = ask(alice, text="Are you?", now=later(2))
    (seen,) = reading.as_asker(requests=[second], now=later(2))
    (thread,) = seen.threads
    assert (thread.answer, [line.text for line in thread.lines]) == (said, ["I am here"])
    assert reading.one(viewer=bob, request_id=first.id, now=later(2)).text == "Are you?"


def test_who_is_to_be_asked_no_more_still_comes_along_if_they_are_there(
    alice: Member, bob: Member
) -> None:
    _, linked = make_supporter(alice, bob)
    first = ask(alice)
    say(bob, first, SupportAnswer.WILL_CONTACT_YOU)
    sides.change_settings(
        member_id=bob.id,
        partnership_id=linked.id,
        changed={"answers_support": False},
        now=later(1),
    )
    assert asked(ask(alice, text="again", now=later(2))) == {"bob"}


@pytest.mark.parametrize("said", [None, SupportAnswer.NOT_ABLE], ids=str)
def test_others_of_a_group_not_named_again_do_not_come_along(
    alice: Member, bob: Member, circle: list[GroupMembership], said: SupportAnswer | None
) -> None:
    first = ask(alice, groups=(circle[0].group_id,))
    if said:
        say(bob, first, said, at=0)
        write(bob, first, "I am sorry")
    second = ask(alice, text="again", now=later(2))
    assert asked(second) == set()
    assert not SupportMessage.objects.exists()
    with pytest.raises(Missing):
        reading.one(viewer=bob, request_id=first.id, now=later(2))


def test_nobody_comes_along_out_of_a_group_that_the_asker_left(
    alice: Member, bob: Member, circle: list[GroupMembership]
) -> None:
    first = ask(alice, groups=(circle[0].group_id,))
    say(bob, first, SupportAnswer.WILL_CONTACT_YOU, at=0)
    leaving.leave(member_id=alice.id, group_id=circle[0].group_id, now=later(1))
    assert asked(ask(alice, text="again", now=later(2))) == set()


def test_nobody_comes_along_past_a_block(
    alice: Member, bob: Member, circle: list[GroupMembership]
) -> None:
    first = ask(alice, groups=(circle[0].group_id,))
    say(bob, first, SupportAnswer.WILL_CONTACT_YOU, at=0)
    named = Named(member_id=alice.id, named_by=alice.id, known_as="")
    blocks.block(member_id=bob.id, block_id=None, named=named, now=later(1))
    assert asked(ask(alice, text="again", now=later(2))) == set()


def test_an_answer_of_long_ago_does_not_keep_the_others_from_being_asked(
    alice: Member, told: list[str]
) -> None:
    """Who said eleven minutes ago that they will call, and is asked for again, has not called."""
    helpers = make_supporters(alice, *NAMES)
    first = ask(alice)
    (name, *_) = told
    say(helpers[name], first, SupportAnswer.WILL_CONTACT_YOU, at=1)
    waves.ask_others(request_id=first.id, now=later(5))
    assert len(told) == 3
    second = ask(alice, text="again", now=later(12))
    waves.ask_others(request_id=second.id, now=second.second_wave_at)
    assert set(told[3:]) == set(NAMES)
    assert waves.is_unanswered(second, now=second.no_answer_at)


def test_after_closing_the_next_request_begins_afresh(alice: Member, told: list[str]) -> None:
    make_supporters(alice, "ash")
    first = ask(alice)
    closing.close(member=alice, request_id=first.id, now=later(1))
    second = ask(alice, text="again", now=later(2))
    assert told == ["ash", "ash"]  # else a push that was dropped in between would never come
    assert second.series != first.series
    assert second.no_answer_at == later(12)


def test_closing_an_earlier_one_closes_what_took_its_place(alice: Member) -> None:
    first = ask(alice)
    second = ask(alice, text="again", now=later(1))
    closing.close(member=alice, request_id=first.id, now=later(2))
    second.refresh_from_db()
    assert second.closed_at == later(2)


def test_a_request_whose_day_is_over_hands_nothing_on(alice: Member, bob: Member) -> None:
    make_supporter(alice, bob)
    first = ask(alice)
    say(bob, first, SupportAnswer.WILL_CONTACT_YOU)
    second = ask(alice, text="again", now=later(24 * 60 + 1))
    first.refresh_from_db()
    assert first.closed_at == first.closes_at
    assert second.asks.get().answer == "none"
    assert second.series == second.id
