"""What was said about a tracker: uses and amounts, and what they leave of the clock or limit."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from api.amounts import exact
from api.parsing import Instant
from api.resources.help import AfterUseOutput, HelpOutput
from api.resources.trackers.outputs.readings import ClockOutput, LimitSummaryOutput
from recovery.kernel.sealing import Sealer
from recovery.sobriety import queries
from recovery.sobriety.models import FactSource, TrackerFact, Trigger


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
