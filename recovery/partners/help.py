"""Help given, counted for the giver: helping others is part of recovery.

Nothing is kept here of whom it was given to, so the counts stay when the others leave. They lie
outside the changes that an app syncs: they are read whole, and no write waits for them.
"""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from django.db.models import F

from recovery.partners.help_models import HelpKind, HelpTally


@dataclass(frozen=True, slots=True)
class HelpGiven:
    """How often a member helped in each way, none left out, and in all."""

    counts: dict[HelpKind, int]
    total: int


def count_help(*, member_id: UUID, kind: HelpKind) -> None:
    """Count one more help that a member gave, inside the write that gave it.

    One UPDATE moves the number, so that of parallel helps none is lost. To be called once for each
    fact, by whoever writes that fact, and not for one that was sent again.
    """
    if _move(member_id, kind):
        return
    HelpTally.objects.bulk_create(
        [HelpTally(member_id=member_id, kind=kind)], ignore_conflicts=True
    )
    _move(member_id, kind)


def help_given(*, member_id: UUID) -> HelpGiven:
    """Return how often a member helped, by kind and in all; one query."""
    mine = HelpTally.objects.owned_by(member_id).values_list("kind", "count")
    found = {HelpKind(kind): count for kind, count in mine}
    return HelpGiven(
        counts={kind: found.get(kind, 0) for kind in HelpKind}, total=sum(found.values())
    )


def _move(member_id: UUID, kind: HelpKind) -> bool:
    mine = HelpTally.objects.owned_by(member_id).filter(kind=kind)
    return mine.update(count=F("count") + 1) == 1
