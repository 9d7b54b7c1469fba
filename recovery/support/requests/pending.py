"""Whether what is about to be said of a request is still so: for queued work, in sets."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from django.db.models import F

from recovery.partners.models import PartnershipSide
from recovery.support import choice, hours
from recovery.support.models import HELPFUL, SupportAnswer, SupportAsk, SupportRequest

Pair = tuple[UUID, UUID]  # somebody's account, and the id of a request that they were told of


class Standing(StrEnum):
    """Where an ask stands at the moment at which its helper would be told."""

    WANTED = "wanted"
    ANSWERED = "answered"  # since they were asked
    NOT_NOW = "not_now"  # it waits in their inbox: their hours are over
    GONE = "gone"  # closed, taken back, blocked, paused, ended: they do not learn which


def of_helpers(*, pairs: Collection[Pair], now: datetime) -> dict[Pair, Standing]:
    """Return how each ask stands, by helper and by any request of its series; three queries."""
    series = _series({request_id for _, request_id in pairs})
    asks = (
        SupportAsk.objects.seen_by_helpers(now)
        .filter(
            helper_id__in={helper_id for helper_id, _ in pairs},
            request__series__in=set(series.values()),
        )
        .select_related("request", "helper", "membership")
    )
    found = {(ask.helper_id, ask.request.series): ask for ask in asks if ask.helper_id}
    of_partners = [ask.partnership_id for ask in found.values() if ask.partnership_id is not None]
    sides = {
        (side.partnership_id, side.member_id): side
        for side in PartnershipSide.objects.filter(partnership_id__in=of_partners)
    }
    standings = {}
    for helper_id, request_id in pairs:
        ask = found.get((helper_id, series[request_id])) if request_id in series else None
        side = sides.get((ask.partnership_id, helper_id)) if ask and ask.partnership_id else None
        standings[helper_id, request_id] = _standing(ask, side, now=now)
    return standings


def answers_shown(*, pairs: Collection[Pair], now: datetime) -> set[Pair]:
    """Return those (asker, request) pairs of which the asker sees an answer now; two queries."""
    series = _series({request_id for _, request_id in pairs})
    asks = SupportAsk.objects.seen_by_askers(now).filter(
        request__member_id__in={asker_id for asker_id, _ in pairs},
        request__series__in=set(series.values()),
    )
    shown = set(asks.values_list("request__member_id", "request__series"))
    return {pair for pair in pairs if (pair[0], series.get(pair[1])) in shown}


def unanswered(*, request_ids: Collection[UUID], now: datetime) -> set[UUID]:
    """Return those requests that are open and that nobody said they can be there for; two queries.

    As ``waves.is_unanswered`` says of one.
    """
    open_ones = SupportRequest.objects.open(now).filter(
        id__in=request_ids, no_answer_at__lte=now, member__deleted_at__isnull=True
    )
    helped = SupportAsk.objects.seen_by_askers(now).filter(
        request_id__in=request_ids,
        answer__in=HELPFUL,
        answered_at__gt=F("request__created_at") - choice.APART,
    )
    without = set(open_ones.values_list("id", flat=True))
    return without - set(helped.values_list("request_id", flat=True))


def _series(request_ids: Collection[UUID]) -> dict[UUID, UUID]:
    rows = SupportRequest.objects.filter(id__in=request_ids)
    return dict(rows.values_list("id", "series"))


def _standing(ask: SupportAsk | None, side: PartnershipSide | None, *, now: datetime) -> Standing:
    if ask is None:
        return Standing.GONE
    if ask.answer != SupportAnswer.NONE and ask.answered_at and ask.answered_at >= ask.asked_at:
        return Standing.ANSWERED
    chosen = side or ask.membership
    if chosen is None or not chosen.answers_support:
        return Standing.NOT_NOW
    if side is not None and side.may_be_woken:
        return Standing.WANTED
    if ask.helper is None:  # pragma: no cover
        raise AssertionError("only asks of somebody are asked about")
    within = hours.within(
        now=now, zone=ask.helper.time_zone, start=chosen.support_from, end=chosen.support_to
    )
    return Standing.WANTED if within else Standing.NOT_NOW
