"""Moving a member's days from within another area's write."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from recovery.kernel import changes, events
from recovery.kernel.models import Change
from recovery.members import services
from recovery.members.events import DaysMoved
from recovery.members.models import Member

NOW = datetime(2026, 11, 22, 8, 0, tzinfo=UTC)
ANSWERED = NOW - timedelta(hours=2)


@pytest.fixture
def moved(monkeypatch: pytest.MonkeyPatch) -> list[DaysMoved]:
    """The moves that are published."""
    found: list[DaysMoved] = []
    monkeypatch.setitem(events._handlers, DaysMoved, [found.append])
    return found


def _move(member: Member, *, zone: str, day_start_hour: int = 0) -> bool:
    with changes.write(member_id=member.id, now=NOW) as log:
        return services.move_days(
            member=member,
            zone=zone,
            day_start_hour=day_start_hour,
            effective_at=ANSWERED,
            now=NOW,
            log=log,
        )


def test_days_move_from_the_instant_given(alice: Member, moved: list[DaysMoved]) -> None:
    assert _move(alice, zone="America/New_York")

    assert moved == [
        DaysMoved(
            member_id=alice.id,
            zone="America/New_York",
            day_start_hour=0,
            effective_at=ANSWERED,
            recorded_at=NOW,
        )
    ]
    assert (alice.time_zone, alice.version) == ("America/New_York", 2)
    assert Member.objects.get().time_zone == "America/New_York"
    change = Change.objects.get(table="me")
    assert (change.version, change.fields) == (2, ["time_zone"])


def test_days_that_stay_where_they_are_leave_no_trace(
    alice: Member, moved: list[DaysMoved]
) -> None:
    assert not _move(alice, zone="Europe/Berlin")

    assert moved == []
    assert not Change.objects.exists()


def test_a_zone_without_a_name_is_kept_as_its_offset(alice: Member, moved: list[DaysMoved]) -> None:
    assert _move(alice, zone="+05:45", day_start_hour=3)

    assert [(fact.zone, fact.day_start_hour) for fact in moved] == [("+05:45", 3)]


def test_a_row_read_before_the_lock_does_not_move_days_twice(
    alice: Member, moved: list[DaysMoved]
) -> None:
    stale = Member.objects.get()
    _move(alice, zone="America/New_York")

    assert not _move(stale, zone="America/New_York")
    assert (len(moved), stale.version) == (1, 2)
