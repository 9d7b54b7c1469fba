"""Deadlines of all kinds: worked off in batches, once, whatever one of them is made of."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

import pytest
from django.db import OperationalError, connection, transaction
from django.test.utils import CaptureQueriesContext

from notifications import deadlines, hints, planner, telling
from notifications.deadlines import Due, Handled
from notifications.models import Deadline, DeadlineKind, Notification
from notifications.outbox import Draft
from notifications.wording import Kind
from recovery.members.models import Member
from tests.factories import make_member
from tests.parallel import at_once

NOW = datetime(2025, 6, 10, 18, tzinfo=UTC)
HOUR = timedelta(hours=1)
A_KIND, ANOTHER, URGENT = (
    DeadlineKind.COMMITMENT_DUE,
    DeadlineKind.GRANT_EXPIRING,
    DeadlineKind.SUPPORT_WAVE,
)


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[Due]:
    """All kinds answered by one handler, which tells members once and never looks again."""
    seen: list[Due] = []

    def handler(rows: Sequence[Due], now: datetime) -> Handled:
        seen.extend(rows)
        return Handled(drafts=[told(row, now) for row in rows])

    for kind in DeadlineKind:
        monkeypatch.setitem(deadlines._handlers, kind, handler)
    return seen


def told(row: Due, now: datetime) -> Draft:
    return telling.draft(
        kind=Kind.NEW_SESSION, member_id=row.member_id, subject_id=row.subject_id, now=now
    )


def make(member: Member, *, kind: DeadlineKind = A_KIND, due_at: datetime = NOW) -> UUID:
    subject_id = uuid4()
    deadlines.set_deadline(member_id=member.id, kind=kind, subject_id=subject_id, due_at=due_at)
    return subject_id


def due_at(subject_id: UUID) -> datetime:
    return Deadline.objects.get(subject_id=subject_id).next_due_at


def test_nothing_happens_before_its_time_and_then_it_happens_once(
    alice: Member, asked: list[Due]
) -> None:
    subject_id = make(alice)
    assert planner.tick(now=NOW - timedelta(seconds=1)).claimed == 0
    result = planner.tick(now=NOW)
    assert (result.claimed, result.planned) == (1, 1)
    (row,) = asked
    assert (row.member_id, row.subject_id, row.zone) == (alice.id, subject_id, "Europe/Berlin")
    assert planner.tick(now=NOW + HOUR).claimed == 0
    assert Notification.objects.count() == 1


def test_a_handler_says_when_it_is_due_next(alice: Member, monkeypatch: pytest.MonkeyPatch) -> None:
    first, second = make(alice), make(alice)

    def handler(rows: Sequence[Due], now: datetime) -> Handled:
        return Handled(next_due_at={row.id: now + HOUR for row in rows if row.subject_id == first})

    monkeypatch.setitem(deadlines._handlers, A_KIND, handler)
    planner.tick(now=NOW)
    assert due_at(first) == NOW + HOUR
    assert not Deadline.objects.filter(subject_id=second).exists()


def test_a_deadline_that_would_not_move_on_is_a_bad_row(
    alice: Member, monkeypatch: pytest.MonkeyPatch
) -> None:
    subject_id = make(alice)
    monkeypatch.setitem(
        deadlines._handlers,
        A_KIND,
        lambda rows, now: Handled(next_due_at={row.id: now for row in rows}),
    )
    assert planner.tick(now=NOW).moved_on == 1
    assert due_at(subject_id) == NOW + HOUR


def test_a_bad_row_moves_on_an_hour_and_harms_no_neighbour(
    alice: Member,
    asked: list[Due],
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    bad, good, other = make(alice), make(alice), make(alice, kind=ANOTHER)

    def handler(rows: Sequence[Due], now: datetime) -> Handled:
        if any(row.subject_id == bad for row in rows):
            raise LookupError("something a member wrote")
        return Handled(drafts=[told(row, now) for row in rows])

    monkeypatch.setitem(deadlines._handlers, A_KIND, handler)
    result = planner.tick(now=NOW)
    assert (result.claimed, result.planned, result.moved_on) == (3, 2, 1)
    assert due_at(bad) == NOW + HOUR
    assert set(Notification.objects.values_list("subject_id", flat=True)) == {good, other}
    assert "moved on an hour: LookupError" in caplog.text


def test_what_a_handler_wrote_goes_with_its_batch(
    alice: Member, bob: Member, monkeypatch: pytest.MonkeyPatch
) -> None:
    make(alice)

    def handler(rows: Sequence[Due], now: datetime) -> Handled:
        Member.objects.filter(id=bob.id).update(terms_version="9")
        raise LookupError

    monkeypatch.setitem(deadlines._handlers, A_KIND, handler)
    planner.tick(now=NOW)
    bob.refresh_from_db()
    assert bob.terms_version == "1"


def test_a_database_that_is_gone_moves_nothing(
    alice: Member, monkeypatch: pytest.MonkeyPatch
) -> None:
    subject_id = make(alice)

    def handler(rows: Sequence[Due], now: datetime) -> Handled:
        raise OperationalError

    monkeypatch.setitem(deadlines._handlers, A_KIND, handler)
    with pytest.raises(OperationalError):
        planner.tick(now=NOW)
    assert due_at(subject_id) == NOW


def test_what_a_handler_promises_as_urgent_wakes_the_urgent_lane(
    alice: Member, monkeypatch: pytest.MonkeyPatch
) -> None:
    make(alice, kind=URGENT)
    hinted: list[str] = []
    monkeypatch.setattr(hints, "deliver_urgent_soon", lambda: hinted.append("urgent"))

    def handler(rows: Sequence[Due], now: datetime) -> Handled:
        return Handled(drafts=[replace(told(row, now), urgent=True) for row in rows])

    monkeypatch.setitem(deadlines._handlers, URGENT, handler)
    planner.tick(now=NOW)
    assert hinted == ["urgent"]


def test_urgent_kinds_come_before_a_backlog(alice: Member, asked: list[Due]) -> None:
    for _ in range(5):
        make(alice, due_at=NOW - HOUR)
    urgent = make(alice, kind=URGENT)
    deadlines.work_off(now=NOW, batch=2, most=1)
    assert asked[0].subject_id == urgent
    assert len(asked) == 3


def test_to_set_one_again_moves_it_and_to_set_the_first_does_not(alice: Member) -> None:
    subject_id = make(alice)
    deadlines.set_first(member_id=alice.id, kind=A_KIND, subject_id=subject_id, due_at=NOW + HOUR)
    assert due_at(subject_id) == NOW
    deadlines.set_deadline(
        member_id=alice.id, kind=A_KIND, subject_id=subject_id, due_at=NOW + HOUR
    )
    assert due_at(subject_id) == NOW + HOUR


def test_one_that_is_looked_at_again_is_never_put_off(alice: Member, bob: Member) -> None:
    later, earlier, other = (
        make(alice, due_at=NOW + HOUR),
        make(alice, due_at=NOW - HOUR),
        make(alice, kind=ANOTHER, due_at=NOW + HOUR),
    )
    bobs = make(bob, due_at=NOW + HOUR)
    deadlines.look_again(member_id=alice.id, kind=A_KIND, at=NOW)
    assert [due_at(one) for one in (later, earlier, other, bobs)] == [
        NOW,
        NOW - HOUR,
        NOW + HOUR,
        NOW + HOUR,
    ]


def test_one_that_is_cleared_is_gone_and_its_neighbours_stay(alice: Member, bob: Member) -> None:
    subject_id, other = make(alice), make(alice)
    for member in (alice, bob):
        deadlines.clear(member_id=member.id, kind=A_KIND, subject_id=subject_id)
    deadlines.clear(member_id=alice.id, kind=ANOTHER, subject_id=other)
    assert list(Deadline.objects.values_list("subject_id", flat=True)) == [other]


def test_a_batch_costs_the_same_number_of_queries_however_long_it_is(
    asked: list[Due], db: None
) -> None:
    def cost(count: int) -> int:
        for _ in range(count):
            make(make_member())
        with CaptureQueriesContext(connection) as queries:
            assert planner.tick(now=NOW).planned == count
        return sum(1 for query in queries if "SAVEPOINT" not in query["sql"])

    assert cost(1) == cost(20)


@pytest.mark.django_db(transaction=True)
def test_ticks_at_the_same_moment_handle_each_once(asked: list[Due], alice: Member) -> None:
    for _ in range(12):
        make(alice)
    done = at_once(lambda _: planner.tick(now=NOW, batch=3), times=4)
    assert sum(result.claimed for result in done) == 12
    assert len({row.id for row in asked}) == Notification.objects.count() == 12


@pytest.mark.django_db(transaction=True)
def test_to_clear_one_never_waits_for_the_tick_that_holds_it(alice: Member) -> None:
    """The tick may wait for what the one who clears holds; only PostgreSQL has such locks."""
    if connection.vendor == "sqlite":
        pytest.skip("one writer at a time")
    subject_id = make(alice)
    with transaction.atomic():
        list(Deadline.objects.select_for_update())
        at_once(
            lambda _: deadlines.clear(member_id=alice.id, kind=A_KIND, subject_id=subject_id),
            times=1,
        )
    assert due_at(subject_id) == NOW


def test_every_kind_of_deadline_has_a_handler() -> None:
    assert set(deadlines._handlers) == set(DeadlineKind)
