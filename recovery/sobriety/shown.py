"""What of trackers' histories may be shown to a partner, for many trackers at once."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable
from datetime import date, datetime, timedelta
from uuid import UUID

from django.db.models import F, Window
from django.db.models.functions import RowNumber

from recovery.kernel import days
from recovery.sobriety import milestones, queries
from recovery.sobriety.milestones import Earned
from recovery.sobriety.models import FactKind, TrackerFact
from recovery.sobriety.rules import Clock

# How far back uses show, and how many of one tracker at most: one a date leaves ten to spare.
USES_WITHIN = timedelta(days=90)
MOST_USES = 100


def uses_lately(*, tracker_ids: Collection[UUID], now: datetime) -> dict[UUID, list[TrackerFact]]:
    """Return the uses that hold and lasted into the last 90 days, newest first; one query.

    Neither notes nor triggers nor amounts are loaded, so that nothing can show them.
    """
    found: defaultdict[UUID, list[TrackerFact]] = defaultdict(list)
    newest_first = Window(
        RowNumber(), partition_by=F("tracker"), order_by=[F("at").desc(), F("id").desc()]
    )
    rows = (
        TrackerFact.objects.active()
        .filter(tracker_id__in=tracker_ids, kind=FactKind.USED, until__gte=now - USES_WITHIN)
        .annotate(place=newest_first)
        .filter(place__lte=MOST_USES)
        .only("tracker", "at", "until", "on_date")
        .order_by("-at", "-id")
    )
    for row in rows:
        found[row.tracker_id].append(row)
    return found


def earned(*, tracker_ids: Collection[UUID], now: datetime) -> dict[UUID, list[Earned]]:
    """Return the milestones that a partner may see, newest first; one query.

    Those that lie after a use which was recorded later are not among them.
    """
    rows = queries.clock_rows(tracker_ids=tracker_ids)
    return {
        tracker_id: [
            one
            for one in milestones.latest_first(queries.clock_facts(facts), now=now)
            if not one.superseded
        ]
        for tracker_id, facts in rows.items()
    }


def may_be_reached(clock: Clock, *, since: date, now: datetime) -> bool:
    """Tell from the fold alone whether a milestone dated after ``since`` may be among ``earned``.

    What an earlier stretch reached lies before the use that ended it; its date may be one ahead of
    that of the present stretch's start, in another zone. So once that start lies two dates before
    ``since``, only the present stretch counts.
    """
    if clock.episode_started_on > since - timedelta(days=2):
        return True
    begins = days.day_starts_at(since, zone=clock.zone, day_start_hour=clock.day_start_hour)
    coming = milestones.next_milestone(
        clock.episode_started_on, zone=clock.zone, day_start_hour=clock.day_start_hour, now=begins
    )
    return coming.due_at <= now


def each_once(earned: Iterable[Earned]) -> list[Earned]:
    """Return the first of each milestone alone, newest first: no repetition tells of a reset.

    ``earned`` comes newest first.
    """
    first = {one.code: one for one in earned}
    return sorted(first.values(), key=lambda one: one.due_at, reverse=True)
