"""Asking to be let in to a group, and the answer."""

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
from api.resources.groups.inputs import JoinRequestInput, profile
from api.resources.groups.outputs import (
    GroupJoinRequestPageOutput,
    GroupMemberOutput,
    JoinRequestOutput,
    asking_bodies,
    join_request_body,
    person_body,
)
from recovery.groups import queries
from recovery.groups.services import asking

TAGS = ["Groups"]


class JoinRequests(APIView):
    """The requests to be let in to a group."""

    @extend_schema(
        operation_id="listJoinRequests",
        tags=TAGS,
        summary="See who asks to be let in",
        description="For owner and facilitators: those that wait for an answer, the oldest first.",
        parameters=[PageQuery],
        responses=GroupJoinRequestPageOutput,
    )
    def get(self, request: MemberRequest, group_id: UUID) -> Response:
        """Answer a page of requests."""
        query = read_query(PageQuery, request)
        queries.running(member_id=request.user.id, group_id=group_id)
        rows, cursor = page(
            queries.open_requests(group_id=group_id),
            limit=query["limit"],
            cursor=query.get("cursor"),
            newest_first=False,
        )
        opened = queries.opened(requests=rows)
        return Response({"items": asking_bodies(opened), "next_cursor": cursor})

    @extend_schema(
        operation_id="createJoinRequest",
        tags=TAGS,
        summary="Ask to be let in",
        description=(
            "For listed groups with the policy `approval`, and for who was removed from an open "
            "one; 409 `not_open` says how another is joined. Owner and facilitators "
            "see the alias and the message, never my account. One open request a group, and none "
            "for a week after a no (409 `asked_already`). `guidelines_version` is the one that was "
            "shown: 409 `guidelines_outdated` says the current one."
        ),
        request=JoinRequestInput,
        responses={201: JoinRequestOutput, 200: JoinRequestOutput},
    )
    def post(self, request: MemberRequest, group_id: UUID) -> Response:
        """Ask to be let in."""
        values = read_body(JoinRequestInput, request)
        made, is_new = asking.ask(
            member_id=request.user.id,
            group_id=group_id,
            profile=profile(values),
            message=values["message"],
            request_id=values.get("id"),
            now=timezone.now(),
        )
        return Response(join_request_body(made), status=201 if is_new else 200)


class OneJoinRequest(APIView):
    """A request of mine."""

    @extend_schema(
        operation_id="withdrawJoinRequest",
        tags=TAGS,
        summary="Take my request back",
        description="Again: 204 too. 404 for one that was answered or is not mine.",
        request=None,
        responses={204: None},
    )
    def delete(self, request: MemberRequest, group_id: UUID, join_request_id: UUID) -> Response:
        """Take a request back."""
        asking.withdraw(
            member_id=request.user.id,
            group_id=group_id,
            request_id=join_request_id,
            now=timezone.now(),
        )
        return Response(status=204)


class ApproveJoinRequest(APIView):
    """Letting somebody in."""

    @extend_schema(
        operation_id="approveJoinRequest",
        tags=TAGS,
        summary="Let somebody in",
        description=(
            "Answers the new member. Two who decide at once let them in once; again: the same. "
            "404 for a request that was declined or taken back."
        ),
        request=None,
        responses=GroupMemberOutput,
    )
    def post(self, request: MemberRequest, group_id: UUID, join_request_id: UUID) -> Response:
        """Let somebody in."""
        person = asking.approve(
            member_id=request.user.id,
            group_id=group_id,
            request_id=join_request_id,
            now=timezone.now(),
        )
        return Response(person_body(person))


class DeclineJoinRequest(APIView):
    """Saying no."""

    @extend_schema(
        operation_id="declineJoinRequest",
        tags=TAGS,
        summary="Decline a request",
        description=(
            "Without a reason; who asked is not notified, and may ask again after a week. Again: "
            "204 too. 404 for a request that was approved or taken back."
        ),
        request=None,
        responses={204: None},
    )
    def post(self, request: MemberRequest, group_id: UUID, join_request_id: UUID) -> Response:
        """Say no."""
        asking.decline(
            member_id=request.user.id,
            group_id=group_id,
            request_id=join_request_id,
            now=timezone.now(),
        )
        return Response(status=204)


ONE = "groups/<id:group_id>/requests/<id:join_request_id>"
urlpatterns = [
    path("groups/<id:group_id>/requests", JoinRequests.as_view()),
    path(ONE, OneJoinRequest.as_view()),
    path(f"{ONE}/approve", ApproveJoinRequest.as_view()),
    path(f"{ONE}/decline", DeclineJoinRequest.as_view()),
]
