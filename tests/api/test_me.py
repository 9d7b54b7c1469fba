"""My account over HTTP."""

from __future__ import annotations

from typing import Any

import pytest
from django.utils import timezone

from recovery.calendar.models import ZoneChange
from recovery.kernel.models import Change
from recovery.members.models import Member
from tests.api.people import (
    OTHER_PASSWORD,
    join,
    sees_me,
    signed_in,
)
from tests.parallel import at_once


def _patch(tokens: dict[str, Any], **changed: Any) -> Any:
    return signed_in(tokens).patch("/api/v1/me", changed, format="json")


@pytest.mark.django_db
def test_a_member_changes_what_she_gives_and_nothing_else() -> None:
    here = join()

    answer = _patch(here, locale="fr", time_zone_mode="fixed")

    assert answer.status_code == 200
    expected = here["member"] | {"locale": "fr", "time_zone_mode": "fixed", "version": 2}
    assert answer.json() == expected
    assert sees_me(here).json() == expected
    change = Change.objects.filter(table="me").latest("seq")
    assert change.version == 2
    assert sorted(change.fields) == ["locale", "time_zone_mode"]
    assert ZoneChange.objects.count() == 1


@pytest.mark.django_db
def test_the_same_again_changes_nothing() -> None:
    here = join()
    _patch(here, locale="fr")

    answer = _patch(here, locale="fr", time_zone="Europe/Berlin")

    assert answer.json()["version"] == 2
    assert Change.objects.filter(table="me").count() == 2
    assert _patch(here).json()["version"] == 2


@pytest.mark.django_db
def test_another_zone_is_a_fact_from_now_on() -> None:
    here = join()
    before = timezone.now()

    answer = _patch(here, time_zone="Asia/Calcutta", day_start_hour=4, time_zone_mode="fixed")

    assert answer.json()["time_zone"] == "Asia/Kolkata"
    assert answer.json()["time_zone_mode"] == "fixed"
    moved = ZoneChange.objects.latest("effective_at")
    assert (moved.zone, moved.day_start_hour) == ("Asia/Kolkata", 4)
    assert before <= moved.effective_at <= timezone.now()


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("changed", "pointer", "code"),
    [
        ({"time_zone": "Nowhere/City"}, "/time_zone", "unknown_zone"),
        ({"day_start_hour": 7}, "/day_start_hour", "max_value"),
        ({"day_start_hour": True}, "/day_start_hour", "invalid"),
        ({"time_zone_mode": "sometimes"}, "/time_zone_mode", "invalid_choice"),
        ({"locale": "xx"}, "/locale", "invalid_choice"),
        ({"handle": "other"}, "/handle", "unknown_field"),
        ({"password": OTHER_PASSWORD}, "/password", "unknown_field"),
        ({"email": "x@example.org"}, "/email", "unknown_field"),
        ({"version": 9}, "/version", "unknown_field"),
        ({"deleted_at": None}, "/deleted_at", "unknown_field"),
        ({"email_verified_at": "2026-01-01T00:00:00Z"}, "/email_verified_at", "unknown_field"),
    ],
)
def test_what_cannot_be_changed_is_named_and_nothing_changes(
    changed: dict[str, Any], pointer: str, code: str
) -> None:
    here = join()

    answer = _patch(here, **changed)

    assert answer.status_code == 400
    found = [(error["pointer"], error["code"]) for error in answer.json()["errors"]]
    assert found == [(pointer, code)]
    assert sees_me(here).json() == here["member"]


@pytest.mark.django_db(transaction=True)
def test_eight_changes_at_once_are_numbered_one_after_another() -> None:
    here = join()
    hours = [1, 2, 3, 4, 5, 6, 1, 2]

    answers = at_once(lambda number: _patch(here, day_start_hour=hours[number]))

    assert {answer.status_code for answer in answers} == {200}
    member = Member.objects.get()
    rows = Change.objects.filter(table="me").order_by("seq")
    assert [row.version for row in rows] == list(range(1, member.version + 1))
    last = ZoneChange.objects.filter(member=member).order_by("-id").first()
    assert last is not None
    assert last.day_start_hour == member.day_start_hour
