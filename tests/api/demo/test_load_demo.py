"""The demo group: loaded once, whole, and open to whoever reads what the command prints."""

from __future__ import annotations

import io
import re
from datetime import date

import pytest
from django.apps import apps
from django.core.management import CommandError, call_command
from rest_framework.test import APIClient

from api.demo import cast
from api.demo.days import check_ins
from api.demo.people import DAYS
from recovery.checkins.models import CheckIn
from recovery.kernel.models import Change
from recovery.members.models import Member
from recovery.sharing.models import Grant
from tests.factories import make_member

TODAY = date(2026, 11, 22)
CURL = re.compile(r'curl -H "Authorization: (Bearer \S+)" http://127\.0\.0\.1:8000(/\S+)')

pytestmark = pytest.mark.django_db

# A bit of everything that members do for each other.
SHOWN = (
    *("Goal", "GoalStep", "GoalProgress", "Commitment", "CommitmentEntry"),
    *("Group", "GroupMembership", "GroupCommitment", "Cheer"),
    *("Confirmation", "Block", "Report"),
    *("Encouragement", "HelpTally", "SupportRequest", "SupportAsk", "ContactCard"),
)


def load_demo() -> tuple[str, str]:
    """What the command prints, and what it says while it works."""
    printed, said = io.StringIO(), io.StringIO()
    call_command("load_demo", stdout=printed, stderr=said)
    return printed.getvalue(), said.getvalue()


def home_screen(line: tuple[str, str]) -> dict[str, object]:
    """The answer to a curl line."""
    token, path = line
    answer = APIClient().get(path, HTTP_AUTHORIZATION=token)
    assert answer.status_code == 200
    found: dict[str, object] = answer.json()
    return found


def test_the_group_loads_once_and_opens_every_time() -> None:
    printed, said = load_demo()
    assert "of 120 days" in said
    mine, partners = (home_screen(line) for line in CURL.findall(printed))
    assert mine["newly_shared"]
    assert mine["streak"]["current"] > 0  # type: ignore[index]
    assert partners["after_use"]  # a use told lately: what was kept comes first
    assert Member.objects.count() == len(cast.PEOPLE) == 8
    assert 0.7 < CheckIn.objects.count() / (8 * DAYS) < 0.9
    shared = {grant.scope for grant in Grant.objects.all()}
    assert {"sober_clock", "check_in_status", "goals", "commitments", "support_requests"} <= shared
    for label in SHOWN:
        assert apps.get_model("recovery", label).objects.exists(), label

    changes = Change.objects.count()
    again, said = load_demo()
    assert said == ""
    assert Change.objects.count() == changes
    assert [home_screen(line)["streak"] for line in CURL.findall(again)] == [
        mine["streak"],
        partners["streak"],
    ]


@pytest.mark.parametrize("handle", [cast.LEAD.handle, "tall_fern"])
def test_a_member_who_goes_by_one_of_the_handles_keeps_theirs(handle: str) -> None:
    make_member(handle=handle)
    with pytest.raises(CommandError, match="cannot be loaded"):
        load_demo()
    assert [member.handle for member in Member.objects.all()] == [handle]


def test_the_history_is_the_same_for_everybody() -> None:
    first, second = (
        [list(check_ins(person=person, today=TODAY)) for person in cast.PEOPLE] for _ in range(2)
    )
    assert first == second
    assert all(len({day.local_date for day in days}) == len(days) for days in first)
