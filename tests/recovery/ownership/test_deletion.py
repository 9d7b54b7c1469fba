"""Deleted means gone for everybody at once; who asked for time may come back."""

from __future__ import annotations

import contextlib
from datetime import timedelta
from typing import Any

import pytest

from recovery.members import queries as members
from recovery.members.models import Member
from recovery.members.refusals import (
    AccountDeleted,
    DeletionPending,
    SessionOver,
    WrongCredentials,
    WrongPassword,
)
from recovery.members.services import logins
from recovery.ownership import leases
from recovery.ownership.refusals import CannotBeRestored
from recovery.ownership.services import deletion, erasing, working
from recovery.partners import services as partners
from recovery.partners.models import Partnership
from recovery.partners.refusals import InviteNotUsable
from recovery.sharing.models import Grant
from recovery.sobriety.models import Tracker
from tests.factories import make_member, make_session
from tests.parallel import at_once
from tests.partnering import NOW, STATUS, make_partners, share
from tests.recovery.ownership.leaving import ADDRESS, delete, rows_of
from tests.recovery.ownership.lives import PASSWORD, give_password, live

pytestmark = pytest.mark.django_db


def restore(*, password: str = PASSWORD, now: Any = NOW) -> Any:
    """Take alice's deletion back."""
    return deletion.restore(
        handle="alice", password=password, device_name="Phone", address=ADDRESS, now=now
    )


def sign_in(*, password: str = PASSWORD, now: Any = NOW) -> Any:
    """Sign in as alice."""
    return logins.log_in(
        handle="alice", password=password, device_name="Phone", address=ADDRESS, now=now
    )


def test_sessions_partnerships_and_groups_end_with_the_same_request(
    alice: Member, bob: Member
) -> None:
    link = make_partners(alice, bob)
    share(alice, link, STATUS)
    share(bob, link, STATUS)
    session = make_session(member=alice, now=NOW)
    said = delete(alice)
    assert (said.deleted_at, said.erase_at, said.restorable_until) == (NOW, NOW, None)
    with pytest.raises(AccountDeleted):
        members.live_session(session_id=session.id, member_id=alice.id, now=NOW)
    assert Partnership.objects.get().ended_at == NOW
    assert not Grant.objects.standing().exists()


def test_while_a_deletion_can_be_taken_back_phones_keep_what_was_not_sent(alice: Member) -> None:
    session = make_session(member=alice, now=NOW)
    delete(alice, wait=True)
    for later in (timedelta(0), timedelta(hours=23, minutes=59)):
        with pytest.raises(DeletionPending):
            members.live_session(session_id=session.id, member_id=alice.id, now=NOW + later)
        with pytest.raises(DeletionPending):
            sign_in(now=NOW + later)
        with pytest.raises(WrongCredentials):
            sign_in(password="other", now=NOW + later)
    restore(now=NOW + timedelta(hours=23, minutes=59))
    with pytest.raises(SessionOver):
        members.live_session(session_id=session.id, member_id=alice.id, now=NOW)


def test_a_wrong_password_deletes_nothing(alice: Member) -> None:
    give_password(alice)
    with pytest.raises(WrongPassword):
        deletion.delete(member=alice, password="other", wait_24_hours=False, now=NOW)
    assert Member.objects.get(id=alice.id).deleted_at is None


def test_a_guest_needs_no_password_and_cannot_wait() -> None:
    guest = make_member()
    with pytest.raises(CannotBeRestored):
        deletion.delete(member=guest, password="", wait_24_hours=True, now=NOW)
    deletion.delete(member=guest, password="", wait_24_hours=False, now=NOW)
    working.work_off(now=NOW)
    assert rows_of(guest.id) == {}


def test_who_asked_to_wait_may_come_back_within_24_hours(alice: Member) -> None:
    clock, _ = live(alice)
    said = delete(alice, wait=True)
    assert said.restorable_until == said.erase_at == NOW + timedelta(hours=24)
    before_the_end = NOW + timedelta(hours=23, minutes=59)
    working.work_off(now=before_the_end)
    with pytest.raises(DeletionPending):
        sign_in(now=before_the_end)
    restored = restore(now=before_the_end)
    assert restored.member.deleted_at is None
    working.work_off(now=NOW + timedelta(days=3))
    assert Tracker.objects.filter(id=clock.id).exists()
    assert restore(now=NOW + timedelta(days=3)).member == alice


