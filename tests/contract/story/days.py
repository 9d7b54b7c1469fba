"""Clocks, limits, check-ins, pauses and the plan: what a member does every day."""

from __future__ import annotations

from recovery.kernel.ids import new_id
from tests.contract.story.people import Story


def track(story: Story) -> None:
    """A clock with a use in it, and a limit with amounts."""
    story.wine = str(new_id())
    new = {
        "id": story.wine,
        "name": "Evenings without wine",
        "mode": "abstinence",
        "category": "alcohol",
        "started_at": "2026-09-04T20:00:00+02:00",
        "cost_per_day": "6.50",
        "currency": "EUR",
        "minutes_per_day": 90,
    }
    story.say(
        story.me,
        "createTracker",
        asks="A clock",
        gets="A clock, and what to know",
        body=new,
    )
    story.say(story.me, "createTracker", gets="The same, sent again", body=new)
    story.later()
    limited = story.say(
        story.me,
        "createTracker",
        asks="A limit",
        gets="A limit",
        body={
            "name": "Games",
            "mode": "reduction",
            "category": "gaming",
            "started_at": "2026-11-16T08:00:00+01:00",
            "limit": {"per": "week", "amount": "10", "unit": "hours"},
        },
    )
    story.games = limited["id"]
    story.later()
    _report_a_use(story)
    _log_amounts(story)
    story.say(story.me, "listTrackers", gets="A clock and a limit")
    story.say(story.me, "getTracker", gets="A clock", tracker_id=story.wine)
    story.say(
        story.me,
        "updateTracker",
        asks="Another name",
        gets="What stands now",
        tracker_id=story.wine,
        body={"name": "Wine"},
    )
    story.say(
        story.me, "listEpisodes", gets="Two stretches, one of them open", tracker_id=story.wine
    )
    story.say(
        story.me, "listMilestones", gets="What was earned, and the next", tracker_id=story.wine
    )
    story.say(
        story.me,
        "getTrackerCalendar",
        gets="Three dates",
        tracker_id=story.games,
        query={"from": "2026-11-20", "to": "2026-11-22"},
    )


def _report_a_use(story: Story) -> None:
    use = {
        "id": str(new_id()),
        "used_at": "2026-10-12T21:00:00+02:00",
        "resumed_at": "2026-10-13T07:00:00+02:00",
        "amount": "2",
        "trigger": "stress",
        "note": "After the move.",
    }
    at = {"tracker_id": story.wine}
    story.say(story.me, "reportUse", asks="Six weeks ago", gets="What stays", body=use, **at)
    story.say(story.me, "reportUse", gets="The same, sent again", body=use, **at)
    story.later()
    story.say(story.me, "listUseEvents", gets="One use", **at)
    story.say(story.me, "voidUseEvent", event_id=use["id"], **at)
    story.later()
    story.say(story.me, "restoreUseEvent", gets="It holds again", event_id=use["id"], **at)


def _log_amounts(story: Story) -> None:
    amount = {"id": str(new_id()), "local_date": "2026-11-21", "amount": "1.5"}
    at = {"tracker_id": story.games}
    story.say(story.me, "logAmount", asks="Ninety minutes", gets="Logged", body=amount, **at)
    story.say(story.me, "logAmount", gets="The same, sent again", body=amount, **at)
    story.later()
    story.say(story.me, "listAmounts", gets="One amount", **at)
    story.say(story.me, "voidAmount", amount_id=amount["id"], **at)
    story.later()
    story.say(story.me, "restoreAmount", gets="It holds again", amount_id=amount["id"], **at)


def check_in(story: Story) -> None:
    """The plan, a pause, and check-ins of two dates."""
    story.say(
        story.me,
        "putHardMomentPlan",
        asks="My own words",
        gets="What stands now",
        body={
            "signs": ["I stop answering messages"],
            "what_helps": ["A walk by the river"],
            "people": ["My sister"],
            "reasons": ["Clear mornings"],
        },
    )
    story.say(story.me, "getHardMomentPlan", gets="My own words")
    story.later()
    pause = {"id": str(new_id()), "from_date": "2026-12-24", "to_date": "2026-12-27"}
    story.say(story.me, "createPause", asks="Four days", gets="Four days", body=pause)
    story.say(story.me, "createPause", gets="The same, sent again", body=pause)
    at = {"pause_id": pause["id"]}
    story.say(story.me, "getPause", gets="Four days", **at)
    story.say(
        story.me,
        "updatePause",
        asks="A day less",
        gets="Three days",
        body={"to_date": "2026-12-26"},
        **at,
    )
    story.say(story.me, "listPauses", gets="One pause")
    story.say(story.me, "deletePause", **at)
    story.later()
    said = {
        "time_zone": "Europe/Berlin",
        "answered_at": "2026-11-22T09:10:00+01:00",
        "edited_at": "2026-11-22T09:10:00+01:00",
        "pledged": True,
        "mood": 4,
        "feelings": ["calm"],
        "craving": 2,
        "confidence": 8,
        "triggers": [],
        "note": "Slept well.",
        "trackers": [
            {"tracker": story.wine, "state": "sober"},
            {"tracker": story.games, "state": "none", "amount": "1"},
        ],
    }
    today = {"local_date": "2026-11-22"}
    story.say(story.me, "putCheckIn", asks="A calm day", gets="A calm day", body=said, **today)
    story.say(story.me, "putCheckIn", gets="The same, sent again", body=said, **today)
    story.later()
    story.say(
        story.me,
        "putCheckIn",
        asks="Only “I'm here”, a day late",
        gets="“I'm here”",
        body={},
        local_date="2026-11-21",
    )
    story.later()
    story.say(
        story.me,
        "updateCheckIn",
        asks="It became hard",
        gets="What stands now, and what helps",
        body={"craving": 9, "confidence": 2, "triggers": ["loneliness"]},
        **today,
    )
    story.say(story.me, "getCheckIn", gets="One date", **today)
    story.say(story.me, "listCheckIns", gets="Two dates")
    story.say(story.me, "getCheckInStreak", gets="Two dates in a row")
    story.say(story.me, "deleteCheckIn", local_date="2026-11-21")
    story.say(story.nobody, "listCrisisResources", gets="New Zealand", query={"country": "NZ"})
