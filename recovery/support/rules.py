"""Where to find help, and when to offer it: plain data and plain Python.

The directory (``directory.json``) is static, public and works offline. An entry is there only
because somebody read a page that states its number: ``source`` names that page, ``source_dated``
is the date that the page gives or that follows from what it says (empty when neither), and
``verified_on`` is the day on which a stored copy of it was read. Nobody called the line: reading
is what was done, and its age shows.

The words are in ``texts``. Rules: design, "States, streaks, promises" (what follows a use event).
A referral line is labelled as one, never as counselling.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from functools import cache
from importlib import resources

from recovery.support.texts import (
    DEFAULT_LANGUAGE,
    HELP_INTRO,
    HELPING_INTRO,
    LANGUAGES,
    NO_ANSWER_INTRO,
    SAFETY_TEXTS,
)

INTERNATIONAL = "international"

# From 8 of 10 a craving, and up to 2 of 10 a confidence, counts as a hard moment (design).
HARD_CRAVING = 8
LOW_CONFIDENCE = 2

# Reserved by ISO 3166 or used by the European Union, and what people type.
_COUNTRY_ALIASES = {"UK": "GB", "EL": "GR"}


class Kind(StrEnum):
    """What a line is for. The order is the order in which a country's lines are shown."""

    EMERGENCY = "emergency"
    CRISIS_LINE = "crisis_line"
    REFERRAL = "referral"  # informs and leads to other services; no more than that
    TREATMENT_LOCATOR = "treatment_locator"
    GAMBLING = "gambling"
    YOUTH = "youth"
    DOMESTIC_VIOLENCE = "domestic_violence"
    OTHER = "other"


_RANK = {kind: rank for rank, kind in enumerate(Kind)}


@dataclass(frozen=True, slots=True)
class CrisisResource:
    """One place to turn to. ``phone``, ``text_line`` and ``url`` are empty where there is none."""

    id: str
    country: str  # ISO 3166-1 alpha-2, or "international"
    service: str  # in the language of the service
    phone: str  # as people write it there
    text_line: str  # what to send, and where to
    url: str
    kind: Kind
    hours: str  # empty where the source does not say
    languages: tuple[str, ...]  # BCP 47
    note: str
    source: str  # one page, or several joined by " ; "
    source_dated: str
    verified_on: date


@cache
def load_directory() -> tuple[CrisisResource, ...]:
    """Return every entry, read once per process; a malformed file stops the process."""
    text = resources.files(__package__).joinpath("directory.json").read_text(encoding="utf-8")
    return tuple(
        CrisisResource(
            **{
                **row,
                "kind": Kind(row["kind"]),
                "languages": tuple(row["languages"]),
                "verified_on": date.fromisoformat(row["verified_on"]),
            }
        )
        for row in json.loads(text)
    )


def find(*, country: str | None = None, kind: str | None = None) -> tuple[CrisisResource, ...]:
    """Return whom to turn to in a country, emergency and crisis lines first; never nothing.

    ``country`` is an ISO 3166-1 alpha-2 code in either case. An unknown one, or none, gets the
    international entries. A country without a crisis line of its own gets them too, at the end.
    A country whose emergency number we have no source for begins with the international entry
    that says what to dial; no other country shows it beside its own number.
    ``kind`` keeps that kind only; where the country has none of it, the answer is the country's
    emergency and crisis lines and the international entries, because a person who asks is owed
    somebody to turn to.
    """
    code = (country or "").strip().upper()
    code = _COUNTRY_ALIASES.get(code, code)
    what_to_dial, everywhere = _international()
    there = sorted(
        (entry for entry in load_directory() if entry.country == code),
        key=lambda entry: _RANK[entry.kind],
    )
    if not there:
        return (*what_to_dial, *everywhere)
    if there[0].kind is not Kind.EMERGENCY:
        there = [*what_to_dial, *there]
    first = tuple(e for e in there if e.kind in (Kind.EMERGENCY, Kind.CRISIS_LINE))
    if kind is not None:
        return tuple(e for e in there if e.kind == kind) or (*first, *everywhere)
    if any(entry.kind is Kind.CRISIS_LINE for entry in there):
        return tuple(there)
    return (*there, *everywhere)


def _international() -> tuple[tuple[CrisisResource, ...], tuple[CrisisResource, ...]]:
    """Return what to dial in danger wherever one is, and the other international entries."""
    entries = [entry for entry in load_directory() if entry.country == INTERNATIONAL]
    return (
        tuple(entry for entry in entries if entry.kind is Kind.EMERGENCY),
        tuple(entry for entry in entries if entry.kind is not Kind.EMERGENCY),
    )


def country_of(*, zone: str) -> str:
    """Return the country that a time zone lies in, as the tz database says; empty if none."""
    return _countries_by_zone().get(zone, "")


@cache
def _countries_by_zone() -> dict[str, str]:
    table = (resources.files("tzdata") / "zoneinfo" / "zone.tab").read_text(encoding="utf-8")
    lines = (line.split("\t") for line in table.splitlines() if not line.startswith("#"))
    return {columns[2]: columns[0] for columns in lines}


def age_days(*, resource: CrisisResource, today: date) -> int:
    """Return how many days ago the entry's source was read; never negative."""
    return max(0, (today - resource.verified_on).days)


def older_than(*, days: int, today: date) -> tuple[CrisisResource, ...]:
    """Return the entries whose source was read more than so many days ago, oldest first."""
    old = (entry for entry in load_directory() if age_days(resource=entry, today=today) > days)
    return tuple(sorted(old, key=lambda entry: (entry.verified_on, entry.id)))


def help_is_due(*, craving: int | None, confidence: int | None) -> bool:
    """Say whether an answer carries help; a scale left unanswered says nothing."""
    hard = craving is not None and craving >= HARD_CRAVING
    return hard or (confidence is not None and confidence <= LOW_CONFIDENCE)


def language_of(tag: str) -> str:
    """Return which of our five languages fits a BCP 47 tag best; English where none does."""
    primary = tag.replace("_", "-").split("-")[0].lower()
    return primary if primary in LANGUAGES else DEFAULT_LANGUAGE


def help_intro(*, language: str) -> str:
    """Return the sentence above the plan and the lines, in the member's language."""
    return HELP_INTRO[language_of(language)]


def no_answer_intro(*, language: str) -> str:
    """Return the same for somebody whom nobody has answered, in their language."""
    return NO_ANSWER_INTRO[language_of(language)]


def helping_intro(*, language: str) -> str:
    """Return what somebody who was asked for support is told, in their language."""
    return HELPING_INTRO[language_of(language)]


def safety_text(*, category: str, moment: str, language: str) -> tuple[str, str] | None:
    """Return (key, text) of what a member of this category should know now, or None."""
    known = SAFETY_TEXTS.get(category)
    if known is None or moment not in known.moments:
        return None
    return known.key, known.texts[language_of(language)]
