"""Commitments at their own time: on dates that are promised, open and not paused, by the clock."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import pytest
from django.db import connection
from django.db.models import Min
from django.test.utils import CaptureQueriesContext

from notifications import delivery, planner
from notifications.models import (
    Deadline,
    DeadlineKind,
    Dropped,
    Notification,
    NotificationState,
)
from recovery.calendar import services as calendar
from recovery.commitments.models import Cadence, Commitment
from recovery.commitments.services import commitments, entries
from recovery.members.models import Member
from recovery.members.services import accounts
from tests.factories import make_member
from tests.loopback.fcm import LoopbackFcm
from tests.notifications.making import make_device
from tests.recovery.commitments.making import answer, promise

MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def remind(member: Member, at: str, *, now: str, **fields: Any) -> Commitment:
    """A commitment that is asked about at a time, made at an instant."""
    return promise(member, now=utc(now), reminder_time=time.fromisoformat(at), **fields)


def ticks(*, first: str, last: str) -> None:
    """Ticks whenever something is due, as many as there are every 15 seconds."""
    planner.tick(now=utc(first))
    while (due := Deadline.objects.aggregate(at=Min("next_due_at"))["at"]) and due <= utc(last):
        planner.tick(now=due)


def asked(member: Member) -> list[tuple[date | None, datetime]]:
    rows = Notification.objects.filter(member=member, kind="commitment_due")
    return list(rows.order_by("created_at").values_list("local_date", "created_at"))


def dates(member: Member) -> list[str]:
    return [str(day) for day, _ in asked(member)]


def test_it_is_asked_about_each_day_at_its_time(alice: Member) -> None:
    remind(alice, "20:00", now="2025-06-10T08:00")
    ticks(first="2025-06-10T08:00", last="2025-06-12T18:00")
    assert asked(alice) == [
        (date(2025, 6, 10), utc("2025-06-10T18:00")),
        (date(2025, 6, 11), utc("2025-06-11T18:00")),
        (date(2025, 6, 12), utc("2025-06-12T18:00")),
    ]


def test_made_after_its_time_it_begins_tomorrow(alice: Member) -> None:
    remind(alice, "20:00", now="2025-06-10T18:00:01")
    ticks(first="2025-06-10T18:00:01", last="2025-06-11T18:00")
    assert dates(alice) == ["2025-06-11"]


def test_what_is_answered_is_not_asked_about(alice: Member) -> None:
    commitment = remind(alice, "20:00", now="2025-06-10T08:00")
    answer(commitment, "2025-06-10", now=utc("2025-06-10T12:00"))
    answer(commitment, "2025-06-11", "not_kept", now=utc("2025-06-11T12:00"))
    ticks(first="2025-06-10T12:00", last="2025-06-12T18:00")
    assert dates(alice) == ["2025-06-12"]


def test_an_answer_taken_back_is_asked_about_again(alice: Member) -> None:
    commitment = remind(alice, "20:00", now="2025-06-10T08:00")
    answer(commitment, "2025-06-10", now=utc("2025-06-10T12:00"))
    entries.withdraw(
        member=alice,
        commitment_id=commitment.id,
        local_date=date(2025, 6, 10),
        now=utc("2025-06-10T13:00"),
    )
    ticks(first="2025-06-10T13:00", last="2025-06-10T18:00")
    assert dates(alice) == ["2025-06-10"]


def test_only_on_its_weekdays(alice: Member) -> None:
    # 10 June 2025 is a Tuesday.
    remind(alice, "07:30", now="2025-06-10T08:00", cadence=Cadence.WEEKDAYS, weekdays=(1, 4))
    ticks(first="2025-06-10T08:00", last="2025-06-24T08:00")
    assert dates(alice) == ["2025-06-13", "2025-06-17", "2025-06-20", "2025-06-24"]


def test_so_many_times_a_week_until_it_was_so_many_times(alice: Member) -> None:
    commitment = remind(
        alice,
        "20:00",
        now="2025-06-09T08:00",  # a Monday
        cadence=Cadence.TIMES_PER_WEEK,
        times_per_week=2,
    )
    answer(commitment, "2025-06-09", now=utc("2025-06-09T12:00"))
    ticks(first="2025-06-09T12:00", last="2025-06-11T18:00")
    answer(commitment, "2025-06-11", now=utc("2025-06-11T19:00"))
    ticks(first="2025-06-11T19:00", last="2025-06-16T18:00")
    assert dates(alice) == ["2025-06-10", "2025-06-11", "2025-06-16"]


def test_paused_dates_are_asked_at_their_time_and_left_alone(alice: Member) -> None:
    remind(alice, "20:00", now="2025-06-10T08:00")
    calendar.create_pause(
        member=alice,
        pause_id=None,
        from_date=date(2025, 6, 10),
        to_date=date(2025, 6, 12),
        now=utc("2025-06-10T09:00"),
    )
    ticks(first="2025-06-10T09:00", last="2025-06-13T18:00")
    assert dates(alice) == ["2025-06-13"]


def test_it_ends_with_its_last_date(alice: Member) -> None:
    remind(alice, "20:00", now="2025-06-10T08:00", end=date(2025, 6, 11))
    ticks(first="2025-06-10T08:00", last="2025-06-20T18:00")
    assert dates(alice) == ["2025-06-10", "2025-06-11"]
    assert not Deadline.objects.exists()


@pytest.mark.parametrize("change", ["delete", "no_time"])
def test_it_is_no_longer_asked_about(alice: Member, change: str) -> None:
    commitment = remind(alice, "20:00", now="2025-06-10T08:00")
    now = utc("2025-06-10T12:00")
    if change == "delete":
        commitments.remove(member=alice, commitment_id=commitment.id, now=now)
    else:
        commitments.change(
            member=alice, commitment_id=commitment.id, changed={"reminder_time": None}, now=now
        )
    assert not Deadline.objects.exists()
    ticks(first="2025-06-10T12:00", last="2025-06-11T18:00")
    assert dates(alice) == []


def test_another_time_moves_it(alice: Member) -> None:
    commitment = remind(alice, "20:00", now="2025-06-10T08:00")
    commitments.change(
        member=alice,
        commitment_id=commitment.id,
        changed={"reminder_time": time(21, 15)},
        now=utc("2025-06-10T12:00"),
    )
    ticks(first="2025-06-10T12:00", last="2025-06-11T12:00")
    assert asked(alice) == [(date(2025, 6, 10), utc("2025-06-10T19:15"))]


def test_a_change_between_the_hour_and_the_tick_loses_nothing(alice: Member) -> None:
    commitment = remind(alice, "20:00", now="2025-06-10T08:00")
    planner.tick(now=utc("2025-06-10T08:00"))
    commitments.change(
        member=alice,
        commitment_id=commitment.id,
        changed={"title": "A walk by the river"},
        now=utc("2025-06-10T18:00:05"),
    )
    planner.tick(now=utc("2025-06-10T18:00:12"))
    assert dates(alice) == ["2025-06-10"]


def test_clocks_that_change_move_it_with_them(alice: Member) -> None:
    """In Berlin 02:30 does not exist on 2025-03-30, and 02:30 is twice on 2025-10-26."""
    commitment = remind(alice, "02:30", now="2025-03-28T12:00")
    ticks(first="2025-03-28T12:00", last="2025-03-31T12:00")
    assert [at for _, at in asked(alice)] == [
        utc("2025-03-29T01:30"),
        utc("2025-03-30T01:30"),  # 03:30 on the clock
        utc("2025-03-31T00:30"),
    ]
    commitments.remove(member=alice, commitment_id=commitment.id, now=utc("2025-03-31T12:00"))
    Notification.objects.all().delete()
    remind(alice, "02:30", now="2025-10-25T12:00")
    ticks(first="2025-10-25T12:00", last="2025-10-27T12:00")
    assert [at for _, at in asked(alice)] == [utc("2025-10-26T00:30"), utc("2025-10-27T01:30")]


def test_a_date_that_the_zone_skips_is_not_asked_about(db: None) -> None:
    member = make_member(time_zone="Pacific/Apia", now=utc("2011-12-01T00:00"))
    remind(member, "12:00", now="2011-12-29T00:00")
    ticks(first="2011-12-29T00:00", last="2012-01-01T00:00")
    assert dates(member) == ["2011-12-29", "2011-12-31", "2012-01-01"]


def test_small_hours_before_the_day_start_belong_to_the_date_before(db: None) -> None:
    member = make_member(time_zone="Europe/Berlin", day_start_hour=4)
    remind(member, "01:00", now="2025-06-10T12:00")
    ticks(first="2025-06-10T12:00", last="2025-06-10T23:00")
    assert asked(member) == [(date(2025, 6, 10), utc("2025-06-10T23:00"))]


def test_a_new_zone_moves_it_to_its_own_clock(alice: Member) -> None:
    remind(alice, "20:00", now="2025-06-10T08:00")
    planner.tick(now=utc("2025-06-10T08:00"))
    accounts.update_member(member=alice, time_zone="America/New_York", now=utc("2025-06-10T12:00"))
    ticks(first="2025-06-10T12:00", last="2025-06-12T00:00")
    assert asked(alice) == [
        (date(2025, 6, 10), utc("2025-06-11T00:00")),
        (date(2025, 6, 11), utc("2025-06-12T00:00")),
    ]


def test_a_date_that_repeats_on_the_way_west_is_asked_about_once(db: None) -> None:
    member = make_member(time_zone="Pacific/Auckland")
    remind(member, "09:00", now="2025-06-09T12:00")
    ticks(first="2025-06-09T12:00", last="2025-06-09T21:00")  # 09:00 on the 10th there
    accounts.update_member(member=member, time_zone="Pacific/Honolulu", now=utc("2025-06-10T02:00"))
    ticks(first="2025-06-10T02:00", last="2025-06-11T19:00")
    assert dates(member) == ["2025-06-10", "2025-06-11"]


def test_after_an_outage_the_stale_one_is_dropped_and_none_comes_in_a_burst(
    alice: Member, fcm: LoopbackFcm
) -> None:
    make_device(member=alice, now=utc("2025-06-01T00:00"))
    remind(alice, "12:00", now="2025-06-10T08:00")
    planner.tick(now=utc("2025-06-10T08:00"))
    planner.tick(now=utc("2025-06-15T12:01"))  # 14:01: more than two hours late
    row = Notification.objects.get()
    assert (row.state, row.dropped_reason) == (NotificationState.DROPPED, Dropped.STALE)
    assert not row.in_inbox
    assert Deadline.objects.get().next_due_at == utc("2025-06-16T10:00")


def test_one_that_begins_years_ahead_waits_for_its_first_date(alice: Member) -> None:
    promise(alice, now=utc("2025-06-10T08:00"), reminder_time=time(20), start=date(2028, 1, 1))
    ticks(first="2025-06-10T08:00", last="2028-01-01T19:00")
    assert dates(alice) == ["2028-01-01"]


def test_answered_before_it_is_sent_it_is_not_sent(alice: Member, fcm: LoopbackFcm) -> None:
    # Access tokens to FCM live by the machine's clock, so this happens today.
    now = datetime.now(UTC).replace(hour=10, minute=0, second=0, microsecond=0)
    make_device(member=alice, now=now - timedelta(days=1))
    commitment = promise(alice, now=now, reminder_time=time(20))
    deadline = Deadline.objects.get()
    planner.tick(now=now)
    deadline.refresh_from_db()
    at = deadline.next_due_at
    planner.tick(now=at)
    local_date = Notification.objects.get().local_date
    assert local_date is not None
    answer(commitment, local_date, now=at + MINUTE)
    delivery.deliver(now=at + 2 * MINUTE)
    assert fcm.received == []
    row = Notification.objects.get()
    assert (row.dropped_reason, row.in_inbox) == (Dropped.ANSWERED, False)


def test_a_batch_costs_the_same_number_of_queries_however_long_it_is(db: None) -> None:
    def cost(count: int, day: str) -> int:
        for _ in range(count):
            remind(make_member(), "20:00", now=f"{day}T08:00")
        planner.tick(now=utc(f"{day}T08:00"))
        with CaptureQueriesContext(connection) as queries:
            assert planner.tick(now=utc(f"{day}T18:00")).planned == count
        Deadline.objects.filter(kind=DeadlineKind.COMMITMENT_DUE).delete()
        return sum(1 for query in queries if "SAVEPOINT" not in query["sql"])

    assert cost(1, "2025-06-10") == cost(15, "2025-07-10")
