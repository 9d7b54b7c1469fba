"""Commitments made to a group, and cheers for them."""

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
from api.parsing import Instant, read_body, read_query
from api.requests import MemberRequest
from api.resources.commitments.inputs import GroupCommitmentInput
from recovery.commitments import group_queries
from recovery.commitments.group_queries import Shown
from recovery.commitments.models import Cadence
from recovery.commitments.services import groups as services
from recovery.groups import queries as groups
from recovery.groups.choices import Colour, Symbol

TAGS = ["Groups"]


class GroupCommitmentOutput(serializers.Serializer[Any]):
    """What somebody promised before the group: what they kept, and never silence."""

    id = serializers.UUIDField()
    member = serializers.UUIDField(help_text="Who made it, by the id that the group knows.")
    alias = serializers.CharField()
    symbol = serializers.ChoiceField(choices=Symbol.choices)
    colour = serializers.ChoiceField(choices=Colour.choices)
    commitment = serializers.UUIDField(
        allow_null=True, help_text="Which of my commitments it is; null for another's."
    )
    title = serializers.CharField()
    cadence = serializers.ChoiceField(choices=Cadence.choices)
    kept_this_week = serializers.IntegerField(help_text="Dates kept since their Monday.")
    kept_dates = serializers.IntegerField(help_text="Dates kept in all.")
    cheers = serializers.IntegerField(help_text="All of them, whoever gave them.")
    cheered_today = serializers.BooleanField(help_text="Whether I cheered on my present date.")
    cheered_by = serializers.ListField(
        child=serializers.UUIDField(),
        help_text=(
            "To the owner: the latest who cheered, of those whom the list of members shows them, "
            "by the ids that the group knows."
        ),
    )
    created_at = Instant()


class GroupCommitmentPageOutput(serializers.Serializer[Any]):
    """A page of commitments made to a group, newest first."""

    items = GroupCommitmentOutput(many=True)
    next_cursor = serializers.CharField(allow_null=True)


class CheerOutput(serializers.Serializer[Any]):
    """That I cheered, and on which of my dates."""

    group_commitment = serializers.UUIDField()
    cheered_on = serializers.DateField()


def group_commitment_body(shown: Shown) -> dict[str, Any]:
    """Return a GroupCommitmentOutput."""
    made, membership = shown.made, shown.made.membership
    return {
        "id": made.id,
        "member": membership.id,
        "alias": membership.alias,
        "symbol": membership.symbol,
        "colour": membership.colour,
        "commitment": made.commitment_id if shown.is_mine else None,
        "title": shown.title,
        "cadence": shown.cadence,
        "kept_this_week": shown.kept_this_week,
        "kept_dates": shown.kept_dates,
        "cheers": shown.cheers,
        "cheered_today": shown.cheered_today,
        "cheered_by": shown.cheered_by,
        "created_at": made.created_at,
    }


class GroupCommitmentList(APIView):
    """What the members of a group promised before it."""

    @extend_schema(
        operation_id="listGroupCommitments",
        tags=TAGS,
        summary="Commitments made to a group",
        description="Newest first, for members of the group. They tell what was kept only.",
        parameters=[PageQuery],
        responses=GroupCommitmentPageOutput,
    )
    def get(self, request: MemberRequest, group_id: UUID) -> Response:
        """Answer a page of commitments made to a group."""
        query, now = read_query(PageQuery, request), timezone.now()
        viewer = groups.membership_of(member_id=request.user.id, group_id=group_id)
        found, cursor = page(
            group_queries.seen_by(viewer=viewer), limit=query["limit"], cursor=query.get("cursor")
        )
        shown = group_queries.shown(member=request.user, viewer=viewer, made=found, now=now)
        return Response(
            {"items": [group_commitment_body(one) for one in shown], "next_cursor": cursor},
            headers={"Cache-Control": "private, no-cache"},
        )

    @extend_schema(
        operation_id="createGroupCommitment",
        tags=TAGS,
        summary="Make a commitment to a group",
        description=(
            "Under my alias in it. The group sees the title, how often I promise it and how many "
            "dates I kept; never a date that I left unanswered. Leaving the group takes it away."
        ),
        request=GroupCommitmentInput,
        responses={201: GroupCommitmentOutput, 200: GroupCommitmentOutput},
    )
    def post(self, request: MemberRequest, group_id: UUID) -> Response:
        """Make a commitment to a group."""
        body, now = read_body(GroupCommitmentInput, request), timezone.now()
        made, created = services.make(
            member=request.user,
            group_id=group_id,
            made_id=body.get("id"),
            commitment_id=body["commitment"],
            now=now,
        )
        (shown,) = group_queries.shown(
            member=request.user, viewer=made.membership, made=[made], now=now
        )
        return Response(group_commitment_body(shown), status=201 if created else 200)


class GroupCommitmentDetail(APIView):
    """One commitment made to a group."""

    @extend_schema(
        operation_id="removeGroupCommitment",
        tags=TAGS,
        summary="Take a commitment out of a group",
        description="Mine only. The commitment itself stays.",
        request=None,
        responses={204: None},
    )
    def delete(self, request: MemberRequest, group_id: UUID, group_commitment_id: UUID) -> Response:
        """Take a commitment out of a group."""
        services.remove(
            member=request.user,
            group_id=group_id,
            made_id=group_commitment_id,
            now=timezone.now(),
        )
        return Response(status=204)


class CheerList(APIView):
    """Cheers for one commitment made to a group."""

    @extend_schema(
        operation_id="cheerGroupCommitment",
        tags=TAGS,
        summary="Cheer",
        description=(
            "Once on each of my dates; again on the same date changes nothing. For those that the "
            "group shows me; any other is 404, like one that was taken out of it."
        ),
        request=None,
        responses={201: CheerOutput, 200: CheerOutput},
    )
    def post(self, request: MemberRequest, group_id: UUID, group_commitment_id: UUID) -> Response:
        """Cheer."""
        given, created = services.cheer(
            member=request.user,
            group_id=group_id,
            made_id=group_commitment_id,
            now=timezone.now(),
        )
        body = {"group_commitment": group_commitment_id, "cheered_on": given.cheered_on}
        return Response(body, status=201 if created else 200)


urlpatterns = [
    path("groups/<id:group_id>/commitments", GroupCommitmentList.as_view()),
    path(
        "groups/<id:group_id>/commitments/<id:group_commitment_id>",
        GroupCommitmentDetail.as_view(),
    ),
    path("groups/<id:group_id>/commitments/<id:group_commitment_id>/cheers", CheerList.as_view()),
]
