"""Invites to a group: made, listed, withdrawn. They are accepted where all codes are."""

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
from api.parsing import Instant, read_body, read_query
from api.requests import MemberRequest
from api.resources.groups.inputs import GroupInviteInput
from recovery.groups import queries
from recovery.groups.choices import InviteState
from recovery.groups.models import GroupInvite
from recovery.groups.services import invites

TAGS = ["Groups"]


class GroupInviteOutput(serializers.Serializer[Any]):
    """An invite as those see it who run the group."""

    id = serializers.UUIDField()
    state = serializers.ChoiceField(choices=InviteState.choices)
    is_mine = serializers.BooleanField()
    created_at = Instant()
    expires_at = Instant()


class GroupInvitePageOutput(serializers.Serializer[Any]):
    """One page of invites, newest first."""

    items = GroupInviteOutput(many=True)
    next_cursor = serializers.CharField(allow_null=True)


class CreatedGroupInviteOutput(serializers.Serializer[Any]):
    """A new invite with its code, which no other answer shows."""

    invite = GroupInviteOutput()
    code = serializers.CharField(
        allow_blank=True, help_text="Empty when the invite is no longer open."
    )
    link_fragment = serializers.CharField(
        allow_blank=True,
        help_text="What to put behind the # of a link to your app; never into a path or query.",
    )


def invite_body(invite: GroupInvite, *, member_id: UUID, now: datetime) -> dict[str, Any]:
    """Return a GroupInviteOutput."""
    shown = {
        "id": invite.id,
        "state": queries.state_of(invite=invite, now=now),
        "is_mine": invite.member_id == member_id,
        "created_at": invite.created_at,
        "expires_at": invite.expires_at,
    }
    return dict(GroupInviteOutput(shown).data)


class GroupInvites(APIView):
    """The invites to a group that I run."""

    @extend_schema(
        operation_id="listGroupInvites",
        tags=TAGS,
        summary="List the invites to a group",
        description="For owner and facilitators: everybody's, whatever became of them.",
        parameters=[PageQuery],
        responses=GroupInvitePageOutput,
    )
    def get(self, request: MemberRequest, group_id: UUID) -> Response:
        """Answer a page of invites."""
        query = read_query(PageQuery, request)
        queries.running(member_id=request.user.id, group_id=group_id)
        rows, cursor = page(
            queries.invites_to(group_id=group_id),
            limit=query["limit"],
            cursor=query.get("cursor"),
        )
        now = timezone.now()
        items = [invite_body(row, member_id=request.user.id, now=now) for row in rows]
        return Response({"items": items, "next_cursor": cursor})

    @extend_schema(
        operation_id="createGroupInvite",
        tags=TAGS,
        summary="Invite somebody to a group",
        description=(
            "For owner and facilitators. The code works once, within 72 hours, whatever the join "
            "policy, and for as long as I run the group; it is shown by this answer only. At most "
            "twenty of mine may be open (409 `too_many_group_invites`). The same `id` sent again "
            "answers 200 with the same invite and code."
        ),
        request=GroupInviteInput,
        responses={201: CreatedGroupInviteOutput, 200: CreatedGroupInviteOutput},
    )
    def post(self, request: MemberRequest, group_id: UUID) -> Response:
        """Make an invite."""
        values = read_body(GroupInviteInput, request)
        now = timezone.now()
        made = invites.invite(
            member_id=request.user.id, group_id=group_id, invite_id=values.get("id"), now=now
        )
        body = {
            "invite": invite_body(made.invite, member_id=request.user.id, now=now),
            "code": made.code,
            "link_fragment": f"invite={made.code}" if made.code else "",
        }
        return Response(body, status=201 if made.is_new else 200)


class OneGroupInvite(APIView):
    """One invite to a group."""

    @extend_schema(
        operation_id="withdrawGroupInvite",
        tags=TAGS,
        summary="Withdraw an invite to a group",
        description=(
            "My own, or anybody's if I am the owner. Its code opens nothing from now on. Again: "
            "204 too. 404 for one that was accepted or has expired."
        ),
        request=None,
        responses={204: None},
    )
    def delete(self, request: MemberRequest, group_id: UUID, group_invite_id: UUID) -> Response:
        """Withdraw an invite."""
        invites.withdraw(
            member_id=request.user.id,
            group_id=group_id,
            invite_id=group_invite_id,
            now=timezone.now(),
        )
        return Response(status=204)


urlpatterns = [
    path("groups/<id:group_id>/invites", GroupInvites.as_view()),
    path("groups/<id:group_id>/invites/<id:group_invite_id>", OneGroupInvite.as_view()),
]
