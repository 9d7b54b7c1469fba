"""A member asks for support: never refused, whoever can be reached."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime
from uuid import UUID

from recovery.kernel import changes, events, rows, sealing
from recovery.kernel.ids import new_id
from recovery.members.models import Member
from recovery.support import choice, wording
from recovery.support.choice import Candidate
from recovery.support.events import SupportOpened
from recovery.support.models import HELPFUL, SupportAsk, SupportRequest
from recovery.support.requests import asking, closing

TEXT_LABEL = SupportRequest.sealed["text"]


def open_request(
    *,
    member: Member,
    request_id: UUID | None,
    text: str,
    group_ids: Sequence[UUID],
    now: datetime,
) -> tuple[SupportRequest, bool]:
    """Ask for support; return the request and whether it is new.

    Up to three people are asked at once (``choice``), the others by ``waves``. Groups of which the
    member is no active member are passed over, as if they had nobody to ask: a person who needs
    support is not refused for having left a group meanwhile.

    One request is open at a time. A second takes the place of the first and carries on: whoever
    was asked and may be asked by it too, or said that they can be there, goes over to it with
    their answer and thread, and nobody of them is told again within ten minutes of the last time.
    The deadlines that still lie ahead stay where they were, so that somebody who presses often
    waits no longer. After a request was closed the next one begins afresh.

    Raises IdTaken for a known id with other content, or another member's.
    """
    wanted = sorted(set(group_ids))
    with changes.write(member_id=member.id, now=now) as log:
        sealer = sealing.for_member(member_id=member.id)
        digest = sealer.digest({"text": text, "groups": wanted})
        known = rows.replayed(SupportRequest, row_id=request_id, member_id=member.id, digest=digest)
        if known is not None:
            return known, False
        earlier = _end_earlier(member.id, log=log, now=now)
        made = _new(member.id, request_id or new_id(), earlier=earlier, now=now)
        made.text = sealer.seal(text, label=TEXT_LABEL, row_id=made.id)
        made.group_ids = [
            str(one) for one in asking.groups_of(member_id=member.id, group_ids=wanted)
        ]
        made.body_digest = digest
        rows.insert(made)
        log.add(table="support_requests", row_id=made.id, version=1, fields=["text", "group_ids"])
        found = asking.candidates(asker_id=member.id, group_ids=groups_asked(made), now=now)
        told = _carry_over(earlier, made, found.values(), now=now) if earlier else frozenset()
        events.publish(
            fact=SupportOpened(
                request_id=made.id,
                asker_id=member.id,
                second_wave_at=made.second_wave_at,
                no_answer_at=made.no_answer_at,
                closes_at=made.closes_at,
                at=now,
            )
        )
        first = choice.to_ask_first(found.values(), already_told=told)
        asking.tell(request=made, chosen=first, wave=1, now=now)
    return made, True


def groups_asked(request: SupportRequest) -> list[UUID]:
    """Return the groups whose facilitators a request asks too."""
    return [UUID(one) for one in request.group_ids]


def _end_earlier(
    member_id: UUID, *, log: changes.ChangeLog, now: datetime
) -> SupportRequest | None:
    """End the request that is open, and return it unless its time was over anyway."""
    mine = SupportRequest.objects.owned_by(member_id).filter(closed_at__isnull=True)
    earlier: SupportRequest | None = mine.select_for_update().find()
    if earlier is None:
        return None
    goes_on = earlier.closes_at > now
    closing.mark_closed(earlier, log=log, now=now)
    if goes_on:
        return earlier
    closing.delete_threads(earlier)
    return None


def _new(
    member_id: UUID, request_id: UUID, *, earlier: SupportRequest | None, now: datetime
) -> SupportRequest:
    second_wave_at = now + choice.OTHERS_AFTER
    no_answer_at = now + choice.NO_ANSWER_AFTER
    if earlier is not None:
        if earlier.others_asked_at is None and earlier.second_wave_at > now:
            second_wave_at = earlier.second_wave_at
        if earlier.no_answer_at > now:
            no_answer_at = earlier.no_answer_at
    return SupportRequest(
        id=request_id,
        member_id=member_id,
        series=earlier.series if earlier is not None else request_id,
        wording_version=wording.VERSION,
        second_wave_at=second_wave_at,
        no_answer_at=no_answer_at,
        closes_at=now + choice.CLOSES_AFTER,
        created_at=now,
    )


def _carry_over(
    earlier: SupportRequest,
    made: SupportRequest,
    found: Collection[Candidate],
    *,
    now: datetime,
) -> frozenset[UUID]:
    """Move who goes over to the new request; return who was told just now.

    Whoever may be asked by it too; and whoever said that they can be there, as long as they may
    see it, though their group is not named again or they are to be asked no more: nobody loses
    the one who answered by asking once more. What somebody said who has no account any more goes
    over too: it stays until a request closes.
    """
    bases = {one.basis for one in found}
    asks = list(SupportAsk.objects.filter(request=earlier))
    there = SupportAsk.objects.filter(request=earlier, answer__in=HELPFUL).that_hold(now)
    staying = set(there.values_list("id", flat=True))
    moved = [
        ask
        for ask in asks
        if ask.helper_id is None
        or ask.id in staying
        or (ask.helper_id, ask.partnership_id, ask.membership_id) in bases
    ]
    if moved:
        SupportAsk.objects.filter(id__in=[ask.id for ask in moved]).update(request=made)
    closing.delete_threads(earlier)
    return frozenset(
        ask.helper_id for ask in moved if ask.helper_id and ask.asked_at > now - choice.APART
    )
