"""A request for support as its asker sees it, and as one who was asked sees it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from django.db.models import Exists, OuterRef, Q, Subquery

from recovery.calendar.queries import today_of
from recovery.kernel import sealing
from recovery.kernel.errors import Missing
from recovery.kernel.sealing import Sealer
from recovery.members.models import Member
from recovery.partners.models import PartnershipSide
from recovery.sharing import services as access_log
from recovery.sharing.models import Grant, Scope
from recovery.sharing.services import Look
from recovery.support import contact
from recovery.support.models import (
    HELPFUL,
    SupportAnswer,
    SupportAsk,
    SupportAskQuerySet,
    SupportMessage,
    SupportRequest,
    SupportRequestQuerySet,
    SupportState,
)
from recovery.support.requests import waves
from recovery.support.requests.answering import received as asks_received


class Direction(StrEnum):
    """Whose request it is to the one who looks."""

    SENT = "sent"
    RECEIVED = "received"


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody as the other knows them: a partner, or a member of a group by their alias.

    All empty: a former member, whose account is gone.
    """

    partner_id: UUID | None
    handle: str | None
    group_id: UUID | None
    group_member_id: UUID | None
    alias: str | None


FORMER_MEMBER = Person(
    partner_id=None, handle=None, group_id=None, group_member_id=None, alias=None
)


@dataclass(frozen=True, slots=True)
class Line:
    """One message of a thread."""

    id: UUID
    is_mine: bool
    text: str
    created_at: datetime


@dataclass(frozen=True, slots=True)
class Thread:
    """What the asker and one helper have between them; ``id`` names it, and the answer in it."""

    id: UUID
    person: Person
    answer: SupportAnswer
    answered_at: datetime | None
    lines: list[Line]


@dataclass(frozen=True, slots=True)
class Seen:
    """A request as one of the two sees it. ``contact`` is the asker's, for a helper; or empty."""

    id: UUID
    direction: Direction
    state: SupportState
    created_at: datetime
    closes_at: datetime
    closed_at: datetime | None
    text: str
    no_answer_yet: bool
    contact: str
    threads: list[Thread]


def sent(*, member_id: UUID) -> SupportRequestQuerySet:
    """Return all requests that a member made."""
    found: SupportRequestQuerySet = SupportRequest.objects.owned_by(member_id)
    return found


def received(*, helper_id: UUID, now: datetime) -> SupportRequestQuerySet:
    """Return the open requests of others that this member was asked by and may see now."""
    asks = SupportAsk.objects.seen_by_helpers(now).filter(helper_id=helper_id)
    found: SupportRequestQuerySet = SupportRequest.objects.filter(id__in=asks.values("request_id"))
    return found


def leading_to_sent(*, member_id: UUID, now: datetime) -> SupportRequestQuerySet:
    """Return those of a member's requests by which one of theirs that goes on is found."""
    mine = sent(member_id=member_id)
    return mine.filter(series__in=mine.open(now).values("series"))


def leading_to_received(*, helper_id: UUID, now: datetime) -> SupportRequestQuerySet:
    """Return the requests by which a helper finds one that they may see now."""
    asks = SupportAsk.objects.seen_by_helpers(now).filter(helper_id=helper_id)
    found: SupportRequestQuerySet = SupportRequest.objects.filter(
        series__in=asks.values("request__series")
    )
    return found


def one(*, viewer: Member, request_id: UUID, now: datetime) -> Seen:
    """Return a request of the viewer's own, or one that they were asked by. Raises Missing.

    Whoever was asked by a request that another has replaced is shown that one.
    """
    own = sent(member_id=viewer.id).find(id=request_id)
    if own is not None:
        return as_asker(requests=[own], now=now)[0]
    asks = asks_received(helper_id=viewer.id, request_id=request_id, now=now)
    found = as_helper(helper=viewer, asks=asks, now=now)
    if not found:
        raise Missing()
    return found[0]


