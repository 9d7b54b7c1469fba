"""What the API says of trackers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from datetime import date, datetime
from typing import Any

from rest_framework import serializers

from api.amounts import exact
from api.parsing import Instant
from api.resources.help import AfterUseOutput, HelpOutput, SafetyTextOutput
from recovery.kernel.sealing import Sealer
from recovery.sobriety import queries
from recovery.sobriety.episodes import Episode
from recovery.sobriety.limits import LimitState
from recovery.sobriety.milestones import Earned
from recovery.sobriety.models import (
    Category,
    DayState,
    FactSource,
    LimitPer,
    LimitUnit,
    Tracker,
    TrackerFact,
    TrackerMode,
    Trigger,
)

LIMIT_STATES = [(state.value, state.value) for state in LimitState]


class MilestoneOutput(serializers.Serializer[Any]):
    """A milestone and when it falls due."""

    code = serializers.CharField(help_text="Such as 7_days, 6_months, 2_years.")
    due_on = serializers.DateField()
    due_at = Instant()


class ClockOutput(serializers.Serializer[Any]):
    """What an abstinence clock shows at `as_of`. The start day is day 0."""

    as_of = Instant()
    current_days = serializers.IntegerField()
    current_seconds = serializers.IntegerField()
    longest_days = serializers.IntegerField()
    sober_days = serializers.IntegerField(help_text="Of `days_elapsed`: 78 of 79.")
    days_elapsed = serializers.IntegerField()
    episode_count = serializers.IntegerField()
    episode_started_at = Instant()
    money_saved = serializers.DecimalField(max_digits=18, decimal_places=2, allow_null=True)
    minutes_saved = serializers.IntegerField(allow_null=True)
    next_milestone = MilestoneOutput()


class LimitOutput(serializers.Serializer[Any]):
    """A limit and the date from which it holds."""

    from_date = serializers.DateField()
    per = serializers.ChoiceField(choices=LimitPer.choices)
    amount = serializers.DecimalField(max_digits=12, decimal_places=3)
    unit = serializers.ChoiceField(choices=LimitUnit.choices)


class ThisWeekOutput(serializers.Serializer[Any]):
    """The running week, from Monday."""

    from_date = serializers.DateField()
    state = serializers.ChoiceField(choices=LIMIT_STATES)
    total = serializers.DecimalField(max_digits=14, decimal_places=3)
    remaining = serializers.DecimalField(
        max_digits=14,
        decimal_places=3,
        allow_null=True,
        help_text="Of today for a daily limit, of the week for a weekly one; null without one.",
    )


class LimitSummaryOutput(serializers.Serializer[Any]):
    """What a reduction tracker shows at `as_of`. Going over ends and resets nothing."""

    as_of = Instant()
    limit = LimitOutput(required=False, help_text="Left out before the first limit holds.")
    logged_days = serializers.IntegerField()
    days_within_limit = serializers.IntegerField()
    this_week = ThisWeekOutput()
    limits = LimitOutput(many=True, help_text="The history of limits, oldest first.")


class TrackerOutput(serializers.Serializer[Any]):
    """A tracker. `clock` is there for abstinence, `limit_summary` for reduction."""

    id = serializers.UUIDField()
    name = serializers.CharField()
    mode = serializers.ChoiceField(choices=TrackerMode.choices)
    category = serializers.ChoiceField(choices=Category.choices)
    started_at = Instant()
    cost_per_day = serializers.DecimalField(max_digits=12, decimal_places=2, allow_null=True)
    currency = serializers.CharField()
    minutes_per_day = serializers.IntegerField(allow_null=True)
    clock = ClockOutput(required=False)
    limit_summary = LimitSummaryOutput(required=False)
    version = serializers.IntegerField()
    created_at = Instant()


class StartedTrackerOutput(TrackerOutput):
    """A tracker that began, and what to know when stopping suddenly can be dangerous."""

    safety = SafetyTextOutput(many=True)


class TrackerListOutput(serializers.Serializer[Any]):
    """All trackers, oldest first."""

    items = TrackerOutput(many=True)


class UseEventOutput(serializers.Serializer[Any]):
    """A use that was said. A voided one counts for nothing and can be restored."""

    id = serializers.UUIDField()
    tracker = serializers.UUIDField()
    used_at = Instant()
    resumed_at = Instant()
    used_on = serializers.DateField(help_text="The local date, frozen when it was recorded.")
    amount = serializers.DecimalField(max_digits=12, decimal_places=3, allow_null=True)
    trigger = serializers.ChoiceField(choices=Trigger.choices)
    note = serializers.CharField()
    source = serializers.ChoiceField(choices=FactSource.choices)  # type: ignore[assignment]
    voided = serializers.BooleanField()
    recorded_at = Instant()


class UseReportOutput(serializers.Serializer[Any]):
    """What stays comes first, then what helps; the fresh clock comes behind."""

    after_use = AfterUseOutput()
    help = HelpOutput()
    use_event = UseEventOutput()
    clock = ClockOutput()


class UseRestoredOutput(serializers.Serializer[Any]):
    """A use event that holds again, and the clock."""

    use_event = UseEventOutput()
    clock = ClockOutput()


class UseEventPageOutput(serializers.Serializer[Any]):
    """A page of use events, newest first."""

    items = UseEventOutput(many=True)
    next_cursor = serializers.CharField(allow_null=True)


class AmountOutput(serializers.Serializer[Any]):
    """An amount that was logged."""

    id = serializers.UUIDField()
    tracker = serializers.UUIDField()
    local_date = serializers.DateField()
    amount = serializers.DecimalField(max_digits=12, decimal_places=3)
    voided = serializers.BooleanField()
    recorded_at = Instant()


class AmountLoggedOutput(serializers.Serializer[Any]):
    """An amount and what it leaves of the limit."""

    amount = AmountOutput()
    limit_summary = LimitSummaryOutput()


class AmountPageOutput(serializers.Serializer[Any]):
    """A page of amounts, newest first."""

    items = AmountOutput(many=True)
    next_cursor = serializers.CharField(allow_null=True)


class EpisodeOutput(serializers.Serializer[Any]):
    """An unbroken stretch; the open one has no end."""

    id = serializers.UUIDField(help_text="The fact that opened it.")
    started_at = Instant()
    started_on = serializers.DateField()
    ended_at = Instant(allow_null=True)
    ended_on = serializers.DateField(allow_null=True)
    days = serializers.IntegerField()


class EpisodeListOutput(serializers.Serializer[Any]):
    """Every episode, newest first."""

    as_of = Instant()
    items = EpisodeOutput(many=True)


class EarnedMilestoneOutput(MilestoneOutput):
    """A milestone that was earned; nothing recorded later takes it away."""

    episode = serializers.UUIDField()
    superseded = serializers.BooleanField(
        help_text="Dated after a use recorded later: yours to see, shown to nobody else."
    )


class MilestoneListOutput(serializers.Serializer[Any]):
    """What was earned, newest first, and what comes next."""

    as_of = Instant()
    items = EarnedMilestoneOutput(many=True)
    next_milestone = MilestoneOutput()


class CalendarDayOutput(serializers.Serializer[Any]):
    """One date. Silence is `unknown`, never a use."""

    local_date = serializers.DateField()
    state = serializers.ChoiceField(choices=DayState.choices)
    amount = serializers.DecimalField(max_digits=14, decimal_places=3, allow_null=True)


class CalendarOutput(serializers.Serializer[Any]):
    """The dates asked for, oldest first."""

    items = CalendarDayOutput(many=True)


def tracker_body(*, tracker: Tracker, sealer: Sealer, now: datetime, today: date) -> dict[str, Any]:
    """Return a TrackerOutput."""
    body: dict[str, Any] = {
        "id": tracker.id,
        "name": queries.name_of(tracker=tracker, sealer=sealer),
        "mode": tracker.mode,
        "category": tracker.category,
        "started_at": tracker.started_at,
        "cost_per_day": exact(tracker.cost_per_day, places=2),
        "currency": tracker.currency,
        "minutes_per_day": tracker.minutes_per_day,
        "version": tracker.version,
        "created_at": tracker.created_at,
    }
    if tracker.mode == TrackerMode.ABSTINENCE:
        body["clock"] = clock_body(tracker=tracker, now=now, today=today)
    else:
        body["limit_summary"] = limit_summary_body(tracker=tracker, now=now, today=today)
    return body


def clock_body(*, tracker: Tracker, now: datetime, today: date) -> dict[str, Any]:
    """Return a ClockOutput."""
    reading = queries.reading(tracker=tracker, now=now, today=today)
    return {
        "as_of": now,
        **asdict(reading),
        "money_saved": exact(reading.money_saved, places=2),
    }


def limit_summary_body(*, tracker: Tracker, now: datetime, today: date) -> dict[str, Any]:
    """Return a LimitSummaryOutput."""
    summary = queries.limit_summary(tracker=tracker, today=today)
    body: dict[str, Any] = {
        "as_of": now,
        "logged_days": summary.logged_days,
        "days_within_limit": summary.days_within_limit,
        "this_week": {
            "from_date": summary.this_week.from_date,
            "state": summary.this_week.state.value,
            "total": exact(summary.this_week.total, places=3),
            "remaining": exact(summary.this_week.remaining, places=3),
        },
        "limits": [_limit_body(limit) for limit in queries.limits_of(tracker.limit_totals)],
    }
    if summary.limit is not None:
        body["limit"] = _limit_body(summary.limit)
    return body


def use_event_body(*, fact: TrackerFact, sealer: Sealer, voided: bool) -> dict[str, Any]:
    """Return a UseEventOutput."""
    return {
        "id": fact.id,
        "tracker": fact.tracker_id,
        "used_at": fact.at,
        "resumed_at": fact.until,
        "used_on": fact.on_date,
        "amount": exact(fact.amount, places=3),
        "trigger": fact.trigger,
        "note": queries.note_of(fact=fact, sealer=sealer),
        "source": fact.source,
        "voided": voided,
        "recorded_at": fact.recorded_at,
    }


def amount_body(*, fact: TrackerFact, voided: bool) -> dict[str, Any]:
    """Return an AmountOutput."""
    return {
        "id": fact.id,
        "tracker": fact.tracker_id,
        "local_date": fact.on_date,
        "amount": exact(fact.amount, places=3),
        "voided": voided,
        "recorded_at": fact.recorded_at,
    }


def episode_body(*, episode: Episode, today: date) -> dict[str, Any]:
    """Return an EpisodeOutput."""
    days = episode.days
    return {
        "id": episode.opened_by,
        "started_at": episode.started_at,
        "started_on": episode.started_on,
        "ended_at": episode.ended_at,
        "ended_on": episode.ended_on,
        "days": max((today - episode.started_on).days, 0) if days is None else days,
    }


def earned_bodies(earned: Sequence[Earned]) -> list[dict[str, Any]]:
    """Return EarnedMilestoneOutputs."""
    return [
        {
            "code": one.code,
            "due_on": one.due_on,
            "due_at": one.due_at,
            "episode": one.opened_by,
            "superseded": one.superseded,
        }
        for one in earned
    ]


def _limit_body(limit: Any) -> dict[str, Any]:
    return {
        "from_date": limit.from_date,
        "per": limit.per,
        "amount": exact(limit.amount, places=3),
        "unit": limit.unit,
    }
