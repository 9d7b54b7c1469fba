"""What an import takes on, table by table: what a member has alone, and nothing of others.

Partnerships, consents, groups, sessions, devices, requests for support and what was told to the
member stay behind: they belong to the server that they were made on.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from django.apps import apps

from recovery.calendar.models import Pause, ZoneChange
from recovery.checkins.models import CheckIn, Feeling
from recovery.commitments.models import (
    Cadence,
    Commitment,
    CommitmentEntry,
    CommitmentTerms,
)
from recovery.commitments.refusals import MOST_COMMITMENTS
from recovery.commitments.services.commitments import LONGEST_ONCE
from recovery.goals.models import Goal, GoalProgress, GoalStep
from recovery.goals.refusals import MOST_GOALS
from recovery.ownership import walk
from recovery.ownership.reading import BadValue, Lists, Reader
from recovery.sobriety.models import FactKind, SaidState, Tracker, TrackerFact, Trigger
from recovery.sobriety.refusals import MOST_TRACKERS
from recovery.support.models import HardMomentPlan
from recovery.support.queries import Plan

_LONGEST_LINE, _MOST_LINES = 500, 20


@dataclass(frozen=True, slots=True)
class Table:
    """How the rows of one model are taken on.

    ``change``: what the change log calls a row, and by what it names it. ``once``: columns by
    which a member has one row only; the one that is there stays. ``most``: how many an account may
    have that were not deleted. ``new_only``: rows of something that was there before are left out,
    because they have an order of their own by now.
    """

    model: walk.Model
    change: Callable[[Any], tuple[str, object]]
    lists: Mapping[str, Lists] = field(default_factory=dict)
    once: tuple[str, ...] = ()
    most: int = 0
    new_only: str = ""
    check: Callable[[Any], None] = lambda row: None

    @property
    def file(self) -> str:
        """Return the name of its file."""
        return walk.file_of(self.model)

    def has_fixed_key(self) -> bool:
        """Tell whether the member is the key: then there is one row at most."""
        return bool(self.model._meta.pk.name == "member")


def _named(table: str, by: str = "pk") -> Callable[[Any], tuple[str, object]]:
    return lambda row: (table, getattr(row, by))


def _fact_change(row: TrackerFact) -> tuple[str, object]:
    tables = {FactKind.LIMIT_SET: "limits", FactKind.AMOUNT_LOGGED: "amounts"}
    return tables.get(FactKind(row.kind), "use_events"), row.pk


def _choices(known: Iterable[str]) -> Lists:
    """Return what reads a list of choices, each once."""
    allowed = frozenset(known)

    def read(value: Any, reader: Reader) -> list[str]:
        if not isinstance(value, list) or len(value) > len(allowed):
            raise BadValue()
        if not all(isinstance(one, str) and one in allowed for one in value):
            raise BadValue()
        return list(dict.fromkeys(value))

    return read


def _weekdays(value: Any, reader: Reader) -> list[int]:
    if not isinstance(value, list) or not all(type(one) is int and 0 <= one <= 6 for one in value):
        raise BadValue()
    return sorted(set(value))


def _said(value: Any, reader: Reader) -> list[dict[str, str | None]]:
    """Read what a check-in says of trackers, as the check-ins area stores it."""
    if not isinstance(value, list) or len(value) > 50:
        raise BadValue()
    found: dict[UUID, dict[str, str | None]] = {}
    for one in value:
        if not isinstance(one, dict) or set(one) != {"tracker", "state", "amount"}:
            raise BadValue()
        tracker_id = reader.id_of(one["tracker"])
        amount = None if one["amount"] is None else reader.amount(one["amount"])
        if one["state"] not in SaidState.values or tracker_id in found:
            raise BadValue()
        if amount is not None and not 0 <= amount < 1_000_000:
            raise BadValue()
        found[tracker_id] = {
            "tracker": str(tracker_id),
            "state": one["state"],
            "amount": None if amount is None else f"{amount:.3f}",
        }
    return [found[one] for one in sorted(found, key=str)]


def _plan(value: Any, reader: Reader) -> str:
    """Read a plan, which is sealed as the JSON of four lists."""
    try:
        lists = json.loads(value)
    except (ValueError, RecursionError):
        raise BadValue() from None
    if not isinstance(lists, dict) or not set(lists) <= set(Plan().as_lists()):
        raise BadValue()
    for lines in lists.values():
        if not isinstance(lines, list) or len(lines) > _MOST_LINES:
            raise BadValue()
        if not all(isinstance(line, str) and len(line) <= _LONGEST_LINE for line in lines):
            raise BadValue()
    return json.dumps(lists, ensure_ascii=False)


# What a fact of each kind says at least; everything that folds facts takes it for granted.
_NEEDED = {
    FactKind.STARTED: ("at", "on_date", "zone"),
    FactKind.USED: ("at", "until", "on_date", "until_date", "zone"),
    FactKind.LIMIT_SET: ("on_date", "amount", "per", "unit"),
    FactKind.AMOUNT_LOGGED: ("on_date", "amount"),
    FactKind.VOIDED: ("target_id",),
}


def _check_fact(row: TrackerFact) -> None:
    if any(getattr(row, name) in (None, "") for name in _NEEDED[FactKind(row.kind)]):
        raise BadValue()
    for instant, day in ((row.at, row.on_date), (row.until, row.until_date)):
        # A local date lies within a day of that of UTC; two leave room for a late day start.
        if instant is not None and day is not None and abs((instant.date() - day).days) > 2:
            raise BadValue()
    if row.until is not None and row.at is not None and row.until < row.at:
        raise BadValue()
    if row.amount is not None and not 0 <= row.amount < 1_000_000:
        raise BadValue()


def _check_tracker(row: Tracker) -> None:
    has_code = len(row.currency) == 3 and row.currency.isascii() and row.currency.isupper()
    if row.currency and not has_code:
        raise BadValue()
    if row.cost_per_day is not None and row.cost_per_day < 0:
        raise BadValue()
    if row.minutes_per_day is not None and not 0 <= row.minutes_per_day <= 1440:
        raise BadValue()
    if not row.name:
        raise BadValue()


def _check_terms(row: CommitmentTerms) -> None:
    if (row.cadence == Cadence.WEEKDAYS) != bool(row.weekdays):
        raise BadValue()
    if row.cadence == Cadence.ONCE and (
        row.ends_on is None or row.ends_on - row.from_date > LONGEST_ONCE
    ):
        raise BadValue()


def every_table() -> tuple[Table, ...]:
    """Return the tables in an order in which what is pointed to comes first."""
    return (
        Table(ZoneChange, _named("zone_changes"), once=("effective_at",)),
        Table(Pause, _named("pauses")),
        Table(Tracker, _named("trackers"), most=MOST_TRACKERS, check=_check_tracker),
        Table(TrackerFact, _fact_change, check=_check_fact),
        Table(
            CheckIn,
            _named("check_ins", "local_date"),
            lists={
                "feelings": _choices(Feeling.values),
                "triggers": _choices(one for one in Trigger.values if one != Trigger.NONE),
                "trackers": _said,
            },
            once=("local_date",),
        ),
        Table(HardMomentPlan, _named("hard_moment_plan"), lists={"plan": _plan}),
        Table(Goal, _named("goals"), most=MOST_GOALS),
        Table(GoalStep, _named("goal_steps"), new_only="goal"),
        Table(GoalProgress, _named("goal_progress")),
        Table(Commitment, _named("commitments"), most=MOST_COMMITMENTS),
        Table(
            CommitmentTerms,
            _named("commitment_terms"),
            lists={"weekdays": _weekdays},
            new_only="commitment",
            check=_check_terms,
        ),
        Table(CommitmentEntry, _named("commitment_entries"), once=("commitment_id", "local_date")),
        # Notifications come above this area, so its model is found by name.
        Table(
            apps.get_model("notifications", "Reminder"),
            _named("reminders"),
            lists={"weekdays": _weekdays},
            most=20,
        ),
    )
