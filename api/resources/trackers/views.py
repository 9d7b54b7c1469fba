"""Trackers over HTTP."""

from __future__ import annotations

from uuid import UUID

from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework.response import Response
from rest_framework.views import APIView

from api.parsing import read_body
from api.requests import MemberRequest
from api.resources.help import safety_bodies
from api.resources.trackers import inputs
from api.resources.trackers.outputs import trackers as outputs
from recovery.calendar.queries import today_of
from recovery.kernel import sealing
from recovery.overview import services as overview
from recovery.sobriety import queries
from recovery.sobriety.services import trackers


class TrackerList(APIView):
    """All trackers of a member."""

    @extend_schema(
        operation_id="listTrackers",
        tags=["Trackers"],
        summary="All my trackers",
        description="Oldest first, each with its clock or its limit summary as of now.",
        responses=outputs.TrackerListOutput,
    )
    def get(self, request: MemberRequest) -> Response:
        """Answer the member's trackers."""
        member, now = request.user, timezone.now()
        today = today_of(member=member, now=now)
        found = queries.trackers_of(member_id=member.id).order_by("created_at", "id")
        sealer = sealing.for_member(member_id=member.id)
        return Response(
            {
                "items": [
                    outputs.tracker_body(tracker=tracker, sealer=sealer, now=now, today=today)
                    for tracker in found
                ]
            }
        )

    @extend_schema(
        operation_id="createTracker",
        tags=["Trackers"],
        summary="Begin a tracker",
        description=(
            "The same id and body again answers 200 with the first tracker. For alcohol and "
            "benzodiazepines the answer carries a safety text: stopping suddenly after heavy "
            "daily use can be dangerous."
        ),
        request=inputs.TrackerInput,
        responses={201: outputs.StartedTrackerOutput, 200: outputs.StartedTrackerOutput},
    )
    def post(self, request: MemberRequest) -> Response:
        """Begin a tracker."""
        member, now = request.user, timezone.now()
        body = read_body(inputs.TrackerInput, request)
        answer = overview.start_tracker(
            member=member, tracker_id=body.get("id"), new=inputs.new_tracker(body), now=now
        )
        sealer = sealing.for_member(member_id=member.id)
        today = today_of(member=member, now=now)
        return Response(
            {
                **outputs.tracker_body(tracker=answer.tracker, sealer=sealer, now=now, today=today),
                "safety": safety_bodies(answer.safety),
            },
            status=201 if answer.created else 200,
        )


class TrackerDetail(APIView):
    """One tracker."""

    @extend_schema(
        operation_id="getTracker",
        tags=["Trackers"],
        summary="One tracker",
        description="With its clock or its limit summary as of now.",
        responses=outputs.TrackerOutput,
    )
    def get(self, request: MemberRequest, tracker_id: UUID) -> Response:
        """Answer one tracker."""
        member, now = request.user, timezone.now()
        tracker = queries.tracker_of(member_id=member.id, tracker_id=tracker_id)
        sealer = sealing.for_member(member_id=member.id)
        today = today_of(member=member, now=now)
        return Response(outputs.tracker_body(tracker=tracker, sealer=sealer, now=now, today=today))

    @extend_schema(
        operation_id="updateTracker",
        tags=["Trackers"],
        summary="Change a tracker",
        description="Only the fields sent change. Another `started_at` voids the first start.",
        request=inputs.TrackerChanges,
        responses=outputs.TrackerOutput,
    )
    def patch(self, request: MemberRequest, tracker_id: UUID) -> Response:
        """Change a tracker."""
        member, now = request.user, timezone.now()
        tracker = trackers.change(
            member=member,
            tracker_id=tracker_id,
            changed=read_body(inputs.TrackerChanges, request),
            now=now,
        )
        sealer = sealing.for_member(member_id=member.id)
        today = today_of(member=member, now=now)
        return Response(outputs.tracker_body(tracker=tracker, sealer=sealer, now=now, today=today))

    @extend_schema(
        operation_id="deleteTracker",
        tags=["Trackers"],
        summary="Put a tracker away",
        description="It is gone for you and for every partner.",
        request=None,
        responses={204: None},
    )
    def delete(self, request: MemberRequest, tracker_id: UUID) -> Response:
        """Put a tracker away."""
        trackers.remove(member=request.user, tracker_id=tracker_id, now=timezone.now())
        return Response(status=204)
