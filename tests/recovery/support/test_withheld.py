"""What did not reach its recipient shows nowhere, not even in how much room is left."""

from __future__ import annotations

import pytest

from recovery.members.models import Member
from recovery.partners import sides
from recovery.support.models import SupportAnswer, SupportMessage
from recovery.support.refusals import ThreadFull
from recovery.support.requests import answering
from tests.partnering import NOW
from tests.supporting import ask, make_supporter

pytestmark = pytest.mark.django_db


def test_what_one_does_not_see_takes_no_room_from_them(
    alice: Member, bob: Member, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(answering, "MOST_MESSAGES", 2)
    _, linked = make_supporter(alice, bob)
    request = ask(alice)
    thread = answering.answer(
        helper_id=bob.id, request_id=request.id, said=SupportAnswer.CAN_TALK_LATER, now=NOW
    )

    def write(author: Member) -> None:
        to = thread.id if author == alice else None
        answering.write(
            author_id=author.id,
            request_id=request.id,
            message_id=None,
            to=to,
            text="A word",
            now=NOW,
        )

    sides.pause(member_id=alice.id, partnership_id=linked.id, now=NOW)
    write(alice)
    write(alice)
    assert SupportMessage.objects.filter(withheld=True).count() == 2
    with pytest.raises(ThreadFull):
        write(alice)
    sides.resume(member_id=alice.id, partnership_id=linked.id, now=NOW)
    write(bob)
    write(bob)
    with pytest.raises(ThreadFull):
        write(bob)
