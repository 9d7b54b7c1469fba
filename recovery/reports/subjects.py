"""What can be reported: what the reporter can see, or saw before they ended or blocked it, and
whoever is or was in a group with them.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from recovery.encouragements import queries as encouragements
from recovery.encouragements import services as encouraging
from recovery.encouragements.models import Encouragement
from recovery.groups import queries as groups
from recovery.groups.models import GroupMembership
from recovery.groups.services import moderating
from recovery.kernel import sealing
from recovery.kernel.errors import Missing
from recovery.kernel.sealing import CannotOpen
from recovery.partners import queries as partners
from recovery.partners.models import Partnership
from recovery.reports.models import Report, ReportSubject


@dataclass(frozen=True, slots=True)
class Subject:
    """What is reported: whom it is about, if anybody, and the least that shows it."""

    about_id: UUID | None
    snapshot: Mapping[str, str]


def seen(*, reporter_id: UUID, kind: ReportSubject, subject_id: UUID) -> Subject:
    """Return what a member reports, as it is. Raises Missing for what is not theirs to report."""
    return _SEEN[kind](reporter_id, subject_id)


def about(*, report: Report) -> UUID | None:
    """Return whom a report is about, None for nobody or for one who is erased.

    Found anew each time, so that a report does not tell its owner's export an account.
    """
    if report.subject_kind == ReportSubject.MEMBER:
        link = Partnership.objects.filter(id=report.subject_id).first()
        return link.other_id(report.member_id) if link else None
    if report.subject_kind == ReportSubject.ALIAS:
        found = GroupMembership.objects.filter(id=report.subject_id).first()
        return found.member_id if found else None
    if report.subject_kind == ReportSubject.ENCOURAGEMENT:
        given: Encouragement | None = Encouragement.objects.find(id=report.subject_id)
        return given.member_id if given else None
    return None


def written_by(*, report: Report) -> UUID | None:
    """Return whose data is written when what was reported is hidden; None for nothing to hide."""
    if report.subject_kind == ReportSubject.ENCOURAGEMENT:
        return report.member_id
    if report.subject_kind == ReportSubject.GROUP_TEXT:
        return moderating.owner_of(group_id=report.subject_id)
    return about(report=report)


def hide(*, report: Report, now: datetime) -> None:
    """Hide what was reported, wherever it is still to be seen."""
    if report.subject_kind == ReportSubject.ENCOURAGEMENT:
        encouraging.hide(encouragement_id=report.subject_id, now=now)
    elif report.subject_kind == ReportSubject.GROUP_TEXT:
        moderating.replace_texts(group_id=report.subject_id, now=now)
    elif report.subject_kind == ReportSubject.ALIAS:
        moderating.replace_alias(membership_id=report.subject_id, now=now)


def _member(reporter_id: UUID, subject_id: UUID) -> Subject:
    link = partners.even_if_blocked(member_id=reporter_id, partnership_id=subject_id)
    name = partners.names(member_id=reporter_id, partnership_ids=[link.id])[link.id]
    known_as = name.alias or name.handle or ""
    return Subject(about_id=link.other_id(reporter_id), snapshot={"known_as": known_as})


def _alias(reporter_id: UUID, subject_id: UUID) -> Subject:
    """Return somebody of a group in which the reporter is or was, whether or not they see them.

    Those who left, are not shown or blocked the reporter are whom one may need to report most, and
    a refusal would tell who blocked. Once somebody has left nothing of their alias is kept.
    """
    found = GroupMembership.objects.filter(id=subject_id).select_related("group").first()
    if found is None or found.member_id == reporter_id:
        raise Missing()
    if not GroupMembership.objects.of(reporter_id).filter(group_id=found.group_id).exists():
        raise Missing()
    about_id = found.member_id
    if about_id is not None and not _has_key(about_id):
        about_id = None  # being erased: the key goes first
    return Subject(
        about_id=about_id,
        snapshot={"known_as": found.alias if about_id else "", "group": found.group.name},
    )


def _has_key(member_id: UUID) -> bool:
    try:
        sealing.for_member(member_id=member_id)
    except CannotOpen:
        return False
    return True


def _encouragement(reporter_id: UUID, subject_id: UUID) -> Subject:
    found: Encouragement = Encouragement.objects.received_by(reporter_id).one(id=subject_id)
    if found.member_id is None:
        raise Missing()
    try:
        sealer = sealing.for_member(member_id=found.member_id)
    except CannotOpen:
        raise Missing() from None
    text = encouragements.text_of(encouragement=found, sealer=sealer)
    return Subject(about_id=found.member_id, snapshot={"preset": found.preset, "text": text})


def _group_text(reporter_id: UUID, subject_id: UUID) -> Subject:
    group = groups.card(member_id=reporter_id, group_id=subject_id).group
    return Subject(
        about_id=None,
        snapshot={
            "name": group.name,
            "description": group.description,
            "guidelines": group.guidelines,
        },
    )


_SEEN: Mapping[ReportSubject, Callable[[UUID, UUID], Subject]] = {
    ReportSubject.MEMBER: _member,
    ReportSubject.ALIAS: _alias,
    ReportSubject.ENCOURAGEMENT: _encouragement,
    ReportSubject.GROUP_TEXT: _group_text,
}
