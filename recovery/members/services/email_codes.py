"""Short codes that prove an e-mail address. The row is the promise; whoever sends comes later."""

from __future__ import annotations

import hmac
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.conf import settings
from django.db.models import F, Q

from recovery.kernel import events, sealing
from recovery.members import rules
from recovery.members.events import CodePromised
from recovery.members.models import EmailCode, EmailPurpose, Member
from recovery.members.refusals import EmailOff

LIFETIME = timedelta(minutes=15)
WRONG_TRIES = 5
# A letter is handed over within 10 s (EMAIL_TIMEOUT); a worker killed meanwhile frees the row
# after a minute, and the same code goes out again.
LEASE = timedelta(minutes=1)

ADDRESS_LABEL = "members.email"
CODE_LABEL = "email_codes.code"
CODE_ADDRESS_LABEL = "email_codes.address"


@dataclass(frozen=True, slots=True)
class Letter:
    """One code to send, and where to."""

    code_id: UUID
    purpose: str
    address: str
    locale: str
    code: str


def check_on() -> None:
    """Raise EmailOff on a server that sends no e-mail."""
    if not settings.EMAIL_URL:
        raise EmailOff()


def promise_verification(
    *, member: Member, sealer: sealing.Sealer, address: str, now: datetime
) -> None:
    """Promise a code to this address; the member's earlier ones for it stop working."""
    EmailCode.objects.filter(member=member, purpose=EmailPurpose.VERIFY).delete()
    row = EmailCode(
        member=member,
        purpose=EmailPurpose.VERIFY,
        created_at=now,
        expires_at=now + LIFETIME,
        next_send_at=now,
    )
    _fill(row, sealer=sealer, address=address)
    row.save(force_insert=True)
    events.publish(fact=CodePromised(at=now))


def promise_reset(*, handle: str, now: datetime) -> None:
    """Note that somebody asked to reset this handle's password, without looking who that is."""
    EmailCode.objects.create(
        handle=handle,
        purpose=EmailPurpose.RESET,
        created_at=now,
        expires_at=now + LIFETIME,
        next_send_at=now,
    )
    events.publish(fact=CodePromised(at=now))


def use_verification(*, member: Member, address: str, code: str, now: datetime) -> bool:
    """Use up the code that was sent to this address; return whether it worked."""
    return _use(member, purpose=EmailPurpose.VERIFY, address=address, code=code, now=now)


def use_reset(*, member: Member, code: str, now: datetime) -> bool:
    """Use up a code that resets the member's password; return whether it worked.

    One sent to an address that is no longer the member's proves nothing.
    """
    if not member.email or member.email_verified_at is None:
        return False
    sealer = sealing.for_member(member_id=member.id)
    address = sealer.open(member.email, label=ADDRESS_LABEL, row_id=member.id)
    return _use(member, purpose=EmailPurpose.RESET, address=address, code=code, now=now)


def forget_resets(*, member: Member) -> None:
    """Let no other code reset this member's password."""
    EmailCode.objects.filter(member=member, purpose=EmailPurpose.RESET).delete()


def _use(member: Member, *, purpose: EmailPurpose, address: str, code: str, now: datetime) -> bool:
    rows = EmailCode.objects.filter(
        member=member, purpose=purpose, used_at=None, expires_at__gt=now
    )
    row = rows.order_by("-created_at", "-id").first()
    if row is None:
        return False
    # Counted before the code is looked at, so that parallel guesses cannot get round the limit.
    tries = rows.filter(id=row.id, wrong_tries__lt=WRONG_TRIES)
    if tries.update(wrong_tries=F("wrong_tries") + 1) != 1:
        return False
    sealer = sealing.for_member(member_id=member.id)
    expected = sealer.open(row.code, label=CODE_LABEL, row_id=row.id)
    sent_to = sealer.open(row.address, label=CODE_ADDRESS_LABEL, row_id=row.id)
    if sent_to != address:
        return False
    if not hmac.compare_digest(rules.normal_code(code).encode(), expected.encode()):
        return False
    return rows.filter(id=row.id).update(used_at=now, next_send_at=None) == 1


def anything_due(*, now: datetime) -> bool:
    """Tell whether a code waits to be sent; one query."""
    return EmailCode.objects.filter(next_send_at__lte=now).exists()


def take_next(*, now: datetime) -> Letter | None:
    """Lease the next letter that is due, so that it goes to one worker at a time; None if none is.

    Drops rows that have nobody to go to or are too late.
    """
    due = EmailCode.objects.filter(next_send_at__lte=now).order_by("next_send_at", "id")
    while (row := due.first()) is not None:
        mine = EmailCode.objects.filter(id=row.id, next_send_at=row.next_send_at)
        if mine.update(next_send_at=now + LEASE) != 1:
            continue
        letter = _letter(row, now=now)
        if letter is not None:
            return letter
        EmailCode.objects.filter(id=row.id).delete()
    return None


def settle(*, letter: Letter) -> None:
    """Note that a letter was handed over."""
    EmailCode.objects.filter(id=letter.code_id).update(next_send_at=None)


def _letter(row: EmailCode, *, now: datetime) -> Letter | None:
    if row.expires_at <= now:
        return None
    member = _recipient(row)
    if member is None:
        return None
    try:
        sealer = sealing.for_member(member_id=member.id)
        return _sealed_letter(row, member=member, sealer=sealer, now=now)
    except sealing.CannotOpen:
        # The key is gone: an erasure was under way. It must not hold the others up.
        return None


def _sealed_letter(
    row: EmailCode, *, member: Member, sealer: sealing.Sealer, now: datetime
) -> Letter:
    if row.member_id is None:
        address = sealer.open(member.email, label=ADDRESS_LABEL, row_id=member.id)
        row.member, row.handle, row.expires_at = member, "", now + LIFETIME
        _fill(row, sealer=sealer, address=address)
        row.save(update_fields=["member", "handle", "expires_at", "address", "code"])
    return Letter(
        code_id=row.id,
        purpose=row.purpose,
        address=sealer.open(row.address, label=CODE_ADDRESS_LABEL, row_id=row.id),
        locale=member.locale,
        code=sealer.open(row.code, label=CODE_LABEL, row_id=row.id),
    )


def _recipient(row: EmailCode) -> Member | None:
    if row.member_id is not None:
        return Member.objects.filter(id=row.member_id, deleted_at=None).first()
    verified = Q(email_verified_at__isnull=False) & ~Q(email=b"")
    return Member.objects.filter(verified, handle=row.handle, deleted_at=None).first()


def _fill(row: EmailCode, *, sealer: sealing.Sealer, address: str) -> None:
    code = "".join(secrets.choice("0123456789") for _ in range(rules.EMAIL_CODE_DIGITS))
    row.address = sealer.seal(address, label=CODE_ADDRESS_LABEL, row_id=row.id)
    row.code = sealer.seal(code, label=CODE_LABEL, row_id=row.id)
