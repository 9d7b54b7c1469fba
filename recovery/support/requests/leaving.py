"""A helper's account goes: what they said stays with the asker, as a former member's thread.

Its words go with the account; those of the asker stay until the request closes.
"""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from recovery.kernel import changes
from recovery.support.models import SupportAnswer, SupportAsk, SupportAskQuerySet, SupportRequest


def askers_of(*, helper_id: UUID, now: datetime) -> set[UUID]:
    """Return whose open requests a member was asked by: to be locked before ``leave``."""
    return set(_asks(helper_id, now).values_list("request__member_id", flat=True))


def leave(*, helper_id: UUID, now: datetime) -> list[UUID]:
    """Take a member out of the open requests of others, while what links them still stands.

    A thread that its asker sees stays, a former member's from now on. Any other ask goes: left
    without its helper it would show that somebody was asked. Returns the requests to which the
    member had said that they will be there: when nothing links them any more, who was spared on
    their account is to be asked (``waves.ask_others``). The caller holds the counters of
    ``askers_of``.
    """
    alone: list[UUID] = []
    asks = list(_asks(helper_id, now).order_by("request__member_id", "request_id"))
    for ask in asks:
        request = SupportRequest.objects.select_for_update().find(id=ask.request_id)
        mine = SupportAsk.objects.filter(id=ask.id, request=request)
        if not SupportAsk.objects.seen_by_askers(now).filter(id__in=mine.values("id")).exists():
            mine.delete()
            continue
        mine.update(helper=None, partnership=None)
        request.version += 1
        request.save(update_fields=["version"])
        with changes.write(member_id=request.member_id, now=now) as log:
            log.add(
                table="support_requests",
                row_id=request.id,
                version=request.version,
                fields=["answers"],
            )
        if ask.answer == SupportAnswer.WILL_CONTACT_YOU:
            alone.append(request.id)
    return alone


def _asks(helper_id: UUID, now: datetime) -> SupportAskQuerySet:
    return SupportAsk.objects.filter(
        helper_id=helper_id, request__closed_at__isnull=True, request__closes_at__gt=now
    )
