"""Requests for support: whom to tell, when to look again, and whether it is still so.

Ahead of everything else: the rows are urgent, and their hint goes to the urgent queue. What a push
says is the same neutral sentence as always; the text is read in the app. A request itself is never
kept here: rows carry its id, and everything is asked anew before anything is sent
(``checks.support``).
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from notifications import deadlines, telling
from notifications.deadlines import Due, Handled
from notifications.kinds import KINDS
from notifications.models import DeadlineKind
from notifications.outbox import Draft
from notifications.wording import Kind
from recovery.kernel import events
from recovery.support.events import (
    SupportAnswered,
    SupportAsked,
    SupportClosed,
    SupportOpened,
    SupportReplied,
    SupportUnanswered,
)
from recovery.support.requests import closing, waves

DEADLINES = (
    DeadlineKind.SUPPORT_WAVE,
    DeadlineKind.SUPPORT_NO_ANSWER,
    DeadlineKind.SUPPORT_CLOSE,
)


def subscribe() -> None:
    """Subscribe to what happens to requests, and answer for their deadlines."""
    events.subscribe(fact=SupportOpened, handler=_look_again_later)
    events.subscribe(fact=SupportClosed, handler=_look_no_more)
    events.subscribe(fact=SupportAsked, handler=_tell_helpers)
    events.subscribe(fact=SupportAnswered, handler=_tell_of_answer)
    events.subscribe(fact=SupportReplied, handler=_tell_of_reply)
    events.subscribe(fact=SupportUnanswered, handler=_tell_of_silence)
    deadlines.handle(kind=DeadlineKind.SUPPORT_WAVE, handler=_ask_others)
    deadlines.handle(kind=DeadlineKind.SUPPORT_NO_ANSWER, handler=_note_silence)
    deadlines.handle(kind=DeadlineKind.SUPPORT_CLOSE, handler=_close)


def _look_again_later(fact: SupportOpened) -> None:
    times = (fact.second_wave_at, fact.no_answer_at, fact.closes_at)
    for kind, due_at in zip(DEADLINES, times, strict=True):
        deadlines.set_deadline(
            member_id=fact.asker_id, kind=kind, subject_id=fact.request_id, due_at=due_at
        )


def _look_no_more(fact: SupportClosed) -> None:
    for kind in DEADLINES:
        deadlines.clear(member_id=fact.asker_id, kind=kind, subject_id=fact.request_id)


def _ask_others(rows: Sequence[Due], now: datetime) -> Handled:
    for row in rows:
        waves.ask_others(request_id=row.subject_id, now=now)
    return Handled()


def _note_silence(rows: Sequence[Due], now: datetime) -> Handled:
    for row in rows:
        waves.note_silence(request_id=row.subject_id, now=now)
    return Handled()


def _close(rows: Sequence[Due], now: datetime) -> Handled:
    closing.close_overdue(request_ids=[row.subject_id for row in rows], now=now)
    return Handled()


def _tell_helpers(fact: SupportAsked) -> None:
    _promise(
        Kind.SUPPORT_REQUEST,
        # Somebody who is asked again by a request that took another's place is told again.
        [(helper_id, f"{fact.request_id}:{ask_id}") for ask_id, helper_id in fact.asks],
        fact=fact,
    )


def _tell_of_answer(fact: SupportAnswered) -> None:
    # Each answer of a helper once, so that changing one's mind back and forth rings no more.
    _promise(
        Kind.SUPPORT_ANSWER,
        [(fact.asker_id, f"{fact.request_id}:{fact.ask_id}:{fact.answer}")],
        fact=fact,
    )


def _tell_of_reply(fact: SupportReplied) -> None:
    _promise(Kind.SUPPORT_REPLY, [(fact.recipient_id, str(fact.message_id))], fact=fact)


def _tell_of_silence(fact: SupportUnanswered) -> None:
    _promise(Kind.SUPPORT_NO_ANSWER, [(fact.asker_id, str(fact.request_id))], fact=fact)


def _promise(
    kind: Kind,
    told: Sequence[tuple[UUID, str]],
    *,
    fact: SupportAsked | SupportAnswered | SupportReplied | SupportUnanswered,
) -> None:
    entry = KINDS[kind]
    drafts = [
        Draft(
            member_id=member_id,
            kind=kind,
            dedupe_key=f"{kind}:{member_id}:{about}",
            subject_id=fact.request_id,
            expires_at=min(fact.closes_at, fact.at + entry.worth_pushing),
            urgent=entry.urgent,
        )
        for member_id, about in told
    ]
    telling.tell(*drafts, now=fact.at)
