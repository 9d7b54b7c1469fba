"""Goals over HTTP."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from django.urls import path
from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework.response import Response
from rest_framework.views import APIView

from api.pages import page
from api.parsing import read_body, read_query
from api.requests import MemberRequest
from api.resources.goals import inputs, outputs
from recovery.calendar.queries import today_of
from recovery.goals import queries
from recovery.goals.models import Goal
from recovery.goals.services import goals, steps
from recovery.kernel import sealing
from recovery.members.models import Member

TAGS = ["Goals"]


def goal_bodies(member: Member, found: Sequence[Goal], *, now: datetime) -> list[dict[str, Any]]:
    """Return goals of a member as they see them, in two queries whatever their number."""
    sealer = sealing.for_member(member_id=member.id)
    of_goal = queries.steps_of(goals=found)
    today = today_of(member=member, now=now)
    return [
        outputs.goal_body(goal=goal, steps=of_goal.get(goal.id, []), sealer=sealer, today=today)
        for goal in found
    ]


class GoalList(APIView):
    """The goals of a member."""

    @extend_schema(
        operation_id="listGoals",
        tags=TAGS,
        summary="My goals",
        description="Newest first, each with how far it has come as of today.",
        parameters=[inputs.GoalQuery],
        responses=outputs.GoalPageOutput,
    )
    def get(self, request: MemberRequest) -> Response:
        """Answer a page of goals."""
        query = read_query(inputs.GoalQuery, request)
        rows = queries.goals_of(member_id=request.user.id)
        if "state" in query:
            rows = rows.filter(state=query["state"])
        found, cursor = page(rows, limit=query["limit"], cursor=query.get("cursor"))
        items = goal_bodies(request.user, found, now=timezone.now())
        return Response({"items": items, "next_cursor": cursor})

    @extend_schema(
        operation_id="createGoal",
        tags=TAGS,
        summary="Set a goal",
        description=(
            "With a `target` it is measured by what is logged towards it, else counted by its "
            "steps. The same id and body again answers 200 with the first goal."
        ),
        request=inputs.GoalInput,
        responses={201: outputs.GoalOutput, 200: outputs.GoalOutput},
    )
    def post(self, request: MemberRequest) -> Response:
        """Set a goal."""
        now = timezone.now()
        body = read_body(inputs.GoalInput, request)
        goal, created = goals.create(
            member=request.user, goal_id=body.get("id"), new=inputs.new_goal(body), now=now
        )
        (answer,) = goal_bodies(request.user, [goal], now=now)
        return Response(answer, status=201 if created else 200)


class GoalDetail(APIView):
    """One goal."""

    @extend_schema(
        operation_id="getGoal",
        tags=TAGS,
        summary="One goal",
        description="With its steps, and how far it has come as of today.",
        responses=outputs.GoalOutput,
    )
    def get(self, request: MemberRequest, goal_id: UUID) -> Response:
        """Answer one goal."""
        goal = queries.goal_of(member_id=request.user.id, goal_id=goal_id)
        return Response(goal_bodies(request.user, [goal], now=timezone.now())[0])

    @extend_schema(
        operation_id="updateGoal",
        tags=TAGS,
        summary="Change a goal, or what became of it",
        description=(
            "Only the fields sent change. Achieved or set aside counts from today; back to active "
            "clears that."
        ),
        request=inputs.GoalChanges,
        responses=outputs.GoalOutput,
    )
    def patch(self, request: MemberRequest, goal_id: UUID) -> Response:
        """Change a goal."""
        now = timezone.now()
        goal = goals.change(
            member=request.user,
            goal_id=goal_id,
            changed=read_body(inputs.GoalChanges, request),
            now=now,
        )
        return Response(goal_bodies(request.user, [goal], now=now)[0])

    @extend_schema(
        operation_id="deleteGoal",
        tags=TAGS,
        summary="Delete a goal",
        description="It is gone for you and for every partner. Again: 204 too.",
        request=None,
        responses={204: None},
    )
    def delete(self, request: MemberRequest, goal_id: UUID) -> Response:
        """Delete a goal."""
        goals.remove(member=request.user, goal_id=goal_id, now=timezone.now())
        return Response(status=204)


class GoalSteps(APIView):
    """The ordered steps of a goal."""

    @extend_schema(
        operation_id="replaceGoalSteps",
        tags=TAGS,
        summary="Write the steps of a goal",
        description=(
            "The whole list in its order: what is missing from it is gone, what stays done keeps "
            "when it was done. An empty list leaves none. The same list again changes nothing."
        ),
        request=inputs.GoalStepsInput,
        responses=outputs.GoalOutput,
    )
    def put(self, request: MemberRequest, goal_id: UUID) -> Response:
        """Replace the steps."""
        now = timezone.now()
        body = read_body(inputs.GoalStepsInput, request)
        goal, _ = steps.replace(member=request.user, goal_id=goal_id, wanted=body["steps"], now=now)
        return Response(goal_bodies(request.user, [goal], now=now)[0])


urlpatterns = [
    path("goals", GoalList.as_view()),
    path("goals/<id:goal_id>", GoalDetail.as_view()),
    path("goals/<id:goal_id>/steps", GoalSteps.as_view()),
]
