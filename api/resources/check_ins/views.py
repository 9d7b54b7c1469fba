"""Check-ins over HTTP."""

from __future__ import annotations

from datetime import date

from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework.response import Response
from rest_framework.views import APIView

from api.pages import date_page
from api.parsing import read_body, read_query
from api.requests import MemberRequest
from api.resources.check_ins import inputs, outputs
from recovery.calendar.queries import today_of
from recovery.checkins import queries, services
from recovery.kernel import sealing
from recovery.kernel.errors import invalid
from recovery.overview import services as overview

PUT_DESCRIPTION = (
    "One record per member and local date; what is left out of a PUT is empty. The date may be "
    "any up to today. An answer given within 14 days counts for the streak and repairs it. "
    "What is not newer than the stored row (`edited_at`) answers 200 with that row. The answer "
    "carries `help` on a hard day: craving from 8, confidence up to 2, or a use."
)


class CheckInList(APIView):
    """The check-ins of a member."""

    @extend_schema(
        operation_id="listCheckIns",
        tags=["Check-ins"],
        summary="My check-ins",
        description="The latest date first; `from` and `to` narrow the dates, both included.",
        parameters=[inputs.CheckInQuery],
        responses=outputs.CheckInPageOutput,
    )
    def get(self, request: MemberRequest) -> Response:
        """Answer a page of check-ins."""
        query = read_query(inputs.CheckInQuery, request)
        rows = queries.check_ins_of(member_id=request.user.id)
        if "from" in query and "to" in query and query["from"] > query["to"]:
            raise invalid(pointer="/to", code="bad_range", detail="This lies before from.")
        if "from" in query:
            rows = rows.filter(local_date__gte=query["from"])
        if "to" in query:
            rows = rows.filter(local_date__lte=query["to"])
        found, cursor = date_page(rows, limit=query["limit"], cursor=query.get("cursor"))
        sealer = sealing.for_member(member_id=request.user.id)
        items = [outputs.opened_body(row=row, sealer=sealer) for row in found]
        return Response({"items": items, "next_cursor": cursor})


class CheckInDetail(APIView):
    """The check-in of one date."""

    @extend_schema(
        operation_id="getCheckIn",
        tags=["Check-ins"],
        summary="The check-in of a date",
        description="404 while the date is unanswered.",
        responses=outputs.CheckInOutput,
    )
    def get(self, request: MemberRequest, local_date: date) -> Response:
        """Answer one check-in."""
        row = queries.check_in_on(member_id=request.user.id, local_date=local_date)
        sealer = sealing.for_member(member_id=request.user.id)
        return Response(outputs.opened_body(row=row, sealer=sealer))

    @extend_schema(
        operation_id="putCheckIn",
        tags=["Check-ins"],
        summary="Check in for a date",
        description=PUT_DESCRIPTION,
        request=inputs.CheckInInput,
        responses={201: outputs.CheckInAnswerOutput, 200: outputs.CheckInAnswerOutput},
    )
    def put(self, request: MemberRequest, local_date: date) -> Response:
        """Answer a date."""
        body = read_body(inputs.CheckInInput, request)
        now = timezone.now()
        answer = overview.put_check_in(
            member=request.user,
            local_date=local_date,
            answers=inputs.answers(body),
            when=inputs.when(body),
            now=now,
        )
        return Response(
            outputs.answer_body(answer, now=now), status=201 if answer.answered.created else 200
        )

    @extend_schema(
        operation_id="updateCheckIn",
        tags=["Check-ins"],
        summary="Change some answers of a date",
        description="Only the fields sent change. 404 while the date is unanswered.",
        request=inputs.CheckInInput,
        responses=outputs.CheckInAnswerOutput,
    )
    def patch(self, request: MemberRequest, local_date: date) -> Response:
        """Change some answers."""
        body = read_body(inputs.CheckInInput, request)
        now = timezone.now()
        answer = overview.patch_check_in(
            member=request.user,
            local_date=local_date,
            changed=inputs.changed(body),
            when=inputs.when(body),
            now=now,
        )
        return Response(outputs.answer_body(answer, now=now))

    @extend_schema(
        operation_id="deleteCheckIn",
        tags=["Check-ins"],
        summary="Take a check-in back",
        description="The date is unanswered again; its note is gone.",
        request=None,
        responses={204: None},
    )
    def delete(self, request: MemberRequest, local_date: date) -> Response:
        """Take a check-in back."""
        services.take_back(member=request.user, local_date=local_date, now=timezone.now())
        return Response(status=204)


class Streak(APIView):
    """The check-in streak."""

    @extend_schema(
        operation_id="getCheckInStreak",
        tags=["Check-ins"],
        summary="My check-in streak",
        description=(
            "Paused dates bridge without adding. It runs beside the clocks: a missed date ends "
            "no clock."
        ),
        responses=outputs.StreakOutput,
    )
    def get(self, request: MemberRequest) -> Response:
        """Answer the streak."""
        member, now = request.user, timezone.now()
        today = today_of(member=member, now=now)
        answered = (member.id, today) in queries.answered(pairs=[(member.id, today)])
        streak = queries.streak_of(member=member, today=today, answered_today=answered)
        return Response(
            {
                "as_of": now,
                **outputs.streak_body(streak),
                "repairable_dates": queries.repairable_dates(member=member, today=today),
            }
        )
