"""What a partner shows me, and what I show a partner."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.urls import path
from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.response import Response
from rest_framework.views import APIView

from api.requests import MemberRequest
from api.resources.partners.shown import ShownOutput, shown_body
from recovery.overview import progress
from recovery.sharing.wording import BESIDE_WHAT_IS_SEEN

TAGS = ["Partners"]
# No validator and no-cache: what is kept must be asked for again before it is shown.
FRESH = {"Cache-Control": "private, no-cache"}


class ProgressPartnerOutput(serializers.Serializer[Any]):
    """Whose progress this is."""

    id = serializers.UUIDField(help_text="Names the partnership.")
    handle = serializers.CharField(allow_null=True)
    alias = serializers.CharField(
        allow_null=True, help_text="Instead of a handle, if we met in a group."
    )


class PartnerProgressOutput(ShownOutput):
    """What a partner shows, and nothing else."""

    partner = ProgressPartnerOutput()
    notice = serializers.CharField(help_text="Show this beside what is seen.")


class PartnerPreviewOutput(ShownOutput):
    """What my consents alone show a partner now."""


class PartnerProgress(APIView):
    """What one partner shows me now."""

    @extend_schema(
        operation_id="getPartnerProgress",
        tags=TAGS,
        summary="See what a partner shows me",
        description=(
            "Only what the partner granted and what is in force now. Nothing granted, taken back, "
            "narrowed, expired, paused and blocked give the same answer: empty lists. That I "
            "looked is recorded before this is answered, once per date and scope, and the partner "
            "can see it; if that cannot be recorded, the answer is 503 and shows nothing. Never "
            "cache this: consent can end between two requests."
        ),
        responses=PartnerProgressOutput,
    )
    def get(self, request: MemberRequest, partner_id: UUID) -> Response:
        seen = progress.progress(
            viewer_id=request.user.id, partnership_id=partner_id, now=timezone.now()
        )
        body = {
            **shown_body(seen.shown, as_of=seen.as_of),
            "partner": {
                "id": str(seen.partnership_id),
                "handle": seen.name.handle,
                "alias": seen.name.alias,
            },
            "notice": BESIDE_WHAT_IS_SEEN,
        }
        return Response(body, headers=FRESH)


class PartnerPreview(APIView):
    """What I show one partner now."""

    @extend_schema(
        operation_id="previewForPartner",
        tags=TAGS,
        summary="See what a partner sees of me",
        description=(
            "What my consents alone show this partner now, made the same way as what they get: "
            "nothing while I pause them, and nothing of what has expired. It is no look: nothing "
            "is recorded, and it tells nothing about the partner."
        ),
        responses=PartnerPreviewOutput,
    )
    def get(self, request: MemberRequest, partner_id: UUID) -> Response:
        now = timezone.now()
        seen = progress.preview(owner_id=request.user.id, partnership_id=partner_id, now=now)
        return Response(shown_body(seen, as_of=now), headers=FRESH)


urlpatterns = [
    path("partners/<id:partner_id>/progress", PartnerProgress.as_view()),
    path("partners/<id:partner_id>/preview", PartnerPreview.as_view()),
]
