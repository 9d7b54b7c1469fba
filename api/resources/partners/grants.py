"""What I let a partner see: read, replace, renew."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any
from uuid import UUID

from django.urls import path
from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.response import Response
from rest_framework.views import APIView

from api.parsing import Id, Input, Instant, read_body
from api.requests import MemberRequest
from recovery.overview import consent
from recovery.sharing import queries, services
from recovery.sharing.models import Grant, GrantState, Scope
from recovery.sharing.services import Wanted
from recovery.sharing.wording import BEFORE_TAKING_BACK, WORDINGS

TAGS = ["Partners"]
# Far more than a member has trackers to share, and bounds what one request makes us write.
MOST_GRANTS = 100


class GrantInput(Input):
    """One thing to let the partner see."""

    scope = serializers.ChoiceField(choices=Scope.choices)
    tracker = Id(
        required=False,
        help_text="One of my abstinence trackers, with `sober_clock` only; else leave it out.",
    )


class GrantsInput(Input):
    """All that the partner is to see from now on."""

    grants = serializers.ListField(child=GrantInput(), max_length=MOST_GRANTS)


class GrantOutput(serializers.Serializer[Any]):
    """A consent of mine."""

    id = serializers.UUIDField()
    scope = serializers.ChoiceField(choices=Scope.choices)
    tracker = serializers.UUIDField(
        source="item_id", allow_null=True, help_text="null for a scope without a tracker."
    )
    state = serializers.ChoiceField(choices=GrantState.choices)
    wording_version = serializers.CharField(help_text="The text under which I consented.")
    granted_at = Instant()
    expires_at = Instant()


class WordingOutput(serializers.Serializer[Any]):
    """What to show before somebody consents to a scope."""

    scope = serializers.ChoiceField(choices=Scope.choices)
    version = serializers.CharField()
    text = serializers.CharField()
    warning = serializers.CharField(help_text="To be shown as clearly as the text.")


class GrantsOutput(serializers.Serializer[Any]):
    """What I let a partner see, and what to say about it."""

    grants = GrantOutput(many=True)
    wording = WordingOutput(many=True)
    before_taking_back = serializers.CharField(help_text="Show this before anything is taken back.")


def grant_body(grant: Grant, *, now: datetime) -> dict[str, Any]:
    """Return one consent."""
    return dict(
        GrantOutput(
            {
                "id": grant.id,
                "scope": grant.scope,
                "item_id": grant.item_id,
                "state": queries.state_of(grant=grant, now=now),
                "wording_version": grant.wording_version,
                "granted_at": grant.granted_at,
                "expires_at": grant.expires_at,
            }
        ).data
    )


def grants_body(grants: Iterable[Grant], *, now: datetime) -> dict[str, Any]:
    """Return consents, with the texts that go with them."""
    return {
        "grants": [grant_body(grant, now=now) for grant in grants],
        "wording": WordingOutput(WORDINGS.values(), many=True).data,
        "before_taking_back": BEFORE_TAKING_BACK,
    }


class Grants(APIView):
    """What I let one partner see."""

    @extend_schema(
        operation_id="listGrants",
        tags=TAGS,
        summary="See what I share with a partner",
        description=(
            "My consents towards this partner that I have not taken back, expired ones included, "
            "so that they can be renewed. Never what the partner shares with me."
        ),
        responses=GrantsOutput,
    )
    def get(self, request: MemberRequest, partner_id: UUID) -> Response:
        grants = queries.given_to_partner(owner_id=request.user.id, partnership_id=partner_id)
        return Response(grants_body(grants, now=timezone.now()))

    @extend_schema(
        operation_id="replaceGrants",
        tags=TAGS,
        summary="Choose what I share with a partner",
        description=(
            "The whole set: what is missing from it is taken back and stops showing with the next "
            "request, what is in it already stays as it is, what is new is consented to for 90 "
            "days under the wording of today. An empty list shares nothing. Show `wording` before, "
            "and `before_taking_back` before anything is left out."
        ),
        request=GrantsInput,
        responses=GrantsOutput,
    )
    def put(self, request: MemberRequest, partner_id: UUID) -> Response:
        values = read_body(GrantsInput, request)
        now = timezone.now()
        grants = consent.share(
            owner_id=request.user.id,
            partnership_id=partner_id,
            wanted=[
                Wanted(scope=Scope(one["scope"]), item_id=one.get("tracker"))
                for one in values["grants"]
            ],
            now=now,
        )
        return Response(grants_body(grants, now=now))


class RenewGrant(APIView):
    """Ninety days more."""

    @extend_schema(
        operation_id="renewGrant",
        tags=TAGS,
        summary="Renew a consent",
        description=(
            "Consents to the same for another 90 days, under the wording of today. Answers the new "
            "consent, which has an id of its own: the old one ends and stays on record."
        ),
        request=None,
        responses=GrantOutput,
    )
    def post(self, request: MemberRequest, partner_id: UUID, grant_id: UUID) -> Response:
        now = timezone.now()
        renewed = services.renew(
            owner_id=request.user.id, partnership_id=partner_id, grant_id=grant_id, now=now
        )
        return Response(grant_body(renewed, now=now))


urlpatterns = [
    path("partners/<id:partner_id>/grants", Grants.as_view()),
    path("partners/<id:partner_id>/grants/<id:grant_id>/renew", RenewGrant.as_view()),
]
