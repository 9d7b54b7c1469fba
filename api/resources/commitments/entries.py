"""How the dates of a commitment went, over HTTP."""

from __future__ import annotations

from datetime import date
from uuid import UUID

from django.urls import path
from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework.response import Response
from rest_framework.views import APIView

from api.pages import date_page
from api.parsing import read_body, read_query
from api.requests import MemberRequest
from api.resources.commitments import inputs, outputs
from recovery.calendar.queries import today_of
from recovery.commitments import queries
from recovery.commitments.services import entries
from recovery.kernel import sealing

TAGS = ["Commitments"]


class EntryList(APIView):
    """The answered dates of a commitment."""

    @extend_schema(
        operation_id="listCommitmentEntries",
        tags=TAGS,
        summary="How the dates of a commitment went",
        description="The latest date first.",
        parameters=[inputs.EntryQuery],
        responses=outputs.EntryPageOutput,
    )
    def get(self, request: MemberRequest, commitment_id: UUID) -> Response:
        """Answer a page of entries."""
        query, member = read_query(inputs.EntryQuery, request), request.user
        commitment = queries.commitment_of(member_id=member.id, commitment_id=commitment_id)
        rows = queries.entries_of(commitment=commitment)
        if "from" in query:
            rows = rows.filter(local_date__gte=query["from"])
        if "to" in query:
            rows = rows.filter(local_date__lte=query["to"])
        found, cursor = date_page(rows, limit=query["limit"], cursor=query.get("cursor"))
        sealer = sealing.for_member(member_id=member.id)
        items = outputs.entry_bodies(member_id=member.id, entries=found, sealer=sealer)
        return Response({"items": items, "next_cursor": cursor})


class EntryDetail(APIView):
    """How one date went."""

    @extend_schema(
        operation_id="getCommitmentEntry",
        tags=TAGS,
        summary="How a date went",
        description="404 while the date is unanswered.",
        responses=outputs.EntryOutput,
    )
    def get(self, request: MemberRequest, commitment_id: UUID, local_date: date) -> Response:
        """Answer one entry."""
        member = request.user
        commitment = queries.commitment_of(member_id=member.id, commitment_id=commitment_id)
        found = queries.entry_on(commitment=commitment, local_date=local_date)
        sealer = sealing.for_member(member_id=member.id)
        return Response(
            outputs.entry_bodies(member_id=member.id, entries=[found], sealer=sealer)[0]
        )

    @extend_schema(
        operation_id="putCommitmentEntry",
        tags=TAGS,
        summary="Say how a date went",
        description=(
            "For any promised date up to today; late answers are welcome. What is not newer than "
            "the stored row (`edited_at`) answers 200 with that row. When a date is newly kept "
            "and this commitment has a `confirmer` who may see it, they are asked to confirm. "
            "Saying that it was not kept voids what was confirmed."
        ),
        request=inputs.EntryInput,
        responses={201: outputs.EntryAnswerOutput, 200: outputs.EntryAnswerOutput},
    )
    def put(self, request: MemberRequest, commitment_id: UUID, local_date: date) -> Response:
        """Answer a date."""
        member, now = request.user, timezone.now()
        put = entries.put(
            member=member,
            commitment_id=commitment_id,
            local_date=local_date,
            said=inputs.said(read_body(inputs.EntryInput, request)),
            now=now,
        )
        today = today_of(member=member, now=now)
        (body,) = outputs.entry_bodies(member_id=member.id, entries=[put.entry], sealer=put.sealer)
        commitment = put.commitment
        readings = queries.readings(member=member, commitments=[commitment], now=now, today=today)
        body["reading"] = outputs.reading_body(readings[commitment.id], now=now, today=today)
        return Response(body, status=201 if put.created else 200)

    @extend_schema(
        operation_id="withdrawCommitmentEntry",
        tags=TAGS,
        summary="Withdraw an answer",
        description="The date is unanswered again; its note and what was confirmed are gone.",
        request=None,
        responses={204: None},
    )
    def delete(self, request: MemberRequest, commitment_id: UUID, local_date: date) -> Response:
        """Withdraw an answer."""
        entries.withdraw(
            member=request.user,
            commitment_id=commitment_id,
            local_date=local_date,
            now=timezone.now(),
        )
        return Response(status=204)


urlpatterns = [
    path("commitments/<id:commitment_id>/entries", EntryList.as_view()),
    path("commitments/<id:commitment_id>/entries/<local_date:local_date>", EntryDetail.as_view()),
]
