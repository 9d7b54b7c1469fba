"""While nobody answers: who keeps the others from being asked, and when nobody is there."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from recovery.members.models import Member
from recovery.partners.help import help_given
from recovery.partners.help_models import HelpKind
from recovery.support.models import SupportAnswer, SupportMessage, SupportRequest
from recovery.support.requests import answering, closing, pending, waves
from tests.partnering import NOW
from tests.supporting import ask, asked, make_supporter, make_supporters

pytestmark = pytest.mark.django_db
NAMES = ("ash", "birch", "cedar", "dogwood", "elm")


def later(minutes: float) -> datetime:
    return NOW + timedelta(minutes=minutes)


def say(helper: Member, request: SupportRequest, answer: SupportAnswer, *, at: float = 1) -> None:
    answering.answer(helper_id=helper.id, request_id=request.id, said=answer, now=later(at))


@pytest.fixture
def helpers(alice: Member) -> dict[str, Member]:
    return make_supporters(alice, *NAMES)


def first_of(request: SupportRequest, helpers: dict[str, Member]) -> Member:
    return helpers[min(name for name in asked(request) if name)]


@pytest.mark.parametrize(
    ("answer", "others_asked"),
    [("will_contact_you", False), ("can_talk_later", True), ("not_able", True)],
)
def test_the_others_are_spared_only_while_somebody_comes(
    alice: Member, helpers: dict[str, Member], answer: str, others_asked: bool
) -> None:
    request = ask(alice)
    say(first_of(request, helpers), request, SupportAnswer(answer))
    waves.ask_others(request_id=request.id, now=later(5))
    assert (len(asked(request)) == 5) is others_asked


def test_who_takes_back_that_they_come_lets_the_others_be_asked_at_once(
    alice: Member, helpers: dict[str, Member]
) -> None:
    request = ask(alice)
    helper = first_of(request, helpers)
    say(helper, request, SupportAnswer.WILL_CONTACT_YOU)
    waves.ask_others(request_id=request.id, now=later(5))
    assert len(asked(request)) == 3
    say(helper, request, SupportAnswer.NOT_ABLE, at=7)
    assert len(asked(request)) == 5
    assert set(request.asks.filter(wave=2).values_list("asked_at", flat=True)) == {later(7)}


def test_taking_it_back_before_the_five_minutes_waits_for_them(
    alice: Member, helpers: dict[str, Member]
) -> None:
    request = ask(alice)
    helper = first_of(request, helpers)
    say(helper, request, SupportAnswer.WILL_CONTACT_YOU, at=1)
    say(helper, request, SupportAnswer.NOT_ABLE, at=2)
    assert len(asked(request)) == 3


def test_the_others_are_asked_once(alice: Member, helpers: dict[str, Member]) -> None:
    request = ask(alice)
    waves.ask_others(request_id=request.id, now=later(5))
    make_supporter(alice, "fir")
    waves.ask_others(request_id=request.id, now=later(6))
    assert "fir" not in asked(request)


def test_a_late_look_does_not_tell_the_first_three_again(
    alice: Member, helpers: dict[str, Member]
) -> None:
    request = ask(alice)
    first = asked(request)
    waves.ask_others(request_id=request.id, now=later(90))
    times = {one.helper.handle: one.asked_at for one in request.asks.select_related("helper")}
    assert {name: times[name] for name in first} == dict.fromkeys(first, NOW)
    assert len(times) == 5


def test_nobody_is_asked_once_it_is_closed(alice: Member, helpers: dict[str, Member]) -> None:
    request = ask(alice)
    closing.close(member=alice, request_id=request.id, now=later(4))
    waves.ask_others(request_id=request.id, now=later(5))
    assert len(asked(request)) == 3


@pytest.mark.parametrize(
    ("answer", "alone"),
    [("none", True), ("not_able", True), ("can_talk_later", False), ("will_contact_you", False)],
)
def test_after_ten_minutes_nobody_is_there_unless_somebody_said_so(
    alice: Member, bob: Member, answer: str, alone: bool
) -> None:
    make_supporter(alice, bob)
    request = ask(alice)
    if answer != "none":
        say(bob, request, SupportAnswer(answer))
    assert not waves.is_unanswered(request, now=later(9.9))
    assert waves.is_unanswered(request, now=later(10)) is alone
    assert pending.unanswered(request_ids=[request.id], now=later(9.9)) == set()
    assert (pending.unanswered(request_ids=[request.id], now=later(10)) == {request.id}) is alone


def test_it_is_the_same_when_there_was_nobody_to_ask(alice: Member) -> None:
    request = ask(alice)
    assert asked(request) == set()
    assert waves.is_unanswered(request, now=later(10))


def test_being_there_counts_once_as_help_and_saying_no_does_not(alice: Member, bob: Member) -> None:
    make_supporter(alice, bob)
    request = ask(alice)

    def counted() -> int:
        return help_given(member_id=bob.id).counts[HelpKind.SUPPORT_ANSWER]

    say(bob, request, SupportAnswer.NOT_ABLE, at=1)
    assert counted() == 0
    say(bob, request, SupportAnswer.CAN_TALK_LATER, at=2)
    say(bob, request, SupportAnswer.WILL_CONTACT_YOU, at=3)
    say(bob, request, SupportAnswer.WILL_CONTACT_YOU, at=4)
    say(bob, request, SupportAnswer.NOT_ABLE, at=5)
    say(bob, request, SupportAnswer.WILL_CONTACT_YOU, at=6)
    assert counted() == 1


def test_after_a_day_it_ends_and_its_words_are_deleted(alice: Member, bob: Member) -> None:
    make_supporter(alice, bob)
    request = ask(alice)
    say(bob, request, SupportAnswer.WILL_CONTACT_YOU)
    answering.write(
        author_id=bob.id, request_id=request.id, message_id=None, to=None, text="Hi", now=later(2)
    )
    closing.close_overdue(request_ids=[request.id], now=later(24 * 60 - 1))
    assert SupportMessage.objects.count() == 1
    closing.close_overdue(request_ids=[request.id], now=later(24 * 60 + 3))
    request.refresh_from_db()
    assert (request.closed_at, bytes(request.text)) == (later(24 * 60), b"")
    assert not SupportMessage.objects.exists()
