"""Two people become partners, share, see, and part."""

from __future__ import annotations

from recovery.kernel.ids import new_id
from tests.contract.story import sharing
from tests.contract.story.people import NEXT_PASSWORD, Story


def be_partners(story: Story) -> None:
    """The guest becomes a member and invites; both see what was shared."""
    story.say(
        story.guest,
        "setCredentials",
        asks="A handle",
        gets="A member now",
        body={"handle": "tall_birch", "password": NEXT_PASSWORD},
    )
    other = story.guest
    chosen = {"id": str(new_id())}
    made = story.say(
        other, "createPartnerInvite", asks="An id of my choice", gets="Its code", body=chosen
    )
    story.say(other, "createPartnerInvite", gets="The same, sent again", body=chosen)
    story.say(other, "listPartnerInvites", gets="One that is open")
    code = {"code": made["code"]}
    story.say(story.nobody, "inspectInvite", asks="A code", gets="Who invites", body=code)
    story.later()
    link = story.say(story.me, "acceptInvite", asks="A code", gets="A partner", body=code)
    story.say(story.me, "acceptInvite", gets="The same, sent again", body=code)
    at = {"partner_id": link["partner"]["id"]}
    grants = story.say(
        story.me,
        "replaceGrants",
        asks="One clock and the check-in status",
        gets="What I share now",
        body={
            "grants": [
                {"scope": "sober_clock", "tracker": story.wine},
                {"scope": "check_in_status"},
            ]
        },
        **at,
    )["grants"]
    story.say(story.me, "listGrants", gets="What I share", **at)
    story.later(days=1)
    story.say(story.me, "renewGrant", gets="Ninety days more", grant_id=grants[0]["id"], **at)
    story.say(story.guest, "listPartners", gets="One partner")
    story.say(story.guest, "getPartner", gets="A partner", **at)
    story.say(story.guest, "getPartnerProgress", gets="A clock and a status", **at)
    sharing.share_more(story, at)
    story.say(story.me, "getAccessLog", gets="Who looked, and at what")
    story.say(story.guest, "getToday", gets="A first day, with something newly shared")
    story.say(story.me, "getToday", gets="A clock and a limit")
    spare = story.say(other, "createPartnerInvite", body={})["invite"]["id"]
    story.say(other, "withdrawPartnerInvite", invite_id=spare)
    story.say(story.guest, "endPartnership", **at)
