"""Encourage, and thank for it. What does not reach the other is answered as if it did."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from recovery.blocks import queries as blocks
from recovery.calendar import queries as calendar
from recovery.encouragements import queries
from recovery.encouragements.events import EncouragementGiven, EncouragementThanked
from recovery.encouragements.models import Encouragement, EncouragementPreset
from recovery.encouragements.refusals import AlreadyEncouragedToday, TakesNoText
from recovery.kernel import changes, events, rows, sealing
from recovery.kernel.errors import Missing, invalid
from recovery.kernel.ids import new_id
from recovery.partners import queries as partners
from recovery.partners.help import count_help
from recovery.partners.help_models import HelpKind


@dataclass(frozen=True, slots=True)
class Words:
    """What is said: a preset, a text of the sender's own, or both."""

    preset: EncouragementPreset = EncouragementPreset.NONE
    text: str = ""


def give(
    *,
    sender_id: UUID,
    partnership_id: UUID,
    encouragement_id: UUID | None,
    words: Words,
    in_support: bool,
    now: datetime,
) -> tuple[Encouragement, bool]:
    """Encourage a partner; return the encouragement and whether it is new.

    ``in_support`` says that the partner has an open support request that the sender was asked in:
    then there may be more than one that day. To somebody who blocked the sender or does not want to
    hear them, all is as always for the sender; the other never sees it, and nothing is published.
    Raises Missing, Invalid for no words at all, TakesNoText, AlreadyEncouragedToday, IdTaken.
    """
    if words == Words():
        raise invalid(pointer="", code="no_words", detail="Choose a preset or write a text.")
    found = partners.partnership(member_id=sender_id, partnership_id=partnership_id)
    recipient = found.other(sender_id)
    with changes.together(member_ids=(sender_id, recipient.id), now=now) as logs:
        # Again, behind the locks: it may have ended meanwhile.
        partners.partnership(member_id=sender_id, partnership_id=partnership_id)
        sealer = sealing.for_member(member_id=sender_id)
        digest = sealer.digest([partnership_id, words.preset, words.text])
        known = rows.replayed(
            Encouragement, row_id=encouragement_id, member_id=sender_id, digest=digest
        )
        if known is not None:
            return known, False
        side = partners.side(partnership_id=partnership_id, member_id=recipient.id)
        if words.text and not side.takes_text:
            raise TakesNoText()
        # The sender's own date: trying when the other's next one begins would tell their zone.
        sender = found.first if found.first_id == sender_id else found.second
        sent_on = calendar.today_of(member=sender, now=now)
        if not in_support and _encouraged_on(sent_on, sender_id, recipient.id):
            raise AlreadyEncouragedToday()
        hidden = not side.hears_encouragements or blocks.has_blocked(
            blocker_id=recipient.id, blocked_id=sender_id
        )
        given = Encouragement(
            id=encouragement_id or new_id(),
            member_id=sender_id,
            recipient_id=recipient.id,
            partnership_id=partnership_id,
            preset=words.preset,
            sent_on=sent_on,
            in_support=in_support,
            hidden=hidden,
            body_digest=digest,
            created_at=now,
        )
        given.text = sealer.seal(words.text, label=queries.TEXT_LABEL, row_id=given.id)
        rows.insert(given)
        count_help(member_id=sender_id, kind=HelpKind.ENCOURAGEMENT)
        for member_id, log in logs.items():
            if member_id == sender_id or not hidden:
                log.add(table="encouragements", row_id=given.id, version=1, fields=["preset"])
        if not hidden:
            events.publish(
                fact=EncouragementGiven(
                    encouragement_id=given.id,
                    sender_id=sender_id,
                    recipient_id=recipient.id,
                    partnership_id=partnership_id,
                    at=now,
                )
            )
    return given, True


def thank(*, member_id: UUID, encouragement_id: UUID, now: datetime) -> Encouragement:
    """Thank for an encouragement; once is all that it counts.

    The giver hears of it unless they have blocked whoever thanks. Raises Missing for what the
    member was not given, or from somebody who is no partner of theirs any more.
    """
    found, giver_id = _given_to(member_id, encouragement_id)
    with changes.together(member_ids=(member_id, giver_id), now=now) as logs:
        # Again, behind the locks: it may have been thanked for meanwhile.
        found, _ = _given_to(member_id, encouragement_id)
        if found.thanked_at is not None:
            return found
        found.thanked_at = now
        reaches = not blocks.has_blocked(blocker_id=giver_id, blocked_id=member_id)
        if reaches:
            found.thanks_reached_at = now
        found.version += 1
        found.save(update_fields=["thanked_at", "thanks_reached_at", "version"])
        for whose, log in logs.items():
            if whose == member_id or reaches:
                log.add(
                    table="encouragements",
                    row_id=found.id,
                    version=found.version,
                    fields=["thanked_at"],
                )
        if reaches:
            count_help(member_id=giver_id, kind=HelpKind.THANKS_RECEIVED)
            events.publish(
                fact=EncouragementThanked(
                    encouragement_id=found.id,
                    sender_id=giver_id,
                    recipient_id=member_id,
                    at=now,
                )
            )
    return found


def hide(*, encouragement_id: UUID, now: datetime) -> None:
    """Hide an encouragement from its recipient, for an operator; the sender is not told."""
    found = Encouragement.objects.find(id=encouragement_id)
    if found is None or found.hidden:
        return
    with changes.write(member_id=found.recipient_id, now=now) as log:
        found.hidden = True
        found.version += 1
        found.save(update_fields=["hidden", "version"])
        log.add(table="encouragements", row_id=found.id, version=found.version, gone=True)


def _encouraged_on(day: date, sender_id: UUID, recipient_id: UUID) -> bool:
    """Tell whether the day has no room left; the sender's lock keeps it so."""
    mine = Encouragement.objects.owned_by(sender_id)
    return bool(mine.filter(recipient_id=recipient_id, sent_on=day, in_support=False).exists())


def _given_to(member_id: UUID, encouragement_id: UUID) -> tuple[Encouragement, UUID]:
    """Return an encouragement that the member may thank for, and who gave it."""
    found: Encouragement = Encouragement.objects.received_by(member_id).one(id=encouragement_id)
    if found.member_id is None or found.partnership_id is None:
        raise Missing()
    partners.partnership(member_id=member_id, partnership_id=found.partnership_id)
    return found, found.member_id
