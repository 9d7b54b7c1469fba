"""How often may be tried: against a queue that is kept by hand."""

from __future__ import annotations

import math
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from recovery.kernel.errors import TooMany
from recovery.members.models import RateBucket
from recovery.members.services import limits
from recovery.members.services.limits import Limit
from tests.parallel import at_once

NOW = datetime(2026, 11, 22, 8, 0, tzinfo=UTC)
LIMIT = Limit("test", burst=3, seconds=60)


def _passes(*, key: str = "alice", now: datetime = NOW, limit: Limit = LIMIT) -> bool:
    try:
        limits.count(limit=limit, key=key, now=now)
    except TooMany:
        return False
    return True


@pytest.mark.django_db
def test_a_burst_passes_and_then_one_a_minute() -> None:
    assert [_passes() for _ in range(5)] == [True, True, True, False, False]
    assert not _passes(now=NOW + timedelta(seconds=59))
    assert _passes(now=NOW + timedelta(seconds=60))
    assert not _passes(now=NOW + timedelta(seconds=61))


@pytest.mark.django_db
def test_refused_tries_do_not_lengthen_the_wait() -> None:
    for _ in range(100):
        _passes()

    assert _passes(now=NOW + timedelta(seconds=60))


@pytest.mark.django_db
def test_the_refusal_says_how_long_to_wait() -> None:
    for _ in range(3):
        _passes()

    with pytest.raises(TooMany) as refusal:
        limits.count(limit=LIMIT, key="alice", now=NOW + timedelta(seconds=20.5))
    assert refusal.value.retry_after == 40


@pytest.mark.django_db
def test_after_a_long_rest_the_whole_burst_is_back_and_not_more() -> None:
    for _ in range(3):
        _passes()

    later = NOW + timedelta(days=1)
    assert [_passes(now=later) for _ in range(4)] == [True, True, True, False]


@pytest.mark.django_db
def test_keys_and_kinds_do_not_share() -> None:
    for _ in range(3):
        _passes()

    assert _passes(key="bob")
    assert _passes(limit=Limit("other", burst=3, seconds=60))


@pytest.mark.django_db
def test_a_clock_that_went_back_does_not_lock_anybody_out_for_long() -> None:
    for _ in range(3):
        _passes(now=NOW + timedelta(seconds=30))

    assert not _passes(now=NOW)
    assert _passes(now=NOW + timedelta(seconds=90))


class Bucket:
    """A bucket of ``burst`` tries into which one drips every ``seconds``: the oracle."""

    def __init__(self, limit: Limit) -> None:
        self.limit, self.tries, self.at = limit, float(limit.burst), 0.0

    def take(self, at: float) -> bool:
        dripped = (at - self.at) / self.limit.seconds
        self.tries, self.at = min(self.limit.burst, self.tries + dripped), at
        if self.tries < 1:
            return False
        self.tries -= 1
        return True


@pytest.mark.django_db
@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    burst=st.integers(1, 5),
    # Quarters of a second: exact in binary, so that the oracle rounds nothing.
    seconds=st.integers(1, 64).map(lambda quarters: quarters * 4 / 4),
    pauses=st.lists(st.integers(0, 400).map(lambda quarters: quarters / 4), max_size=25),
)
def test_any_rhythm_of_tries_passes_as_through_a_dripping_bucket(
    burst: int, seconds: float, pauses: list[float]
) -> None:
    RateBucket.objects.all().delete()
    # A power of two, so that thirds do not arise in the drips.
    limit = Limit("test", burst=burst, seconds=2 ** math.floor(math.log2(seconds)))
    oracle, at = Bucket(limit), 0.0

    for pause in pauses:
        at += pause
        expected = oracle.take(at)
        assert _passes(limit=limit, now=NOW + timedelta(seconds=at)) == expected


@pytest.mark.django_db(transaction=True)
def test_tries_at_once_do_not_get_round_the_limit() -> None:
    results = at_once(lambda _: _passes(), times=16)

    assert results.count(True) == 3
