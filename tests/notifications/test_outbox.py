"""Promises made in the transaction of the fact: once for a fact, for every phone."""

from __future__ import annotations

import os
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from django.db import IntegrityError, transaction

from notifications import outbox
from notifications.models import Delivery, Notification
from notifications.wording import Kind
from recovery.kernel.ids import new_id
from recovery.members.models import Member
from tests.loopback.fcm import LoopbackFcm
from tests.notifications.making import make_device
from tests.partnering import make_partners

NOW = datetime(2026, 11, 22, 19, tzinfo=UTC)


def draft(member_id: UUID, key: str) -> outbox.Draft:
    return outbox.Draft(
        member_id=member_id,
        kind=Kind.PARTNER_JOINED,
        dedupe_key=key,
        expires_at=NOW + timedelta(hours=1),
    )


def test_a_fact_is_told_once_whoever_finds_it(alice: Member, fcm: LoopbackFcm) -> None:
    make_device(member=alice)
    assert outbox.promise(drafts=[draft(alice.id, "one")], now=NOW) == 1
    again = [draft(alice.id, "one"), draft(alice.id, "two"), draft(alice.id, "two")]
    assert outbox.promise(drafts=again, now=NOW) == 1
    assert set(Notification.objects.values_list("dedupe_key", flat=True)) == {"one", "two"}
    assert Delivery.objects.count() == 2


@pytest.mark.django_db(transaction=True)
def test_a_promise_for_nobody_is_no_row() -> None:
    with pytest.raises(IntegrityError):
        outbox.promise(drafts=[draft(new_id(), "lost")], now=NOW)
    assert not Notification.objects.exists()


def test_a_text_that_is_too_long_is_never_cut(alice: Member) -> None:
    """PostgreSQL refuses it; SQLite, which has no longest text, keeps it whole."""
    key = "k" * 201
    if transaction.get_connection().vendor == "sqlite":
        outbox.promise(drafts=[draft(alice.id, key)], now=NOW)
        assert Notification.objects.get().dedupe_key == key
        return
    with pytest.raises(Exception, match="too long"), transaction.atomic():
        outbox.promise(drafts=[draft(alice.id, key)], now=NOW)


def test_the_inviter_hears_that_the_invite_was_accepted(
    alice: Member, bob: Member, fcm: LoopbackFcm
) -> None:
    make_device(member=alice)
    linked = make_partners(alice, bob)
    row = Notification.objects.get(kind=Kind.PARTNER_JOINED)
    assert row.member_id in (alice.id, bob.id)
    assert row.subject_id == linked.id


def test_whoever_promises_does_not_load_what_sends() -> None:
    """The web processes promise; the SDK costs half a second and tens of megabytes to load."""
    program = (
        "import sys, api.config.wsgi, api.config.urls, notifications.outbox;"
        "print([name for name in sys.modules if name.startswith(('firebase_admin', 'google'))])"
    )
    done = subprocess.run(
        [sys.executable, "-c", program],
        env={**os.environ, "DJANGO_SETTINGS_MODULE": "tests.settings"},
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout == "[]\n"
