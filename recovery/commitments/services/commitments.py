"""Promising, changing what is promised, and putting a commitment away."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime, time, timedelta
from typing import Any, cast
from uuid import UUID

from recovery.calendar import queries as calendar
from recovery.commitments import queries, terms
from recovery.commitments.events import CommitmentMoved
from recovery.commitments.group_models import GroupCommitment
from recovery.commitments.models import Cadence, Commitment, CommitmentKind, CommitmentTerms
from recovery.commitments.refusals import MOST_COMMITMENTS, TooManyCommitments
from recovery.commitments.services import tallies
from recovery.commitments.terms import Terms
from recovery.goals import queries as goals
from recovery.goals.models import Goal
from recovery.kernel import changes, events, rows, sealing
from recovery.kernel.changes import ChangeLog
from recovery.kernel.errors import Missing, invalid
from recovery.kernel.ids import new_id
from recovery.members.models import Member
from recovery.partners import queries as partners
from recovery.partners.models import Partnership
from recovery.sharing import services as sharing

# What was promised in other apps can be brought along: a year of it, 29 February included.
LONGEST_AGO = timedelta(days=366)
# All dates of what is promised once are read at once, which this bounds.
LONGEST_ONCE = timedelta(days=365)

_OF_TERMS = ("cadence", "weekdays", "times_per_week", "end")


@dataclass(frozen=True, slots=True)
class NewCommitment:
    """What a member promises; from today unless they say when.

    ``end`` is the last date; for ``once`` the last on which it may be done, by default ``start``.
    """

    title: str
    cadence: Cadence
    kind: CommitmentKind = CommitmentKind.GENERAL
    weekdays: Sequence[int] = ()
    times_per_week: int | None = None
    start: date | None = None
    end: date | None = None
    reminder_time: time | None = None
    goal: UUID | None = None
    confirmer: UUID | None = None
    easing_delay: bool = True
    silence_counts: bool = False


def create(
    *, member: Member, commitment_id: UUID | None, new: NewCommitment, now: datetime
) -> tuple[Commitment, bool]:
    """Promise something; return it and whether it is new (a body sent again gives the first row).

    Raises Invalid for terms that contradict each other, a goal or partner that is not the
    member's, or a start more than a year ago; TooManyCommitments, IdTaken, and Missing for one
    that was deleted: that stays.
    """
    today = calendar.today_of(member=member, now=now)
    start = new.start or today
    if start < today - LONGEST_AGO:
        raise invalid(pointer="/start", code="too_long_ago", detail="A year back is the longest.")
    first = _terms(
        cadence=new.cadence,
        weekdays=new.weekdays,
        times_per_week=new.times_per_week,
        end=new.end,
        start=start,
    )
    with changes.write(member_id=member.id, now=now) as log:
        sealer = sealing.for_member(member_id=member.id)
        digest = sealer.digest(asdict(new))
        known = rows.replayed(Commitment, row_id=commitment_id, member_id=member.id, digest=digest)
        if known is not None:
            return queries.commitment_of(member_id=member.id, commitment_id=known.id), False
        if queries.commitments_of(member_id=member.id).count() >= MOST_COMMITMENTS:
            raise TooManyCommitments()
        made = Commitment(
            id=commitment_id or new_id(),
            member=member,
            kind=new.kind,
            goal=_goal(member, new.goal),
            confirmer=_confirmer(member, new.confirmer),
            reminder_time=new.reminder_time,
            easing_delay=new.easing_delay,
            silence_counts=new.silence_counts,
            started_on=start,
            ended_on=first.ends_on,
            body_digest=digest,
            created_at=now,
        )
        made.title = sealer.seal(new.title, label=queries.TITLE_LABEL, row_id=made.id)
        rows.insert(made)
        _add_terms(made, [first], now=now)
        tallies.refold(member=member, standing=[(made, [first])], now=now)
        log.add(table="commitments", row_id=made.id, version=1, fields=sorted(asdict(new)))
        _publish(made, now=now)
    return made, True


def change(
    *, member: Member, commitment_id: UUID, changed: Mapping[str, Any], now: datetime
) -> Commitment:
    """Change a commitment: only what is named.

    Of the terms, what is not named is as in those that hold today, and terms that are pending
    fall away. Raises Missing, and Invalid as ``create`` does.
    """
    today = calendar.today_of(member=member, now=now)
    with changes.write(member_id=member.id, now=now) as log:
        found = queries.commitment_of(member_id=member.id, commitment_id=commitment_id)
        if not changed:
            return found
        if "title" in changed:
            sealer = sealing.for_member(member_id=member.id)
            found.title = sealer.seal(changed["title"], label=queries.TITLE_LABEL, row_id=found.id)
        if "goal" in changed:
            found.goal = _goal(member, changed["goal"])
        if "confirmer" in changed:
            found.confirmer = _confirmer(member, changed["confirmer"])
        for name in ("reminder_time", "silence_counts"):
            setattr(found, name, changed.get(name, getattr(found, name)))
        standing = queries.terms_of(commitment=found)
        if any(name in changed for name in _OF_TERMS):
            standing = _change_terms(found, standing, changed, today=today, now=now)
        found.version += 1
        found.save(
            update_fields=[
                *("title", "goal", "confirmer", "reminder_time", "silence_counts"),
                *("ended_on", "version"),
            ]
        )
        tallies.refold(member=member, standing=[(found, standing)], now=now)
        log.add(table="commitments", row_id=found.id, version=found.version, fields=sorted(changed))
        _publish(found, now=now)
    return found


def remove(*, member: Member, commitment_id: UUID, now: datetime) -> None:
    """Put a commitment away: nobody sees it any more, no partner and no group; once is enough.

    Raises Missing.
    """
    with changes.write(member_id=member.id, now=now) as log:
        found: Commitment = Commitment.objects.owned_by(member.id).one(id=commitment_id)
        if found.deleted_at is not None:
            return
        found.deleted_at = now
        found.version += 1
        found.save(update_fields=["deleted_at", "version"])
        log.add(table="commitments", row_id=found.id, version=found.version, gone=True)
        for made in GroupCommitment.objects.owned_by(member.id).filter(
            commitment=found, removed_at__isnull=True
        ):
            take_from_group(made, log=log, now=now)
        sharing.take_back_item(owner_id=member.id, item_id=found.id, now=now)
        _publish(found, now=now)


def take_from_group(made: GroupCommitment, *, log: ChangeLog, now: datetime) -> None:
    """Let a commitment be one made to a group no more. Part of its owner's write."""
    made.removed_at = now
    made.version += 1
    made.save(update_fields=["removed_at", "version"])
    log.add(table="group_commitments", row_id=made.id, version=made.version, gone=True)


