"""What is kept of a commitment's past equals the walk over all of it, whatever a member does."""

from __future__ import annotations

from dataclasses import asdict
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from recovery.calendar import queries as calendar
from recovery.calendar import services as pauses
from recovery.calendar.rules import Move, PauseRange
from recovery.commitments import queries
from recovery.commitments.models import Cadence, Commitment, CommitmentEntry, CommitmentTerms
from recovery.commitments.services import commitments, entries
from recovery.commitments.terms import Terms
from recovery.kernel.errors import Refusal
from recovery.members.models import Member
from recovery.members.services import accounts
from tests.factories import make_member
from tests.recovery.commitments.making import answer, promise, reading_of
from tests.recovery.commitments.naive import Walk
from tests.recovery.commitments.test_rules import four_places

START = datetime(2026, 9, 2, 8, tzinfo=UTC)
offsets = st.integers(-3, 60)
terms_changes = st.one_of(
    st.just({"cadence": "daily"}),
    st.integers(1, 7).map(lambda n: {"cadence": "times_per_week", "times_per_week": n}),
    st.frozensets(st.integers(0, 6), min_size=1).map(
        lambda chosen: {"cadence": "weekdays", "weekdays": sorted(chosen)}
    ),
    st.one_of(st.none(), st.integers(0, 60)).map(
        lambda offset: {"end": offset and START.date() + timedelta(days=offset)}
    ),
    st.booleans().map(lambda counts: {"silence_counts": counts}),
)
actions = st.one_of(
    st.tuples(st.just("say"), offsets, st.sampled_from(["kept", "kept", "not_kept"])),
    st.tuples(st.just("say_today"), st.sampled_from(["kept", "not_kept"])),
    st.tuples(st.just("withdraw"), st.integers(0, 20)),
    st.tuples(st.just("change"), terms_changes),
    st.tuples(st.just("pause"), offsets, st.one_of(st.none(), st.integers(0, 9))),
    st.tuples(st.just("resume"), st.integers(0, 5)),
    st.tuples(
        st.just("move"),
        st.sampled_from(["Pacific/Honolulu", "Pacific/Kiritimati", "Europe/Berlin"]),
        st.integers(0, 6),
    ),
    st.tuples(st.just("wait"), st.integers(1, 400)),
)


# What a member may be told who does anything at any time.
REFUSED = {"nothing_promised", "in_the_future", "once_stays_once"}


