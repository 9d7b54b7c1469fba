"""From a waiting delivery to its end, through the real firebase-admin and a loopback FCM."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from django.conf import settings as program
from django.db import connection
from django.test.utils import CaptureQueriesContext

from notifications import delivery, devices, fcm, leases, planner, reminders, sender
from notifications.models import (
    Delivery,
    DeliveryState,
    Device,
    Dropped,
    Notification,
    NotificationState,
    PushPermission,
    Sender,
)
from notifications.pushes import Platform, Push, Result
from recovery.calendar import services as calendar
from recovery.kernel import events
from recovery.members.events import SessionEnded
from recovery.members.models import Member, Session
from tests.factories import make_member, make_session
from tests.loopback.fcm import LoopbackFcm
from tests.notifications.making import make_device, make_reminder
from tests.notifications.test_planner import check_in

# Access tokens live by the machine's clock, so these tests happen today.
NOON = datetime.now(UTC).replace(hour=12, minute=0, second=0, microsecond=0)
TODAY = NOON.date()
SECOND = timedelta(seconds=1)


@pytest.fixture
def alice(db: None) -> Member:
    """Her days are those of UTC here, so that the wall clock of these tests is easy to read."""
    return make_member(handle="alice", time_zone="UTC")


def nudge(member: Member, *, now: datetime = NOON) -> Notification:
    """A reminder that has just fallen due and was planned."""
    before = set(Notification.objects.values_list("id", flat=True))
    make_reminder(member=member, at=now.strftime("%H:%M"), now=now - timedelta(hours=1))
    planner.tick(now=now)
    return Notification.objects.exclude(id__in=before).get()


def only() -> Delivery:
    return Delivery.objects.get()


def test_a_push_reaches_the_phone_and_says_nothing_about_its_owner(
    alice: Member, fcm: LoopbackFcm
) -> None:
    phone = make_device(member=alice, address="ok-phone")
    row = nudge(alice)
    assert delivery.deliver(now=NOON) == 1
    (shown,) = fcm.visible()["ok-phone"]
    assert shown.notification_id == str(row.id)
    assert shown.replaces == row.id.hex
    assert "alice" not in str(shown.message)
    way = only()
    assert (way.state, way.outcome, way.tries) == (DeliveryState.SENT, "sent", 1)
    assert way.message_id == shown.name
    assert way.device_id == phone.installation_id
    row.refresh_from_db()
    assert (row.state, row.in_inbox) == (NotificationState.SENT, True)
    assert delivery.deliver(now=NOON) == 0


def test_both_phones_get_it_and_a_dead_one_hinders_nobody(alice: Member, fcm: LoopbackFcm) -> None:
    make_device(member=alice, address="ok-phone")
    dead = make_device(member=alice, address="unreg-phone")
    row = nudge(alice)
    assert delivery.deliver(now=NOON) == 2
    assert list(fcm.visible()) == ["ok-phone"]
    dead.refresh_from_db()
    assert (dead.retired_at, dead.address) == (NOON, "")
    row.refresh_from_db()
    assert row.state == NotificationState.SENT


def test_a_dead_address_does_not_retire_a_phone_that_has_a_new_one(
    alice: Member, fcm: LoopbackFcm, monkeypatch: pytest.MonkeyPatch
) -> None:
    session = make_session(member=alice)
    phone = make_device(member=alice, address="unreg-old", session=session)
    nudge(alice)
    send = fcm_send_spy(monkeypatch, lambda: Device.objects.update(address="ok-new"))
    delivery.deliver(now=NOON)
    assert send == ["unreg-old"]
    phone.refresh_from_db()
    assert (phone.retired_at, phone.address) == (None, "ok-new")


def fcm_send_spy(monkeypatch: pytest.MonkeyPatch, meanwhile: Callable[[], object]) -> list[str]:
    """Let something happen while a batch is on its way; return the addresses sent to."""
    sent: list[str] = []
    real = fcm.Gateway.send

    def send(self: fcm.Gateway, pushes: list[Push], *, now: datetime) -> list[Result]:
        sent.extend(push.address for push in pushes)
        results = real(self, pushes, now=now)
        meanwhile()
        return results

    monkeypatch.setattr(fcm.Gateway, "send", send)
    return sent


# --- asked again before sending -------------------------------------------------------------------


def answer_today(member: Member) -> None:
    check_in(member, TODAY, now=NOON)


def pause_today(member: Member) -> None:
    calendar.create_pause(member=member, pause_id=None, from_date=TODAY, to_date=None, now=NOON)


def end_session_row(member: Member) -> None:
    Session.objects.filter(member=member).update(ended_at=NOON)


def delete_reminder(member: Member) -> None:
    for reminder in reminders.of(member_id=member.id):
        reminders.delete(member_id=member.id, reminder_id=reminder.id, now=NOON)


def remove_device(member: Member) -> None:
    for device in devices.of(member_id=member.id):
        devices.remove(member_id=member.id, installation_id=device.installation_id, now=NOON)


def give_phone_away(member: Member) -> None:
    other = make_member()
    device = devices.of(member_id=member.id).get()
    make_device(member=other, installation_id=device.installation_id, address=device.address)


def switch_push_off(member: Member) -> None:
    Device.objects.update(push_permission=PushPermission.DENIED)


def delete_member(member: Member) -> None:
    Member.objects.filter(id=member.id).update(deleted_at=NOON)


@pytest.mark.parametrize(
    ("happens", "reason", "in_inbox"),
    [
        (answer_today, Dropped.ANSWERED, False),
        (pause_today, Dropped.PAUSED, False),
        (delete_reminder, Dropped.WITHDRAWN, False),
        (delete_member, Dropped.MEMBER_GONE, False),
        (end_session_row, Dropped.SESSION_ENDED, True),
        (remove_device, Dropped.DEVICE_GONE, True),
        (give_phone_away, Dropped.DEVICE_GONE, True),
        (switch_push_off, Dropped.NOT_ALLOWED, True),
    ],
)
def test_what_happens_between_tick_and_send_stops_the_send_and_is_recorded(
    alice: Member,
    fcm: LoopbackFcm,
    happens: Callable[[Member], None],
    reason: Dropped,
    in_inbox: bool,
) -> None:
    make_device(member=alice, address="ok-phone")
    row = nudge(alice)
    happens(alice)
    assert delivery.deliver(now=NOON) == 1
    assert fcm.received == []
    way = only()
    assert (way.state, way.dropped_reason) == (DeliveryState.DROPPED, reason)
    row.refresh_from_db()
    assert (row.state, row.dropped_reason, row.in_inbox) == ("dropped", reason, in_inbox)


def test_ending_a_session_forgets_its_address_at_once(alice: Member, fcm: LoopbackFcm) -> None:
    session = make_session(member=alice)
    phone = make_device(member=alice, address="ok-phone", session=session)
    other = make_device(member=alice, address="ok-tablet")
    nudge(alice)
    events.publish(fact=SessionEnded(session_ids=(session.id,), at=NOON))
    phone.refresh_from_db()
    other.refresh_from_db()
    assert (phone.retired_at, phone.address) == (NOON, "")
    assert other.retired_at is None
    delivery.deliver(now=NOON)
    assert fcm.received == ["ok-tablet"]


def test_what_has_expired_is_not_sent_any_more(alice: Member, fcm: LoopbackFcm) -> None:
    make_device(member=alice)
    row = nudge(alice)
    delivery.deliver(now=row.expires_at)
    assert fcm.received == []
    row.refresh_from_db()
    assert (row.dropped_reason, row.in_inbox) == (Dropped.EXPIRED, True)


def test_without_credentials_nothing_waits_but_the_inbox_has_it(alice: Member) -> None:
    make_device(member=alice)
    row = nudge(alice)
    assert (row.state, row.dropped_reason, row.in_inbox) == ("dropped", Dropped.PUSH_OFF, True)
    assert not Delivery.objects.exists()


def test_credentials_taken_away_in_between_end_what_waits(
    alice: Member, fcm: LoopbackFcm, settings: pytest.FixtureRequest
) -> None:
    make_device(member=alice)
    row = nudge(alice)
    settings.FIREBASE_CREDENTIALS = settings.FCM_BASE_URL = None  # type: ignore[attr-defined]
    assert delivery.deliver(now=NOON) == 1
    row.refresh_from_db()
    assert row.dropped_reason == Dropped.PUSH_OFF


# --- outcomes -------------------------------------------------------------------------------------


def test_a_busy_fcm_is_tried_again_when_it_says_so(alice: Member, fcm: LoopbackFcm) -> None:
    make_device(member=alice, address="phone")
    fcm.script("phone", "unavail-90", "ok")
    row = nudge(alice)
    delivery.deliver(now=NOON)
    way = only()
    assert (way.state, way.outcome, way.error_code) == ("pending", "try_later", "UNAVAILABLE")
    assert NOON + 90 * SECOND <= way.next_attempt_at <= NOON + 95 * SECOND
    assert delivery.deliver(now=NOON + 89 * SECOND) == 0
    delivery.deliver(now=NOON + 96 * SECOND)
    row.refresh_from_db()
    assert row.state == NotificationState.SENT
    assert only().tries == 2


def test_an_answer_that_got_lost_is_sent_again_and_replaces_the_first(
    alice: Member, fcm: LoopbackFcm
) -> None:
    make_device(member=alice, address="phone")
    fcm.script("phone", "lost", "ok")
    nudge(alice)
    delivery.deliver(now=NOON)
    assert only().outcome == "unknown"
    delivery.deliver(now=NOON + 60 * SECOND)
    assert len(fcm.accepted) == 2
    assert len(fcm.visible()["phone"]) == 1
    assert only().state == DeliveryState.SENT


def test_a_refused_message_is_set_aside_and_never_repeated(
    alice: Member, fcm: LoopbackFcm, caplog: pytest.LogCaptureFixture
) -> None:
    phone = make_device(member=alice, address="badfield-phone")
    row = nudge(alice)
    delivery.deliver(now=NOON)
    way = only()
    assert (way.state, way.outcome) == (DeliveryState.SET_ASIDE, "rejected")
    phone.refresh_from_db()
    assert phone.retired_at is None
    row.refresh_from_db()
    assert (row.dropped_reason, row.in_inbox) == (Dropped.UNDELIVERABLE, True)
    assert delivery.deliver(now=NOON + timedelta(hours=1)) == 0
    assert "was refused" in caplog.text


def test_waits_double_end_within_the_hour_and_then_it_is_set_aside(
    alice: Member, fcm: LoopbackFcm
) -> None:
    make_device(member=alice, address="internal-phone")
    nudge(alice)
    now, waits = NOON, []
    for _ in range(7):
        delivery.deliver(now=now)
        at = only().next_attempt_at
        waits.append((at - now).total_seconds())
        now = at
    for number, wait in enumerate(waits):
        assert 30 * 2**number * 0.8 <= wait <= 30 * 2**number * 1.2
    delivery.deliver(now=now)
    way = only()
    assert (way.state, way.tries, way.dropped_reason) == ("set_aside", 8, Dropped.UNDELIVERABLE)


def test_no_try_is_planned_for_after_the_end(alice: Member, fcm: LoopbackFcm) -> None:
    make_device(member=alice, address="phone")
    fcm.script("phone", "unavail-600")
    row = nudge(alice)
    delivery.deliver(now=row.expires_at - 5 * SECOND)
    assert (only().state, only().dropped_reason) == ("dropped", Dropped.EXPIRED)


def test_a_push_that_breaks_our_own_code_takes_no_neighbour_along(
    alice: Member, fcm: LoopbackFcm, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_device(member=alice, address="ok-phone")
    make_device(member=alice, address="poison")
    nudge(alice)
    real = fcm_module_send()

    def send(self: object, pushes: list[Push], *, now: datetime) -> list[Result]:
        if any(push.address == "poison" for push in pushes):
            raise RuntimeError("a fault of ours")
        return real(self, pushes, now=now)

    monkeypatch.setattr("notifications.fcm.Gateway.send", send)
    delivery.deliver(now=NOON)
    assert list(fcm.visible()) == ["ok-phone"]
    left = Delivery.objects.get(state=DeliveryState.PENDING)
    assert (left.outcome, left.error_code) == ("unknown", "OUR_ERROR")


def fcm_module_send() -> Callable[..., list[Result]]:
    return fcm.Gateway.send


# --- leases ---------------------------------------------------------------------------------------


def test_a_worker_that_vanishes_costs_a_minute_and_is_counted(
    alice: Member, fcm: LoopbackFcm
) -> None:
    make_device(member=alice)
    row = nudge(alice)
    leases.lease(now=NOON, limit=10)  # and is killed
    assert delivery.deliver(now=NOON + 59 * SECOND) == 0
    assert delivery.deliver(now=NOON + 60 * SECOND) == 1
    row.refresh_from_db()
    assert row.state == NotificationState.SENT
    assert only().tries == 2


def test_one_that_kills_every_worker_is_set_aside(alice: Member, fcm: LoopbackFcm) -> None:
    make_device(member=alice)
    nudge(alice)
    now = NOON
    for _ in range(8):
        assert leases.lease(now=now, limit=10)[1]
        now += timedelta(seconds=program.LEASE_SECONDS)
    delivery.deliver(now=now)
    assert (only().state, only().error_code) == (DeliveryState.SET_ASIDE, "WORKER_LOST")
    assert fcm.received == []


def test_a_worker_whose_lease_ran_out_settles_nothing(
    alice: Member, fcm: LoopbackFcm, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_device(member=alice, address="unavail-phone")
    nudge(alice)
    later = NOON + 61 * SECOND
    fcm_send_spy(monkeypatch, lambda: leases.lease(now=later, limit=10))
    delivery.deliver(now=NOON)
    way = only()
    assert (way.outcome, way.tries) == ("", 2)
    assert way.leased_until == later + timedelta(seconds=program.LEASE_SECONDS)


# --- the sender as a whole ------------------------------------------------------------------------


def test_too_many_messages_pause_everybody_until_the_time_given(
    alice: Member, fcm: LoopbackFcm
) -> None:
    make_device(member=alice, address="phone")
    fcm.script("phone", "quota-120", "ok")
    nudge(alice)
    delivery.deliver(now=NOON)
    assert sender.load()["everybody"].paused_until == NOON + 120 * SECOND
    Delivery.objects.update(next_attempt_at=NOON)
    assert delivery.deliver(now=NOON + 119 * SECOND) == 0
    assert delivery.deliver(now=NOON + 121 * SECOND) == 1


def test_refused_credentials_halt_everything_loudly_and_a_success_ends_it(
    alice: Member, fcm: LoopbackFcm, caplog: pytest.LogCaptureFixture
) -> None:
    make_device(member=alice, address="phone")
    fcm.everywhere = "unauth"
    row = nudge(alice)
    delivery.deliver(now=NOON)  # a token of an earlier batch may simply have been revoked,
    delivery.deliver(now=NOON + 60 * SECOND)  # a fresh one that is refused is proof
    assert "a person must look" in caplog.text
    assert sender.load()["everybody"].halted_reason
    fcm.everywhere = None
    assert delivery.deliver(now=NOON + 9 * 60 * SECOND) == 0
    assert delivery.deliver(now=NOON + 12 * 60 * SECOND) == 1
    assert sender.load()["everybody"].halted_reason == ""
    row.refresh_from_db()
    assert row.state == NotificationState.SENT


def test_a_halted_platform_waits_without_losing_tries_while_others_go_on(
    alice: Member, fcm: LoopbackFcm
) -> None:
    make_device(member=alice, address="ok-android")
    make_device(member=alice, address="ok-iphone", platform=Platform.IOS)
    nudge(alice)
    Sender.objects.create(
        scope="ios", paused_until=NOON + 600 * SECOND, halted_reason="THIRD_PARTY_AUTH_ERROR"
    )
    delivery.deliver(now=NOON)
    assert fcm.received == ["ok-android"]
    left = Delivery.objects.get(state=DeliveryState.PENDING)
    assert (left.tries, left.next_attempt_at) == (0, NOON + 600 * SECOND)
    delivery.deliver(now=NOON + 601 * SECOND)
    assert sender.load()["ios"].halted_reason == ""


# --- costs ----------------------------------------------------------------------------------------


def test_a_batch_costs_the_same_number_of_queries_however_long_it_is(
    alice: Member, fcm: LoopbackFcm
) -> None:
    def cost(count: int) -> int:
        for _ in range(count):
            make_device(member=make_member(time_zone="UTC"))
        for device in devices.Device.objects.filter(seen_at__lt=NOON):
            make_reminder(member=device.member, at="12:00", now=NOON - timedelta(hours=1))
        planner.tick(now=NOON)
        Device.objects.update(seen_at=NOON)
        with CaptureQueriesContext(connection) as queries:
            assert delivery.deliver(now=NOON) == count
        return sum(1 for query in queries if "SAVEPOINT" not in query["sql"])

    few = cost(1)
    many = cost(20)
    assert few == many == 11
