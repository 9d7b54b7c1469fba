"""Encouraging a partner who may have asked for support just now."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from recovery.encouragements import services
from recovery.encouragements.models import Encouragement
from recovery.encouragements.services import Words
from recovery.support.models import SupportAsk


def encourage(
    *,
    sender_id: UUID,
    partnership_id: UUID,
    encouragement_id: UUID | None,
    words: Words,
    now: datetime,
) -> tuple[Encouragement, bool]:
    """Encourage a partner; return the encouragement and whether it is new.

    Once on each of the sender's days, and as often as it takes while the sender sees a request for
    support of theirs. Raises what ``encouragements.services.give`` does.
    """
    asked = SupportAsk.objects.seen_by_helpers(now).filter(
        helper_id=sender_id, partnership_id=partnership_id
    )
    return services.give(
        sender_id=sender_id,
        partnership_id=partnership_id,
        encouragement_id=encouragement_id,
        words=words,
        in_support=asked.exists(),
        now=now,
    )
