"""When partners hear that I have been quiet, and my answer before they do."""

from __future__ import annotations

from typing import Any

from django.urls import path
from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.response import Response
from rest_framework.views import APIView

from api.parsing import Input, Instant, Whole, read_body
from api.requests import MemberRequest
from recovery.checkins import quiet
from recovery.checkins.quiet_models import FEWEST_DAYS, MOST_DAYS, QuietAnswer
from recovery.checkins.quiet_queries import QuietReading, QuietState, reading

TAGS = ["Partners"]
SAID = [(one.value, one.label) for one in QuietAnswer if one is not QuietAnswer.NONE]
DAYS = "After so many of my dates without a check-in; paused ones do not count."


class QuietAlertsInput(Input):
    """When partners hear that I have been quiet."""

    days = Whole(min_value=FEWEST_DAYS, max_value=MOST_DAYS, help_text=DAYS)


class QuietAnswerInput(Input):
    """What I say to the news that partners would be told."""

    answer = serializers.ChoiceField(choices=SAID)


class QuietAlertsOutput(serializers.Serializer[Any]):
    """When partners hear that I have been quiet, and whether they are about to."""

    days = serializers.IntegerField(help_text=DAYS)
    state = serializers.ChoiceField(choices=QuietState.choices)
    tells_at = Instant(allow_null=True, help_text="When they will hear, while `ahead`.")
    told_at = Instant(allow_null=True, help_text="When they heard, while `told`.")


def quiet_alerts_body(found: QuietReading) -> dict[str, Any]:
    """Return a QuietAlertsOutput."""
    shown = {
        "days": found.days,
        "state": found.state,
        "tells_at": found.tells_at,
        "told_at": found.told_at,
    }
    return dict(QuietAlertsOutput(shown).data)


class QuietAlerts(APIView):
    """When partners hear that I have been quiet."""

    @extend_schema(
        operation_id="getQuietAlerts",
        tags=TAGS,
        summary="See when partners hear that I have been quiet",
        description=(
            "Those partners hear it to whom I granted `quiet_alerts`, once for each time of being "
            "quiet, and nothing more than that I have been quiet. Twelve hours before, I am told "
            "myself (`ahead`)."
        ),
        responses=QuietAlertsOutput,
    )
    def get(self, request: MemberRequest) -> Response:
        """Answer the setting and where it stands."""
        found = reading(member_id=request.user.id, now=timezone.now())
        return Response(quiet_alerts_body(found))

    @extend_schema(
        operation_id="putQuietAlerts",
        tags=TAGS,
        summary="Choose when partners hear that I have been quiet",
        description="From 1 to 14 dates; 2 unless chosen otherwise.",
        request=QuietAlertsInput,
        responses=QuietAlertsOutput,
    )
    def put(self, request: MemberRequest) -> Response:
        """Choose the number of dates."""
        chosen, now = read_body(QuietAlertsInput, request)["days"], timezone.now()
        quiet.choose_days(member=request.user, chosen=chosen, now=now)
        return Response(quiet_alerts_body(reading(member_id=request.user.id, now=now)))


class AnswerQuietAlert(APIView):
    """My answer before partners hear."""

    @extend_schema(
        operation_id="answerQuietAlert",
        tags=TAGS,
        summary="Say that partners need not hear",
        description=(
            "Up to the last moment: `im_okay` counts as a sign of life, `not_this_time` means that "
            "nobody hears of this time at all. A check-in does the same by itself. After they "
            "heard, it ends what they see. When there is nothing to answer, nothing happens."
        ),
        request=QuietAnswerInput,
        responses=QuietAlertsOutput,
    )
    def post(self, request: MemberRequest) -> Response:
        """Record the answer."""
        said, now = read_body(QuietAnswerInput, request)["answer"], timezone.now()
        quiet.answer(member=request.user, said=QuietAnswer(said), now=now)
        return Response(quiet_alerts_body(reading(member_id=request.user.id, now=now)))


urlpatterns = [
    path("me/quiet-alerts", QuietAlerts.as_view()),
    path("me/quiet-alerts/answer", AnswerQuietAlert.as_view()),
]
