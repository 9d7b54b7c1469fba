"""The same lives as ``bench.inside.life`` makes, in the plain program's tables."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from django.contrib.auth.models import User
from django.utils import timezone
from rest_framework_simplejwt.tokens import AccessToken

from bench import data
from bench.inside.tables import analyze
from bench.plain.models import CheckIn, Tracker


def main(days: str, others: str, others_days: str, today: str) -> dict[str, Any]:
    """Make one user with ``days`` of history and ``others`` with less; return what they hold."""
    day = date.fromisoformat(today)
    lead = _user("lead", days=int(days), today=day)
    rest = [
        _user(f"other-{place}", days=int(others_days), today=day) for place in range(int(others))
    ]
    analyze()
    return {"lead": lead, "others": rest}


def _user(name: str, *, days: int, today: date) -> dict[str, Any]:
    user = User.objects.create(username=name)
    began = timezone.now() - timedelta(days=days + 1)
    trackers = [
        Tracker.objects.create(
            user=user,
            name=tracker,
            mode="abstinence",
            category="own",
            started_at=began,
            cost_per_day=Decimal("12.50"),
            currency="EUR",
        )
        for tracker in data.TRACKER_NAMES
    ]
    CheckIn.objects.bulk_create(
        (
            CheckIn(
                user=user,
                local_date=what.local_date,
                pledged=True,
                reviewed=True,
                mood=what.mood,
                feelings=what.feelings,
                craving=what.craving,
                confidence=what.confidence,
                triggers=what.triggers,
                note=what.note,
                trackers=[
                    {"tracker": str(tracker.id), "state": "sober", "amount": None}
                    for tracker in trackers
                ],
            )
            for what in data.history(days=days, today=today)
        ),
        batch_size=200,
    )
    return {
        "token": str(AccessToken.for_user(user)),
        "trackers": [str(tracker.id) for tracker in trackers],
    }
