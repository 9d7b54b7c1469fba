"""How requests for support are shown."""

from __future__ import annotations

from dataclasses import asdict
from datetime import datetime
from typing import Any

from rest_framework import serializers

from api.parsing import Instant
from api.resources.help import HelpOutput, help_body
from recovery.members.models import Member
from recovery.support import queries, wording
from recovery.support.models import SupportAnswer, SupportMessage, SupportState
from recovery.support.queries import HelpReason
from recovery.support.requests.reading import Direction, Line, Person, Seen, Thread


class SupportPersonOutput(serializers.Serializer[Any]):
    """The other side of a thread: a partner, or somebody in a group by their alias there.

    All null: a former member, whose account is gone.
    """

    partner = serializers.UUIDField(allow_null=True, help_text="null for somebody in a group.")
    group = serializers.UUIDField(allow_null=True, help_text="null for a partner.")
    group_member = serializers.UUIDField(allow_null=True, help_text="null for a partner.")
    handle = serializers.CharField(
        allow_null=True, help_text="null for a member without one, and where an alias stands."
    )
    alias = serializers.CharField(
        allow_null=True, help_text="Where the two know each other from a group."
    )


class SupportMessageOutput(serializers.Serializer[Any]):
    """A few words of one of the two."""

    id = serializers.UUIDField()
    is_mine = serializers.BooleanField()
    text = serializers.CharField()
    created_at = Instant()


class SupportThreadOutput(serializers.Serializer[Any]):
    """What one helper answered, and what the two wrote since."""

    id = serializers.UUIDField(help_text="What `to` of a message names.")
    person = SupportPersonOutput(help_text="The other side, seen from me.")
    answer = serializers.ChoiceField(
        choices=SupportAnswer.choices,
        help_text="The helper's; `none` until they give one, and of a former member.",
    )
    answered_at = Instant(allow_null=True)
    messages = SupportMessageOutput(many=True, help_text="Oldest first, 50 at most.")


class SupportRequestOutput(serializers.Serializer[Any]):
    """A request for support, as I may see it."""

    id = serializers.UUIDField()
    direction = serializers.ChoiceField(
        choices=[(one.value, one.value) for one in Direction],
        help_text="`sent` is mine, by `received` I was asked.",
    )
    state = serializers.ChoiceField(choices=SupportState.choices)
    text = serializers.CharField(help_text="Empty once it is closed.")
    created_at = Instant()
    closes_at = Instant(help_text="When it ends by itself.")
    closed_at = Instant(allow_null=True)
    no_answer_yet = serializers.BooleanField(
        help_text="Of my own: ten minutes went by, and nobody said that they can be there."
    )
    contact = serializers.CharField(
        help_text=(
            "Where else to reach whoever asked me: once I answered that I can be there, if they "
            "let me see it. Else empty."
        )
    )
    threads = SupportThreadOutput(
        many=True,
        help_text=(
            "Of my own: one with each who answered; nobody else who was asked is ever shown. Of "
            "one that I was asked by: exactly one, with whoever asked."
        ),
    )


class SupportRequestAnswerOutput(SupportRequestOutput):
    """A request for support, with what helps whoever reads it."""

    help = HelpOutput(help_text="Never empty: lines are there also when nobody can be reached.")


class SupportWordingOutput(serializers.Serializer[Any]):
    """What to show before a request is sent; sending is the consent to it."""

    version = serializers.CharField()
    text = serializers.CharField()


class SupportRequestPageOutput(serializers.Serializer[Any]):
    """A page of requests, newest first, with what helps whoever reads them."""

    items = SupportRequestOutput(many=True)
    next_cursor = serializers.CharField(allow_null=True)
    before_sending = SupportWordingOutput()
    help = HelpOutput(help_text="Never empty.")


class SupportMessageAnswerOutput(serializers.Serializer[Any]):
    """What was written, with what helps whoever wrote it."""

    message = SupportMessageOutput()
    help = HelpOutput(help_text="Never empty.")


def request_body(seen: Seen) -> dict[str, Any]:
    """Return a SupportRequestOutput."""
    body = asdict(seen)
    body["threads"] = [_thread_body(thread) for thread in seen.threads]
    return dict(SupportRequestOutput(body).data)


def answer_body(seen: Seen, *, member: Member, now: datetime) -> dict[str, Any]:
    """Return a SupportRequestAnswerOutput for this member."""
    reason = HelpReason.HELPING if seen.direction is Direction.RECEIVED else _reason(seen)
    return {**request_body(seen), "help": help_for(reason, member=member, now=now)}


def page_body(
    seen: list[Seen],
    *,
    cursor: str | None,
    direction: Direction,
    member: Member,
    now: datetime,
) -> dict[str, Any]:
    """Return a SupportRequestPageOutput for this member."""
    reason = HelpReason.HELPING
    if direction is Direction.SENT:
        alone = any(one.no_answer_yet for one in seen)
        reason = HelpReason.NO_ANSWER_YET if alone else HelpReason.SUPPORT_REQUEST
    return {
        "items": [request_body(one) for one in seen],
        "next_cursor": cursor,
        "before_sending": {"version": wording.VERSION, "text": wording.BEFORE_SENDING},
        "help": help_for(reason, member=member, now=now),
    }


def message_body(
    row: SupportMessage, *, text: str, member: Member, now: datetime
) -> dict[str, Any]:
    """Return a SupportMessageAnswerOutput for its author."""
    line = Line(id=row.id, is_mine=True, text=text, created_at=row.created_at)
    helps = row.ask.helper_id == member.id
    reason = HelpReason.HELPING if helps else HelpReason.SUPPORT_REQUEST
    return {
        "message": dict(SupportMessageOutput(line).data),
        "help": help_for(reason, member=member, now=now),
    }


def help_for(reason: HelpReason, *, member: Member, now: datetime) -> dict[str, Any]:
    """Return a HelpOutput: plan and lines to who needs support, guidance and lines to a helper."""
    if reason is HelpReason.HELPING:
        return help_body(queries.help_for_helper(member=member), now=now)
    return help_body(queries.help_for(member=member, reason=reason), now=now)


def _reason(seen: Seen) -> HelpReason:
    return HelpReason.NO_ANSWER_YET if seen.no_answer_yet else HelpReason.SUPPORT_REQUEST


def _thread_body(thread: Thread) -> dict[str, Any]:
    return {
        "id": thread.id,
        "person": _person_body(thread.person),
        "answer": thread.answer,
        "answered_at": thread.answered_at,
        "messages": [asdict(line) for line in thread.lines],
    }


def _person_body(person: Person) -> dict[str, Any]:
    return {
        "partner": person.partner_id,
        "group": person.group_id,
        "group_member": person.group_member_id,
        "handle": person.handle,
        "alias": person.alias,
    }
