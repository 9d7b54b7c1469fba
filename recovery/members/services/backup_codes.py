"""Codes on paper that reset a password without e-mail; shown once, stored hashed."""

from __future__ import annotations

import hashlib
import secrets
from datetime import datetime

from recovery.kernel import changes
from recovery.members import rules
from recovery.members.models import BackupCode, Member
from recovery.members.services import passwords


def replace(*, member: Member, password: str, now: datetime) -> tuple[str, ...]:
    """Return ten new codes; the old ones stop working.

    Raises StillGuest, TooMany, WrongPassword.
    """
    passwords.prove(member=member, password=password, now=now)
    # The member's lock: of two at once the later one's codes are the ones that work.
    with changes.write(member_id=member.id, now=now):
        return make(member=member)


def make(*, member: Member) -> tuple[str, ...]:
    """Return ten new codes in place of all others, inside the caller's transaction."""
    codes = [
        rules.show_backup_code(secrets.token_bytes(rules.BACKUP_CODE_BYTES))
        for _ in range(rules.BACKUP_CODES)
    ]
    BackupCode.objects.filter(member=member).delete()
    BackupCode.objects.bulk_create(
        BackupCode(member=member, code_hash=_hash(member, code)) for code in codes
    )
    return tuple(codes)


def use(*, member: Member, code: str, now: datetime) -> bool:
    """Use a code up; return whether it worked. Of parallel tries one wins."""
    unused = BackupCode.objects.filter(member=member, code_hash=_hash(member, code), used_at=None)
    return unused.update(used_at=now) == 1


def _hash(member: Member, code: str) -> bytes:
    # 80 random bits need no slow hash; the member's id keeps equal codes from looking equal.
    return hashlib.sha256(f"backup|{member.id}|{rules.normal_code(code)}".encode()).digest()
