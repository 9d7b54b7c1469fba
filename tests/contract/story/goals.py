"""A goal with a measure, one with steps, and what becomes of them."""

from __future__ import annotations

from recovery.kernel.ids import new_id
from tests.contract.story.people import Story


def set_goals(story: Story) -> None:
    """One walks towards a sea, sorts out a room, corrects an amount, and arrives."""
    walk = {
        "id": str(new_id()),
        "title": "Walk to the sea",
        "category": "health",
        "why": "For my daughter",
        "target": "50",
        "unit": "km",
        "started_on": "2026-11-12",
        "due_on": "2026-12-22",
        "tracker": story.wine,
    }
    goal = story.say(story.me, "createGoal", asks="A measured goal", gets="A new goal", body=walk)
    story.say(story.me, "createGoal", gets="The same, sent again", body=walk)
    at = {"goal_id": goal["id"]}
    amount = {
        "id": str(new_id()),
        "local_date": "2026-11-22",
        "amount": "12.5",
        "note": "By the river",
    }
    log = "logGoalProgress"
    logged = story.say(story.me, log, asks="A walk", gets="Nearer by it", body=amount, **at)
    story.say(story.me, log, gets="The same, sent again", body=amount, **at)
    story.later()
    story.say(
        story.me, "voidGoalProgress", progress_id=logged["progress"]["id"], goal_id=goal["id"]
    )
    story.say(story.me, log, body={"local_date": "2026-11-22", "amount": "13"}, **at)
    story.say(story.me, "listGoalProgress", gets="One, and one that was voided", **at)
    story.later()
    room = story.say(
        story.me,
        "createGoal",
        asks="A goal with steps to come",
        body={"title": "A room of my own", "category": "home"},
    )
    steps = {
        "steps": [
            {"title": "Paint the wall", "done": True},
            {"id": str(new_id()), "title": "Find a desk"},
        ]
    }
    story.say(
        story.me,
        "replaceGoalSteps",
        asks="Two steps, one of them done",
        gets="Half of it",
        body=steps,
        goal_id=room["id"],
    )
    story.say(story.me, "listGoals", gets="Two goals", query={"state": "active"})
    story.say(story.me, "getGoal", gets="A goal", **at)
    story.say(
        story.me,
        "updateGoal",
        asks="It is achieved",
        gets="Achieved as of today",
        body={"state": "achieved"},
        **at,
    )
    story.say(story.me, "deleteGoal", **at)