class Life:
    """One member with a commitment; time goes on with every action."""

    def __init__(self, pattern: dict[str, Any], *, easing_delay: bool) -> None:
        self.member = make_member(time_zone="Europe/Berlin", now=START - timedelta(days=30))
        self.now = START
        self.commitment = promise(
            self.member, now=START, easing_delay=easing_delay, start=START.date(), **pattern
        )

    def act(self, name: str, *arguments: Any) -> None:
        self.now += timedelta(hours=5)
        self.member = Member.objects.get(id=self.member.id)
        self.commitment = Commitment.objects.get(id=self.commitment.id)
        try:
            getattr(self, name)(*arguments)
        except Refusal as refusal:
            if not {error.code for error in refusal.errors} & REFUSED:
                raise

    def say(self, offset: int, state: str) -> None:
        answer(self.commitment, START.date() + timedelta(days=offset), state, now=self.now)

    def say_today(self, state: str) -> None:
        today = calendar.today_of(member=self.member, now=self.now)
        answer(self.commitment, today, state, now=self.now)

    def withdraw(self, number: int) -> None:
        known = list(queries.entries_of(commitment=self.commitment).order_by("local_date"))
        if known:
            entries.withdraw(
                member=self.member,
                commitment_id=self.commitment.id,
                local_date=known[number % len(known)].local_date,
                now=self.now,
            )

    def change(self, changed: dict[str, Any]) -> None:
        commitments.change(
            member=self.member, commitment_id=self.commitment.id, changed=changed, now=self.now
        )

    def pause(self, offset: int, length: int | None) -> None:
        first = START.date() + timedelta(days=offset)
        last = None if length is None else first + timedelta(days=length)
        pauses.create_pause(
            member=self.member, pause_id=None, from_date=first, to_date=last, now=self.now
        )

    def resume(self, number: int) -> None:
        known = list(calendar.pauses_of(member_id=self.member.id).order_by("created_at", "id"))
        if known:
            pauses.remove_pause(
                member=self.member, pause_id=known[number % len(known)].id, now=self.now
            )

    def move(self, zone: str, day_start_hour: int) -> None:
        accounts.update_member(
            member=self.member, time_zone=zone, day_start_hour=day_start_hour, now=self.now
        )

    def wait(self, hours: int) -> None:
        self.now += timedelta(hours=hours)

    def walk(self) -> Walk:
        """Everything read from the facts alone."""
        rows = CommitmentTerms.objects.filter(
            commitment=self.commitment, superseded_at__isnull=True
        ).order_by("from_date")
        entry_rows = CommitmentEntry.objects.filter(
            commitment=self.commitment, deleted_at__isnull=True
        )
        facts = calendar.facts_of(member_id=self.member.id)
        moves = [
            Move(at=fact.effective_at, before=before)
            for fact, before in zip(facts[1:], facts, strict=False)
            if (fact.zone, fact.day_start_hour) != (before.zone, before.day_start_hour)
            and self.now - timedelta(hours=24) < fact.effective_at <= self.now
        ]
        bridges: list[PauseRange] = calendar.bridges_between(
            member_id=self.member.id, first=date(2000, 1, 1), last=date(2100, 1, 1)
        )
        return Walk(
            standing=[
                Terms(
                    from_date=row.from_date,
                    cadence=row.cadence,  # type: ignore[arg-type]
                    weekdays=frozenset(row.weekdays),
                    times_per_week=row.times_per_week,
                    ends_on=row.ends_on,
                )
                for row in rows
            ],
            answers=dict(entry_rows.values_list("local_date", "state")),
            pauses=bridges,
            zone=self.member.time_zone,
            day_start_hour=self.member.day_start_hour,
            now=self.now,
            moved=moves[0] if moves else None,
            silence_counts=self.commitment.silence_counts,
        )


PATTERNS: list[dict[str, Any]] = [
    {"cadence": Cadence.DAILY},
    {"cadence": Cadence.WEEKDAYS, "weekdays": [0, 2, 4]},
    {"cadence": Cadence.TIMES_PER_WEEK, "times_per_week": 3},
    {"cadence": Cadence.ONCE, "end": START.date() + timedelta(days=12)},
    {"cadence": Cadence.DAILY, "silence_counts": True},
]


@pytest.mark.django_db
@given(
    pattern=st.sampled_from(PATTERNS),
    easing_delay=st.booleans(),
    steps=st.lists(actions, min_size=1, max_size=14),
    later=st.integers(0, 24 * 40),
)
@settings(
    max_examples=40,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
)
def test_a_reading_equals_the_walk_over_all_facts(
    pattern: dict[str, Any], easing_delay: bool, steps: list[Any], later: int
) -> None:
    life = Life(pattern, easing_delay=easing_delay)
    for step in steps:
        life.act(*step)
    life.now += timedelta(hours=later)
    life.member = Member.objects.get(id=life.member.id)
    life.commitment = Commitment.objects.get(id=life.commitment.id)
    walk = life.walk()
    expected = walk.reading()
    for name in ("kept_rate", "answered_rate"):
        expected[name] = four_places(expected[name])
    assert asdict(reading_of(life.commitment, now=life.now)) == expected
    today = walk.today
    stretch = (today - timedelta(days=25), today + timedelta(days=5))
    found = queries.occurrences(
        member=life.member,
        commitment=queries.commitment_of(
            member_id=life.member.id, commitment_id=life.commitment.id
        ),
        first=stretch[0],
        last=stretch[1],
        now=life.now,
    )
    assert [(one.first, one.last, str(one.state)) for one in found] == [
        one[:3] for one in walk.occurrences(until=stretch[1]) if one[1] >= stretch[0]
    ]
    open_now = queries.open_today(
        owners={life.member.id: (life.member, today)},
        commitment_ids=[life.commitment.id],
        now=life.now,
    )
    assert bool(open_now) == expected["open_today"]
    assert bool(queries.open_on(member=life.member, today=today)) == expected["open_today"]
