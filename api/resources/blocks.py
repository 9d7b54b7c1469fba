"""Blocks: whom I want nothing from. Nobody is told that they are blocked."""

from __future__ import annotations

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
from recovery.blocks import queries, services
from recovery.blocks.models import Block
from recovery.kernel.errors import invalid
from recovery.overview import blocking

TAGS = ["Blocks"]


class BlockInput(Input):
    """Whom to block: a partner, or a member of a group."""

    id = Id(required=False, help_text="An id of your choice, a UUIDv7.")
    partner = Id(required=False, help_text="A partnership of mine; it may have ended.")
    group = Id(required=False, help_text="Together with `group_member`.")
    group_member = Id(
        required=False, help_text="Somebody in that group, by the id that they have there."
    )


class BlockOutput(serializers.Serializer[Any]):
    """Somebody whom I blocked, as I knew them."""

    id = serializers.UUIDField()
    named_by = serializers.UUIDField(
        help_text="The partnership or the group membership by which I named them."
    )
    known_as = serializers.CharField(
        allow_null=True,
        help_text="The handle or alias that they went by then; null for somebody without one.",
    )
    created_at = Instant()


class BlockPageOutput(serializers.Serializer[Any]):
    """One page of blocks, newest first."""

    items = BlockOutput(many=True)
    next_cursor = serializers.CharField(allow_null=True)


def block_body(block: Block) -> dict[str, Any]:
    """Return a BlockOutput."""
    return dict(
        BlockOutput(
            {
                "id": block.id,
                "named_by": block.named_by,
                "known_as": block.known_as or None,
                "created_at": block.created_at,
            }
        ).data
    )


class Blocks(APIView):
    """Those whom I blocked."""

    @extend_schema(
        operation_id="listBlocks",
        tags=TAGS,
        summary="List those whom I blocked",
        description="As I knew them, newest first. Never who blocked me.",
        parameters=[PageQuery],
        responses=BlockPageOutput,
    )
    def get(self, request: MemberRequest) -> Response:
        query = read_query(PageQuery, request)
        rows, cursor = page(
            queries.blocks_of(member_id=request.user.id),
            limit=query["limit"],
            cursor=query.get("cursor"),
        )
        return Response({"items": [block_body(row) for row in rows], "next_cursor": cursor})

    @extend_schema(
        operation_id="createBlock",
        tags=TAGS,
        summary="Block somebody",
        description=(
            "They are not told, and find everything as if nothing were shared with them; what they "
            "do towards me is answered as usual and reaches nobody. For me they are gone: no "
            "partner, no notification, not in the group's lists. What I shared with them is taken "
            "back. Name them by `partner`, or by `group` and `group_member`. Somebody who is "
            "blocked under this name already: 200 with that block."
        ),
        request=BlockInput,
        responses={201: BlockOutput, 200: BlockOutput},
    )
    def post(self, request: MemberRequest) -> Response:
        values = read_body(BlockInput, request)
        block_id, now = values.pop("id", None), timezone.now()
        if set(values) == {"partner"}:
            block, is_new = blocking.block_partner(
                member_id=request.user.id,
                block_id=block_id,
                partnership_id=values["partner"],
                now=now,
            )
        elif set(values) == {"group", "group_member"}:
            block, is_new = blocking.block_group_member(
                member_id=request.user.id,
                block_id=block_id,
                group_id=values["group"],
                membership_id=values["group_member"],
                now=now,
            )
        else:
            raise invalid(
                pointer="",
                code="name_one",
                detail="Give `partner`, or `group` and `group_member`.",
            )
        return Response(block_body(block), status=201 if is_new else 200)


class OneBlock(APIView):
    """One block of mine."""

    @extend_schema(
        operation_id="deleteBlock",
        tags=TAGS,
        summary="Lift a block",
        description=(
            "What was there before shows again, but nothing is shared until I share it anew. What "
            "they did towards me meanwhile stays dropped. Again: 204 too. Somebody whom I blocked "
            "under another name too stays blocked."
        ),
        request=None,
        responses={204: None},
    )
    def delete(self, request: MemberRequest, block_id: UUID) -> Response:
        services.unblock(member_id=request.user.id, block_id=block_id, now=timezone.now())
        return Response(status=204)


urlpatterns = [
    path("blocks", Blocks.as_view()),
    path("blocks/<id:block_id>", OneBlock.as_view()),
]