@pytest.mark.parametrize("after", [timedelta(hours=24), timedelta(hours=30)])
def test_after_24_hours_nobody_comes_back(alice: Member, after: timedelta) -> None:
    session = make_session(member=alice, now=NOW)
    delete(alice, wait=True)
    with pytest.raises(AccountDeleted):
        members.live_session(session_id=session.id, member_id=alice.id, now=NOW + after)
    with pytest.raises(WrongCredentials):
        sign_in(now=NOW + after)
    with pytest.raises(WrongCredentials):
        restore(now=NOW + after)
    working.work_off(now=NOW + after)
    assert rows_of(alice.id) == {}


def test_without_waiting_nobody_comes_back(alice: Member) -> None:
    delete(alice)
    with pytest.raises(WrongCredentials):
        restore()


def test_a_wrong_password_takes_nothing_back(alice: Member) -> None:
    delete(alice, wait=True)
    with pytest.raises(WrongCredentials):
        restore(password="something-else")
    assert Member.objects.get(id=alice.id).deleted_at == NOW


def test_who_waits_may_say_from_elsewhere_that_it_shall_be_now(alice: Member) -> None:
    delete(alice, wait=True)
    said = deletion.delete_by_password(
        handle="alice", password=PASSWORD, wait_24_hours=False, address=ADDRESS, now=NOW
    )
    assert (said.erase_at, said.restorable_until) == (NOW, None)
    working.work_off(now=NOW)
    assert rows_of(alice.id) == {}


def test_asking_twice_decides_once(alice: Member) -> None:
    first = delete(alice)
    again = deletion.delete_by_password(
        handle="alice",
        password=PASSWORD,
        wait_24_hours=True,
        address=ADDRESS,
        now=NOW + timedelta(minutes=1),
    )
    assert (again.deleted_at, again.restorable_until) == (first.deleted_at, None)


def test_nobody_comes_back_to_what_a_worker_whose_clock_is_ahead_has_begun(alice: Member) -> None:
    said = delete(alice, wait=True)
    taken = leases.take(
        Member.objects.all(), column="erase_at", watch=leases.Watch(now=said.erase_at)
    )
    assert taken is not None
    next(erasing._steps(*taken))
    with pytest.raises(WrongCredentials):
        restore(now=said.erase_at - timedelta(seconds=1))
    again = deletion.delete_by_password(
        handle="alice",
        password=PASSWORD,
        wait_24_hours=False,
        address=ADDRESS,
        now=said.erase_at - timedelta(seconds=1),
    )
    assert again.deleted_at == said.deleted_at


@pytest.mark.django_db(transaction=True)
def test_those_who_are_partners_may_all_go_at_once() -> None:
    people = [make_member(handle=f"friend_{number}") for number in range(4)]
    for number, one in enumerate(people):
        for other in people[number + 1 :]:
            share(one, make_partners(one, other), STATUS)
    for one in people:
        give_password(one)

    def go(number: int) -> deletion.Deletion:
        return deletion.delete(
            member=people[number], password=PASSWORD, wait_24_hours=False, now=NOW
        )

    assert len(at_once(go, times=4)) == 4
    at_once(lambda _: working.work_off(now=NOW), times=3)
    working.work_off(now=NOW + timedelta(minutes=2))
    assert not Member.objects.exists()
    assert not Partnership.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_who_goes_while_they_link_with_others_waits_for_nobody_in_a_circle() -> None:
    """Whoever links with them in between is locked in the order of ids too."""
    alice = make_member(handle="alice")
    others = [make_member(handle=f"friend_{number}") for number in range(6)]
    codes = [partners.invite(member_id=one.id, invite_id=None, now=NOW).code for one in others]

    def act(number: int) -> None:
        if number == len(codes):
            delete(alice)
            return
        with contextlib.suppress(InviteNotUsable):
            partners.accept(member_id=alice.id, code=codes[number], now=NOW)

    at_once(act, times=len(codes) + 1)
    assert Member.objects.get(id=alice.id).deleted_at == NOW
    working.work_off(now=NOW)
    assert rows_of(alice.id) == {}
    assert not Partnership.objects.exists()
