"""What a partner lets a viewer see: what was granted and is in force, and nothing else."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from recovery.calendar import queries as calendar
from recovery.overview.shown import Shown, shown
from recovery.partners import queries as partners
from recovery.partners.models import Name
from recovery.sharing import queries as sharing
from recovery.sharing import services as access_log
from recovery.sharing.services import Look


@dataclass(frozen=True, slots=True)
class Progress:
    """What one side of a partnership shows the other. ``name``: what the owner goes by there."""

    partnership_id: UUID
    name: Name
    as_of: datetime
    shown: Shown


def progress(*, viewer_id: UUID, partnership_id: UUID, now: datetime) -> Progress:
    """Return what the other side of a partnership lets the viewer see at ``now``.

    Never granted, taken back, narrowed, expired, paused and blocked all look the same. That the
    viewer looked is on record, per scope and date of the owner, before this returns. Raises Missing
    without an active partnership, Unavailable when the look cannot be recorded.
    """
    partnership = partners.partnership(member_id=viewer_id, partnership_id=partnership_id)
    owner = partnership.other(viewer_id)
    grants = sharing.shown_to(viewer_id=viewer_id, partnership_ids=[partnership_id], now=now)
    found = shown(owner=owner, grants=grants.get(partnership_id, []), now=now)
    look = Look(
        partnership_id=partnership_id,
        owner_id=owner.id,
        scopes=found.scopes,
        seen_on=calendar.today_of(member=owner, now=now),
    )
    access_log.note_looks(viewer_id=viewer_id, looks=[look])
    return Progress(
        partnership_id=partnership_id,
        name=partnership.name_of_other(viewer_id),
        as_of=now,
        shown=found,
    )


def preview(*, owner_id: UUID, partnership_id: UUID, now: datetime) -> Shown:
    """Return what the owner's consents alone let a partner see at ``now``; nobody has looked.

    It is what shows now: nothing while the owner pauses this partner, and nothing of what has
    expired. Whether the partner could look at all, or blocked the owner, is not said by it. Raises
    Missing without an active partnership of the owner's.
    """
    partnership = partners.partnership(member_id=owner_id, partnership_id=partnership_id)
    owner = partnership.first if partnership.first_id == owner_id else partnership.second
    grants = sharing.given_now(owner_id=owner_id, partnership_id=partnership_id, now=now)
    return shown(owner=owner, grants=grants, now=now)
