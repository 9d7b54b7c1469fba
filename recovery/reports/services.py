"""Report something to the operator; look at a report, and decide on it."""

from __future__ import annotations

import json
from datetime import datetime
from uuid import UUID

from django.db import DatabaseError

from recovery.kernel import changes, rows, sealing
from recovery.kernel.errors import Conflict, Missing, Unavailable
from recovery.kernel.ids import new_id
from recovery.kernel.sealing import CannotOpen, Sealer
from recovery.members.models import Member
from recovery.reports import queries, subjects
from recovery.reports.models import (
    Report,
    ReportLook,
    ReportLookKind,
    ReportOutcome,
    ReportReason,
    ReportSubject,
)
from recovery.reports.queries import Opened
from recovery.reports.refusals import MOST_OPEN_REPORTS, TooManyOpenReports


def report(
    *,
    member: Member,
    report_id: UUID | None,
    kind: ReportSubject,
    subject_id: UUID,
    reason: ReportReason,
    text: str,
    now: datetime,
) -> tuple[Report, bool]:
    """Report something to the operator; return the report and whether it is new.

    What it was at this moment is kept, sealed, so that a later edit hides nothing. While one about
    the same thing is open it is returned instead. Raises Missing for what is not theirs to report,
    TooManyOpenReports, IdTaken.
    """
    with changes.write(member_id=member.id, now=now) as log:
        sealer = sealing.for_member(member_id=member.id)
        digest = sealer.digest([kind, subject_id, reason, text])
        known = rows.replayed(Report, row_id=report_id, member_id=member.id, digest=digest)
        mine = queries.reports_of(member_id=member.id).filter(resolved_at__isnull=True)
        known = known or mine.find(subject_kind=kind, subject_id=subject_id)
        if known is not None:
            return known, False
        if mine.count() >= MOST_OPEN_REPORTS:
            raise TooManyOpenReports()
        subject = subjects.seen(reporter_id=member.id, kind=kind, subject_id=subject_id)
        made = Report(
            id=report_id or new_id(),
            member=member,
            subject_kind=kind,
            subject_id=subject_id,
            reason=reason,
            body_digest=digest,
            created_at=now,
        )
        made.text = sealer.seal(text, label=queries.TEXT_LABEL, row_id=made.id)
        holder = _sealer(subject.about_id or member.id)
        made.snapshot = holder.seal(
            json.dumps(dict(subject.snapshot), ensure_ascii=False),
            label=queries.SNAPSHOT_LABEL,
            row_id=made.id,
        )
        rows.insert(made)
        log.add(table="reports", row_id=made.id, version=1, fields=["reason"])
    return made, True


def look(*, report_id: UUID, operator: str, now: datetime) -> Opened:
    """Open a report for an operator, the look recorded first.

    To be called outside a transaction, so that the record is committed when this returns. Raises
    Missing, and Unavailable when the look cannot be recorded: then nothing is shown.
    """
    found = queries.queue().filter(id=report_id).first()
    if found is None:
        raise Missing()
    try:
        _record(report_id, operator, ReportLookKind.OPENED, now=now)
    except DatabaseError:
        raise Unavailable("This look cannot be recorded just now, so nothing is shown.") from None
    try:
        return queries.opened(report=found)
    except CannotOpen:
        raise Missing() from None


def resolve(
    *, report_id: UUID, operator: str, outcome: ReportOutcome, note: str, now: datetime
) -> Report:
    """Decide on an open report, once; what is to be hidden is hidden in the same write.

    Raises Missing, and Conflict for one that is decided already or an outcome that it cannot have.
    """
    found = queries.queue().filter(id=report_id).first()
    if found is None:
        raise Missing()
    whose = (found.member_id, subjects.written_by(report=found) or found.member_id)
    with changes.together(member_ids=whose, now=now) as logs:
        log = logs[found.member_id]
        found.refresh_from_db()
        if found.resolved_at is not None:
            raise Conflict("Somebody has decided on this report already.")
        if outcome not in outcomes_of(report=found):
            raise Conflict("A report of this kind cannot end like this.")
        sealer = _sealer(found.member_id)
        found.outcome = outcome
        found.operator_note = sealer.seal(note, label=queries.NOTE_LABEL, row_id=found.id)
        found.resolved_at = now
        found.version += 1
        found.save(update_fields=["outcome", "operator_note", "resolved_at", "version"])
        log.add(table="reports", row_id=found.id, version=found.version, fields=["outcome"])
        if outcome is ReportOutcome.CONTENT_HIDDEN:
            subjects.hide(report=found, now=now)
        _record(found.id, operator, ReportLookKind.RESOLVED, now=now)
    return found


def outcomes_of(*, report: Report) -> list[ReportOutcome]:
    """Return how a report may end. Only what can be hidden is offered to be: a handle cannot."""
    found: list[ReportOutcome] = [one for one in ReportOutcome if one is not ReportOutcome.NONE]
    if report.subject_kind == ReportSubject.MEMBER:
        found.remove(ReportOutcome.CONTENT_HIDDEN)
    return found


def _sealer(member_id: UUID) -> Sealer:
    """Return a member's sealer. Raises Missing for one who is being erased: the key goes first."""
    try:
        return sealing.for_member(member_id=member_id)
    except CannotOpen:
        raise Missing() from None


def _record(report_id: UUID, operator: str, what: ReportLookKind, *, now: datetime) -> None:
    ReportLook.objects.create(report_id=report_id, operator=operator, what=what, at=now)
