"""What was done towards a goal: logged, listed, voided."""

from __future__ import annotations

from uuid import UUID

from django.urls import path
from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework.response import Response
from rest_framework.views import APIView

from api.pages import PageQuery, page
from api.parsing import read_body, read_query
from api.requests import MemberRequest
from api.resources.goals import inputs, outputs
from api.resources.goals.views import TAGS, goal_bodies
from recovery.goals import queries
from recovery.goals.services import progress
from recovery.kernel import sealing


class GoalProgressList(APIView):
    """The amounts logged towards a goal."""

    @extend_schema(
        operation_id="listGoalProgress",
        tags=TAGS,
        summary="What was logged towards a goal",
        description="Newest first, voided ones included.",
        parameters=[PageQuery],
        responses=outputs.GoalProgressPageOutput,
    )
    def get(self, request: MemberRequest, goal_id: UUID) -> Response:
        """Answer a page of amounts."""
        query = read_query(PageQuery, request)
        found, cursor = page(
            queries.progress_of(member_id=request.user.id, goal_id=goal_id),
            limit=query["limit"],
            cursor=query.get("cursor"),
        )
        sealer = sealing.for_member(member_id=request.user.id)
        items = [outputs.progress_body(entry=entry, sealer=sealer) for entry in found]
        return Response({"items": items, "next_cursor": cursor})

    @extend_schema(
        operation_id="logGoalProgress",
        tags=TAGS,
        summary="Log an amount towards a goal",
        description=(
            "For a goal with a target; several on one date add up. The same id and body again "
            "answers 200 with the first entry, voided if it was voided."
        ),
        request=inputs.GoalProgressInput,
        responses={201: outputs.GoalProgressLoggedOutput, 200: outputs.GoalProgressLoggedOutput},
    )
    def post(self, request: MemberRequest, goal_id: UUID) -> Response:
        """Log an amount."""
        now = timezone.now()
        body = read_body(inputs.GoalProgressInput, request)
        goal, entry, created = progress.log_progress(
            member=request.user,
            goal_id=goal_id,
            progress_id=body.get("id"),
            local_date=body["local_date"],
            amount=body["amount"],
            note=body["note"],
            now=now,
        )
        (whole,) = goal_bodies(request.user, [goal], now=now)
        sealer = sealing.for_member(member_id=request.user.id)
        return Response(
            {"progress": outputs.progress_body(entry=entry, sealer=sealer), "goal": whole},
            status=201 if created else 200,
        )


class GoalProgressDetail(APIView):
    """One amount."""

    @extend_schema(
        operation_id="voidGoalProgress",
        tags=TAGS,
        summary="Take an amount back",
        description="It counts for nothing any more. To correct it, add another. Again: 204 too.",
        request=None,
        responses={204: None},
    )
    def delete(self, request: MemberRequest, goal_id: UUID, progress_id: UUID) -> Response:
        """Void an amount."""
        progress.void(
            member=request.user, goal_id=goal_id, progress_id=progress_id, now=timezone.now()
        )
        return Response(status=204)


urlpatterns = [
    path("goals/<id:goal_id>/progress", GoalProgressList.as_view()),
    path("goals/<id:goal_id>/progress/<id:progress_id>", GoalProgressDetail.as_view()),
]
