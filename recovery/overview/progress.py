"""What one partner sees of the other: what was granted and is in force, and nothing else."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from recovery.calendar import queries as calendar
from recovery.checkins import queries as checkins
from recovery.kernel import sealing
from recovery.members.models import Member
from recovery.partners import queries as partners
from recovery.sharing import queries as sharing
from recovery.sharing import services as access_log
from recovery.sharing.models import Grant, Scope
from recovery.sobriety import queries as sobriety
from recovery.sobriety.models import TrackerMode
from recovery.sobriety.rules import Reading


@dataclass(frozen=True, slots=True)
class SharedClock:
    """The clock of one tracker, under the name that its owner gave it."""

    tracker_id: UUID
    name: str
    reading: Reading


@dataclass(frozen=True, slots=True)
class SharedStatus:
    """Whether the check-in of the owner's present date is answered."""

    local_date: date
    answered_today: bool


@dataclass(frozen=True, slots=True)
class Progress:
    """What a partner shows. Empty lists say nothing about why they are empty."""

    partnership_id: UUID
    handle: str | None
    as_of: datetime
    statuses: list[SharedStatus]
    clocks: list[SharedClock]


def progress(*, viewer_id: UUID, partnership_id: UUID, now: datetime) -> Progress:
    """Return what the other side of a partnership lets the viewer see at ``now``.

    Never granted, taken back, narrowed and expired all look the same. That the viewer looked is on
    record, per scope and date of the owner, before this returns. Six queries whatever the history.
    Raises Missing without an active partnership, Unavailable when the look cannot be recorded.
    """
    partnership = partners.partnership(member_id=viewer_id, partnership_id=partnership_id)
    owner = partnership.other(viewer_id)
    today = calendar.today_of(member=owner, now=now)
    grants = sharing.visible(viewer_id=viewer_id, partnership_id=partnership_id, now=now)
    clocks = _clocks(owner=owner, grants=grants, now=now, today=today)
    statuses = _statuses(owner=owner, grants=grants, today=today)
    shown = [Scope.SOBER_CLOCK] * bool(clocks) + [Scope.CHECK_IN_STATUS] * bool(statuses)
    access_log.note_view(viewer_id=viewer_id, owner_id=owner.id, scopes=shown, seen_on=today)
    return Progress(
        partnership_id=partnership.id,
        handle=owner.handle,
        as_of=now,
        statuses=statuses,
        clocks=clocks,
    )


def _clocks(*, owner: Member, grants: list[Grant], now: datetime, today: date) -> list[SharedClock]:
    granted = [grant.item_id for grant in grants if grant.scope == Scope.SOBER_CLOCK]
    if not granted:
        return []
    # In the order of the trackers: that of the consents would tell which one was taken back
    # for a while.
    trackers = list(
        sobriety.trackers_of(member_id=owner.id)
        .filter(id__in=granted, mode=TrackerMode.ABSTINENCE)
        .order_by("created_at", "id")
    )
    if not trackers:
        return []
    sealer = sealing.for_member(member_id=owner.id)
    readings = sobriety.readings(trackers=trackers, now=now, today=today)
    return [
        SharedClock(
            tracker_id=tracker.id,
            name=sobriety.name_of(tracker=tracker, sealer=sealer),
            reading=readings[tracker.id],
        )
        for tracker in trackers
    ]


def _statuses(*, owner: Member, grants: list[Grant], today: date) -> list[SharedStatus]:
    if all(grant.scope != Scope.CHECK_IN_STATUS for grant in grants):
        return []
    key = (owner.id, today)
    return [SharedStatus(local_date=today, answered_today=key in checkins.answered(pairs=[key]))]
