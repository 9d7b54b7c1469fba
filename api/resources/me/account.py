"""My account: read it, change it."""

from __future__ import annotations

from typing import Any

from django.urls import path
from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.response import Response
from rest_framework.views import APIView

from api.parsing import Flag, Input, Instant, Text, Whole, read_body
from api.requests import MemberRequest
from recovery.members.models import EmailState, Locale, TimeZoneMode
from recovery.members.rules import receives_invites
from recovery.members.services import accounts

TAGS = ["Me"]
LONGEST_ZONE = 64  # the longest IANA name has 32 signs; more is no zone


class ReceivesInvites(serializers.BooleanField):
    """Whether invites that others address to the member reach them as of now."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(source="*", **kwargs)

    def to_representation(self, value: Any) -> bool:
        """Return the choice, or what holds without one."""
        return receives_invites(
            chosen=value.receives_partner_invites, joined_at=value.created_at, now=timezone.now()
        )


class MemberOutput(serializers.Serializer[Any]):
    """An account as its member sees it."""

    id = serializers.UUIDField()
    handle = serializers.CharField(allow_null=True, help_text="null for a guest.")
    is_guest = serializers.BooleanField()
    locale = serializers.ChoiceField(choices=Locale.choices)
    time_zone = serializers.CharField(help_text="The canonical IANA name.")
    day_start_hour = serializers.IntegerField(
        min_value=0, max_value=6, help_text="The wall-clock hour at which my days begin."
    )
    time_zone_mode = serializers.ChoiceField(
        choices=TimeZoneMode.choices,
        help_text="`follow`: my days follow the zone that check-ins come from. `fixed`: they keep "
        "the one I chose.",
    )
    email_state = serializers.ChoiceField(choices=EmailState.choices)
    receives_partner_invites = ReceivesInvites(
        help_text="Whether fellow members of a group can invite me to be partners. Until I choose: "
        "not in my first 90 days."
    )
    terms_version = serializers.CharField(help_text="The terms I accepted.")
    created_at = Instant()
    version = serializers.IntegerField(help_text="Grows with every change.")


class MemberUpdateInput(Input):
    """What to change; the rest stays."""

    locale = serializers.ChoiceField(choices=Locale.choices, required=False)
    time_zone = Text(
        max_length=LONGEST_ZONE, required=False, help_text="An IANA name; aliases are accepted."
    )
    day_start_hour = Whole(min_value=0, max_value=6, required=False)
    time_zone_mode = serializers.ChoiceField(choices=TimeZoneMode.choices, required=False)
    receives_partner_invites = Flag(required=False)


class Me(APIView):
    """My account."""

    @extend_schema(
        operation_id="getMe",
        tags=TAGS,
        summary="See my account",
        description="The account of whoever asks.",
        responses=MemberOutput,
    )
    def get(self, request: MemberRequest) -> Response:
        return Response(MemberOutput(request.user).data)

    @extend_schema(
        operation_id="updateMe",
        tags=TAGS,
        summary="Change my settings",
        description=(
            "Changes what is given. Another zone or day start holds from this moment on: dates of "
            "the past keep the ones they were lived under. What is equal already changes nothing."
        ),
        request=MemberUpdateInput,
        responses=MemberOutput,
    )
    def patch(self, request: MemberRequest) -> Response:
        values = read_body(MemberUpdateInput, request)
        member = accounts.update_member(member=request.user, now=timezone.now(), **values)
        return Response(MemberOutput(member).data)


urlpatterns = [path("me", Me.as_view())]
