"""What apps send about check-ins."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from rest_framework import serializers

from api.pages import PageQuery
from api.parsing import Amount, Flag, Id, Input, Instant, LocalDate, Text, Whole
from recovery.checkins.models import Feeling
from recovery.checkins.saying import TrackerState
from recovery.checkins.services import Answers, When
from recovery.sobriety.models import SaidState, Trigger

TRIGGERS = [choice for choice in Trigger.choices if choice[0] != Trigger.NONE]
TIMING = ("time_zone", "answered_at", "edited_at")


class TrackerStateInput(Input):
    """What the check-in says of one tracker."""

    tracker = Id()
    state = serializers.ChoiceField(choices=SaidState.choices)
    amount = Amount(
        required=False,
        allow_null=True,
        help_text="The whole date's amount, for a reduction tracker.",
    )

    def to_internal_value(self, data: Any) -> Any:
        """Return the state as the domain takes it."""
        values = super().to_internal_value(data)
        return TrackerState(
            tracker_id=values["tracker"],
            state=SaidState(values["state"]),
            amount=values.get("amount"),
        )


class CheckInInput(Input):
    """All of it may be left out: an empty check-in means "I'm here"."""

    time_zone = Text(
        allow_blank=True,
        allow_null=True,
        required=False,
        help_text="The phone's IANA zone; an unknown name falls back to the offset of "
        "`answered_at`, then to the member's own zone. Never refused.",
    )
    answered_at = Instant(
        required=False, help_text="When the member answered, by the phone's clock; default now."
    )
    edited_at = Instant(
        required=False,
        help_text="When this content was written; default now. What is not newer than the "
        "stored row changes nothing, so a phone may send it again for ever.",
    )
    pledged = Flag(required=False)
    reviewed = Flag(required=False)
    mood = Whole(required=False, allow_null=True, min_value=1, max_value=5)
    feelings = serializers.ListField(
        child=serializers.ChoiceField(choices=Feeling.choices), required=False, max_length=10
    )
    craving = Whole(required=False, allow_null=True, min_value=0, max_value=10)
    confidence = Whole(required=False, allow_null=True, min_value=0, max_value=10)
    triggers = serializers.ListField(
        child=serializers.ChoiceField(choices=TRIGGERS), required=False, max_length=10
    )
    note = Text(
        max_length=4000,
        allow_blank=True,
        required=False,
        help_text="Private: stored sealed, never shareable.",
    )
    trackers = serializers.ListField(child=TrackerStateInput(), required=False, max_length=50)


class CheckInQuery(PageQuery):
    """Which check-ins; both dates included."""

    to = LocalDate(required=False, help_text="Last date.")

    def get_fields(self) -> dict[str, serializers.Field[Any, Any, Any, Any]]:
        """Return the fields; ``from`` is a word of Python and cannot be an attribute."""
        return {"from": LocalDate(required=False, help_text="First date."), **super().get_fields()}


def changed(values: Mapping[str, Any]) -> dict[str, Any]:
    """Return the answers that were sent, as the domain takes them, from a validated body."""
    sent = {name: value for name, value in values.items() if name not in TIMING}
    for name in ("feelings", "triggers"):
        if name in sent:
            sent[name] = tuple(dict.fromkeys(sent[name]))
    if "trackers" in sent:
        sent["trackers"] = tuple(sent["trackers"])
    return sent


def answers(values: Mapping[str, Any]) -> Answers:
    """Return the whole check-in: what was left out is empty."""
    return Answers(**changed(values))


def when(values: Mapping[str, Any]) -> When:
    """Return when and where it was answered."""
    return When(**{name: values.get(name) for name in TIMING})
