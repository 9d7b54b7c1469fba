"""Requests for support over HTTP. No limit stands before any of these."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework.response import Response
from rest_framework.views import APIView

from api.pages import page
from api.parsing import read_body, read_query
from api.requests import MemberRequest
from api.resources.support_requests import inputs, outputs
from recovery.support.models import SupportAnswer
from recovery.support.requests import answering, closing, opening, reading
from recovery.support.requests.reading import Direction

TAGS = ["Support"]
# What is seen depends on consent, which can end between two requests.
FRESH = {"Cache-Control": "private, no-cache"}
OPEN_DESCRIPTION = (
    "Partners who were given `support_requests` and agreed to be asked are told ahead of all "
    "other notifications, within hours that they chose: up to three now, the others after 5 "
    "minutes unless somebody said `will_contact_you`. So are the owners and facilitators of "
    "`groups`, if they agreed; a group that is not mine is passed over. Never refused for lack of "
    "people, and never limited: the answer has the plan and the lines also when nobody can be "
    "reached, and does not tell which it is. After 10 minutes in which nobody said that they can "
    "be there, `no_answer_yet` is true, with the lines again. One is open at a time, and another "
    "takes its place. Those whom it asks too go over with their threads, and so do those who said "
    "that they can be there and may still see it, also if their group is not named again; the "
    "other threads end. Nobody is told twice within 10 minutes. "
    "Sending is the consent to `before_sending` of the list; it ends with closing, or after 24 "
    "hours. Keep `crisis-resources` on the phone, for when there is no network."
)


class RequestList(APIView):
    """Requests for support: mine, and those that I was asked by."""

    @extend_schema(
        operation_id="listSupportRequests",
        tags=TAGS,
        summary="Requests for support",
        description=(
            "Newest first. `sent`: mine, closed ones included, without their texts. `received`: "
            "those that I was asked by, as long as they are open and mine to see; that one is no "
            "longer among them has no stated reason."
        ),
        parameters=[inputs.SupportRequestQuery],
        responses=outputs.SupportRequestPageOutput,
    )
    def get(self, request: MemberRequest) -> Response:
        """Answer a page of requests."""
        query, now = read_query(inputs.SupportRequestQuery, request), timezone.now()
        direction = Direction(query["direction"])
        seen, cursor = _page(request, direction, query["limit"], query.get("cursor"), now)
        body = outputs.page_body(
            seen, cursor=cursor, direction=direction, member=request.user, now=now
        )
        return Response(body, headers=FRESH)

    @extend_schema(
        operation_id="createSupportRequest",
        tags=TAGS,
        summary="Ask for support now",
        description=OPEN_DESCRIPTION,
        request=inputs.SupportRequestInput,
        responses={
            201: outputs.SupportRequestAnswerOutput,
            200: outputs.SupportRequestAnswerOutput,
        },
    )
    def post(self, request: MemberRequest) -> Response:
        """Ask for support."""
        body, now = read_body(inputs.SupportRequestInput, request), timezone.now()
        row, created = opening.open_request(
            member=request.user,
            request_id=body.get("id"),
            text=body["text"],
            group_ids=body["groups"],
            now=now,
        )
        (seen,) = reading.as_asker(requests=[row], now=now)
        answer = outputs.answer_body(seen, member=request.user, now=now)
        return Response(answer, status=201 if created else 200)


class RequestDetail(APIView):
    """One request for support."""

    @extend_schema(
        operation_id="getSupportRequest",
        tags=TAGS,
        summary="One request for support",
        description=(
            "One of mine, or one that I was asked by, as long as it is open and mine to see. "
            "Whoever was asked by one that another has replaced is shown that one, under its own "
            "id. That I looked is told to nobody; that I saw `contact` is recorded by date, as all "
            "looks are."
        ),
        responses=outputs.SupportRequestAnswerOutput,
    )
    def get(self, request: MemberRequest, request_id: UUID) -> Response:
        """Answer one request."""
        now = timezone.now()
        seen = reading.one(viewer=request.user, request_id=request_id, now=now)
        body = outputs.answer_body(seen, member=request.user, now=now)
        return Response(body, headers=FRESH)


class AnswerRequest(APIView):
    """Whether I can be there."""

    @extend_schema(
        operation_id="answerSupportRequest",
        tags=TAGS,
        summary="Answer a request for support",
        description=(
            "For those who were asked; it may be changed. Only who answers is shown to the asker."
        ),
        request=inputs.SupportAnswerInput,
        responses=outputs.SupportRequestAnswerOutput,
    )
    def post(self, request: MemberRequest, request_id: UUID) -> Response:
        """Answer a request."""
        body, now = read_body(inputs.SupportAnswerInput, request), timezone.now()
        answering.answer(
            helper_id=request.user.id,
            request_id=request_id,
            said=SupportAnswer(body["answer"]),
            now=now,
        )
        seen = reading.one(viewer=request.user, request_id=request_id, now=now)
        return Response(outputs.answer_body(seen, member=request.user, now=now))


class Messages(APIView):
    """The threads between who asked and who answered."""

    @extend_schema(
        operation_id="sendSupportMessage",
        tags=TAGS,
        summary="Write to the other side",
        description=(
            "Between who asked for support and one who answered; helpers do not know of each "
            "other. Up to 50 a thread; all are deleted on closing."
        ),
        request=inputs.SupportMessageInput,
        responses={
            201: outputs.SupportMessageAnswerOutput,
            200: outputs.SupportMessageAnswerOutput,
        },
    )
    def post(self, request: MemberRequest, request_id: UUID) -> Response:
        """Write a message."""
        body, now = read_body(inputs.SupportMessageInput, request), timezone.now()
        row, created = answering.write(
            author_id=request.user.id,
            request_id=request_id,
            message_id=body.get("id"),
            to=body.get("to"),
            text=body["text"],
            now=now,
        )
        answer = outputs.message_body(row, text=body["text"], member=request.user, now=now)
        return Response(answer, status=201 if created else 200)


class CloseRequest(APIView):
    """That it is over."""

    @extend_schema(
        operation_id="closeSupportRequest",
        tags=TAGS,
        summary="Close my request for support",
        description=(
            "Its text and all threads are deleted, and nobody sees it any more. Once is enough. If "
            "another took its place, that one is closed."
        ),
        request=None,
        responses=outputs.SupportRequestAnswerOutput,
    )
    def post(self, request: MemberRequest, request_id: UUID) -> Response:
        """Close a request."""
        now = timezone.now()
        row = closing.close(member=request.user, request_id=request_id, now=now)
        (seen,) = reading.as_asker(requests=[row], now=now)
        return Response(outputs.answer_body(seen, member=request.user, now=now))


def _page(
    request: MemberRequest,
    direction: Direction,
    limit: int,
    cursor: str | None,
    now: datetime,
) -> tuple[list[reading.Seen], str | None]:
    member = request.user
    if direction is Direction.SENT:
        rows, after = page(reading.sent(member_id=member.id), limit=limit, cursor=cursor)
        return reading.as_asker(requests=rows, now=now), after
    rows, after = page(reading.received(helper_id=member.id, now=now), limit=limit, cursor=cursor)
    return reading.of_helper(helper=member, requests=rows, now=now), after
