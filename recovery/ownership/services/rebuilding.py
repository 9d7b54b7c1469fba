"""Every projection of a member made anew, after rows were brought in from elsewhere."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from uuid import UUID

from django.db.models import Sum

from recovery.checkins import streaks
from recovery.goals.models import Goal, GoalProgress
from recovery.kernel.changes import ChangeLog
from recovery.members.models import Member
from recovery.sobriety.services import bringing_in
from recovery.sobriety.services.projections import Saying


def rebuild(
    *,
    member: Member,
    said: Mapping[tuple[UUID, date], Saying],
    log: ChangeLog,
    now: datetime,
) -> None:
    """Make clocks, days, streaks, totals and tallies anew, under the member's lock.

    ``said``: what check-ins say of trackers that their days do not hold yet.
    """
    bringing_in.rebuild(member=member, said=said, log=log, now=now)
    streaks.rebuild(member=member)
    _sum_goals(member)


def _sum_goals(member: Member) -> None:
    progress = GoalProgress.objects.owned_by(member.id).filter(voided_at__isnull=True)
    sums = dict(progress.values_list("goal_id").annotate(Sum("amount")))
    goals = list(Goal.objects.owned_by(member.id))
    for goal in goals:
        goal.total = sums.get(goal.id) or 0
    Goal.objects.bulk_update(goals, ["total"], batch_size=500)
