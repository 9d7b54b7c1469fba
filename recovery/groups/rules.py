"""Aliases, who follows an owner, and what a group may know of its week. Plain Python."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID

from recovery.kernel import days
from recovery.kernel.errors import invalid

SHORTEST_ALIAS, LONGEST_ALIAS = 2, 30

DAYS_A_WEEK = 7
FEWEST_IN_CLIMATE = 5
STEP = 10
LOWEST, HIGHEST = 10, 90
# The last place on Earth leaves a Sunday 26 hours after the first one (UTC-12 and UTC+14); what
# remains of the two days is for phones that were offline over night.
CLIMATE_LAG = timedelta(days=2)


# Alphabets with letters that look the same: a Cyrillic "А" in "Аnna" makes a second "Anna".
ALIKE = frozenset({"LATIN", "CYRILLIC", "GREEK"})


def clean_alias(typed: str, *, pointer: str = "/alias") -> str:
    """Return an alias as it is shown: composed alike (NFKC), single blanks.

    Raises Invalid, which names ``pointer``, unless it has 2 to 30 signs, all of them visible, and
    its letters are of one of the alphabets that look alike. A whole word may still look like one of
    another alphabet; that is for those who run the group to see.
    """
    alias = " ".join(unicodedata.normalize("NFKC", typed).split())
    if not SHORTEST_ALIAS <= len(alias) <= LONGEST_ALIAS:
        raise invalid(
            pointer=pointer,
            code="bad_length",
            detail=f"Use {SHORTEST_ALIAS} to {LONGEST_ALIAS} signs.",
        )
    # Controls, marks of direction and unassigned signs make two aliases look like one.
    if any(unicodedata.category(sign)[0] == "C" for sign in alias):
        raise invalid(pointer=pointer, code="bad_sign", detail="Use visible signs only.")
    # The Unicode name of a letter begins with its alphabet; ✝, a "LATIN CROSS", is no letter.
    letters = [sign for sign in alias if unicodedata.category(sign)[0] == "L"]
    if len({unicodedata.name(letter).partition(" ")[0] for letter in letters} & ALIKE) > 1:
        raise invalid(
            pointer=pointer,
            code="mixed_alphabets",
            detail="Use letters of one alphabet: Latin, Cyrillic or Greek.",
        )
    return alias


def alias_key(alias: str) -> str:
    """Return what an alias is compared by: "Müller" and "MÜLLER" are one."""
    return unicodedata.normalize("NFKC", alias.casefold())


def free_alias(wanted: str, *, taken: Callable[[str], bool]) -> str:
    """Return the alias, or with the first number from 2 on that makes it free.

    For somebody who was let in after somebody else took the name: they can choose another later.
    """
    alias, number = wanted, 1
    while taken(alias_key(alias)):
        number += 1
        ending = f" {number}"
        alias = wanted[: LONGEST_ALIAS - len(ending)].rstrip() + ending
    return alias


@dataclass(frozen=True, slots=True)
class Heir:
    """Somebody who could become the owner of a group."""

    id: UUID
    facilitates: bool
    listens: bool
    is_leaving: bool  # their own account is being deleted
    joined_at: datetime


def heir(candidates: Iterable[Heir]) -> Heir | None:
    """Return who becomes the owner when the owner's account goes, None if nobody is left.

    The longest-serving facilitator, else the longest-serving member, else the longest-serving
    listener, who is a listener no more; somebody whose own account is being deleted only if there
    is nobody else. They are told, and can hand the group on or close it.
    """
    return min(
        candidates,
        key=lambda one: (one.is_leaving, one.listens, not one.facilitates, one.joined_at, one.id),
        default=None,
    )


def climate(answered: Mapping[UUID, Collection[date]], *, week_from: date) -> int | None:
    """Return the share of dates of a week that were answered, in per cent; None if too few.

    ``answered`` holds the answered dates of everybody who takes part, with an empty collection
    for who answered none. Each counts with seven dates. Rounded to tens, halves up, and never
    below 10 or above 90: "nobody" and "everybody" would say something of each single one.
    """
    if len(answered) < FEWEST_IN_CLIMATE:
        return None
    week = {week_from + timedelta(days=number) for number in range(DAYS_A_WEEK)}
    total = sum(len(week.intersection(dates)) for dates in answered.values())
    whole = DAYS_A_WEEK * len(answered)
    # floor(100 * total / whole / 10 + 1/2) in whole numbers.
    steps = (20 * total + whole) // (2 * whole)
    return min(HIGHEST, max(LOWEST, STEP * steps))


def next_week(day: date) -> date:
    """Return the first Monday after a date."""
    return day + timedelta(days=DAYS_A_WEEK - day.weekday())


def climate_due_at(*, week_from: date, zone: str) -> datetime:
    """Return when the climate of a week is computed: two days after its end in the zone."""
    return days.day_starts_at(week_from + timedelta(days=DAYS_A_WEEK), zone=zone) + CLIMATE_LAG
