"""Two partners encourage each other, one thanks, and one reports something."""

from __future__ import annotations

from recovery.kernel.ids import new_id
from tests.contract.story.people import Story


def encourage(story: Story) -> None:
    """They are partners already; a text comes once it is wanted."""
    (mine,) = story.say(story.me, "listPartners")["items"]
    at = {"partner_id": mine["id"]}
    story.say(
        story.me,
        "updatePartnerSettings",
        asks="To take texts too",
        body={"takes_text": True},
        **at,
    )
    words = {
        "id": str(new_id()),
        "preset": "proud_of_you",
        "text": "Your call on Monday kept me going.",
    }
    send = "sendEncouragement"
    story.say(story.guest, send, asks="A preset and a text", gets="Sent", body=words, **at)
    story.say(story.guest, send, gets="The same, sent again", body=words, **at)
    story.later()
    (received,) = story.say(story.me, "listReceivedEncouragements", gets="One to come back to")[
        "items"
    ]
    which = {"encouragement_id": received["id"]}
    story.say(story.me, "thankForEncouragement", gets="Thanked for", **which)
    story.later()
    story.say(story.me, send, asks="A preset", body={"preset": "thank_you"}, **at)
    story.say(story.guest, "listEncouragements", gets="In both directions", **at)
    story.say(story.guest, "getHelpGiven", gets="One, thanked for")
    report = {
        "id": str(new_id()),
        "subject_kind": "member",
        "subject": mine["id"],
        "reason": "pressure",
        "text": "After the meeting I was asked for money twice.",
    }
    story.say(story.me, "createReport", asks="A partner", gets="Taken on", body=report)
    story.say(story.me, "createReport", gets="The same, sent again", body=report)
    story.say(story.me, "listReports", gets="One that is open")
