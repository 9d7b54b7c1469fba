"""A tracker's past: episodes, milestones, and the state of each date."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

from rest_framework import serializers

from api.amounts import exact
from api.parsing import Instant
from api.resources.trackers.outputs.readings import MilestoneOutput
from recovery.sobriety.day_states import DayState as State
from recovery.sobriety.episodes import Episode
from recovery.sobriety.milestones import Earned
from recovery.sobriety.models import DayState


class EpisodeOutput(serializers.Serializer[Any]):
    """An unbroken stretch; the open one has no end."""

    id = serializers.UUIDField(help_text="The fact that opened it.")
    started_at = Instant()
    started_on = serializers.DateField()
    ended_at = Instant(allow_null=True)
    ended_on = serializers.DateField(allow_null=True)
    days = serializers.IntegerField()


class EpisodePageOutput(serializers.Serializer[Any]):
    """A page of episodes, newest first."""

    as_of = Instant()
    items = EpisodeOutput(many=True)
    next_cursor = serializers.CharField(allow_null=True)


class EarnedMilestoneOutput(MilestoneOutput):
    """A milestone that was earned; nothing recorded later takes it away."""

    episode = serializers.UUIDField()
    superseded = serializers.BooleanField(
        help_text="Dated after a use recorded later: yours to see, shown to nobody else."
    )


class MilestonePageOutput(serializers.Serializer[Any]):
    """A page of what was earned, newest first, and what comes next."""

    as_of = Instant()
    items = EarnedMilestoneOutput(many=True)
    next_cursor = serializers.CharField(allow_null=True)
    next_milestone = MilestoneOutput()


class CalendarDayOutput(serializers.Serializer[Any]):
    """One date. Silence is `unknown`, never a use."""

    local_date = serializers.DateField()
    state = serializers.ChoiceField(choices=DayState.choices)
    amount = serializers.DecimalField(max_digits=14, decimal_places=3, allow_null=True)


class CalendarOutput(serializers.Serializer[Any]):
    """The dates asked for, oldest first."""

    items = CalendarDayOutput(many=True)


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


def earned_body(earned: Earned) -> dict[str, Any]:
    """Return an EarnedMilestoneOutput."""
    return {
        "code": earned.code,
        "due_on": earned.due_on,
        "due_at": earned.due_at,
        "episode": earned.opened_by,
        "superseded": earned.superseded,
    }


def calendar_day_body(*, day: date, state: State, amount: Decimal | None) -> dict[str, Any]:
    """Return a CalendarDayOutput."""
    return {"local_date": day, "state": state.value, "amount": exact(amount, places=3)}
