"""What the domain's facts mean for notifications: rows in the same transaction, and hints."""

from __future__ import annotations

from datetime import timedelta

from notifications import devices, hints, outbox, reminders
from notifications.wording import Kind
from recovery.kernel import events
from recovery.members.events import CodePromised, DaysMoved, SessionEnded
from recovery.partners.events import PartnershipMade

# News that a day later stand in the inbox only.
NEWS_FOR = timedelta(hours=24)


def subscribe() -> None:
    """Subscribe to every fact that a notification follows from."""
    events.subscribe(fact=DaysMoved, handler=reminders.move_days)
    events.subscribe(fact=SessionEnded, handler=_forget_addresses)
    events.subscribe(fact=PartnershipMade, handler=_tell_inviter)
    events.subscribe(fact=CodePromised, handler=_wake_mail)


def _forget_addresses(fact: SessionEnded) -> None:
    devices.remove_of_sessions(session_ids=fact.session_ids, now=fact.at)


def _tell_inviter(fact: PartnershipMade) -> None:
    outbox.promise(
        drafts=[
            outbox.Draft(
                member_id=fact.invited_by,
                kind=Kind.PARTNER_JOINED,
                dedupe_key=f"{Kind.PARTNER_JOINED}:{fact.invited_by}:{fact.partnership_id}",
                subject_id=fact.partnership_id,
                expires_at=fact.at + NEWS_FOR,
            )
        ],
        now=fact.at,
    )
    hints.deliver_soon()


def _wake_mail(fact: CodePromised) -> None:
    hints.send_mail_soon()
