"""Who is asked first: three, those who were there before, and in turn."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from recovery.support import choice
from recovery.support.choice import Candidate

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
NOBODY: frozenset[UUID] = frozenset()


def somebody(
    number: int,
    *,
    told: int | None = None,
    times: int = 0,
    helped: bool = False,
    reachable: bool = True,
    facilitates: bool = False,
    since: int = 0,
) -> Candidate:
    """A candidate by number, told so many minutes ago."""
    return Candidate(
        helper_id=UUID(int=number),
        partnership_id=None if facilitates else UUID(int=1000 + number),
        membership_id=UUID(int=2000 + number) if facilitates else None,
        reachable=reachable,
        since=NOW - timedelta(days=since),
        told_at=None if told is None else NOW - timedelta(minutes=told),
        times_told=times,
        helped_before=helped,
    )


def numbers(found: list[Candidate]) -> list[int]:
    return [one.helper_id.int for one in found]


def test_three_are_asked_first_and_all_others_then() -> None:
    everybody = [somebody(number) for number in range(1, 6)]
    first = choice.to_ask_first(everybody, already_told=NOBODY)
    told = frozenset(one.helper_id for one in first)
    assert len(first) == 3
    assert {*numbers(first), *numbers(choice.to_ask_then(everybody, already_told=told))} == {
        *range(1, 6)
    }


def test_who_was_there_before_comes_first_and_the_others_in_turn() -> None:
    found = choice.in_turn(
        [
            somebody(1, told=60),
            somebody(2),
            somebody(3, told=90),
            somebody(4, told=30, helped=True),
            somebody(5, told=600, helped=True),
        ]
    )
    assert numbers(found) == [5, 4, 2, 3, 1]


def test_partners_come_before_facilitators_and_the_oldest_consent_first() -> None:
    found = choice.in_turn(
        [somebody(1, facilitates=True, since=90), somebody(2, since=3), somebody(3, since=9)]
    )
    assert numbers(found) == [3, 2, 1]


def test_nobody_outside_their_hours_is_asked() -> None:
    everybody = [somebody(1, reachable=False), somebody(2)]
    assert numbers(choice.to_ask_first(everybody, already_told=NOBODY)) == [2]
    assert numbers(choice.to_ask_then(everybody, already_told=NOBODY)) == [2]


candidates = st.lists(
    st.builds(
        somebody,
        st.integers(1, 30),
        told=st.none() | st.integers(0, 10_000),
        helped=st.booleans(),
        reachable=st.booleans(),
        facilitates=st.booleans(),
        since=st.integers(0, 90),
    ),
    unique_by=lambda one: one.helper_id,
)


@given(found=candidates, order=st.randoms(), told=st.sets(st.integers(1, 30), max_size=6))
def test_the_same_facts_give_the_same_people_whatever_their_order(
    found: list[Candidate], order: object, told: set[int]
) -> None:
    already = frozenset(UUID(int=number) for number in told)
    shuffled = list(found)
    order.shuffle(shuffled)  # type: ignore[attr-defined]
    first = choice.to_ask_first(found, already_told=already)
    assert first == choice.to_ask_first(shuffled, already_told=already)
    assert len(first) + len(already) <= max(choice.FIRST, len(already))
    assert all(one.reachable and one.helper_id not in already for one in first)
    # Who is left for the second wave: exactly the others who can be asked.
    then = choice.to_ask_then(
        found, already_told=already | frozenset(one.helper_id for one in first)
    )
    able = {one.helper_id for one in found if one.reachable} - already
    assert {one.helper_id for one in (*first, *then)} == able


def test_over_some_requests_everybody_has_their_turn() -> None:
    told: dict[int, int] = {}
    times = dict.fromkeys(range(1, 8), 0)
    for request in range(14):
        everybody = [
            somebody(number, told=told.get(number), times=times[number]) for number in times
        ]
        for one in choice.to_ask_first(everybody, already_told=NOBODY):
            told[one.helper_id.int] = 10_000 - request
            times[one.helper_id.int] += 1
    assert set(times.values()) == {6}
