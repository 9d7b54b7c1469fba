"""Sending in an archive, and start dates from other apps."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID, uuid5

from django.db import transaction

from recovery.kernel import changes, events, sealing
from recovery.kernel.errors import FieldError, Invalid, Missing
from recovery.members.models import Member
from recovery.ownership import parts
from recovery.ownership.archive import MOST_BYTES
from recovery.ownership.events import WorkWaits
from recovery.ownership.models import OPEN_IMPORTS, ImportJob, ImportPart, ImportState
from recovery.ownership.refusals import ArchiveTooLarge, ImportUnderWay, NotAnArchive
from recovery.ownership.services.importing import RECEIVED_WITHIN
from recovery.sobriety.models import Category, Tracker, TrackerMode
from recovery.sobriety.services import trackers

_PIECE = 64 * 1024
_BEGINS = b"PK\x03\x04"


@dataclass(frozen=True, slots=True)
class StartDate:
    """What another app knew of a tracker: what it is called, and since when it counts."""

    name: str
    category: Category
    started_at: datetime


def receive(*, member: Member, read: Callable[[int], bytes], now: datetime) -> ImportJob:
    """Take an archive on, piece by piece, and let a worker read it.

    ``read`` gives up to so many bytes of it, none at its end; it may take its time, so no
    transaction is open meanwhile. Raises ImportUnderWay, NotAnArchive, ArchiveTooLarge.
    """
    with changes.write(member_id=member.id, now=now):
        mine = ImportJob.objects.owned_by(member.id)
        # One whose sending broke off is given up by the next.
        stale = mine.filter(state=ImportState.RECEIVING, created_at__lte=now - RECEIVED_WITHIN / 4)
        stale.update(state=ImportState.STOPPED, finished_at=now, due_at=now)
        if mine.filter(state__in=OPEN_IMPORTS).exists():
            raise ImportUnderWay()
        job = ImportJob.objects.create(member=member, created_at=now, due_at=now + RECEIVED_WITHIN)
    sealer = sealing.for_member(member_id=member.id)
    out = parts.PartWriter(kind=ImportPart, job=job, sealer=sealer)
    try:
        while piece := read(_PIECE):
            if out.size == 0 and not piece.startswith(_BEGINS):
                raise NotAnArchive()
            if out.size + len(piece) > MOST_BYTES:
                raise ArchiveTooLarge()
            out.write(piece)
        if out.size == 0:
            raise NotAnArchive()
        out.finish()
    except Exception:
        ImportJob.objects.filter(id=job.id).delete()
        raise
    with transaction.atomic():
        received = ImportJob.objects.filter(id=job.id, state=ImportState.RECEIVING)
        if received.update(state=ImportState.QUEUED, due_at=now, byte_count=out.size) != 1:
            raise ImportUnderWay()
        events.publish(fact=WorkWaits(at=now))
    job.refresh_from_db()
    return job


def bring_start_dates(
    *, member: Member, dates: Sequence[StartDate], now: datetime
) -> tuple[list[Tracker], int]:
    """Begin a clock for each start date, all or none; return them and how many are new.

    Their days count from the date on, and no use is counted. The same date again, under the same
    name and category, is the tracker that it made, unless that was put away: then it is left out.
    Raises Invalid, naming the date, and TooManyTrackers.
    """
    found: list[Tracker] = []
    new = 0
    with changes.write(member_id=member.id, now=now):
        for index, one in enumerate(dates):
            try:
                tracker, is_new = trackers.create(
                    member=member,
                    tracker_id=_id_of(member, one),
                    new=trackers.NewTracker(
                        name=one.name,
                        mode=TrackerMode.ABSTINENCE,
                        category=one.category,
                        started_at=one.started_at,
                    ),
                    now=now,
                )
            except Missing:
                continue
            except Invalid as refusal:
                raise _named(refusal, index) from None
            found.append(tracker)
            new += is_new
    return found, new


def _id_of(member: Member, one: StartDate) -> UUID:
    said: list[Any] = [one.name, one.category, one.started_at.timestamp()]
    return uuid5(member.id, f"start-date|{json.dumps(said)}")


def _named(refusal: Invalid, index: int) -> Invalid:
    errors = [
        FieldError(f"/trackers/{index}{error.pointer}", error.code, error.detail)
        for error in refusal.errors
    ]
    return Invalid(refusal.detail, errors=errors)
