"""When a made-up member checks in, and what they say: a small model of 120 days, always the same.

Craving falls by half in about six weeks, is a little stronger at weekends and after a use; mood and
confidence follow it. Who missed a date is more likely to miss the next: gaps come in stretches.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from random import Random

from api.demo import words
from api.demo.people import DAYS, Limit, Person, Tracked
from recovery.kernel import days
from recovery.sobriety.models import LimitPer

MISSED_AGAIN = 0.45
ANSWERED_IN_A_PAUSE = 0.15
ANSWERED_LATE = 0.06
LATEST_DAYS = 4
PLEDGED_APART = 0.2  # a pledge in the morning, the rest in the evening
MORNING = time(7, 20)
CRAVING_LAST, CRAVING_FIRST, DAYS_TO_HALF = 1.0, 6.0, 42
AFTER_A_USE = {1: 3.0, 2: 2.0, 3: 1.0}  # days since -> how much stronger


@dataclass(frozen=True, slots=True)
class Planned:
    """One check-in: its date, when it was answered, and what it says.

    ``pledged_at``: when the pledge alone was sent before; ``amounts``: by the tracker's name.
    """

    local_date: date
    answered_at: datetime
    zone: str
    pledged_at: datetime | None
    pledged: bool
    reviewed: bool
    mood: int | None
    feelings: tuple[str, ...]
    craving: int | None
    confidence: int | None
    triggers: tuple[str, ...]
    note: str
    amounts: dict[str, Decimal]


def check_ins(*, person: Person, today: date) -> Iterator[Planned]:
    """Yield the member's check-ins, one a date at most; those of a pause are few."""
    chance = Random(person.handle)  # noqa: S311  made-up days; the same for everybody
    # So that in the long run the share of missed dates is what steadiness leaves.
    missed_first = (1 - person.steadiness) * (1 - MISSED_AGAIN) / person.steadiness
    missed = False
    for days_ago in range(DAYS - 1, -1, -1):
        if _paused(person, days_ago):
            missed = chance.random() > ANSWERED_IN_A_PAUSE
        else:
            missed = chance.random() < (MISSED_AGAIN if missed else missed_first)
        if days_ago == 0:
            missed = not person.answers_today
        if not missed:
            yield _planned(person, today - timedelta(days=days_ago), days_ago, chance)


def _planned(person: Person, day: date, days_ago: int, chance: Random) -> Planned:
    zone = _zone(person, days_ago)
    at = _instant(person, day, person.evening, zone) + timedelta(minutes=chance.gauss(0, 35))
    late = days_ago > LATEST_DAYS and chance.random() < ANSWERED_LATE
    answered_at = at + timedelta(days=chance.randint(1, LATEST_DAYS)) if late else at
    pledged_at = None
    if not late and person.evening > time(12) and chance.random() < PLEDGED_APART:
        pledged_at = _instant(person, day, MORNING, zone) + timedelta(minutes=chance.gauss(0, 20))
    craving = _craving(person, day, days_ago, chance)
    mood = _clamped(5.2 - craving * 0.42 + chance.gauss(0, 0.8), least=1, most=5)
    hard, good = craving >= 7 or mood <= 2, mood >= 4
    feelings = (
        words.HARD_FEELINGS if hard else words.GOOD_FEELINGS if good else words.PLAIN_FEELINGS
    )
    notes = words.HARD_NOTES if hard else words.GOOD_NOTES if good else words.PLAIN_NOTES
    said = chance.random()  # now and then an empty one: "I'm here"
    silent = said < 0.05 and not hard
    return Planned(
        local_date=day,
        answered_at=answered_at,
        zone=zone,
        pledged_at=pledged_at,
        pledged=pledged_at is not None or (not silent and chance.random() < 0.75),
        reviewed=not silent and chance.random() < 0.7,
        mood=None if silent else mood,
        feelings=() if silent else tuple(chance.sample(feelings, chance.randint(1, 3))),
        craving=None if silent else craving,
        confidence=None
        if silent
        else _clamped(9.3 - craving * 0.65 + chance.gauss(0, 1), least=0, most=10),
        triggers=tuple(chance.sample(words.TRIGGERS, chance.randint(1, 2))) if hard else (),
        note=chance.choice(notes) if not silent and chance.random() < 0.45 else "",
        amounts={
            tracked.name: _amount(limit, chance)
            for tracked in person.trackers
            if (limit := _limit_on(tracked, days_ago)) is not None and chance.random() < 0.9
        },
    )


def _craving(person: Person, day: date, days_ago: int, chance: Random) -> int:
    began = max(tracked.days_ago for tracked in person.trackers)
    faded = 0.5 ** ((began - days_ago) / DAYS_TO_HALF)
    level = CRAVING_LAST + (CRAVING_FIRST - CRAVING_LAST) * faded + chance.gauss(0, 1.3)
    level += 0.7 if day.weekday() >= 4 else 0.0
    for tracked in person.trackers:
        for use in tracked.uses:
            level += AFTER_A_USE.get(use.days_ago - days_ago, 0.0)
    return _clamped(level, least=0, most=10)


def _limit_on(tracked: Tracked, days_ago: int) -> Limit | None:
    holding = [limit for limit in tracked.limits if limit.days_ago >= days_ago]
    return holding[-1] if holding else None


def _amount(limit: Limit, chance: Random) -> Decimal:
    least, most = limit.usual
    if limit.per == LimitPer.WEEK and chance.random() < 0.4:
        return Decimal(0)
    return Decimal(chance.randint(least, most))


def _paused(person: Person, days_ago: int) -> bool:
    return any(
        first >= days_ago and (last is None or days_ago >= last) for first, last in person.pauses
    )


def _zone(person: Person, days_ago: int) -> str:
    away = person.away
    if away and away.first_days_ago >= days_ago >= away.last_days_ago:
        return away.zone
    return person.zone


def _instant(person: Person, day: date, at: time, zone: str) -> datetime:
    found = days.instant_of(day, at, zone=zone, day_start_hour=person.day_start_hour)
    return found or days.day_starts_at(day, zone=zone, day_start_hour=person.day_start_hour)


def _clamped(value: float, *, least: int, most: int) -> int:
    return max(least, min(most, round(value)))
