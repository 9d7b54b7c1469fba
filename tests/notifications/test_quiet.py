"""The ladder of silence, tick by tick: announced, cancelled up to the last moment, told once."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta

import pytest
from django.db import connection
from django.db.models import Min
from django.test.utils import CaptureQueriesContext

from notifications import delivery, inbox, planner, sender
from notifications.models import (
    Deadline,
    DeadlineKind,
    Delivery,
    Dropped,
    Notification,
    NotificationState,
    Sender,
)
from notifications.wording import Kind
from recovery.calendar import queries as calendar_of
from recovery.calendar import services as calendar
from recovery.checkins import quiet
from recovery.checkins import services as checkins
from recovery.checkins.quiet_models import QuietAnswer, QuietSpell
from recovery.checkins.quiet_queries import QuietState, reading
from recovery.members.models import Member
from recovery.members.services import accounts
from recovery.overview.quiet import Quiet
from recovery.overview.quiet import quiet as seen_quiet
from recovery.partners import services as partners
from recovery.partners import sides
from recovery.partners.models import Partnership
from recovery.sharing import services as sharing
from recovery.sharing.models import AccessEntry, Scope
from recovery.sharing.services import Wanted
from tests.factories import make_member
from tests.loopback.fcm import LoopbackFcm
from tests.notifications.making import make_device
from tests.partnering import make_partners, share

# Alice lives in Berlin, where it is 08:00 at 06:00 UTC. She checked in for the last time on the
# 10th, so the 11th and 12th are silent, she hears on the 13th at 08:00 and bob at 20:00.
LINKED = datetime(2025, 6, 9, 10, tzinfo=UTC)
LAST_SEEN = datetime(2025, 6, 10, 18, tzinfo=UTC)
MORNING = datetime(2025, 6, 13, 6, tzinfo=UTC)
EVENING = MORNING + timedelta(hours=12)
HOUR, TICK = timedelta(hours=1), timedelta(minutes=5)
QUIET = Wanted(scope=Scope.QUIET_ALERTS)


def check_in(member: Member, *, now: datetime) -> None:
    today = calendar_of.today_of(member=member, now=now)
    checkins.put(
        member=member,
        local_date=today,
        answers=checkins.Answers(),
        when=checkins.When(),
        now=now,
    )


@pytest.fixture
def linked(alice: Member, bob: Member) -> Partnership:
    """Bob may hear that alice is quiet; she was there for the last time on the 10th."""
    partnership = make_partners(alice, bob, now=LINKED)
    share(alice, partnership, QUIET, now=LINKED)
    check_in(alice, now=LAST_SEEN)
    Notification.objects.all().delete()
    return partnership


def tick(now: datetime) -> None:
    """A tick as the task runs it."""
    planner.tick(now=now)
    sender.beat(now=now)


def ticks(*, first: datetime, last: datetime) -> None:
    """Ticks without a gap; those that find nothing due are left out."""
    tick(first)
    while (due := Deadline.objects.aggregate(at=Min("next_due_at"))["at"]) and due <= last:
        Sender.objects.update(last_tick_at=due)
        tick(due)
    Sender.objects.update(last_tick_at=last)


def told(member: Member) -> list[tuple[str, datetime]]:
    """Return what a member heard of being quiet, and when."""
    kinds = (Kind.QUIET_AHEAD, Kind.PARTNER_QUIET)
    rows = Notification.objects.filter(member=member, kind__in=kinds)
    rows = rows.order_by("created_at", "id")
    return list(rows.values_list("kind", "created_at"))


def run_to(last: datetime) -> None:
    ticks(first=LAST_SEEN, last=last)


def test_the_member_hears_twelve_hours_before_the_partner_and_both_once(
    alice: Member, bob: Member, linked: Partnership
) -> None:
    run_to(EVENING + timedelta(days=3))
    assert told(alice) == [("quiet_ahead", MORNING)]
    assert told(bob) == [("partner_quiet", EVENING)]
    row = Notification.objects.get(kind=Kind.PARTNER_QUIET)
    assert (row.subject_id, row.partnership_id) == (linked.id, linked.id)


def test_a_check_in_up_to_the_last_moment_cancels_it(
    alice: Member, bob: Member, linked: Partnership
) -> None:
    run_to(EVENING - TICK)
    check_in(alice, now=EVENING - timedelta(seconds=1))
    ticks(first=EVENING, last=EVENING + timedelta(days=2, hours=11))
    assert told(bob) == []
    # Two more silent dates are a spell of their own.
    ticks(first=EVENING + timedelta(days=2, hours=11), last=EVENING + timedelta(days=3))
    assert told(alice)[-1] == ("quiet_ahead", MORNING + timedelta(days=3))
    assert told(bob) == [("partner_quiet", EVENING + timedelta(days=3))]


def test_a_check_in_for_an_older_date_is_a_sign_of_life_too(
    alice: Member, bob: Member, linked: Partnership
) -> None:
    run_to(MORNING + HOUR)
    assert reading(member_id=alice.id, now=MORNING + HOUR).state is QuietState.AHEAD
    checkins.put(
        member=alice,
        local_date=date(2025, 6, 12),
        answers=checkins.Answers(),
        when=checkins.When(),
        now=MORNING + HOUR,
    )
    assert reading(member_id=alice.id, now=MORNING + HOUR).state is QuietState.NONE
    ticks(first=MORNING + HOUR, last=EVENING + HOUR)
    assert told(bob) == []


@pytest.mark.parametrize("said", [QuietAnswer.IM_OKAY, QuietAnswer.NOT_THIS_TIME])
def test_an_answer_up_to_the_last_moment_cancels_it(
    alice: Member, bob: Member, linked: Partnership, said: QuietAnswer
) -> None:
    run_to(EVENING - TICK)
    quiet.answer(member=alice, said=said, now=EVENING - timedelta(seconds=1))
    ticks(first=EVENING, last=EVENING + timedelta(days=2))
    assert told(bob) == []
    ticks(first=EVENING + timedelta(days=2), last=EVENING + timedelta(days=20))
    if said is QuietAnswer.NOT_THIS_TIME:
        assert told(bob) == []
    else:  # she was there on the 13th; the 14th and 15th are silent
        assert told(bob) == [("partner_quiet", EVENING + timedelta(days=3))]


def test_an_answer_without_anything_to_answer_changes_nothing(
    alice: Member, linked: Partnership
) -> None:
    quiet.answer(member=alice, said=QuietAnswer.NOT_THIS_TIME, now=LAST_SEEN)
    assert not QuietSpell.objects.exists()
    run_to(MORNING)
    assert reading(member_id=alice.id, now=MORNING).tells_at == EVENING


@pytest.mark.parametrize(("days", "expected"), [(1, 12), (5, 16), (14, 25)])
def test_the_number_of_days_is_the_members(
    alice: Member, bob: Member, linked: Partnership, days: int, expected: int
) -> None:
    quiet.choose_days(member=alice, chosen=days, now=LAST_SEEN + HOUR)
    ticks(first=LAST_SEEN + HOUR, last=EVENING + timedelta(days=expected - 13, hours=2))
    assert told(alice) == [("quiet_ahead", MORNING + timedelta(days=expected - 13))]
    assert told(bob) == [("partner_quiet", EVENING + timedelta(days=expected - 13))]


def test_fewer_days_chosen_while_it_is_quiet_hold_from_the_next_morning(
    alice: Member, bob: Member, linked: Partnership
) -> None:
    quiet.choose_days(member=alice, chosen=14, now=LAST_SEEN + HOUR)
    now = MORNING + timedelta(days=3, hours=4)
    ticks(first=LAST_SEEN + HOUR, last=now)
    quiet.choose_days(member=alice, chosen=2, now=now)
    ticks(first=now, last=now + timedelta(days=2))
    assert told(alice) == [("quiet_ahead", MORNING + timedelta(days=4))]
    assert told(bob) == [("partner_quiet", EVENING + timedelta(days=4))]


def test_paused_dates_do_not_count(alice: Member, bob: Member, linked: Partnership) -> None:
    calendar.create_pause(
        member=alice,
        pause_id=None,
        from_date=date(2025, 6, 11),
        to_date=date(2025, 6, 20),
        now=LAST_SEEN,
    )
    ticks(first=LAST_SEEN, last=EVENING + timedelta(days=12))
    assert told(bob) == [("partner_quiet", EVENING + timedelta(days=10))]


def test_a_pause_that_begins_between_the_steps_stops_them(
    alice: Member, bob: Member, linked: Partnership
) -> None:
    run_to(EVENING - HOUR)
    calendar.create_pause(
        member=alice,
        pause_id=None,
        from_date=date(2025, 6, 13),
        to_date=None,
        now=EVENING - HOUR,
    )
    ticks(first=EVENING - HOUR, last=EVENING + timedelta(days=3))
    assert told(bob) == []


@pytest.mark.parametrize(("hours_before", "later"), [(1, 49), (11, 25), (23, 25)])
def test_nothing_within_a_day_of_a_change_of_zone(
    alice: Member, bob: Member, linked: Partnership, hours_before: int, later: int
) -> None:
    moved = EVENING - hours_before * HOUR
    run_to(moved)
    accounts.update_member(member=alice, time_zone="Europe/London", now=moved)
    ticks(first=moved, last=EVENING + (later - 1) * HOUR)
    assert told(bob) == []
    # Then the next morning and evening of London.
    ticks(first=EVENING + (later - 1) * HOUR, last=EVENING + later * HOUR)
    assert told(alice)[-1] == ("quiet_ahead", MORNING + later * HOUR)
    assert told(bob) == [("partner_quiet", EVENING + later * HOUR)]


def test_ticks_that_were_away_in_between_give_the_twelve_hours_anew(
    alice: Member, bob: Member, linked: Partnership
) -> None:
    run_to(MORNING + HOUR)
    ticks(first=EVENING - HOUR, last=EVENING + timedelta(days=1))
    tomorrow = timedelta(days=1)
    assert told(alice) == [("quiet_ahead", MORNING), ("quiet_ahead", MORNING + tomorrow)]
    assert told(bob) == [("partner_quiet", EVENING + tomorrow)]


def test_ticks_that_come_back_in_the_very_evening_tell_nobody(
    alice: Member, bob: Member, linked: Partnership
) -> None:
    run_to(MORNING + HOUR)
    ticks(first=EVENING + HOUR, last=EVENING + 10 * HOUR)
    assert told(bob) == []


def test_weeks_without_ticks_end_in_no_burst(
    alice: Member, bob: Member, linked: Partnership
) -> None:
    run_to(LAST_SEEN + HOUR)
    back = MORNING + timedelta(days=30, hours=5)
    ticks(first=back, last=back + timedelta(days=2))
    assert told(alice) == [("quiet_ahead", MORNING + timedelta(days=31))]
    assert told(bob) == [("partner_quiet", EVENING + timedelta(days=31))]


def test_an_announcement_that_never_left_is_made_again(
    alice: Member, bob: Member, linked: Partnership, fcm: LoopbackFcm
) -> None:
    """Her phone is there, but nobody delivers: a worker is down while the ticks go on."""
    make_device(member=alice, now=LINKED)
    run_to(EVENING + HOUR)
    assert Notification.objects.get().state == NotificationState.PENDING
    assert told(bob) == []
    Notification.objects.update(state=NotificationState.SENT)
    ticks(first=EVENING + HOUR, last=MORNING + timedelta(days=1))
    Notification.objects.update(state=NotificationState.SENT)
    ticks(first=MORNING + timedelta(days=1), last=EVENING + timedelta(days=1))
    assert told(bob) == [("partner_quiet", EVENING + timedelta(days=1))]


def test_whoever_never_checked_in_is_not_quiet_before_the_consent(
    alice: Member, bob: Member
) -> None:
    partnership = make_partners(alice, bob, now=LINKED)
    share(alice, partnership, QUIET, now=LINKED)
    Notification.objects.all().delete()
    ticks(first=LINKED, last=LINKED + timedelta(days=5))
    # Consent on the 9th: the 10th and 11th are silent.
    assert told(alice) == [("quiet_ahead", MORNING - timedelta(days=1))]


def test_a_consent_renewed_in_a_spell_begins_no_other(
    alice: Member, bob: Member, linked: Partnership
) -> None:
    run_to(EVENING + HOUR)
    (grant,) = share(alice, linked, QUIET, now=EVENING + HOUR)
    sharing.renew(
        owner_id=alice.id, partnership_id=linked.id, grant_id=grant.id, now=EVENING + 2 * HOUR
    )
    ticks(first=EVENING + 2 * HOUR, last=EVENING + timedelta(days=6))
    assert told(bob) == [("partner_quiet", EVENING)]


def test_a_consent_taken_back_stops_the_watch(
    alice: Member, bob: Member, linked: Partnership
) -> None:
    run_to(MORNING + HOUR)
    share(alice, linked, now=MORNING + HOUR)
    ticks(first=MORNING + HOUR, last=EVENING + timedelta(days=2))
    assert told(bob) == []
    assert not Deadline.objects.filter(kind=DeadlineKind.QUIET).exists()


def test_a_side_that_is_paused_for_a_while_is_watched_again_afterwards(
    alice: Member, bob: Member, linked: Partnership
) -> None:
    sides.pause(member_id=alice.id, partnership_id=linked.id, now=LAST_SEEN)
    run_to(EVENING + timedelta(days=2))
    assert told(alice) == told(bob) == []
    sides.resume(member_id=alice.id, partnership_id=linked.id, now=EVENING + timedelta(days=2))
    ticks(first=EVENING + timedelta(days=2), last=EVENING + timedelta(days=5))
    assert len(told(alice)) == len(told(bob)) == 1


def test_all_partners_who_may_hear_and_no_others(
    alice: Member, bob: Member, charlie: Member, linked: Partnership
) -> None:
    other = make_partners(alice, charlie, now=LINKED)
    third = make_member(handle="dana")
    make_partners(alice, third, now=LINKED)
    share(alice, other, QUIET, now=LAST_SEEN)
    Notification.objects.all().delete()
    run_to(EVENING)
    assert told(bob) == told(charlie) == [("partner_quiet", EVENING)]
    assert told(third) == []


# What the partner sees ---------------------------------------------------------------------------

NOTHING = Quiet()


@pytest.fixture
def is_told(alice: Member, bob: Member, linked: Partnership) -> Partnership:
    sides.write_letter(
        member_id=alice.id, partnership_id=linked.id, text="Call my sister.", now=LINKED
    )
    run_to(EVENING)
    assert look(bob, linked) == Quiet(is_quiet=True, letter="Call my sister.")
    return linked


def look(viewer: Member, linked: Partnership, *, now: datetime = EVENING + HOUR) -> Quiet:
    return seen_quiet(viewer_id=viewer.id, partnership_id=linked.id, now=now)


def test_nothing_is_seen_before_it_is_told_and_the_look_is_on_record(
    alice: Member, bob: Member, linked: Partnership
) -> None:
    run_to(EVENING - TICK)
    assert look(bob, linked, now=EVENING - TICK) == NOTHING
    assert not AccessEntry.objects.exists()
    tick(EVENING)
    assert look(bob, linked) == Quiet(is_quiet=True)
    entry = AccessEntry.objects.get()
    assert (entry.owner_id, entry.viewer_id, entry.scope) == (alice.id, bob.id, "quiet_alerts")
    assert look(alice, linked) == NOTHING


def test_a_check_in_ends_what_is_seen_and_what_waits_to_be_sent(
    alice: Member, bob: Member, linked: Partnership, fcm: LoopbackFcm
) -> None:
    make_device(member=bob, address="ok-bob", now=LINKED)
    run_to(EVENING)
    assert Delivery.objects.filter(notification__member=bob).exists()
    check_in(alice, now=EVENING + timedelta(seconds=10))
    delivery.deliver(now=EVENING + timedelta(seconds=20))
    assert fcm.received == []
    row = Notification.objects.get(kind=Kind.PARTNER_QUIET)
    assert (row.state, row.dropped_reason) == (NotificationState.DROPPED, Dropped.WITHDRAWN)
    assert look(bob, linked) == NOTHING


@pytest.mark.parametrize("said", [QuietAnswer.IM_OKAY, QuietAnswer.NOT_THIS_TIME])
def test_an_answer_afterwards_ends_what_is_seen(
    alice: Member, bob: Member, is_told: Partnership, said: QuietAnswer
) -> None:
    assert reading(member_id=alice.id, now=EVENING).state is QuietState.TOLD
    quiet.answer(member=alice, said=said, now=EVENING + HOUR)
    assert look(bob, is_told) == NOTHING
    assert reading(member_id=alice.id, now=EVENING).state is QuietState.NONE


def inbox_of(member: Member) -> set[str]:
    now = EVENING + HOUR
    return set(inbox.of(member_id=member.id, now=now).values_list("kind", flat=True))


def take_back(alice: Member, bob: Member, linked: Partnership) -> None:
    share(alice, linked, now=EVENING + HOUR)


def end(alice: Member, bob: Member, linked: Partnership) -> None:
    partners.end(member_id=alice.id, partnership_id=linked.id, now=EVENING + HOUR)


def pause(alice: Member, bob: Member, linked: Partnership) -> None:
    sides.pause(member_id=alice.id, partnership_id=linked.id, now=EVENING + HOUR)


Act = Callable[[Member, Member, Partnership], None]


@pytest.mark.parametrize("act", [take_back, end, pause])
def test_what_is_taken_back_is_gone_from_the_inbox_and_from_what_is_seen(
    alice: Member, bob: Member, is_told: Partnership, act: Act
) -> None:
    assert "partner_quiet" in inbox_of(bob)
    act(alice, bob, is_told)
    assert "partner_quiet" not in inbox_of(bob)
    assert inbox.unread_count(member_id=bob.id, now=EVENING + HOUR) == 0
    if act is not end:
        assert look(bob, is_told) == NOTHING


def test_a_pause_of_hers_ends_what_is_seen(
    alice: Member, bob: Member, is_told: Partnership
) -> None:
    calendar.create_pause(
        member=alice, pause_id=None, from_date=date(2025, 6, 13), to_date=None, now=EVENING
    )
    assert look(bob, is_told) == NOTHING


def test_a_consent_given_later_tells_nobody_of_the_past(
    alice: Member, charlie: Member, is_told: Partnership
) -> None:
    other = make_partners(alice, charlie, now=EVENING)
    share(alice, other, QUIET, now=EVENING)
    assert look(charlie, other) == NOTHING


def test_looking_at_many_costs_as_many_queries_as_looking_at_one(bob: Member) -> None:
    def cost(count: int, at: datetime) -> int:
        for number in range(count):
            member = make_member(handle=f"m{number}_{count}")
            share(member, make_partners(member, bob, now=at), QUIET, now=at)
        tick(at + TICK)
        morning = datetime.combine(at.date() + timedelta(days=3), time(6), tzinfo=UTC)
        tick(morning - TICK)
        with CaptureQueriesContext(connection) as queries:
            tick(morning)
        ahead = Notification.objects.filter(kind=Kind.QUIET_AHEAD, created_at=morning)
        assert ahead.count() == count
        found = sum(1 for query in queries if "SAVEPOINT" not in query["sql"])
        Deadline.objects.all().delete()
        return found

    assert cost(1, LINKED) == cost(12, LINKED + timedelta(days=20))
