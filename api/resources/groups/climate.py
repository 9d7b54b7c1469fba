"""What a group knows of itself by the week."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.urls import path
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.response import Response
from rest_framework.views import APIView

from api.parsing import LocalDate
from api.requests import MemberRequest
from recovery.groups import queries


class ClimateWeekOutput(serializers.Serializer[Any]):
    """One week of a group."""

    week_from = LocalDate(help_text="A Monday, in the group's time zone.")
    answered_per_cent = serializers.IntegerField(
        min_value=10,
        max_value=90,
        help_text="In steps of ten. 10 means so much or less, 90 so much or more.",
    )


class ClimateOutput(serializers.Serializer[Any]):
    """The latest weeks of a group, newest first; twelve at most."""

    items = ClimateWeekOutput(many=True)


class GroupClimate(APIView):
    """The climate of a group."""

    @extend_schema(
        operation_id="getGroupClimate",
        tags=["Groups"],
        summary="See how a group's weeks were",
        description=(
            "On how many dates of a week those who take part answered their check-in, all of them "
            "together and rounded to tens; nothing more is known. A week counts who chose to take "
            "part before it began, still did two days after its end, and paused on none of its "
            "dates; it is left out when they were fewer than five. It is computed once and stays."
        ),
        responses=ClimateOutput,
    )
    def get(self, request: MemberRequest, group_id: UUID) -> Response:
        """Answer the latest weeks."""
        weeks = queries.climate_of(member_id=request.user.id, group_id=group_id)
        items = [{"week_from": one.week_from, "answered_per_cent": one.answered} for one in weeks]
        return Response({"items": items})


urlpatterns = [path("groups/<id:group_id>/climate", GroupClimate.as_view())]
