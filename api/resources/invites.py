"""Codes that came with an invite, of either kind: look at what they offer, accept it."""

from __future__ import annotations

from typing import Any

from django.urls import path
from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from api.auth.views import OpenView
from api.parsing import Flag, Input, Instant, Text, Whole, read_body
from api.requests import MemberRequest
from api.resources.groups.inputs import AN_ALIAS, LISTENS, LONGEST_TYPED_ALIAS, SHOWN
from api.resources.groups.outputs import GroupOutput, group_body
from api.resources.partners.links import PartnerOutput, partner_body
from recovery.groups.choices import Colour, Cost, Focus, MeetingFormat, Pathway, Symbol
from recovery.groups.queries import GroupOffer
from recovery.groups.services.invites import Accepted as AcceptedGroup
from recovery.groups.wording import BEFORE_JOINING
from recovery.overview import invites
from recovery.partners.models import InviteTarget
from recovery.partners.wording import BEFORE_ACCEPTING

TAGS = ["Invites"]


class CodeInput(Input):
    """A code that came with an invite."""

    code = Text(max_length=100, help_text="The code as it stood in the link's fragment.")


class AcceptInviteInput(CodeInput):
    """A code to accept; all the rest is for codes that open a group, which need most of it."""

    alias = Text(max_length=LONGEST_TYPED_ALIAS, required=False, help_text=AN_ALIAS)
    symbol = serializers.ChoiceField(choices=Symbol.choices, required=False)
    colour = serializers.ChoiceField(choices=Colour.choices, required=False)
    shown = Flag(required=False, help_text=SHOWN)
    listens = Flag(required=False, help_text=LISTENS)
    guidelines_version = Whole(min_value=1, required=False, help_text="The version that was shown.")


class InvitedGroupOutput(serializers.Serializer[Any]):
    """The group that an invite opens."""

    name = serializers.CharField()
    description = serializers.CharField(allow_blank=True)
    focus = serializers.ChoiceField(choices=Focus.choices)
    pathway = serializers.ChoiceField(choices=Pathway.choices)
    format = serializers.ChoiceField(choices=MeetingFormat.choices)
    cost = serializers.ChoiceField(choices=Cost.choices)
    time_zone = serializers.CharField()
    guidelines = serializers.CharField(allow_blank=True)
    guidelines_version = serializers.IntegerField(help_text="To be sent when it is accepted.")
    inviter_alias = serializers.CharField(help_text="What the one who invites goes by there.")


class InspectedInviteOutput(serializers.Serializer[Any]):
    """What an invite offers, before it is accepted."""

    inviter_handle = serializers.CharField(
        allow_null=True,
        help_text="null for a member without a handle: say “a member”. Always null for a group.",
    )
    invites_to = serializers.ChoiceField(choices=InviteTarget.choices)
    group = InvitedGroupOutput(required=False, help_text="Left out unless it opens a group.")
    expires_at = Instant()
    notice = serializers.CharField(help_text="Show this before the invite is accepted.")


class AcceptedInviteOutput(serializers.Serializer[Any]):
    """What an invite led to: a partner, or a group."""

    invites_to = serializers.ChoiceField(choices=InviteTarget.choices)
    partner = PartnerOutput(required=False, help_text="Left out unless we are partners now.")
    group = GroupOutput(required=False, help_text="Left out unless I am a member now.")


class InspectInvite(OpenView):
    """What an invite offers, to whoever holds its code; no account is needed."""

    @extend_schema(
        operation_id="inspectInvite",
        tags=TAGS,
        summary="See who invites, before signing up",
        description=(
            "To be somebody's partner, or to join a group: one box takes both kinds of code. A "
            "POST, so that the code stands in no log. Codes that are unknown, expired, used or "
            "withdrawn all get the same 404 `invite_not_usable`."
        ),
        auth=[],
        request=CodeInput,
        responses=InspectedInviteOutput,
    )
    def post(self, request: Request) -> Response:
        """Answer what a code offers."""
        values = read_body(CodeInput, request)
        offer = invites.inspect(code=values["code"], now=timezone.now())
        if isinstance(offer, GroupOffer):
            return Response(_group_offer(offer))
        shown = {
            "inviter_handle": offer.inviter_handle,
            "invites_to": offer.invites_to,
            "expires_at": offer.expires_at,
            "notice": BEFORE_ACCEPTING,
        }
        return Response(InspectedInviteOutput(shown).data)


class AcceptInvite(APIView):
    """Becoming partners, or a member of a group."""

    @extend_schema(
        operation_id="acceptInvite",
        tags=TAGS,
        summary="Accept an invite",
        description=(
            "Makes us partners, who see nothing of each other at first, or makes me a member of a "
            "group: a code of a group needs `alias`, `symbol`, `colour` and `guidelines_version`, "
            "the one that was shown (409 `guidelines_outdated` says the current one). A code that "
            "cannot be used (unknown, expired, used, withdrawn, my own, of somebody who is my "
            "partner or of a group that I belong to) gets the same 404 `invite_not_usable`. Sent "
            "again by the one who accepted it, it answers 200 with the same."
        ),
        request=AcceptInviteInput,
        responses={201: AcceptedInviteOutput, 200: AcceptedInviteOutput},
    )
    def post(self, request: MemberRequest) -> Response:
        """Accept what a code offers."""
        given = read_body(AcceptInviteInput, request)
        code = given.pop("code")
        now = timezone.now()
        accepted = invites.accept(member_id=request.user.id, code=code, given=given, now=now)
        status = 201 if accepted.is_new else 200
        if isinstance(accepted, AcceptedGroup):
            mine = accepted.membership
            body = group_body(mine.group, membership=mine)
            return Response({"invites_to": InviteTarget.GROUP, "group": body}, status=status)
        body = partner_body(invites.link_of(accepted, member_id=request.user.id, now=now))
        return Response({"invites_to": InviteTarget.PARTNERSHIP, "partner": body}, status=status)


def _group_offer(offer: GroupOffer) -> dict[str, Any]:
    names = set(InvitedGroupOutput().fields) - {"inviter_alias"}
    group = {name: getattr(offer.group, name) for name in names}
    shown = {
        "inviter_handle": None,
        "invites_to": InviteTarget.GROUP,
        "group": {**group, "inviter_alias": offer.inviter_alias},
        "expires_at": offer.expires_at,
        "notice": BEFORE_JOINING,
    }
    return dict(InspectedInviteOutput(shown).data)


urlpatterns = [
    path("invites/inspect", InspectInvite.as_view()),
    path("invites/accept", AcceptInvite.as_view()),
]
