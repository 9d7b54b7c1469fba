"""What apps send about commitments."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from enum import StrEnum
from typing import Any

from rest_framework import serializers

from api.pages import PageQuery
from api.parsing import Flag, Id, Input, Instant, LocalDate, Query, Text, Whole
from api.resources.reminders import WallTime
from recovery.commitments.models import Cadence, CommitmentKind, EntryState
from recovery.commitments.services.commitments import NewCommitment
from recovery.commitments.services.entries import Said
from recovery.kernel.errors import invalid

LONGEST_SPAN = timedelta(days=365)


class OpenOn(StrEnum):
    """When a commitment waits for an answer."""

    TODAY = "today"


class CommitmentQuery(PageQuery):
    """Which commitments."""

    open = serializers.ChoiceField(
        choices=[(one.value, one.value) for one in OpenOn],
        required=False,
        help_text="Only those that wait for an answer on my present date.",
    )


class CommitmentPattern(Input):
    """What is promised, apart from how often."""

    weekdays = serializers.ListField(
        child=Whole(min_value=0, max_value=6),
        required=False,
        max_length=7,
        help_text="0 for Monday to 6 for Sunday; with the cadence `weekdays` only.",
    )
    times_per_week = Whole(
        required=False,
        allow_null=True,
        min_value=1,
        max_value=7,
        help_text="With the cadence `times_per_week` only; weeks begin on Monday.",
    )
    end = LocalDate(
        required=False,
        allow_null=True,
        help_text="The last date. Of what is promised `once`, the last on which it may be done: "
        "`start` without it, and at most 365 days later.",
    )
    reminder_time = WallTime(
        required=False, allow_null=True, help_text="When to remind me on an open date, `HH:MM`."
    )
    goal = Id(required=False, allow_null=True, help_text="One of my goals that it is for.")
    confirmer = Id(
        required=False,
        allow_null=True,
        help_text="The partnership whose other side I ask to confirm kept dates. They are asked "
        "only while I share this commitment with them.",
    )
    silence_counts = Flag(
        required=False, help_text="Count dates that I leave unanswered as not kept."
    )


class CommitmentInput(CommitmentPattern):
    """Something to promise."""

    id = Id(required=False, help_text="A UUID of the app's choice (v7).")
    title = Text(max_length=120, help_text="In the member's own words; stored sealed.")
    kind = serializers.ChoiceField(
        choices=CommitmentKind.choices,
        default=CommitmentKind.GENERAL,
        help_text="`dose` is medication taken as prescribed; it is never a use.",
    )
    cadence = serializers.ChoiceField(choices=Cadence.choices)
    start = LocalDate(
        required=False, help_text="The first date; my present date by default. A year back at most."
    )
    easing_delay = Flag(
        default=True,
        help_text="Easing this later takes effect after seven days. To be chosen now only.",
    )


class CommitmentChanges(CommitmentPattern):
    """What to change of a commitment; what is left out stays."""

    title = Text(max_length=120, required=False)
    cadence = serializers.ChoiceField(choices=Cadence.choices, required=False)


class EntryInput(Input):
    """How a date went."""

    state = serializers.ChoiceField(choices=EntryState.choices)
    note = Text(
        max_length=2000,
        allow_blank=True,
        default="",
        help_text="Private: stored sealed, never shareable.",
    )
    edited_at = Instant(
        required=False,
        help_text="When this was written; default now. What is not newer than the stored row "
        "changes nothing, so a phone may send it again for ever.",
    )


class EntryQuery(PageQuery):
    """Which entries; both dates included."""

    to = LocalDate(required=False, help_text="Last date.")

    def get_fields(self) -> dict[str, serializers.Field[Any, Any, Any, Any]]:
        """Return the fields; ``from`` is a word of Python and cannot be an attribute."""
        return {"from": LocalDate(required=False, help_text="First date."), **super().get_fields()}


class OccurrenceQuery(Query):
    """Which dates; 366 at most."""

    to = LocalDate(help_text="Last date: with the first, 366 dates at most. It may be to come.")

    def get_fields(self) -> dict[str, serializers.Field[Any, Any, Any, Any]]:
        """Return the fields; ``from`` is a word of Python and cannot be an attribute."""
        return {"from": LocalDate(help_text="First date."), **super().get_fields()}


class GroupCommitmentInput(Input):
    """A commitment of mine to make to a group."""

    id = Id(required=False, help_text="A UUID of the app's choice (v7).")
    commitment = Id(help_text="One of my commitments. The group sees its title and what I kept.")


def new_commitment(values: Mapping[str, Any]) -> NewCommitment:
    """Return a validated CommitmentInput as the domain takes it."""
    said = {name: value for name, value in values.items() if name != "id"}
    said["kind"] = CommitmentKind(said["kind"])
    said["cadence"] = Cadence(said["cadence"])
    said["weekdays"] = tuple(sorted(set(said.get("weekdays", ()))))
    return NewCommitment(**said)


def said(values: Mapping[str, Any]) -> Said:
    """Return a validated EntryInput as the domain takes it."""
    return Said(
        state=EntryState(values["state"]),
        note=values["note"],
        edited_at=values.get("edited_at"),
    )


def check_span(query: Mapping[str, Any]) -> None:
    """Raise Invalid for dates in the wrong order, or more than 366 of them."""
    if not query["from"] <= query["to"] <= query["from"] + LONGEST_SPAN:
        raise invalid(pointer="/to", code="bad_span", detail="Ask for 1 to 366 dates, in order.")
