"""Commitments as their owner sees them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import asdict
from datetime import date, datetime
from typing import Any

from rest_framework import serializers

from api.amounts import exact
from api.parsing import Instant
from api.resources.reminders import WallTime
from recovery.commitments import queries, terms
from recovery.commitments.models import (
    Cadence,
    Commitment,
    CommitmentEntry,
    CommitmentKind,
    EntryState,
)
from recovery.commitments.occurrences import Occurrence, OccurrenceState
from recovery.commitments.queries import CommitmentReading, Confirmed
from recovery.commitments.services.entries import opened
from recovery.commitments.terms import Terms
from recovery.kernel.sealing import Sealer

STATES = [(one.value, one.value) for one in OccurrenceState]


class CommitmentTermsOutput(serializers.Serializer[Any]):
    """What is promised from a date on."""

    from_date = serializers.DateField()
    cadence = serializers.ChoiceField(choices=Cadence.choices)
    weekdays = serializers.ListField(child=serializers.IntegerField(min_value=0, max_value=6))
    times_per_week = serializers.IntegerField(allow_null=True)
    end = serializers.DateField(
        allow_null=True,
        help_text="The last date; on the day before `from_date` nothing is promised any more.",
    )


class CommitmentReadingOutput(serializers.Serializer[Any]):
    """How a commitment stands. Paused and unanswered occurrences end no run."""

    as_of = Instant()
    local_date = serializers.DateField(help_text="My present date.")
    state_today = serializers.ChoiceField(
        choices=STATES, help_text="Of the occurrence that this date belongs to."
    )
    open_today = serializers.BooleanField(help_text="This date waits for an answer.")
    next_due_on = serializers.DateField(
        allow_null=True, help_text="The first date from today on that waits for an answer."
    )
    kept = serializers.IntegerField()
    not_kept = serializers.IntegerField()
    unanswered = serializers.IntegerField(
        help_text="Neither, and in no rate of keeping. 0 where silence counts as not kept."
    )
    kept_rate = serializers.DecimalField(
        max_digits=5,
        decimal_places=4,
        allow_null=True,
        help_text="kept / (kept + not kept), rounded down; null while nothing was answered.",
    )
    answered_rate = serializers.DecimalField(
        max_digits=5,
        decimal_places=4,
        allow_null=True,
        help_text="Of the occurrences that are over, those that I answered.",
    )
    current_run = serializers.IntegerField(help_text="Kept ones since the last that was not.")
    longest_run = serializers.IntegerField()


class CommitmentOutput(serializers.Serializer[Any]):
    """A commitment, its terms, and how it stands now."""

    id = serializers.UUIDField()
    title = serializers.CharField()
    kind = serializers.ChoiceField(choices=CommitmentKind.choices)
    goal = serializers.UUIDField(allow_null=True)
    confirmer = serializers.UUIDField(allow_null=True, help_text="A partnership.")
    start = serializers.DateField()
    terms = CommitmentTermsOutput(help_text="Those that hold today.")
    pending_terms = CommitmentTermsOutput(
        required=False, help_text="Those that take their place on `from_date`; often none."
    )
    reminder_time = WallTime(allow_null=True)
    easing_delay = serializers.BooleanField()
    silence_counts = serializers.BooleanField()
    reading = CommitmentReadingOutput()
    version = serializers.IntegerField()
    created_at = Instant()


class CommitmentPageOutput(serializers.Serializer[Any]):
    """A page of commitments, newest first."""

    items = CommitmentOutput(many=True)
    next_cursor = serializers.CharField(allow_null=True)


class OccurrenceOutput(serializers.Serializer[Any]):
    """One occurrence: a date, the promised dates of a week, or all dates of a `once`."""

    first_date = serializers.DateField()
    last_date = serializers.DateField()
    needed = serializers.IntegerField(help_text="How many dates are to be kept.")
    kept = serializers.IntegerField(help_text="How many are.")
    state = serializers.ChoiceField(choices=STATES)


class OccurrenceListOutput(serializers.Serializer[Any]):
    """Occurrences, oldest first; a week that the dates reach into comes whole."""

    items = OccurrenceOutput(many=True)


class ConfirmationOutput(serializers.Serializer[Any]):
    """Who confirmed a kept date, and when."""

    partner = serializers.UUIDField(
        allow_null=True, help_text="The partnership; null when the account is gone."
    )
    handle = serializers.CharField(allow_null=True)
    alias = serializers.CharField(allow_null=True, help_text="Of whom I met in a group.")
    confirmed_at = Instant()


class EntryOutput(serializers.Serializer[Any]):
    """How a date went."""

    id = serializers.UUIDField()
    commitment = serializers.UUIDField()
    local_date = serializers.DateField()
    state = serializers.ChoiceField(choices=EntryState.choices)
    note = serializers.CharField()
    time_zone = serializers.CharField(help_text="The zone it was answered in, frozen.")
    received_at = Instant()
    edited_at = Instant()
    confirmations = ConfirmationOutput(many=True)
    version = serializers.IntegerField()
    created_at = Instant()


class EntryAnswerOutput(EntryOutput):
    """The stored entry, and how the commitment stands with it."""

    reading = CommitmentReadingOutput()


class EntryPageOutput(serializers.Serializer[Any]):
    """A page of entries, the latest date first."""

    items = EntryOutput(many=True)
    next_cursor = serializers.CharField(allow_null=True)


def terms_body(held: Terms) -> dict[str, Any]:
    """Return a CommitmentTermsOutput."""
    return {
        "from_date": held.from_date,
        "cadence": held.cadence,
        "weekdays": sorted(held.weekdays),
        "times_per_week": held.times_per_week,
        "end": held.ends_on,
    }


def reading_body(reading: CommitmentReading, *, now: datetime, today: date) -> dict[str, Any]:
    """Return a CommitmentReadingOutput."""
    return {
        "as_of": now,
        "local_date": today,
        **asdict(reading),
        "kept_rate": exact(reading.kept_rate, places=4),
        "answered_rate": exact(reading.answered_rate, places=4),
    }


def commitment_body(
    *,
    commitment: Commitment,
    reading: CommitmentReading,
    sealer: Sealer,
    now: datetime,
    today: date,
) -> dict[str, Any]:
    """Return a CommitmentOutput."""
    standing = queries.terms_of(commitment=commitment)
    goal = commitment.goal
    time_of_day = commitment.reminder_time
    body = {
        "id": commitment.id,
        "title": queries.title_of(commitment=commitment, sealer=sealer),
        "kind": commitment.kind,
        "goal": goal.id if goal is not None and goal.deleted_at is None else None,
        "confirmer": commitment.confirmer_id,
        "start": commitment.started_on,
        "terms": terms_body(terms.current(on=today, standing=standing)),
        "reminder_time": time_of_day.strftime("%H:%M") if time_of_day else None,
        "easing_delay": commitment.easing_delay,
        "silence_counts": commitment.silence_counts,
        "reading": reading_body(reading, now=now, today=today),
        "version": commitment.version,
        "created_at": commitment.created_at,
    }
    pending = terms.pending(on=today, standing=standing)
    if pending is not None:
        body["pending_terms"] = terms_body(pending)
    return body


def occurrence_body(found: Occurrence) -> dict[str, Any]:
    """Return an OccurrenceOutput."""
    return {
        "first_date": found.first,
        "last_date": found.last,
        "needed": found.required,
        "kept": found.kept,
        "state": found.state,
    }


def entry_body(
    *, entry: CommitmentEntry, sealer: Sealer, confirmed: Iterable[Confirmed]
) -> dict[str, Any]:
    """Return an EntryOutput."""
    return {
        "id": entry.id,
        "commitment": entry.commitment_id,
        "local_date": entry.local_date,
        "state": entry.state,
        "note": opened(entry, sealer),
        "time_zone": entry.zone,
        "received_at": entry.received_at,
        "edited_at": entry.edited_at,
        "confirmations": [
            {
                "partner": one.partnership_id,
                "handle": one.name.handle,
                "alias": one.name.alias,
                "confirmed_at": one.confirmed_at,
            }
            for one in confirmed
        ],
        "version": entry.version,
        "created_at": entry.created_at,
    }


def entry_bodies(
    *, member_id: Any, entries: Sequence[CommitmentEntry], sealer: Sealer
) -> list[dict[str, Any]]:
    """Return EntryOutputs with who confirmed them."""
    confirmed = queries.confirmations(member_id=member_id, entries=entries)
    return [entry_body(entry=one, sealer=sealer, confirmed=confirmed[one.id]) for one in entries]
