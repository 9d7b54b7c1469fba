"""Many partners at a glance: who answered today, what is open, what was reached, what is new.

For somebody with many partners, a sponsor with 25. The number of queries is the same for one and
for a hundred.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID

from recovery.calendar import queries as calendar
from recovery.checkins import queries as checkins
from recovery.commitments import queries as commitments
from recovery.commitments.models import Commitment
from recovery.kernel import sealing
from recovery.members.models import Member
from recovery.overview.items import named_by
from recovery.overview.shown import SharedMilestone, SharedStatus, milestones_of
from recovery.partners.models import Name, Partnership
from recovery.sharing import queries as sharing
from recovery.sharing import services as access_log
from recovery.sharing.models import Grant, Scope
from recovery.sharing.services import Look
from recovery.sobriety import queries as sobriety
from recovery.sobriety import shown as sobriety_shown
from recovery.sobriety.models import Tracker, TrackerMode

# A milestone or a share of this age is no longer new.
NEW_FOR = timedelta(days=7)
# Of one partner: who shares everything at once shows the newest.
MOST_SHARES = 5


@dataclass(frozen=True, slots=True)
class OpenCommitment:
    """A commitment that waits for an answer today."""

    commitment_id: UUID
    title: str


@dataclass(frozen=True, slots=True)
class NewMilestone:
    """A milestone of the last seven of the owner's dates."""

    tracker_id: UUID
    name: str
    code: str
    earned_on: date


@dataclass(frozen=True, slots=True)
class NewShare:
    """A scope that the owner began to share in the last seven days."""

    scope: Scope
    granted_at: datetime


@dataclass(frozen=True, slots=True)
class PartnerNow:
    """One partner at a glance. Empty lists say nothing about why they are empty."""

    partnership_id: UUID
    name: Name
    check_in_status: Sequence[SharedStatus]
    open_commitments: Sequence[OpenCommitment]
    new_milestones: Sequence[NewMilestone]
    newest_shares: Sequence[NewShare]


@dataclass(frozen=True, slots=True)
class _One:
    """One partner and the consents that hold."""

    partnership: Partnership
    owner: Member
    today: date
    grants: Sequence[Grant]

    def gives(self, scope: Scope) -> bool:
        return any(grant.scope == scope for grant in self.grants)


def overview(
    *, viewer_id: UUID, partnerships: Sequence[Partnership], now: datetime
) -> list[PartnerNow]:
    """Return each of these partnerships of the viewer's at a glance, in the same order.

    Only what was granted and is in force. That the viewer looked is on record, per owner, scope and
    date of the owner, before this returns. Nine queries at most. Raises Unavailable when the look
    cannot be recorded.
    """
    grants = sharing.shown_to(
        viewer_id=viewer_id, partnership_ids=[found.id for found in partnerships], now=now
    )
    ones = [
        _One(
            partnership=found,
            owner=found.other(viewer_id),
            today=calendar.today_of(member=found.other(viewer_id), now=now),
            grants=grants.get(found.id, ()),
        )
        for found in partnerships
    ]
    statuses = _statuses(ones)
    promised = _promised(ones)
    waiting = _waiting(ones, promised, now=now)
    marked = _marked(ones)
    reached = _reached(ones, marked, now=now)
    _note(ones, viewer_id=viewer_id, statuses=statuses, promised=promised, marked=marked)
    # The keys of those of whom something has a name to open.
    named = {row.member_id for row in waiting} | {tracker.member_id for tracker, _ in reached}
    sealers = sealing.for_members(member_ids=list(named)) if named else {}
    return [
        PartnerNow(
            partnership_id=one.partnership.id,
            name=one.partnership.name_of_other(viewer_id),
            check_in_status=statuses.get(one.owner.id, []),
            open_commitments=[
                OpenCommitment(
                    row.id, commitments.title_of(commitment=row, sealer=sealers[row.member_id])
                )
                for row in waiting
                if row.member_id == one.owner.id
            ],
            new_milestones=[
                NewMilestone(
                    tracker.id,
                    sobriety.name_of(tracker=tracker, sealer=sealers[tracker.member_id]),
                    reach.code,
                    reach.earned_on,
                )
                for tracker, reach in reached
                if tracker.member_id == one.owner.id
            ],
            newest_shares=_newest(one.grants, now=now),
        )
        for one in ones
    ]


