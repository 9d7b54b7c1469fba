"""Stored projections equal the fold of the facts, whatever a member does and in whatever order."""

from __future__ import annotations

from dataclasses import asdict
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from recovery.calendar import queries as calendar
from recovery.calendar import services as pauses
from recovery.checkins import queries as checkins
from recovery.checkins import rules as checkin_rules
from recovery.checkins import services
from recovery.checkins.models import CheckIn, StreakRun
from recovery.checkins.saying import TrackerState
from recovery.checkins.services import Answers, When
from recovery.members.models import Member
from recovery.members.services import accounts
from recovery.sobriety import day_states, limits, queries, rules, sober_time
from recovery.sobriety.models import (
    Category,
    Clock,
    FactSource,
    LimitPer,
    LimitUnit,
    SaidState,
    Tracker,
    TrackerDay,
    TrackerMode,
    Trigger,
)
from recovery.sobriety.services import amounts, projections, trackers, uses
from recovery.sobriety.services.trackers import LimitInput, NewTracker
from tests.factories import make_member

START = datetime(2026, 9, 1, 8, tzinfo=UTC)
LAST_DAY = 40

hours = st.integers(min_value=1, max_value=LAST_DAY * 24)
offsets = st.integers(min_value=0, max_value=LAST_DAY)
actions = st.one_of(
    st.tuples(st.just("use"), hours, st.integers(0, 60)),
    st.tuples(st.just("void"), st.integers(0, 20)),
    st.tuples(st.just("restore"), st.integers(0, 20)),
    st.tuples(st.just("check_in"), offsets, st.sampled_from(["sober", "used", "none", ""])),
    st.tuples(st.just("delete"), offsets),
    st.tuples(st.just("pause"), offsets, st.integers(0, 6)),
    st.tuples(st.just("amount"), offsets, st.integers(0, 9)),
    st.tuples(st.just("void_amount"), st.integers(0, 20)),
    st.tuples(st.just("limit"), offsets, st.sampled_from(["day", "week"]), st.integers(0, 12)),
    st.tuples(st.just("start"), st.integers(-48, 200)),
    st.tuples(st.just("wait"), st.integers(1, 200)),
    st.tuples(
        st.just("move"),
        st.sampled_from(["Pacific/Honolulu", "Pacific/Kiritimati", "Europe/Berlin"]),
        st.integers(0, 6),
    ),
)


class Life:
    """One member with a tracker of each mode; time goes on by an hour with every action."""

    def __init__(self) -> None:
        self.member = make_member(time_zone="Europe/Berlin", now=START - timedelta(days=30))
        self.now = START + timedelta(days=LAST_DAY)
        self.clocked = self.begin(TrackerMode.ABSTINENCE, None)
        self.limited = self.begin(
            TrackerMode.REDUCTION,
            LimitInput(LimitPer.DAY, Decimal(3), LimitUnit.DRINKS, START.date()),
        )
        self.voided: list[Any] = []

    def begin(self, mode: TrackerMode, limit: LimitInput | None) -> Tracker:
        new = NewTracker("Mine", mode, Category.ALCOHOL, START, limit=limit)
        tracker, _ = trackers.create(member=self.member, tracker_id=None, new=new, now=self.now)
        return tracker

    def act(self, name: str, *arguments: Any) -> None:
        self.now += timedelta(hours=1)
        if name == "wait":
            self.now += timedelta(hours=arguments[0])
            return
        self.member = Member.objects.get(id=self.member.id)
        getattr(self, name)(*arguments)

    def use(self, hour: int, length: int) -> None:
        at = START + timedelta(hours=hour)
        uses.report(
            member=self.member,
            tracker_id=self.clocked.id,
            event_id=None,
            used_at=at,
            resumed_at=min(at + timedelta(hours=length), self.now),
            amount=None,
            trigger=Trigger.NONE,
            note="",
            now=self.now,
        )

    def events(self) -> list[Any]:
        found = queries.use_events(tracker=self.clocked).filter(source=FactSource.MEMBER)
        return list(found.order_by("recorded_at", "id"))

    def void(self, number: int) -> None:
        if known := self.events():
            event = known[number % len(known)]
            uses.take_back(
                member=self.member, tracker_id=self.clocked.id, event_id=event.id, now=self.now
            )
            self.voided.append(event.id)

    def restore(self, number: int) -> None:
        if self.voided:
            uses.give_back(
                member=self.member,
                tracker_id=self.clocked.id,
                event_id=self.voided[number % len(self.voided)],
                now=self.now,
            )

    def check_in(self, offset: int, state: str) -> None:
        day = START.date() + timedelta(days=offset)
        said = []
        if state:
            said = [
                TrackerState(self.clocked.id, SaidState(state)),
                TrackerState(
                    self.limited.id, SaidState(state), None if state == "sober" else Decimal(2)
                ),
            ]
        services.put(
            member=self.member,
            local_date=day,
            answers=Answers(trackers=tuple(said)),
            when=When(answered_at=min(self.now, START + timedelta(days=offset, hours=14))),
            now=self.now,
        )

    def delete(self, offset: int) -> None:
        day = START.date() + timedelta(days=offset)
        if checkins.check_ins_of(member_id=self.member.id).filter(local_date=day).exists():
            services.take_back(member=self.member, local_date=day, now=self.now)

    def pause(self, offset: int, length: int) -> None:
        first = START.date() + timedelta(days=offset)
        pauses.create_pause(
            member=self.member,
            pause_id=None,
            from_date=first,
            to_date=first + timedelta(days=length),
            now=self.now,
        )

    def amount(self, offset: int, amount: int) -> None:
        amounts.log_amount(
            member=self.member,
            tracker_id=self.limited.id,
            amount_id=None,
            local_date=START.date() + timedelta(days=offset),
            amount=Decimal(amount),
            now=self.now,
        )

    def void_amount(self, number: int) -> None:
        known = list(queries.amounts(tracker=self.limited).order_by("recorded_at", "id"))
        if known:
            amounts.take_back(
                member=self.member,
                tracker_id=self.limited.id,
                amount_id=known[number % len(known)].id,
                now=self.now,
            )

    def limit(self, offset: int, per: str, amount: int) -> None:
        first = START.date() + timedelta(days=offset)
        trackers.change(
            member=self.member,
            tracker_id=self.limited.id,
            changed={"limit": LimitInput(LimitPer(per), Decimal(amount), LimitUnit.DRINKS, first)},
            now=self.now,
        )

    def start(self, hour: int) -> None:
        trackers.change(
            member=self.member,
            tracker_id=self.clocked.id,
            changed={"started_at": START + timedelta(hours=hour)},
            now=self.now,
        )

    def move(self, zone: str, day_start_hour: int) -> None:
        accounts.update_member(
            member=self.member,
            time_zone=zone,
            day_start_hour=day_start_hour,
            now=self.now,
        )


