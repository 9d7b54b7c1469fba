"""Consent and its withdrawal, and the record of who looked."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID

from django.db import DatabaseError

from recovery.kernel import changes, events
from recovery.kernel.errors import Missing, Unavailable
from recovery.partners import queries as partners
from recovery.partners.events import GrantsChanged
from recovery.partners.models import Partnership
from recovery.sharing import queries
from recovery.sharing.models import AccessEntry, Grant, Scope
from recovery.sharing.wording import WORDINGS

CONSENT_LIFETIME = timedelta(days=90)


@dataclass(frozen=True, slots=True)
class Wanted:
    """Something that an owner wants a partner to see: a scope, and its item if it has one."""

    scope: Scope
    item_id: UUID | None = None


def replace(
    *,
    owner_id: UUID,
    partnership: Partnership,
    wanted: Collection[Wanted],
    log: changes.ChangeLog,
    now: datetime,
) -> list[Grant]:
    """Let the partner see exactly what is wanted: take back the rest, keep what holds, add.

    A consent that holds already is kept as it is, with its own expiry. Part of the owner's write
    that ``log`` is of: within it the caller has found the active partnership and knows that the
    items are the owner's, neither of which can end before the write does.
    """
    standing = queries.given(owner_id=owner_id, partnership_id=partnership.id)
    kept = {
        Wanted(scope=Scope(grant.scope), item_id=grant.item_id)
        for grant in standing
        if grant.expires_at > now
    } & set(wanted)
    outdated = [
        grant
        for grant in standing
        if grant.expires_at <= now
        or Wanted(scope=Scope(grant.scope), item_id=grant.item_id) not in kept
    ]
    viewer_id = partnership.other(owner_id).id
    # In the order in which they were asked for; the same thing asked for twice is one consent.
    added = [
        _consent(
            owner_id=owner_id,
            viewer_id=viewer_id,
            partnership_id=partnership.id,
            wanted=one,
            now=now,
        )
        for one in dict.fromkeys(wanted)
        if one not in kept
    ]
    _take_back(outdated, log=log, now=now)
    _give(added, log=log)
    if outdated or added:
        _publish(owner_id=owner_id, viewer_id=viewer_id, of=partnership.id, now=now)
    return queries.given(owner_id=owner_id, partnership_id=partnership.id)


def renew(*, owner_id: UUID, partnership_id: UUID, grant_id: UUID, now: datetime) -> Grant:
    """Consent to the same for another 90 days, under the wording of today; return the new consent.

    Consents are records and are never moved: the old one ends at the instant at which the new one
    begins. Works for an expired one too. Raises Missing for one that was taken back or is not the
    owner's within this active partnership.
    """
    with changes.write(member_id=owner_id, now=now) as log:
        partners.partnership(member_id=owner_id, partnership_id=partnership_id)
        standing = queries.given(owner_id=owner_id, partnership_id=partnership_id)
        old = [grant for grant in standing if grant.id == grant_id]
        if not old:
            raise Missing()
        return _renew(old, log=log, now=now)[0]


def renew_all(*, owner_id: UUID, partnership_id: UUID, now: datetime) -> list[Grant]:
    """Renew every consent towards a partner that was not taken back, expired ones included.

    See ``renew``. Returns what stands now; nothing happens where nothing stands. Raises Missing
    unless the partnership is active and the owner's.
    """
    with changes.write(member_id=owner_id, now=now) as log:
        partners.partnership(member_id=owner_id, partnership_id=partnership_id)
        standing = queries.given(owner_id=owner_id, partnership_id=partnership_id)
        if standing:
            _renew(standing, log=log, now=now)
        return queries.given(owner_id=owner_id, partnership_id=partnership_id)


def take_back_all(*, partnership_id: UUID, member_ids: Iterable[UUID], now: datetime) -> None:
    """Take back every consent within a partnership, in both directions."""
    for owner_id in sorted(member_ids):
        with changes.write(member_id=owner_id, now=now) as log:
            _take_back(
                queries.given(owner_id=owner_id, partnership_id=partnership_id), log=log, now=now
            )


def take_back_item(*, owner_id: UUID, item_id: UUID, now: datetime) -> None:
    """Take back every consent of the owner to an item that goes away, towards all partners.

    For the area that the item belongs to.
    """
    with changes.write(member_id=owner_id, now=now) as log:
        grants = list(Grant.objects.standing().filter(owner_id=owner_id, item_id=item_id))
        _take_back(grants, log=log, now=now)
        for grant in grants:
            _publish(owner_id=owner_id, viewer_id=grant.viewer_id, of=grant.partnership_id, now=now)


@dataclass(frozen=True, slots=True)
class Look:
    """That scopes of an owner are about to be shown, on the owner's local date."""

    partnership_id: UUID
    owner_id: UUID
    scopes: Collection[Scope]
    seen_on: date


def note_looks(*, viewer_id: UUID, looks: Iterable[Look]) -> None:
    """Record what a viewer sees, with one query.

    To be called outside a transaction, so that the rows are committed when this returns, and
    before anything is shown. Raises Unavailable when they cannot be written: then nothing may be
    shown. One row a partnership, viewer, scope and date, however often they look.
    """
    entries = [
        AccessEntry(
            partnership_id=look.partnership_id,
            viewer_id=viewer_id,
            owner_id=look.owner_id,
            scope=scope,
            seen_on=look.seen_on,
        )
        for look in looks
        for scope in look.scopes
    ]
    if not entries:
        return
    try:
        AccessEntry.objects.bulk_create(entries, ignore_conflicts=True)
    except DatabaseError:
        raise Unavailable("This cannot be shown just now; try again in a moment.") from None


def _renew(old: list[Grant], *, log: changes.ChangeLog, now: datetime) -> list[Grant]:
    renewed = [
        _consent(
            owner_id=grant.owner_id,
            viewer_id=grant.viewer_id,
            partnership_id=grant.partnership_id,
            wanted=Wanted(scope=Scope(grant.scope), item_id=grant.item_id),
            now=now,
        )
        for grant in old
    ]
    for grant, before in zip(renewed, old, strict=True):
        grant.renews = before
    _take_back(old, log=log, now=now)
    _give(renewed, log=log)
    of = old[0]
    _publish(owner_id=of.owner_id, viewer_id=of.viewer_id, of=of.partnership_id, now=now)
    return renewed


def _consent(
    *, owner_id: UUID, viewer_id: UUID, partnership_id: UUID, wanted: Wanted, now: datetime
) -> Grant:
    return Grant(
        partnership_id=partnership_id,
        owner_id=owner_id,
        viewer_id=viewer_id,
        scope=wanted.scope,
        item_id=wanted.item_id,
        wording_version=WORDINGS[wanted.scope].version,
        granted_at=now,
        expires_at=now + CONSENT_LIFETIME,
    )


def _give(grants: list[Grant], *, log: changes.ChangeLog) -> None:
    Grant.objects.bulk_create(grants)
    for grant in grants:
        log.add(table="grants", row_id=grant.id, version=1, fields=["granted_at", "expires_at"])


def _take_back(grants: list[Grant], *, log: changes.ChangeLog, now: datetime) -> None:
    if not grants:
        return
    Grant.objects.standing().filter(id__in=[grant.id for grant in grants]).update(revoked_at=now)
    for grant in grants:
        log.add(table="grants", row_id=grant.id, version=2, gone=True)


def _publish(*, owner_id: UUID, viewer_id: UUID, of: UUID, now: datetime) -> None:
    events.publish(
        fact=GrantsChanged(partnership_id=of, owner_id=owner_id, viewer_id=viewer_id, at=now)
    )
