"""A partner confirms that a date was kept."""

from __future__ import annotations

from datetime import date
from typing import Any
from uuid import UUID

from django.urls import path
from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.response import Response
from rest_framework.views import APIView

from api.parsing import Instant
from api.requests import MemberRequest
from recovery.commitments.services import confirmations

TAGS = ["Commitments"]


class GivenConfirmationOutput(serializers.Serializer[Any]):
    """What I confirmed."""

    commitment = serializers.UUIDField()
    local_date = serializers.DateField(help_text="The partner's date.")
    confirmed_at = Instant()


class ConfirmationDetail(APIView):
    """My word for a date of a partner's commitment."""

    @extend_schema(
        operation_id="confirmCommitmentEntry",
        tags=TAGS,
        summary="Confirm that a partner kept a date",
        description=(
            "While the partner shares this commitment with me, and for today or yesterday if they "
            "say that they kept it; for any date of the last week if they ask me to confirm. The "
            "partner sees that I confirmed it, and when. Once is enough."
        ),
        request=None,
        responses={201: GivenConfirmationOutput, 200: GivenConfirmationOutput},
    )
    def post(
        self, request: MemberRequest, partner_id: UUID, commitment_id: UUID, local_date: date
    ) -> Response:
        """Confirm a kept date."""
        given, created = confirmations.confirm(
            partner_id=request.user.id,
            partnership_id=partner_id,
            commitment_id=commitment_id,
            local_date=local_date,
            now=timezone.now(),
        )
        body = {
            "commitment": commitment_id,
            "local_date": local_date,
            "confirmed_at": given.confirmed_at,
        }
        return Response(body, status=201 if created else 200)

    @extend_schema(
        operation_id="withdrawConfirmation",
        tags=TAGS,
        summary="Take my confirmation back",
        description="404 where I confirmed nothing, or where it is not shared with me any more.",
        request=None,
        responses={204: None},
    )
    def delete(
        self, request: MemberRequest, partner_id: UUID, commitment_id: UUID, local_date: date
    ) -> Response:
        """Take one's own confirmation back."""
        confirmations.withdraw(
            partner_id=request.user.id,
            partnership_id=partner_id,
            commitment_id=commitment_id,
            local_date=local_date,
            now=timezone.now(),
        )
        return Response(status=204)


urlpatterns = [
    path(
        "partners/<id:partner_id>/commitments/<id:commitment_id>/entries/<local_date:local_date>"
        "/confirmation",
        ConfirmationDetail.as_view(),
    )
]
