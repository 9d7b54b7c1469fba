"""Reading spells of quiet: what a member set, and which partners may see one now."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import models
from django.db.models import Exists, OuterRef, Q, QuerySet

from recovery.calendar import queries as calendar
from recovery.checkins import quiet_rules as rules
from recovery.checkins.models import CheckIn
from recovery.checkins.quiet_models import (
    DEFAULT_DAYS,
    QuietAnswer,
    QuietSetting,
    QuietSpell,
    QuietTelling,
)
from recovery.kernel import days


class QuietState(models.TextChoices):
    """Where a member's silence stands, to themselves; derived, never stored."""

    NONE = "none", "Nothing of it"
    AHEAD = "ahead", "Partners will hear of it"
    TOLD = "told", "Partners have heard of it, and it lasts"


@dataclass(frozen=True, slots=True)
class QuietReading:
    """What a member chose, and where their silence stands."""

    days: int
    state: QuietState = QuietState.NONE
    tells_at: datetime | None = None
    told_at: datetime | None = None


def reading(*, member_id: UUID, now: datetime) -> QuietReading:
    """Return it, with two queries."""
    setting = QuietSetting.objects.owned_by(member_id).find()
    chosen = setting.days if setting else DEFAULT_DAYS
    spell = unanswered(member_id=member_id).order_by("-announced_at").first()
    if spell is None or spell.announced_at is None:
        return QuietReading(days=chosen)
    if spell.told_at is not None:
        return QuietReading(days=chosen, state=QuietState.TOLD, told_at=spell.told_at)
    tells_at = spell.announced_at + rules.AHEAD
    if now > tells_at + rules.LATEST:  # it came to nothing, and nobody has looked since
        return QuietReading(days=chosen)
    return QuietReading(days=chosen, state=QuietState.AHEAD, tells_at=tells_at)


def unanswered(*, member_id: UUID) -> QuerySet[QuietSpell]:
    """Return a member's announced spells to which there was no sign of life so far."""
    found: QuerySet[QuietSpell] = _lasting(QuietSpell.objects.owned_by(member_id))
    return found


def still_ahead(*, spell_ids: Collection[UUID]) -> set[UUID]:
    """Return those spells that were announced, and that may still be told; one query."""
    rows = _lasting(QuietSpell.objects.filter(id__in=spell_ids, told_at__isnull=True))
    return set(rows.values_list("id", flat=True))


def lasting(*, partnership_ids: Collection[UUID], now: datetime) -> set[tuple[UUID, UUID]]:
    """Return the (partnership, quiet side) pairs of which the other side heard, and it lasts.

    A check-in, an answer or a pause ends it. Whether the consent still holds is for the caller to
    ask. Two queries.
    """
    spells = _lasting(QuietSpell.objects.filter(id=OuterRef("spell"), told_at__isnull=False))
    rows = QuietTelling.objects.filter(Exists(spells), partnership_id__in=partnership_ids)
    dated = {
        (partnership_id, member_id): days.local_date(now, zone=zone, day_start_hour=hour)
        for partnership_id, member_id, zone, hour in rows.values_list(
            "partnership_id",
            "spell__member_id",
            "spell__member__time_zone",
            "spell__member__day_start_hour",
        )
    }
    paused = calendar.paused(pairs=[(member_id, day) for (_, member_id), day in dated.items()])
    return {pair for pair, day in dated.items() if (pair[1], day) not in paused}


def _lasting(spells: QuerySet[QuietSpell]) -> QuerySet[QuietSpell]:
    """Return those that were announced, without a sign of life or a new beginning since."""
    life = CheckIn.objects.filter(member=OuterRef("member"), deleted_at__isnull=True).filter(
        Q(local_date__gt=OuterRef("after")) | Q(created_at__gte=OuterRef("announced_at"))
    )
    anew = QuietSetting.objects.filter(member=OuterRef("member"), since__gt=OuterRef("after"))
    return spells.filter(
        ~Exists(life), ~Exists(anew), answer=QuietAnswer.NONE, announced_at__isnull=False
    )
