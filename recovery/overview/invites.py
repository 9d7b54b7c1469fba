"""One box for codes of both kinds: to be somebody's partner, or a member of a group.

Whoever holds a code need not know which kind it is, and a code that opens nothing is answered the
same whichever kind it once was.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from recovery.groups import queries as groups
from recovery.groups.refusals import InviteNotUsable
from recovery.groups.services import invites as group_invites
from recovery.overview import links
from recovery.partners import queries as partners
from recovery.partners import services as partner_invites


def inspect(*, code: str, now: datetime) -> partners.Offer | groups.GroupOffer:
    """Return what a code offers. Raises InviteNotUsable for any that opens nothing now."""
    try:
        return groups.inspect(code=code, now=now)
    except InviteNotUsable:
        return partners.inspect(code=code, now=now)


def accept(
    *, member_id: UUID, code: str, given: Mapping[str, Any], now: datetime
) -> partner_invites.Accepted | group_invites.Accepted:
    """Do what a code offers: it works once. ``given`` is for groups, which ask for a profile.

    Raises InviteNotUsable for any code that opens nothing for this member, and what a group refuses
    beside that: see ``group_invites.accept``.
    """
    try:
        return group_invites.accept(member_id=member_id, code=code, given=given, now=now)
    except InviteNotUsable:
        return partner_invites.accept(member_id=member_id, code=code, now=now)


def link_of(accepted: partner_invites.Accepted, *, member_id: UUID, now: datetime) -> links.Link:
    """Return the partnership that a code led to as the one who accepted it sees it."""
    return links.links(member_id=member_id, partnerships=[accepted.partnership], now=now)[0]
