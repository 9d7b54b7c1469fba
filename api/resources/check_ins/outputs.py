"""What the API says of check-ins."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from rest_framework import serializers

from api.parsing import Instant
from api.resources.check_ins.inputs import TRIGGERS
from api.resources.help import AfterUseOutput, HelpOutput, after_use_body, help_body
from recovery.checkins.models import CheckIn, Feeling
from recovery.checkins.queries import StreakReading
from recovery.checkins.services import NOTE_LABEL
from recovery.kernel.sealing import Sealer
from recovery.overview.services import CheckInAnswer
from recovery.sobriety.models import SaidState


class TrackerStateOutput(serializers.Serializer[Any]):
    """What the check-in says of one tracker."""

    tracker = serializers.UUIDField()
    state = serializers.ChoiceField(choices=SaidState.choices)
    amount = serializers.DecimalField(max_digits=12, decimal_places=3, allow_null=True)


class CheckInOutput(serializers.Serializer[Any]):
    """One record per member and local date."""

    id = serializers.UUIDField()
    local_date = serializers.DateField()
    time_zone = serializers.CharField(help_text="The zone it was answered in, frozen.")
    answered_at = Instant()
    received_at = Instant()
    edited_at = Instant()
    counts_for_streak = serializers.BooleanField(help_text="Answered within 14 days.")
    pledged = serializers.BooleanField()
    reviewed = serializers.BooleanField()
    mood = serializers.IntegerField(allow_null=True)
    feelings = serializers.ListField(child=serializers.ChoiceField(choices=Feeling.choices))
    craving = serializers.IntegerField(allow_null=True)
    confidence = serializers.IntegerField(allow_null=True)
    triggers = serializers.ListField(child=serializers.ChoiceField(choices=TRIGGERS))
    note = serializers.CharField()
    trackers = TrackerStateOutput(many=True)
    version = serializers.IntegerField()
    created_at = Instant()


class CheckInAnswerOutput(CheckInOutput):
    """The stored check-in, and what helps if the day is hard."""

    after_use = AfterUseOutput(many=True, help_text="What stays, for each tracker just used.")
    help = HelpOutput()


class CheckInPageOutput(serializers.Serializer[Any]):
    """A page of check-ins, the latest date first."""

    items = CheckInOutput(many=True)
    next_cursor = serializers.CharField(allow_null=True)


class StreakOutput(serializers.Serializer[Any]):
    """Dates with a check-in in a row, ending today, or yesterday while today is open."""

    as_of = Instant()
    current = serializers.IntegerField()
    longest = serializers.IntegerField()
    answered_today = serializers.BooleanField()
    repairable_dates = serializers.ListField(
        child=serializers.DateField(),
        help_text="Dates of the last 14 days for which a check-in still counts.",
    )


def check_in_body(*, row: CheckIn, note: str) -> dict[str, Any]:
    """Return a CheckInOutput."""
    return {
        "id": row.id,
        "local_date": row.local_date,
        "time_zone": row.zone,
        "answered_at": row.answered_at,
        "received_at": row.received_at,
        "edited_at": row.edited_at,
        "counts_for_streak": row.counts,
        "pledged": row.pledged,
        "reviewed": row.reviewed,
        "mood": row.mood,
        "feelings": row.feelings,
        "craving": row.craving,
        "confidence": row.confidence,
        "triggers": row.triggers,
        "note": note,
        "trackers": row.trackers,
        "version": row.version,
        "created_at": row.created_at,
    }


def opened_body(*, row: CheckIn, sealer: Sealer) -> dict[str, Any]:
    """Return a CheckInOutput with its note opened."""
    return check_in_body(row=row, note=sealer.open(row.note, label=NOTE_LABEL, row_id=row.id))


def answer_body(answer: CheckInAnswer, *, now: datetime) -> dict[str, Any]:
    """Return a CheckInAnswerOutput."""
    return {
        **check_in_body(row=answer.answered.check_in, note=answer.answered.note),
        "after_use": [after_use_body(leading) for leading in answer.after_use],
        "help": help_body(answer.help, now=now),
    }


def streak_body(streak: StreakReading) -> dict[str, Any]:
    """Return what a streak shows."""
    return {
        "current": streak.current,
        "longest": streak.longest,
        "answered_today": streak.answered_today,
    }
