"""Keeping the runs of check-in dates equal to their fold."""

from __future__ import annotations

from datetime import date

from django.db.models import Q, Subquery

from recovery.calendar import queries as calendar
from recovery.calendar.events import BridgesMoved
from recovery.calendar.rules import PauseRange
from recovery.checkins import queries, rules
from recovery.checkins.models import StreakRun
from recovery.members.models import Member


def add_date(*, member: Member, day: date) -> None:
    """Let a date count that had no counting check-in so far.

    One query finds the runs around it, one more (only across a gap) what bridges, and one or two
    write: the same however long the history.
    """
    mine = StreakRun.objects.owned_by(member.id)
    before = mine.filter(first_date__lte=day).order_by("-first_date").values("pk")[:1]
    after = mine.filter(first_date__gt=day).order_by("first_date").values("pk")[:1]
    near = list(mine.filter(Q(pk=Subquery(before)) | Q(pk=Subquery(after))))
    by_run = {rules.Run(row.first_date, row.last_date, row.days): row for row in near}
    earlier = next((run for run in by_run if run.first_date <= day), None)
    later = next((run for run in by_run if run.first_date > day), None)
    contains = earlier is not None and earlier.last_date >= day
    inserted = rules.insert(
        day=day,
        before=None if contains else earlier,
        after=later,
        containing=earlier if contains else None,
        bridged_before=earlier is not None
        and queries.is_bridged(member=member, after=earlier.last_date, before=day),
        bridged_after=later is not None
        and queries.is_bridged(member=member, after=day, before=later.first_date),
    )
    _store(member, inserted, by_run)


def rebuild(*, member: Member) -> None:
    """Fold all runs of a member anew: after a check-in was taken back or the bridges moved."""
    dates = queries.check_ins_of(member_id=member.id).filter(counts=True)
    listed = list(dates.order_by("local_date").values_list("local_date", flat=True))
    mine = StreakRun.objects.owned_by(member.id)
    mine.delete()
    if not listed:
        return
    bridges: list[PauseRange] = calendar.bridges_between(
        member_id=member.id, first=listed[0], last=listed[-1]
    )
    runs = rules.fold_runs(listed, pauses=bridges, facts=calendar.own_zone(member=member))
    StreakRun.objects.bulk_create(
        [
            StreakRun(
                member=member, first_date=run.first_date, last_date=run.last_date, days=run.days
            )
            for run in runs
        ],
        batch_size=500,
    )


def rebuild_after(fact: BridgesMoved) -> None:
    """Fold the runs anew when the dates that bridge them have changed."""
    rebuild(member=Member.objects.get(id=fact.member_id))


def _store(member: Member, inserted: rules.Inserted, by_run: dict[rules.Run, StreakRun]) -> None:
    run = inserted.run
    if not inserted.replaces:
        StreakRun.objects.create(
            member=member, first_date=run.first_date, last_date=run.last_date, days=run.days
        )
        return
    kept, *merged = (by_run[replaced] for replaced in inserted.replaces)
    if merged:
        StreakRun.objects.filter(pk__in=[row.pk for row in merged]).delete()
    kept.first_date, kept.last_date, kept.days = run.first_date, run.last_date, run.days
    kept.save(update_fields=["first_date", "last_date", "days"])
