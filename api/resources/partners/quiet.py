"""That a partner has been quiet."""

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
from api.resources.partners.progress import FRESH
from recovery.overview.quiet import quiet
from recovery.sharing.wording import BESIDE_WHAT_IS_SEEN

TAGS = ["Partners"]


class PartnerQuietOutput(serializers.Serializer[Any]):
    """Whether a partner has been quiet; never since when, or why."""

    quiet = serializers.BooleanField()
    letter = serializers.CharField(
        allow_blank=True, help_text="Their own words to me for this moment; empty without any."
    )
    notice = serializers.CharField(help_text="Show this beside what is seen.")


class PartnerQuiet(APIView):
    """Whether a partner has been quiet."""

    @extend_schema(
        operation_id="getPartnerQuiet",
        tags=TAGS,
        summary="See that a partner has been quiet",
        description=(
            "For whoever opens the notification `partner_quiet`. `quiet` is true only after I was "
            "told, while it lasts and while the partner lets me hear of it; with it comes the "
            "letter that they wrote to me for this moment, if they did. Everything else is the "
            "same answer, so this tells nothing to whoever asks first. That I saw it is recorded, "
            "and the partner can see that."
        ),
        responses=PartnerQuietOutput,
    )
    def get(self, request: MemberRequest, partner_id: UUID) -> Response:
        """Answer whether the other side is quiet."""
        found = quiet(viewer_id=request.user.id, partnership_id=partner_id, now=timezone.now())
        return Response(
            {"quiet": found.is_quiet, "letter": found.letter, "notice": BESIDE_WHAT_IS_SEEN},
            headers=FRESH,
        )


urlpatterns = [path("partners/<id:partner_id>/quiet", PartnerQuiet.as_view())]
