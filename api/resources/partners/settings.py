"""My side of a partnership: settings, a pause, and a letter for the day on which I go quiet."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.urls import path
from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.response import Response
from rest_framework.views import APIView

from api.parsing import Flag, Input, Text, read_body
from api.requests import MemberRequest
from api.resources.reminders import WallTime
from recovery.partners import queries, sides
from recovery.partners.models import PartnershipSide

TAGS = ["Partners"]
LONGEST_LETTER = 1000


class PartnerSettingsInput(Input):
    """What to change of my side; the rest stays."""

    keeps_after_group = Flag(
        required=False,
        help_text="Keep a partnership made in a group when one of us leaves it. Both must want it.",
    )
    hears_encouragements = Flag(
        required=False,
        help_text="false: I hear nothing of this partner's encouragements; they cannot tell.",
    )
    takes_text = Flag(
        required=False, help_text="true: they may write to me in their own words, not only presets."
    )
    answers_support = Flag(
        required=False, help_text="true: they may ask me when they need support now."
    )
    support_from = WallTime(
        required=False,
        allow_null=True,
        help_text="My wall clock, `HH:MM`, from when I may be asked; null: 08:00 to 22:00.",
    )
    support_to = WallTime(
        required=False,
        allow_null=True,
        help_text="Until when, `HH:MM`; earlier than `support_from` means on the next day.",
    )
    may_be_woken = Flag(
        required=False, help_text="true: a request of theirs may ring outside these hours too."
    )


class PartnerSettingsOutput(serializers.Serializer[Any]):
    """My side of a partnership; the partner sees none of it."""

    keeps_after_group = serializers.BooleanField()
    hears_encouragements = serializers.BooleanField()
    takes_text = serializers.BooleanField()
    answers_support = serializers.BooleanField()
    support_from = WallTime(allow_null=True)
    support_to = WallTime(allow_null=True)
    may_be_woken = serializers.BooleanField()
    paused = serializers.BooleanField(help_text="true: this partner sees nothing of mine.")
    has_letter = serializers.BooleanField(help_text="Whether a letter “if I go quiet” is kept.")


class QuietLetterInput(Input):
    """My own words to this partner, for the day on which they hear that I have been quiet."""

    text = Text(max_length=LONGEST_LETTER)


class QuietLetterOutput(serializers.Serializer[Any]):
    """My letter to a partner, as I wrote it."""

    text = serializers.CharField()


def settings_body(side: PartnershipSide) -> dict[str, Any]:
    """Return a PartnerSettingsOutput."""
    return dict(
        PartnerSettingsOutput(
            {
                "keeps_after_group": side.keeps_after_group,
                "hears_encouragements": side.hears_encouragements,
                "takes_text": side.takes_text,
                "answers_support": side.answers_support,
                "support_from": side.support_from,
                "support_to": side.support_to,
                "may_be_woken": side.may_be_woken,
                "paused": side.paused_at is not None,
                "has_letter": bool(side.quiet_letter),
            }
        ).data
    )


class PartnerSettings(APIView):
    """My side of one partnership."""

    @extend_schema(
        operation_id="getPartnerSettings",
        tags=TAGS,
        summary="See my side of a partnership",
        description="What I chose towards this partner. The partner sees none of it.",
        responses=PartnerSettingsOutput,
    )
    def get(self, request: MemberRequest, partner_id: UUID) -> Response:
        side = queries.own_side(member_id=request.user.id, partnership_id=partner_id)
        return Response(settings_body(side))

    @extend_schema(
        operation_id="updatePartnerSettings",
        tags=TAGS,
        summary="Change my side of a partnership",
        description=(
            "Changes what is given; the partner is not told. Give both ends of the hours, or null "
            "for both."
        ),
        request=PartnerSettingsInput,
        responses=PartnerSettingsOutput,
    )
    def patch(self, request: MemberRequest, partner_id: UUID) -> Response:
        side = sides.change_settings(
            member_id=request.user.id,
            partnership_id=partner_id,
            changed=read_body(PartnerSettingsInput, request),
            now=timezone.now(),
        )
        return Response(settings_body(side))


class PausePartner(APIView):
    """Showing nothing for a while."""

    @extend_schema(
        operation_id="pausePartner",
        tags=TAGS,
        summary="Show a partner nothing for a while",
        description=(
            "From the next request on this partner sees nothing of mine, as if I had never shared "
            "it; my consents stay and run on. They are not told, but who looks often can notice "
            "that something is gone. Again: the same answer."
        ),
        request=None,
        responses=PartnerSettingsOutput,
    )
    def post(self, request: MemberRequest, partner_id: UUID) -> Response:
        side = sides.pause(member_id=request.user.id, partnership_id=partner_id, now=timezone.now())
        return Response(settings_body(side))


class ResumePartner(APIView):
    """Showing again."""

    @extend_schema(
        operation_id="resumePartner",
        tags=TAGS,
        summary="Show a partner again what I share",
        description="What my consents say now shows again. Again: the same answer.",
        request=None,
        responses=PartnerSettingsOutput,
    )
    def post(self, request: MemberRequest, partner_id: UUID) -> Response:
        side = sides.resume(
            member_id=request.user.id, partnership_id=partner_id, now=timezone.now()
        )
        return Response(settings_body(side))


class QuietLetter(APIView):
    """A letter "if I go quiet"."""

    @extend_schema(
        operation_id="getQuietLetter",
        tags=TAGS,
        summary="Read my letter to a partner",
        description="Only I can. 404 while there is none.",
        responses=QuietLetterOutput,
    )
    def get(self, request: MemberRequest, partner_id: UUID) -> Response:
        text = queries.letter_of(member_id=request.user.id, partnership_id=partner_id)
        return Response({"text": text})

    @extend_schema(
        operation_id="putQuietLetter",
        tags=TAGS,
        summary="Write a letter “if I go quiet”",
        description=(
            "My own words to this partner. They get them together with the news that I have been "
            "quiet, if I let them have that news, and never before; whether a letter is kept they "
            "cannot see."
        ),
        request=QuietLetterInput,
        responses=QuietLetterOutput,
    )
    def put(self, request: MemberRequest, partner_id: UUID) -> Response:
        text = read_body(QuietLetterInput, request)["text"]
        sides.write_letter(
            member_id=request.user.id, partnership_id=partner_id, text=text, now=timezone.now()
        )
        return Response({"text": text})

    @extend_schema(
        operation_id="deleteQuietLetter",
        tags=TAGS,
        summary="Throw my letter away",
        description="404 where there is none.",
        request=None,
        responses={204: None},
    )
    def delete(self, request: MemberRequest, partner_id: UUID) -> Response:
        sides.remove_letter(
            member_id=request.user.id, partnership_id=partner_id, now=timezone.now()
        )
        return Response(status=204)


urlpatterns = [
    path("partners/<id:partner_id>/settings", PartnerSettings.as_view()),
    path("partners/<id:partner_id>/pause", PausePartner.as_view()),
    path("partners/<id:partner_id>/resume", ResumePartner.as_view()),
    path("partners/<id:partner_id>/letter", QuietLetter.as_view()),
]
