"""What the domain's facts mean for notifications: rows in the same transaction, and hints."""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import UUID

from notifications import devices, hints, outbox, reminders
from notifications.wording import Kind
from recovery.kernel import events
from recovery.members import queries as members
from recovery.members.events import CodePromised, DaysMoved, SessionBegan, SessionEnded
from recovery.ownership.events import DataBroughtIn, WorkWaits
from recovery.partners.events import PartnershipMade

# News that a day later stand in the inbox only.
NEWS_FOR = timedelta(hours=24)


def subscribe() -> None:
    """Subscribe to every fact that a notification follows from."""
    events.subscribe(fact=DaysMoved, handler=reminders.move_days)
    events.subscribe(fact=SessionEnded, handler=_forget_addresses)
    events.subscribe(fact=SessionBegan, handler=_tell_other_devices)
    events.subscribe(fact=PartnershipMade, handler=_tell_inviter)
    events.subscribe(fact=CodePromised, handler=_wake_mail)
    events.subscribe(fact=WorkWaits, handler=_wake_those_who_own)
    events.subscribe(fact=DataBroughtIn, handler=reminders.plan_anew)


def _forget_addresses(fact: SessionEnded) -> None:
    devices.remove_of_sessions(session_ids=fact.session_ids, now=fact.at)


def _tell_other_devices(fact: SessionBegan) -> None:
    """Tell those who are signed in elsewhere; who is signed in nowhere has just come back."""
    if not members.is_signed_in_beside(
        member_id=fact.member_id, session_id=fact.session_id, now=fact.at
    ):
        return
    _promise(Kind.NEW_SESSION, member_id=fact.member_id, subject_id=fact.session_id, now=fact.at)


def _tell_inviter(fact: PartnershipMade) -> None:
    _promise(
        Kind.PARTNER_JOINED, member_id=fact.invited_by, subject_id=fact.partnership_id, now=fact.at
    )


def _promise(kind: Kind, *, member_id: UUID, subject_id: UUID, now: datetime) -> None:
    outbox.promise(
        drafts=[
            outbox.Draft(
                member_id=member_id,
                kind=kind,
                dedupe_key=f"{kind}:{member_id}:{subject_id}",
                subject_id=subject_id,
                expires_at=now + NEWS_FOR,
            )
        ],
        now=now,
    )
    hints.deliver_soon()


def _wake_those_who_own(fact: WorkWaits) -> None:
    hints.own_data_soon()


def _wake_mail(fact: CodePromised) -> None:
    hints.send_mail_soon()
