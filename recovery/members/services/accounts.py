"""Accounts: made, named and set up."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from django.db import IntegrityError, transaction

from recovery.kernel import changes, days, events, sealing
from recovery.kernel.errors import invalid
from recovery.kernel.models import ChangeCounter
from recovery.members import rules
from recovery.members.events import DaysMoved, MemberJoined
from recovery.members.models import Locale, Member
from recovery.members.refusals import AlreadyMember, HandleTaken
from recovery.members.services import backup_codes, limits, passwords, sessions
from recovery.members.services.sessions import SignedIn


def register(
    *,
    handle: str,
    password: str,
    time_zone: str,
    day_start_hour: int,
    locale: str,
    device_name: str,
    accepts_terms: bool,
    is_adult: bool,
    address: str,
    now: datetime,
) -> SignedIn:
    """Make an account with a handle, sign it in, and give it ten backup codes.

    Raises TooMany (by address), Invalid, HandleTaken.
    """
    rules.check_consent(accepts_terms=accepts_terms, is_adult=is_adult)
    rules.check_handle(handle)
    member = Member(
        handle=handle,
        locale=locale,
        time_zone=_known_zone(time_zone),
        day_start_hour=day_start_hour,
        terms_version=rules.TERMS_VERSION,
        accepted_terms_at=now,
        created_at=now,
    )
    limits.count(limit=limits.JOIN_BY_ADDRESS, key=address, now=now)
    _check_free(handle)
    member.password = passwords.hash_new(password=password, handle=handle, pointer="/password")
    with transaction.atomic():
        signed_in = _join(member, device_name=device_name, now=now)
        codes = backup_codes.make(member=member)
        limits.remember_place(handle=handle, address=address, now=now)
    return SignedIn(
        member=member, session=signed_in.session, link=signed_in.link, backup_codes=codes
    )


def make_guest(
    *,
    time_zone: str,
    day_start_hour: int = 0,
    locale: str = Locale.EN,
    device_name: str = "",
    accepts_terms: bool,
    is_adult: bool,
    address: str,
    now: datetime,
) -> SignedIn:
    """Make an account without a handle or password and sign it in: try first, decide later.

    Raises TooMany (by address), Invalid.
    """
    rules.check_consent(accepts_terms=accepts_terms, is_adult=is_adult)
    member = Member(
        handle=None,
        locale=locale,
        time_zone=_known_zone(time_zone),
        day_start_hour=day_start_hour,
        terms_version=rules.TERMS_VERSION,
        accepted_terms_at=now,
        created_at=now,
    )
    limits.count(limit=limits.JOIN_BY_ADDRESS, key=address, now=now)
    with transaction.atomic():
        return _join(member, device_name=device_name, now=now)


def set_credentials(
    *, member: Member, handle: str, password: str, now: datetime
) -> tuple[Member, tuple[str, ...]]:
    """Give a guest a handle and a password; ids stay. Return the member and ten backup codes.

    Sent again after a lost answer, with the same handle and password, it gives new codes.
    Raises Invalid, HandleTaken, AlreadyMember, TooMany.
    """
    if not member.is_guest:
        return _set_again(member=member, handle=handle, password=password, now=now)
    rules.check_handle(handle)
    _check_free(handle)
    encoded = passwords.hash_new(password=password, handle=handle, pointer="/password")
    with changes.write(member_id=member.id, now=now) as log:
        fresh = Member.objects.get(id=member.id)
        if not fresh.is_guest:
            raise AlreadyMember()
        fresh.handle, fresh.password = handle, encoded
        fresh.version += 1
        _store(fresh, fields=["handle", "password", "version"])
        log.add(table="me", row_id=fresh.id, version=fresh.version, fields=["handle", "is_guest"])
        return fresh, backup_codes.make(member=fresh)


def update_member(
    *,
    member: Member,
    now: datetime,
    locale: str | None = None,
    time_zone: str | None = None,
    day_start_hour: int | None = None,
    time_zone_mode: str | None = None,
    receives_partner_invites: bool | None = None,
) -> Member:
    """Change what is given; what is equal already changes nothing. Raises Invalid.

    Another zone or day start holds from now on.
    """
    wanted = {
        "locale": locale,
        "time_zone": None if time_zone is None else _known_zone(time_zone),
        "day_start_hour": day_start_hour,
        "time_zone_mode": time_zone_mode,
        "receives_partner_invites": receives_partner_invites,
    }
    with changes.write(member_id=member.id, now=now) as log:
        fresh = Member.objects.get(id=member.id)
        _apply(fresh, wanted=wanted, effective_at=now, now=now, log=log)
    return fresh


def move_days(
    *,
    member: Member,
    zone: str,
    day_start_hour: int,
    effective_at: datetime,
    now: datetime,
    log: changes.ChangeLog,
) -> bool:
    """Let the member's days follow another zone or day start from an instant on.

    For a caller that already holds the member's lock and has ``zone`` in its stored form (a
    canonical name). Returns whether anything moved, and brings ``member`` up to date.
    """
    fresh = Member.objects.get(id=member.id)
    wanted = {"time_zone": zone, "day_start_hour": day_start_hour}
    moved = _apply(fresh, wanted=wanted, effective_at=effective_at, now=now, log=log)
    member.time_zone, member.day_start_hour = fresh.time_zone, fresh.day_start_hour
    member.version = fresh.version
    return moved


def _apply(
    member: Member,
    *,
    wanted: Mapping[str, object],
    effective_at: datetime,
    now: datetime,
    log: changes.ChangeLog,
) -> bool:
    changed = [
        name
        for name, value in wanted.items()
        if value is not None and value != getattr(member, name)
    ]
    if not changed:
        return False
    for name in changed:
        setattr(member, name, wanted[name])
    member.version += 1
    member.save(update_fields=[*changed, "version"])
    log.add(table="me", row_id=member.id, version=member.version, fields=changed)
    if "time_zone" in changed or "day_start_hour" in changed:
        events.publish(
            fact=DaysMoved(
                member_id=member.id,
                zone=member.time_zone,
                day_start_hour=member.day_start_hour,
                effective_at=effective_at,
                recorded_at=now,
            )
        )
    return True


def _join(member: Member, *, device_name: str, now: datetime) -> SignedIn:
    _store(member)
    ChangeCounter.objects.create(member=member)
    sealer = sealing.create_key(member_id=member.id)
    with changes.write(member_id=member.id, now=now) as log:
        log.add(table="me", row_id=member.id, version=member.version)
        events.publish(
            fact=MemberJoined(
                member_id=member.id,
                zone=member.time_zone,
                day_start_hour=member.day_start_hour,
                at=now,
            )
        )
        return sessions.start(member=member, sealer=sealer, device_name=device_name, now=now)


def _store(member: Member, *, fields: list[str] | None = None) -> None:
    """Save a member whose handle somebody else may take at this very moment."""
    try:
        with transaction.atomic():
            member.save(force_insert=fields is None, update_fields=fields)
    except IntegrityError:
        raise HandleTaken() from None


def _check_free(handle: str) -> None:
    # Before the costly hash; the unique index decides when two ask at once.
    if Member.objects.filter(handle=handle).exists():
        raise HandleTaken()


def _set_again(
    *, member: Member, handle: str, password: str, now: datetime
) -> tuple[Member, tuple[str, ...]]:
    if member.handle != handle:
        raise AlreadyMember()
    return member, backup_codes.replace(member=member, password=password, now=now)


def _known_zone(name: str) -> str:
    try:
        return days.canonical_zone(name)
    except days.UnknownZone:
        raise invalid(
            pointer="/time_zone",
            code="unknown_zone",
            detail="Use a name of the IANA time zone database, such as Europe/Berlin.",
        ) from None
