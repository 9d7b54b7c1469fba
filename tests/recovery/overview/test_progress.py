from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

import pytest
from django.db import OperationalError

from recovery.checkins import services as checkins
from recovery.kernel.errors import Missing, Unavailable
from recovery.kernel.ids import new_id
from recovery.members.models import Member
from recovery.overview.progress import Progress, progress
from recovery.overview.shown import SharedStatus
from recovery.partners import services as partners
from recovery.partners.models import Partnership
from recovery.sharing.models import AccessEntry, Scope
from recovery.sobriety.services import trackers
from tests.factories import make_member
from tests.partnering import NOW, STATUS, clock_of, make_clock, make_partners, share

# 12:00 UTC on 22 November is the 22nd in Berlin and New York, and the 23rd in Auckland.
TODAY = date(2026, 11, 22)


@pytest.fixture
def linked(alice: Member, bob: Member) -> Partnership:
    return make_partners(alice, bob)


def seen_by(viewer: Member, linked: Partnership, *, now: datetime = NOW) -> Progress:
    return progress(viewer_id=viewer.id, partnership_id=linked.id, now=now)


def answer(member: Member, day: date, *, now: datetime = NOW) -> None:
    checkins.put(
        member=member,
        local_date=day,
        answers=checkins.Answers(),
        when=checkins.When(),
        now=now,
    )


def test_a_partner_sees_the_clock_that_was_shared_and_no_other(
    alice: Member, bob: Member, linked: Partnership
) -> None:
    shown = make_clock(alice, name="Evenings", days=41)
    make_clock(alice, name="Mornings", days=7)
    share(alice, linked, clock_of(shown))
    seen = seen_by(bob, linked)
    assert seen.name.handle == "alice"
    assert seen.shown.check_in_status == []
    (clock,) = seen.shown.sober_clock
    assert (clock.tracker_id, clock.name) == (shown.id, "Evenings")
    assert clock.reading.current_days == 41


def test_the_status_is_that_of_the_owners_date_and_not_the_viewers(
    alice: Member, charlie: Member
) -> None:
    linked = make_partners(alice, charlie)
    share(charlie, linked, STATUS)
    answer(charlie, date(2026, 11, 23))
    assert seen_by(alice, linked).shown.check_in_status == [
        SharedStatus(local_date=date(2026, 11, 23), answered_today=True)
    ]


def test_the_status_follows_the_owners_day_start(bob: Member) -> None:
    late = make_member(handle="late", time_zone="UTC", day_start_hour=4)
    linked = make_partners(late, bob)
    share(late, linked, STATUS)
    answer(late, TODAY)
    at_night = datetime.fromisoformat("2026-11-23T03:59:00+00:00")
    assert seen_by(bob, linked, now=at_night).shown.check_in_status == [
        SharedStatus(local_date=TODAY, answered_today=True)
    ]
    assert seen_by(bob, linked, now=at_night + timedelta(minutes=1)).shown.check_in_status == [
        SharedStatus(local_date=date(2026, 11, 23), answered_today=False)
    ]


def test_a_check_in_that_was_taken_back_is_no_answer(
    alice: Member, bob: Member, linked: Partnership
) -> None:
    share(alice, linked, STATUS)
    answer(alice, TODAY)
    checkins.take_back(member=alice, local_date=TODAY, now=NOW)
    assert not seen_by(bob, linked).shown.check_in_status[0].answered_today


def test_never_granted_taken_back_and_expired_are_the_same(
    alice: Member, bob: Member, linked: Partnership
) -> None:
    clock = clock_of(make_clock(alice))
    nothing = seen_by(bob, linked)
    share(alice, linked, clock, STATUS)
    assert seen_by(bob, linked) != nothing
    share(alice, linked)
    assert seen_by(bob, linked) == nothing
    share(alice, linked, clock, STATUS, now=NOW - timedelta(days=90))
    assert seen_by(bob, linked) == nothing


def test_a_narrowed_consent_is_as_if_there_had_never_been_more(
    alice: Member, bob: Member, linked: Partnership
) -> None:
    clock = clock_of(make_clock(alice))
    share(alice, linked, STATUS)
    less = seen_by(bob, linked)
    share(alice, linked, STATUS, clock)
    share(alice, linked, STATUS)
    assert seen_by(bob, linked) == less


def test_clocks_come_in_the_order_of_trackers_whichever_was_shared_first(
    alice: Member, bob: Member, linked: Partnership
) -> None:
    first, second = (make_clock(alice, name=name) for name in ("First", "Second"))
    share(alice, linked, clock_of(second))
    share(alice, linked, clock_of(second), clock_of(first), now=NOW)
    assert [clock.name for clock in seen_by(bob, linked).shown.sober_clock] == ["First", "Second"]


def test_a_tracker_that_was_put_away_shows_nothing_and_logs_nothing(
    alice: Member, bob: Member, linked: Partnership
) -> None:
    clock = make_clock(alice)
    nothing = seen_by(bob, linked)
    share(alice, linked, clock_of(clock))
    trackers.remove(member=alice, tracker_id=clock.id, now=NOW)
    assert seen_by(bob, linked) == nothing
    assert not AccessEntry.objects.exists()


def test_strangers_former_partners_and_unknown_ids_find_nothing(
    alice: Member, bob: Member, charlie: Member, linked: Partnership
) -> None:
    share(alice, linked, STATUS)
    with pytest.raises(Missing):
        seen_by(charlie, linked)
    with pytest.raises(Missing):
        progress(viewer_id=bob.id, partnership_id=new_id(), now=NOW)
    partners.end(member_id=alice.id, partnership_id=linked.id, now=NOW)
    with pytest.raises(Missing):
        seen_by(bob, linked)


def test_looking_is_recorded_once_per_scope_and_date_of_the_owner(
    alice: Member, bob: Member, linked: Partnership
) -> None:
    share(alice, linked, STATUS, clock_of(make_clock(alice)))
    for hours in (0, 1, 24):
        seen_by(bob, linked, now=NOW + timedelta(hours=hours))
    entries = AccessEntry.objects.order_by("seen_on", "scope")
    assert [(e.owner, e.viewer, e.scope, e.seen_on) for e in entries] == [
        (alice, bob, scope, day)
        for day in (TODAY, TODAY + timedelta(days=1))
        for scope in (Scope.CHECK_IN_STATUS, Scope.SOBER_CLOCK)
    ]


def test_looking_at_nothing_leaves_no_record(
    alice: Member, bob: Member, linked: Partnership
) -> None:
    seen_by(bob, linked)
    assert not AccessEntry.objects.exists()


def test_what_cannot_be_recorded_is_not_shown(
    alice: Member, bob: Member, linked: Partnership, monkeypatch: pytest.MonkeyPatch
) -> None:
    def disk_is_full(*_: Any, **__: Any) -> None:
        raise OperationalError("disk is full")

    share(alice, linked, STATUS)
    monkeypatch.setattr(AccessEntry.objects, "bulk_create", disk_is_full)
    with pytest.raises(Unavailable):
        seen_by(bob, linked)
