"""When a row stands in its reader's inbox: what was taken back is gone at the next request.

A row that came out of a partnership is shown while its reader has that partnership: not after it
ended, nor from somebody whom they blocked. Some kinds rest on more, said here as conditions of one
query, so that a page and the number of what is unread always agree.
"""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.db.models import Q

from recovery.blocks import queries as blocks
from recovery.encouragements.models import Encouragement
from recovery.groups.choices import JoinRequestState, Role
from recovery.groups.models import GroupMembership, JoinRequest
from recovery.partners.models import Partnership
from recovery.partners.queries import invites_to
from recovery.sharing.models import Grant, Scope
from recovery.support.requests import reading


def from_partners(member_id: UUID) -> Q:
    """What has no partnership, or one that the member still has."""
    theirs = Partnership.objects.seen_by(member_id).order_by().values("id")
    return Q(partnership__isnull=True) | Q(partnership__in=theirs)


def always(member_id: UUID, now: datetime) -> Q:
    """No further condition."""
    return Q()


def quiet_partner(member_id: UUID, now: datetime) -> Q:
    """While the other lets the member hear that they are quiet."""
    consents = Grant.objects.visible_to(member_id, now=now).filter(scope=Scope.QUIET_ALERTS)
    return Q(partnership__in=consents.values("partnership_id"))


def invite(member_id: UUID, now: datetime) -> Q:
    """While the member can still answer it."""
    received = invites_to(member_id=member_id, now=now)
    return Q(subject_id__in=received.order_by().values("id"))


def encouragement(member_id: UUID, now: datetime) -> Q:
    """While it is there and not hidden."""
    given = Encouragement.objects.received_by(member_id)
    return Q(subject_id__in=given.values("id"))


def confirmation_asked(member_id: UUID, now: datetime) -> Q:
    """While the other shares that commitment."""
    consents = Grant.objects.visible_to(member_id, now=now).filter(scope=Scope.COMMITMENTS)
    return Q(subject_id__in=consents.values("item_id"))


def group_request(member_id: UUID, now: datetime) -> Q:
    """While the member runs that group and somebody waits there whom they did not block."""
    running = GroupMembership.objects.running().of(member_id)
    asked = JoinRequest.objects.filter(
        group_id__in=running.values("group_id"),
        state=JoinRequestState.OPEN,
        member__deleted_at__isnull=True,
    ).exclude(member_id__in=blocks.blocks_of(member_id=member_id).values("blocked_id"))
    return Q(subject_id__in=asked.values("group_id"))


def group_owned(member_id: UUID, now: datetime) -> Q:
    """While the member owns that group."""
    mine = GroupMembership.objects.active().of(member_id).filter(role=Role.OWNER)
    return Q(subject_id__in=mine.values("group_id"))


def support_sent(member_id: UUID, now: datetime) -> Q:
    """While the member's own request goes on: with it, all that was told of it is gone."""
    mine = reading.leading_to_sent(member_id=member_id, now=now)
    return Q(subject_id__in=mine.values("id"))


def support_received(member_id: UUID, now: datetime) -> Q:
    """While the request is open and the member's to see."""
    theirs = reading.leading_to_received(helper_id=member_id, now=now)
    return Q(subject_id__in=theirs.values("id"))


def support_either(member_id: UUID, now: datetime) -> Q:
    """A reply goes both ways."""
    return support_sent(member_id, now) | support_received(member_id, now)
