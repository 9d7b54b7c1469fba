"""Make sponsors with partners who share a life with them."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.utils import timezone

from bench import data
from bench.inside.life import member
from bench.inside.tables import analyze
from recovery.calendar.queries import today_of
from recovery.commitments import queries as promises
from recovery.commitments.models import Cadence, CommitmentEntry, EntryState
from recovery.commitments.services import commitments, tallies
from recovery.kernel.ids import new_id
from recovery.members.models import Member
from recovery.overview import consent
from recovery.partners import services as partners
from recovery.sharing.models import Scope
from recovery.sharing.services import Wanted

# Days between two uses: of the first partner, and how many more of each next one, so that on any
# day some have just reached a milestone and most have not.
USES_EVERY, MORE = 45, 5


def main(many: str, few: str, year: str, days: str) -> dict[str, Any]:
    """Return three sponsors: many partners with a year, many with some days, few with a year."""
    now = timezone.now()
    found = {
        "many_year": sponsor(count=int(many), days=int(year), now=now),
        "many_days": sponsor(count=int(many), days=int(days), now=now),
        "few_year": sponsor(count=int(few), days=int(year), now=now),
    }
    analyze()
    return found


def sponsor(*, count: int, days: int, now: datetime) -> dict[str, Any]:
    """Make a member with so many partners, each with so many days of history; return what it holds.

    Each partner shares whether they checked in, a commitment, and of a tracker its milestones,
    weeks, exact clock and uses.
    """
    lead = member(days=1, now=now)
    viewer = UUID(lead["member"])
    links = [
        _partner(viewer, days=days, uses_every=USES_EVERY + MORE * number, now=now)
        for number in range(count)
    ]
    return {**lead, "partners": [str(link) for link in links]}


def _partner(viewer_id: UUID, *, days: int, uses_every: int, now: datetime) -> UUID:
    made = member(days=days, now=now, uses_every=uses_every)
    owner = Member.objects.get(id=made["member"])
    code = partners.invite(member_id=owner.id, invite_id=None, now=now).code
    link = partners.accept(member_id=viewer_id, code=code, now=now).partnership
    tracker = UUID(made["trackers"][0])
    of_tracker = (Scope.MILESTONES, Scope.SOBER_TIME, Scope.SOBER_CLOCK, Scope.USE_EVENTS)
    consent.share(
        owner_id=owner.id,
        partnership_id=link.id,
        wanted=[
            Wanted(scope=Scope.CHECK_IN_STATUS),
            Wanted(scope=Scope.COMMITMENTS, item_id=_promise(owner, days=days, now=now)),
            *(Wanted(scope=scope, item_id=tracker) for scope in of_tracker),
        ],
        now=now,
    )
    return link.id


def _promise(owner: Member, *, days: int, now: datetime) -> UUID:
    """Make a daily commitment that was answered on most dates; return its id."""
    today = today_of(member=owner, now=now)
    made, _ = commitments.create(
        member=owner,
        commitment_id=None,
        new=commitments.NewCommitment(
            title="A walk before work",
            cadence=Cadence.DAILY,
            start=today - timedelta(days=days),
        ),
        now=now,
    )
    CommitmentEntry.objects.bulk_create(
        [
            CommitmentEntry(
                id=new_id(),
                member=owner,
                commitment=made,
                local_date=what.local_date,
                state=EntryState.KEPT if what.mood > 1 else EntryState.NOT_KEPT,
                zone=owner.time_zone,
                day_start_hour=0,
                received_at=now,
                edited_at=now,
                created_at=now,
            )
            for what in data.history(days=days, today=today)
        ],
        batch_size=500,
    )
    found = promises.commitment_of(member_id=owner.id, commitment_id=made.id)
    tallies.refold(member=owner, standing=[(found, promises.terms_of(commitment=found))], now=now)
    return made.id
