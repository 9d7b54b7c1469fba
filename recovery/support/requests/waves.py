"""What happens by itself while nobody answers: the others are asked, and the asker is told.

Called at the request's deadlines, which are only times to look: everything is asked anew.
"""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from recovery.kernel import events
from recovery.support import choice
from recovery.support.events import SupportUnanswered
from recovery.support.models import (
    HELPFUL,
    SupportAnswer,
    SupportAsk,
    SupportAskQuerySet,
    SupportRequest,
)
from recovery.support.requests import asking
from recovery.support.requests.opening import groups_asked


def ask_others(*, request_id: UUID, now: datetime) -> None:
    """Ask all others who can be asked now, once for each request.

    Not while somebody says that they will contact the asker: then nobody is told for nothing.
    Should they take that back, the others are asked at once (``answering``).
    """
    request = _locked(request_id, now)
    if request is not None:
        ask_others_of(request, now=now)


def ask_others_of(request: SupportRequest, *, now: datetime) -> None:
    """The same for a request whose row is locked and which goes on."""
    if request.others_asked_at is not None or now < request.second_wave_at:
        return
    if counted_answers(request, now=now).filter(answer=SupportAnswer.WILL_CONTACT_YOU).exists():
        return
    found = asking.candidates(asker_id=request.member_id, group_ids=groups_asked(request), now=now)
    told = frozenset(
        ask.helper_id
        for ask in request.asks.all()
        if ask.helper_id and ask.asked_at > _counts_from(request)
    )
    request.others_asked_at = now
    request.save(update_fields=["others_asked_at"])
    others = choice.to_ask_then(found.values(), already_told=told)
    asking.tell(request=request, chosen=others, wave=2, now=now)


def note_silence(*, request_id: UUID, now: datetime) -> None:
    """Say that ten minutes went by and nobody can be there, now or later.

    Those who answered that they are not able leave the asker as alone as silence does.
    """
    request = _locked(request_id, now)
    if request is None or not is_unanswered(request, now=now):
        return
    events.publish(
        fact=SupportUnanswered(
            request_id=request.id,
            asker_id=request.member_id,
            closes_at=request.closes_at,
            at=now,
        )
    )


def is_unanswered(request: SupportRequest, *, now: datetime) -> bool:
    """Tell whether the time to answer is over and nobody said that they can be there; one query."""
    if now < request.no_answer_at:
        return False
    return not counted_answers(request, now=now).filter(answer__in=HELPFUL).exists()


def counted_answers(request: SupportRequest, *, now: datetime) -> SupportAskQuerySet:
    """Return the answers by which this request goes on or not.

    One that was carried over from the request before counts if it was fresh then: whoever said an
    hour ago that they will call, and is asked for again, has not called.
    """
    asks = SupportAsk.objects.seen_by_askers(now).filter(request=request)
    return asks.filter(answered_at__gt=_counts_from(request))


def _counts_from(request: SupportRequest) -> datetime:
    return request.created_at - choice.APART


def _locked(request_id: UUID, now: datetime) -> SupportRequest | None:
    open_ones = SupportRequest.objects.open(now).filter(member__deleted_at__isnull=True)
    row: SupportRequest | None = open_ones.select_for_update(of=("self",)).find(id=request_id)
    return row