def as_asker(*, requests: Sequence[SupportRequest], now: datetime) -> list[Seen]:
    """Return a member's own requests; of the people asked only those who answered.

    Of one whose account is gone since the asker keeps what they wrote themselves.
    Four queries at most, however many. A closed one has no text and no threads.
    """
    going_on = [row for row in requests if _is_open(row, now)]
    answered = SupportAsk.objects.seen_by_askers(now).values("id")
    former = SupportAsk.objects.of_former_members(now).values("id")
    asks = SupportAsk.objects.filter(
        Q(id__in=answered) | Q(id__in=former), request__in=[row.id for row in going_on]
    )
    threads: dict[UUID, list[SupportAsk]] = defaultdict(list)
    # In the order in which they were asked: that of the answers is told by their instants.
    for ask in _named(asks, of_helper=True).order_by("answered_at", "id") if going_on else ():
        threads[ask.request_id].append(ask)
    flat = [ask for of_one in threads.values() for ask in of_one]
    sealers = _sealers(flat, also={row.member_id for row in going_on})
    lines = _lines(flat, sealers, viewer_id=requests[0].member_id) if flat else {}
    return [
        Seen(
            id=row.id,
            direction=Direction.SENT,
            state=_state(row, now),
            created_at=row.created_at,
            closes_at=row.closes_at,
            closed_at=row.closed_at if row.closed_at or _is_open(row, now) else row.closes_at,
            text=_text(row, sealers) if _is_open(row, now) else "",
            no_answer_yet=_is_open(row, now) and waves.is_unanswered(row, now=now),
            contact="",
            threads=[_thread(ask, lines, of_helper=True) for ask in threads[row.id]],
        )
        for row in requests
    ]


def of_helper(*, helper: Member, requests: Sequence[SupportRequest], now: datetime) -> list[Seen]:
    """Return these requests of others in their order, those that the helper may still see."""
    asks = SupportAsk.objects.seen_by_helpers(now).filter(
        helper_id=helper.id, request__in=[row.id for row in requests]
    )
    found = {seen.id: seen for seen in as_helper(helper=helper, asks=asks, now=now)}
    return [found[row.id] for row in requests if row.id in found]


def as_helper(*, helper: Member, asks: SupportAskQuerySet, now: datetime) -> list[Seen]:
    """Return the requests behind some of a helper's asks, as that helper sees them.

    With the asker's contact text where the helper said that they can be there, and the asker lets
    that partner see it; that the helper sees it is on record for the asker, by date, before this
    returns. The request itself is not: that somebody looked who has not answered would tell who
    was asked. Raises Unavailable when that cannot be recorded.
    """
    contactable = Grant.objects.showing(now).filter(
        partnership=OuterRef("partnership"),
        owner=OuterRef("request__member"),
        viewer=OuterRef("helper"),
        scope=Scope.CONTACT,
    )
    rows = list(
        _named(asks, of_helper=False)
        .select_related("request__member")
        .annotate(may_contact=Exists(contactable))
    )
    if not rows:
        return []
    sealers = _sealers(rows, also=())
    lines = _lines(rows, sealers, viewer_id=helper.id)
    contacts = _contacts(rows, sealers, helper=helper, now=now)
    return [
        Seen(
            id=ask.request.id,
            direction=Direction.RECEIVED,
            state=SupportState.OPEN,
            created_at=ask.request.created_at,
            closes_at=ask.request.closes_at,
            closed_at=None,
            text=_text(ask.request, sealers),
            no_answer_yet=False,
            contact=contacts.get(ask.id, ""),
            threads=[_thread(ask, lines, of_helper=False)],
        )
        for ask in rows
    ]


def _named(asks: SupportAskQuerySet, *, of_helper: bool) -> SupportAskQuerySet:
    """Load with each ask what one side of it is called by the other."""
    sides = PartnershipSide.objects.filter(partnership=OuterRef("partnership"))
    if of_helper:
        side = sides.filter(member=OuterRef("helper"))
        loaded = asks.select_related("helper", "membership")
    else:
        side = sides.filter(member=OuterRef("request__member"))
        loaded = asks.select_related("asker_membership")
    return loaded.annotate(partner_alias=Subquery(side.values("alias")[:1]))