def _statuses(ones: Sequence[_One]) -> dict[UUID, list[SharedStatus]]:
    """Return by owner whether their present date is answered; one query."""
    pairs = [(one.owner.id, one.today) for one in ones if one.gives(Scope.CHECK_IN_STATUS)]
    answered = checkins.answered(pairs=pairs)
    return {pair[0]: [SharedStatus(pair[1], pair in answered)] for pair in pairs}


def _promised(ones: Sequence[_One]) -> list[Commitment]:
    """Return the commitments that are shared and there, oldest first; one query."""
    wanted = _items(ones, Scope.COMMITMENTS)
    if not wanted:
        return []
    rows = Commitment.objects.filter(id__in=wanted, deleted_at__isnull=True)
    found = rows.order_by("created_at", "id")
    return [row for row in found if wanted[row.id] == row.member_id]


def _waiting(
    ones: Sequence[_One], promised: Sequence[Commitment], *, now: datetime
) -> list[Commitment]:
    """Return those that wait for an answer today; two queries."""
    if not promised:
        return []
    waiting = commitments.open_today(
        owners={one.owner.id: (one.owner, one.today) for one in ones},
        commitment_ids=[row.id for row in promised],
        now=now,
    )
    return [row for row in promised if row.id in waiting]


def _marked(ones: Sequence[_One]) -> list[Tracker]:
    """Return the trackers whose milestones are shared, oldest first; one query."""
    wanted = _items(ones, Scope.MILESTONES)
    if not wanted:
        return []
    rows = Tracker.objects.filter(
        id__in=wanted, mode=TrackerMode.ABSTINENCE, deleted_at__isnull=True
    )
    found = rows.select_related("clock").order_by("created_at", "id")
    return [row for row in found if wanted[row.id] == row.member_id]


def _reached(
    ones: Sequence[_One], marked: Sequence[Tracker], *, now: datetime
) -> list[tuple[Tracker, SharedMilestone]]:
    """Return the milestones of the last days, newest first within a tracker; one query."""
    since = {one.owner.id: one.today - NEW_FOR for one in ones}
    # On most days most have reached nothing, and their facts need not be read.
    likely = [
        tracker
        for tracker in marked
        if sobriety_shown.may_be_reached(
            sobriety.clock_of(tracker), since=since[tracker.member_id], now=now
        )
    ]
    if not likely:
        return []
    earned = sobriety_shown.earned(tracker_ids=[tracker.id for tracker in likely], now=now)
    with_uses = _items(ones, Scope.USE_EVENTS)
    return [
        (tracker, reach)
        for tracker in likely
        for reach in milestones_of(earned[tracker.id], with_uses=tracker.id in with_uses)
        if reach.earned_on > since[tracker.member_id]
    ]


def _note(
    ones: Sequence[_One],
    *,
    viewer_id: UUID,
    statuses: Collection[UUID],
    promised: Sequence[Commitment],
    marked: Sequence[Tracker],
) -> None:
    """Record what is shown. That nothing is open or new says something too, so it counts."""
    promising, reaching = ({row.member_id for row in rows} for rows in (promised, marked))
    access_log.note_looks(
        viewer_id=viewer_id,
        looks=[
            Look(
                partnership_id=one.partnership.id,
                owner_id=one.owner.id,
                scopes=[
                    scope
                    for scope, owners in (
                        (Scope.CHECK_IN_STATUS, statuses),
                        (Scope.COMMITMENTS, promising),
                        (Scope.MILESTONES, reaching),
                    )
                    if one.owner.id in owners
                ],
                seen_on=one.today,
            )
            for one in ones
        ],
    )


def _newest(grants: Sequence[Grant], *, now: datetime) -> list[NewShare]:
    """Return the scopes that began to be shared lately; what is renewed merely goes on."""
    since = now - NEW_FOR
    new = [grant for grant in grants if grant.granted_at >= since and grant.renews_id is None]
    latest = {Scope(grant.scope): grant.granted_at for grant in new}  # they come oldest first
    shares = [NewShare(scope, granted_at) for scope, granted_at in latest.items()]
    return sorted(shares, key=lambda share: share.granted_at, reverse=True)[:MOST_SHARES]


def _items(ones: Sequence[_One], scope: Scope) -> dict[UUID, UUID]:
    """Return the items that consents to a scope name, each with whose it must be."""
    return {item_id: one.owner.id for one in ones for item_id in named_by(one.grants, scope=scope)}
