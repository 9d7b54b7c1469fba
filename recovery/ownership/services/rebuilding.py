"""Every projection of a member made anew, after rows were brought in from elsewhere."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime
from typing import cast
from uuid import UUID

from django.db.models import Sum

from recovery.calendar.events import BridgesMoved
from recovery.checkins.models import CheckIn
from recovery.checkins.saying import said_of
from recovery.commitments.models import Commitment, CommitmentTerms
from recovery.commitments.services import tallies
from recovery.commitments.terms import Cadence, Terms
from recovery.goals.models import Goal, GoalProgress
from recovery.kernel import events
from recovery.kernel.changes import ChangeLog
from recovery.members.models import Member
from recovery.sobriety import queries as sobriety
from recovery.sobriety.services import bringing_in


def rebuild(
    *,
    member: Member,
    check_ins: Iterable[CheckIn],
    log: ChangeLog,
    now: datetime,
) -> None:
    """Make clocks, days, streaks, totals and tallies anew, under the member's lock.

    ``check_ins``: those that are new, and of which the trackers' days know nothing yet.
    """
    trackers = {tracker.id: tracker for tracker in sobriety.ever_of(member_id=member.id)}
    said = said_of(check_ins=check_ins, trackers=trackers)
    bringing_in.rebuild(member=member, said=said, log=log, now=now)
    _sum_goals(member)
    _fold_commitments(member, now=now)
    # Streaks, and the deadlines of commitments: whoever follows the dates that bridge.
    events.publish(fact=BridgesMoved(member_id=member.id, at=now))


def _fold_commitments(member: Member, *, now: datetime) -> None:
    standing: dict[UUID, list[Terms]] = defaultdict(list)
    rows = CommitmentTerms.objects.owned_by(member.id).filter(superseded_at__isnull=True)
    for row in rows.order_by("from_date"):
        standing[row.commitment_id].append(terms_of(row))
    tallies.refold(
        member=member,
        standing=[
            (one, standing[one.id])
            for one in Commitment.objects.owned_by(member.id)
            if standing[one.id]
        ],
        now=now,
    )


def terms_of(row: CommitmentTerms) -> Terms:
    """Return what a row promises, as the rules read it."""
    return Terms(
        from_date=row.from_date,
        cadence=cast(Cadence, row.cadence),
        weekdays=frozenset(row.weekdays),
        times_per_week=row.times_per_week,
        ends_on=row.ends_on,
    )


def _sum_goals(member: Member) -> None:
    progress = GoalProgress.objects.owned_by(member.id).filter(voided_at__isnull=True)
    sums = dict(progress.values_list("goal_id").annotate(Sum("amount")))
    goals = list(Goal.objects.owned_by(member.id))
    for goal in goals:
        goal.total = sums.get(goal.id) or 0
    Goal.objects.bulk_update(goals, ["total"], batch_size=500)
