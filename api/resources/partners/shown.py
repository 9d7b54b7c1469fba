"""What consents show, as it is written in answers: the same for a partner and for its owner."""

from __future__ import annotations

from dataclasses import asdict
from datetime import datetime
from typing import Any

from rest_framework import serializers

from api.amounts import exact
from api.parsing import Instant, LocalDate
from recovery.goals.models import GoalState
from recovery.goals.rules import Pace
from recovery.overview.shown import Shown

LEFT_OUT = "Of the last 14 dates, newest first; a date without one is left out."


class SharedCheckInStatusOutput(serializers.Serializer[Any]):
    """Whether the check-in of the owner's present date is answered."""

    local_date = LocalDate(help_text="The date that it is for whoever shares this.")
    answered_today = serializers.BooleanField()


class SharedCheckInStreakOutput(serializers.Serializer[Any]):
    """How many dates in a row have a check-in, and the most that ever had."""

    current = serializers.IntegerField()
    longest = serializers.IntegerField()


class SharedCommitmentOutput(serializers.Serializer[Any]):
    """One commitment that is shared; silence shows nowhere."""

    commitment = serializers.UUIDField()
    title = serializers.CharField()
    kept_rate = serializers.DecimalField(
        max_digits=5,
        decimal_places=4,
        allow_null=True,
        help_text="Kept of kept and not kept, from 0 to 1; null before there are any.",
    )
    kept_today = serializers.BooleanField(
        help_text="False for anything else: not kept, not said, not promised for today."
    )


class SharedGoalOutput(serializers.Serializer[Any]):
    """One goal that is shared."""

    goal = serializers.UUIDField()
    title = serializers.CharField()
    state = serializers.ChoiceField(choices=GoalState.choices)
    fraction = serializers.DecimalField(
        max_digits=5,
        decimal_places=4,
        allow_null=True,
        help_text="From 0 to 1, rounded down; null when nothing counts it.",
    )
    pace = serializers.ChoiceField(choices=[(one.value, one.value) for one in Pace])


class SharedSoberTimeOutput(serializers.Serializer[Any]):
    """Sober days of one tracker in whole weeks, renewed on Mondays, never falling."""

    tracker = serializers.UUIDField()
    name = serializers.CharField()
    weeks = serializers.IntegerField()


class SharedMilestoneOutput(serializers.Serializer[Any]):
    """A milestone that was reached."""

    milestone = serializers.CharField(
        help_text="`1_day` … `18_months`, then `2_years`, `3_years` …"
    )
    earned_on = serializers.DateField()


class SharedMilestonesOutput(serializers.Serializer[Any]):
    """The milestones of one tracker, newest first, 50 at most."""

    tracker = serializers.UUIDField()
    name = serializers.CharField()
    milestones = SharedMilestoneOutput(many=True)


class SharedClockOutput(serializers.Serializer[Any]):
    """The count and its resets; money and time saved are not part of this consent."""

    as_of = Instant()
    current_days = serializers.IntegerField()
    current_seconds = serializers.IntegerField()
    longest_days = serializers.IntegerField()
    sober_days = serializers.IntegerField()
    days_elapsed = serializers.IntegerField()
    episode_count = serializers.IntegerField()
    episode_started_at = Instant()


class SharedTrackerOutput(serializers.Serializer[Any]):
    """One tracker whose clock is shared."""

    tracker = serializers.UUIDField()
    name = serializers.CharField()
    clock = SharedClockOutput()


class SharedUseOutput(serializers.Serializer[Any]):
    """That somebody said they used; no amount, no trigger, no note."""

    used_on = serializers.DateField(help_text="On their own local date.")
    used_at = Instant()
    resumed_at = Instant()


class SharedUsesOutput(serializers.Serializer[Any]):
    """The uses of one tracker in the last 90 days, newest first, 100 at most."""

    tracker = serializers.UUIDField()
    name = serializers.CharField()
    use_events = SharedUseOutput(many=True)


class SharedMoodOutput(serializers.Serializer[Any]):
    """The mood that one date's check-in gave."""

    local_date = serializers.DateField()
    mood = serializers.IntegerField(help_text="1 to 5.")


class SharedCravingOutput(serializers.Serializer[Any]):
    """The craving that one date's check-in gave."""

    local_date = serializers.DateField()
    craving = serializers.IntegerField(help_text="0 to 10.")


class ShownOutput(serializers.Serializer[Any]):
    """What is shown; an empty list says nothing about why it is empty."""

    as_of = Instant()
    check_in_status = SharedCheckInStatusOutput(
        many=True, help_text="One entry, or none if it is not shared."
    )
    check_in_streak = SharedCheckInStreakOutput(
        many=True, help_text="One entry, or none if it is not shared."
    )
    commitments = SharedCommitmentOutput(many=True)
    goals = SharedGoalOutput(many=True)
    sober_time = SharedSoberTimeOutput(many=True)
    milestones = SharedMilestonesOutput(many=True)
    sober_clocks = SharedTrackerOutput(
        many=True, help_text="The trackers that are shared; often none."
    )
    use_events = SharedUsesOutput(many=True)
    mood = SharedMoodOutput(many=True, help_text=LEFT_OUT)
    craving = SharedCravingOutput(many=True, help_text=LEFT_OUT)


def shown_body(seen: Shown, *, as_of: datetime) -> dict[str, Any]:
    """Return what is shown, under the names of the document."""
    commitments = [
        {
            "commitment": one.commitment_id,
            "title": one.title,
            "kept_rate": exact(one.kept_rate, places=4),
            "kept_today": one.kept_today,
        }
        for one in seen.commitments
    ]
    goals = [
        {
            "goal": one.goal_id,
            "title": one.title,
            "state": one.state,
            "fraction": exact(one.fraction, places=4),
            "pace": one.pace,
        }
        for one in seen.goals
    ]
    milestones = [
        {
            "tracker": of_one.tracker_id,
            "name": of_one.name,
            "milestones": [
                {"milestone": one.code, "earned_on": one.earned_on} for one in of_one.milestones
            ],
        }
        for of_one in seen.milestones
    ]
    clocks = [
        {
            "tracker": one.tracker_id,
            "name": one.name,
            "clock": {"as_of": as_of, **asdict(one.reading)},
        }
        for one in seen.sober_clock
    ]
    use_events = [
        {
            "tracker": of_one.tracker_id,
            "name": of_one.name,
            "use_events": of_one.use_events,
        }
        for of_one in seen.use_events
    ]
    shown = {
        "as_of": as_of,
        "check_in_status": seen.check_in_status,
        "check_in_streak": seen.check_in_streak,
        "commitments": commitments,
        "goals": goals,
        "sober_time": [
            {"tracker": one.tracker_id, "name": one.name, "weeks": one.weeks}
            for one in seen.sober_time
        ],
        "milestones": milestones,
        "sober_clocks": clocks,
        "use_events": use_events,
        "mood": [{"local_date": one.local_date, "mood": one.value} for one in seen.mood],
        "craving": [{"local_date": one.local_date, "craving": one.value} for one in seen.craving],
    }
    return dict(ShownOutput(shown).data)
