"""Promise one thing of a kind: how it is named, for how long it is pushed, and whom to wake."""

from __future__ import annotations

from datetime import date, datetime
from uuid import UUID

from notifications import hints, outbox
from notifications.kinds import KINDS, Once
from notifications.models import Dropped
from notifications.outbox import Draft
from notifications.wording import Kind
from recovery.blocks import queries as blocks


def draft(
    *,
    kind: Kind,
    member_id: UUID,
    subject_id: UUID | None = None,
    partnership_id: UUID | None = None,
    local_date: date | None = None,
    fact_id: UUID | None = None,
    until: datetime | None = None,
    dropped: Dropped = Dropped.NO,
    now: datetime,
) -> Draft:
    """Return the promise to tell a member something, as the table of kinds says.

    ``until`` ends it earlier than its kind does. Raises ValueError without what names it.
    """
    entry = KINDS[kind]
    names: dict[Once, tuple[object, ...]] = {
        Once.SUBJECT: (subject_id,),
        Once.SUBJECT_AND_DATE: (local_date, subject_id),
        Once.DATE: (local_date,),
        Once.FACT: (fact_id,),
    }
    named = names[entry.once]
    if None in named:
        raise ValueError(f"{kind} is named by {entry.once.name.lower()}")
    worth_until = now + entry.worth_pushing
    return Draft(
        member_id=member_id,
        kind=kind,
        dedupe_key=":".join(str(part) for part in (kind, member_id, *named)),
        local_date=local_date,
        subject_id=subject_id,
        partnership_id=partnership_id,
        urgent=entry.urgent,
        expires_at=worth_until if until is None else min(until, worth_until),
        dropped=dropped,
    )


def tell_from(other_id: UUID, one: Draft, *, now: datetime) -> None:
    """Promise what comes from somebody, unless one of the two blocked the other: then never.

    Not even after the block: what was dropped while it stood does not come back with its end.
    """
    pairs = {(one.member_id, other_id), (other_id, one.member_id)}
    if not blocks.blocked_pairs(pairs=pairs):
        tell(one, now=now)


def tell(*drafts: Draft, now: datetime) -> None:
    """Promise them, in the transaction of the fact, and wake those who deliver after it."""
    outbox.promise(drafts=drafts, now=now)
    if any(one.urgent for one in drafts):
        hints.deliver_urgent_soon()
    if not all(one.urgent for one in drafts):
        hints.deliver_soon()