def check_clock(life: Life) -> None:
    tracker = queries.tracker_of(member_id=life.member.id, tracker_id=life.clocked.id)
    facts = queries.clock_facts(queries.clock_rows(tracker_ids=[tracker.id])[tracker.id])
    folded = rules.fold(facts)
    assert folded is not None
    stored = {name: getattr(tracker.clock, name) for name in asdict(folded)}
    stored["recent_use_dates"] = tuple(map(date.fromisoformat, stored["recent_use_dates"]))
    assert stored == asdict(folded)
    weeks = sober_time.replay(facts, moves=queries.moves_of(member_id=life.member.id))
    assert (tracker.clock.weeks_shown, tracker.clock.weeks_on) == (weeks.shown, weeks.on)
    before = Clock.objects.values().get(tracker=tracker)
    projections.rebuild_clocks(member_id=life.member.id)
    assert Clock.objects.values().get(tracker=tracker) == before


def check_runs(life: Life) -> None:
    dates = CheckIn.objects.filter(counts=True, deleted_at=None).values_list(
        "local_date", flat=True
    )
    folded = checkin_rules.fold_runs(
        dates,
        pauses=calendar.bridges_between(
            member_id=life.member.id, first=date(2026, 1, 1), last=date(2027, 1, 1)
        ),
        facts=calendar.facts_of(member_id=life.member.id),
    )
    stored = StreakRun.objects.order_by("first_date").values_list("first_date", "last_date", "days")
    assert list(stored) == [(run.first_date, run.last_date, run.days) for run in folded]


def check_limits(life: Life, today: date) -> None:
    tracker = queries.tracker_of(member_id=life.member.id, tracker_id=life.limited.id)
    known = queries.limits_of(tracker.limit_totals)
    rows = list(TrackerDay.objects.filter(tracker=tracker))
    totals = {row.local_date: total for row in rows if (total := queries.total_of(row)) is not None}
    assert queries.limit_summary(tracker=tracker, today=today) == limits.limit_summary(
        totals=totals, limits=known, today=today
    )
    for row in rows:
        assert row.limit_state == limits.date_state(row.local_date, totals=totals, limits=known)


def check_own_uses(life: Life) -> None:
    """A check-in that says used owns exactly one use, unless an event covers its date."""
    said = TrackerDay.objects.filter(tracker=life.clocked, said=SaidState.USED)
    active = list(queries.use_events(tracker=life.clocked).active())
    explicit = [row for row in active if row.source == FactSource.MEMBER]
    own = sorted(row.on_date for row in active if row.source == FactSource.CHECK_IN)
    uncovered = sorted(
        day
        for day in said.values_list("local_date", flat=True)
        if not any(
            row.on_date <= day <= max(row.on_date, row.until_date - timedelta(days=1))
            for row in explicit
        )
    )
    assert own == uncovered
    for row in active:
        if row.source == FactSource.CHECK_IN:
            check_in = CheckIn.objects.get(local_date=row.on_date)
            assert row.at == day_states.noon_of(
                check_in.local_date,
                zone=check_in.zone,
                day_start_hour=check_in.day_start_hour,
                start=Tracker.objects.get(id=life.clocked.id).started_at,
                answered_at=check_in.answered_at,
            )


@pytest.mark.django_db
@settings(
    max_examples=60,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(deeds=st.lists(actions, min_size=1, max_size=14))
def test_whatever_a_member_does_the_projections_equal_the_fold(
    deeds: list[tuple[Any, ...]],
) -> None:
    Member.objects.all().delete()
    life = Life()
    for name, *arguments in deeds:
        life.act(name, *arguments)
    life.member = Member.objects.get(id=life.member.id)
    check_clock(life)
    check_runs(life)
    check_limits(life, calendar.today_of(member=life.member, now=life.now))
    check_own_uses(life)
