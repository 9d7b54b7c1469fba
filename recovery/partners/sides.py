"""What a member chooses for their side of a partnership: settings, a pause, a letter.

None of it is told to the other side, and nothing that the other gets shows it.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from uuid import UUID

from recovery.kernel import changes, events, sealing
from recovery.kernel.errors import Missing, invalid
from recovery.partners import queries
from recovery.partners.events import GrantsChanged
from recovery.partners.models import PartnershipSide

TABLE = "partnership_sides"


def change_settings(
    *, member_id: UUID, partnership_id: UUID, changed: Mapping[str, object], now: datetime
) -> PartnershipSide:
    """Change the settings that are given, by the names of their columns; the rest stays.

    Raises Missing, and Invalid unless both ends of the support hours are given or neither, and
    differ.
    """
    with changes.write(member_id=member_id, now=now) as log:
        mine = queries.own_side(member_id=member_id, partnership_id=partnership_id)
        moved = [name for name, value in changed.items() if getattr(mine, name) != value]
        for name in moved:
            setattr(mine, name, changed[name])
        if (mine.support_from is None) != (mine.support_to is None):
            name = "support_from" if mine.support_from is None else "support_to"
            raise invalid(
                pointer=f"/{name}", code="required", detail="Give both ends of the hours, or none."
            )
        if mine.support_from is not None and mine.support_from == mine.support_to:
            raise invalid(
                pointer="/support_to",
                code="no_hours",
                detail="The hours end when they begin; leave both empty for 08:00 to 22:00.",
            )
        _store(mine, moved, log=log)
    return mine


def pause(*, member_id: UUID, partnership_id: UUID, now: datetime) -> PartnershipSide:
    """Show nothing to this partner from now on, until resumed; consents stay. Raises Missing.

    To the partner it looks as if nothing had ever been shared.
    """
    return _set_pause(member_id, partnership_id, since=now, now=now)


def resume(*, member_id: UUID, partnership_id: UUID, now: datetime) -> PartnershipSide:
    """Show again what the consents that hold now say. Raises Missing."""
    return _set_pause(member_id, partnership_id, since=None, now=now)


def _set_pause(
    member_id: UUID, partnership_id: UUID, *, since: datetime | None, now: datetime
) -> PartnershipSide:
    with changes.write(member_id=member_id, now=now) as log:
        found = queries.partnership(member_id=member_id, partnership_id=partnership_id)
        mine = queries.side(partnership_id=partnership_id, member_id=member_id)
        if (mine.paused_at is None) != (since is None):
            mine.paused_at = since
            _store(mine, ["paused_at"], log=log)
            events.publish(
                fact=GrantsChanged(
                    partnership_id=partnership_id,
                    owner_id=member_id,
                    viewer_id=found.other_id(member_id),
                    at=now,
                )
            )
    return mine


def write_letter(*, member_id: UUID, partnership_id: UUID, text: str, now: datetime) -> None:
    """Keep one's own words for the moment at which the partner hears of one's silence.

    Raises Missing.
    """
    with changes.write(member_id=member_id, now=now) as log:
        mine = queries.own_side(member_id=member_id, partnership_id=partnership_id)
        sealer = sealing.for_member(member_id=member_id)
        mine.quiet_letter = sealer.seal(text, label=queries.LETTER_LABEL, row_id=mine.id)
        _store(mine, ["quiet_letter"], log=log)


def remove_letter(*, member_id: UUID, partnership_id: UUID, now: datetime) -> None:
    """Forget the letter. Raises Missing where there is none."""
    with changes.write(member_id=member_id, now=now) as log:
        mine = queries.own_side(member_id=member_id, partnership_id=partnership_id)
        if not mine.quiet_letter:
            raise Missing()
        mine.quiet_letter = b""
        _store(mine, ["quiet_letter"], log=log)


def _store(mine: PartnershipSide, moved: list[str], *, log: changes.ChangeLog) -> None:
    if not moved:
        return
    mine.version += 1
    mine.save(update_fields=[*moved, "version"])
    log.add(table=TABLE, row_id=mine.id, version=mine.version, fields=moved)
