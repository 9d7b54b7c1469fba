"""Members of this program with a history, made through its services where that is quick enough."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from django.conf import settings
from django.utils import timezone

from api.auth import tokens
from bench import data
from bench.inside.tables import analyze
from recovery.calendar.queries import today_of
from recovery.checkins import streaks
from recovery.checkins.models import CheckIn
from recovery.kernel import sealing
from recovery.kernel.ids import new_id
from recovery.members.models import Member
from recovery.members.services import accounts
from recovery.sobriety.models import Category, SaidState, Tracker, TrackerDay, TrackerMode, Trigger
from recovery.sobriety.services import trackers, uses


def main(days: str, others: str, others_days: str) -> dict[str, Any]:
    """Make one member with ``days`` of history and ``others`` with less; return what they hold."""
    now = timezone.now()
    lead = member(days=int(days), now=now)
    rest = [member(days=int(others_days), now=now) for _ in range(int(others))]
    analyze()
    today = today_of(member=Member.objects.get(id=lead["member"]), now=now)
    return {"today": str(today), "lead": lead, "others": rest}


def member(*, days: int, now: datetime, uses_every: int = 0) -> dict[str, Any]:
    """Make a member with two trackers and a check-in on most dates; return token and ids.

    ``uses_every``: a use is told each so many days.
    """
    began = now - timedelta(days=days + 1)
    signed_in = accounts.make_guest(
        time_zone=data.ZONE,
        accepts_terms=True,
        is_adult=True,
        address=str(new_id()),
        now=began,
    )
    owner, session = signed_in.member, signed_in.session
    # One that began long ago would be over by now; these go on.
    session.refreshed_at, session.expires_at = now, now + settings.SESSION_LIFETIME
    session.save(update_fields=["refreshed_at", "expires_at"])
    begun = [_begin(owner, name, at=began) for name in data.TRACKER_NAMES]
    for back in range(uses_every, days, uses_every) if uses_every else ():
        _tell(owner, begun[0], at=now - timedelta(days=back))
    _answer(owner, begun, days=days, today=today_of(member=owner, now=now), now=now)
    return {
        "member": str(owner.id),
        "token": tokens.sign_access(session_id=session.id, member_id=owner.id, now=now),
        "trackers": [str(tracker.id) for tracker in begun],
    }


def _begin(owner: Member, name: str, *, at: datetime) -> Tracker:
    tracker, _ = trackers.create(
        member=owner,
        tracker_id=None,
        new=trackers.NewTracker(
            name=name,
            mode=TrackerMode.ABSTINENCE,
            category=Category.OWN,
            started_at=at,
            cost_per_day=Decimal("12.50"),
            currency="EUR",
        ),
        now=at,
    )
    return tracker


def _tell(owner: Member, tracker: Tracker, *, at: datetime) -> None:
    uses.report(
        member=owner,
        tracker_id=tracker.id,
        event_id=None,
        used_at=at,
        resumed_at=None,
        amount=None,
        trigger=Trigger.NONE,
        note="",
        now=at,
    )


def _answer(owner: Member, begun: list[Tracker], *, days: int, today: date, now: datetime) -> None:
    sealer = sealing.for_member(member_id=owner.id)
    rows, dates = [], []
    for what in data.history(days=days, today=today):
        at = now - timedelta(days=(today - what.local_date).days)
        row = CheckIn(
            id=new_id(),
            member=owner,
            local_date=what.local_date,
            zone=owner.time_zone,
            day_start_hour=0,
            answered_at=at,
            received_at=at,
            edited_at=at,
            created_at=at,
            counts=True,
            pledged=True,
            reviewed=True,
            mood=what.mood,
            feelings=what.feelings,
            craving=what.craving,
            confidence=what.confidence,
            triggers=what.triggers,
            trackers=[
                {"tracker": str(tracker.id), "state": "sober", "amount": None} for tracker in begun
            ],
        )
        row.note = sealer.seal(what.note, label="check_ins.note", row_id=row.id)
        rows.append(row)
        dates += [
            TrackerDay(
                tracker=tracker,
                member=owner,
                local_date=what.local_date,
                said=SaidState.SOBER,
            )
            for tracker in begun
        ]
    CheckIn.objects.bulk_create(rows, batch_size=200)
    TrackerDay.objects.bulk_create(dates, batch_size=500)
    streaks.rebuild(member=owner)