def _change_terms(
    found: Commitment,
    standing: list[Terms],
    changed: Mapping[str, Any],
    *,
    today: date,
    now: datetime,
) -> list[Terms]:
    """Store what stands after a change of terms, and return it."""
    held = terms.current(on=today, standing=standing)
    cadence = Cadence(changed.get("cadence", held.cadence))
    if (cadence == Cadence.ONCE) != (held.cadence == "once"):
        raise invalid(
            pointer="/cadence", code="once_stays_once", detail="Promise another one instead."
        )
    same = cadence == held.cadence
    wanted = _terms(
        cadence=cadence,
        weekdays=changed.get("weekdays", held.weekdays if same else ()),
        times_per_week=changed.get("times_per_week", held.times_per_week if same else None),
        end=changed.get("end", held.ends_on),
        start=found.started_on,
    )
    after = terms.changed(
        wanted=wanted, standing=standing, today=today, easing_delay=found.easing_delay
    )
    superseded = [one.from_date for one in standing if one not in after]
    CommitmentTerms.objects.filter(
        commitment=found, from_date__in=superseded, superseded_at__isnull=True
    ).update(superseded_at=now)
    _add_terms(found, [one for one in after if one not in standing], now=now)
    found.ended_on = after[-1].ends_on
    return after


def _terms(
    *,
    cadence: Cadence,
    weekdays: Sequence[int] | frozenset[int],
    times_per_week: int | None,
    end: date | None,
    start: date,
) -> Terms:
    """Return terms that hold from the start. Raises Invalid where they contradict each other."""
    if bool(weekdays) != (cadence == Cadence.WEEKDAYS):
        raise invalid(
            pointer="/weekdays",
            code="weekdays_and_cadence",
            detail="The cadence weekdays needs some; the others take none.",
        )
    if (times_per_week is not None) != (cadence == Cadence.TIMES_PER_WEEK):
        raise invalid(
            pointer="/times_per_week",
            code="times_and_cadence",
            detail="The cadence times_per_week needs a number; the others take none.",
        )
    if end is not None and end < start:
        raise invalid(
            pointer="/end", code="ends_before_it_begins", detail="This lies before the start."
        )
    if cadence == Cadence.ONCE:
        end = end or start
        if end - start > LONGEST_ONCE:
            raise invalid(pointer="/end", code="too_long", detail="A year is the longest.")
    return Terms(
        from_date=start,
        cadence=cast(terms.Cadence, cadence.value),
        weekdays=frozenset(weekdays),
        times_per_week=times_per_week,
        ends_on=end,
    )


def _add_terms(found: Commitment, added: Sequence[Terms], *, now: datetime) -> None:
    CommitmentTerms.objects.bulk_create(
        CommitmentTerms(
            member_id=found.member_id,
            commitment=found,
            from_date=one.from_date,
            cadence=one.cadence,
            weekdays=sorted(one.weekdays),
            times_per_week=one.times_per_week,
            ends_on=one.ends_on,
            recorded_at=now,
        )
        for one in added
    )


def _goal(member: Member, goal_id: UUID | None) -> Goal | None:
    if goal_id is None:
        return None
    found: Goal | None = goals.goals_of(member_id=member.id).find(id=goal_id)
    if found is None:
        raise invalid(pointer="/goal", code="unknown_goal", detail="No goal of yours.")
    return found


def _confirmer(member: Member, partnership_id: UUID | None) -> Partnership | None:
    if partnership_id is None:
        return None
    try:
        return partners.partnership(member_id=member.id, partnership_id=partnership_id)
    except Missing:
        raise invalid(
            pointer="/confirmer", code="unknown_partner", detail="No partner of yours."
        ) from None


def _publish(found: Commitment, *, now: datetime) -> None:
    events.publish(fact=CommitmentMoved(commitment_id=found.id, member_id=found.member_id, at=now))
