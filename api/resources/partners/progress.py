"""What a partner shows me."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any
from uuid import UUID

from django.urls import path
from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.response import Response
from rest_framework.views import APIView

from api.parsing import Instant, LocalDate
from api.requests import MemberRequest
from recovery.overview import progress
from recovery.sharing.wording import BESIDE_WHAT_IS_SEEN

TAGS = ["Partners"]


class ProgressPartnerOutput(serializers.Serializer[Any]):
    """Whose progress this is."""

    id = serializers.UUIDField(source="partnership_id", help_text="Names the partnership.")
    handle = serializers.CharField(allow_null=True)


class SharedCheckInStatusOutput(serializers.Serializer[Any]):
    """Whether the check-in of the partner's present date is answered."""

    local_date = LocalDate(help_text="The date that it is for the partner.")
    answered_today = serializers.BooleanField()


class SharedClockOutput(serializers.Serializer[Any]):
    """The count and its resets; money and time saved are not part of this consent."""

    as_of = Instant()
    current_days = serializers.IntegerField()
    current_seconds = serializers.IntegerField()
    longest_days = serializers.IntegerField()
    sober_days = serializers.IntegerField()
    days_elapsed = serializers.IntegerField()
    episode_count = serializers.IntegerField()
    episode_started_at = Instant()


class SharedTrackerOutput(serializers.Serializer[Any]):
    """One tracker whose clock the partner shows."""

    tracker = serializers.UUIDField(source="tracker_id")
    name = serializers.CharField()
    clock = SharedClockOutput()


class PartnerProgressOutput(serializers.Serializer[Any]):
    """What a partner shows, and nothing else."""

    as_of = Instant()
    partner = ProgressPartnerOutput(source="*")
    check_in_status = SharedCheckInStatusOutput(
        source="statuses", many=True, help_text="One entry, or none if it is not shared."
    )
    sober_clocks = SharedTrackerOutput(
        source="clocks", many=True, help_text="The trackers that are shared; often none."
    )
    notice = serializers.CharField(help_text="Show this beside what is seen.")


def progress_body(seen: progress.Progress) -> dict[str, Any]:
    """Return what a partner shows."""
    clocks = [
        {
            "tracker_id": clock.tracker_id,
            "name": clock.name,
            "clock": {"as_of": seen.as_of, **asdict(clock.reading)},
        }
        for clock in seen.clocks
    ]
    return dict(
        PartnerProgressOutput(
            {
                "as_of": seen.as_of,
                "partnership_id": seen.partnership_id,
                "handle": seen.handle,
                "statuses": seen.statuses,
                "clocks": clocks,
                "notice": BESIDE_WHAT_IS_SEEN,
            }
        ).data
    )


class PartnerProgress(APIView):
    """What one partner shows me now."""

    @extend_schema(
        operation_id="getPartnerProgress",
        tags=TAGS,
        summary="See what a partner shows me",
        description=(
            "Only what the partner granted and what is in force now. Nothing granted, taken back, "
            "narrowed and expired give the same answer: empty lists. That I looked is recorded "
            "before this is answered, once per date and scope, and the partner can see it; if that "
            "cannot be recorded, the answer is 503 and shows nothing. Never cache this: consent "
            "can end between two requests."
        ),
        responses=PartnerProgressOutput,
    )
    def get(self, request: MemberRequest, partner_id: UUID) -> Response:
        seen = progress.progress(
            viewer_id=request.user.id, partnership_id=partner_id, now=timezone.now()
        )
        # No validator and no-cache: what is kept must be asked for again before it is shown.
        return Response(progress_body(seen), headers={"Cache-Control": "private, no-cache"})


urlpatterns = [path("partners/<id:partner_id>/progress", PartnerProgress.as_view())]
