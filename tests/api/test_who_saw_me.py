"""The owner's record of who saw what."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from rest_framework.test import APIClient

from recovery.members.models import Member
from recovery.ownership.services import working
from recovery.partners import services as partners
from recovery.partners.models import Partnership, PartnershipSide
from recovery.sharing.models import AccessEntry, Scope
from tests.factories import make_member
from tests.partnering import NOW, make_partners
from tests.recovery.ownership.leaving import delete

pytestmark = pytest.mark.django_db
ADDRESS = "/api/v1/me/access-log"


def saw(
    viewer: Member, owner: Member, *days: str, scope: str = Scope.CHECK_IN_STATUS
) -> Partnership:
    linked = Partnership.objects.of(viewer.id).of(owner.id).active().first()
    linked = linked or make_partners(owner, viewer)
    AccessEntry.objects.bulk_create(
        AccessEntry(partnership=linked, viewer=viewer, owner=owner, scope=scope, seen_on=day)
        for day in days
    )
    return linked


def test_views_are_told_by_week_from_monday(
    as_alice: APIClient, alice: Member, bob: Member
) -> None:
    linked = saw(bob, alice, "2026-11-15", "2026-11-16", "2026-11-22")
    saw(bob, alice, "2026-11-22", scope=Scope.SOBER_CLOCK)
    bob_himself = {"partner": str(linked.id), "viewer_handle": "bob", "viewer_alias": None}
    assert as_alice.get(ADDRESS).json() == {
        "items": [
            {
                "week_from": "2026-11-16",
                **bob_himself,
                "scope": "check_in_status",
                "dates": 2,
            },
            {
                "week_from": "2026-11-16",
                **bob_himself,
                "scope": "sober_clock",
                "dates": 1,
            },
            {
                "week_from": "2026-11-09",
                **bob_himself,
                "scope": "check_in_status",
                "dates": 1,
            },
        ],
        "next_cursor": None,
    }


def test_a_page_goes_on_in_the_week_before(as_alice: APIClient, alice: Member, bob: Member) -> None:
    mondays = [date(2026, 1, 5) + timedelta(weeks=number) for number in range(10)]
    saw(bob, alice, *(day.isoformat() for day in mondays))
    told, cursor = [], ""
    while cursor is not None:
        query = {"limit": 4} | ({"cursor": cursor} if cursor else {})
        page = as_alice.get(ADDRESS, query).json()
        told += [item["week_from"] for item in page["items"]]
        cursor = page["next_cursor"]
    assert told == [day.isoformat() for day in reversed(mondays)]


def test_nobody_else_is_told(as_bob: APIClient, alice: Member, bob: Member) -> None:
    saw(bob, alice, "2026-11-22")
    assert as_bob.get(ADDRESS).json()["items"] == []


def test_two_guests_are_two_and_one_person_under_two_names_stays_two(
    as_alice: APIClient, alice: Member, bob: Member
) -> None:
    for guest in (make_member(), make_member()):
        saw(guest, alice, "2026-11-22")
    in_group = saw(bob, alice, "2026-11-22")
    PartnershipSide.objects.filter(partnership=in_group, member=bob).update(alias="Heron")
    partners.end(member_id=alice.id, partnership_id=in_group.id, now=NOW)
    saw(bob, alice, "2026-11-22")
    told = [
        (item["viewer_handle"], item["viewer_alias"], item["dates"])
        for item in as_alice.get(ADDRESS).json()["items"]
    ]
    assert sorted(told, key=str) == [
        ("bob", None, 1),
        (None, "Heron", 1),
        (None, None, 1),
        (None, None, 1),
    ]


def test_what_somebody_saw_stays_when_their_account_goes_without_their_name(
    as_alice: APIClient, alice: Member, bob: Member, charlie: Member
) -> None:
    saw(bob, alice, "2026-11-16", "2026-11-17")
    saw(charlie, alice, "2026-11-17")
    nobody = {"partner": None, "viewer_handle": None, "viewer_alias": None}
    week = {"week_from": "2026-11-16", "scope": "check_in_status"}
    delete(bob)
    told = as_alice.get(ADDRESS).json()["items"]
    assert told[0] == {**week, **nobody, "dates": 2}
    assert told[1]["viewer_handle"] == "charlie"
    delete(charlie)
    working.work_off(now=NOW)
    assert not Member.objects.exclude(id=alice.id).exists()
    assert as_alice.get(ADDRESS).json()["items"] == [{**week, **nobody, "dates": 2}]
    assert AccessEntry.objects.filter(viewer=None, partnership=None).count() == 3


def test_an_owners_record_goes_with_the_owner(alice: Member, bob: Member) -> None:
    saw(bob, alice, "2026-11-16")
    delete(alice)
    working.work_off(now=NOW)
    assert not AccessEntry.objects.exists()
