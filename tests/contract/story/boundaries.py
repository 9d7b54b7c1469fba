"""Two fellows of a group: an invite to an alias, one's own side of it, and a block."""

from __future__ import annotations

from recovery.kernel.ids import new_id
from tests.contract.story.people import Story

LETTER = "If you hear that I am quiet: please ring me, and ring again. I may need a moment."


def be_fellows(story: Story) -> None:
    """One declines, then invites; they know each other by alias only, until one blocks."""
    look = {"symbol": "leaf", "colour": "teal", "shown": True}
    group = story.say(
        story.me,
        "createGroup",
        body={
            "name": "Tuesday table",
            "focus": "any",
            "format": "online",
            "time_zone": "Europe/Berlin",
            "join_policy": "open",
            "listed": True,
            "me": {"alias": "Heron", **look},
        },
    )
    at_group = {"group_id": group["id"]}
    joining = {"alias": "Fern", **look, "guidelines_version": 1}
    joined = story.say(story.guest, "joinGroup", body=joining, **at_group)
    story.say(
        story.guest,
        "updateMe",
        asks="To be reached by invites in one's first days too",
        body={"receives_partner_invites": True},
    )
    story.say(story.me, "updateMe", body={"receives_partner_invites": True})
    mine, theirs = (answer["membership"]["id"] for answer in (group, joined))
    story.later()
    first = story.say(
        story.me,
        "createPartnerInvite",
        asks="A fellow member of a group",
        gets="Addressed, without a code",
        body={"id": str(new_id()), "group": group["id"], "to": theirs},
    )["invite"]
    story.say(
        story.guest,
        "listPartnerInvites",
        gets="Received within a group",
        query={"direction": "received"},
    )
    story.say(story.guest, "declinePartnerInvite", invite_id=first["id"])
    story.later()
    second = story.say(story.guest, "createPartnerInvite", body={"group": group["id"], "to": mine})[
        "invite"
    ]
    link = story.say(
        story.me, "acceptPartnerInvite", gets="A partner under an alias", invite_id=second["id"]
    )
    story.say(story.me, "acceptPartnerInvite", gets="The same, sent again", invite_id=second["id"])
    at = {"partner_id": link["id"]}
    story.say(
        story.me,
        "updatePartnerSettings",
        asks="To be asked for support in the evening",
        gets="My side now",
        body={"answers_support": True, "support_from": "18:00", "support_to": "23:30"},
        **at,
    )
    story.say(story.me, "getPartnerSettings", gets="My side", **at)
    story.say(
        story.me,
        "putQuietLetter",
        asks="My own words",
        gets="As they are kept",
        body={"text": LETTER},
        **at,
    )
    story.say(story.me, "getQuietLetter", gets="My letter", **at)
    story.say(story.me, "deleteQuietLetter", **at)
    story.say(story.me, "pausePartner", gets="Shown nothing from now on", **at)
    story.say(story.me, "resumePartner", gets="Shown again", **at)
    story.later()
    block = story.say(
        story.me,
        "createBlock",
        asks="A member of a group",
        gets="Somebody as I knew them",
        body={"id": str(new_id()), "group": group["id"], "group_member": theirs},
    )
    sent_again = {"id": block["id"], "group": group["id"], "group_member": theirs}
    story.say(story.me, "createBlock", gets="The same, sent again", body=sent_again)
    story.say(story.me, "listBlocks", gets="One")
    story.say(story.me, "deleteBlock", block_id=block["id"])
