"""Who is in the demo group: eight people, what each is recovering from, and what happened."""

from __future__ import annotations

from datetime import time
from decimal import Decimal

from api.demo.people import DAYS, Away, Limit, Pair, Person, Tracked, Use
from recovery.sobriety.models import Category, LimitPer, Trigger
from recovery.support.queries import Plan

RIVER = Person(
    handle="quiet_river",
    zone="Europe/Berlin",
    day_start_hour=4,
    evening=time(21, 10),
    steadiness=0.86,
    trackers=(
        Tracked(
            name="Alcohol",
            category=Category.ALCOHOL,
            days_ago=197,
            cost_per_day=Decimal("14.00"),
            currency="EUR",
            minutes_per_day=150,
            uses=(
                Use(
                    days_ago=68,
                    at=time(20, 40),
                    hours=3,
                    trigger=Trigger.CELEBRATION,
                    note="A wedding, and I said yes to the toast. I left early, told my sister "
                    "in the car, and slept. I am glad that I am saying it here.",
                ),
            ),
        ),
        Tracked(
            name="Phone in bed",
            category=Category.INTERNET,
            days_ago=90,
            limits=(
                Limit(90, LimitPer.DAY, Decimal(60), "minutes", (20, 80)),
                Limit(35, LimitPer.DAY, Decimal(45), "minutes", (10, 55)),
            ),
        ),
    ),
    pauses=((44, 38),),
    plan=Plan(
        signs=("I skip lunch.", "I stop answering messages.", "I think: just this once."),
        what_helps=("Walk to the river and back.", "Cold water, then tea.", "Go to bed early."),
        people=("My sister Jana.", "The Tuesday group."),
        reasons=("Mornings that are mine.", "Being there when my nephew visits."),
    ),
    remind_at=time(20, 30),
    answers_today=False,
)
FERRY = Person(
    handle="morning_ferry",
    zone="Europe/Lisbon",
    evening=time(22, 5),
    trackers=(
        Tracked(
            name="Betting",
            category=Category.GAMBLING,
            days_ago=DAYS,
            at=time(6, 0),
            cost_per_day=Decimal("35.00"),
            currency="EUR",
            minutes_per_day=90,
            uses=(
                Use(
                    days_ago=83,
                    at=time(23, 15),
                    hours=1,
                    trigger=Trigger.BOREDOM,
                    note="Could not sleep and opened the app. I have asked for the block now.",
                ),
                Use(
                    days_ago=3,
                    at=time(21, 30),
                    hours=2,
                    trigger=Trigger.STRESS,
                    note="The bill came and I wanted a way out. I rang my partner the next day; "
                    "we looked at the bill together.",
                    told_after_days=1,
                ),
            ),
        ),
    ),
    away=Away(first_days_ago=54, last_days_ago=41, zone="America/Sao_Paulo"),
    plan=Plan(
        signs=("I check scores at work.", "I move money between accounts."),
        what_helps=("Give my card to Rui for the evening.", "Run until it passes."),
        people=("Rui.", "quiet_river."),
        reasons=("The flat.", "Sleeping through."),
    ),
    remind_at=time(21, 0),
)
KETTLE = Person(
    handle="second_kettle",
    zone="America/New_York",
    evening=time(20, 15),
    steadiness=0.9,
    trackers=(
        Tracked(
            name="Painkillers",
            category=Category.OPIOIDS,
            days_ago=341,
            cost_per_day=Decimal("40.00"),
            currency="USD",
        ),
    ),
    plan=Plan(
        signs=("My back hurts and I go quiet.",),
        what_helps=("Heat pad and a film.", "Take my medication as prescribed, on time."),
        people=("Dr. Ellis' office.", "Mom."),
        reasons=("A year in three weeks.",),
    ),
    remind_at=time(8, 0),
)
LANTERN = Person(
    handle="paper_lantern",
    zone="America/Chicago",
    evening=time(21, 45),
    steadiness=0.74,
    trackers=(
        Tracked(
            name="Stimulants",
            category=Category.STIMULANTS,
            days_ago=112,
            at=time(9, 0),
            uses=(
                Use(
                    days_ago=59,
                    at=time(18, 0),
                    hours=30,
                    trigger=Trigger.LONELINESS,
                    note="A long weekend alone. I am back and I ate something.",
                    told_after_days=3,
                ),
            ),
        ),
        Tracked(
            name="Cigarettes",
            category=Category.NICOTINE,
            days_ago=DAYS,
            limits=(
                Limit(DAYS, LimitPer.DAY, Decimal(12), "cigarettes", (8, 15)),
                Limit(70, LimitPer.DAY, Decimal(8), "cigarettes", (5, 10)),
                Limit(28, LimitPer.DAY, Decimal(5), "cigarettes", (2, 6)),
            ),
        ),
    ),
)
WINDOW = Person(
    handle="north_window",
    zone="Asia/Kathmandu",
    evening=time(20, 0),
    steadiness=0.68,
    trackers=(
        Tracked(
            name="Cannabis",
            category=Category.CANNABIS,
            days_ago=95,
            at=time(22, 0),
            cost_per_day=Decimal("450.00"),
            currency="NPR",
        ),
    ),
    remind_at=time(19, 45),
)
GARDEN = Person(
    handle="slow_garden",
    zone="Pacific/Auckland",
    evening=time(19, 30),
    trackers=(
        Tracked(
            name="Wine",
            category=Category.ALCOHOL,
            days_ago=DAYS,
            limits=(
                Limit(DAYS, LimitPer.WEEK, Decimal(10), "drinks", (0, 3)),
                Limit(50, LimitPer.WEEK, Decimal(6), "drinks", (0, 2)),
            ),
            said_apart=True,
        ),
    ),
    pauses=((5, None),),
    answers_today=False,
)
FERN = Person(
    handle="tall_fern",
    zone="America/Sao_Paulo",
    day_start_hour=3,
    evening=time(23, 20),
    steadiness=0.78,
    trackers=(
        Tracked(
            name="Online shopping",
            category=Category.SHOPPING,
            days_ago=104,
            cost_per_day=Decimal("60.00"),
            currency="BRL",
            uses=(
                Use(
                    days_ago=31,
                    at=time(1, 10),
                    hours=1,
                    trigger=Trigger.TIREDNESS,
                    note="Two parcels are on their way. One goes back tomorrow.",
                ),
            ),
        ),
        Tracked(
            name="Games",
            category=Category.GAMING,
            days_ago=60,
            limits=(Limit(60, LimitPer.WEEK, Decimal(7), "hours", (0, 2)),),
        ),
    ),
)
HARBOUR = Person(
    handle="blue_harbour",
    zone="Europe/Dublin",
    evening=time(7, 15),
    steadiness=0.94,
    trackers=(
        Tracked(
            name="Alcohol",
            category=Category.ALCOHOL,
            days_ago=1153,
            at=time(8, 0),
            cost_per_day=Decimal("11.50"),
            currency="EUR",
            minutes_per_day=120,
        ),
    ),
    remind_at=time(7, 0),
)

PEOPLE = (RIVER, FERRY, KETTLE, LANTERN, WINDOW, GARDEN, FERN, HARBOUR)
# The one whose home screen is shown first, and the partner who shows the most.
LEAD, PARTNER = RIVER, FERRY

PAIRS = (
    Pair(
        RIVER.handle,
        FERRY.handle,
        days_ago=104,
        show_clocks=frozenset({RIVER.handle, FERRY.handle}),
        show_status=frozenset({RIVER.handle, FERRY.handle}),
    ),
    Pair(
        KETTLE.handle,
        LANTERN.handle,
        days_ago=97,
        show_clocks=frozenset({KETTLE.handle}),
        show_status=frozenset({KETTLE.handle, LANTERN.handle}),
    ),
    Pair(GARDEN.handle, FERN.handle, days_ago=66, show_status=frozenset({FERN.handle})),
    Pair(WINDOW.handle, HARBOUR.handle, days_ago=40, show_clocks=frozenset({WINDOW.handle})),
    Pair(RIVER.handle, HARBOUR.handle, days_ago=3, show_status=frozenset({HARBOUR.handle})),
)
