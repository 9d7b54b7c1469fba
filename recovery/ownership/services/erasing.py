"""Erasing a member: what others are part of, the key, then every row, the member last.

Each step is a transaction of its own and may be done again, so whoever takes up what a killed
worker left begins anew and finds less to do. With the key gone, everything sealed is unreadable
from that moment on, in backups too.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from django.db import OperationalError, connection, models, transaction
from django.db.models import Q

from recovery.kernel.models import ChangeCounter, SealingKey
from recovery.kernel.ownership import sealed_of
from recovery.members.models import ErasedMember, Member
from recovery.ownership import walk
from recovery.ownership.leases import Lease, Watch, take
from recovery.ownership.services import deletion

# Rows a transaction: on SQLite all other writes wait meanwhile, some 10 ms.
PORTION = 200
# Then others have their turn, and the rest follows.
MOST_SECONDS = 10.0


def work(*, watch: Watch) -> bool:
    """Erase the member who has waited for longest, some seconds of it; return whether there was.

    Raises Lost when another worker has taken it for its own.
    """
    taken = take(Member.objects.all(), column="erase_at", watch=watch)
    if taken is None:
        return False
    member, lease = taken
    for _ in _steps(member, lease):
        if watch.seconds() > MOST_SECONDS:
            lease.settle(due_at=watch.now())
            return True
    return True


def erase_again(*, erased: dict[Any, datetime], now: datetime) -> int:
    """Erase members anew whom a backup brought back; return how many of them were there.

    ``erased``: ids and instants out of the ledger that is kept beside the backups.
    """
    back = Member.objects.filter(id__in=list(erased))
    for member_id in list(back.values_list("id", flat=True)):
        # Sessions need no end of their own: whoever is deleted opens nothing, from now on.
        back.filter(id=member_id).update(
            deleted_at=erased[member_id], erase_at=now, restorable_until=None
        )
    ErasedMember.objects.bulk_create(
        [ErasedMember(member_id=one, erased_at=at) for one, at in erased.items()],
        ignore_conflicts=True,
    )
    return back.count()


def scrub(*, now: datetime) -> bool:
    """Let the database file go of what was erased; return whether it did, or had nothing to.

    SQLite overwrites what is deleted (``secure_delete``), but not what it leaves behind in the gap
    of a page whose rows it moves to another: only writing every page anew lets go of that. Older
    pages stay in its write-ahead log until that is cut, which waits for readers. PostgreSQL vacuums
    by itself.
    """
    waiting = list(
        ErasedMember.objects.filter(scrubbed_at__isnull=True).values_list("pk", flat=True)
    )
    if not waiting:
        return True
    if connection.vendor == "sqlite" and not _write_anew():
        return False
    ErasedMember.objects.filter(pk__in=waiting).update(scrubbed_at=now)
    return True


def _write_anew() -> bool:
    """Write SQLite's file anew, about a second for 100 MB; return whether it could be done now."""
    if connection.in_atomic_block:
        return False
    with connection.cursor() as cursor:
        try:
            cursor.execute("VACUUM")
        except OperationalError:
            return False  # somebody else writes; the next tick tries again
        cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        return not cursor.fetchone()[0]


def _steps(member: Member, lease: Lease) -> Iterator[None]:
    _take_out(member, now=lease.watch.now())
    SealingKey.objects.filter(member_id=member.id).delete()
    yield
    for model in walk.erasure_order():
        for rows, blanks in _rows_of(model, member):
            while ids := list(rows.values_list("pk", flat=True)[:PORTION]):
                lease.hold()
                portion = model._base_manager.filter(pk__in=ids)
                if blanks is None:
                    portion.delete()
                else:
                    portion.update(**blanks)
                yield
    lease.hold()
    with transaction.atomic():
        ErasedMember.objects.update_or_create(
            member_id=member.id,
            defaults={"erased_at": lease.watch.now(), "scrubbed_at": None},
        )
        member.delete()
    yield


def _take_out(member: Member, *, now: datetime) -> None:
    """Take the member out of what others are part of, and let nothing more be written for them.

    Deleting did so; but a request that was under way then may have come after it, and a backup
    brings back everything. Without their counter nobody writes on their data any more.
    """
    counter = ChangeCounter.objects.filter(member_id=member.id)
    if counter.exists():
        with deletion.locked(member.id, now=now):
            deletion.withdraw(member, now=now)
            counter.delete()


def _rows_of(
    model: walk.Model, member: Member
) -> Iterator[tuple[models.QuerySet[Any], dict[str, Any] | None]]:
    """Yield rows that are to go, with None, and rows that stay without their member, with what
    they are left with.
    """
    links = [field for field in model._meta.concrete_fields if walk.points_to_member(field)]
    for field in links:
        rows = model._base_manager.filter(**{field.name: member.id})
        stays = field.remote_field.on_delete is models.SET_NULL  # type: ignore[union-attr]
        yield rows, _blanks(model, field) if stays else None
    known = {field.name for field in links}
    for path in walk.owners_of(model):
        if path not in known:
            yield model._base_manager.filter(**{path: member.id}), None
    typed = Q()
    for column in getattr(model, "handles", ()):
        typed |= Q(**{column: member.handle})
    if typed and member.handle:
        yield model._base_manager.filter(typed), None


def _blanks(model: walk.Model, field: models.Field[Any, Any]) -> dict[str, Any]:
    """Return what a row that outlives a member is left with: no name, and none of their words."""
    found: dict[str, Any] = {field.name: None}
    if field.name == walk.owners_of(model)[0]:
        found |= dict.fromkeys(sealed_of(model), b"")
        found |= dict.fromkeys(getattr(model, "blanked", ()), "")
        if any(one.name == "body_digest" for one in model._meta.concrete_fields):
            found["body_digest"] = b""
    return found
