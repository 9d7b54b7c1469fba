"""Signing in with a handle and its password."""

from __future__ import annotations

from datetime import datetime

from django.contrib.auth import hashers
from django.db import transaction

from recovery.kernel import events, sealing
from recovery.members import queries, rules
from recovery.members.events import SessionBegan
from recovery.members.models import Member
from recovery.members.refusals import DeletionPending, WrongCredentials
from recovery.members.services import limits, passwords, sessions


def log_in(
    *, handle: str, password: str, device_name: str, address: str, now: datetime
) -> sessions.SignedIn:
    """Sign a member in on one more device.

    Raises TooMany, counted before the password is looked at, WrongCredentials, or, to whoever knows
    the password of an account that can still be restored, DeletionPending.
    """
    limits.count_login(handle=handle, address=address, now=now)
    found = Member.objects.filter(handle=handle).first()
    if (
        found is not None
        and found.deleted_at is not None
        and not queries.may_come_back(member=found, now=now)
    ):
        found = None
    encoded = found.password if found else None
    right, weak = passwords.verify(password=password, encoded=encoded)
    if found is None or not right:
        raise WrongCredentials()
    if found.deleted_at is not None:
        raise DeletionPending()
    stronger = hashers.make_password(rules.normal_password(password)) if weak else None
    with transaction.atomic():
        # Looked at again under lock: a password changed since then opens nothing any more.
        member = (
            Member.objects.select_for_update(no_key=True)
            .filter(id=found.id, password=encoded, deleted_at=None)
            .first()
        )
        if member is None:
            raise WrongCredentials()
        if stronger:
            member.password = stronger
            member.save(update_fields=["password"])
        limits.remember_place(handle=handle, address=address, now=now)
        sealer = sealing.for_member(member_id=member.id)
        signed_in = sessions.start(member=member, sealer=sealer, device_name=device_name, now=now)
        events.publish(
            fact=SessionBegan(member_id=member.id, session_id=signed_in.session.id, at=now)
        )
        return signed_in
