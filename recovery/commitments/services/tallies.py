"""Keeping what is counted of commitments equal to its fold."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import asdict
from datetime import date, datetime
from typing import Any
from uuid import UUID

from recovery.calendar import queries as calendar
from recovery.calendar.events import BridgesMoved
from recovery.commitments import queries, rules
from recovery.commitments.bridges import Bridges
from recovery.commitments.events import CommitmentMoved
from recovery.commitments.models import Commitment, CommitmentEntry, CommitmentTally
from recovery.commitments.occurrences import Answer, Promise
from recovery.commitments.terms import Terms
from recovery.kernel import events
from recovery.members.models import Member

_FOLDED = [field.name for field in CommitmentTally._meta.fields if not field.primary_key]


def refold(
    *, member: Member, standing: Sequence[tuple[Commitment, Sequence[Terms]]], now: datetime
) -> None:
    """Fold commitments with their standing terms anew, and keep what is counted.

    Three queries, whatever their number: all answers, what bridges, and one that writes. Each
    commitment gets its new ``tally``.
    """
    if not standing:
        return
    today = calendar.today_of(member=member, now=now)
    answers = _answers([commitment.id for commitment, _ in standing])
    pauses = calendar.bridges_between(
        member_id=member.id,
        first=min(commitment.started_on for commitment, _ in standing),
        last=today,
    )
    bridges = Bridges(pauses, zone=member.time_zone, day_start_hour=member.day_start_hour)
    for commitment, terms in standing:
        commitment.tally = _folded(
            commitment, terms, answers[commitment.id], bridges=bridges, today=today
        )
    CommitmentTally.objects.bulk_create(
        [commitment.tally for commitment, _ in standing],
        update_conflicts=True,
        unique_fields=["commitment"],
        update_fields=_FOLDED,
    )


def refold_after(fact: BridgesMoved) -> None:
    """Fold all commitments anew when the dates that bridge have changed."""
    found = list(queries.commitments_of(member_id=fact.member_id).select_related("member"))
    if not found:
        return
    member = found[0].member
    refold(
        member=member,
        standing=[(one, queries.terms_of(commitment=one)) for one in found],
        now=fact.at,
    )
    for one in found:
        if one.reminder_time is not None:
            events.publish(
                fact=CommitmentMoved(commitment_id=one.id, member_id=member.id, at=fact.at)
            )


def _answers(commitment_ids: Sequence[UUID]) -> dict[UUID, dict[date, Answer]]:
    found: dict[UUID, dict[date, Answer]] = defaultdict(dict)
    rows = CommitmentEntry.objects.filter(commitment_id__in=commitment_ids, deleted_at__isnull=True)
    for commitment_id, day, state in rows.values_list("commitment_id", "local_date", "state"):
        found[commitment_id][day] = state
    return found


def _folded(
    commitment: Commitment,
    standing: Sequence[Terms],
    answers: dict[date, Answer],
    *,
    bridges: Bridges,
    today: date,
) -> CommitmentTally:
    # All that settles is judged: up to when exactly silence is need not be known.
    promise = Promise(
        standing=standing,
        answers=answers,
        bridges=bridges,
        judged_to=today,
        silence_counts=commitment.silence_counts,
    )
    through = rules.settled_through(promise=promise, today=today)
    settled = rules.fold(promise, first=standing[0].from_date, last=through)
    return CommitmentTally(
        commitment=commitment,
        through=through,
        kept_dates=sum(state == "kept" for state in answers.values()),
        recent={day.isoformat(): answers[day] for day in sorted(answers) if day > through},
        terms=[_stored(terms) for terms in standing],
        **asdict(settled),
    )


def _stored(terms: Terms) -> dict[str, Any]:
    return {
        "from_date": terms.from_date.isoformat(),
        "cadence": terms.cadence,
        "weekdays": sorted(terms.weekdays),
        "times_per_week": terms.times_per_week,
        "ends_on": terms.ends_on.isoformat() if terms.ends_on else None,
    }
