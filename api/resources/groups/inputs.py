"""What apps send about groups."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from api.pages import PageQuery
from api.parsing import Flag, Id, Input, Text, Whole
from api.resources.reminders import WallTime
from recovery.groups.choices import (
    Colour,
    Cost,
    Focus,
    JoinPolicy,
    MeetingFormat,
    Pathway,
    Role,
    Symbol,
)
from recovery.groups.services.entering import Profile
from recovery.groups.services.running import NewGroup

AN_ID = "An id of your choice, a UUIDv7, so that sending this again makes no second one."
AN_ALIAS = (
    "What I go by in this group: 2 to 30 signs, one of a kind there, capitals aside; not of Latin, "
    "Cyrillic and Greek letters mixed."
)
SHOWN = "Whether other members find me in the list. Whoever runs the group always does."
LISTENS = (
    "I see and cheer, and am never asked or counted on. Only if the owner's account is deleted and "
    "nobody but listeners is left, the first to have joined becomes the owner, and is told."
)
# Room for signs that composing (NFKC) makes fewer; the domain says 2 to 30.
LONGEST_TYPED_ALIAS = 60


class QueryFlag(Flag):
    """true or false in a query string, where all values are text."""

    def to_internal_value(self, data: Any) -> bool:
        """Return the flag."""
        if data not in ("true", "false"):
            self.fail("invalid", input=str(data)[:20])
        return bool(data == "true")


class GroupQuery(PageQuery):
    """Which groups."""

    mine = QueryFlag(default=False, help_text="Those that I belong to, instead of those listed.")
    focus = serializers.ChoiceField(choices=Focus.choices, required=False)
    pathway = serializers.ChoiceField(choices=Pathway.choices, required=False)
    format = serializers.ChoiceField(choices=MeetingFormat.choices, required=False)


class LookInput(Input):
    """What somebody is known by in a group."""

    alias = Text(max_length=LONGEST_TYPED_ALIAS, help_text=AN_ALIAS)
    symbol = serializers.ChoiceField(choices=Symbol.choices)
    colour = serializers.ChoiceField(choices=Colour.choices)
    shown = Flag(default=False, help_text=SHOWN)


class ProfileInput(LookInput):
    """What somebody is known by in a group, and which guidelines they accept."""

    listens = Flag(default=False, help_text=LISTENS)
    guidelines_version = Whole(min_value=1, help_text="The version that was shown.")


class GroupInput(Input):
    """A group to make, and what its owner goes by in it."""

    id = Id(required=False, help_text=AN_ID)
    name = Text(min_length=2, max_length=80)
    description = Text(max_length=2000, default="", allow_blank=True)
    focus = serializers.ChoiceField(choices=Focus.choices)
    pathway = serializers.ChoiceField(choices=Pathway.choices, default=Pathway.NONE)
    format = serializers.ChoiceField(choices=MeetingFormat.choices)
    cost = serializers.ChoiceField(choices=Cost.choices, default=Cost.FREE)
    time_zone = Text(max_length=64, help_text="An IANA name: where the group's weeks begin.")
    guidelines = Text(
        max_length=8000, default="", allow_blank=True, help_text="What members agree to."
    )
    join_policy = serializers.ChoiceField(choices=JoinPolicy.choices, default=JoinPolicy.INVITE)
    listed = Flag(
        default=False, help_text="Whether whoever is signed in finds this group, texts and all."
    )
    me = LookInput()


class GroupChanges(Input):
    """What to change of a group; what is left out stays."""

    name = Text(min_length=2, max_length=80, required=False)
    description = Text(max_length=2000, allow_blank=True, required=False)
    focus = serializers.ChoiceField(choices=Focus.choices, required=False)
    pathway = serializers.ChoiceField(choices=Pathway.choices, required=False)
    format = serializers.ChoiceField(choices=MeetingFormat.choices, required=False)
    cost = serializers.ChoiceField(choices=Cost.choices, required=False)
    time_zone = Text(max_length=64, required=False)
    guidelines = Text(
        max_length=8000,
        allow_blank=True,
        required=False,
        help_text="Other ones get the next version, which members have yet to accept.",
    )
    join_policy = serializers.ChoiceField(choices=JoinPolicy.choices, required=False)
    listed = Flag(required=False)


class NewOwnerInput(Input):
    """Who is to be the owner."""

    member = Id(help_text="The id of an active member in this group; not a listener.")


class RoleInput(Input):
    """What somebody is from now on."""

    role = serializers.ChoiceField(
        choices=Role.choices, help_text="`facilitator` or `member`; the others are not given."
    )


class JoinInput(ProfileInput):
    """Joining an open group."""

    id = Id(required=False, help_text=AN_ID)


class JoinRequestInput(ProfileInput):
    """Asking to be let in."""

    id = Id(required=False, help_text=AN_ID)
    message = Text(
        max_length=500,
        default="",
        allow_blank=True,
        help_text="For whoever decides. It is deleted with the answer.",
    )


class MembershipChanges(Input):
    """What to change for myself in a group; what is left out stays."""

    alias = Text(max_length=LONGEST_TYPED_ALIAS, required=False, help_text=AN_ALIAS)
    symbol = serializers.ChoiceField(choices=Symbol.choices, required=False)
    colour = serializers.ChoiceField(choices=Colour.choices, required=False)
    shown = Flag(required=False, help_text=SHOWN)
    listens = Flag(required=False, help_text=LISTENS)
    guidelines_version = Whole(
        min_value=1, required=False, help_text="The current version, to accept it."
    )
    in_climate = Flag(
        required=False,
        help_text=(
            "Whether my check-ins count in the group's weekly figure, from next week on: one "
            "number for all who take part, which every member sees; who knows the answers of all "
            "others could work out mine."
        ),
    )
    answers_support = Flag(
        required=False, help_text="Owner and facilitators: whether I may be asked for support."
    )
    support_from = WallTime(
        required=False, allow_null=True, help_text="My own wall clock; null for 08:00 to 22:00."
    )
    support_to = WallTime(required=False, allow_null=True)


class GroupInviteInput(Input):
    """An invite to make."""

    id = Id(required=False, help_text=AN_ID)


def new_group(values: dict[str, Any]) -> NewGroup:
    """Return a GroupInput as the domain takes it."""
    return NewGroup(**{name: one for name, one in values.items() if name not in ("id", "me")})


def owner_profile(values: dict[str, Any]) -> Profile:
    """Return what a GroupInput says of its owner, who accepts what they write."""
    return Profile(**values["me"], guidelines_version=1)


def profile(values: dict[str, Any]) -> Profile:
    """Return a ProfileInput as the domain takes it."""
    return Profile(**{name: one for name, one in values.items() if name not in ("id", "message")})
