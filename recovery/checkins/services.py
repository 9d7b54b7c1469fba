"""Answering, editing and taking back a check-in."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from datetime import date, datetime
from typing import Any

from recovery.calendar import queries as calendar
from recovery.checkins import rules, streaks
from recovery.checkins.models import CheckIn
from recovery.checkins.saying import TrackerState, say, states_of
from recovery.kernel import changes, days, sealing
from recovery.kernel.changes import ChangeLog
from recovery.kernel.errors import Conflict, Missing, invalid
from recovery.kernel.ids import new_id
from recovery.members.models import Member, TimeZoneMode
from recovery.members.services import accounts as members
from recovery.sobriety.models import Tracker
from recovery.sobriety.services import recording

NOTE_LABEL = "check_ins.note"


class DeletedSince(Conflict):
    """The check-in was taken back after this was written."""

    code = "deleted_since"
    title = "This check-in was deleted later than it was edited here"
    client_action = "drop"


@dataclass(frozen=True, slots=True)
class Answers:
    """What a member says in a check-in. All of it may be left out: "I'm here"."""

    pledged: bool = False
    reviewed: bool = False
    mood: int | None = None
    feelings: Sequence[str] = ()
    craving: int | None = None
    confidence: int | None = None
    triggers: Sequence[str] = ()
    note: str = ""
    trackers: Sequence[TrackerState] = ()


@dataclass(frozen=True, slots=True)
class When:
    """When, where and on which phone's clock a check-in was answered."""

    time_zone: str | None = None
    answered_at: datetime | None = None
    edited_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Answered:
    """A stored check-in with its note opened, whether it is new, and the trackers just used."""

    check_in: CheckIn
    note: str
    created: bool = False
    used: Sequence[Tracker] = ()
    sealer: sealing.Sealer | None = None  # of the member, if a note had to be opened or sealed


def put(
    *, member: Member, local_date: date, answers: Answers, when: When, now: datetime
) -> Answered:
    """Answer a date, or answer it anew. What is not newer than the stored row changes nothing.

    Raises Invalid for a date or an instant to come, DeletedSince.
    """
    return _write(
        member=member,
        local_date=local_date,
        merge=lambda _: answers,
        when=when,
        now=now,
        must_exist=False,
    )


def patch(
    *, member: Member, local_date: date, changed: Mapping[str, Any], when: When, now: datetime
) -> Answered:
    """Change some answers of a date's check-in and leave the others. Raises Missing, Invalid."""
    return _write(
        member=member,
        local_date=local_date,
        merge=lambda stored: replace(stored, **changed),
        when=when,
        now=now,
        must_exist=True,
    )


def take_back(*, member: Member, local_date: date, now: datetime) -> None:
    """Delete a check-in and all that it said; its date is unanswered again.

    Nothing more happens when it was deleted before. Raises Missing if there never was one.
    """
    with changes.write(member_id=member.id, now=now) as log:
        row: CheckIn | None = CheckIn.objects.owned_by(member.id).find(local_date=local_date)
        if row is None:
            raise Missing()
        if row.deleted_at is not None:
            return
        before = states_of(row)
        _fill(row, Answers(), _Notes(member))
        row.deleted_at = row.edited_at = now
        row.version += 1
        row.save()
        say(check_in=row, member=member, before=before, after=(), log=log, now=now)
        if row.counts:
            streaks.rebuild(member=member)
        log.add(table="check_ins", row_id=local_date, version=row.version, gone=True)


def _write(
    *,
    member: Member,
    local_date: date,
    merge: Callable[[Answers], Answers],
    when: When,
    now: datetime,
    must_exist: bool,
) -> Answered:
    zone = member.time_zone
    if member.time_zone_mode == TimeZoneMode.FOLLOW:
        zone = days.zone_or_offset(
            name=when.time_zone, instant=when.answered_at, fallback=member.time_zone
        )
    answered_at = recording.not_after_now(when.answered_at or now, now=now, pointer="/answered_at")
    edited_at = recording.not_after_now(when.edited_at or now, now=now, pointer="/edited_at")
    _check_date(local_date, zone=zone, day_start_hour=member.day_start_hour, now=now)
    with changes.write(member_id=member.id, now=now) as log:
        row: CheckIn | None = CheckIn.objects.owned_by(member.id).find(local_date=local_date)
        if must_exist and (row is None or row.deleted_at is not None):
            raise Missing()
        notes = _Notes(member)
        stored = _answers_of(row, notes)
        asked = merge(stored)
        answers = replace(asked, trackers=_in_order(asked.trackers))
        is_live = row is not None and row.deleted_at is None
        # The same again under no edit time of its own is a retry, which finds the first row.
        if row is not None and is_live and answers == stored and when.edited_at is None:
            return Answered(check_in=row, note=stored.note, sealer=notes.sealer)
        if row is not None and edited_at <= row.edited_at:
            if row.deleted_at is not None:
                raise DeletedSince()
            return Answered(check_in=row, note=stored.note, sealer=notes.sealer)
        _follow(member, zone=zone, answered_at=answered_at, log=log, now=now)
        begins = not is_live
        if row is None:
            row = CheckIn(id=new_id(), member=member, local_date=local_date, version=0)
        if begins:
            _begin(row, member, zone=zone, answered_at=answered_at, now=now)
        _fill(row, answers, notes)
        row.edited_at = edited_at
        row.version += 1
        row.save(force_insert=row.version == 1)
        used = say(
            check_in=row,
            member=member,
            before=stored.trackers,
            after=asked.trackers,
            log=log,
            now=now,
        )
        if begins and row.counts:
            streaks.add_date(member=member, day=local_date)
        log.add(
            table="check_ins",
            row_id=local_date,
            version=row.version,
            fields=_changed(stored, answers),
        )
    return Answered(check_in=row, note=answers.note, created=begins, used=used, sealer=notes.sealer)


