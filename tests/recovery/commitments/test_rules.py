from __future__ import annotations

from dataclasses import asdict
from datetime import timedelta
from decimal import Decimal
from fractions import Fraction
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from recovery.commitments import rules
from recovery.commitments.bridges import Bridges
from recovery.commitments.occurrences import Promise, judged_to, listed
from recovery.commitments.rules import Tally
from recovery.kernel.days import ONE_DAY
from tests.recovery.commitments.lives import walks
from tests.recovery.commitments.naive import Walk
from tests.recovery.strategies import examples


def promise_of(walk: Walk) -> Promise:
    return Promise(
        standing=walk.standing,
        answers=walk.answers,  # type: ignore[arg-type]
        bridges=Bridges(walk.pauses, zone=walk.zone, day_start_hour=walk.day_start_hour),
        judged_to=judged_to(
            now=walk.now,
            zone=walk.zone,
            day_start_hour=walk.day_start_hour,
            moved=walk.moved,
        ),
        silence_counts=walk.silence_counts,
    )


def read(walk: Walk) -> dict[str, Any]:
    before = walk.standing[0].from_date - ONE_DAY
    return asdict(rules.read(promise_of(walk), through=before, settled=Tally(), today=walk.today))


def four_places(rate: object) -> Decimal | None:
    if rate is None:
        return None
    assert isinstance(rate, Fraction)
    return Decimal(int(rate * 10_000)).scaleb(-4)


@given(walk=walks())
@examples(600)
def test_a_reading_is_what_walking_over_every_date_counts(walk: Walk) -> None:
    expected = walk.reading()
    for name in ("kept_rate", "answered_rate"):
        expected[name] = four_places(expected[name])
    found = read(walk)
    if found["next_due_on"] and found["next_due_on"] > walk.today + timedelta(days=100):
        expected.pop("next_due_on"), found.pop("next_due_on")
    assert found == expected


@given(walk=walks())
@examples(300)
def test_the_occurrences_are_those_that_walking_finds(walk: Walk) -> None:
    until = walk.today + timedelta(days=20)
    start = walk.standing[0].from_date
    found = [
        (one.first, one.last, str(one.state), one.by_silence)
        for one in listed(promise_of(walk), first=start, last=until)
    ]
    expected = walk.occurrences(until=until)
    assert [one[:3] for one in found] == [one[:3] for one in expected]
    silent = [state == "not_kept" and was for _, _, state, was in expected]
    assert [one[3] for one in found] == silent


@given(walk=walks(), later=st.integers(0, 60))
@examples(400)
def test_what_a_tally_settled_stays_whatever_time_passes(walk: Walk, later: int) -> None:
    settled = rules.settled_through(promise=promise_of(walk), today=walk.today)
    begun = rules.fold(promise_of(walk), first=walk.standing[0].from_date, last=settled)
    walk.now += timedelta(days=later)
    whole = read(walk)
    walk.answers = {day: said for day, said in walk.answers.items() if day > settled}
    promise = promise_of(walk)
    assert asdict(rules.read(promise, through=settled, settled=begun, today=walk.today)) == whole
