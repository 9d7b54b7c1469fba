"""Reading an export, from here or elsewhere, into an account: all of it, or nothing."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction
from django.db.models import F, ForeignKey

from recovery.calendar.models import ZoneChange
from recovery.checkins.models import CheckIn
from recovery.commitments.models import Commitment, CommitmentTerms
from recovery.kernel import changes, events, sealing
from recovery.kernel.errors import Invalid
from recovery.members.models import Locale, Member, TimeZoneMode
from recovery.members.services import accounts
from recovery.ownership import parts, tables, walk
from recovery.ownership.archive import Archive, BadArchive
from recovery.ownership.events import DataBroughtIn
from recovery.ownership.leases import Lease, Watch, take
from recovery.ownership.models import ImportJob, ImportPart, ImportState
from recovery.ownership.reading import BadValue, Reader
from recovery.ownership.services import rebuilding
from recovery.ownership.tables import Table
from recovery.sobriety.models import Tracker, TrackerFact, TrackerMode
from recovery.sobriety.services import bringing_in

log = logging.getLogger("recovery.ownership")

MOST_TRIES = 5
# An archive whose sending broke off is thrown away after this long.
RECEIVED_WITHIN = timedelta(hours=1)
_AT_ONCE = 500


@dataclass(slots=True)
class Read:
    """The rows of one table, each with the line that it stood in."""

    table: Table
    rows: list[Any] = field(default_factory=list)
    lines: list[int] = field(default_factory=list)


def work(*, watch: Watch) -> bool:
    """Read the archive that has waited for longest; return whether there was one.

    Raises Lost when another worker has taken it for its own.
    """
    live = ImportJob.objects.filter(member__deleted_at__isnull=True)
    taken = take(live, column="due_at", watch=watch, tries=F("tries") + 1)
    if taken is None:
        return False
    job, lease = taken
    if job.state not in (ImportState.QUEUED, ImportState.WORKING) or job.tries >= MOST_TRIES:
        parts.drop(kind=ImportPart, job=job)
        lease.settle(due_at=None, state=ImportState.STOPPED, finished_at=watch.now())
        return True
    try:
        added, known = _bring_in(job, lease)
    except BadArchive as bad:
        parts.drop(kind=ImportPart, job=job)
        lease.settle(
            due_at=None,
            state=ImportState.REFUSED,
            finished_at=watch.now(),
            problem_code=bad.code,
            problem_file=bad.file,
            problem_line=bad.line,
        )
        return True
    parts.drop(kind=ImportPart, job=job)
    log.info("an archive was read: %d rows are new, %d were here", added, known)
    return True


def _bring_in(job: ImportJob, lease: Lease) -> tuple[int, int]:
    member = job.member
    now = lease.watch.now()
    sealer = sealing.for_member(member_id=member.id)
    every = tables.every_table()
    # Checked, read and stored: each table is a part of the first two, storing them all is one.
    lease.hold(state=ImportState.WORKING, parts_done=0, parts_total=len(every) + 2)
    file = parts.PartReader(job=job, sealer=sealer)
    archive = Archive(file, size=job.byte_count, checked=lease.hold)
    reader = Reader(member_id=member.id, sealer=sealer, now=now)
    lease.hold(parts_done=1)
    found = []
    for done, table in enumerate(every, start=2):
        found.append(_read(archive, table, reader, lease))
        lease.hold(parts_done=done)
    settings = _settings(archive, reader)
    _check(found)
    lease.hold()
    try:
        with transaction.atomic():
            added, known = _store(member, found, settings, job=job, now=now)
            lease.settle(
                due_at=None,
                state=ImportState.DONE,
                finished_at=lease.watch.now(),
                parts_done=len(every) + 2,
                rows_added=added,
                rows_known=known,
            )
    except IntegrityError:
        raise BadArchive("contradiction") from None
    return added, known


def _read(archive: Archive, table: Table, reader: Reader, lease: Lease) -> Read:
    found = Read(table)
    for line, said in archive.rows(table.file):
        try:
            row = reader.row(table.model, said, lists=table.lists)
            table.check(row)
        except BadValue as bad:
            raise BadArchive(bad.code, file=table.file, line=line) from None
        found.rows.append(row)
        found.lines.append(line)
        if len(found.rows) % _AT_ONCE == 0:
            lease.hold()
    return found


def _settings(archive: Archive, reader: Reader) -> dict[str, Any]:
    """Return the settings of the account that the archive was made of."""
    name = walk.file_of(Member)
    for line, said in archive.rows(name):
        try:
            row = reader.row(Member, said, lists={})
        except BadValue as bad:
            raise BadArchive(bad.code, file=name, line=line) from None
        if isinstance(row, Member):
            return {
                "locale": row.locale if row.locale in Locale.values else None,
                "time_zone": row.time_zone,
                "day_start_hour": row.day_start_hour,
                "time_zone_mode": row.time_zone_mode
                if row.time_zone_mode in TimeZoneMode.values
                else None,
            }
    return {}


def _check(found: Sequence[Read]) -> None:
    """Raise BadArchive unless rows point to rows of the archive, and every tracker began."""
    by_model = {one.table.model: one for one in found}
    ids = {model: {row.pk for row in one.rows} for model, one in by_model.items()}
    for one in found:
        if len(ids[one.table.model]) != len(one.rows) and not one.table.once:
            raise BadArchive("contradiction", file=one.table.file)
        links = [
            field
            for field in one.table.model._meta.concrete_fields
            if isinstance(field, ForeignKey) and not walk.points_to_member(field)
        ]
        for row, line in zip(one.rows, one.lines, strict=True):
            for link in links:
                _point(row, link, ids.get(link.related_model), file=one.table.file, line=line)
    _check_trackers(by_model[Tracker], by_model[TrackerFact])
    _check_commitments(by_model[Commitment], by_model[CommitmentTerms])
    known = ids[Tracker]
    check_ins = by_model[CheckIn]
    for row, line in zip(check_ins.rows, check_ins.lines, strict=True):
        if any(UUID(said["tracker"]) not in known for said in row.trackers):
            raise BadArchive("unknown_row", file=check_ins.table.file, line=line)


def _point(row: Any, link: Any, known: set[Any] | None, *, file: str, line: int) -> None:
    value = getattr(row, link.attname)
    if value is None or (known is not None and value in known):
        return
    if known is not None or not link.null:
        raise BadArchive("unknown_row", file=file, line=line)
    setattr(row, link.attname, None)  # such as the partner who confirms: they stay behind


def _check_trackers(trackers: Read, facts: Read) -> None:
    of: dict[UUID, list[TrackerFact]] = {row.pk: [] for row in trackers.rows}
    places = {row.pk: (row.tracker_id, row.kind) for row in facts.rows}
    modes = {row.pk: row.mode for row in trackers.rows}
    clocks_say = {"started", "used", "voided"}
    limits_say = {"started", "limit_set", "amount_logged", "voided"}
    for row, line in zip(facts.rows, facts.lines, strict=True):
        says = clocks_say if modes[row.tracker_id] == TrackerMode.ABSTINENCE else limits_say
        target = places.get(row.target_id, (row.tracker_id, ""))
        if row.kind not in says or target[0] != row.tracker_id or row.target_id == row.pk:
            raise BadArchive("contradiction", file=facts.table.file, line=line)
        of[row.tracker_id].append(row)
    for row, line in zip(trackers.rows, trackers.lines, strict=True):
        if row.mode == TrackerMode.ABSTINENCE and not bringing_in.begins(of[row.pk]):
            raise BadArchive("contradiction", file=trackers.table.file, line=line)


def _check_commitments(commitments: Read, terms: Read) -> None:
    promised = {row.commitment_id for row in terms.rows if row.superseded_at is None}
    for row, line in zip(commitments.rows, commitments.lines, strict=True):
        if row.pk not in promised or not row.title:
            raise BadArchive("contradiction", file=commitments.table.file, line=line)


def _store(
    member: Member,
    found: Sequence[Read],
    settings: dict[str, Any],
    *,
    job: ImportJob,
    now: datetime,
) -> tuple[int, int]:
    with changes.write(member_id=member.id, now=now) as log_of_all:
        earlier = ImportJob.objects.owned_by(member.id).filter(state=ImportState.DONE)
        is_first = not earlier.exists()
        new: dict[walk.Model, list[Any]] = {}
        known = 0
        for one in found:
            rows = _new(member, one, new)
            _check_most(member, one.table, rows)
            one.table.model._base_manager.bulk_create(_in_order(rows), batch_size=_AT_ONCE)
            _note(member, one.table, rows, now=now)
            new[one.table.model] = rows
            known += len(one.rows) - len(rows)
        if any(new.values()):
            rebuilding.rebuild(member=member, check_ins=new[CheckIn], log=log_of_all, now=now)
        events.publish(fact=DataBroughtIn(member_id=member.id, at=now))
    if is_first and settings:
        try:
            accounts.update_member(member=member, now=now, **settings)
        except Invalid:
            raise BadArchive("bad_value", file=walk.file_of(Member)) from None
    return sum(len(rows) for rows in new.values()), known


def _new(member: Member, one: Read, new: dict[walk.Model, list[Any]]) -> list[Any]:
    """Return those of the rows that are not here yet."""
    table, model = one.table, one.table.model
    mine = walk.owned_rows(model, member_id=member.id)
    if table.has_fixed_key():
        return [] if mine.exists() else one.rows[:1]
    here: set[Any] = set(mine.values_list(*(table.once or ("pk",))))
    keys = table.once or ("pk",)
    rows = []
    first = mine.order_by("effective_at").first() if model is ZoneChange else None
    added = {row.pk for row in new.get(_parent(table), ())} if table.new_only else None
    for row in one.rows:
        key = tuple(getattr(row, name) for name in keys)
        if key in here or (added is not None and getattr(row, f"{table.new_only}_id") not in added):
            continue
        # Where the days lay before this account was made; since then it knows better itself.
        if first is not None and row.effective_at >= first.effective_at:
            continue
        rows.append(row)
    return rows


def _parent(table: Table) -> walk.Model:
    link = table.model._meta.get_field(table.new_only)
    parent: walk.Model = link.related_model  # type: ignore[assignment]
    return parent


def _check_most(member: Member, table: Table, rows: Sequence[Any]) -> None:
    if not table.most:
        return
    kept = walk.owned_rows(table.model, member_id=member.id).filter(deleted_at__isnull=True)
    if kept.count() + sum(row.deleted_at is None for row in rows) > table.most:
        raise BadArchive("too_many", file=table.file)


def _in_order(rows: list[Any]) -> list[Any]:
    """Return facts with what they take back before them."""
    by_id = {row.pk: row for row in rows}
    placed: dict[Any, Any] = {}
    for row in rows:
        chain = []
        one = row
        while one is not None and one.pk not in placed and one not in chain:
            chain.append(one)
            one = by_id.get(getattr(one, "target_id", None))
        for link in reversed(chain):
            placed[link.pk] = link
    return list(placed.values()) if len(placed) == len(rows) else rows


def _note(member: Member, table: Table, rows: Sequence[Any], *, now: datetime) -> None:
    """Log the rows, at most so many a write as its places have room for."""
    for start in range(0, len(rows), 10_000):
        with changes.write(member_id=member.id, now=now) as noted:
            for row in rows[start : start + 10_000]:
                name, row_id = table.change(row)
                noted.add(table=name, row_id=row_id, version=getattr(row, "version", 1))
