"""Passwords: made, proved and changed."""

from __future__ import annotations

from datetime import datetime
from functools import lru_cache

from django.contrib.auth import hashers
from django.contrib.auth.password_validation import CommonPasswordValidator
from django.core.exceptions import ValidationError
from django.db import transaction

from recovery.kernel.errors import invalid
from recovery.members import rules
from recovery.members.models import Member, Session, SessionEnd
from recovery.members.refusals import StillGuest, WrongPassword
from recovery.members.services import limits, sessions


def hash_new(*, password: str, handle: str, pointer: str) -> str:
    """Return the hash of a new password. Raises Invalid at ``pointer`` for a poor one."""
    rules.check_password_shape(password, handle=handle, pointer=pointer)
    try:
        _common().validate(rules.normal_password(password))
    except ValidationError:
        raise invalid(
            pointer=pointer, code="too_common", detail="Many people use this one; choose another."
        ) from None
    return hashers.make_password(rules.normal_password(password))


def verify(*, password: str, encoded: str | None) -> tuple[bool, bool]:
    """Return whether the password fits, and whether its hash is weaker than new ones.

    Costs the same without a hash to compare with, so that time does not tell who has an account.
    """
    # Django hashes something else for a hash that cannot be used, such as this mark.
    return hashers.verify_password(rules.normal_password(password), encoded or "!")


def prove(*, member: Member, password: str, now: datetime) -> None:
    """Ask a signed-in member for the password again.

    Raises StillGuest, TooMany, or WrongPassword.
    """
    if member.is_guest:
        raise StillGuest()
    limits.count(limit=limits.PROOF_BY_ACCOUNT, key=str(member.id), now=now)
    right, _ = verify(password=password, encoded=member.password)
    if not right:
        raise WrongPassword()


def change(
    *, member: Member, session: Session, password: str, new_password: str, now: datetime
) -> None:
    """Change the password and end all other sessions at once.

    Raises StillGuest, TooMany, WrongPassword, Invalid.
    """
    prove(member=member, password=password, now=now)
    encoded = hash_new(password=new_password, handle=member.handle or "", pointer="/new_password")
    with transaction.atomic():
        # Conditional, so that of two changes at once only one holds; it also makes a login that
        # is under way with the old password wait and then find it gone.
        mine = Member.objects.filter(id=member.id, password=member.password, deleted_at=None)
        if mine.update(password=encoded) != 1:
            raise WrongPassword()
        others = Session.objects.owned_by(member.id).exclude(id=session.id)
        sessions.end_rows(rows=others, reason=SessionEnd.PASSWORD_CHANGED, now=now)


@lru_cache(maxsize=1)
def _common() -> CommonPasswordValidator:
    return CommonPasswordValidator()
