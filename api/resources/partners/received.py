"""Invites that a fellow member of a group addressed to me: accept or decline."""

from __future__ import annotations

from uuid import UUID

from django.urls import path
from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework.response import Response
from rest_framework.views import APIView

from api.requests import MemberRequest
from api.resources.partners.links import PartnerOutput, partner_body
from recovery.overview import links
from recovery.partners import addressed

TAGS = ["Partners"]


class AcceptReceivedInvite(APIView):
    """Becoming partners."""

    @extend_schema(
        operation_id="acceptPartnerInvite",
        tags=TAGS,
        summary="Accept an invite that was addressed to me",
        description=(
            "Makes us partners who know each other by the aliases of the group; at first neither "
            "sees anything of the other. 404 for one that is not open any more: both of us must "
            "still be in the group. Sent again it answers 200 with the same partnership."
        ),
        request=None,
        responses={201: PartnerOutput, 200: PartnerOutput},
    )
    def post(self, request: MemberRequest, invite_id: UUID) -> Response:
        now = timezone.now()
        accepted = addressed.accept(member_id=request.user.id, invite_id=invite_id, now=now)
        link = links.links(member_id=request.user.id, partnerships=[accepted.partnership], now=now)[
            0
        ]
        return Response(partner_body(link), status=201 if accepted.is_new else 200)


class DeclineReceivedInvite(APIView):
    """Saying no, in peace."""

    @extend_schema(
        operation_id="declinePartnerInvite",
        tags=TAGS,
        summary="Decline an invite that was addressed to me",
        description=(
            "The inviter is not told, sees no difference, and cannot reach me by invites any more; "
            "I can still invite them. Again: 204 too."
        ),
        request=None,
        responses={204: None},
    )
    def post(self, request: MemberRequest, invite_id: UUID) -> Response:
        addressed.decline(member_id=request.user.id, invite_id=invite_id, now=timezone.now())
        return Response(status=204)


urlpatterns = [
    path("partner-invites/<id:invite_id>/accept", AcceptReceivedInvite.as_view()),
    path("partner-invites/<id:invite_id>/decline", DeclineReceivedInvite.as_view()),
]
