"""Who sees what of mine, as of now."""

from __future__ import annotations

from typing import Any

from django.urls import path
from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.response import Response
from rest_framework.views import APIView

from api.parsing import Instant
from api.requests import MemberRequest
from api.resources.partners.grants import GrantOutput, grant_values
from recovery.overview.who_sees import who_sees_me


class ViewerOutput(serializers.Serializer[Any]):
    """One partner, and what they may see of mine."""

    partner = serializers.UUIDField(help_text="Names the partnership.")
    handle = serializers.CharField(allow_null=True)
    alias = serializers.CharField(
        allow_null=True, help_text="Instead of a handle, if we met in a group."
    )
    paused = serializers.BooleanField(help_text="While I pause them they see nothing of it.")
    grants = GrantOutput(many=True, help_text="My consents in force; empty: they see nothing.")
    dates_looked = serializers.IntegerField(
        help_text="On how many of my last 30 dates they looked at anything."
    )


class WhoSeesMeOutput(serializers.Serializer[Any]):
    """Everybody who may see something of mine, and my other partners."""

    as_of = Instant()
    items = ViewerOutput(many=True)


class WhoSeesMe(APIView):
    """Who sees me."""

    @extend_schema(
        operation_id="getWhoSeesMe",
        tags=["Partners"],
        summary="Who sees what of me",
        description=(
            "Each of my partners with what they may see now, since when, until when, and on how "
            "many of the last 30 dates they looked. Only I see this. To look at it every month is "
            "a good habit; what I no longer want goes with `replaceGrants`, or for a while with a "
            "pause."
        ),
        responses=WhoSeesMeOutput,
    )
    def get(self, request: MemberRequest) -> Response:
        now = timezone.now()
        viewers = [
            {
                "partner": viewer.partnership_id,
                "handle": viewer.name.handle,
                "alias": viewer.name.alias,
                "paused": viewer.paused,
                "grants": [grant_values(grant, now=now) for grant in viewer.grants],
                "dates_looked": viewer.dates_looked,
            }
            for viewer in who_sees_me(member=request.user, now=now)
        ]
        return Response(WhoSeesMeOutput({"as_of": now, "items": viewers}).data)


urlpatterns = [path("me/who-sees-me", WhoSeesMe.as_view())]
