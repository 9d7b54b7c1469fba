"""Everything a home screen needs, in a fixed number of queries."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from recovery.calendar import queries as calendar
from recovery.checkins import queries as checkins
from recovery.checkins.models import CheckIn
from recovery.checkins.queries import StreakReading
from recovery.commitments import queries as commitments
from recovery.commitments.models import Commitment
from recovery.commitments.occurrences import Occurrence
from recovery.kernel import days, sealing
from recovery.members.models import Member
from recovery.overview.after_use import AfterUse, after_use, leads_until, used_lately
from recovery.sharing import queries as sharing
from recovery.sharing.models import Grant
from recovery.sobriety import queries as sobriety
from recovery.sobriety.models import Tracker, TrackerMode
from recovery.support import queries as support
from recovery.support import rules as support_rules
from recovery.support.queries import Help, HelpReason

# What a partner began to share within this time is shown as new.
NEW_FOR = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class Today:
    """The home screen. ``sealer`` opens the texts of the rows."""

    as_of: datetime
    local_date: date
    local_day_ends_at: datetime
    next_change_at: datetime
    zone_differs: bool
    after_use: Sequence[AfterUse]
    trackers: Sequence[Tracker]
    check_in: CheckIn | None
    streak: StreakReading
    commitments: Sequence[tuple[Commitment, Occurrence]]
    newly_shared: Sequence[Grant]
    help: Help
    sealer: sealing.Sealer


def today(*, member: Member, now: datetime, device_zone: str | None = None) -> Today:
    """Return the member's home screen: eight queries, ten at most, whatever the history.

    ``device_zone`` is the zone of the phone that asks, to say whether it is another one than the
    member's. No row of the past is read.
    """
    local_date = calendar.today_of(member=member, now=now)
    sealer = sealing.for_member(member_id=member.id)
    trackers = list(sobriety.trackers_of(member_id=member.id).order_by("created_at", "id"))
    check_in = checkins.check_ins_of(member_id=member.id).find(local_date=local_date)
    streak = checkins.streak_of(
        member=member, today=local_date, answered_today=check_in is not None
    )
    lately = used_lately(trackers=trackers, now=now)
    reason = HelpReason.NONE
    if lately:
        reason = HelpReason.AFTER_USE
    elif check_in is not None and support_rules.help_is_due(
        craving=check_in.craving, confidence=check_in.confidence
    ):
        reason = HelpReason.HARD_DAY
    helping = support.help_for(
        member=member,
        reason=reason,
        categories=[tracker.category for tracker in lately],
        sealer=sealer,
    )
    ends_at = days.day_ends_at(
        local_date, zone=member.time_zone, day_start_hour=member.day_start_hour
    )
    milestones = [
        sobriety.reading(tracker=tracker, now=now, today=local_date).next_milestone.due_at
        for tracker in trackers
        if tracker.mode == TrackerMode.ABSTINENCE
    ]
    return Today(
        as_of=now,
        local_date=local_date,
        local_day_ends_at=ends_at,
        next_change_at=min([ends_at, *milestones, *leads_until(trackers=lately)]),
        zone_differs=_differs(device_zone, member.time_zone),
        after_use=after_use(
            member=member, trackers=lately, plan=helping.plan, now=now, today=local_date
        ),
        trackers=trackers,
        check_in=check_in,
        streak=streak,
        commitments=commitments.open_on(member=member, today=local_date),
        newly_shared=sharing.newly_visible(viewer_id=member.id, since=now - NEW_FOR, now=now),
        help=helping,
        sealer=sealer,
    )


def _differs(device_zone: str | None, own: str) -> bool:
    if device_zone is None:
        return False
    try:
        return days.canonical_zone(device_zone) != own
    except days.UnknownZone:
        return False