def _person(ask: SupportAsk, *, of_helper: bool) -> Person:
    member = ask.helper if of_helper else ask.request.member
    if member is None:
        return FORMER_MEMBER
    if ask.partnership_id is not None:
        alias = ask.partner_alias or None  # type: ignore[attr-defined]  # annotated
        return Person(
            partner_id=ask.partnership_id,
            handle=None if alias else member.handle,
            group_id=None,
            group_member_id=None,
            alias=alias,
        )
    membership = ask.membership if of_helper else ask.asker_membership
    if membership is None:  # pragma: no cover
        raise AssertionError("an ask without a partnership has both memberships")
    return Person(
        partner_id=None,
        handle=None,
        group_id=membership.group_id,
        group_member_id=membership.id,
        alias=membership.alias,
    )


def _thread(ask: SupportAsk, lines: dict[UUID, list[Line]], *, of_helper: bool) -> Thread:
    return Thread(
        id=ask.id,
        person=_person(ask, of_helper=of_helper),
        # Nobody is to wait for somebody who is not there any more.
        answer=SupportAnswer(ask.answer if ask.helper_id else SupportAnswer.NONE),
        answered_at=ask.answered_at if ask.helper_id else None,
        lines=lines.get(ask.id, []),
    )


def _sealers(asks: Sequence[SupportAsk], *, also: Collection[UUID]) -> dict[UUID, Sealer]:
    helpers = {ask.helper_id for ask in asks if ask.helper_id}
    askers = {ask.request.member_id for ask in asks} if not also else set()
    wanted = helpers | askers | set(also)
    return sealing.for_members(member_ids=sorted(wanted)) if wanted else {}


def _lines(
    asks: Sequence[SupportAsk], sealers: dict[UUID, Sealer], *, viewer_id: UUID
) -> dict[UUID, list[Line]]:
    """Return the messages of threads, oldest first, without what is withheld from the viewer.

    Of a thread with a former member the viewer's own: the other's went with their account.
    """
    former = {ask.id for ask in asks if ask.helper_id is None}
    shown = SupportMessage.objects.filter(ask__in=[ask.id for ask in asks]).filter(
        Q(member_id=viewer_id) | Q(withheld=False)
    )
    found: dict[UUID, list[Line]] = defaultdict(list)
    for row in shown.order_by("created_at", "id"):
        label = SupportMessage.sealed["text"]
        if row.ask_id in former and row.member_id != viewer_id:
            continue
        found[row.ask_id].append(
            Line(
                id=row.id,
                is_mine=row.member_id == viewer_id,
                text=sealers[row.member_id].open(row.text, label=label, row_id=row.id),
                created_at=row.created_at,
            )
        )
    return found


def _contacts(
    asks: Sequence[SupportAsk], sealers: dict[UUID, Sealer], *, helper: Member, now: datetime
) -> dict[UUID, str]:
    allowed = {
        ask.request.member_id: ask
        for ask in asks
        if ask.may_contact and ask.answer in HELPFUL  # type: ignore[attr-defined]  # annotated
    }
    if not allowed:
        return {}
    cards = list(contact.cards_of(member_ids=allowed))
    looks = [_look(allowed[card.member_id], now=now) for card in cards]
    access_log.note_looks(viewer_id=helper.id, looks=looks)
    return {
        allowed[card.member_id].id: contact.text_of(card=card, sealer=sealers[card.member_id])
        for card in cards
    }


def _look(ask: SupportAsk, *, now: datetime) -> Look:
    if ask.partnership_id is None:  # pragma: no cover
        raise AssertionError("only partners see how to reach somebody")
    asker = ask.request.member
    return Look(
        partnership_id=ask.partnership_id,
        owner_id=asker.id,
        scopes=(Scope.CONTACT,),
        seen_on=today_of(member=asker, now=now),
    )


def _text(row: SupportRequest, sealers: dict[UUID, Sealer]) -> str:
    label = SupportRequest.sealed["text"]
    return sealers[row.member_id].open(row.text, label=label, row_id=row.id)


def _is_open(row: SupportRequest, now: datetime) -> bool:
    return row.closed_at is None and row.closes_at > now


def _state(row: SupportRequest, now: datetime) -> SupportState:
    return SupportState.OPEN if _is_open(row, now) else SupportState.CLOSED
