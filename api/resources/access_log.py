"""Who saw what of mine: the record of consented views."""

from __future__ import annotations

from typing import Any

from django.urls import path
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.response import Response
from rest_framework.views import APIView

from api.pages import QueryWhole
from api.parsing import LocalDate, Query, read_query
from api.requests import MemberRequest
from recovery.sharing import queries
from recovery.sharing.models import Scope


class AccessLogQuery(Query):
    """Which weeks."""

    limit = QueryWhole(min_value=1, max_value=100, default=12, help_text="Weeks, at most 100.")
    cursor = LocalDate(
        required=False, help_text="`next_cursor` of the page before; leave it out for the first."
    )


class ViewsOutput(serializers.Serializer[Any]):
    """That a partner saw a scope on so many dates of a week."""

    week_from = serializers.DateField(help_text="The Monday.")
    partner = serializers.UUIDField(
        source="partnership_id",
        allow_null=True,
        help_text="Names the partnership, which may have ended; null for a former member.",
    )
    viewer_handle = serializers.CharField(
        source="viewer.handle", allow_null=True, help_text="Null for a guest, and beside an alias."
    )
    viewer_alias = serializers.CharField(
        source="viewer.alias",
        allow_null=True,
        help_text="What they go by in the group in which we met; else null.",
    )
    scope = serializers.ChoiceField(choices=Scope.choices)
    dates = serializers.IntegerField(help_text="Of my local dates, on how many.")


class AccessLogOutput(serializers.Serializer[Any]):
    """Who saw what, newest week first."""

    items = ViewsOutput(many=True)
    next_cursor = serializers.DateField(allow_null=True)


class AccessLog(APIView):
    """Who saw what of mine."""

    @extend_schema(
        operation_id="getAccessLog",
        tags=["Partners"],
        summary="Who saw what of mine",
        description=(
            "By week, scope and partner; former partners included. Partners are told that their "
            "views are recorded. Only you see this."
        ),
        parameters=[AccessLogQuery],
        responses=AccessLogOutput,
    )
    def get(self, request: MemberRequest) -> Response:
        """Answer a page of weeks."""
        query = read_query(AccessLogQuery, request)
        found, cursor = queries.views_by_week(
            owner_id=request.user.id, before=query.get("cursor"), weeks=query["limit"]
        )
        items = ViewsOutput(found, many=True).data
        return Response({"items": items, "next_cursor": cursor})


urlpatterns = [path("me/access-log", AccessLog.as_view())]
