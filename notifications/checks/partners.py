"""What comes from partners: still consented to, still true?

That the partnership stands and neither blocked the other is asked of every kind that has one, by
``standing``; the functions of the kinds ask what is particular to them.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from uuid import UUID

from notifications.leases import Leased, Reasons
from notifications.models import Dropped
from recovery.blocks import queries as blocks
from recovery.checkins import quiet_queries as quiet
from recovery.encouragements.models import Encouragement
from recovery.partners.models import Partnership, PartnershipSide
from recovery.partners.queries import open_invites
from recovery.sharing.models import Grant, Scope

# A consent that is renewed or taken back ends on another date, or not at all.
EXPIRING = timedelta(days=7)


def standing(rows: Sequence[Leased]) -> Reasons:
    """Ask of all that came out of a partnership whether it stands; two queries, for any kinds."""
    asked = [row for row in rows if row.partnership_id is not None]
    if not asked:
        return {}
    active = {
        partnership_id: (first_id, second_id)
        for partnership_id, first_id, second_id in Partnership.objects.active()
        .filter(
            id__in={row.partnership_id for row in asked},
            first__deleted_at__isnull=True,
            second__deleted_at__isnull=True,
        )
        .values_list("id", "first_id", "second_id")
    }
    apart = blocks.blocked_pairs(
        pairs={pair for one, other in active.values() for pair in ((one, other), (other, one))}
    )
    found: Reasons = {}
    for row in asked:
        sides = active.get(_id(row.partnership_id), ())
        if row.member_id not in sides:
            found[row.delivery_id] = Dropped.WITHDRAWN
            continue
        (other,) = (side for side in sides if side != row.member_id)
        if (row.member_id, other) in apart:
            found[row.delivery_id] = Dropped.WITHDRAWN
        elif (other, row.member_id) in apart:
            # It stays in the inbox: that it went would tell its reader of the block.
            found[row.delivery_id] = Dropped.APART
    return found


def nothing_more(rows: Sequence[Leased], now: datetime) -> Reasons:
    """Ask nothing: that the partnership stands is all there is to it."""
    return {}


def invite(rows: Sequence[Leased], now: datetime) -> Reasons:
    """Ask whether the invite is open and neither blocked the other."""
    waiting = {
        invite_id: (to_member_id, member_id)
        for invite_id, to_member_id, member_id in open_invites(now=now)
        .filter(
            id__in={row.subject_id for row in rows},
            reaches=True,
            declined_at__isnull=True,
            member__deleted_at__isnull=True,
        )
        .values_list("id", "to_member_id", "member_id")
    }
    apart = blocks.blocked_pairs(
        pairs={pair for one, other in waiting.values() for pair in ((one, other), (other, one))}
    )
    good = []
    for row in rows:
        sides = waiting.get(_id(row.subject_id))
        if sides is not None and sides[0] == row.member_id:
            good += [row] * (sides not in apart and sides[::-1] not in apart)
    return _unless(good, of=rows)


def encouragement(rows: Sequence[Leased], now: datetime) -> Reasons:
    """Ask whether it is there, and its reader still hears this partner."""
    shown = Encouragement.objects.filter(id__in={row.subject_id for row in rows}, hidden=False)
    there = set(shown.values_list("id", "recipient_id"))
    sides = PartnershipSide.objects.filter(
        partnership_id__in={row.partnership_id for row in rows}, hears_encouragements=True
    )
    hear = set(sides.values_list("partnership_id", "member_id"))
    return _unless(
        (
            row
            for row in rows
            if (row.subject_id, row.member_id) in there
            and (row.partnership_id, row.member_id) in hear
        ),
        of=rows,
    )


def thanks(rows: Sequence[Leased], now: datetime) -> Reasons:
    """Ask whether what was thanked for is there."""
    given = Encouragement.objects.filter(
        id__in={row.subject_id for row in rows}, thanks_reached_at__isnull=False
    )
    there = set(given.values_list("id", "member_id"))
    return _unless((row for row in rows if (row.subject_id, row.member_id) in there), of=rows)


def quiet_partner(rows: Sequence[Leased], now: datetime) -> Reasons:
    """Ask whether it is still quiet, and the consent to hear of it still holds."""
    ids = {_id(row.partnership_id) for row in rows}
    lasting = quiet.lasting(partnership_ids=ids, now=now)
    consents = Grant.objects.showing(now).filter(
        partnership_id__in={partnership_id for partnership_id, _ in lasting},
        scope=Scope.QUIET_ALERTS,
    )
    may_hear = {
        (partnership_id, viewer_id)
        for partnership_id, owner_id, viewer_id in consents.values_list(
            "partnership_id", "owner_id", "viewer_id"
        )
        if (partnership_id, owner_id) in lasting
    }
    return _unless(
        (row for row in rows if (row.partnership_id, row.member_id) in may_hear), of=rows
    )


def grant_expiring(rows: Sequence[Leased], now: datetime) -> Reasons:
    """Ask whether something that the member shares there still ends so soon."""
    soon = Grant.objects.in_force(now).filter(
        partnership_id__in={row.partnership_id for row in rows}, expires_at__lte=now + EXPIRING
    )
    ending = set(soon.values_list("partnership_id", "owner_id"))
    return _unless((row for row in rows if (row.partnership_id, row.member_id) in ending), of=rows)


def _unless(good: Iterable[Leased], *, of: Sequence[Leased]) -> Reasons:
    held = {row.delivery_id for row in good}
    return {row.delivery_id: Dropped.WITHDRAWN for row in of if row.delivery_id not in held}


def _id(found: UUID | None) -> UUID:
    """Return an id that a kind always has."""
    return found or UUID(int=0)
