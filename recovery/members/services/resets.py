"""A new password for somebody who cannot sign in any more."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from recovery.members.models import Member, Session, SessionEnd
from recovery.members.refusals import WrongCode
from recovery.members.services import backup_codes, email_codes, limits, passwords, sessions


def request_code(*, handle: str, address: str, now: datetime) -> None:
    """Promise to mail a code to whoever goes by this handle and has proved an e-mail.

    Does the same work, and tells the same, for a handle that nobody has. Raises EmailOff, TooMany.
    """
    email_codes.check_on()
    limits.count(limit=limits.RESET_BY_ADDRESS, key=address, now=now)
    limits.count(limit=limits.MAIL_BY_ACCOUNT, key=f"handle|{handle}", now=now)
    email_codes.promise_reset(handle=handle, now=now)


def reset(
    *,
    handle: str,
    new_password: str,
    backup_code: str | None,
    email_code: str | None,
    address: str,
    now: datetime,
) -> None:
    """Set a new password with a backup code or else an e-mailed one, and end all sessions.

    Raises TooMany, Invalid, or WrongCode: one answer for every way in which a code does not work.
    """
    limits.count(limit=limits.RESET_BY_ADDRESS, key=address, now=now)
    limits.count(limit=limits.RESET_BY_ACCOUNT, key=handle, now=now)
    # Hashed before anybody is looked up: it costs the same for a handle that nobody has.
    encoded = passwords.hash_new(password=new_password, handle=handle, pointer="/new_password")
    with transaction.atomic():
        member = (
            Member.objects.select_for_update(no_key=True)
            .filter(handle=handle, deleted_at=None)
            .first()
        )
        proved = member is not None and (
            backup_codes.use(member=member, code=backup_code, now=now)
            if backup_code is not None
            else email_codes.use_reset(member=member, code=email_code or "", now=now)
        )
        if member is not None and proved:
            member.password = encoded
            member.save(update_fields=["password"])
            email_codes.forget_resets(member=member)
            mine = Session.objects.owned_by(member.id)
            sessions.end_rows(rows=mine, reason=SessionEnd.PASSWORD_CHANGED, now=now)
    # After the block: a wrong try was counted in it and must stay counted.
    if not proved:
        raise WrongCode()
