"""Who is in a group: joining, being seen, roles, and going."""

from __future__ import annotations

from uuid import UUID

from django.urls import path
from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework.response import Response
from rest_framework.views import APIView

from api.pages import PageQuery, page
from api.parsing import read_body, read_query
from api.requests import MemberRequest
from api.resources.groups.inputs import JoinInput, MembershipChanges, RoleInput, profile
from api.resources.groups.outputs import (
    GroupMemberOutput,
    GroupMemberPageOutput,
    GroupOutput,
    MembershipOutput,
    group_body,
    membership_body,
    person_body,
)
from recovery.groups import queries
from recovery.groups.choices import Role
from recovery.groups.services import joining, leaving, running

TAGS = ["Groups"]


class GroupMembers(APIView):
    """The members of a group."""

    @extend_schema(
        operation_id="listGroupMembers",
        tags=TAGS,
        summary="See who is in a group",
        description=(
            "Myself, and those who chose to be shown, in the order in which they joined: aliases, "
            "never accounts. Owner and facilitators see all, for they let in and remove. That "
            "somebody is absent has no stated reason."
        ),
        parameters=[PageQuery],
        responses=GroupMemberPageOutput,
    )
    def get(self, request: MemberRequest, group_id: UUID) -> Response:
        """Answer a page of members."""
        query = read_query(PageQuery, request)
        me = queries.membership_of(member_id=request.user.id, group_id=group_id)
        rows, cursor = page(
            queries.seen_by(viewer=me),
            limit=query["limit"],
            cursor=query.get("cursor"),
            newest_first=False,
            order_field="joined_at",
        )
        found = queries.people(viewer=me, found=rows)
        return Response({"items": [person_body(one) for one in found], "next_cursor": cursor})

    @extend_schema(
        operation_id="joinGroup",
        tags=TAGS,
        summary="Join an open group",
        description=(
            "For listed groups with the policy `open`; 409 `not_open` for the others, and for who "
            "was removed from it: they ask to be let in. `guidelines_version` is the one that was "
            "shown: 409 `guidelines_outdated` says the current one. The same `id` sent again "
            "answers 200."
        ),
        request=JoinInput,
        responses={201: GroupOutput, 200: GroupOutput},
    )
    def post(self, request: MemberRequest, group_id: UUID) -> Response:
        """Join a group."""
        values = read_body(JoinInput, request)
        mine, is_new = joining.join(
            member_id=request.user.id,
            group_id=group_id,
            profile=profile(values),
            membership_id=values.get("id"),
            now=timezone.now(),
        )
        return Response(group_body(mine.group, membership=mine), status=201 if is_new else 200)


class OneGroupMember(APIView):
    """Somebody in a group that I run."""

    @extend_schema(
        operation_id="changeGroupRole",
        tags=TAGS,
        summary="Let somebody facilitate, or end that",
        description=(
            "The owner's only. `facilitator` and `member` are given; a group is handed on at "
            "`…/owner`, and whether to listen everybody chooses themselves: nobody who listens is "
            "given a role (409 `listens_only`)."
        ),
        request=RoleInput,
        responses=GroupMemberOutput,
    )
    def patch(self, request: MemberRequest, group_id: UUID, group_member_id: UUID) -> Response:
        """Change somebody's role."""
        person = running.change_role(
            member_id=request.user.id,
            group_id=group_id,
            membership_id=group_member_id,
            role=Role(read_body(RoleInput, request)["role"]),
            now=timezone.now(),
        )
        return Response(person_body(person))

    @extend_schema(
        operation_id="removeGroupMember",
        tags=TAGS,
        summary="Remove somebody from a group",
        description=(
            "The owner removes anybody else, facilitators members and listeners. Who was removed "
            "comes back by an invite or by approval only."
        ),
        request=None,
        responses={204: None},
    )
    def delete(self, request: MemberRequest, group_id: UUID, group_member_id: UUID) -> Response:
        """Remove somebody."""
        leaving.remove(
            member_id=request.user.id,
            group_id=group_id,
            membership_id=group_member_id,
            now=timezone.now(),
        )
        return Response(status=204)


class OwnMembership(APIView):
    """What I am in a group."""

    @extend_schema(
        operation_id="updateGroupMembership",
        tags=TAGS,
        summary="Choose what I am and show in a group",
        description=(
            "Alias, symbol and colour; whether I am shown, whether I listen, whether I count in "
            "the climate. `guidelines_version` accepts the guidelines anew: the current one, or "
            "409 `guidelines_outdated`. A facilitator who listens is no facilitator any more; an "
            "owner hands the group on first (409 `owner_needed`). To be asked for support is for "
            "owner and facilitators (403 `not_your_role`)."
        ),
        request=MembershipChanges,
        responses=MembershipOutput,
    )
    def patch(self, request: MemberRequest, group_id: UUID) -> Response:
        """Change my membership."""
        mine = joining.change_own(
            member_id=request.user.id,
            group_id=group_id,
            changed=read_body(MembershipChanges, request),
            now=timezone.now(),
        )
        return Response(membership_body(mine))

    @extend_schema(
        operation_id="leaveGroup",
        tags=TAGS,
        summary="Leave a group",
        description=(
            "At once, and nobody is told. My alias is deleted. Partnerships made within the group "
            "end, unless both sides keep them. An owner hands the group on first (409 "
            "`owner_needed`); when the last member leaves, it closes."
        ),
        request=None,
        responses={204: None},
    )
    def delete(self, request: MemberRequest, group_id: UUID) -> Response:
        """Leave a group."""
        leaving.leave(member_id=request.user.id, group_id=group_id, now=timezone.now())
        return Response(status=204)


urlpatterns = [
    path("groups/<id:group_id>/members", GroupMembers.as_view()),
    path("groups/<id:group_id>/members/<id:group_member_id>", OneGroupMember.as_view()),
    path("groups/<id:group_id>/membership", OwnMembership.as_view()),
]
