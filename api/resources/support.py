"""The plan for a hard moment, and the crisis directory."""

from __future__ import annotations

from typing import Any

from django.urls import path
from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from api.parsing import Input, Instant, Pattern, Query, Text, read_body, read_query
from api.requests import MemberRequest
from api.resources.help import CrisisResourceOutput, PlanOutput, crisis_body
from recovery.kernel.errors import Missing
from recovery.support import queries, rules, services
from recovery.support.models import HardMomentPlan
from recovery.support.queries import Plan
from recovery.support.rules import Kind


def _lines(help_text: str) -> serializers.ListField:
    return serializers.ListField(
        child=Text(max_length=500), max_length=20, required=False, help_text=help_text
    )


class PlanInput(Input):
    """My own words for a hard moment; all of it is stored sealed."""

    signs = _lines("How I notice that it is getting hard.")
    what_helps = _lines("What helped before.")
    people = _lines("Whom I can turn to.")
    reasons = _lines("Why I am doing this.")


class HardMomentPlanOutput(PlanOutput):
    """The plan, and when it was last written."""

    version = serializers.IntegerField()
    updated_at = Instant()


class CrisisQuery(Query):
    """Where, and what kind of line."""

    country = Pattern(
        r"^[A-Za-z]{2}\Z", required=False, help_text="ISO 3166-1 alpha-2, such as DE."
    )
    kind = serializers.ChoiceField(
        choices=[(kind.value, kind.value) for kind in Kind], required=False
    )


class CrisisResourceListOutput(serializers.Serializer[Any]):
    """Never empty: an unknown country gets the international entries."""

    items = CrisisResourceOutput(many=True)


class PlanDetail(APIView):
    """The plan for a hard moment."""

    @extend_schema(
        operation_id="getHardMomentPlan",
        tags=["Support"],
        summary="My plan for a hard moment",
        description="404 while none is written.",
        responses=HardMomentPlanOutput,
    )
    def get(self, request: MemberRequest) -> Response:
        """Answer the plan."""
        row = queries.plan_row(member=request.user)
        if row is None:
            raise Missing()
        return Response(_plan_body(row))

    @extend_schema(
        operation_id="putHardMomentPlan",
        tags=["Support"],
        summary="Write my plan for a hard moment",
        description="It takes the place of the one before, whole.",
        request=PlanInput,
        responses=HardMomentPlanOutput,
    )
    def put(self, request: MemberRequest) -> Response:
        """Write the plan."""
        body = read_body(PlanInput, request)
        plan = Plan(**{name: tuple(lines) for name, lines in body.items()})
        row = services.put_plan(member=request.user, plan=plan, now=timezone.now())
        return Response(_plan_body(row))

    @extend_schema(
        operation_id="deleteHardMomentPlan",
        tags=["Support"],
        summary="Delete my plan",
        description="404 while none is written.",
        request=None,
        responses={204: None},
    )
    def delete(self, request: MemberRequest) -> Response:
        """Delete the plan."""
        services.remove_plan(member=request.user, now=timezone.now())
        return Response(status=204)


class CrisisDirectory(APIView):
    """Whom to turn to: public, static, never logged."""

    authentication_classes = ()
    permission_classes = (AllowAny,)

    @extend_schema(
        operation_id="listCrisisResources",
        tags=["Support"],
        summary="Whom to turn to",
        description=(
            "Emergency and crisis lines first. A referral line is labelled so; it is not "
            "counselling. Needs no account and is not logged."
        ),
        parameters=[CrisisQuery],
        responses=CrisisResourceListOutput,
        auth=[],
    )
    def get(self, request: Request) -> Response:
        """Answer the lines of a country."""
        query, now = read_query(CrisisQuery, request), timezone.now()
        found = rules.find(country=query.get("country"), kind=query.get("kind"))
        return Response(
            {"items": [crisis_body(one, now=now) for one in found]},
            headers={"Cache-Control": "no-store"},
        )


def _plan_body(row: HardMomentPlan) -> dict[str, Any]:
    return {
        **queries.plan_of(row=row).as_lists(),
        "version": row.version,
        "updated_at": row.updated_at,
    }


urlpatterns = [
    path("hard-moment-plan", PlanDetail.as_view()),
    path("crisis-resources", CrisisDirectory.as_view()),
]
