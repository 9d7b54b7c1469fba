"""Groups: found, made, changed, handed on, closed."""

from __future__ import annotations

from uuid import UUID

from django.urls import path
from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework.response import Response
from rest_framework.views import APIView

from api.pages import page
from api.parsing import read_body, read_query
from api.requests import MemberRequest
from api.resources.groups.inputs import (
    GroupChanges,
    GroupInput,
    GroupQuery,
    NewOwnerInput,
    new_group,
    owner_profile,
)
from api.resources.groups.outputs import GroupOutput, GroupPageOutput, card_body, group_body
from recovery.groups import queries
from recovery.groups.services import leaving, running

TAGS = ["Groups"]


class Groups(APIView):
    """Groups to find, and mine."""

    @extend_schema(
        operation_id="listGroups",
        tags=TAGS,
        summary="Find groups, or list mine",
        description=(
            "Newest first: the listed groups, which whoever is signed in may find, or with "
            "`mine=true` those that I belong to, listed or not."
        ),
        parameters=[GroupQuery],
        responses=GroupPageOutput,
    )
    def get(self, request: MemberRequest) -> Response:
        """Answer a page of groups."""
        query = read_query(GroupQuery, request)
        found = queries.search(
            member_id=request.user.id,
            mine=query["mine"],
            only={name: query[name] for name in ("focus", "pathway", "format") if name in query},
        )
        rows, cursor = page(found, limit=query["limit"], cursor=query.get("cursor"))
        cards = queries.cards(member_id=request.user.id, groups=rows)
        return Response({"items": [card_body(one) for one in cards], "next_cursor": cursor})

    @extend_schema(
        operation_id="createGroup",
        tags=TAGS,
        summary="Make a group",
        description=(
            "I become its owner, under the alias that `me` says. At most five groups a member "
            "(409 `too_many_groups`). The same `id` sent again answers 200 with the same group, or "
            "404 once it was closed."
        ),
        request=GroupInput,
        responses={201: GroupOutput, 200: GroupOutput},
    )
    def post(self, request: MemberRequest) -> Response:
        """Make a group."""
        values = read_body(GroupInput, request)
        made, is_new = running.create(
            member_id=request.user.id,
            new=new_group(values),
            me=owner_profile(values),
            group_id=values.get("id"),
            now=timezone.now(),
        )
        return Response(group_body(made.group, membership=made), status=201 if is_new else 200)


class OneGroup(APIView):
    """One group."""

    @extend_schema(
        operation_id="getGroup",
        tags=TAGS,
        summary="Look up a group",
        description=(
            "One that I belong to, or a listed one. 404 for all others: closed, unlisted and left "
            "groups look as if they had never been."
        ),
        responses=GroupOutput,
    )
    def get(self, request: MemberRequest, group_id: UUID) -> Response:
        """Answer one group."""
        return Response(card_body(queries.card(member_id=request.user.id, group_id=group_id)))

    @extend_schema(
        operation_id="updateGroup",
        tags=TAGS,
        summary="Change a group",
        description=(
            "The owner changes all of it, facilitators the description, guidelines, format and "
            "cost (403 `not_your_role` otherwise). Other guidelines get the next version: members "
            "see `accepts_current_guidelines: false` until they accept it."
        ),
        request=GroupChanges,
        responses=GroupOutput,
    )
    def patch(self, request: MemberRequest, group_id: UUID) -> Response:
        """Change what a group says of itself."""
        mine = running.change(
            member_id=request.user.id,
            group_id=group_id,
            changed=read_body(GroupChanges, request),
            now=timezone.now(),
        )
        return Response(group_body(mine.group, membership=mine))

    @extend_schema(
        operation_id="closeGroup",
        tags=TAGS,
        summary="Close a group",
        description=(
            "For good, and the owner's only: every membership ends, its texts are deleted, and it "
            "is 404 for everybody. To go and let it live on, hand it on first."
        ),
        request=None,
        responses={204: None},
    )
    def delete(self, request: MemberRequest, group_id: UUID) -> Response:
        """Close a group."""
        leaving.close(member_id=request.user.id, group_id=group_id, now=timezone.now())
        return Response(status=204)


class GroupOwner(APIView):
    """Who owns a group."""

    @extend_schema(
        operation_id="transferGroup",
        tags=TAGS,
        summary="Hand a group on",
        description=(
            "Another active member becomes the owner, and I become a facilitator. A listener "
            "cannot (409 `listens_only`). Sent again, it changes nothing."
        ),
        request=NewOwnerInput,
        responses=GroupOutput,
    )
    def post(self, request: MemberRequest, group_id: UUID) -> Response:
        """Hand a group on."""
        mine = running.transfer(
            member_id=request.user.id,
            group_id=group_id,
            membership_id=read_body(NewOwnerInput, request)["member"],
            now=timezone.now(),
        )
        return Response(group_body(mine.group, membership=mine))


urlpatterns = [
    path("groups", Groups.as_view()),
    path("groups/<id:group_id>", OneGroup.as_view()),
    path("groups/<id:group_id>/owner", GroupOwner.as_view()),
]
