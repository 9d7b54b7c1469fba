"""Signing in with a handle and its password."""

from __future__ import annotations

from datetime import datetime

from django.contrib.auth import hashers
from django.db import transaction

from recovery.kernel import sealing
from recovery.members import rules
from recovery.members.models import Member
from recovery.members.refusals import WrongCredentials
from recovery.members.services import limits, passwords, sessions


def log_in(
    *, handle: str, password: str, device_name: str, address: str, now: datetime
) -> sessions.SignedIn:
    """Sign a member in on one more device.

    Raises TooMany, counted before the password is looked at, or WrongCredentials.
    """
    limits.count(limit=limits.LOGIN_BY_ADDRESS, key=address, now=now)
    limits.count(limit=limits.LOGIN_BY_ACCOUNT, key=handle, now=now)
    found = Member.objects.filter(handle=handle, deleted_at=None).first()
    encoded = found.password if found else None
    right, weak = passwords.verify(password=password, encoded=encoded)
    if found is None or not right:
        raise WrongCredentials()
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
        sealer = sealing.for_member(member_id=member.id)
        return sessions.start(member=member, sealer=sealer, device_name=device_name, now=now)
