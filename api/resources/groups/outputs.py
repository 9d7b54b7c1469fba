"""How groups and those in them are shown: per-group ids and aliases, never accounts."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from rest_framework import serializers

from api.parsing import Instant
from api.resources.reminders import WallTime
from recovery.groups.choices import (
    Colour,
    Cost,
    Focus,
    JoinPolicy,
    JoinRequestState,
    MeetingFormat,
    Pathway,
    Role,
    Symbol,
)
from recovery.groups.models import Group, GroupMembership, JoinRequest
from recovery.groups.queries import Asking, Card, Person


class MembershipOutput(serializers.Serializer[Any]):
    """What I am in a group, and what I chose there."""

    id = serializers.UUIDField(help_text="What other members see instead of my account.")
    alias = serializers.CharField()
    symbol = serializers.ChoiceField(choices=Symbol.choices)
    colour = serializers.ChoiceField(choices=Colour.choices)
    role = serializers.ChoiceField(choices=Role.choices)
    shown = serializers.BooleanField()
    guidelines_version = serializers.IntegerField(help_text="The version that I accepted.")
    accepts_current_guidelines = serializers.BooleanField(
        help_text="If false, show the guidelines and ask; then send their version."
    )
    in_climate = serializers.BooleanField()
    answers_support = serializers.BooleanField()
    support_from = WallTime(allow_null=True)
    support_to = WallTime(allow_null=True)
    version = serializers.IntegerField()
    joined_at = Instant()


class JoinRequestOutput(serializers.Serializer[Any]):
    """A request of mine to be let in."""

    id = serializers.UUIDField()
    state = serializers.ChoiceField(choices=JoinRequestState.choices)
    created_at = Instant()


class GroupOutput(serializers.Serializer[Any]):
    """A group. Members and those who find it see the same, but for what is their own."""

    id = serializers.UUIDField()
    name = serializers.CharField()
    description = serializers.CharField(allow_blank=True)
    focus = serializers.ChoiceField(choices=Focus.choices)
    pathway = serializers.ChoiceField(choices=Pathway.choices)
    format = serializers.ChoiceField(choices=MeetingFormat.choices)
    cost = serializers.ChoiceField(choices=Cost.choices)
    time_zone = serializers.CharField()
    guidelines = serializers.CharField(allow_blank=True)
    guidelines_version = serializers.IntegerField()
    join_policy = serializers.ChoiceField(choices=JoinPolicy.choices)
    listed = serializers.BooleanField()
    version = serializers.IntegerField()
    created_at = Instant()
    membership = MembershipOutput(required=False, help_text="Left out unless I am a member.")
    join_request = JoinRequestOutput(
        required=False, help_text="Left out unless I wait for an answer."
    )


class GroupPageOutput(serializers.Serializer[Any]):
    """One page of groups, newest first."""

    items = GroupOutput(many=True)
    next_cursor = serializers.CharField(allow_null=True)


class GroupMemberOutput(serializers.Serializer[Any]):
    """Somebody in a group."""

    id = serializers.UUIDField(help_text="Names them in this group, not their account.")
    alias = serializers.CharField()
    symbol = serializers.ChoiceField(choices=Symbol.choices)
    colour = serializers.ChoiceField(choices=Colour.choices)
    role = serializers.ChoiceField(choices=Role.choices)
    is_me = serializers.BooleanField()
    shown = serializers.BooleanField(
        help_text="Always true but for myself, and for whoever runs the group: keep it in mind "
        "before you speak of who is here."
    )


class GroupMemberPageOutput(serializers.Serializer[Any]):
    """One page of members, in the order in which they joined."""

    items = GroupMemberOutput(many=True)
    next_cursor = serializers.CharField(allow_null=True)


class GroupJoinRequestOutput(serializers.Serializer[Any]):
    """Somebody who asks to be let in, as those see it who decide."""

    id = serializers.UUIDField()
    alias = serializers.CharField(help_text="If it is taken by then, a number is put behind it.")
    symbol = serializers.ChoiceField(choices=Symbol.choices)
    colour = serializers.ChoiceField(choices=Colour.choices)
    listens = serializers.BooleanField()
    message = serializers.CharField(allow_blank=True)
    was_removed = serializers.BooleanField(help_text="They were in this group and were removed.")
    created_at = Instant()


class GroupJoinRequestPageOutput(serializers.Serializer[Any]):
    """One page of requests, the oldest first."""

    items = GroupJoinRequestOutput(many=True)
    next_cursor = serializers.CharField(allow_null=True)


GROUP_FIELDS = (
    *("id", "name", "description", "focus", "pathway", "format", "cost", "time_zone"),
    *("guidelines", "guidelines_version", "join_policy", "listed", "version", "created_at"),
)


def membership_body(membership: GroupMembership) -> dict[str, Any]:
    """Return a MembershipOutput; for a membership whose group is loaded."""
    accepted = membership.guidelines_version == membership.group.guidelines_version
    shown = {
        name: getattr(membership, name)
        for name in (
            *("id", "alias", "symbol", "colour", "role", "shown", "guidelines_version"),
            *("answers_support", "support_from", "support_to", "version", "joined_at"),
        )
    }
    shown["accepts_current_guidelines"] = accepted
    shown["in_climate"] = membership.climate_since is not None
    return dict(MembershipOutput(shown).data)


def join_request_body(request: JoinRequest) -> dict[str, Any]:
    """Return a JoinRequestOutput."""
    return dict(JoinRequestOutput(request).data)


def group_body(
    group: Group,
    *,
    membership: GroupMembership | None = None,
    request: JoinRequest | None = None,
) -> dict[str, Any]:
    """Return a GroupOutput."""
    shown = {name: getattr(group, name) for name in GROUP_FIELDS}
    body = dict(GroupOutput(shown).data)
    if membership is not None:
        body["membership"] = membership_body(membership)
    if request is not None:
        body["join_request"] = join_request_body(request)
    return body


def card_body(card: Card) -> dict[str, Any]:
    """Return a GroupOutput of what one account sees."""
    return group_body(card.group, membership=card.membership, request=card.request)


def person_body(person: Person) -> dict[str, Any]:
    """Return a GroupMemberOutput."""
    one = person.membership
    return {
        "id": str(one.id),
        "alias": one.alias,
        "symbol": one.symbol,
        "colour": one.colour,
        "role": one.role,
        "is_me": person.is_me,
        "shown": person.shown,
    }


def asking_bodies(found: Iterable[Asking]) -> list[dict[str, Any]]:
    """Return each GroupJoinRequestOutput."""
    return [
        dict(
            GroupJoinRequestOutput(
                {
                    "id": one.request.id,
                    "alias": one.request.alias,
                    "symbol": one.request.symbol,
                    "colour": one.request.colour,
                    "listens": one.request.listens,
                    "message": one.message,
                    "was_removed": one.was_removed,
                    "created_at": one.request.created_at,
                }
            ).data
        )
        for one in found
    ]
