"""A tracker with its clock or its limit."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from rest_framework import serializers

from api.amounts import exact
from api.parsing import Instant
from api.resources.help import SafetyTextOutput
from api.resources.trackers.outputs.readings import (
    ClockOutput,
    LimitSummaryOutput,
    clock_body,
    limit_summary_body,
)
from recovery.kernel.sealing import Sealer
from recovery.sobriety import queries
from recovery.sobriety.models import Category, Tracker, TrackerMode


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
