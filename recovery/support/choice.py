"""Who is asked first: plain Python, the same for the same facts.

Three at first, the others five minutes later, so that one person's need does not ring everywhere
at once and each who is asked knows that it is meant for them. Those come first who were there for
the asker before, then the others; within each, whoever was asked longest ago or never, and then
whoever was asked least, so that it is not always the same three. Partners come before facilitators
where nothing else decides.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from uuid import UUID

FIRST = 3
OTHERS_AFTER = timedelta(minutes=5)
NO_ANSWER_AFTER = timedelta(minutes=10)
# Nobody is told twice within this time when one request takes the place of another.
APART = timedelta(minutes=10)
CLOSES_AFTER = timedelta(hours=24)

_NEVER = datetime.min.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """Somebody who agreed to be asked by this asker, as a partner or as a group's facilitator.

    ``reachable``: now is within the hours that they chose, or they may be woken.
    ``since``: since when they may be asked. ``told_at``: when this asker last asked them.
    """

    helper_id: UUID
    partnership_id: UUID | None = None
    membership_id: UUID | None = None
    asker_membership_id: UUID | None = None
    reachable: bool
    since: datetime
    told_at: datetime | None = None
    times_told: int = 0
    helped_before: bool = False

    @property
    def basis(self) -> tuple[UUID, UUID | None, UUID | None]:
        """What an ask of this candidate rests on."""
        return (self.helper_id, self.partnership_id, self.membership_id)


def in_turn(candidates: Iterable[Candidate]) -> list[Candidate]:
    """Return the candidates in the order in which they are asked."""
    return sorted(
        candidates,
        key=lambda one: (
            not one.helped_before,
            one.told_at or _NEVER,
            one.times_told,
            one.partnership_id is None,
            one.since,
            one.helper_id,
        ),
    )


def to_ask_first(
    candidates: Iterable[Candidate], *, already_told: frozenset[UUID]
) -> list[Candidate]:
    """Return whom to ask at once: up to three together with those who were told already."""
    room = max(FIRST - len(already_told), 0)
    return to_ask_then(candidates, already_told=already_told)[:room]


def to_ask_then(
    candidates: Iterable[Candidate], *, already_told: frozenset[UUID]
) -> list[Candidate]:
    """Return all who can be asked now and were not told yet, in turn."""
    return in_turn(one for one in candidates if one.reachable and one.helper_id not in already_told)
