"""Jitter and deadlines: stable, off the quarter hours, never out of their own date."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from uuid import UUID, uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from notifications import schedule
from notifications.schedule import Rhythm
from recovery.kernel import days

ZONES = ["Europe/Berlin", "America/New_York", "Pacific/Apia", "Asia/Kathmandu", "Africa/Cairo"]
uuids = st.uuids(version=4)
wall_times = st.builds(time, hour=st.integers(0, 23), minute=st.integers(0, 59))
instants = st.datetimes(
    min_value=datetime(2011, 1, 1),  # noqa: DTZ001
    max_value=datetime(2030, 1, 1),  # noqa: DTZ001
    timezones=st.just(UTC),
)


def rhythm(
    *,
    at: time = time(20),
    exact: bool = False,
    zone: str = "Europe/Berlin",
    day_start_hour: int = 0,
    member_id: UUID | None = None,
    reminder_id: UUID | None = None,
) -> Rhythm:
    return Rhythm(
        member_id=member_id or uuid4(),
        reminder_id=reminder_id or uuid4(),
        local_time=at,
        weekdays=frozenset(range(7)),
        exact=exact,
        zone=zone,
        day_start_hour=day_start_hour,
    )


@given(member_id=uuids, reminder_id=uuids, at=wall_times, day_start_hour=st.integers(0, 6))
def test_jitter_is_stable_within_twenty_minutes_and_off_the_quarter_hours(
    member_id: UUID, reminder_id: UUID, at: time, day_start_hour: int
) -> None:
    made = [
        rhythm(at=at, day_start_hour=day_start_hour, member_id=member_id, reminder_id=reminder_id)
        for _ in range(2)
    ]
    first, second = (schedule.jitter(one) for one in made)
    assert first == second
    assert timedelta(0) <= first <= timedelta(minutes=20)
    seconds = at.hour * 3600 + at.minute * 60 + int(first.total_seconds())
    left = (day_start_hour * 3600 - at.hour * 3600 - at.minute * 60) % 86_400 or 86_400
    if left > 6 * 60:  # in the last minutes of a date there may be no such second left
        assert 120 <= seconds % 900 <= 780


def test_an_exact_reminder_has_no_jitter() -> None:
    assert schedule.jitter(rhythm(exact=True)) == timedelta(0)


def test_members_who_chose_the_same_minute_are_spread_over_many_seconds() -> None:
    assert len({schedule.jitter(rhythm()) for _ in range(200)}) > 100


@pytest.mark.parametrize("at", [time(23, 50), time(23, 58), time(23, 59)])
def test_jitter_never_carries_a_reminder_out_of_its_date(at: time) -> None:
    for _ in range(50):
        one = rhythm(at=at)
        due_at, day = schedule.next_due(
            one, after=datetime(2025, 6, 10, tzinfo=UTC), last_local_date=None
        )
        assert days.local_date(due_at, zone=one.zone) == day


@given(
    zone=st.sampled_from(ZONES),
    at=wall_times,
    day_start_hour=st.integers(0, 6),
    begin=instants,
    exact=st.booleans(),
)
def test_deadlines_rise_and_no_date_is_served_twice(
    zone: str, at: time, day_start_hour: int, begin: datetime, exact: bool
) -> None:
    one = rhythm(at=at, exact=exact, zone=zone, day_start_hour=day_start_hour)
    now, last = begin, None
    served: list[date] = []
    for _ in range(10):
        due_at, day = schedule.next_due(one, after=now, last_local_date=last)
        assert due_at > now
        assert (
            schedule.expires_at(
                due_at=due_at, local_date=day, zone=zone, day_start_hour=day_start_hour
            )
            > due_at
        )
        served.append(day)
        now, last = due_at, day
    assert served == sorted(set(served))


@given(zone=st.sampled_from(ZONES), at=wall_times, begin=instants, after=st.integers(0, 48 * 60))
def test_a_move_keeps_sixteen_hours_and_every_later_deadline_follows(
    zone: str, at: time, begin: datetime, after: int
) -> None:
    due_at, day = schedule.next_due(rhythm(at=at), after=begin, last_local_date=None)
    moved = rhythm(at=at, zone=zone)
    now = due_at + timedelta(minutes=after)
    again, next_day = schedule.next_due_after_move(
        moved, now=now, last_local_date=day, last_due_at=due_at
    )
    assert again >= due_at + timedelta(hours=16)
    assert again > now
    assert next_day > day
