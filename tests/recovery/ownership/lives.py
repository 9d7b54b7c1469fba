"""Members with a life behind them, made the way the program makes them."""

from __future__ import annotations

import io
import json
import zipfile
from datetime import datetime, time, timedelta
from decimal import Decimal
from typing import Any

from django.db import transaction

from recovery.calendar import services as pauses
from recovery.checkins import services as check_ins
from recovery.checkins.saying import TrackerState
from recovery.commitments.models import Cadence, EntryState
from recovery.commitments.services import commitments, entries
from recovery.goals.models import GoalCategory
from recovery.goals.services import goals, progress, steps
from recovery.kernel import days
from recovery.members.models import Member
from recovery.members.services import passwords
from recovery.ownership import queries
from recovery.ownership.models import ExportJob, ImportJob, ImportState
from recovery.ownership.services import exports, imports, working
from recovery.sobriety.models import (
    Category,
    LimitPer,
    LimitUnit,
    SaidState,
    Tracker,
    TrackerMode,
    Trigger,
)
from recovery.sobriety.services import amounts, trackers, uses
from recovery.sobriety.services.trackers import LimitInput, NewTracker
from recovery.support.queries import Plan
from recovery.support.services import put_plan
from tests.factories import make_member
from tests.partnering import NOW

PASSWORD = "seven-stones-9"


def give_password(member: Member) -> None:
    """Let a member have a password that they can prove."""
    member.password = passwords.hash_new(password=PASSWORD, handle="", pointer="")
    member.save(update_fields=["password"])


def live(member: Member, *, now: datetime = NOW) -> tuple[Tracker, Tracker]:
    """Let a member live for forty days: a clock with uses, a limit with amounts, check-ins."""
    began = now - timedelta(days=40)
    clock, _ = trackers.create(
        member=member,
        tracker_id=None,
        new=NewTracker("Evenings", TrackerMode.ABSTINENCE, Category.ALCOHOL, began),
        now=began,
    )
    limit, _ = trackers.create(
        member=member,
        tracker_id=None,
        new=NewTracker(
            "Games",
            TrackerMode.REDUCTION,
            Category.GAMING,
            began,
            limit=LimitInput(LimitPer.DAY, Decimal(2), LimitUnit.HOURS, began.date()),
        ),
        now=began,
    )
    for number in (3, 9):
        _, event, _ = uses.report(
            member=member,
            tracker_id=clock.id,
            event_id=None,
            used_at=began + timedelta(days=number, hours=2),
            resumed_at=None,
            amount=None,
            trigger=Trigger.STRESS,
            note=f"A hard evening, number {number}",
            now=began + timedelta(days=number, hours=4),
        )
    uses.take_back(member=member, tracker_id=clock.id, event_id=event.id, now=now)
    for back in range(20, 0, -1):
        at = now - timedelta(days=back)
        day = days.local_date(at, zone=member.time_zone, day_start_hour=member.day_start_hour)
        said = SaidState.USED if back == 6 else SaidState.SOBER
        check_ins.put(
            member=member,
            local_date=day,
            answers=check_ins.Answers(
                mood=3,
                feelings=("calm",),
                triggers=("stress",),
                note=f"Written on {day}",
                trackers=(TrackerState(clock.id, said), TrackerState(limit.id, SaidState.SOBER)),
            ),
            when=check_ins.When(answered_at=at, edited_at=at),
            now=at,
        )
        if back % 3 == 0:
            amounts.log_amount(
                member=member,
                tracker_id=limit.id,
                amount_id=None,
                local_date=day,
                amount=Decimal("1.5"),
                now=at,
            )
    first = now.date() - timedelta(days=12)
    pauses.create_pause(
        member=member, pause_id=None, from_date=first, to_date=first + timedelta(days=1), now=now
    )
    promise(member, began=began, now=now)
    put_plan(member=member, plan=Plan(signs=("Short answers",), reasons=("Mornings",)), now=now)
    return clock, limit


def promise(member: Member, *, began: datetime, now: datetime) -> None:
    """Let a member want something, promise something for it, and answer some dates."""
    goal, _ = goals.create(
        member=member,
        goal_id=None,
        new=goals.NewGoal(
            "Save up", GoalCategory.MONEY, why="For the sea", target=Decimal(100), unit="euros"
        ),
        now=began,
    )
    steps.replace(
        member=member, goal_id=goal.id, wanted=[steps.WantedStep(title="Open a tin")], now=began
    )
    for amount in ("20", "12.5"):
        progress.log_progress(
            member=member,
            goal_id=goal.id,
            progress_id=None,
            local_date=began.date(),
            amount=Decimal(amount),
            note="From Friday",
            now=began + timedelta(days=1),
        )
    commitment, _ = commitments.create(
        member=member,
        commitment_id=None,
        new=commitments.NewCommitment(
            "Call Sam", Cadence.DAILY, goal=goal.id, reminder_time=time(18, 30)
        ),
        now=began,
    )
    for back in (3, 4, 5, 9):
        at = now - timedelta(days=back)
        entries.put(
            member=member,
            commitment_id=commitment.id,
            local_date=at.date(),
            said=entries.Said(state=EntryState.KEPT, note="A short call"),
            now=at,
        )


def export_of(member: Member, *, now: datetime = NOW, password: str = "") -> bytes:
    """Return the archive of a member's export, asked for, put together and fetched."""
    job, _ = exports.ask(member=member, password=password, now=now)
    working.work_off(now=now)
    job = ExportJob.objects.get(id=job.id)
    link = queries.shown(job=job, now=now).link
    assert link is not None, job.state
    return b"".join(exports.fetch(token=link.token, now=now).chunks)


def opened(archive: bytes) -> dict[str, Any]:
    """Return the files of an archive by name, read."""
    with zipfile.ZipFile(io.BytesIO(archive)) as found:
        assert found.testzip() is None
        return {name: json.loads(found.read(name)) for name in found.namelist()}


def packed(files: dict[str, bytes]) -> bytes:
    """Return an archive of these files."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return out.getvalue()


def archived() -> bytes:
    """Return the export of somebody's life; whoever lived it is gone again."""
    with transaction.atomic():
        somebody = make_member(time_zone="Europe/Berlin", day_start_hour=3)
        live(somebody)
        raw = export_of(somebody)
        transaction.set_rollback(True)
    return raw


def send(member: Member, archive: bytes, *, now: Any = NOW) -> ImportJob:
    """Send an archive in and let a worker read it."""
    job = imports.receive(member=member, read=io.BytesIO(archive).read, now=now)
    working.work_off(now=now)
    job.refresh_from_db()
    return job


def read_in(member: Member, archive: bytes) -> ImportJob:
    """Read an archive that is valid."""
    job = send(member, archive)
    assert job.state == ImportState.DONE, (job.problem_code, job.problem_file, job.problem_line)
    return job
