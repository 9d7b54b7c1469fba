"""What follows from the domain's facts: who signed in on one more device."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from notifications import delivery, outbox
from notifications.models import Delivery, Dropped, Notification, NotificationState
from notifications.wording import Kind
from recovery.members.models import Member, Session
from recovery.members.services import logins, sessions
from tests.api.people import PASSWORD, join, join_as_guest, signed_in
from tests.api.people import log_in as log_in_now
from tests.loopback.fcm import LoopbackFcm
from tests.notifications.making import make_device

# Access tokens to FCM live by the machine's clock, so these tests happen today.
NOON = datetime.now(UTC).replace(hour=12, minute=0, second=0, microsecond=0)
LATER = NOON + timedelta(minutes=1)

pytestmark = pytest.mark.django_db


@pytest.fixture
def river() -> Member:
    """A member who is signed in on one phone."""
    join(handle="river")
    Session.objects.update(created_at=NOON, refreshed_at=NOON)
    return Member.objects.get(handle="river")


def log_in(*, now: datetime = NOON) -> Session:
    """Sign the member in on one more device."""
    return logins.log_in(
        handle="river", password=PASSWORD, device_name="", address="203.0.113.7", now=now
    ).session


def news() -> Notification:
    return Notification.objects.get(kind=Kind.NEW_SESSION)


def test_those_who_are_signed_in_hear_of_one_more_device(river: Member, fcm: LoopbackFcm) -> None:
    make_device(member=river, address="ok-phone", session=Session.objects.get())

    session = log_in()

    row = news()
    assert (row.member_id, row.subject_id) == (river.id, session.id)
    assert row.expires_at == NOON + timedelta(hours=24)
    delivery.deliver(now=LATER)
    assert fcm.received == ["ok-phone"]
    assert Notification.objects.get().state == NotificationState.SENT


def test_it_stands_in_the_inbox_with_where_to_look(river: Member) -> None:
    tokens = log_in_now(handle="river").json()

    (item,) = signed_in(tokens).get("/api/v1/notifications").json()["items"]

    assert (item["kind"], item["title"]) == ("new_session", "New sign-in to your account")
    here = signed_in(tokens).get("/api/v1/sessions").json()["items"]
    assert [one["id"] for one in here if one["current"]] == [item["subject"]]


def test_joining_is_no_news() -> None:
    join(handle="river")
    join_as_guest()
    assert not Notification.objects.exists()


def test_coming_back_after_signing_out_is_no_news(river: Member) -> None:
    sessions.log_out(session_id=Session.objects.get().id, now=NOON)
    log_in()
    assert not Notification.objects.exists()


def test_coming_back_after_two_months_is_no_news(river: Member) -> None:
    log_in(now=NOON + timedelta(days=60))
    assert not Notification.objects.exists()


def test_a_wrong_password_is_no_news(river: Member) -> None:
    assert log_in_now(handle="river", password="something-else-9").status_code == 401
    assert not Notification.objects.exists()


def test_each_session_is_told_once(river: Member) -> None:
    told = [log_in(), log_in()]
    rows = Notification.objects.order_by("id").values_list("subject_id", "dedupe_key")
    assert list(rows) == [(one.id, f"new_session:{river.id}:{one.id}") for one in told]
    draft = outbox.Draft(
        member_id=river.id,
        kind=Kind.NEW_SESSION,
        dedupe_key=f"new_session:{river.id}:{told[0].id}",
        subject_id=told[0].id,
        expires_at=NOON + timedelta(hours=24),
    )
    outbox.promise(drafts=[draft], now=NOON)
    assert Notification.objects.count() == 2


def test_what_ended_meanwhile_is_not_pushed_but_stays_readable(
    river: Member, fcm: LoopbackFcm
) -> None:
    make_device(member=river, address="ok-phone", session=Session.objects.get())
    sessions.log_out(session_id=log_in().id, now=NOON)

    delivery.deliver(now=LATER)

    assert fcm.received == []
    row = news()
    assert (row.state, row.dropped_reason) == (NotificationState.DROPPED, Dropped.SESSION_ENDED)
    assert row.in_inbox


def test_the_very_phone_that_signed_in_is_not_told_of_itself(
    river: Member, fcm: LoopbackFcm
) -> None:
    """An app that was set up anew leaves its old session open, and keeps its installation."""
    first = Session.objects.get()
    make_device(member=river, address="ok-tablet", session=first)
    phone = make_device(member=river, address="ok-phone", session=first)
    session = log_in()
    make_device(
        member=river,
        address="ok-phone",
        session=session,
        installation_id=phone.installation_id,
    )

    delivery.deliver(now=LATER)

    assert fcm.received == ["ok-tablet"]
    assert Delivery.objects.get(device=phone).dropped_reason == Dropped.DEVICE_GONE
    assert news().state == NotificationState.SENT
