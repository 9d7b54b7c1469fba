"""The phones and browsers that a member is signed in on, and where pushes reach them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import IntegrityError, transaction
from django.db.models import Q, QuerySet

from notifications.models import Device, DeviceQuerySet, PushPermission
from notifications.pushes import AddressKind, Platform
from recovery.kernel.errors import Missing
from recovery.members.services import sessions

# More than anybody owns; beyond it the one unseen for longest goes, so that an app that makes up a
# new installation at every start cannot fill the table.
MOST_DEVICES = 10
# Of those who claim one address at once, one is done in every round.
MOST_ROUNDS = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Registration:
    """What an app says about its own installation."""

    address: str
    address_kind: AddressKind
    platform: Platform
    app_version: str
    locale: str
    push_permission: PushPermission


def of(*, member_id: UUID) -> QuerySet[Device]:
    """Return the member's live devices."""
    return Device.objects.owned_by(member_id).live()


def put(
    *,
    member_id: UUID,
    session_id: UUID,
    installation_id: UUID,
    registration: Registration,
    now: datetime,
) -> tuple[Device, bool]:
    """Register an installation, or what has changed about it; return it and whether it is new here.

    An installation or an address belongs to whoever signed in there last: it leaves its former
    owner without a word. Raises SessionOver when the session ended a moment ago.
    """
    for _ in range(MOST_ROUNDS):
        try:
            with transaction.atomic():
                return _put(member_id, session_id, installation_id, registration, now)
        except IntegrityError:
            # Another request claimed the same installation or address at the same time and was
            # first; its row is there to be seen now.
            if not _claimed(installation_id, registration).exists():
                raise
    with transaction.atomic():
        return _put(member_id, session_id, installation_id, registration, now)


def _put(
    member_id: UUID,
    session_id: UUID,
    installation_id: UUID,
    registration: Registration,
    now: datetime,
) -> tuple[Device, bool]:
    # The session first: its end takes the session and then its devices, too.
    sessions.hold(member_id=member_id, session_id=session_id, now=now)
    # Locked in one order, so that two phones that swap their addresses do not wait in a circle.
    claimed = _claimed(installation_id, registration).select_for_update(no_key=True)
    found = {device.installation_id: device for device in claimed.order_by("installation_id")}
    known = found.pop(installation_id, None)
    if found:
        _retire(Device.objects.filter(installation_id__in=found), now=now)
    is_new = known is None or known.member_id != member_id or known.retired_at is not None
    device = known or Device(installation_id=installation_id)
    if is_new:
        device.created_at = now
    device.member_id = member_id
    device.session_id = session_id
    device.address = registration.address
    device.address_kind = registration.address_kind
    device.platform = registration.platform
    device.app_version = registration.app_version
    device.locale = registration.locale
    device.push_permission = registration.push_permission
    device.seen_at = now
    device.retired_at = None
    # What still waits for a device that changed hands is dropped when it is asked about again.
    device.save(force_insert=known is None)
    if is_new:
        _retire_beyond_most(member_id, now=now)
    return device, is_new


def _claimed(installation_id: UUID, registration: Registration) -> DeviceQuerySet:
    """Return the installation's own row, and the one that holds its address."""
    same = Q(installation_id=installation_id)
    if registration.address:
        same |= Q(
            retired_at__isnull=True,
            address_kind=registration.address_kind,
            address=registration.address,
        )
    return Device.objects.filter(same)


def remove(*, member_id: UUID, installation_id: UUID, now: datetime) -> None:
    """Forget a device's address, at once; nothing happens to one that is forgotten already.

    Raises Missing for one that is not the member's.
    """
    mine = Device.objects.owned_by(member_id).filter(installation_id=installation_id)
    if not _retire(mine.live(), now=now) and not mine.exists():
        raise Missing()


def remove_of_sessions(*, session_ids: Sequence[UUID], now: datetime) -> None:
    """Forget the addresses of the devices that were signed in with these sessions."""
    # Locked in the order of _put.
    bound = Device.objects.live().filter(session_id__in=session_ids).order_by("installation_id")
    locked = bound.select_for_update(no_key=True).values_list("installation_id", flat=True)
    _retire(Device.objects.filter(installation_id__in=list(locked)), now=now)


def retire_unseen(*, since: datetime, now: datetime) -> int:
    """Forget the addresses of devices not seen since an instant; return how many."""
    return _retire(Device.objects.live().filter(seen_at__lt=since), now=now)


def _retire(devices: QuerySet[Device], *, now: datetime) -> int:
    return devices.update(retired_at=now, address="")


def _retire_beyond_most(member_id: UUID, *, now: datetime) -> None:
    beyond = (
        of(member_id=member_id)
        .order_by("-seen_at", "installation_id")
        .values_list("installation_id", flat=True)[MOST_DEVICES:]
    )
    surplus = list(beyond)
    if surplus:
        # One that somebody holds is being registered or retired at this moment: not to be waited
        # for, as whoever holds it may wait for this one.
        free = Device.objects.filter(installation_id__in=surplus)
        locked = free.select_for_update(no_key=True, skip_locked=True)
        ids = list(locked.values_list("installation_id", flat=True))
        _retire(Device.objects.filter(installation_id__in=ids), now=now)
