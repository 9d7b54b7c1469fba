"""Who is asked for support: those who agreed, within their hours, with nothing between the two."""

from __future__ import annotations

from datetime import timedelta

import pytest

from recovery.blocks import services as blocks
from recovery.blocks.services import Named
from recovery.groups.models import GroupMembership
from recovery.groups.services import leaving
from recovery.members.models import Member
from recovery.partners import services as partners
from recovery.partners import sides
from recovery.partners.models import Partnership
from recovery.sharing.models import Scope
from recovery.sharing.services import Wanted
from recovery.support.models import SupportAsk
from recovery.support.requests import asking, waves
from tests.circles import make_circle, make_group_partners
from tests.contract.test_query_budgets import at_most
from tests.factories import make_member
from tests.partnering import NOW, make_partners, share
from tests.supporting import (
    REQUESTS,
    agree,
    ask,
    asked,
    facilitate,
    make_supporter,
    make_supporters,
)

pytestmark = pytest.mark.django_db


def block(blocker: Member, other: Member) -> None:
    """One blocks the other."""
    named = Named(member_id=other.id, named_by=other.id, known_as="")
    blocks.block(member_id=blocker.id, block_id=None, named=named, now=NOW)


@pytest.fixture
def linked(alice: Member, bob: Member) -> Partnership:
    """Bob agreed to be asked by alice, at any hour, and she gave him that consent."""
    return make_supporter(alice, bob)[1]


def test_a_partner_who_agreed_and_was_given_the_consent_is_asked(
    alice: Member, linked: Partnership
) -> None:
    assert asked(ask(alice)) == {"bob"}


def test_the_consent_alone_asks_nobody_who_did_not_agree(alice: Member, bob: Member) -> None:
    share(alice, make_partners(alice, bob), REQUESTS)
    assert asked(ask(alice)) == set()


def test_agreeing_alone_is_no_consent_of_the_asker(alice: Member, bob: Member) -> None:
    agree(bob, make_partners(alice, bob))
    assert asked(ask(alice)) == set()


def test_another_consent_is_not_this_one(alice: Member, bob: Member) -> None:
    linked = make_partners(alice, bob)
    agree(bob, linked)
    share(alice, linked, Wanted(scope=Scope.CHECK_IN_STATUS), Wanted(scope=Scope.CONTACT))
    assert asked(ask(alice)) == set()


ENDS = ["taken back", "expired", "asker pauses", "helper pauses", "asker blocks", "helper blocks"]
ENDS += ["ended by the asker", "ended by the helper", "helper is leaving"]


@pytest.mark.parametrize("end", ENDS)
def test_whatever_ends_it_holds_for_the_next_request(
    alice: Member, bob: Member, linked: Partnership, end: str
) -> None:
    now = NOW
    match end:
        case "taken back":
            share(alice, linked)
        case "expired":
            now = NOW + timedelta(days=90)
        case "asker pauses":
            sides.pause(member_id=alice.id, partnership_id=linked.id, now=NOW)
        case "helper pauses":
            sides.pause(member_id=bob.id, partnership_id=linked.id, now=NOW)
        case "asker blocks":
            block(alice, bob)
        case "helper blocks":
            block(bob, alice)
        case "ended by the asker":
            partners.end(member_id=alice.id, partnership_id=linked.id, now=NOW)
        case "ended by the helper":
            partners.end(member_id=bob.id, partnership_id=linked.id, now=NOW)
        case "helper is leaving":
            Member.objects.filter(id=bob.id).update(deleted_at=NOW)
    assert asked(ask(alice, now=now)) == set()


# It is 07:00 in New York and 01:00 the next day in Auckland.
@pytest.mark.parametrize(
    ("zone", "hours", "woken", "reached"),
    [
        ("America/New_York", ("07:00", "22:00"), False, True),
        ("America/New_York", ("07:01", "22:00"), False, False),
        ("America/New_York", ("07:01", "22:00"), True, True),
        ("America/New_York", ("22:00", "07:00"), False, False),
        ("Pacific/Auckland", ("22:00", "07:00"), False, True),
        ("Pacific/Auckland", ("08:00", "22:00"), False, False),
        ("Pacific/Auckland", None, False, True),
    ],
)
def test_helpers_are_asked_by_the_clock_on_their_own_wall(
    alice: Member, zone: str, hours: tuple[str, str] | None, woken: bool, reached: bool
) -> None:
    make_supporter(alice, "river", zone=zone, hours=hours, woken=woken)
    assert asked(ask(alice)) == ({"river"} if reached else set())


def test_being_woken_is_agreed_to_for_one_person_at_a_time(
    alice: Member, charlie: Member, bob: Member
) -> None:
    make_supporter(alice, bob, hours=("20:00", "22:00"), woken=True)
    linked = make_partners(charlie, bob)
    agree(bob, linked, hours=("20:00", "22:00"))
    share(charlie, linked, REQUESTS)
    assert asked(ask(alice)) == {"bob"}
    assert asked(ask(charlie)) == set()


