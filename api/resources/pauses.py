"""Pauses: dates on which nothing is expected, no reason asked."""

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
from api.parsing import Id, Input, Instant, LocalDate, read_body, read_query
from api.requests import MemberRequest
from recovery.calendar import queries, services
from recovery.calendar.models import Pause


class PauseInput(Input):
    """A range of dates, both included; open while it has no last one."""

    id = Id(required=False, help_text="A UUID of the app's choice (v7).")
    from_date = LocalDate()
    to_date = LocalDate(required=False, allow_null=True)


class PauseChanges(Input):
    """What to change of a pause."""

    from_date = LocalDate(required=False)
    to_date = LocalDate(required=False, allow_null=True)


class PauseOutput(serializers.Serializer[Any]):
    """A range of dates that bridges streaks and stops nudges."""

    id = serializers.UUIDField()
    from_date = serializers.DateField()
    to_date = serializers.DateField(allow_null=True)
    version = serializers.IntegerField()
    created_at = Instant()


class PausePageOutput(serializers.Serializer[Any]):
    """A page of pauses, newest first."""

    items = PauseOutput(many=True)
    next_cursor = serializers.CharField(allow_null=True)


def pause_body(pause: Pause) -> dict[str, Any]:
    """Return a PauseOutput."""
    return {
        "id": pause.id,
        "from_date": pause.from_date,
        "to_date": pause.to_date,
        "version": pause.version,
        "created_at": pause.created_at,
    }


class PauseList(APIView):
    """The pauses of a member."""

    @extend_schema(
        operation_id="listPauses",
        tags=["Check-ins"],
        summary="My pauses",
        description="Newest first.",
        parameters=[PageQuery],
        responses=PausePageOutput,
    )
    def get(self, request: MemberRequest) -> Response:
        """Answer a page of pauses."""
        query = read_query(PageQuery, request)
        found, cursor = page(
            queries.pauses_of(member_id=request.user.id),
            limit=query["limit"],
            cursor=query.get("cursor"),
        )
        return Response({"items": [pause_body(one) for one in found], "next_cursor": cursor})

    @extend_schema(
        operation_id="createPause",
        tags=["Check-ins"],
        summary="Pause",
        description="Paused dates bridge streaks without adding, and stop nudges.",
        request=PauseInput,
        responses={201: PauseOutput, 200: PauseOutput},
    )
    def post(self, request: MemberRequest) -> Response:
        """Begin a pause."""
        body = read_body(PauseInput, request)
        pause, created = services.create_pause(
            member=request.user,
            pause_id=body.get("id"),
            from_date=body["from_date"],
            to_date=body.get("to_date"),
            now=timezone.now(),
        )
        return Response(pause_body(pause), status=201 if created else 200)


class PauseDetail(APIView):
    """One pause."""

    @extend_schema(
        operation_id="getPause",
        tags=["Check-ins"],
        summary="One pause",
        description="One of my pauses.",
        responses=PauseOutput,
    )
    def get(self, request: MemberRequest, pause_id: UUID) -> Response:
        """Answer one pause."""
        return Response(pause_body(queries.pauses_of(member_id=request.user.id).one(id=pause_id)))

    @extend_schema(
        operation_id="updatePause",
        tags=["Check-ins"],
        summary="Move a pause's dates",
        description="Set `to_date` to end an open pause.",
        request=PauseChanges,
        responses=PauseOutput,
    )
    def patch(self, request: MemberRequest, pause_id: UUID) -> Response:
        """Move a pause's dates."""
        pause = services.change_pause(
            member=request.user,
            pause_id=pause_id,
            changed=read_body(PauseChanges, request),
            now=timezone.now(),
        )
        return Response(pause_body(pause))

    @extend_schema(
        operation_id="deletePause",
        tags=["Check-ins"],
        summary="Take a pause back",
        description="As if it had never been.",
        request=None,
        responses={204: None},
    )
    def delete(self, request: MemberRequest, pause_id: UUID) -> Response:
        """Take a pause back."""
        services.remove_pause(member=request.user, pause_id=pause_id, now=timezone.now())
        return Response(status=204)


urlpatterns = [
    path("pauses", PauseList.as_view()),
    path("pauses/<id:pause_id>", PauseDetail.as_view()),
]
