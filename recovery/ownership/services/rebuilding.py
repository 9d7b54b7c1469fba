"""Every projection of a member made anew, after rows were brought in from elsewhere."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from django.db.models import Sum

from recovery.checkins import streaks
from recovery.checkins.models import CheckIn
from recovery.checkins.saying import said_of
from recovery.goals.models import Goal, GoalProgress
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
    streaks.rebuild(member=member)
    _sum_goals(member)


def _sum_goals(member: Member) -> None:
    progress = GoalProgress.objects.owned_by(member.id).filter(voided_at__isnull=True)
    sums = dict(progress.values_list("goal_id").annotate(Sum("amount")))
    goals = list(Goal.objects.owned_by(member.id))
    for goal in goals:
        goal.total = sums.get(goal.id) or 0
    Goal.objects.bulk_update(goals, ["total"], batch_size=500)
