"""The ladder of silence: who is to hear what, and when to look again."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime
from uuid import UUID

from notifications import deadlines, sender, telling
from notifications.deadlines import Due, Handled
from notifications.models import DeadlineKind, Dropped, Notification, NotificationState
from notifications.outbox import Draft
from notifications.wording import Kind
from recovery.checkins import quiet
from recovery.checkins.events import QuietDaysChosen
from recovery.kernel import days
from recovery.partners.events import GrantsChanged
from recovery.sharing.models import Grant, Scope


def watch(fact: GrantsChanged) -> None:
    """Watch a member's silence from the first consent to hear of it on."""
    given = Grant.objects.in_force(fact.at).filter(owner_id=fact.owner_id, scope=Scope.QUIET_ALERTS)
    if given.exists():
        deadlines.set_first(
            member_id=fact.owner_id,
            kind=DeadlineKind.QUIET,
            subject_id=fact.owner_id,
            due_at=fact.at,
        )


def look_again(fact: QuietDaysChosen) -> None:
    """Look at a member's silence with the number of days that they have chosen now."""
    deadlines.look_again(member_id=fact.member_id, kind=DeadlineKind.QUIET, at=fact.at)


def handle(rows: Sequence[Due], now: datetime) -> Handled:
    """Take the step that each member's silence asks for."""
    living = {row.member_id: row for row in rows if row.member_deleted_at is None}
    taken = quiet.take_steps(
        members=[
            quiet.Days(row.member_id, row.zone, row.day_start_hour) for row in living.values()
        ],
        out_until=sender.look(now=now).out_until(now=now),
        unheard=_unheard,
        now=now,
    )
    drafts: list[Draft] = []
    next_due_at = {}
    for member_id, step in taken.items():
        row = living[member_id]
        today = days.local_date(now, zone=row.zone, day_start_hour=row.day_start_hour)
        if step.again_at is not None:
            next_due_at[row.id] = step.again_at
        if step.announced is not None:
            drafts.append(
                telling.draft(
                    kind=Kind.QUIET_AHEAD,
                    member_id=member_id,
                    subject_id=step.announced,
                    local_date=today,
                    now=now,
                )
            )
        drafts += [
            telling.draft(
                kind=Kind.PARTNER_QUIET,
                member_id=told.viewer_id,
                subject_id=told.partnership_id,
                partnership_id=told.partnership_id,
                local_date=today,
                now=now,
            )
            for told in step.told
        ]
    return Handled(drafts=drafts, next_due_at=next_due_at)


def _unheard(spell_ids: Collection[UUID]) -> set[UUID]:
    """Return the spells whose latest announcement never left, because of us.

    One that waits for a worker, or waited until it was too old. Without a phone, or with push off,
    the inbox is all there is, and nothing holds that up.
    """
    if not spell_ids:
        return set()
    rows = Notification.objects.filter(kind=Kind.QUIET_AHEAD, subject_id__in=spell_ids)
    latest = {
        spell_id: (state, reason)
        for spell_id, state, reason in rows.order_by("created_at").values_list(
            "subject_id", "state", "dropped_reason"
        )
        if spell_id is not None
    }
    held_up = {
        (NotificationState.PENDING, Dropped.NO),
        (NotificationState.DROPPED, Dropped.EXPIRED),
    }
    return {spell_id for spell_id, ended in latest.items() if ended in held_up}
