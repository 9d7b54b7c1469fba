"""Many partners at a glance."""

from __future__ import annotations

from typing import Any

from django.urls import path
from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.response import Response
from rest_framework.views import APIView

from api.pages import PageQuery, page
from api.parsing import Instant, read_query
from api.requests import MemberRequest
from api.resources.partners.progress import FRESH, ProgressPartnerOutput
from api.resources.partners.shown import SharedCheckInStatusOutput
from recovery.overview import sponsor
from recovery.overview.sponsor import PartnerNow
from recovery.partners import queries
from recovery.sharing.models import Scope
from recovery.sharing.wording import BESIDE_WHAT_IS_SEEN


class OpenCommitmentOutput(serializers.Serializer[Any]):
    """A commitment that waits for an answer today."""

    commitment = serializers.UUIDField()
    title = serializers.CharField()


class NewMilestoneOutput(serializers.Serializer[Any]):
    """A milestone of the last seven days."""

    tracker = serializers.UUIDField()
    name = serializers.CharField()
    milestone = serializers.CharField()
    earned_on = serializers.DateField()


class NewShareOutput(serializers.Serializer[Any]):
    """A scope that a partner began to share in the last seven days."""

    scope = serializers.ChoiceField(choices=Scope.choices)
    granted_at = Instant()


class PartnerOverviewOutput(serializers.Serializer[Any]):
    """One partner at a glance; an empty list says nothing about why it is empty."""

    partner = ProgressPartnerOutput()
    check_in_status = SharedCheckInStatusOutput(
        many=True, help_text="One entry, or none if it is not shared."
    )
    open_commitments = OpenCommitmentOutput(many=True, help_text="Of those that are shared.")
    new_milestones = NewMilestoneOutput(many=True)
    newest_shares = NewShareOutput(many=True, help_text="The newest first, five at most.")


class PartnerOverviewPageOutput(serializers.Serializer[Any]):
    """One page of partners at a glance, the newest partnership first."""

    as_of = Instant()
    items = PartnerOverviewOutput(many=True)
    next_cursor = serializers.CharField(allow_null=True)
    notice = serializers.CharField(help_text="Show this beside what is seen.")


def overview_values(found: PartnerNow) -> dict[str, Any]:
    """Return what a PartnerOverviewOutput is written from."""
    return {
        "partner": {
            "id": found.partnership_id,
            "handle": found.name.handle,
            "alias": found.name.alias,
        },
        "check_in_status": found.check_in_status,
        "open_commitments": [
            {"commitment": one.commitment_id, "title": one.title} for one in found.open_commitments
        ],
        "new_milestones": [
            {
                "tracker": one.tracker_id,
                "name": one.name,
                "milestone": one.code,
                "earned_on": one.earned_on,
            }
            for one in found.new_milestones
        ],
        "newest_shares": found.newest_shares,
    }


class PartnersOverview(APIView):
    """All my partners at a glance."""

    @extend_schema(
        operation_id="getPartnersOverview",
        tags=["Partners"],
        summary="See all my partners at a glance",
        description=(
            "For somebody with many partners: who answered today, whose commitments are open, new "
            "milestones, what is newly shared; only what was granted and is in force now. As with "
            "`getPartnerProgress`, that I looked is recorded before this is answered, once per "
            "partner, date and scope, and nothing of it may be cached."
        ),
        parameters=[PageQuery],
        responses=PartnerOverviewPageOutput,
    )
    def get(self, request: MemberRequest) -> Response:
        query = read_query(PageQuery, request)
        now = timezone.now()
        rows, cursor = page(
            queries.partnerships_of(member_id=request.user.id),
            limit=query["limit"],
            cursor=query.get("cursor"),
        )
        found = sponsor.overview(viewer_id=request.user.id, partnerships=rows, now=now)
        body = {
            "as_of": now,
            "items": [overview_values(one) for one in found],
            "next_cursor": cursor,
            "notice": BESIDE_WHAT_IS_SEEN,
        }
        return Response(PartnerOverviewPageOutput(body).data, headers=FRESH)


urlpatterns = [path("partners/overview", PartnersOverview.as_view())]
