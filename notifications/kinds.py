"""The one table of kinds: a new kind of notification is one entry here, with every column.

``checks/`` has the functions that ask again before sending, ``shown.py`` what the inbox shows when,
``texts/`` the texts. Whoever promises takes a draft from ``telling``, which reads this table.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum, auto
from uuid import UUID

from django.db.models import Q

from notifications import schedule, shown
from notifications.checks import commitments, groups, own, partners, support
from notifications.leases import Leased, Reasons
from notifications.texts import account as account_texts
from notifications.texts import days as days_texts
from notifications.texts import groups as groups_texts
from notifications.texts import partners as partners_texts
from notifications.texts import support as support_texts
from notifications.wording import Kind, Texts


class Once(Enum):
    """What a member is told once about: how the dedupe key names the fact."""

    SUBJECT = auto()
    SUBJECT_AND_DATE = auto()
    DATE = auto()
    FACT = auto()  # an id of its own, which is not what the member is led to


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """All that is particular to a kind.

    ``urgent`` ones overtake all others. ``worth_pushing`` is for how long; after that it stands in
    the inbox only. ``ask`` returns, right before sending, which rows must not be sent.
    ``shown`` is the condition under which a row stands in its reader's inbox, beside that of its
    partnership.
    """

    urgent: bool
    worth_pushing: timedelta
    once: Once
    ask: Callable[[Sequence[Leased], datetime], Reasons]
    shown: Callable[[UUID, datetime], Q]
    texts: Texts


_MOMENT = schedule.LATEST
_NEWS = timedelta(hours=24)

KINDS: Mapping[Kind, Entry] = {
    Kind.CHECK_IN_REMINDER: Entry(
        urgent=False,
        worth_pushing=_MOMENT,
        once=Once.SUBJECT_AND_DATE,
        ask=own.reminder,
        shown=shown.always,
        texts=days_texts.CHECK_IN_REMINDER,
    ),
    Kind.COMMITMENT_DUE: Entry(
        urgent=False,
        worth_pushing=_MOMENT,
        once=Once.SUBJECT_AND_DATE,
        ask=commitments.due,
        shown=shown.always,
        texts=days_texts.COMMITMENT_DUE,
    ),
    Kind.QUIET_AHEAD: Entry(
        urgent=False,
        worth_pushing=timedelta(hours=12),
        once=Once.SUBJECT_AND_DATE,
        ask=own.quiet_ahead,
        shown=shown.always,
        texts=days_texts.QUIET_AHEAD,
    ),
    Kind.PARTNER_QUIET: Entry(
        urgent=False,
        worth_pushing=_NEWS,
        once=Once.SUBJECT_AND_DATE,
        ask=partners.quiet_partner,
        shown=shown.quiet_partner,
        texts=days_texts.PARTNER_QUIET,
    ),
    Kind.PARTNER_INVITE: Entry(
        urgent=False,
        worth_pushing=_NEWS,
        once=Once.SUBJECT,
        ask=partners.invite,
        shown=shown.invite,
        texts=partners_texts.PARTNER_INVITE,
    ),
    Kind.PARTNER_JOINED: Entry(
        urgent=False,
        worth_pushing=_NEWS,
        once=Once.SUBJECT,
        ask=partners.nothing_more,
        shown=shown.always,
        texts=partners_texts.PARTNER_JOINED,
    ),
    Kind.GRANT_EXPIRING: Entry(
        urgent=False,
        worth_pushing=_NEWS,
        once=Once.SUBJECT_AND_DATE,
        ask=partners.grant_expiring,
        shown=shown.always,
        texts=partners_texts.GRANT_EXPIRING,
    ),
    Kind.ENCOURAGEMENT: Entry(
        urgent=False,
        worth_pushing=_NEWS,
        once=Once.SUBJECT,
        ask=partners.encouragement,
        shown=shown.encouragement,
        texts=partners_texts.ENCOURAGEMENT,
    ),
    Kind.THANKS: Entry(
        urgent=False,
        worth_pushing=_NEWS,
        once=Once.SUBJECT,
        ask=partners.thanks,
        shown=shown.always,
        texts=partners_texts.THANKS,
    ),
    Kind.CONFIRMATION_ASKED: Entry(
        urgent=False,
        worth_pushing=_NEWS,
        once=Once.SUBJECT_AND_DATE,
        ask=commitments.confirmation_asked,
        shown=shown.confirmation_asked,
        texts=partners_texts.CONFIRMATION_ASKED,
    ),
    Kind.COMMITMENT_CONFIRMED: Entry(
        urgent=False,
        worth_pushing=_NEWS,
        once=Once.SUBJECT_AND_DATE,
        ask=commitments.confirmed,
        shown=shown.always,
        texts=partners_texts.COMMITMENT_CONFIRMED,
    ),
    Kind.SUPPORT_REQUEST: Entry(
        urgent=True,
        worth_pushing=_MOMENT,
        once=Once.SUBJECT,
        ask=support.request,
        shown=shown.support_received,
        texts=support_texts.SUPPORT_REQUEST,
    ),
    Kind.SUPPORT_ANSWER: Entry(
        urgent=True,
        worth_pushing=_MOMENT,
        once=Once.SUBJECT,
        ask=support.answer,
        shown=shown.support_sent,
        texts=support_texts.SUPPORT_ANSWER,
    ),
    Kind.SUPPORT_REPLY: Entry(
        urgent=True,
        worth_pushing=_MOMENT,
        once=Once.SUBJECT,
        ask=support.reply,
        shown=shown.support_either,
        texts=support_texts.SUPPORT_REPLY,
    ),
    Kind.SUPPORT_NO_ANSWER: Entry(
        urgent=True,
        worth_pushing=_MOMENT,
        once=Once.SUBJECT,
        ask=support.no_answer,
        shown=shown.support_sent,
        texts=support_texts.SUPPORT_NO_ANSWER,
    ),
    Kind.GROUP_REQUEST: Entry(
        urgent=False,
        worth_pushing=_NEWS,
        once=Once.FACT,  # each request once; what the member is led to is the group
        ask=groups.request,
        shown=shown.group_request,
        texts=groups_texts.GROUP_REQUEST,
    ),
    Kind.GROUP_JOINED: Entry(
        urgent=False,
        worth_pushing=_NEWS,
        once=Once.SUBJECT_AND_DATE,  # who left may be let in again, another day
        ask=groups.joined,
        shown=shown.always,
        texts=groups_texts.GROUP_JOINED,
    ),
    Kind.GROUP_OWNED: Entry(
        urgent=False,
        worth_pushing=_NEWS,
        once=Once.SUBJECT_AND_DATE,  # a group may come back, another day
        ask=groups.owned,
        shown=shown.group_owned,
        texts=groups_texts.GROUP_OWNED,
    ),
    Kind.WHO_SEES_ME: Entry(
        urgent=False,
        worth_pushing=_NEWS,
        once=Once.DATE,
        ask=own.who_sees_me,
        shown=shown.always,
        texts=account_texts.WHO_SEES_ME,
    ),
    Kind.EXPORT_READY: Entry(
        urgent=False,
        worth_pushing=_NEWS,
        once=Once.SUBJECT,
        ask=own.export,
        shown=shown.always,
        texts=account_texts.EXPORT_READY,
    ),
    Kind.NEW_SESSION: Entry(
        urgent=False,
        worth_pushing=_NEWS,
        once=Once.SUBJECT,
        ask=own.session,
        shown=shown.always,
        texts=account_texts.NEW_SESSION,
    ),
}
