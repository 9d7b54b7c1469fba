"""Who sees what of a member, for that member alone."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from recovery.calendar import queries as calendar
from recovery.members.models import Member
from recovery.partners import queries as partners
from recovery.partners.models import Name
from recovery.sharing import queries as sharing
from recovery.sharing.models import Grant

# Dates, today included, on which looks are counted.
LOOKED_WITHIN = timedelta(days=30)


@dataclass(frozen=True, slots=True)
class Viewer:
    """One partner, what they may see as long as they are not paused, and how often they looked."""

    partnership_id: UUID
    name: Name
    paused: bool
    grants: Sequence[Grant]
    dates_looked: int


def who_sees_me(*, member: Member, now: datetime) -> list[Viewer]:
    """Return every partner of a member's with what they may see, newest partnership first.

    Whoever may see nothing is among them, so that the member can tell that it is nothing. Three
    queries. ``dates_looked``: on how many of the member's last 30 dates they looked at anything.
    """
    today = calendar.today_of(member=member, now=now)
    looked = sharing.dates_looked(
        owner_id=member.id, since=today - LOOKED_WITHIN + timedelta(days=1)
    )
    grants = sharing.consented_to(owner_id=member.id, now=now)
    found = partners.partnerships_of(member_id=member.id).order_by("-created_at", "-id")
    return [
        Viewer(
            partnership_id=one.id,
            name=one.name_of_other(member.id),
            paused=one.paused_at is not None,
            grants=grants.get(one.id, ()),
            dates_looked=looked.get(one.id, 0),
        )
        for one in found
    ]
