"""Writes whose answer spans several areas: a check-in or a use, with what helps now."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from recovery.calendar import queries as calendar
from recovery.checkins import services as checkins
from recovery.checkins.services import Answered, Answers, When
from recovery.members.models import Member
from recovery.overview.after_use import AfterUse, after_use
from recovery.ownership.services import imports
from recovery.sobriety import queries as sobriety
from recovery.sobriety.models import SaidState, Tracker, TrackerFact, TrackerMode, Trigger
from recovery.sobriety.services import trackers, uses
from recovery.support import queries as support
from recovery.support import rules as support_rules
from recovery.support.queries import Help, HelpReason
from recovery.support.texts import Moment


@dataclass(frozen=True, slots=True)
class CheckInAnswer:
    """A stored check-in, and what helps if the day is hard."""

    answered: Answered
    after_use: Sequence[AfterUse]
    help: Help


@dataclass(frozen=True, slots=True)
class UseAnswer:
    """A recorded use: what stays, what helps, and then the tracker with its fresh clock."""

    tracker: Tracker
    event: TrackerFact
    created: bool
    after_use: AfterUse
    help: Help


@dataclass(frozen=True, slots=True)
class TrackerAnswer:
    """A tracker that began, and what to know when stopping suddenly can be dangerous."""

    tracker: Tracker
    created: bool
    safety: Sequence[support.SafetyText]


@dataclass(frozen=True, slots=True)
class StartDatesAnswer:
    """Trackers that began elsewhere, how many are new, and what to know of their categories."""

    trackers: Sequence[Tracker]
    added: int
    safety: Sequence[support.SafetyText]


def put_check_in(
    *, member: Member, local_date: date, answers: Answers, when: When, now: datetime
) -> CheckInAnswer:
    """Answer a date; see ``checkins.services.put``."""
    answered = checkins.put(
        member=member, local_date=local_date, answers=answers, when=when, now=now
    )
    return _with_help(member, answered, now=now)


def patch_check_in(
    *, member: Member, local_date: date, changed: Mapping[str, Any], when: When, now: datetime
) -> CheckInAnswer:
    """Change some answers of a date; see ``checkins.services.patch``."""
    answered = checkins.patch(
        member=member, local_date=local_date, changed=changed, when=when, now=now
    )
    return _with_help(member, answered, now=now)


def report_use(
    *,
    member: Member,
    tracker_id: UUID,
    event_id: UUID | None,
    used_at: datetime,
    resumed_at: datetime | None,
    amount: Decimal | None,
    trigger: Trigger,
    note: str,
    now: datetime,
) -> UseAnswer:
    """Record a use and say what stays; see ``sobriety.services.uses.report``."""
    tracker, event, created = uses.report(
        member=member,
        tracker_id=tracker_id,
        event_id=event_id,
        used_at=used_at,
        resumed_at=resumed_at,
        amount=amount,
        trigger=trigger,
        note=note,
        now=now,
    )
    helping = support.help_for(
        member=member, reason=HelpReason.AFTER_USE, categories=[tracker.category]
    )
    today = calendar.today_of(member=member, now=now)
    (leading,) = after_use(
        member=member, trackers=[tracker], plan=helping.plan, now=now, today=today
    )
    return UseAnswer(tracker=tracker, event=event, created=created, after_use=leading, help=helping)


def start_tracker(
    *, member: Member, tracker_id: UUID | None, new: trackers.NewTracker, now: datetime
) -> TrackerAnswer:
    """Begin a tracker, with the safety text of its category; see ``trackers.create``."""
    tracker, created = trackers.create(member=member, tracker_id=tracker_id, new=new, now=now)
    return TrackerAnswer(
        tracker=tracker,
        created=created,
        safety=support.safety_of(
            member=member, categories=[tracker.category], moment=Moment.STARTING
        ),
    )


def bring_start_dates(
    *, member: Member, dates: Sequence[imports.StartDate], now: datetime
) -> StartDatesAnswer:
    """Begin trackers that count since a date, with the safety texts of their categories.

    Each text once, as for a tracker begun here: whoever comes from another app may stop suddenly
    too. See ``ownership.services.imports.bring_start_dates``.
    """
    found, added = imports.bring_start_dates(member=member, dates=dates, now=now)
    return StartDatesAnswer(
        trackers=found,
        added=added,
        safety=support.safety_of(
            member=member,
            categories=[tracker.category for tracker in found],
            moment=Moment.STARTING,
        ),
    )


def _with_help(member: Member, answered: Answered, *, now: datetime) -> CheckInAnswer:
    row = answered.check_in
    used = _said_used(member, answered)
    reason = HelpReason.NONE
    if used:
        reason = HelpReason.AFTER_USE
    elif support_rules.help_is_due(craving=row.craving, confidence=row.confidence):
        reason = HelpReason.HARD_DAY
    helping = support.help_for(
        member=member,
        reason=reason,
        categories=[tracker.category for tracker in used],
        sealer=answered.sealer,
    )
    today = calendar.today_of(member=member, now=now)
    leading = after_use(member=member, trackers=used, plan=helping.plan, now=now, today=today)
    return CheckInAnswer(answered=answered, after_use=leading, help=helping)


def _said_used(member: Member, answered: Answered) -> list[Tracker]:
    """Return the abstinence trackers of which the check-in says used: a retry is helped too."""
    said = {
        UUID(entry["tracker"])
        for entry in answered.check_in.trackers
        if entry["state"] == SaidState.USED
    }
    known = list(answered.used)
    if missing := said - {tracker.id for tracker in known}:
        known += sobriety.trackers_of(member_id=member.id).filter(
            id__in=missing, mode=TrackerMode.ABSTINENCE
        )
    return known
