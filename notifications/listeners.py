"""What the domain's facts mean for notifications: rows in the same transaction, and hints."""

from __future__ import annotations

from notifications import deadlines, devices, hints, reminders, support, telling
from notifications.models import DeadlineKind
from notifications.watch import commitments as watch_commitments
from notifications.watch import grants as watch_grants
from notifications.watch import quiet as watch_quiet
from notifications.wording import Kind
from recovery.checkins.events import QuietDaysChosen
from recovery.commitments.events import CommitmentConfirmed, CommitmentMoved, ConfirmationAsked
from recovery.commitments.models import CommitmentEntry, Confirmation
from recovery.encouragements.events import EncouragementGiven, EncouragementThanked
from recovery.encouragements.models import Encouragement
from recovery.groups.events import JoinRequested, MemberJoinedGroup, OwnerChanged
from recovery.kernel import events
from recovery.members import queries as members
from recovery.members.events import CodePromised, DaysMoved, SessionBegan, SessionEnded
from recovery.ownership.events import DataBroughtIn, ExportReady, WorkWaits
from recovery.partners.events import GrantsChanged, PartnerInvited, PartnershipMade


def subscribe() -> None:
    """Subscribe to every fact that a notification follows from."""
    events.subscribe(fact=DaysMoved, handler=reminders.move_days)
    events.subscribe(fact=DaysMoved, handler=watch_commitments.move_days)
    events.subscribe(fact=DaysMoved, handler=watch_grants.move_days)
    events.subscribe(fact=SessionEnded, handler=_forget_addresses)
    events.subscribe(fact=SessionBegan, handler=_tell_other_devices)
    events.subscribe(fact=CodePromised, handler=_wake_mail)
    events.subscribe(fact=PartnerInvited, handler=_tell_invited)
    events.subscribe(fact=PartnershipMade, handler=_tell_inviter)
    events.subscribe(fact=GrantsChanged, handler=watch_grants.watch)
    events.subscribe(fact=GrantsChanged, handler=watch_quiet.watch)
    events.subscribe(fact=QuietDaysChosen, handler=watch_quiet.look_again)
    events.subscribe(fact=CommitmentMoved, handler=watch_commitments.watch)
    events.subscribe(fact=ConfirmationAsked, handler=_tell_confirmer)
    events.subscribe(fact=CommitmentConfirmed, handler=_tell_confirmed)
    events.subscribe(fact=EncouragementGiven, handler=_tell_encouraged)
    events.subscribe(fact=EncouragementThanked, handler=_tell_thanked)
    events.subscribe(fact=JoinRequested, handler=_tell_deciders)
    events.subscribe(fact=MemberJoinedGroup, handler=_tell_approved)
    events.subscribe(fact=OwnerChanged, handler=_tell_owner)
    events.subscribe(fact=ExportReady, handler=_tell_export_ready)
    events.subscribe(fact=WorkWaits, handler=_wake_those_who_own)
    events.subscribe(fact=DataBroughtIn, handler=reminders.plan_anew)
    events.subscribe(fact=DataBroughtIn, handler=watch_commitments.watch_all)
    deadlines.handle(kind=DeadlineKind.QUIET, handler=watch_quiet.handle)
    deadlines.handle(kind=DeadlineKind.COMMITMENT_DUE, handler=watch_commitments.handle)
    deadlines.handle(kind=DeadlineKind.GRANT_EXPIRING, handler=watch_grants.handle_expiring)
    deadlines.handle(kind=DeadlineKind.WHO_SEES_ME, handler=watch_grants.handle_summary)
    support.subscribe()


def _forget_addresses(fact: SessionEnded) -> None:
    devices.remove_of_sessions(session_ids=fact.session_ids, now=fact.at)


def _wake_those_who_own(fact: WorkWaits) -> None:
    hints.own_data_soon()


def _wake_mail(fact: CodePromised) -> None:
    hints.send_mail_soon()


