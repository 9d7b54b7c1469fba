"""What apps send about trackers."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from rest_framework import serializers

from api.parsing import Amount, Id, Input, Instant, LocalDate, Pattern, Query, Text, Whole
from recovery.sobriety.models import Category, LimitPer, LimitUnit, TrackerMode, Trigger
from recovery.sobriety.services.trackers import LimitInput as Limit
from recovery.sobriety.services.trackers import NewTracker

A_DAY_IN_MINUTES = 1440


class LimitInput(Input):
    """At most this much per day or per week (from Monday)."""

    per = serializers.ChoiceField(choices=LimitPer.choices)
    amount = Amount()
    unit = serializers.ChoiceField(choices=LimitUnit.choices)
    from_date = LocalDate(
        required=False,
        help_text="First date it holds for. Default: the start of a new tracker, else today.",
    )

    def to_internal_value(self, data: Any) -> Any:
        """Return the limit as the domain takes it."""
        values = super().to_internal_value(data)
        return Limit(
            **{**values, "per": LimitPer(values["per"]), "unit": LimitUnit(values["unit"])}
        )


class TrackerRates(Input):
    """What a day of use used to cost."""

    cost_per_day = Amount(
        required=False, allow_null=True, decimal_places=2, help_text="Money a day of use cost."
    )
    currency = Pattern(
        r"^[A-Z]{3}\Z",
        required=False,
        allow_blank=True,
        help_text="ISO 4217, such as EUR; empty for none.",
    )
    minutes_per_day = Whole(
        required=False,
        allow_null=True,
        min_value=0,
        max_value=A_DAY_IN_MINUTES,
        help_text="Minutes a day of use took.",
    )


class TrackerInput(TrackerRates):
    """A tracker to begin."""

    id = Id(required=False, help_text="A UUID of the app's choice (v7).")
    name = Text(max_length=80, help_text="In the member's own words; stored sealed.")
    mode = serializers.ChoiceField(choices=TrackerMode.choices)
    category = serializers.ChoiceField(choices=Category.choices)
    started_at = Instant(help_text="When it began; not in the future.")
    limit = LimitInput(required=False, help_text="Needed for reduction, refused for abstinence.")


class TrackerChanges(TrackerRates):
    """What to change of a tracker; the mode stays."""

    name = Text(max_length=80, required=False)
    category = serializers.ChoiceField(choices=Category.choices, required=False)
    started_at = Instant(required=False, help_text="Voids the start and adds this one.")
    limit = LimitInput(required=False)


class UseEventInput(Input):
    """A use to record. A correction voids it and adds another."""

    id = Id(required=False, help_text="A UUID of the app's choice (v7).")
    used_at = Instant(help_text="When it began; not in the future.")
    resumed_at = Instant(
        required=False, allow_null=True, help_text="When it was over; default `used_at`."
    )
    amount = Amount(required=False, allow_null=True)
    trigger = serializers.ChoiceField(choices=Trigger.choices, default=Trigger.NONE)
    note = Text(max_length=4000, allow_blank=True, default="", help_text="Stored sealed.")


class AmountInput(Input):
    """An amount to log for a date; several on one date add up."""

    id = Id(required=False, help_text="A UUID of the app's choice (v7).")
    local_date = LocalDate()
    amount = Amount()


class CalendarQuery(Query):
    """Which dates; 366 at most."""

    to = LocalDate(help_text="Last date: with the first, 366 dates at most.")

    def get_fields(self) -> dict[str, serializers.Field[Any, Any, Any, Any]]:
        """Return the fields; ``from`` is a word of Python and cannot be an attribute."""
        return {"from": LocalDate(help_text="First date."), **super().get_fields()}


def new_tracker(values: Mapping[str, Any]) -> NewTracker:
    """Return a validated TrackerInput as the domain takes it."""
    said = {name: value for name, value in values.items() if name != "id"}
    said["mode"] = TrackerMode(said["mode"])
    said["category"] = Category(said["category"])
    return NewTracker(**said)
