"""What an export holds of requests for support: one's own, and nothing of whom they reached."""

from __future__ import annotations

import pytest

from recovery.members.models import Member
from recovery.ownership import walk
from recovery.support.models import SupportAnswer, SupportAsk, SupportMessage, SupportRequest
from recovery.support.requests import answering
from tests.partnering import NOW
from tests.supporting import ask, make_supporter

pytestmark = pytest.mark.django_db


def test_the_asker_takes_along_the_request_and_nobody_who_was_asked(
    alice: Member, bob: Member
) -> None:
    make_supporter(alice, bob)
    request = ask(alice)
    assert list(walk.exported_rows(SupportRequest, member_id=alice.id)) == [request]
    assert not walk.exported_rows(SupportAsk, member_id=alice.id).exists()


def test_a_helper_takes_along_what_they_answered(alice: Member, bob: Member) -> None:
    make_supporter(alice, bob)
    request = ask(alice)
    assert not walk.exported_rows(SupportAsk, member_id=bob.id).exists()
    answering.answer(helper_id=bob.id, request_id=request.id, said=SupportAnswer.NOT_ABLE, now=NOW)
    assert [row.answer for row in walk.exported_rows(SupportAsk, member_id=bob.id)] == ["not_able"]
    assert not walk.exported_rows(SupportAsk, member_id=alice.id).exists()
    assert not walk.exported_rows(SupportRequest, member_id=bob.id).exists()


def test_that_a_message_reached_nobody_is_in_no_export() -> None:
    """It would tell who blocked whom."""
    assert "withheld" not in [field.name for field in walk.columns_of(SupportMessage)]
