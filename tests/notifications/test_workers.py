"""With real processes: from a reminder that falls due to a phone, whatever is killed on the way."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from django.utils import timezone

from notifications import delivery, outbox, planner
from notifications.fcm import MAX_BATCH
from notifications.models import (
    Delivery,
    DeliveryState,
    Notification,
    NotificationState,
    Reminder,
    Sender,
)
from notifications.wording import Kind
from recovery.members.models import Member
from tests import services
from tests.loopback.fcm import LoopbackFcm
from tests.notifications.making import make_device, make_reminder
from tests.notifications.working import Worker, until
from tests.parallel import at_once

Start = Callable[..., Worker]

BROKERS = [
    pytest.param("filesystem", id="folder"),
    pytest.param("valkey", id="valkey", marks=pytest.mark.valkey),
]


@pytest.fixture(scope="session")
def valkey_url() -> Iterator[str]:
    """A database of a Valkey server; tests that run beside these have others."""
    process = os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw")
    with services.valkey() as url:
        yield f"{url.rpartition('/')[0]}/{8 + int(process) % 8}"


@pytest.fixture
def broker_url(request: pytest.FixtureRequest) -> str:
    """The broker that a test names; queues left by an earlier test do no harm."""
    if request.param == "filesystem":
        return ""
    url: str = request.getfixturevalue("valkey_url")
    return url


@pytest.fixture
def start(tmp_path: Path, broker_url: str, fcm: LoopbackFcm) -> Iterator[Start]:
    """Start workers on one data folder; all are ended with the test."""
    made: list[Worker] = []

    def one(options: str = "--pool=solo") -> Worker:
        made.append(Worker(folder=tmp_path, broker_url=broker_url, fcm=fcm, options=options))
        return made[-1]

    yield one
    for worker in made:
        worker.clear_away()


def due_in(seconds: float, member: Member) -> None:
    """Make a reminder of the member that falls due so soon, whatever the time of day is."""
    reminder = make_reminder(member=member, at="12:00", now=timezone.now())
    Reminder.objects.filter(id=reminder.id).update(
        next_due_at=timezone.now() + timedelta(seconds=seconds)
    )


@pytest.mark.processes
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("broker_url", BROKERS, indirect=True)
def test_a_reminder_falls_due_and_its_push_arrives(
    alice: Member, fcm: LoopbackFcm, start: Start
) -> None:
    make_device(member=alice, address="ok-phone", now=timezone.now())
    worker = start()
    due_in(2, alice)
    until(lambda: "ok-phone" in fcm.visible(), what="no push arrived", log=worker.log)
    until(
        lambda: Notification.objects.get().state == NotificationState.SENT,
        what="the delivery was not settled",
        log=worker.log,
    )
    assert len(fcm.accepted) == 1
    assert Sender.objects.get().last_tick_at is not None
    assert worker.stop() == 0
    until(lambda: worker.alive_in_group() == [], what="something still runs", log=worker.log)


@pytest.mark.processes
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("broker_url", BROKERS, indirect=True)
def test_a_worker_killed_while_sending_loses_nothing_and_shows_nothing_twice(
    alice: Member, fcm: LoopbackFcm, start: Start
) -> None:
    make_device(member=alice, address="phone", now=timezone.now())
    fcm.script("phone", "slow-1500", "ok")
    first = start()
    due_in(0, alice)
    until(lambda: fcm.received == ["phone"], what="nothing was sent", log=first.log)
    first.kill()
    assert Delivery.objects.get().state == DeliveryState.PENDING
    second = start()
    until(
        lambda: Notification.objects.get().state == NotificationState.SENT,
        what="the killed worker's delivery was not taken up",
        log=second.log,
    )
    # FCM took the first one on too; under the same id it replaces and does not stack.
    until(lambda: len(fcm.accepted) == 2, what="the slow one is missing", log=second.log)
    assert len(fcm.visible()["phone"]) == 1
    assert Delivery.objects.get().tries == 2
    until(lambda: first.alive_in_group() == [], what="an orphaned beat", log=first.log)


@pytest.mark.processes
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("broker_url", BROKERS, indirect=True)
def test_what_somebody_waits_for_overtakes_a_backlog_that_is_on_its_way(
    alice: Member, bob: Member, fcm: LoopbackFcm, start: Start
) -> None:
    make_device(member=alice, address="slow-500-alice", now=timezone.now())
    make_device(member=bob, address="ok-bob", now=timezone.now())
    tell(alice, times=10 * MAX_BATCH)
    worker = start()
    until(lambda: len(fcm.received) >= 10, what="the backlog does not move", log=worker.log)
    tell(bob, times=1, urgent=True)
    until(lambda: "ok-bob" in fcm.received, what="nothing urgent came", log=worker.log)
    # At most what was under way, and the batch in which it went out itself.
    began_with = fcm.received.index("ok-bob")
    assert began_with <= 4 * MAX_BATCH, began_with
    assert Delivery.objects.filter(state=DeliveryState.PENDING).count() > 5 * MAX_BATCH
    assert worker.stop() == 0


def tell(member: Member, *, times: int, urgent: bool = False) -> None:
    """Promise a member something, so many times, to be sent at once."""
    now = timezone.now()
    drafts = [
        outbox.Draft(
            member_id=member.id,
            kind=Kind.PARTNER_JOINED,
            dedupe_key=f"{member.id}:{number}",
            expires_at=now + timedelta(hours=1),
            urgent=urgent,
        )
        for number in range(times)
    ]
    outbox.promise(drafts=drafts, now=now)


@pytest.mark.processes
@pytest.mark.valkey
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("broker_url", ["valkey"], indirect=True)
def test_forked_workers_each_make_their_own_connection(
    alice: Member, bob: Member, fcm: LoopbackFcm, start: Start
) -> None:
    worker = start("--pool=prefork --concurrency=2")
    for number in range(4):
        make_device(member=alice, address=f"ok-{number}", now=timezone.now())
        due_in(0, alice)
    until(
        lambda: Notification.objects.filter(state=NotificationState.SENT).count() == 4,
        what="not everything was sent",
        log=worker.log,
    )
    assert all(len(shown) == 4 for shown in fcm.visible().values())
    assert len(fcm.accepted) == 16
    assert worker.stop() == 0


@pytest.mark.django_db(transaction=True)
def test_ticks_at_the_same_moment_promise_once(alice: Member, fcm: LoopbackFcm) -> None:
    make_device(member=alice, now=timezone.now())
    for _ in range(10):
        due_in(0, alice)
    now = timezone.now() + timedelta(seconds=1)
    done = at_once(lambda _: planner.tick(now=now, batch=3), times=4)
    assert sum(result.planned for result in done) == 10
    assert sum(result.moved_on for result in done) == 0
    assert Notification.objects.count() == Delivery.objects.count() == 10


@pytest.mark.django_db(transaction=True)
def test_deliveries_at_the_same_moment_send_once(alice: Member, fcm: LoopbackFcm) -> None:
    for number in range(3):
        make_device(member=alice, address=f"ok-{number}", now=timezone.now())
    due_in(0, alice)
    now = timezone.now() + timedelta(seconds=1)
    planner.tick(now=now)
    done = at_once(lambda _: delivery.deliver(now=now, batch=1), times=3)
    assert sum(done) <= 3
    while delivery.deliver(now=now):
        pass
    assert sorted(fcm.received) == ["ok-0", "ok-1", "ok-2"]
    assert Notification.objects.get().state == NotificationState.SENT
