"""The tick at awkward hours: on time in the member's zone, once, never in a burst."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from notifications import deadlines, planner, reminders, sender
from notifications.models import (
    DeadlineKind,
    Delivery,
    Dropped,
    Notification,
    NotificationState,
    PushPermission,
)
from recovery.calendar import services as calendar
from recovery.checkins.models import CheckIn
from recovery.members.events import DaysMoved
from recovery.members.models import Member
from tests.factories import make_member
from tests.loopback.fcm import LoopbackFcm
from tests.notifications.making import make_device, make_reminder

# Clocks in Berlin jump from 02:00 to 03:00 on 2025-03-30 and back from 03:00 on 2025-10-26.
MINUTE = timedelta(minutes=1)


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def check_in(member: Member, day: date, *, now: datetime) -> CheckIn:
    return CheckIn.objects.create(
        member=member,
        local_date=day,
        zone=member.time_zone,
        day_start_hour=member.day_start_hour,
        answered_at=now,
        received_at=now,
        edited_at=now,
        created_at=now,
        counts=True,
    )


def planned(member: Member) -> list[tuple[date | None, str, str]]:
    rows = Notification.objects.filter(member=member).order_by("created_at", "id")
    return [(row.local_date, row.state, row.dropped_reason) for row in rows]


def run_ticks(*, first: datetime, last: datetime, every: timedelta = 10 * MINUTE) -> None:
    now = first
    while now <= last:
        planner.tick(now=now)
        now += every


def test_nothing_happens_before_the_hour(alice: Member) -> None:
    make_reminder(member=alice, at="20:00", now=utc("2025-06-01T12:00"))
    assert planner.tick(now=utc("2025-06-01T17:59:59")).claimed == 0
    assert planner.tick(now=utc("2025-06-01T18:00:00")).planned == 1


def test_a_reminder_in_the_gap_comes_once_when_the_gap_has_closed(alice: Member) -> None:
    reminder = make_reminder(member=alice, at="02:30", now=utc("2025-03-29T12:00"))
    assert reminder.next_due_at == utc("2025-03-30T01:30")  # 03:30 on the clocks of Berlin
    run_ticks(first=utc("2025-03-29T12:00"), last=utc("2025-03-30T23:00"))
    assert [day for day, *_ in planned(alice)] == [date(2025, 3, 30)]


def test_a_reminder_in_the_fold_comes_once_at_the_first_of_the_two_times(alice: Member) -> None:
    reminder = make_reminder(member=alice, at="02:30", now=utc("2025-10-25T12:00"))
    assert reminder.next_due_at == utc("2025-10-26T00:30")
    run_ticks(first=utc("2025-10-25T12:00"), last=utc("2025-10-26T23:00"))
    assert [day for day, *_ in planned(alice)] == [date(2025, 10, 26)]


def test_a_date_that_the_zone_skips_has_no_reminder(db: None) -> None:
    # Samoa had no 30 December 2011.
    member = make_member(time_zone="Pacific/Apia", now=utc("2011-12-01T00:00"))
    make_reminder(member=member, at="12:00", now=utc("2011-12-29T00:00"))
    run_ticks(first=utc("2011-12-29T00:00"), last=utc("2012-01-01T00:00"))
    assert [day for day, *_ in planned(member)] == [
        date(2011, 12, 29),
        date(2011, 12, 31),
        date(2012, 1, 1),
    ]


def test_small_hours_before_the_day_start_belong_to_the_date_before(db: None) -> None:
    member = make_member(time_zone="Europe/Berlin", day_start_hour=4)
    make_reminder(member=member, at="01:00", now=utc("2025-06-10T12:00"))
    planner.tick(now=utc("2025-06-10T23:00"))  # 01:00 on the 11th
    assert planned(member) == [(date(2025, 6, 10), "dropped", Dropped.PUSH_OFF)]


def test_a_nudge_is_not_worth_sending_after_its_date_or_two_hours(db: None, alice: Member) -> None:
    make_reminder(member=alice, at="12:00", now=utc("2025-06-10T00:00"))
    make_reminder(member=alice, at="23:30", now=utc("2025-06-10T00:00"))
    planner.tick(now=utc("2025-06-10T10:00"))
    planner.tick(now=utc("2025-06-10T21:30"))
    expiries = Notification.objects.order_by("created_at").values_list("expires_at", flat=True)
    assert list(expiries) == [utc("2025-06-10T12:00"), utc("2025-06-10T22:00")]


def test_after_six_hours_without_a_tick_the_stale_one_is_dropped_and_the_next_is_tomorrow(
    alice: Member, fcm: LoopbackFcm
) -> None:
    make_device(member=alice)
    reminder = make_reminder(member=alice, at="12:00", now=utc("2025-06-10T08:00"))
    result = planner.tick(now=utc("2025-06-10T16:00"))
    assert (result.stale, result.planned) == (1, 0)
    assert planned(alice) == [(date(2025, 6, 10), "dropped", Dropped.STALE)]
    assert not Notification.objects.get().in_inbox
    reminder.refresh_from_db()
    assert reminder.next_due_at == utc("2025-06-11T10:00")
    assert not Delivery.objects.exists()


def test_weeks_without_a_tick_end_in_one_dropped_row_not_in_a_burst(alice: Member) -> None:
    make_reminder(member=alice, at="12:00", now=utc("2025-06-01T08:00"))
    run_ticks(first=utc("2025-06-20T16:00"), last=utc("2025-06-20T18:00"))
    assert planned(alice) == [(date(2025, 6, 1), "dropped", Dropped.STALE)]


def test_whoever_checked_in_already_is_left_alone(alice: Member, bob: Member) -> None:
    make_reminder(member=alice, at="20:00", now=utc("2025-06-10T08:00"))
    check_in(alice, date(2025, 6, 10), now=utc("2025-06-10T09:00"))
    result = planner.tick(now=utc("2025-06-10T18:00"))
    assert (result.claimed, result.skipped) == (1, 1)
    assert planned(alice) == []


def test_a_check_in_taken_back_asks_again(alice: Member) -> None:
    make_reminder(member=alice, at="20:00", now=utc("2025-06-10T08:00"))
    row = check_in(alice, date(2025, 6, 10), now=utc("2025-06-10T09:00"))
    CheckIn.objects.filter(id=row.id).update(deleted_at=utc("2025-06-10T10:00"))
    assert planner.tick(now=utc("2025-06-10T18:00")).planned == 1


def test_whoever_pauses_is_left_alone_until_the_pause_ends(alice: Member) -> None:
    make_reminder(member=alice, at="20:00", now=utc("2025-06-10T08:00"))
    calendar.create_pause(
        member=alice,
        pause_id=None,
        from_date=date(2025, 6, 10),
        to_date=date(2025, 6, 11),
        now=utc("2025-06-10T08:00"),
    )
    run_ticks(first=utc("2025-06-10T08:00"), last=utc("2025-06-12T20:00"))
    assert [day for day, *_ in planned(alice)] == [date(2025, 6, 12)]


def test_a_deleted_member_is_never_nudged(alice: Member) -> None:
    make_reminder(member=alice, at="20:00", now=utc("2025-06-10T08:00"))
    Member.objects.filter(id=alice.id).update(deleted_at=utc("2025-06-10T09:00"))
    assert planner.tick(now=utc("2025-06-10T18:00")).skipped == 1
    assert planned(alice) == []


def test_a_deleted_reminder_is_never_due(alice: Member) -> None:
    reminder = make_reminder(member=alice, at="20:00", now=utc("2025-06-10T08:00"))
    reminders.delete(member_id=alice.id, reminder_id=reminder.id, now=utc("2025-06-10T09:00"))
    assert planner.tick(now=utc("2025-06-10T18:00")).claimed == 0


def test_weekdays_are_those_of_the_local_date(db: None) -> None:
    # Tuesday 20:00 in Auckland is Tuesday morning in UTC; Monday evening there is Monday in UTC.
    member = make_member(time_zone="Pacific/Auckland")
    make_reminder(member=member, at="08:00", weekdays=[1], now=utc("2025-06-01T00:00"))
    run_ticks(first=utc("2025-06-01T00:00"), last=utc("2025-06-08T00:00"), every=60 * MINUTE)
    assert [day for day, *_ in planned(member)] == [date(2025, 6, 3)]


def test_a_second_tick_for_the_same_hour_changes_nothing(alice: Member, fcm: LoopbackFcm) -> None:
    make_device(member=alice)
    reminder = make_reminder(member=alice, at="20:00", now=utc("2025-06-10T08:00"))
    now = utc("2025-06-10T18:00")
    planner.tick(now=now)
    # As if the first tick's deadline had been lost, or a clock been set back by an hour.
    type(reminder).objects.filter(id=reminder.id).update(
        next_due_at=now, next_local_date=date(2025, 6, 10)
    )
    planner.tick(now=now)
    assert Notification.objects.count() == 1
    assert Delivery.objects.count() == 1


@pytest.mark.parametrize(
    ("permission", "state", "reason"),
    [
        (PushPermission.GRANTED, NotificationState.PENDING, Dropped.NO),
        (PushPermission.UNKNOWN, NotificationState.PENDING, Dropped.NO),
        (PushPermission.DENIED, NotificationState.DROPPED, Dropped.NO_DEVICE),
    ],
)
def test_a_phone_that_may_not_notify_gets_nothing_but_the_inbox_does(
    alice: Member,
    fcm: LoopbackFcm,
    permission: PushPermission,
    state: NotificationState,
    reason: Dropped,
) -> None:
    make_device(member=alice, push_permission=permission)
    make_reminder(member=alice, at="20:00", now=utc("2025-06-10T08:00"))
    planner.tick(now=utc("2025-06-10T18:00"))
    row = Notification.objects.get()
    assert (row.state, row.dropped_reason, row.in_inbox) == (state, reason, True)


def test_every_live_phone_gets_its_own_delivery(alice: Member, fcm: LoopbackFcm) -> None:
    phones = {make_device(member=alice).installation_id for _ in range(2)}
    make_reminder(member=alice, at="20:00", now=utc("2025-06-10T08:00"))
    assert planner.tick(now=utc("2025-06-10T18:00")).waiting == 2
    assert set(Delivery.objects.values_list("device_id", flat=True)) == phones


def test_a_reminder_that_cannot_be_planned_moves_on_an_hour_and_harms_nobody(
    alice: Member, bob: Member, caplog: pytest.LogCaptureFixture
) -> None:
    poison = make_reminder(member=alice, at="20:00", now=utc("2025-06-10T08:00"))
    make_reminder(member=bob, at="14:00", now=utc("2025-06-10T08:00"))
    Member.objects.filter(id=alice.id).update(time_zone="Nowhere/Atlantis")
    now = utc("2025-06-10T18:00")
    result = planner.tick(now=now)
    assert (result.claimed, result.planned, result.moved_on) == (2, 1, 1)
    assert len(planned(bob)) == 1
    poison.refresh_from_db()
    assert poison.next_due_at == now + timedelta(hours=1)
    assert "moved on an hour: UnknownZone" in caplog.text


def test_a_new_zone_moves_the_deadline_but_keeps_sixteen_hours_between_nudges(
    alice: Member,
) -> None:
    reminder = make_reminder(member=alice, at="20:00", now=utc("2025-06-10T08:00"))
    planner.tick(now=utc("2025-06-10T18:00"))
    # She flies to Auckland: 20:00 there on the 11th is 08:00 UTC, 14 hours after the last nudge.
    moved = utc("2025-06-10T22:00")
    reminders.move_days(
        DaysMoved(
            member_id=alice.id,
            zone="Pacific/Auckland",
            day_start_hour=0,
            effective_at=moved,
            recorded_at=moved,
        )
    )
    reminder.refresh_from_db()
    assert reminder.next_due_at == utc("2025-06-12T08:00")
    assert reminder.next_local_date == date(2025, 6, 12)


def test_a_date_that_repeats_on_the_way_west_is_asked_about_once(db: None) -> None:
    member = make_member(time_zone="Pacific/Auckland")
    reminder = make_reminder(member=member, at="09:00", now=utc("2025-06-09T12:00"))
    planner.tick(now=utc("2025-06-09T21:00"))  # 09:00 on the 10th in Auckland
    moved = utc("2025-06-10T02:00")
    Member.objects.filter(id=member.id).update(time_zone="Pacific/Honolulu")
    reminders.move_days(
        DaysMoved(
            member_id=member.id,
            zone="Pacific/Honolulu",
            day_start_hour=0,
            effective_at=moved,
            recorded_at=moved,
        )
    )
    reminder.refresh_from_db()
    # 09:00 on the 10th in Honolulu lies ahead, at 19:00 UTC, but the 10th has been asked about.
    assert reminder.next_due_at == utc("2025-06-11T19:00")


def test_moving_days_leaves_no_change_row_and_other_members_alone(
    alice: Member, bob: Member
) -> None:
    make_reminder(member=alice, at="20:00")
    other = make_reminder(member=bob, at="20:00")
    before = other.next_due_at
    with CaptureQueriesContext(
        connection,
    ) as queries:
        reminders.move_days(
            DaysMoved(
                member_id=alice.id,
                zone="Asia/Tokyo",
                day_start_hour=3,
                effective_at=utc("2025-06-10T08:00"),
                recorded_at=utc("2025-06-10T08:00"),
            )
        )
    other.refresh_from_db()
    assert other.next_due_at == before
    assert len(queries) == 2


def test_a_batch_costs_the_same_number_of_queries_however_long_it_is(
    alice: Member, fcm: LoopbackFcm
) -> None:
    def cost(count: int, now: datetime) -> int:
        for _ in range(count):
            make_reminder(member=alice, at="20:00", now=now)
        sender.beat(now=now)
        with CaptureQueriesContext(connection) as queries:
            result = planner.tick(now=now + timedelta(hours=10))
        assert result.planned == count
        return sum(1 for query in queries if "SAVEPOINT" not in query["sql"])

    make_device(member=alice)
    few = cost(1, utc("2025-06-10T08:00"))
    reminders.of(member_id=alice.id).delete()
    many = cost(19, utc("2025-07-10T08:00"))
    assert few == many == 8


def test_an_idle_tick_costs_one_query(alice: Member) -> None:
    make_reminder(member=alice, at="20:00", now=utc("2025-06-10T08:00"))
    deadlines.set_deadline(
        member_id=alice.id,
        kind=DeadlineKind.WHO_SEES_ME,
        subject_id=alice.id,
        due_at=utc("2025-07-01T08:00"),
    )
    sender.beat(now=utc("2025-06-10T08:59"))
    with CaptureQueriesContext(connection) as queries:
        planner.tick(now=utc("2025-06-10T09:00"))
    assert len(queries) == 1
