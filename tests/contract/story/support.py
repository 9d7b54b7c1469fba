"""One asks for support, the other is there."""

from __future__ import annotations

from recovery.kernel.ids import new_id
from tests.contract.story.people import Story


def ask_for_support(story: Story) -> None:
    """They are partners; one agreed to be asked, the other lets them know where to ring."""
    (mine,) = story.say(story.me, "listPartners")["items"]
    at = {"partner_id": mine["id"]}
    story.say(story.guest, "updatePartnerSettings", body={"answers_support": True}, **at)
    story.say(
        story.me,
        "replaceGrants",
        asks="To be asked, and where to reach me",
        body={"grants": [{"scope": "support_requests"}, {"scope": "contact"}]},
        **at,
    )
    story.say(
        story.me,
        "putContact",
        asks="A number",
        gets="What stands now",
        body={"text": "+49 30 1234567, after eight please"},
    )
    story.say(story.me, "getContact", gets="A number")
    story.say(story.me, "listSupportRequests", gets="What to show before asking")
    story.later()
    asking = {"id": str(new_id()), "text": "A hard evening. Can somebody talk?"}
    ask = "createSupportRequest"
    story.say(story.me, ask, asks="A few words", gets="Others are asked now", body=asking)
    story.say(story.me, ask, gets="The same, sent again", body=asking)
    which = {"request_id": asking["id"]}
    story.say(
        story.guest,
        "listSupportRequests",
        gets="One that I was asked by",
        query={"direction": "received"},
    )
    story.later()
    answered = story.say(
        story.guest,
        "answerSupportRequest",
        asks="I can be there",
        gets="Where to reach them",
        body={"answer": "will_contact_you"},
        **which,
    )
    story.later()
    send = "sendSupportMessage"
    words = {"id": str(new_id()), "text": "I ring you in five minutes."}
    story.say(story.guest, send, asks="As the one asked", gets="Written", body=words, **which)
    story.say(story.guest, send, gets="The same, sent again", body=words, **which)
    story.later()
    thanks = {"text": "Thank you.", "to": answered["threads"][0]["id"]}
    story.say(story.me, send, asks="To one who answered", body=thanks, **which)
    story.say(story.me, "getSupportRequest", gets="One answered", **which)
    story.later(hours=1)
    story.say(story.me, "closeSupportRequest", gets="Closed, and its words deleted", **which)
    story.say(story.me, "deleteContact")
