"""The devices that I am signed in on."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.urls import path
from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.response import Response
from rest_framework.views import APIView

from api.pages import PageQuery, page
from api.parsing import Instant, read_query
from api.requests import MemberRequest
from recovery.members import queries
from recovery.members.services import sessions

TAGS = ["Sessions"]


class SessionOutput(serializers.Serializer[Any]):
    """A device that is signed in."""

    id = serializers.UUIDField()
    device_name = serializers.CharField(help_text="Empty if the app gave none.")
    current = serializers.BooleanField(help_text="Whether this is the one that asks.")
    created_at = Instant()
    refreshed_at = Instant(help_text="When it last fetched new tokens.")


class SessionPageOutput(serializers.Serializer[Any]):
    """A page of devices, the latest sign-in first."""

    items = SessionOutput(many=True)
    next_cursor = serializers.CharField(allow_null=True)


class Sessions(APIView):
    """All my sessions."""

    @extend_schema(
        operation_id="listSessions",
        tags=TAGS,
        summary="See where I am signed in",
        description="My open sessions, the latest sign-in first. No place, no address, no times of "
        "use beyond the last refresh.",
        parameters=[PageQuery],
        responses=SessionPageOutput,
    )
    def get(self, request: MemberRequest) -> Response:
        query = read_query(PageQuery, request)
        rows, cursor = page(
            queries.open_sessions(member=request.user, now=timezone.now()),
            limit=query["limit"],
            cursor=query.get("cursor"),
        )
        items = queries.described(member=request.user, rows=rows, current_id=request.auth.id)
        return Response(SessionPageOutput({"items": items, "next_cursor": cursor}).data)

    @extend_schema(
        operation_id="endOtherSessions",
        tags=TAGS,
        summary="Sign out everywhere else",
        description="Ends all my sessions but this one; each is refused from its next request on.",
        request=None,
        responses={204: None},
    )
    def delete(self, request: MemberRequest) -> Response:
        sessions.end_others(member=request.user, session=request.auth, now=timezone.now())
        return Response(status=204)


class SessionOne(APIView):
    """One of my sessions."""

    @extend_schema(
        operation_id="endSession",
        tags=TAGS,
        summary="Sign one device out",
        description=(
            "Ends the session; it is refused from its next request on and gets no pushes any more. "
            "It may be the one that asks. Ending it again changes nothing."
        ),
        request=None,
        responses={204: None},
    )
    def delete(self, request: MemberRequest, session_id: UUID) -> Response:
        sessions.end_one(member=request.user, session_id=session_id, now=timezone.now())
        return Response(status=204)


urlpatterns = [
    path("sessions", Sessions.as_view()),
    path("sessions/<id:session_id>", SessionOne.as_view()),
]
