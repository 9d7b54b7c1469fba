"""Invites to be accountability partners: make, list, withdraw."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from django.urls import path
from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.response import Response
from rest_framework.views import APIView

from api.pages import PageQuery, page
from api.parsing import Id, Input, Instant, read_body, read_query
from api.requests import MemberRequest
from recovery.partners import addressed, queries, services
from recovery.partners.models import InviteDirection, InviteState, PartnerInvite

TAGS = ["Partners"]


class PartnerInviteInput(Input):
    """An invite to make: without `group` and `to` it gets a code, with both it is addressed."""

    id = Id(
        required=False,
        help_text="An id of your choice, a UUIDv7, so that sending this again makes no second one.",
    )
    group = Id(required=False, help_text="A group that we both belong to; together with `to`.")
    to = Id(required=False, help_text="A fellow member, by the id that they have in that group.")

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """Refuse half an address."""
        for name, beside in (("group", "to"), ("to", "group")):
            if name in attrs and beside not in attrs:
                raise serializers.ValidationError(
                    {beside: f"Give this together with `{name}`."}, code="required"
                )
        return attrs


class PartnerInviteQuery(PageQuery):
    """Which invites."""

    direction = serializers.ChoiceField(
        choices=InviteDirection.choices,
        default=InviteDirection.MADE,
        help_text="`made`: by me. `received`: addressed to me within a group, and still open.",
    )


class PartnerInviteOutput(serializers.Serializer[Any]):
    """An invite as its maker sees it, or the one to whom it is addressed."""

    id = serializers.UUIDField()
    direction = serializers.ChoiceField(choices=InviteDirection.choices)
    state = serializers.ChoiceField(
        choices=InviteState.choices,
        help_text="One that I addressed to somebody stays open until it is accepted or expires, "
        "whatever they make of it.",
    )
    group = serializers.UUIDField(allow_null=True, help_text="null for one with a code.")
    group_member = serializers.UUIDField(
        allow_null=True,
        help_text="The other, by their id in the group; null for one with a code.",
    )
    alias = serializers.CharField(
        allow_null=True, help_text="What the inviter goes by in the group; null for my own invites."
    )
    created_at = Instant()
    expires_at = Instant()


class PartnerInvitePageOutput(serializers.Serializer[Any]):
    """One page of invites, newest first."""

    items = PartnerInviteOutput(many=True)
    next_cursor = serializers.CharField(allow_null=True)


class CreatedPartnerInviteOutput(serializers.Serializer[Any]):
    """A new invite with its code, which no other answer shows."""

    invite = PartnerInviteOutput()
    code = serializers.CharField(
        allow_blank=True,
        help_text="Empty for an invite that is addressed, and when it is no longer open.",
    )
    link_fragment = serializers.CharField(
        allow_blank=True,
        help_text=(
            "What to put behind the # of a link to your app. A fragment is not sent to servers; "
            "a path or a query would leave the code in their logs."
        ),
    )


def invite_body(invite: PartnerInvite, *, now: datetime) -> dict[str, Any]:
    """Return an invite as its maker sees it."""
    return dict(
        PartnerInviteOutput(
            {
                "id": invite.id,
                "direction": InviteDirection.MADE,
                "state": queries.state_of(invite=invite, now=now),
                "group": invite.group_id,
                "group_member": invite.addressed_to,
                "alias": None,
                "created_at": invite.created_at,
                "expires_at": invite.expires_at,
            }
        ).data
    )


def received_body(invite: Any, *, now: datetime) -> dict[str, Any]:
    """Return an invite that ``queries.invites_to`` found, as its recipient sees it."""
    return dict(
        PartnerInviteOutput(
            {
                "id": invite.id,
                "direction": InviteDirection.RECEIVED,
                "state": queries.state_of(invite=invite, now=now),
                "group": invite.group_id,
                "group_member": invite.from_membership,
                "alias": invite.alias,
                "created_at": invite.created_at,
                "expires_at": invite.expires_at,
            }
        ).data
    )


class PartnerInvites(APIView):
    """The invites that I made."""

    @extend_schema(
        operation_id="listPartnerInvites",
        tags=TAGS,
        summary="List my invites",
        description=(
            "All invites that I made, whatever became of them, or the open ones that others "
            "addressed to me; newest first."
        ),
        parameters=[PartnerInviteQuery],
        responses=PartnerInvitePageOutput,
    )
    def get(self, request: MemberRequest) -> Response:
        query = read_query(PartnerInviteQuery, request)
        now = timezone.now()
        if query["direction"] == InviteDirection.RECEIVED:
            found, body = queries.invites_to(member_id=request.user.id, now=now), received_body
        else:
            found, body = queries.invites_of(member_id=request.user.id), invite_body
        rows, cursor = page(found, limit=query["limit"], cursor=query.get("cursor"))
        return Response({"items": [body(row, now=now) for row in rows], "next_cursor": cursor})

    @extend_schema(
        operation_id="createPartnerInvite",
        tags=TAGS,
        summary="Invite somebody to be my partner",
        description=(
            "Making an invite is my acceptance. Its code works once, within 72 hours, and is "
            "shown by this answer only. With `group` and `to` it has no code: a fellow member "
            "finds it among their received invites, under my alias, for as long. Who wants no "
            "such invites, has declined one of mine or has blocked me does not get it, and I am "
            "not told. At most three invites may be open (409 `too_many_open_invites`). The same "
            "`id` sent again answers 200 with the same invite and code."
        ),
        request=PartnerInviteInput,
        responses={201: CreatedPartnerInviteOutput, 200: CreatedPartnerInviteOutput},
    )
    def post(self, request: MemberRequest) -> Response:
        values = read_body(PartnerInviteInput, request)
        now = timezone.now()
        if "to" in values:
            made = addressed.invite(
                member_id=request.user.id,
                invite_id=values.get("id"),
                group_id=values["group"],
                to=values["to"],
                now=now,
            )
        else:
            made = services.invite(member_id=request.user.id, invite_id=values.get("id"), now=now)
        body = {
            "invite": invite_body(made.invite, now=now),
            "code": made.code,
            "link_fragment": f"invite={made.code}" if made.code else "",
        }
        return Response(body, status=201 if made.is_new else 200)


class OnePartnerInvite(APIView):
    """One invite of mine."""

    @extend_schema(
        operation_id="withdrawPartnerInvite",
        tags=TAGS,
        summary="Withdraw an invite",
        description=(
            "Its code opens nothing from now on. Again: 204 too. 404 for one that was accepted, "
            "has expired or is not mine."
        ),
        request=None,
        responses={204: None},
    )
    def delete(self, request: MemberRequest, invite_id: UUID) -> Response:
        services.withdraw(member_id=request.user.id, invite_id=invite_id, now=timezone.now())
        return Response(status=204)


urlpatterns = [
    path("partner-invites", PartnerInvites.as_view()),
    path("partner-invites/<id:invite_id>", OnePartnerInvite.as_view()),
]
