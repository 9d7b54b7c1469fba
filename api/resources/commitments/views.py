"""Commitments over HTTP."""

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
from api.resources.commitments import inputs, outputs
from recovery.calendar.queries import today_of
from recovery.commitments import queries
from recovery.commitments.models import Commitment
from recovery.commitments.services import commitments
from recovery.kernel import sealing
from recovery.members.models import Member

TAGS = ["Commitments"]
CHANGE_DESCRIPTION = (
    "Only the fields sent change. Easing (fewer times or days, an earlier end, or any promised "
    "date dropped) takes effect after seven days, unless `easing_delay` was switched off; all "
    "else holds from today. A number of times a week rules its week to the end: certain dates "
    "take over on a Monday, and a higher number counts in the present week only if as many dates "
    "are left in it. `pending_terms` shows what is to come; a later change takes its place, and "
    "what that leaves out is as in `terms`."
)


def bodies(member: Member, found: Sequence[Commitment], *, now: datetime) -> list[dict[str, Any]]:
    """Return CommitmentOutputs of a member's commitments."""
    if not found:
        return []
    today = today_of(member=member, now=now)
    sealer = sealing.for_member(member_id=member.id)
    readings = queries.readings(member=member, commitments=found, now=now, today=today)
    return [
        outputs.commitment_body(
            commitment=one, reading=readings[one.id], sealer=sealer, now=now, today=today
        )
        for one in found
    ]


class CommitmentList(APIView):
    """The commitments of a member."""

    @extend_schema(
        operation_id="listCommitments",
        tags=TAGS,
        summary="My commitments",
        description="Newest first, each with how it stands now. It reads no history.",
        parameters=[inputs.CommitmentQuery],
        responses=outputs.CommitmentPageOutput,
    )
    def get(self, request: MemberRequest) -> Response:
        """Answer a page of commitments."""
        member, now = request.user, timezone.now()
        query = read_query(inputs.CommitmentQuery, request)
        rows = queries.commitments_of(member_id=member.id)
        if "open" in query:
            today = today_of(member=member, now=now)
            waiting = queries.open_on(member=member, today=today)
            rows = rows.filter(id__in=[one.id for one, _ in waiting])
        found, cursor = page(rows, limit=query["limit"], cursor=query.get("cursor"))
        return Response(
            {"items": bodies(member, found, now=now), "next_cursor": cursor},
            headers={"Cache-Control": "private, no-cache"},
        )

    @extend_schema(
        operation_id="createCommitment",
        tags=TAGS,
        summary="Promise something",
        description=(
            "Once, daily, on weekdays, or a number of times a week from Monday. The same id and "
            "body again answers 200 with the first one. Private until it is shared."
        ),
        request=inputs.CommitmentInput,
        responses={201: outputs.CommitmentOutput, 200: outputs.CommitmentOutput},
    )
    def post(self, request: MemberRequest) -> Response:
        """Promise something."""
        member, now = request.user, timezone.now()
        body = read_body(inputs.CommitmentInput, request)
        made, created = commitments.create(
            member=member, commitment_id=body.get("id"), new=inputs.new_commitment(body), now=now
        )
        return Response(bodies(member, [made], now=now)[0], status=201 if created else 200)


class CommitmentDetail(APIView):
    """One commitment."""

    @extend_schema(
        operation_id="getCommitment",
        tags=TAGS,
        summary="One commitment",
        description="With how it stands now.",
        responses=outputs.CommitmentOutput,
    )
    def get(self, request: MemberRequest, commitment_id: UUID) -> Response:
        """Answer one commitment."""
        member = request.user
        found = queries.commitment_of(member_id=member.id, commitment_id=commitment_id)
        return Response(
            bodies(member, [found], now=timezone.now())[0],
            headers={"Cache-Control": "private, no-cache"},
        )

    @extend_schema(
        operation_id="updateCommitment",
        tags=TAGS,
        summary="Change a commitment",
        description=CHANGE_DESCRIPTION,
        request=inputs.CommitmentChanges,
        responses=outputs.CommitmentOutput,
    )
    def patch(self, request: MemberRequest, commitment_id: UUID) -> Response:
        """Change a commitment."""
        member, now = request.user, timezone.now()
        found = commitments.change(
            member=member,
            commitment_id=commitment_id,
            changed=read_body(inputs.CommitmentChanges, request),
            now=now,
        )
        return Response(bodies(member, [found], now=now)[0])

    @extend_schema(
        operation_id="deleteCommitment",
        tags=TAGS,
        summary="Put a commitment away",
        description="It is gone for you, for every partner and for every group.",
        request=None,
        responses={204: None},
    )
    def delete(self, request: MemberRequest, commitment_id: UUID) -> Response:
        """Put a commitment away."""
        commitments.remove(member=request.user, commitment_id=commitment_id, now=timezone.now())
        return Response(status=204)


class OccurrenceList(APIView):
    """What became of what was promised."""

    @extend_schema(
        operation_id="listOccurrences",
        tags=TAGS,
        summary="The occurrences of a commitment",
        description=(
            "Derived from the terms, the entries, pauses and the calendar. Silence is "
            "`unanswered` from three hours after the next day began, and not judged within 24 "
            "hours of a change of zone. What is to come is `open`."
        ),
        parameters=[inputs.OccurrenceQuery],
        responses=outputs.OccurrenceListOutput,
    )
    def get(self, request: MemberRequest, commitment_id: UUID) -> Response:
        """Answer the occurrences of a stretch of dates."""
        query = read_query(inputs.OccurrenceQuery, request)
        inputs.check_span(query)
        member = request.user
        found = queries.occurrences(
            member=member,
            commitment=queries.commitment_of(member_id=member.id, commitment_id=commitment_id),
            first=query["from"],
            last=query["to"],
            now=timezone.now(),
        )
        return Response(
            {"items": [outputs.occurrence_body(one) for one in found]},
            headers={"Cache-Control": "private, no-cache"},
        )


urlpatterns = [
    path("commitments", CommitmentList.as_view()),
    path("commitments/<id:commitment_id>", CommitmentDetail.as_view()),
    path("commitments/<id:commitment_id>/occurrences", OccurrenceList.as_view()),
]
