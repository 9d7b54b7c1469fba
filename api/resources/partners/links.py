"""Partners: list, look up, end."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.urls import path
from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.response import Response
from rest_framework.views import APIView

from api.pages import PageQuery, page
from api.parsing import Instant, read_query
from api.requests import MemberRequest
from recovery.overview import links
from recovery.overview.links import Link
from recovery.partners import queries, services
from recovery.sharing.models import Scope

TAGS = ["Partners"]


class PartnerOutput(serializers.Serializer[Any]):
    """A partnership as one side sees it."""

    id = serializers.UUIDField(help_text="Names the partnership, not the account.")
    handle = serializers.CharField(
        allow_null=True,
        help_text="The other's handle; null for a guest, and for somebody whom I met in a group.",
    )
    alias = serializers.CharField(
        allow_null=True,
        help_text="What they go by if we met in a group; else null. Never beside a handle.",
    )
    created_at = Instant()
    paused = serializers.BooleanField(
        help_text="Whether I show them nothing just now. Theirs shows nowhere."
    )
    i_share = serializers.ListField(
        child=serializers.ChoiceField(choices=Scope.choices),
        help_text="What I let them see, as of now: nothing while I pause them.",
    )
    shares_with_me = serializers.ListField(
        child=serializers.ChoiceField(choices=Scope.choices),
        help_text="What they let me see, as of now. That something is absent has no stated reason.",
    )


class PartnerPageOutput(serializers.Serializer[Any]):
    """One page of partners, newest first."""

    items = PartnerOutput(many=True)
    next_cursor = serializers.CharField(allow_null=True)


def partner_body(link: Link) -> dict[str, Any]:
    """Return a partnership as one side sees it."""
    return dict(PartnerOutput(link).data)


class Partners(APIView):
    """My partners."""

    @extend_schema(
        operation_id="listPartners",
        tags=TAGS,
        summary="List my partners",
        description="Active partnerships, newest first.",
        parameters=[PageQuery],
        responses=PartnerPageOutput,
    )
    def get(self, request: MemberRequest) -> Response:
        query = read_query(PageQuery, request)
        rows, cursor = page(
            queries.partnerships_of(member_id=request.user.id),
            limit=query["limit"],
            cursor=query.get("cursor"),
        )
        listed = links.links(member_id=request.user.id, partnerships=rows, now=timezone.now())
        return Response({"items": [partner_body(link) for link in listed], "next_cursor": cursor})


class OnePartner(APIView):
    """One partner of mine."""

    @extend_schema(
        operation_id="getPartner",
        tags=TAGS,
        summary="Look up a partner",
        description="404 once either side has ended the partnership, as if it had never been.",
        responses=PartnerOutput,
    )
    def get(self, request: MemberRequest, partner_id: UUID) -> Response:
        found = links.link(member_id=request.user.id, partnership_id=partner_id, now=timezone.now())
        return Response(partner_body(found))

    @extend_schema(
        operation_id="endPartnership",
        tags=TAGS,
        summary="End a partnership",
        description=(
            "Ends it for both sides and takes back all that either shared, at once. The other is "
            "not told, but finds it gone: an app should say so first, and offer to share less "
            "instead."
        ),
        request=None,
        responses={204: None},
    )
    def delete(self, request: MemberRequest, partner_id: UUID) -> Response:
        services.end(member_id=request.user.id, partnership_id=partner_id, now=timezone.now())
        return Response(status=204)


urlpatterns = [
    path("partners", Partners.as_view()),
    path("partners/<id:partner_id>", OnePartner.as_view()),
]
