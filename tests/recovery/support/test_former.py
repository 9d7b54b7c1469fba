"""A helper's account goes while a request is open: their thread stays, a former member's."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from recovery.kernel.errors import Missing
from recovery.members.models import Member
from recovery.ownership.services import deletion, working
from recovery.partners import services as partners
from recovery.partners.models import Partnership
from recovery.support.models import SupportAnswer, SupportAsk, SupportMessage, SupportRequest
from recovery.support.requests import answering, closing, reading, waves
from recovery.support.requests.reading import FORMER_MEMBER, Thread
from tests import grouping
from tests.factories import make_member
from tests.parallel import at_once
from tests.partnering import NOW
from tests.recovery.ownership.leaving import ADDRESS, delete
from tests.recovery.ownership.lives import PASSWORD
from tests.supporting import ask, asked, facilitate, make_supporter, make_supporters

pytestmark = pytest.mark.django_db
LATER = NOW + timedelta(minutes=1)


def answer(helper: Member, request: SupportRequest, said: str, *, now: Any = LATER) -> SupportAsk:
    """The helper says whether they can be there."""
    return answering.answer(
        helper_id=helper.id, request_id=request.id, said=SupportAnswer(said), now=now
    )


def write(
    author: Member, request: SupportRequest, text: str, *, to: Any = None, now: Any = LATER
) -> None:
    """One of the two writes to the other."""
    answering.write(
        author_id=author.id, request_id=request.id, message_id=None, to=to, text=text, now=now
    )


def threads(request: SupportRequest, *, now: Any = LATER) -> list[Thread]:
    """What the asker sees between them and those who answered."""
    request = SupportRequest.objects.get(id=request.id)
    return reading.as_asker(requests=[request], now=now)[0].threads


def work_off(*, now: Any = LATER) -> None:
    """Let workers erase."""
    while working.work_off(now=now):
        pass


def talk(alice: Member, helper: Member, request: SupportRequest) -> SupportAsk:
    """The helper answers, and both write."""
    thread = answer(helper, request, "will_contact_you")
    write(helper, request, "Calling in five")
    write(alice, request, "Thank you", to=thread.id)
    return thread


@pytest.mark.parametrize("wait", [False, True])
def test_the_askers_own_words_stay_and_the_helpers_go(
    alice: Member, bob: Member, wait: bool
) -> None:
    make_supporter(alice, bob)
    request = ask(alice)
    thread = talk(alice, bob, request)
    delete(bob, wait=wait, now=LATER)
    for is_erased in (False, not wait):
        assert Member.objects.filter(id=bob.id).exists() is not is_erased
        (seen,) = threads(request)
        assert seen.person == FORMER_MEMBER
        assert (seen.id, seen.answer, seen.answered_at) == (thread.id, "none", None)
        assert [line.text for line in seen.lines] == ["Thank you"]
        work_off()
    closing.close(member=alice, request_id=request.id, now=LATER)
    assert threads(request) == []
    assert not SupportMessage.objects.owned_by(alice.id).exists()


def test_a_facilitators_thread_stays_too(alice: Member, bob: Member) -> None:
    owner = grouping.make_group(make_member(handle="owner"))
    running = grouping.join(bob, owner.group_id, "Fern")
    grouping.join(alice, owner.group_id, "Rose")
    grouping.facilitate(owner, running)
    facilitate(running)
    request = ask(alice, groups=(owner.group_id,))
    talk(alice, bob, request)
    delete(bob, now=LATER)
    work_off()
    (seen,) = threads(request)
    assert seen.person == FORMER_MEMBER
    assert [line.text for line in seen.lines] == ["Thank you"]


def test_it_goes_over_to_the_request_that_takes_the_place(alice: Member, bob: Member) -> None:
    make_supporter(alice, bob)
    talk(alice, bob, ask(alice))
    delete(bob, now=LATER)
    (seen,) = threads(ask(alice, text="Again", now=LATER))
    assert [line.text for line in seen.lines] == ["Thank you"]


def test_that_somebody_was_asked_who_had_not_answered_never_shows(
    alice: Member, bob: Member
) -> None:
    make_supporter(alice, bob)
    request = ask(alice)
    delete(bob, now=LATER)
    work_off()
    assert threads(request) == []
    assert not SupportAsk.objects.exists()


def test_what_an_ended_partnership_hid_does_not_come_back_as_a_former_members(
    alice: Member, bob: Member
) -> None:
    _, linked = make_supporter(alice, bob)
    request = ask(alice)
    talk(alice, bob, request)
    partners.end(member_id=bob.id, partnership_id=linked.id, now=LATER)
    assert threads(request) == []
    delete(bob, now=LATER)
    work_off()
    assert threads(request) == []


def test_nobody_writes_to_somebody_who_is_not_there(alice: Member, bob: Member) -> None:
    make_supporter(alice, bob)
    request = ask(alice)
    thread = talk(alice, bob, request)
    delete(bob, now=LATER)
    with pytest.raises(Missing):
        write(alice, request, "Are you there?", to=thread.id)


def test_who_was_spared_because_they_would_call_is_asked_now(alice: Member, bob: Member) -> None:
    make_supporter(alice, bob)
    make_supporters(alice, "carol", "dora", "erin")
    request = ask(alice)
    first = asked(request)
    assert len(first) == 3
    caller = Member.objects.get(handle=min(one for one in first if one))
    answer(caller, request, "will_contact_you")
    later = NOW + timedelta(minutes=20)
    waves.ask_others(request_id=request.id, now=later)
    assert asked(request) == first
    delete(caller, now=later)
    assert asked(request) == {"bob", "carol", "dora", "erin"} - {caller.handle}
    assert reading.as_asker(requests=[SupportRequest.objects.get(id=request.id)], now=later)[
        0
    ].no_answer_yet


def test_who_comes_back_is_a_former_member_there(alice: Member, bob: Member) -> None:
    make_supporter(alice, bob)
    request = ask(alice)
    talk(alice, bob, request)
    delete(bob, wait=True, now=LATER)
    deletion.restore(handle="bob", password=PASSWORD, device_name="", address=ADDRESS, now=LATER)
    assert [one.person for one in threads(request)] == [FORMER_MEMBER]
    with pytest.raises(Missing):
        answer(bob, request, "can_talk_later")


@pytest.mark.django_db(transaction=True)
def test_helpers_go_while_others_answer_and_the_asker_asks_again() -> None:
    alice = make_member(handle="alice")
    helpers = [make_supporter(alice, name)[0] for name in ("bob", "carol", "dora")]
    request = ask(alice)
    for one in helpers:
        answer(one, request, "can_talk_later")

    def act(number: int) -> None:
        if number < 2:
            delete(helpers[number], now=LATER)
        elif number < 4:
            answer(helpers[2], request, "not_able" if number == 2 else "will_contact_you")
        else:
            ask(alice, text=f"Again {number}", now=LATER)

    at_once(act, times=6)
    open_one = SupportRequest.objects.get(member=alice, closed_at__isnull=True)
    seen = threads(open_one)
    assert sum(one.person == FORMER_MEMBER for one in seen) == 2
    assert len(seen) == 3
    assert Partnership.objects.filter(ended_at__isnull=True).count() == 1
