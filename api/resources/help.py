"""What helps in a hard moment, as several answers carry it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from datetime import UTC, datetime
from typing import Any

from rest_framework import serializers

from api.amounts import exact
from recovery.overview.after_use import AfterUse
from recovery.overview.texts import NextStep
from recovery.support.queries import Help, HelpReason, SafetyText
from recovery.support.rules import CrisisResource, Kind, age_days


class PlanOutput(serializers.Serializer[Any]):
    """The member's own words for a hard moment."""

    signs = serializers.ListField(child=serializers.CharField())
    what_helps = serializers.ListField(child=serializers.CharField())
    people = serializers.ListField(child=serializers.CharField())
    reasons = serializers.ListField(child=serializers.CharField())


class SafetyTextOutput(serializers.Serializer[Any]):
    """One plain sentence about a danger to the body."""

    key = serializers.CharField()
    text = serializers.CharField()


class CrisisResourceOutput(serializers.Serializer[Any]):
    """Where to turn to. Empty texts mean that there is none or the source does not say."""

    id = serializers.CharField()
    country = serializers.CharField(help_text="ISO 3166-1 alpha-2, or `international`.")
    service = serializers.CharField()
    kind = serializers.ChoiceField(choices=[(kind.value, kind.value) for kind in Kind])
    phone = serializers.CharField()
    text_line = serializers.CharField()
    url = serializers.CharField()
    hours = serializers.CharField()
    languages = serializers.ListField(child=serializers.CharField(), help_text="BCP 47.")
    note = serializers.CharField()
    source = serializers.CharField()  # type: ignore[assignment]
    source_dated = serializers.CharField(help_text="The date that the source gives, if any.")
    verified_on = serializers.DateField(help_text="When the source was read.")
    age_days = serializers.IntegerField(help_text="Days since then; show it when it is high.")


class HelpOutput(serializers.Serializer[Any]):
    """What helps now: empty while `reason` is `none`."""

    reason = serializers.ChoiceField(choices=[(one.value, one.value) for one in HelpReason])
    intro = serializers.CharField()
    plan = PlanOutput()
    safety = SafetyTextOutput(many=True)
    crisis_resources = CrisisResourceOutput(many=True)


class AfterUseOutput(serializers.Serializer[Any]):
    """What stays the member's after a use, and a next step."""

    tracker = serializers.UUIDField()
    text = serializers.CharField()
    sober_days = serializers.IntegerField()
    days_elapsed = serializers.IntegerField()
    longest_days = serializers.IntegerField()
    money_saved = serializers.DecimalField(max_digits=18, decimal_places=2, allow_null=True)
    minutes_saved = serializers.IntegerField(allow_null=True)
    next_step = serializers.ChoiceField(choices=[(one.value, one.value) for one in NextStep])
    next_step_text = serializers.CharField()


def help_body(helping: Help, *, now: datetime) -> dict[str, Any]:
    """Return a HelpOutput."""
    return {
        "reason": helping.reason.value,
        "intro": helping.intro,
        "plan": helping.plan.as_lists(),
        "safety": safety_bodies(helping.safety),
        "crisis_resources": [crisis_body(one, now=now) for one in helping.crisis_resources],
    }


def safety_bodies(texts: Sequence[SafetyText]) -> list[dict[str, Any]]:
    """Return SafetyTextOutputs."""
    return [asdict(text) for text in texts]


def crisis_body(resource: CrisisResource, *, now: datetime) -> dict[str, Any]:
    """Return a CrisisResourceOutput."""
    return {
        **asdict(resource),
        "kind": resource.kind.value,
        "languages": list(resource.languages),
        "age_days": age_days(resource=resource, today=now.astimezone(UTC).date()),
    }


def after_use_body(leading: AfterUse) -> dict[str, Any]:
    """Return an AfterUseOutput."""
    body = asdict(leading)
    return {
        "tracker": body.pop("tracker_id"),
        **body,
        "money_saved": exact(leading.money_saved, places=2),
    }
