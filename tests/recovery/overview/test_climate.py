"""A week of a group is computed once, from those who took part all along, whatever comes later."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from notifications import housekeeping
from recovery.calendar.models import Pause
from recovery.checkins.models import CheckIn
from recovery.groups import queries
from recovery.groups.models import Group, GroupClimate, GroupMembership
from recovery.groups.services import joining, leaving, running
from recovery.kernel.errors import Missing
from recovery.members.models import Member
from recovery.overview import climate
from tests.factories import make_member
from tests.grouping import join, make_group
from tests.parallel import at_once

MONDAY = date(2026, 11, 16)
WEEK = [MONDAY + timedelta(days=number) for number in range(7)]
FRIDAY_BEFORE = datetime(2026, 11, 13, 12, tzinfo=UTC)
# Berlin's week ends on Sunday night; two days later it is computed.
DUE = datetime(2026, 11, 24, 23, tzinfo=UTC)


def take_part(
    membership: GroupMembership, *, now: datetime = FRIDAY_BEFORE, yes: bool = True
) -> None:
    """A member chooses whether their check-ins count."""
    assert membership.member_id
    joining.change_own(
        member_id=membership.member_id,
        group_id=membership.group_id,
        changed={"in_climate": yes},
        now=now,
    )


def answer(member_id: object, *dates: date) -> None:
    """Somebody checked in on these dates."""
    for day in dates:
        at = datetime.combine(day, time(12), tzinfo=UTC)
        CheckIn.objects.create(
            member_id=member_id,
            local_date=day,
            zone="Europe/Berlin",
            day_start_hour=0,
            answered_at=at,
            received_at=at,
            edited_at=at,
            created_at=at,
            counts=True,
        )


def circle(
    owner: Member, *, others: int = 4, now: datetime = FRIDAY_BEFORE
) -> list[GroupMembership]:
    """A group of so many and its owner, who all take part from then on."""
    made = [make_group(owner, now=now)]
    for number in range(others):
        member = make_member(handle=f"member_{number}")
        made.append(join(member, made[0].group_id, f"Fern {number}", now=now))
    for one in made:
        take_part(one, now=now)
    return made


def figures(of: GroupMembership) -> dict[date, int]:
    """What the group shows of its weeks."""
    assert of.member_id
    shown = queries.climate_of(member_id=of.member_id, group_id=of.group_id)
    return {one.week_from: one.answered for one in shown}


@pytest.mark.django_db
def test_a_week_is_the_share_of_dates_answered_by_all_who_take_part(alice: Member) -> None:
    made = circle(alice)
    for one in made[:3]:
        answer(one.member_id, *WEEK)  # 21 of 35 dates are 60 %
    answer(made[3].member_id, MONDAY - timedelta(days=1), MONDAY + timedelta(days=7))
    assert climate.compute_due(now=DUE - timedelta(seconds=1)) == 0
    assert figures(made[0]) == {}
    assert climate.compute_due(now=DUE) == 1
    assert figures(made[0]) == {MONDAY: 60}
    assert climate.compute_due(now=DUE) == 0


@pytest.mark.django_db
def test_a_figure_stands_whatever_comes_later(alice: Member) -> None:
    made = circle(alice, others=5)
    for one in made[:3]:
        answer(one.member_id, *WEEK)
    climate.compute_due(now=DUE)
    before = figures(made[0])
    for one in made[1:3]:
        leaving.leave(member_id=one.member_id, group_id=one.group_id, now=DUE)
    take_part(made[4], now=DUE, yes=False)
    answer(made[5].member_id, *WEEK)
    Group.objects.update(climate_week=MONDAY, climate_due_at=DUE)  # asked for once more
    climate.compute_due(now=DUE)
    assert figures(made[0]) == before == {MONDAY: 50}


@pytest.mark.django_db
def test_four_show_nothing(alice: Member) -> None:
    made = circle(alice, others=3)
    for one in made:
        answer(one.member_id, *WEEK)
    assert climate.compute_due(now=DUE) == 1
    assert figures(made[0]) == {}
    assert not GroupClimate.objects.exists()


@pytest.mark.django_db
@pytest.mark.parametrize(
    "change", ["joins in within the week", "stops", "leaves", "pauses", "account is going"]
)
def test_who_was_not_there_for_the_whole_week_does_not_count(alice: Member, change: str) -> None:
    made = circle(alice, others=4)
    for one in made:
        answer(one.member_id, *WEEK)
    fifth = made[4]
    if change == "joins in within the week":
        take_part(fifth, yes=False)
        take_part(fifth, now=datetime(2026, 11, 16, 0, tzinfo=UTC))  # 01:00 on Monday in Berlin
    elif change == "stops":
        take_part(fifth, now=DUE - timedelta(minutes=1), yes=False)
    elif change == "leaves":
        leaving.leave(member_id=fifth.member_id, group_id=fifth.group_id, now=DUE)
    elif change == "pauses":
        Pause.objects.create(
            member_id=fifth.member_id, from_date=WEEK[6], to_date=WEEK[6], created_at=DUE
        )
    else:
        Member.objects.filter(id=fifth.member_id).update(deleted_at=DUE)
    climate.compute_due(now=DUE)
    assert figures(made[0]) == {}


@pytest.mark.django_db
def test_who_takes_part_from_sunday_night_counts_from_monday(alice: Member) -> None:
    made = circle(alice, others=4, now=datetime(2026, 11, 15, 22, 59, tzinfo=UTC))
    climate.compute_due(now=DUE)
    assert figures(made[0]) == {MONDAY: 10}


@pytest.mark.django_db
def test_nothing_is_due_while_nobody_takes_part(alice: Member) -> None:
    mine = make_group(alice, now=FRIDAY_BEFORE)
    assert Group.objects.get().climate_due_at is None
    take_part(mine)
    assert Group.objects.get().climate_due_at == DUE
    take_part(mine, yes=False)
    climate.compute_due(now=DUE)
    assert (Group.objects.get().climate_week, Group.objects.get().climate_due_at) == (None, None)


@pytest.mark.django_db
def test_weeks_that_were_missed_are_computed_one_by_one(alice: Member) -> None:
    made = circle(alice)
    for one in made:
        answer(one.member_id, *WEEK)
    rounds = 0
    while climate.compute_due(now=DUE + timedelta(weeks=2)):
        rounds += 1
    assert rounds == 3
    assert figures(made[0]) == {
        MONDAY + timedelta(weeks=2): 10,
        MONDAY + timedelta(weeks=1): 10,
        MONDAY: 90,
    }


@pytest.mark.django_db
def test_another_zone_moves_the_hour_and_repeats_no_week(alice: Member) -> None:
    made = circle(alice)
    for zone in ("America/New_York", "Pacific/Auckland"):
        running.change(
            member_id=alice.id,
            group_id=made[0].group_id,
            changed={"time_zone": zone},
            now=FRIDAY_BEFORE,
        )
        assert Group.objects.get().climate_week == MONDAY
    # Auckland's Monday begins at eleven in the morning of UTC's Sunday.
    assert Group.objects.get().climate_due_at == datetime(2026, 11, 24, 11, tzinfo=UTC)


@pytest.mark.django_db
def test_many_groups_take_a_fixed_number_of_queries(
    alice: Member, django_assert_max_num_queries: object
) -> None:
    for number in range(5):
        take_part(make_group(alice, alias=f"Heron {number}", now=FRIDAY_BEFORE))
    with django_assert_max_num_queries(9):  # type: ignore[operator]
        assert climate.compute_due(now=DUE) == 5
    with django_assert_max_num_queries(1):  # type: ignore[operator]
        assert climate.compute_due(now=DUE) == 0


@pytest.mark.django_db
def test_a_group_that_cannot_be_computed_holds_up_no_other(alice: Member, bob: Member) -> None:
    made = circle(alice)
    broken = make_group(bob, now=FRIDAY_BEFORE)
    take_part(broken)
    Group.objects.filter(id=broken.group_id).update(time_zone="Europe/Nowhere")
    assert climate.compute_due(now=DUE) == 2
    assert figures(made[0]) == {MONDAY: 10}
    assert Group.objects.get(id=broken.group_id).climate_due_at == DUE + timedelta(days=1)
    assert climate.compute_due(now=DUE) == 0


@pytest.mark.django_db
def test_housekeeping_computes_what_is_due(alice: Member) -> None:
    made = circle(alice)
    housekeeping.keep_house(now=DUE + timedelta(weeks=1))
    assert set(figures(made[0])) == {MONDAY, MONDAY + timedelta(weeks=1)}


@pytest.mark.django_db
def test_who_is_no_member_sees_no_climate(alice: Member, bob: Member) -> None:
    made = circle(alice)
    with pytest.raises(Missing):
        queries.climate_of(member_id=bob.id, group_id=made[0].group_id)


@pytest.mark.django_db(transaction=True)
def test_eight_workers_at_once_compute_each_week_once(alice: Member) -> None:
    made = circle(alice)
    at_once(lambda _: climate.compute_due(now=DUE))
    assert figures(made[0]) == {MONDAY: 10}
    assert Group.objects.get().climate_week == MONDAY + timedelta(weeks=1)


class TestAgainstANaiveCount(TestCase):
    """Whoever takes part, pauses, leaves and answers: the figure is that of a slow count."""

    @settings(max_examples=25, deadline=None)
    @given(
        st.lists(
            st.tuples(
                st.sets(st.sampled_from(WEEK)),  # answered
                st.booleans(),  # took part before the week
                st.sampled_from(["stays", "stays", "stays", "leaves", "pauses"]),
            ),
            min_size=4,
            max_size=7,
        )
    )
    def test_the_figure_is_that_of_a_slow_count(
        self, people: list[tuple[set[date], bool, str]]
    ) -> None:
        owner = make_member(time_zone="Europe/Berlin")
        mine = make_group(owner, now=FRIDAY_BEFORE)
        take_part(mine)
        said, asked, counted = 0, 7, 1
        for number, (dates, in_time, then) in enumerate(people):
            one = join(make_member(), mine.group_id, f"Fern {number}", now=FRIDAY_BEFORE)
            take_part(one, now=FRIDAY_BEFORE if in_time else DUE - timedelta(days=5))
            answer(one.member_id, *dates)
            if then == "leaves":
                leaving.leave(member_id=one.member_id, group_id=one.group_id, now=DUE)
            elif then == "pauses":
                Pause.objects.create(
                    member_id=one.member_id, from_date=MONDAY, to_date=None, created_at=DUE
                )
            elif in_time:
                said, asked, counted = said + len(dates), asked + 7, counted + 1
        climate.compute_due(now=DUE)
        expected = {}
        if counted >= 5:
            tens = (said * 100 / asked + 5) // 10 * 10
            expected = {MONDAY: min(90, max(10, int(tens)))}
        assert figures(mine) == expected
