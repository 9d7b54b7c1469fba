"""Encouragements between partners, thanks for them, and help given in all."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from django.db.models import TextChoices
from django.urls import path
from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.response import Response
from rest_framework.views import APIView

from api.pages import PageQuery, page
from api.parsing import Id, Input, Instant, Text, read_body, read_query
from api.requests import MemberRequest
from recovery.encouragements import queries, services
from recovery.encouragements.models import Encouragement, EncouragementPreset
from recovery.encouragements.services import Words
from recovery.overview import encouraging
from recovery.partners import help as helping
from recovery.partners.help import HelpGiven
from recovery.partners.help_models import HelpKind

TAGS = ["Encouragements"]


class EncouragementDirection(TextChoices):
    """Whether I sent it or received it."""

    SENT = "sent"
    RECEIVED = "received"


class EncouragementInput(Input):
    """Kind words: a preset, a text, or both."""

    id = Id(required=False, help_text="A UUID of the app's choice (v7).")
    preset = serializers.ChoiceField(
        choices=EncouragementPreset.choices, default=EncouragementPreset.NONE
    )
    text = Text(
        max_length=280,
        allow_blank=True,
        default="",
        help_text="Only to partners who take texts. Stored sealed.",
    )


class EncouragementOutput(serializers.Serializer[Any]):
    """Kind words, as one side sees them."""

    id = serializers.UUIDField()
    partner = serializers.UUIDField(
        allow_null=True, help_text="The partnership; null for a former member."
    )
    direction = serializers.ChoiceField(choices=EncouragementDirection.choices)
    preset = serializers.ChoiceField(
        choices=EncouragementPreset.choices,
        help_text="Show it in the reader's language; `none` when there is only text.",
    )
    text = serializers.CharField(help_text="Empty for none, and from a former member.")
    thanked_at = Instant(allow_null=True)
    created_at = Instant()


class EncouragementPageOutput(serializers.Serializer[Any]):
    """A page of encouragements, newest first."""

    items = EncouragementOutput(many=True)
    next_cursor = serializers.CharField(allow_null=True)


class HelpCountOutput(serializers.Serializer[Any]):
    """How often I helped in one way."""

    kind = serializers.ChoiceField(choices=HelpKind.choices)
    count = serializers.IntegerField()


class HelpGivenOutput(serializers.Serializer[Any]):
    """How often I helped others."""

    total = serializers.IntegerField()
    counts = HelpCountOutput(many=True)


def encouragement_bodies(viewer_id: UUID, rows: Sequence[Encouragement]) -> list[dict[str, Any]]:
    """Return encouragements as this member sees them."""
    sent, received = EncouragementDirection.SENT, EncouragementDirection.RECEIVED
    return [
        {
            "id": seen.id,
            "partner": seen.partnership_id,
            "direction": sent if seen.sent_by_me else received,
            "preset": seen.preset,
            "text": seen.text,
            "thanked_at": seen.thanked_at,
            "created_at": seen.created_at,
        }
        for seen in queries.seen_by(viewer_id=viewer_id, rows=rows)
    ]


def help_given_body(given: HelpGiven) -> dict[str, Any]:
    """Return a HelpGivenOutput."""
    counts = [{"kind": kind, "count": count} for kind, count in given.counts.items()]
    return {"total": given.total, "counts": counts}


class PartnerEncouragements(APIView):
    """Encouragements within one partnership."""

    @extend_schema(
        operation_id="listEncouragements",
        tags=TAGS,
        summary="Encouragements between a partner and me",
        description="In both directions, newest first.",
        parameters=[PageQuery],
        responses=EncouragementPageOutput,
    )
    def get(self, request: MemberRequest, partner_id: UUID) -> Response:
        """Answer a page of encouragements."""
        query = read_query(PageQuery, request)
        found, cursor = page(
            queries.between(member_id=request.user.id, partnership_id=partner_id),
            limit=query["limit"],
            cursor=query.get("cursor"),
        )
        items = encouragement_bodies(request.user.id, found)
        return Response({"items": items, "next_cursor": cursor})

    @extend_schema(
        operation_id="sendEncouragement",
        tags=TAGS,
        summary="Encourage a partner",
        description=(
            "One on each of my own days, and more while they ask me for support. The same "
            "id and body again answers 200 with the first. Whether and when it is read is never "
            "told."
        ),
        request=EncouragementInput,
        responses={201: EncouragementOutput, 200: EncouragementOutput},
    )
    def post(self, request: MemberRequest, partner_id: UUID) -> Response:
        """Send an encouragement."""
        body = read_body(EncouragementInput, request)
        given, created = encouraging.encourage(
            sender_id=request.user.id,
            partnership_id=partner_id,
            encouragement_id=body.get("id"),
            words=Words(preset=EncouragementPreset(body["preset"]), text=body["text"]),
            now=timezone.now(),
        )
        (answer,) = encouragement_bodies(request.user.id, [given])
        return Response(answer, status=201 if created else 200)


class ReceivedEncouragements(APIView):
    """Everything kind that others said to me."""

    @extend_schema(
        operation_id="listReceivedEncouragements",
        tags=TAGS,
        summary="Encouragements that I was given",
        description=(
            "By anybody, newest first: something to come back to in a hard moment. What somebody "
            "gave who is no partner any more stays, as a preset from a former member."
        ),
        parameters=[PageQuery],
        responses=EncouragementPageOutput,
    )
    def get(self, request: MemberRequest) -> Response:
        """Answer a page of encouragements."""
        query = read_query(PageQuery, request)
        found, cursor = page(
            queries.received(member_id=request.user.id),
            limit=query["limit"],
            cursor=query.get("cursor"),
        )
        items = encouragement_bodies(request.user.id, found)
        return Response({"items": items, "next_cursor": cursor})


class EncouragementThanks(APIView):
    """Thanks for an encouragement."""

    @extend_schema(
        operation_id="thankForEncouragement",
        tags=TAGS,
        summary="Thank for an encouragement",
        description="For one that I was given by a partner. Again: nothing more happens.",
        request=None,
        responses=EncouragementOutput,
    )
    def post(self, request: MemberRequest, encouragement_id: UUID) -> Response:
        """Thank for it."""
        thanked = services.thank(
            member_id=request.user.id, encouragement_id=encouragement_id, now=timezone.now()
        )
        return Response(encouragement_bodies(request.user.id, [thanked])[0])


class MyHelpGiven(APIView):
    """Help that I gave."""

    @extend_schema(
        operation_id="getHelpGiven",
        tags=TAGS,
        summary="How often I helped others",
        description=(
            "Helping others is part of recovery. Numbers only; they stay when those who were "
            "helped leave."
        ),
        responses=HelpGivenOutput,
    )
    def get(self, request: MemberRequest) -> Response:
        """Answer the counts."""
        return Response(help_given_body(helping.help_given(member_id=request.user.id)))


urlpatterns = [
    path("partners/<id:partner_id>/encouragements", PartnerEncouragements.as_view()),
    path("encouragements", ReceivedEncouragements.as_view()),
    path("encouragements/<id:encouragement_id>/thanks", EncouragementThanks.as_view()),
    path("me/help-given", MyHelpGiven.as_view()),
]
