"""What somebody waits for overtakes all that waits already."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from notifications import delivery, leases, outbox, tasks
from notifications.models import Delivery, DeliveryState
from notifications.wording import Kind
from recovery.members.models import Member
from tests.loopback.fcm import LoopbackFcm
from tests.notifications.making import make_device

# Access tokens to FCM live by the machine's clock, so these tests happen today.
NOW = datetime.now(UTC).replace(hour=12, minute=0, second=0, microsecond=0)
EARLIER = NOW - timedelta(hours=1)


def promise(member: Member, *, urgent: bool, at: datetime) -> None:
    """Tell a member something that needs no more asking."""
    outbox.promise(
        drafts=[
            outbox.Draft(
                member_id=member.id,
                kind=Kind.PARTNER_JOINED,
                dedupe_key=str(uuid4()),
                expires_at=NOW + timedelta(hours=2),
                urgent=urgent,
            )
        ],
        now=at,
    )


@pytest.fixture
def backlog(alice: Member, bob: Member, fcm: LoopbackFcm) -> None:
    """Ten things wait for alice, and a moment ago something urgent came for bob."""
    make_device(member=alice, address="ok-alice", now=EARLIER)
    make_device(member=bob, address="ok-bob", now=EARLIER)
    for _ in range(10):
        promise(alice, urgent=False, at=EARLIER)
    promise(bob, urgent=True, at=NOW)


def test_it_is_in_the_next_batch_however_many_wait(backlog: None, fcm: LoopbackFcm) -> None:
    assert delivery.deliver(now=NOW, batch=3) == 3
    assert sorted(fcm.received) == ["ok-alice", "ok-alice", "ok-bob"]


def test_the_urgent_lane_sends_nothing_else(backlog: None, fcm: LoopbackFcm) -> None:
    assert delivery.deliver(now=NOW, urgent_only=True) == 1
    assert delivery.deliver(now=NOW, urgent_only=True) == 0
    assert fcm.received == ["ok-bob"]
    assert Delivery.objects.filter(state=DeliveryState.PENDING).count() == 10


def test_the_urgent_task_works_off_its_lane(
    backlog: None, fcm: LoopbackFcm, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tasks.timezone, "now", lambda: NOW)
    tasks.deliver_urgent(extra="of another release")
    assert fcm.received == ["ok-bob"]


def test_it_goes_out_as_urgent_and_the_others_do_not(backlog: None, fcm: LoopbackFcm) -> None:
    delivery.deliver(now=NOW, batch=2)
    priorities = {sent.address: sent.message["android"]["priority"] for sent in fcm.accepted}
    assert priorities == {"ok-bob": "high", "ok-alice": "normal"}


def test_one_that_failed_waits_its_turn_and_overtakes_again(
    alice: Member, bob: Member, fcm: LoopbackFcm
) -> None:
    make_device(member=bob, address="bob", now=EARLIER)
    fcm.script("bob", "unavail-90", "ok")
    promise(bob, urgent=True, at=EARLIER)
    delivery.deliver(now=NOW)
    row = Delivery.objects.get()
    assert row.state == DeliveryState.PENDING
    assert leases.lease(now=NOW, limit=1)[1] == []
    make_device(member=alice, address="ok-alice", now=EARLIER)
    promise(alice, urgent=False, at=EARLIER)
    delivery.deliver(now=row.next_attempt_at, batch=1)
    assert fcm.received == ["bob", "bob"]


def test_a_batch_is_found_by_its_indexes(backlog: None) -> None:
    """The backlog is not sorted through: PostgreSQL and SQLite go by the index of each lane."""
    with CaptureQueriesContext(connection) as queries:
        leases.lease(now=NOW, limit=3)
    found = [query["sql"] for query in queries if "next_attempt_at" in query["sql"]]
    explain = "EXPLAIN QUERY PLAN " if connection.vendor == "sqlite" else "EXPLAIN "
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("SET LOCAL enable_seqscan = off")
        cursor.execute(explain + found[0])
        plan = " ".join(str(row) for row in cursor.fetchall())
    assert "delivery_due" in plan
