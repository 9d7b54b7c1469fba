"""A group is made, found, joined in every way, run, handed on and closed."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.utils import timezone

from recovery.groups.models import GroupClimate
from recovery.kernel.ids import new_id
from tests.contract.story.people import Story

LOOK = {"alias": "Quiet fern", "symbol": "leaf", "colour": "green", "shown": True}


def meet(story: Story) -> None:
    """The one who was a guest runs a group; the other finds it, joins, and comes to own it."""
    at = _make(story)
    _join_and_leave(story, at)
    _ask(story, at)
    _invite(story, at)
    mine = story.say(story.guest, "listGroupMembers", gets="Two who are shown", **at)["items"]
    (me,) = (one["id"] for one in mine if not one["is_me"])
    story.later()
    story.say(
        story.guest,
        "transferGroup",
        asks="Who is to own it",
        gets="A facilitator now",
        body={"member": me},
        **at,
    )
    GroupClimate.objects.create(
        group_id=at["group_id"],
        week_from=date(2026, 11, 16),
        answered=70,
        computed_at=timezone.now(),
    )
    story.say(story.me, "getGroupClimate", gets="One week", **at)
    story.later()
    story.say(story.me, "closeGroup", **at)


def _make(story: Story) -> dict[str, Any]:
    new = {
        "id": str(new_id()),
        "name": "Tuesday table",
        "description": "An hour on Tuesdays, with cameras off if you like.",
        "focus": "any",
        "pathway": "secular",
        "format": "online",
        "time_zone": "Europe/Berlin",
        "guidelines": "What is said here stays here.",
        "join_policy": "open",
        "listed": True,
        "me": {"alias": "Tall heron", "symbol": "bird", "colour": "blue", "shown": True},
    }
    story.later()
    story.say(story.guest, "createGroup", asks="An open group", gets="Mine", body=new)
    story.say(story.guest, "createGroup", gets="The same, sent again", body=new)
    return {"group_id": new["id"]}


def _join_and_leave(story: Story, at: dict[str, Any]) -> None:
    story.say(story.me, "listGroups", gets="One that is listed")
    story.say(story.me, "getGroup", gets="A listed group", **at)
    story.later()
    joining = {**LOOK, "id": str(new_id()), "guidelines_version": 1}
    story.say(story.me, "joinGroup", asks="An alias", gets="I belong", body=joining, **at)
    story.say(story.me, "joinGroup", gets="The same, sent again", body=joining, **at)
    story.later()
    story.say(
        story.me,
        "updateGroupMembership",
        asks="I count in the climate",
        gets="What I chose",
        body={"in_climate": True},
        **at,
    )
    story.say(story.me, "leaveGroup", **at)
    story.later()
    story.say(
        story.guest,
        "updateGroup",
        asks="Other guidelines, and members by approval",
        gets="Version 2",
        body={
            "guidelines": "What is said here stays here. One speaks at a time.",
            "join_policy": "approval",
        },
        **at,
    )


def _ask(story: Story, at: dict[str, Any]) -> None:
    wish = {**LOOK, "guidelines_version": 2}

    def ask(**names: str) -> dict[str, str]:
        story.later()
        body = {**wish, "id": str(new_id()), "message": "May I sit with you?"}
        made = story.say(story.me, "createJoinRequest", body=body, **names, **at)
        if names:
            story.say(story.me, "createJoinRequest", gets="The same, sent again", body=body, **at)
            story.say(story.guest, "listJoinRequests", gets="One who asks", **at)
        story.later()
        return {"join_request_id": made["id"], **at}

    story.say(
        story.me,
        "withdrawJoinRequest",
        **ask(asks="An alias and a message", gets="It waits for an answer"),
    )
    joined = story.say(story.guest, "approveJoinRequest", gets="A new member", **ask())
    who = {"group_member_id": joined["id"], **at}
    story.say(
        story.guest,
        "changeGroupRole",
        asks="To facilitate",
        gets="A facilitator",
        body={"role": "facilitator"},
        **who,
    )
    story.say(story.guest, "removeGroupMember", **who)
    story.say(story.guest, "declineJoinRequest", **ask())


def _invite(story: Story, at: dict[str, Any]) -> None:
    chosen = {"id": str(new_id())}
    made = story.say(
        story.guest,
        "createGroupInvite",
        asks="An id of my choice",
        gets="Its code",
        body=chosen,
        **at,
    )
    story.say(story.guest, "createGroupInvite", gets="The same, sent again", body=chosen, **at)
    story.say(story.guest, "listGroupInvites", gets="One that is open", **at)
    code = {"code": made["code"]}
    story.say(story.nobody, "inspectInvite", gets="A group, and who invites to it", body=code)
    story.later()
    story.say(
        story.me,
        "acceptInvite",
        asks="A code of a group",
        gets="I belong",
        body={**code, **LOOK, "guidelines_version": 2},
    )
    spare = story.say(story.guest, "createGroupInvite", body={}, **at)["invite"]["id"]
    story.say(story.guest, "withdrawGroupInvite", group_invite_id=spare, **at)
