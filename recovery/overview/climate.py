"""A group's climate: how many dates of a week were answered, of those who take part, and no more.

Each week of a group is computed once, two days after its end, from the members who chose to take
part before it began and still do; then the figure stands, whoever joins, leaves or answers later.
Why it says so little: docs/decisions/0011-group-climate.md.
"""

from __future__ import annotations

import logging
from collections import defaultdict
from collections.abc import Sequence
from datetime import date, datetime, timedelta
from uuid import UUID

from django.db import InterfaceError, OperationalError, transaction
from django.db.models import Q, QuerySet

from recovery.calendar import queries as calendar
from recovery.checkins import queries as checkins
from recovery.groups import queries as groups
from recovery.groups import rules
from recovery.groups.models import Group, GroupClimate, GroupMembership

log = logging.getLogger("recovery.climate")

# Twenty groups of 200 members are 4,000 accounts in one query, well below what SQLite takes.
BATCH = 20
A_WHILE = timedelta(days=1)  # how far a group that cannot be computed moves on


def compute_due(*, now: datetime, limit: int = BATCH) -> int:
    """Compute one due week of some groups, and return of how many, so that a caller comes again.

    Two workers at once share the work; doing it again changes nothing. Costs one query when
    nothing is due. Raises OperationalError when the database is out of reach.
    """
    due = Group.objects.filter(climate_due_at__lte=now, closed_at__isnull=True)
    group_ids = list(due.order_by("climate_due_at").values_list("id", flat=True)[:limit])
    if not group_ids:
        return 0
    try:
        return _compute(due.filter(id__in=group_ids), now=now)
    except (OperationalError, InterfaceError):
        raise
    except Exception:
        log.exception("a batch of %d groups cannot be computed whole", len(group_ids))
        for group_id in group_ids:
            _compute_alone(due.filter(id=group_id), now=now)
    return len(group_ids)


def _compute_alone(due: QuerySet[Group], *, now: datetime) -> None:
    try:
        _compute(due, now=now)
    except (OperationalError, InterfaceError):
        raise
    except Exception as error:
        log.error("the climate of a group moved on a day: %s", type(error).__name__)
        due.update(climate_due_at=now + A_WHILE)


@transaction.atomic
def _compute(due: QuerySet[Group], *, now: datetime) -> int:
    # What another worker holds is being computed there.
    claimed = list(due.select_for_update(skip_locked=True))
    if not claimed:
        return 0
    answered = _answered_by(claimed)
    figures = []
    for group in claimed:
        if group.climate_week is None:  # pragma: no cover  a constraint says that it has one
            continue
        share = rules.climate(answered[group.id], week_from=group.climate_week)
        if share is not None:
            figures.append(
                GroupClimate(
                    group=group, week_from=group.climate_week, answered=share, computed_at=now
                )
            )
    # A figure that stands is never replaced.
    GroupClimate.objects.bulk_create(figures, ignore_conflicts=True)
    _move_on(claimed)
    return len(claimed)


def _answered_by(claimed: Sequence[Group]) -> dict[UUID, dict[UUID, set[date]]]:
    """Return, by group, everybody who counts in its week with the dates that they answered.

    Who paused on any of its dates is left out, so that each counts with seven dates.
    """
    counting = Q(pk__in=[])
    week_of: dict[UUID, list[date]] = {}
    for group in claimed:
        if group.climate_week is not None:
            counting |= Q(group_id=group.id) & groups.takes_part(week_from=group.climate_week)
            week_of[group.id] = [
                group.climate_week + timedelta(days=number) for number in range(rules.DAYS_A_WEEK)
            ]
    taking_part = [
        (one.group_id, one.account_id) for one in GroupMembership.objects.filter(counting)
    ]
    pairs = {(member_id, day) for group_id, member_id in taking_part for day in week_of[group_id]}
    paused = calendar.paused(pairs=pairs)
    answered = checkins.answered(pairs=pairs - paused)
    found: defaultdict[UUID, dict[UUID, set[date]]] = defaultdict(dict)
    for group_id, member_id in taking_part:
        if not any((member_id, day) in paused for day in week_of[group_id]):
            found[group_id][member_id] = {
                day for day in week_of[group_id] if (member_id, day) in answered
            }
    return found


def _move_on(claimed: Sequence[Group]) -> None:
    """Set the next week of each group, or none while nobody takes part."""
    active = GroupMembership.objects.active().filter(climate_since__isnull=False)
    awaited = set(
        active.filter(group_id__in=[group.id for group in claimed]).values_list(
            "group_id", flat=True
        )
    )
    for group in claimed:
        if group.climate_week is None:  # pragma: no cover  see above
            continue
        if group.id in awaited:
            group.climate_week += timedelta(days=rules.DAYS_A_WEEK)
            group.climate_due_at = rules.climate_due_at(
                week_from=group.climate_week, zone=group.time_zone
            )
        else:
            group.climate_week = group.climate_due_at = None
    Group.objects.bulk_update(claimed, ["climate_week", "climate_due_at"])
