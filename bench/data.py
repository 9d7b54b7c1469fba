"""The lives that are measured: the same for this program and for the plain one beside it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

ZONE = "Europe/Berlin"
TRACKER_NAMES = ("Alcohol", "Cigarettes")
NOTE = (
    "A long day. Walked home by the river instead of the main street, called my sister, and "
    "went to bed before eleven. Tomorrow the group meets again."
)
MISSED_EVERY = 11  # this share of dates has no check-in, so that streaks have ends


@dataclass(frozen=True, slots=True)
class Said:
    """What one check-in says."""

    local_date: date
    mood: int
    craving: int
    confidence: int
    feelings: list[str]
    triggers: list[str]
    note: str


def history(*, days: int, today: date) -> Iterator[Said]:
    """Yield the check-ins of so many days up to yesterday, oldest first; some dates are missed."""
    for back in range(days, 0, -1):
        if back % MISSED_EVERY:
            yield said(today - timedelta(days=back), turn=back)


def said(day: date, *, turn: int) -> Said:
    """Return a check-in that differs from turn to turn."""
    return Said(
        local_date=day,
        mood=1 + turn % 5,
        craving=turn % 8,  # below 8: no help is due
        confidence=3 + turn % 8,
        feelings=[["calm", "tired"], ["hopeful"], ["lonely", "restless"]][turn % 3],
        triggers=[[], ["stress"]][turn % 2],
        note=f"{NOTE} {turn}",
    )


def body(what: Said, *, tracker_ids: list[str]) -> dict[str, object]:
    """Return what a phone sends of it: the same JSON to both programs."""
    return {
        "pledged": True,
        "reviewed": True,
        "mood": what.mood,
        "feelings": what.feelings,
        "craving": what.craving,
        "confidence": what.confidence,
        "triggers": what.triggers,
        "note": what.note,
        "trackers": [{"tracker": one, "state": "sober"} for one in tracker_ids],
    }
