"""Those who were asked answer; they and the asker write to each other."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.db.models import Q

from recovery.kernel import changes, events, rows, sealing
from recovery.kernel.errors import Missing, invalid
from recovery.kernel.ids import new_id
from recovery.partners.help import count_help
from recovery.partners.help_models import HelpKind
from recovery.support.events import SupportAnswered, SupportReplied
from recovery.support.models import (
    HELPFUL,
    SupportAnswer,
    SupportAsk,
    SupportAskQuerySet,
    SupportMessage,
    SupportRequest,
)
from recovery.support.refusals import AnswerFirst, RequestClosed, ThreadFull
from recovery.support.requests import closing, waves

MOST_MESSAGES = 50
TEXT_LABEL = SupportMessage.sealed["text"]


def received(*, helper_id: UUID, request_id: UUID, now: datetime) -> SupportAskQuerySet:
    """Return what a helper may see by a request's id: one ask, or none.

    Any request of a series leads to the one that is open: whoever was told of the one before finds
    what took its place.
    """
    series = SupportRequest.objects.filter(id=request_id).values("series")
    asks = SupportAsk.objects.seen_by_helpers(now).filter(helper_id=helper_id)
    return asks.filter(request__series__in=series)


def answer(*, helper_id: UUID, request_id: UUID, said: SupportAnswer, now: datetime) -> SupportAsk:
    """Say whether one can be there; it may be changed as long as the request is open.

    Counted once as help given, when it is any. Raises Missing for a request that one was not asked
    by, or may not see any more.
    """
    asker_id = _asker_of(helper_id, request_id, now)
    # The asker's lock too, so that no other request of theirs takes this one's place meanwhile.
    with changes.together(member_ids=(asker_id, helper_id), now=now) as logs:
        ask = _locked_ask(helper_id, request_id, now)
        if ask.answer == said:
            return ask
        ask.answer, ask.answered_at = said, now
        ask.version += 1
        helps_first = said in HELPFUL and not ask.helped
        ask.helped = ask.helped or helps_first
        ask.save(update_fields=["answer", "answered_at", "version", "helped"])
        logs[helper_id].add(
            table="support_asks", row_id=ask.id, version=ask.version, fields=["answer"]
        )
        ask.request.version += 1
        ask.request.save(update_fields=["version"])
        logs[asker_id].add(
            table="support_requests",
            row_id=ask.request_id,
            version=ask.request.version,
            fields=["answers"],
        )
        if helps_first:
            count_help(member_id=helper_id, kind=HelpKind.SUPPORT_ANSWER)
        events.publish(
            fact=SupportAnswered(
                ask_id=ask.id,
                request_id=ask.request_id,
                asker_id=asker_id,
                answer=said,
                closes_at=ask.request.closes_at,
                at=now,
            )
        )
        # Somebody who was coming and now is not: who was spared on their account is asked.
        waves.ask_others_of(ask.request, now=now)
    return ask


def write(
    *,
    author_id: UUID,
    request_id: UUID,
    message_id: UUID | None,
    to: UUID | None,
    text: str,
    now: datetime,
) -> tuple[SupportMessage, bool]:
    """Write to the other side of one thread; return the message and whether it is new.

    The asker names with ``to`` the thread; a helper has one only and need not name it. A recipient
    who may not see the request never gets it, and the author is not told. Any request of a series
    leads to the one that is open, for both. Nobody is there to read what is written to a former
    member: that is Missing too. Raises Missing, Invalid, AnswerFirst, RequestClosed,
    ThreadFull, and IdTaken for a known id with other content.
    """
    if not SupportRequest.objects.owned_by(author_id).filter(id=request_id).exists():
        return _reply(author_id, request_id, message_id, to=to, text=text, now=now)
    if to is None:
        raise invalid(pointer="/to", code="required", detail="Say which thread it belongs to.")
    with changes.write(member_id=author_id, now=now) as log:
        row = closing.locked_open(member_id=author_id, request_id=request_id, now=now)
        if row is None:
            raise RequestClosed()
        asks = SupportAsk.objects.seen_by_askers(now).filter(id=to, request=row)
        ask = asks.first()
        if ask is None or ask.helper_id is None:
            raise Missing()
        ask.request = row
        reaches = SupportAsk.objects.seen_by_helpers(now).filter(id=ask.id).exists()
        return _store(
            ask,
            author_id=author_id,
            recipient_id=ask.helper_id,
            message_id=message_id,
            text=text,
            reaches=reaches,
            log=log,
            now=now,
        )


def _reply(
    helper_id: UUID,
    request_id: UUID,
    message_id: UUID | None,
    *,
    to: UUID | None,
    text: str,
    now: datetime,
) -> tuple[SupportMessage, bool]:
    asker_id = _asker_of(helper_id, request_id, now)
    with changes.together(member_ids=(asker_id, helper_id), now=now) as logs:
        ask = _locked_ask(helper_id, request_id, now)
        if to not in (None, ask.id):
            raise Missing()
        if ask.answer == SupportAnswer.NONE:
            raise AnswerFirst()
        return _store(
            ask,
            author_id=helper_id,
            recipient_id=asker_id,
            message_id=message_id,
            text=text,
            reaches=True,
            log=logs[helper_id],
            now=now,
        )


def _store(
    ask: SupportAsk,
    *,
    author_id: UUID,
    recipient_id: UUID,
    message_id: UUID | None,
    text: str,
    reaches: bool,
    log: changes.ChangeLog,
    now: datetime,
) -> tuple[SupportMessage, bool]:
    sealer = sealing.for_member(member_id=author_id)
    digest = sealer.digest({"ask": ask.id, "text": text})
    known = rows.replayed(SupportMessage, row_id=message_id, member_id=author_id, digest=digest)
    if known is not None:
        return known, False
    # What the author does not see takes no room from them: it would tell that there is something.
    seen = SupportMessage.objects.filter(Q(member_id=author_id) | Q(withheld=False), ask=ask)
    if seen.count() >= MOST_MESSAGES:
        raise ThreadFull()
    made = SupportMessage(
        id=message_id or new_id(),
        member_id=author_id,
        body_digest=digest,
        created_at=now,
        ask=ask,
        withheld=not reaches,
    )
    made.text = sealer.seal(text, label=TEXT_LABEL, row_id=made.id)
    rows.insert(made)
    log.add(table="support_messages", row_id=made.id, version=1, fields=["text"])
    if reaches:
        events.publish(
            fact=SupportReplied(
                message_id=made.id,
                ask_id=ask.id,
                request_id=ask.request_id,
                recipient_id=recipient_id,
                closes_at=ask.request.closes_at,
                at=now,
            )
        )
    return made, True


def _asker_of(helper_id: UUID, request_id: UUID, now: datetime) -> UUID:
    asks = received(helper_id=helper_id, request_id=request_id, now=now)
    asker_id: UUID | None = asks.values_list("request__member_id", flat=True).first()
    if asker_id is None:
        raise Missing()
    return asker_id


def _locked_ask(helper_id: UUID, request_id: UUID, now: datetime) -> SupportAsk:
    """Return the helper's ask, its request locked. Raises Missing for what ended meanwhile."""
    asks = received(helper_id=helper_id, request_id=request_id, now=now)
    open_id = asks.values_list("request_id", flat=True).first()
    row = SupportRequest.objects.select_for_update().find(id=open_id)
    ask = asks.filter(request_id=open_id).first() if row is not None else None
    if ask is None:
        raise Missing()
    ask.request = row
    return ask
