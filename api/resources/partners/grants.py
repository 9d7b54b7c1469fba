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
from recovery.members.models import Member
from recovery.overview import consent
from recovery.overview.consent import Preset
from recovery.sharing import queries, services
from recovery.sharing.models import Grant, GrantState, ItemKind, Scope
from recovery.sharing.services import Wanted
from recovery.sharing.wording import BEFORE_TAKING_BACK, WORDINGS

TAGS = ["Partners"]
# Far more than a member has trackers to share, and bounds what one request makes us write.
MOST_GRANTS = 100
# The fields that name what a scope is given for.
ITEMS = [kind.value for kind in ItemKind if kind is not ItemKind.NONE]


class GrantInput(Input):
    """One thing to let the partner see: a scope, with the one item that it needs, if any."""

    scope = serializers.ChoiceField(choices=Scope.choices)
    tracker = Id(
        required=False,
        help_text=(
            "One of my abstinence trackers, with `sober_time`, `sober_clock`, `use_events` and "
            "`milestones` only."
        ),
    )
    goal = Id(required=False, help_text="One of my goals, with `goals` only.")
    commitment = Id(required=False, help_text="One of my commitments, with `commitments` only.")

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """Refuse an item of a kind that the scope does not take."""
        kind = Scope(attrs["scope"]).item_kind
        unfit = [name for name in ITEMS if name in attrs and name != kind]
        if unfit:
            detail = f"{attrs['scope']} does not take this."
            raise serializers.ValidationError(
                {name: [serializers.ErrorDetail(detail, code=f"not_per_{name}")] for name in unfit}
            )
        return attrs


class GrantsInput(Input):
    """All that the partner is to see from now on: either `grants` or a `preset`."""

    grants = serializers.ListField(child=GrantInput(), max_length=MOST_GRANTS, required=False)
    preset = serializers.ChoiceField(choices=Preset.choices, required=False)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """Refuse both and neither."""
        if ("grants" in attrs) == ("preset" in attrs):
            detail = "Send either grants or a preset."
            raise serializers.ValidationError(
                {"grants": [serializers.ErrorDetail(detail, code="grants_or_preset")]}
            )
        return attrs


class GrantedOutput(serializers.Serializer[Any]):
    """A scope, with the item that it is given for. Two of the three are null, or all."""

    scope = serializers.ChoiceField(choices=Scope.choices)
    tracker = serializers.UUIDField(allow_null=True)
    goal = serializers.UUIDField(allow_null=True)
    commitment = serializers.UUIDField(allow_null=True)


class GrantOutput(GrantedOutput):
    """A consent of mine."""

    id = serializers.UUIDField()
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


class GrantPresetOutput(serializers.Serializer[Any]):
    """A set of consents in one word, and what it would let the partner see if chosen now."""

    preset = serializers.ChoiceField(choices=Preset.choices)
    gives = GrantedOutput(many=True)


class GrantsOutput(serializers.Serializer[Any]):
    """What I let a partner see, and what to say about it."""

    grants = GrantOutput(many=True)
    presets = GrantPresetOutput(many=True)
    wording = WordingOutput(many=True)
    before_taking_back = serializers.CharField(help_text="Show this before anything is taken back.")


def granted_body(*, scope: str, item_id: UUID | None) -> dict[str, Any]:
    """Return a scope with its item under the name of the item's kind."""
    kind = Scope(scope).item_kind
    return {"scope": scope, **{name: item_id if name == kind else None for name in ITEMS}}


def grant_values(grant: Grant, *, now: datetime) -> dict[str, Any]:
    """Return what a GrantOutput is written from."""
    return {
        **granted_body(scope=grant.scope, item_id=grant.item_id),
        "id": grant.id,
        "state": queries.state_of(grant=grant, now=now),
        "wording_version": grant.wording_version,
        "granted_at": grant.granted_at,
        "expires_at": grant.expires_at,
    }


def grant_body(grant: Grant, *, now: datetime) -> dict[str, Any]:
    """Return one consent."""
    return dict(GrantOutput(grant_values(grant, now=now)).data)


def grants_body(grants: Iterable[Grant], *, owner: Member, now: datetime) -> dict[str, Any]:
    """Return consents, with the presets and the texts that go with them."""
    return {
        "grants": [grant_body(grant, now=now) for grant in grants],
        "presets": [
            {
                "preset": offered.preset,
                "gives": [
                    granted_body(scope=one.scope, item_id=one.item_id) for one in offered.gives
                ],
            }
            for offered in consent.presets(owner=owner, now=now)
        ],
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
        return Response(grants_body(grants, owner=request.user, now=timezone.now()))

    @extend_schema(
        operation_id="replaceGrants",
        tags=TAGS,
        summary="Choose what I share with a partner",
        description=(
            "The whole set: what is missing from it is taken back and stops showing with the next "
            "request, what is in it already stays as it is, what is new is consented to for 90 "
            "days under the wording of today. An empty list shares nothing. A preset stands for "
            "what `presets` lists for it now; a commitment made later is not part of it. Show "
            "`wording` before, and `before_taking_back` before anything is left out."
        ),
        request=GrantsInput,
        responses=GrantsOutput,
    )
    def put(self, request: MemberRequest, partner_id: UUID) -> Response:
        values = read_body(GrantsInput, request)
        now = timezone.now()
        if "preset" in values:
            grants = consent.share_preset(
                owner=request.user,
                partnership_id=partner_id,
                preset=Preset(values["preset"]),
                now=now,
            )
        else:
            grants = consent.share(
                owner_id=request.user.id,
                partnership_id=partner_id,
                wanted=[_wanted(one) for one in values["grants"]],
                now=now,
            )
        return Response(grants_body(grants, owner=request.user, now=now))


def _wanted(one: dict[str, Any]) -> Wanted:
    scope = Scope(one["scope"])
    return Wanted(scope=scope, item_id=one.get(scope.item_kind))


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


class RenewGrants(APIView):
    """Ninety days more of everything."""

    @extend_schema(
        operation_id="renewGrants",
        tags=TAGS,
        summary="Renew all that I share with a partner",
        description=(
            "Renews every consent that `listGrants` lists, expired ones included, as `renewGrant` "
            "does one. Take back before what is not to go on."
        ),
        request=None,
        responses=GrantsOutput,
    )
    def post(self, request: MemberRequest, partner_id: UUID) -> Response:
        now = timezone.now()
        grants = services.renew_all(owner_id=request.user.id, partnership_id=partner_id, now=now)
        return Response(grants_body(grants, owner=request.user, now=now))


urlpatterns = [
    path("partners/<id:partner_id>/grants", Grants.as_view()),
    path("partners/<id:partner_id>/grants/renew", RenewGrants.as_view()),
    path("partners/<id:partner_id>/grants/<id:grant_id>/renew", RenewGrant.as_view()),
]