def _tell_other_devices(fact: SessionBegan) -> None:
    """Tell those who are signed in elsewhere; who is signed in nowhere has just come back."""
    if not members.is_signed_in_beside(
        member_id=fact.member_id, session_id=fact.session_id, now=fact.at
    ):
        return
    one = telling.draft(
        kind=Kind.NEW_SESSION, member_id=fact.member_id, subject_id=fact.session_id, now=fact.at
    )
    telling.tell(one, now=fact.at)


def _tell_invited(fact: PartnerInvited) -> None:
    one = telling.draft(
        kind=Kind.PARTNER_INVITE,
        member_id=fact.recipient_id,
        subject_id=fact.invite_id,
        now=fact.at,
    )
    telling.tell_from(fact.inviter_id, one, now=fact.at)


def _tell_inviter(fact: PartnershipMade) -> None:
    one = telling.draft(
        kind=Kind.PARTNER_JOINED,
        member_id=fact.invited_by,
        subject_id=fact.partnership_id,
        partnership_id=fact.partnership_id,
        now=fact.at,
    )
    telling.tell_from(fact.accepted_by, one, now=fact.at)


def _tell_confirmer(fact: ConfirmationAsked) -> None:
    entry = CommitmentEntry.objects.owned_by(fact.owner_id).one(id=fact.entry_id)
    one = telling.draft(
        kind=Kind.CONFIRMATION_ASKED,
        member_id=fact.partner_id,
        subject_id=fact.commitment_id,
        local_date=entry.local_date,
        partnership_id=fact.partnership_id,
        now=fact.at,
    )
    telling.tell_from(fact.owner_id, one, now=fact.at)


def _tell_confirmed(fact: CommitmentConfirmed) -> None:
    given = Confirmation.objects.select_related("entry").get(
        entry_id=fact.entry_id, partner_id=fact.partner_id
    )
    one = telling.draft(
        kind=Kind.COMMITMENT_CONFIRMED,
        member_id=fact.owner_id,
        subject_id=fact.commitment_id,
        local_date=given.entry.local_date,
        partnership_id=given.partnership_id,
        now=fact.at,
    )
    telling.tell_from(fact.partner_id, one, now=fact.at)


def _tell_encouraged(fact: EncouragementGiven) -> None:
    one = telling.draft(
        kind=Kind.ENCOURAGEMENT,
        member_id=fact.recipient_id,
        subject_id=fact.encouragement_id,
        partnership_id=fact.partnership_id,
        now=fact.at,
    )
    telling.tell_from(fact.sender_id, one, now=fact.at)


def _tell_thanked(fact: EncouragementThanked) -> None:
    given = Encouragement.objects.owned_by(fact.sender_id).one(id=fact.encouragement_id)
    one = telling.draft(
        kind=Kind.THANKS,
        member_id=fact.sender_id,
        subject_id=fact.encouragement_id,
        partnership_id=given.partnership_id,
        now=fact.at,
    )
    telling.tell_from(fact.recipient_id, one, now=fact.at)


def _tell_deciders(fact: JoinRequested) -> None:
    drafts = [
        telling.draft(
            kind=Kind.GROUP_REQUEST,
            member_id=decider_id,
            subject_id=fact.group_id,
            fact_id=fact.request_id,
            now=fact.at,
        )
        for decider_id in fact.decider_ids
    ]
    telling.tell(*drafts, now=fact.at)


def _tell_approved(fact: MemberJoinedGroup) -> None:
    """Tell whoever had asked; who came with a code or through an open door knows."""
    if not fact.approved:
        return
    one = telling.draft(
        kind=Kind.GROUP_JOINED,
        member_id=fact.member_id,
        subject_id=fact.group_id,
        local_date=fact.at.date(),
        now=fact.at,
    )
    telling.tell(one, now=fact.at)


def _tell_owner(fact: OwnerChanged) -> None:
    one = telling.draft(
        kind=Kind.GROUP_OWNED,
        member_id=fact.member_id,
        subject_id=fact.group_id,
        local_date=fact.at.date(),
        now=fact.at,
    )
    telling.tell(one, now=fact.at)


def _tell_export_ready(fact: ExportReady) -> None:
    one = telling.draft(
        kind=Kind.EXPORT_READY, member_id=fact.member_id, subject_id=fact.export_id, now=fact.at
    )
    telling.tell(one, now=fact.at)