@pytest.fixture
def circle(alice: Member, bob: Member, charlie: Member) -> list[GroupMembership]:
    """Bob's group, with alice and charlie in it; bob answers for it."""
    made = make_circle(bob, alice, charlie)
    facilitate(made[0])
    return made


def test_who_runs_a_named_group_is_asked_too(alice: Member, circle: list[GroupMembership]) -> None:
    request = ask(alice, groups=(circle[0].group_id,))
    (one,) = request.asks.all()
    assert (one.membership_id, one.asker_membership_id) == (circle[0].id, circle[1].id)
    assert one.partnership_id is None


def test_without_naming_the_group_nobody_of_it_is_asked(
    alice: Member, circle: list[GroupMembership]
) -> None:
    assert asked(ask(alice)) == set()


def test_a_group_that_is_not_ones_own_is_passed_over(
    circle: list[GroupMembership], alice: Member
) -> None:
    stranger = make_member(handle="stranger")
    request = ask(stranger, groups=(circle[0].group_id, alice.id))
    assert asked(request) == set()
    assert request.group_ids == []


def test_who_left_the_group_asks_nobody_in_it(alice: Member, circle: list[GroupMembership]) -> None:
    leaving.leave(member_id=alice.id, group_id=circle[0].group_id, now=NOW)
    assert asked(ask(alice, groups=(circle[0].group_id,))) == set()


def test_facilitators_have_hours_and_are_never_woken(
    alice: Member, circle: list[GroupMembership]
) -> None:
    facilitate(circle[0], hours=("08:00", "22:00"))  # it is 07:00 where bob is
    assert asked(ask(alice, groups=(circle[0].group_id,))) == set()


@pytest.mark.parametrize("who", ["asker", "facilitator"])
def test_a_block_keeps_facilitators_apart_too(
    alice: Member, bob: Member, circle: list[GroupMembership], who: str
) -> None:
    block(*((alice, bob) if who == "asker" else (bob, alice)))
    assert asked(ask(alice, groups=(circle[0].group_id,))) == set()


def test_who_can_be_asked_both_ways_is_asked_once_as_the_partner(
    alice: Member, bob: Member, circle: list[GroupMembership]
) -> None:
    linked = make_group_partners(circle[1], circle[0])
    agree(bob, linked)
    share(alice, linked, REQUESTS)
    (one,) = ask(alice, groups=(circle[0].group_id,)).asks.all()
    assert one.partnership_id == linked.id


def test_whoever_runs_a_group_does_not_ask_themself(
    bob: Member, circle: list[GroupMembership]
) -> None:
    assert asked(ask(bob, groups=(circle[0].group_id,))) == set()


@pytest.mark.parametrize("number", [1, 12])
def test_whom_to_ask_is_found_with_six_queries_however_many_they_are(
    alice: Member, bob: Member, circle: list[GroupMembership], number: int
) -> None:
    make_supporters(alice, *(f"helper_{one}" for one in range(number)))
    with at_most(6):
        found = asking.candidates(asker_id=alice.id, group_ids=[circle[0].group_id], now=NOW)
    assert len(found) == number + 1


NAMES = ("ash", "birch", "cedar", "dogwood", "elm")
FIVE_LATER, TEN_LATER = NOW + timedelta(minutes=5), NOW + timedelta(minutes=10)


def test_three_are_asked_at_once_and_the_others_after_five_minutes(alice: Member) -> None:
    make_supporters(alice, *NAMES)
    request = ask(alice)
    first = asked(request)
    assert len(first) == 3
    waves.ask_others(request_id=request.id, now=FIVE_LATER - timedelta(seconds=1))
    assert asked(request) == first
    waves.ask_others(request_id=request.id, now=FIVE_LATER)
    assert asked(request) == set(NAMES)
    assert {one.wave for one in request.asks.all()} == {1, 2}
    told = dict(SupportAsk.objects.values_list("helper__handle", "asked_at"))
    assert {told[name] for name in first} == {NOW}


def test_the_second_wave_asks_anew_who_agreed_and_whose_hours_it_is(alice: Member) -> None:
    helpers = {name: make_supporter(alice, name) for name in NAMES}
    late, _ = make_supporter(alice, "late", hours=("13:04", "22:00"))
    request = ask(alice)
    first = asked(request)
    assert "late" not in first
    gone, *_ = sorted(set(NAMES) - first)
    share(alice, helpers[gone][1])
    waves.ask_others(request_id=request.id, now=FIVE_LATER)
    assert asked(request) == ({*NAMES, late.handle} - {gone})


def test_next_time_those_who_were_not_asked_come_first(alice: Member) -> None:
    make_supporters(alice, *NAMES)
    first = asked(ask(alice))
    later = NOW + timedelta(days=2)
    assert asked(ask(alice, now=later)) >= set(NAMES) - first