def _in_order(said: Sequence[TrackerState]) -> tuple[TrackerState, ...]:
    return tuple(sorted(said, key=lambda one: str(one.tracker_id)))


def _check_date(local_date: date, *, zone: str, day_start_hour: int, now: datetime) -> None:
    latest = days.local_date(now + recording.CLOCK_SKEW, zone=zone, day_start_hour=day_start_hour)
    if local_date > latest:
        raise invalid(pointer="/local_date", code="in_the_future", detail="This date is to come.")


def _follow(
    member: Member, *, zone: str, answered_at: datetime, log: ChangeLog, now: datetime
) -> None:
    """Let a member's days follow the phone, if this is the latest we heard of it.

    A stored offset is not a place: it is frozen into the check-in and moves nothing.
    """
    if zone == member.time_zone:
        return
    if zone[0] in "+-" or answered_at <= calendar.last_moved_at(member_id=member.id):
        return
    members.move_days(
        member=member,
        zone=zone,
        day_start_hour=member.day_start_hour,
        effective_at=answered_at,
        now=now,
        log=log,
    )


def _begin(
    row: CheckIn, member: Member, *, zone: str, answered_at: datetime, now: datetime
) -> None:
    row.zone, row.day_start_hour = zone, member.day_start_hour
    if rules.answers_too_early(
        local_date=row.local_date,
        answered_at=answered_at,
        zone=zone,
        day_start_hour=member.day_start_hour,
    ):
        answered_at = now
    row.answered_at, row.received_at = answered_at, now
    row.created_at, row.deleted_at = now, None
    row.counts = rules.counts_for_streak(
        local_date=row.local_date,
        answered_at=answered_at,
        zone=zone,
        day_start_hour=member.day_start_hour,
    )


class _Notes:
    """The member's sealer, fetched only when there is a note to seal or to open."""

    def __init__(self, member: Member) -> None:
        self._member = member
        self.sealer: sealing.Sealer | None = None

    def open(self, row: CheckIn) -> str:
        return self._get().open(row.note, label=NOTE_LABEL, row_id=row.id) if row.note else ""

    def seal(self, text: str, row: CheckIn) -> bytes:
        return self._get().seal(text, label=NOTE_LABEL, row_id=row.id) if text else b""

    def _get(self) -> sealing.Sealer:
        self.sealer = self.sealer or sealing.for_member(member_id=self._member.id)
        return self.sealer


def _answers_of(row: CheckIn | None, notes: _Notes) -> Answers:
    if row is None or row.deleted_at is not None:
        return Answers()
    return Answers(
        pledged=row.pledged,
        reviewed=row.reviewed,
        mood=row.mood,
        feelings=tuple(row.feelings),
        craving=row.craving,
        confidence=row.confidence,
        triggers=tuple(row.triggers),
        note=notes.open(row),
        trackers=states_of(row),
    )


def _fill(row: CheckIn, answers: Answers, notes: _Notes) -> None:
    row.pledged, row.reviewed = answers.pledged, answers.reviewed
    row.mood, row.craving, row.confidence = answers.mood, answers.craving, answers.confidence
    row.feelings, row.triggers = list(answers.feelings), list(answers.triggers)
    row.note = notes.seal(answers.note, row)
    row.trackers = [
        {
            "tracker": str(said.tracker_id),
            "state": said.state.value,
            "amount": f"{said.amount:.3f}" if said.amount is not None else None,
        }
        for said in answers.trackers
    ]


def _changed(stored: Answers, answers: Answers) -> list[str]:
    return [
        item.name
        for item in fields(Answers)
        if getattr(stored, item.name) != getattr(answers, item.name)
    ]
