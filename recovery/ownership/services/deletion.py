"""Deleting an account: gone for everybody at once, erased soon after, or taken back in time."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction
from django.db.models import Q

from recovery.groups.models import GroupMembership
from recovery.groups.services import leaving as groups
from recovery.kernel import changes, events, sealing
from recovery.members import queries
from recovery.members.events import SessionBegan
from recovery.members.models import Member, Session, SessionEnd
from recovery.members.refusals import WrongCredentials
from recovery.members.services import limits, passwords, sessions
from recovery.ownership.events import WorkWaits
from recovery.ownership.refusals import CannotBeRestored
from recovery.partners import services as partners
from recovery.partners.models import Partnership
from recovery.support.models import SupportRequest
from recovery.support.requests import closing, leaving, waves

GRACE = timedelta(hours=24)


@dataclass(frozen=True, slots=True)
class Deletion:
    """What was decided: when the rest is erased, and until when it can be taken back, if at all."""

    deleted_at: datetime
    erase_at: datetime
    restorable_until: datetime | None


def delete(*, member: Member, password: str, wait_24_hours: bool, now: datetime) -> Deletion:
    """Delete a signed-in member's account. The password again, except of a guest.

    In one transaction they are nowhere to be seen any more: sessions and push addresses end,
    partnerships and requests for support too, and they leave their groups. What is theirs is
    erased by a worker, at once or, if they ask for that, after 24 hours in which ``restore`` takes
    the deletion back. Raises WrongPassword, TooMany, CannotBeRestored for a guest who would wait.
    """
    if member.is_guest and wait_24_hours:
        raise CannotBeRestored()
    if not member.is_guest:
        passwords.prove(member=member, password=password, now=now)
    return _delete(member, wait=wait_24_hours, now=now)


def delete_by_password(
    *, handle: str, password: str, wait_24_hours: bool, address: str, now: datetime
) -> Deletion:
    """Delete the account of somebody who is not signed in, as ``delete`` does.

    Raises TooMany, counted as tries to sign in are, or WrongCredentials for a wrong handle and a
    wrong password alike. For one that is deleted already it says what was decided then.
    """
    member = _prove(handle=handle, password=password, address=address, now=now)
    return _delete(member, wait=wait_24_hours, now=now)


def restore(
    *, handle: str, password: str, device_name: str, address: str, now: datetime
) -> sessions.SignedIn:
    """Take a deletion back while there is time, and sign the member in.

    What was theirs alone is back; partnerships and groups are not. For an account that is not
    deleted this signs in, so that it can be sent again. Raises TooMany, or WrongCredentials, also
    once it is too late.
    """
    found = _prove(handle=handle, password=password, address=address, now=now)
    with transaction.atomic():
        rows = Member.objects.filter(id=found.id, password=found.password)
        member = rows.select_for_update(no_key=True).first()
        if member is None:
            raise WrongCredentials()
        if member.deleted_at is not None:
            if not queries.may_come_back(member=member, now=now):
                raise WrongCredentials()
            member.deleted_at = member.erase_at = member.restorable_until = None
            member.save(update_fields=["deleted_at", "erase_at", "restorable_until"])
        limits.remember_place(handle=handle, address=address, now=now)
        sealer = sealing.for_member(member_id=member.id)
        signed_in = sessions.start(member=member, sealer=sealer, device_name=device_name, now=now)
        events.publish(
            fact=SessionBegan(member_id=member.id, session_id=signed_in.session.id, at=now)
        )
        return signed_in


def _prove(*, handle: str, password: str, address: str, now: datetime) -> Member:
    limits.count_login(handle=handle, address=address, now=now)
    found = Member.objects.filter(handle=handle).first()
    right, _ = passwords.verify(password=password, encoded=found.password if found else None)
    if found is None or not right:
        raise WrongCredentials()
    return found


def _delete(member: Member, *, wait: bool, now: datetime) -> Deletion:
    if member.deleted_at is not None:
        return _deleted_before(member, wait=wait, now=now)
    with locked(member.id, now=now):
        fresh = Member.objects.get(id=member.id)
        if fresh.deleted_at is not None:
            return _deleted_before(fresh, wait=wait, now=now)
        awaited = withdraw(fresh, now=now)
        fresh.deleted_at = now
        fresh.erase_at = now + GRACE if wait else now
        fresh.restorable_until = fresh.erase_at if wait else None
        fresh.save(update_fields=["deleted_at", "erase_at", "restorable_until"])
        mine = Session.objects.owned_by(fresh.id)
        sessions.end_rows(rows=mine, reason=SessionEnd.ACCOUNT_DELETED, now=now)
        for request_id in awaited:
            waves.ask_others(request_id=request_id, now=now)
        events.publish(fact=WorkWaits(at=now))
        return _said(fresh)


@contextmanager
def locked(member_id: UUID, *, now: datetime) -> Iterator[None]:
    """Lock the member and whoever has to be written to beside them, in ascending order of ids.

    Somebody who was linked to them just before would be locked out of order: then all is let go
    of, and begun anew. Behind the member's own lock hardly anybody is added, so once is enough.
    """
    for is_last in (False, False, True):
        known = {member_id, *_beside(member_id, now=now)}
        with changes.together(member_ids=known, now=now):
            if is_last or known.issuperset(_beside(member_id, now=now)):
                yield
                return


def _deleted_before(member: Member, *, wait: bool, now: datetime) -> Deletion:
    """Say what was decided; who had asked for time may say that they want it no more."""
    if not wait and queries.may_come_back(member=member, now=now):
        waiting = Member.objects.filter(id=member.id, erase_at=member.erase_at)
        with transaction.atomic():
            if waiting.update(erase_at=now, restorable_until=None) == 1:
                member.erase_at, member.restorable_until = now, None
                events.publish(fact=WorkWaits(at=now))
    return _said(member)


def _said(member: Member) -> Deletion:
    deleted_at = member.deleted_at
    assert deleted_at is not None  # noqa: S101  said of the deleted only
    return Deletion(
        deleted_at=deleted_at,
        erase_at=member.erase_at or deleted_at,
        restorable_until=member.restorable_until,
    )


def _beside(member_id: UUID, *, now: datetime) -> set[UUID]:
    """Return whom the deletion writes to as well.

    Partners, whoever asked the member for support, and who may have to own a group.
    """
    found = leaving.askers_of(helper_id=member_id, now=now)
    for pair in Partnership.objects.active().of(member_id).values_list("first_id", "second_id"):
        found |= set(pair)
    owned = GroupMembership.objects.active().filter(Q(member_id=member_id, role="owner"))
    heirs = GroupMembership.objects.active().filter(group_id__in=owned.values("group_id"))
    found |= {one for one in heirs.values_list("member_id", flat=True) if one is not None}
    return found


def withdraw(member: Member, *, now: datetime) -> list[UUID]:
    """Take the member out of everything that others are part of; again changes nothing.

    Returns the requests for support of others whom they had said that they will contact.
    """
    for row in SupportRequest.objects.owned_by(member.id).open(now):
        closing.close(member=member, request_id=row.id, now=now)
    awaited = leaving.leave(helper_id=member.id, now=now)
    groups.leave_all(member_id=member.id, now=now)
    partners.end_all(member_id=member.id, now=now)
    return awaited
