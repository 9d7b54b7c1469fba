"""Reports: to whoever made them, and to the operator's queue."""

from __future__ import annotations

import json
from dataclasses import dataclass
from uuid import UUID

from django.db.models import QuerySet

from recovery.kernel import sealing
from recovery.kernel.rows import OwnedQuerySet
from recovery.kernel.sealing import CannotOpen, Sealer
from recovery.reports import subjects
from recovery.reports.models import Report, ReportLook

TEXT_LABEL = Report.sealed["text"]
SNAPSHOT_LABEL = "reports.snapshot"
NOTE_LABEL = "reports.operator_note"


@dataclass(frozen=True, slots=True)
class Opened:
    """A report as an operator reads it; ``snapshot`` is empty once what it is about is erased."""

    report: Report
    text: str
    snapshot: dict[str, str]
    operator_note: str


def reports_of(*, member_id: UUID) -> OwnedQuerySet:
    """Return the reports that a member made."""
    found: OwnedQuerySet = Report.objects.owned_by(member_id)
    return found


def text_of(*, report: Report, sealer: Sealer) -> str:
    """Return what the reporter wrote, empty for nothing; ``sealer`` is the reporter's."""
    return sealer.open(report.text, label=TEXT_LABEL, row_id=report.id)


def queue() -> QuerySet[Report]:
    """Return everybody's reports, for operators; nothing in a row is readable by itself."""
    found: QuerySet[Report] = Report.objects.order_by("created_at", "id")
    return found


def looks() -> QuerySet[ReportLook]:
    """Return every look at a report, the latest first, for operators."""
    return ReportLook.objects.order_by("-at", "-id")


def opened(*, report: Report) -> Opened:
    """Return a report with its texts, for ``services.look``, which records it first."""
    sealer = sealing.for_member(member_id=report.member_id)
    return Opened(
        report=report,
        text=text_of(report=report, sealer=sealer),
        snapshot=_snapshot(report),
        operator_note=sealer.open(report.operator_note, label=NOTE_LABEL, row_id=report.id),
    )


def _snapshot(report: Report) -> dict[str, str]:
    holder = report.member_id
    if report.is_about_somebody:
        about = subjects.about(report=report)
        if about is None:
            return {}
        holder = about
    try:
        sealer = sealing.for_member(member_id=holder)
    except CannotOpen:
        return {}
    found: dict[str, str] = json.loads(
        sealer.open(report.snapshot, label=SNAPSHOT_LABEL, row_id=report.id)
    )
    return found
