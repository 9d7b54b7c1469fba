"""That a partner has been quiet, with their letter for that, to those whom they let hear of it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from recovery.calendar import queries as calendar
from recovery.checkins import quiet_queries as spells
from recovery.partners import queries as partners
from recovery.sharing import queries as sharing
from recovery.sharing import services as access_log
from recovery.sharing.models import Scope
from recovery.sharing.services import Look


@dataclass(frozen=True, slots=True)
class Quiet:
    """Whether a partner is quiet, and their own words for that; never since when, or why."""

    is_quiet: bool = False
    letter: str = ""


NOTHING = Quiet()


def quiet(*, viewer_id: UUID, partnership_id: UUID, now: datetime) -> Quiet:
    """Return whether the other side is quiet, if the viewer was told so and it lasts.

    All else is the same answer: nobody is quiet, it is over, the viewer was not told, or may hear
    no more. That the viewer learned it is on record before this returns. Raises Missing without an
    active partnership, Unavailable when the look cannot be recorded.
    """
    found = partners.partnership(member_id=viewer_id, partnership_id=partnership_id)
    owner = found.other(viewer_id)
    consent = sharing.holds(
        owner_id=owner.id, viewer_id=viewer_id, scope=Scope.QUIET_ALERTS, now=now
    )
    told = spells.lasting(partnership_ids=[partnership_id], now=now)
    if consent is None or (consent.partnership_id, owner.id) not in told:
        return NOTHING
    letter = partners.letter_for(partnership_id=partnership_id, author_id=owner.id)
    look = Look(
        partnership_id=partnership_id,
        owner_id=owner.id,
        scopes=[Scope.QUIET_ALERTS],
        seen_on=calendar.today_of(member=owner, now=now),
    )
    access_log.note_looks(viewer_id=viewer_id, looks=[look])
    return Quiet(is_quiet=True, letter=letter)
