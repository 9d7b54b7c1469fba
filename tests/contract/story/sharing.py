"""What one shares with a partner, sees of it before they do, and looks after each month."""

from __future__ import annotations

from typing import Any

from tests.contract.story.people import Story


def share_more(story: Story, at: dict[str, Any]) -> None:
    """Within the partnership that ``at`` names: I share, look at it, and renew all of it."""
    goal = {"title": "Sleep before midnight", "category": "health"}
    promise = {"title": "Phone off at ten", "cadence": "daily"}
    goal_id = story.say(story.me, "createGoal", body=goal)["id"]
    promised = story.say(story.me, "createCommitment", body=promise)
    evening = story.say(
        story.me,
        "createTracker",
        body={
            "name": "Late screens",
            "mode": "abstinence",
            "category": "internet",
            "started_at": "2026-10-10T20:00:00Z",
        },
    )["id"]
    story.later()
    story.say(
        story.me,
        "reportUse",
        body={"used_at": "2026-11-20T21:30:00Z", "resumed_at": "2026-11-20T22:10:00Z"},
        tracker_id=evening,
    )
    preset = {"preset": "process"}
    story.say(
        story.me, "replaceGrants", asks="A preset", gets="What it gives now", body=preset, **at
    )
    of_one = ("sober_time", "milestones", "sober_clock", "use_events")
    wanted = [
        *({"scope": scope} for scope in ("check_in_status", "check_in_streak", "mood", "craving")),
        *({"scope": scope, "tracker": evening} for scope in of_one),
        {"scope": "goals", "goal": goal_id},
        {"scope": "commitments", "commitment": promised["id"]},
    ]
    story.later()
    story.say(
        story.me,
        "replaceGrants",
        asks="Each item under its own name",
        gets="All that I share",
        body={"grants": wanted},
        **at,
    )
    story.say(story.me, "previewForPartner", gets="What they see of me", **at)
    story.say(story.guest, "getPartnerProgress", gets="Much that is shared", **at)
    story.say(story.guest, "getPartnersOverview", gets="One partner")
    story.say(story.me, "getWhoSeesMe", gets="One partner, who looked")
    story.say(story.me, "renewGrants", gets="Ninety days more of all of it", **at)
    story.say(story.me, "deleteTracker", tracker_id=evening)
    story.say(story.me, "deleteGoal", goal_id=goal_id)
    story.say(story.me, "deleteCommitment", commitment_id=promised["id"])
