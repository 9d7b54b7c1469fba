"""What a tracker's past looks like: episodes, milestones, a calendar of states."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework.response import Response
from rest_framework.views import APIView

from api.amounts import exact
from api.parsing import read_query
from api.requests import MemberRequest
from api.resources.trackers import inputs, outputs
from recovery.calendar.queries import today_of
from recovery.kernel.errors import invalid
from recovery.sobriety import queries
from recovery.sobriety.models import TrackerMode

LONGEST_CALENDAR = timedelta(days=366)


class EpisodeList(APIView):
    """The episodes of an abstinence tracker."""

    @extend_schema(
        operation_id="listEpisodes",
        tags=["Trackers"],
        summary="Every episode of a tracker",
        description="Newest first. A closed episode is never deleted.",
        responses=outputs.EpisodeListOutput,
    )
    def get(self, request: MemberRequest, tracker_id: UUID) -> Response:
        """Answer the episodes."""
        member, now = request.user, timezone.now()
        found = queries.episodes_of(
            tracker=queries.tracker_of(
                member_id=member.id, tracker_id=tracker_id, mode=TrackerMode.ABSTINENCE
            )
        )
        today = today_of(member=member, now=now)
        items = [outputs.episode_body(episode=episode, today=today) for episode in found]
        return Response({"as_of": now, "items": items})


class MilestoneList(APIView):
    """The milestones of an abstinence tracker."""

    @extend_schema(
        operation_id="listMilestones",
        tags=["Trackers"],
        summary="What was earned, and what comes next",
        description="Newest first. What was earned stays, whatever is recorded later.",
        responses=outputs.MilestoneListOutput,
    )
    def get(self, request: MemberRequest, tracker_id: UUID) -> Response:
        """Answer the milestones."""
        member, now = request.user, timezone.now()
        tracker = queries.tracker_of(
            member_id=member.id, tracker_id=tracker_id, mode=TrackerMode.ABSTINENCE
        )
        clock = outputs.clock_body(tracker=tracker, now=now, today=today_of(member=member, now=now))
        return Response(
            {
                "as_of": now,
                "items": outputs.earned_bodies(queries.earned_of(tracker=tracker, now=now)),
                "next_milestone": clock["next_milestone"],
            }
        )


class Calendar(APIView):
    """The states of a tracker's dates."""

    @extend_schema(
        operation_id="getTrackerCalendar",
        tags=["Trackers"],
        summary="The state of each date",
        description="Oldest first, 366 dates at most. Silence is `unknown`, never a use.",
        parameters=[inputs.CalendarQuery],
        responses=outputs.CalendarOutput,
    )
    def get(self, request: MemberRequest, tracker_id: UUID) -> Response:
        """Answer the dates asked for."""
        member = request.user
        query = read_query(inputs.CalendarQuery, request)
        first, last = query["from"], query["to"]
        if not timedelta(0) <= last - first < LONGEST_CALENDAR:
            raise invalid(
                pointer="/to", code="bad_range", detail="Ask for 1 to 366 dates, in order."
            )
        tracker = queries.tracker_of(member_id=member.id, tracker_id=tracker_id)
        found = queries.calendar_of(member=member, tracker=tracker, first=first, last=last)
        return Response(
            {
                "items": [
                    {"local_date": day, "state": state.value, "amount": exact(amount, places=3)}
                    for day, state, amount in found
                ]
            }
        )
