"""What people write in their check-ins, by how the day was."""

from __future__ import annotations

from recovery.checkins.models import Feeling
from recovery.sobriety.models import Trigger

GOOD_NOTES = (
    "Slept seven hours. The kitchen smelled of coffee and nothing else was wrong.",
    "Went to the group. Somebody said what I had been thinking all week.",
    "Cooked for two. We laughed a lot.",
    "Walked home the long way, past the old place. It was just a street.",
    "Paid the bill on the day it came.",
    "Said no, and nobody minded.",
    "The mornings are the best part now.",
    "Called Dad. We talked about the football.",
    "Quiet day. I like those more than I thought.",
    "Read forty pages. Forty!",
)
PLAIN_NOTES = (
    "Long day at work, nothing special.",
    "Rain. Stayed in and tidied one drawer.",
    "Tired, but here.",
    "Thought about it on the bus, and then it passed.",
    "Headache until noon.",
    "Skipped the party. Watched a film instead.",
    "Bought flowers for the table.",
    "In between. Going to bed early.",
    "Laundry, dishes, a walk. That is a day too.",
)
HARD_NOTES = (
    "Could not sit still all evening. Wrote the list instead, twice.",
    "We argued again. I went outside until I could breathe.",
    "It would have been his birthday.",
    "Lonely tonight. I sent one message, and that was hard enough.",
    "Everything was loud today.",
    "Wanted it for hours. It is eleven now and I am in bed.",
    "Bad news from the office. I told my partner first.",
)
GOOD_FEELINGS = (
    Feeling.GRATEFUL,
    Feeling.HOPEFUL,
    Feeling.CALM,
    Feeling.HAPPY,
    Feeling.PROUD,
    Feeling.STRONG,
    Feeling.CONNECTED,
    Feeling.MOTIVATED,
)
PLAIN_FEELINGS = (Feeling.CALM, Feeling.TIRED, Feeling.BORED, Feeling.RELIEVED, Feeling.RESTLESS)
HARD_FEELINGS = (
    Feeling.LONELY,
    Feeling.SAD,
    Feeling.ANXIOUS,
    Feeling.STRESSED,
    Feeling.ANGRY,
    Feeling.OVERWHELMED,
    Feeling.NUMB,
)
TRIGGERS = (
    Trigger.STRESS,
    Trigger.CONFLICT,
    Trigger.LONELINESS,
    Trigger.BOREDOM,
    Trigger.TIREDNESS,
    Trigger.SOCIAL_SITUATION,
    Trigger.MONEY,
    Trigger.MEMORY,
    Trigger.PLACE,
)
