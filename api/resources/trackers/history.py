"""What a tracker's past looks like: episodes, milestones, a calendar of states."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework.response import Response
from rest_framework.views import APIView

from api.pages import PageQuery, cut, place_of
from api.parsing import read_query
from api.requests import MemberRequest
from api.resources.trackers import inputs
from api.resources.trackers.outputs import history as outputs
from api.resources.trackers.outputs.readings import clock_body
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
        summary="The episodes of a tracker",
        description="Newest first. A closed episode is never deleted.",
        parameters=[PageQuery],
        responses=outputs.EpisodePageOutput,
    )
    def get(self, request: MemberRequest, tracker_id: UUID) -> Response:
        """Answer a page of episodes."""
        member, now = request.user, timezone.now()
        query = read_query(PageQuery, request)
        before = place_of(query.get("cursor"))
        tracker = queries.tracker_of(
            member_id=member.id, tracker_id=tracker_id, mode=TrackerMode.ABSTINENCE
        )
        found, cursor = cut(
            queries.episodes_of(tracker=tracker, most=query["limit"] + 1, before=before),
            limit=query["limit"],
            place=lambda one: (one.started_at, one.opened_by),
        )
        today = today_of(member=member, now=now)
        items = [outputs.episode_body(episode=episode, today=today) for episode in found]
        return Response({"as_of": now, "items": items, "next_cursor": cursor})


class MilestoneList(APIView):
    """The milestones of an abstinence tracker."""

    @extend_schema(
        operation_id="listMilestones",
        tags=["Trackers"],
        summary="What was earned, and what comes next",
        description="Newest first. What was earned stays, whatever is recorded later.",
        parameters=[PageQuery],
        responses=outputs.MilestonePageOutput,
    )
    def get(self, request: MemberRequest, tracker_id: UUID) -> Response:
        """Answer a page of milestones."""
        member, now = request.user, timezone.now()
        query = read_query(PageQuery, request)
        before = place_of(query.get("cursor"))
        tracker = queries.tracker_of(
            member_id=member.id, tracker_id=tracker_id, mode=TrackerMode.ABSTINENCE
        )
        found, cursor = cut(
            queries.earned_of(tracker=tracker, now=now, most=query["limit"] + 1, before=before),
            limit=query["limit"],
            place=lambda one: (one.due_at, one.opened_by),
        )
        clock = clock_body(tracker=tracker, now=now, today=today_of(member=member, now=now))
        return Response(
            {
                "as_of": now,
                "items": [outputs.earned_body(one) for one in found],
                "next_cursor": cursor,
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
                    outputs.calendar_day_body(day=day, state=state, amount=amount)
                    for day, state, amount in found
                ]
            }
        )
