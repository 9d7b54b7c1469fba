"""A member's e-mail: an option, sealed, and of use only once a code proved it."""

from __future__ import annotations

from datetime import datetime

from recovery.kernel import changes, sealing
from recovery.members.models import EmailCode, EmailState, Member
from recovery.members.refusals import WrongCode
from recovery.members.services import email_codes, limits, passwords


def set_email(*, member: Member, password: str, address: str, now: datetime) -> Member:
    """Store an e-mail and promise a code to it; sent again for as long as it is not proved.

    Raises EmailOff, StillGuest, WrongPassword, TooMany.
    """
    email_codes.check_on()
    passwords.prove(member=member, password=password, now=now)
    if _address_of(member) == address and member.email_verified_at is not None:
        return member
    limits.count(limit=limits.MAIL_BY_ACCOUNT, key=str(member.id), now=now)
    limits.count(limit=limits.MAIL_BY_RECIPIENT, key=address.casefold(), now=now)
    with changes.write(member_id=member.id, now=now) as log:
        fresh = Member.objects.get(id=member.id)
        sealer = sealing.for_member(member_id=member.id)
        fresh.email = sealer.seal(address, label=email_codes.ADDRESS_LABEL, row_id=member.id)
        fresh.email_verified_at = None
        _save(fresh, log)
        email_codes.promise_verification(member=fresh, sealer=sealer, address=address, now=now)
    return fresh


def verify_email(*, member: Member, code: str, now: datetime) -> Member:
    """Prove the stored e-mail with the code that was sent to it. Raises WrongCode."""
    with changes.write(member_id=member.id, now=now) as log:
        fresh = Member.objects.get(id=member.id)
        address = _address_of(fresh)
        proved = bool(address) and email_codes.use_verification(
            member=fresh, address=address, code=code, now=now
        )
        if proved:
            fresh.email_verified_at = now
            _save(fresh, log)
    # After the block: a wrong try was counted in it and must stay counted.
    if not proved:
        raise WrongCode()
    return fresh


def remove_email(*, member: Member, now: datetime) -> Member:
    """Forget the e-mail and every code on its way to it."""
    with changes.write(member_id=member.id, now=now) as log:
        fresh = Member.objects.get(id=member.id)
        EmailCode.objects.filter(member=fresh).delete()
        if fresh.email_state != EmailState.NONE:
            fresh.email = b""
            fresh.email_verified_at = None
            _save(fresh, log)
    return fresh


def _address_of(member: Member) -> str:
    if not member.email:
        return ""
    sealer = sealing.for_member(member_id=member.id)
    return sealer.open(member.email, label=email_codes.ADDRESS_LABEL, row_id=member.id)


def _save(member: Member, log: changes.ChangeLog) -> None:
    member.version += 1
    member.save(update_fields=["email", "email_verified_at", "version"])
    log.add(table="me", row_id=member.id, version=member.version, fields=["email_state"])
