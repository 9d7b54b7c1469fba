"""The plan for a hard moment, and the crisis directory."""

from __future__ import annotations

import hashlib
import json
from typing import Any

from django.urls import path
from django.utils import timezone
from django.utils.http import parse_etags
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from api.parsing import Input, Instant, Query, Text, read_body, read_query
from api.requests import MemberRequest
from api.resources.help import CrisisResourceOutput, PlanOutput, crisis_body
from recovery.kernel.errors import Missing
from recovery.support import queries, rules, services
from recovery.support.models import HardMomentPlan
from recovery.support.queries import Plan
from recovery.support.rules import Kind

# The same for everybody, so any cache may keep it; for longer when there is no network.
PUBLIC = "public, max-age=86400, stale-if-error=2592000"


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

    # Nobody who looks for help is refused for a spelling: what is not known is any other country.
    country = Text(
        max_length=60,
        required=False,
        allow_blank=True,
        help_text="ISO 3166-1 alpha-2, such as DE; for anything else the international entries.",
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
    """Whom to turn to: public, cacheable, never logged."""

    authentication_classes = ()
    permission_classes = (AllowAny,)

    @extend_schema(
        operation_id="listCrisisResources",
        tags=["Support"],
        summary="Whom to turn to",
        description=(
            "Emergency and crisis lines first. A referral line is labelled so; it is not "
            "counselling. Needs no account and is not logged. It may be kept for a day, and asked "
            "for again with the `ETag` that came with it: keep it on the phone, for when there is "
            "no network."
        ),
        parameters=[CrisisQuery],
        responses={200: CrisisResourceListOutput, 304: None},
        auth=[],
    )
    def get(self, request: Request) -> Response:
        """Answer the lines of a country."""
        query, now = read_query(CrisisQuery, request), timezone.now()
        found = rules.find(country=query.get("country"), kind=query.get("kind"))
        body = {"items": [crisis_body(one, now=now) for one in found]}
        # Of what is shown, ages included, so that it holds for a day on every server alike.
        digest = hashlib.sha256(json.dumps(body, default=str).encode()).hexdigest()[:32]
        headers = {"Cache-Control": PUBLIC, "ETag": f'"{digest}"'}
        # A proxy that compresses makes weak ones of them; to ask again, those compare alike.
        known = parse_etags(request.headers.get("If-None-Match", "").replace("W/", ""))
        if headers["ETag"] in known or "*" in known:
            return Response(status=304, headers=headers)
        return Response(body, headers=headers)


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
