"""What a tracker shows at an instant: a clock with its next milestone, or a limit."""

from __future__ import annotations

from dataclasses import asdict
from datetime import date, datetime
from typing import Any

from rest_framework import serializers

from api.amounts import exact
from api.parsing import Instant
from recovery.sobriety import queries
from recovery.sobriety.limits import Limit, LimitState
from recovery.sobriety.models import LimitPer, LimitUnit, Tracker

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


def _limit_body(limit: Limit) -> dict[str, Any]:
    return {
        "from_date": limit.from_date,
        "per": limit.per,
        "amount": exact(limit.amount, places=3),
        "unit": limit.unit,
    }
