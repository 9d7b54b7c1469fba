"""Reports to the operator of this server."""

from __future__ import annotations

from typing import Any

from django.db.models import TextChoices
from django.urls import path
from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.response import Response
from rest_framework.views import APIView

from api.pages import PageQuery, page
from api.parsing import Id, Input, Instant, Text, read_body, read_query
from api.requests import MemberRequest
from recovery.kernel import sealing
from recovery.kernel.sealing import Sealer
from recovery.reports import queries, services
from recovery.reports.models import Report, ReportOutcome, ReportReason, ReportSubject

TAGS = ["Reports"]


class ReportState(TextChoices):
    """Whether an operator has decided on a report."""

    OPEN = "open"
    RESOLVED = "resolved"


class ReportInput(Input):
    """Something that the operator should look at."""

    id = Id(required=False, help_text="A UUID of the app's choice (v7).")
    subject_kind = serializers.ChoiceField(
        choices=ReportSubject.choices,
        help_text=(
            "`member`: a partner, by the partnership. `alias`: a member of a group, by their "
            "membership. `encouragement`: one that I was given. `group_text`: what a group says "
            "of itself, by the group."
        ),
    )
    subject = Id(help_text="Names it, as the app knows it.")
    reason = serializers.ChoiceField(choices=ReportReason.choices)
    text = Text(
        max_length=2000,
        allow_blank=True,
        default="",
        help_text="For the operator to read. Stored sealed.",
    )


class ReportOutput(serializers.Serializer[Any]):
    """A report of mine."""

    id = serializers.UUIDField()
    subject_kind = serializers.ChoiceField(choices=ReportSubject.choices)
    subject = serializers.UUIDField()
    reason = serializers.ChoiceField(choices=ReportReason.choices)
    text = serializers.CharField()
    state = serializers.ChoiceField(choices=ReportState.choices)
    outcome = serializers.ChoiceField(
        choices=ReportOutcome.choices, help_text="What the operator did; `none` while it is open."
    )
    created_at = Instant()
    resolved_at = Instant(allow_null=True)


class ReportPageOutput(serializers.Serializer[Any]):
    """A page of reports, newest first."""

    items = ReportOutput(many=True)
    next_cursor = serializers.CharField(allow_null=True)


def report_body(report: Report, *, sealer: Sealer) -> dict[str, Any]:
    """Return a ReportOutput; ``sealer`` is the reporter's."""
    return {
        "id": report.id,
        "subject_kind": report.subject_kind,
        "subject": report.subject_id,
        "reason": report.reason,
        "text": queries.text_of(report=report, sealer=sealer),
        "state": ReportState.RESOLVED if report.resolved_at else ReportState.OPEN,
        "outcome": report.outcome,
        "created_at": report.created_at,
        "resolved_at": report.resolved_at,
    }


class ReportList(APIView):
    """My reports."""

    @extend_schema(
        operation_id="listReports",
        tags=TAGS,
        summary="My reports",
        description="Newest first, with what became of each.",
        parameters=[PageQuery],
        responses=ReportPageOutput,
    )
    def get(self, request: MemberRequest) -> Response:
        """Answer a page of reports."""
        query = read_query(PageQuery, request)
        found, cursor = page(
            queries.reports_of(member_id=request.user.id),
            limit=query["limit"],
            cursor=query.get("cursor"),
        )
        sealer = sealing.for_member(member_id=request.user.id)
        items = [report_body(one, sealer=sealer) for one in found]
        return Response({"items": items, "next_cursor": cursor})

    @extend_schema(
        operation_id="createReport",
        tags=TAGS,
        summary="Report something to the operator",
        description=(
            "Of what I see, and of somebody whom I blocked, whose partner I no longer am, or who "
            "is or was in a group in which I am or was, shown or not. What it says now is kept, "
            "sealed, so that a later edit hides nothing. Whoever it is about is not told by this. "
            "While a report about the same thing is open, 200 with that one. An operator is not a "
            "crisis service: in danger, call the emergency number."
        ),
        request=ReportInput,
        responses={201: ReportOutput, 200: ReportOutput},
    )
    def post(self, request: MemberRequest) -> Response:
        """Make a report."""
        body = read_body(ReportInput, request)
        made, created = services.report(
            member=request.user,
            report_id=body.get("id"),
            kind=ReportSubject(body["subject_kind"]),
            subject_id=body["subject"],
            reason=ReportReason(body["reason"]),
            text=body["text"],
            now=timezone.now(),
        )
        sealer = sealing.for_member(member_id=request.user.id)
        return Response(report_body(made, sealer=sealer), status=201 if created else 200)


urlpatterns = [path("reports", ReportList.as_view())]
