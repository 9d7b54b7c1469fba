"""What members of the demo group want and promise, and how it went."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, time, timedelta
from decimal import Decimal
from functools import partial
from random import Random
from uuid import UUID

from api.demo.life import Life, Step
from recovery.commitments.models import Cadence, CommitmentKind, EntryState
from recovery.commitments.services import commitments, entries
from recovery.commitments.services.commitments import NewCommitment
from recovery.commitments.services.entries import Said
from recovery.goals.models import GoalCategory
from recovery.goals.services import goals, progress, steps
from recovery.goals.services.goals import NewGoal
from recovery.goals.services.steps import WantedStep

EVENING = time(21, 40)


@dataclass(frozen=True, slots=True)
class Wish:
    """A goal: measured by amounts that come every few days, or by steps of which some are done."""

    handle: str
    title: str
    category: GoalCategory
    days_ago: int
    due_in: int
    why: str = ""
    target: Decimal | None = None
    unit: str = ""
    every: int = 0
    amount: Decimal = Decimal(0)
    steps: tuple[str, ...] = ()
    steps_done: int = 0


@dataclass(frozen=True, slots=True)
class Vow:
    """A commitment, how often it was kept of ten times, and how often it was said at all."""

    handle: str
    title: str
    cadence: Cadence
    days_ago: int
    weekdays: tuple[int, ...] = ()
    times_per_week: int | None = None
    kind: CommitmentKind = CommitmentKind.GENERAL
    reminder_time: time | None = None
    of_goal: str = ""
    kept: int = 8
    said: int = 9


WISHES = (
    Wish(
        handle="quiet_river",
        title="Swim the lake in June",
        category=GoalCategory.HEALTH,
        days_ago=100,
        due_in=200,
        why="I used to, before. I want to hear nothing but water again.",
        target=Decimal(60),
        unit="swims",
        every=5,
        amount=Decimal(1),
    ),
    Wish(
        handle="quiet_river",
        title="Make the flat mine again",
        category=GoalCategory.HOME,
        days_ago=60,
        due_in=30,
        steps=("Give the glasses away", "Paint the kitchen", "Ask people over for soup"),
        steps_done=2,
    ),
    Wish(
        handle="morning_ferry",
        title="Pay Rui back",
        category=GoalCategory.MONEY,
        days_ago=80,
        due_in=120,
        target=Decimal(900),
        unit="euros",
        every=10,
        amount=Decimal(45),
    ),
)
VOWS = (
    Vow(
        handle="quiet_river",
        title="A walk before supper",
        cadence=Cadence.DAILY,
        days_ago=70,
        reminder_time=time(17, 30),
    ),
    Vow(
        handle="quiet_river",
        title="Tuesday group",
        cadence=Cadence.WEEKDAYS,
        weekdays=(1,),
        days_ago=78,
        kept=9,
    ),
    Vow(
        handle="quiet_river",
        title="Swim",
        cadence=Cadence.TIMES_PER_WEEK,
        times_per_week=2,
        days_ago=90,
        of_goal="Swim the lake in June",
        kept=5,
        said=6,
    ),
    Vow(
        handle="morning_ferry",
        title="Card stays with Rui at weekends",
        cadence=Cadence.WEEKDAYS,
        weekdays=(4, 5, 6),
        days_ago=60,
        kept=9,
    ),
    Vow(
        handle="second_kettle",
        title="Medication taken as prescribed",
        cadence=Cadence.DAILY,
        kind=CommitmentKind.DOSE,
        days_ago=90,
        kept=10,
    ),
)


@dataclass(slots=True)
class Promises:
    """What one member wants and promises, by title."""

    life: Life
    goal_ids: dict[str, UUID] = field(default_factory=dict)
    commitment_ids: dict[str, UUID] = field(default_factory=dict)
    kept: set[tuple[str, int]] = field(default_factory=set)

    def steps(self) -> Iterator[Step]:
        """Yield what the member set out to do and what came of it, in no order."""
        handle = self.life.person.handle
        for wish in (one for one in WISHES if one.handle == handle):
            yield Step(self.life.instant(wish.days_ago, time(10)), partial(self._wish, wish))
            if wish.every:
                for ago in range(wish.days_ago - wish.every, 0, -wish.every):
                    at = self.life.instant(ago, EVENING)
                    yield Step(at, partial(self._come_nearer, wish, ago))
        for vow in (one for one in VOWS if one.handle == handle):
            yield Step(self.life.instant(vow.days_ago, time(10, 30)), partial(self._vow, vow))
            chance = Random(vow.title)  # noqa: S311  made-up days; the same for everybody
            for ago in range(vow.days_ago, 0, -1):
                day = self.life.today - timedelta(days=ago)
                said, kept = chance.randrange(10) < vow.said, chance.randrange(10) < vow.kept
                if said and (not vow.weekdays or day.weekday() in vow.weekdays):
                    at = self.life.instant(ago, EVENING)
                    yield Step(at, partial(self._answer, vow, ago, kept))

    def _wish(self, wish: Wish, now: datetime) -> None:
        member, began_on = self.life.member, self.life.today - timedelta(days=wish.days_ago)
        new = NewGoal(
            title=wish.title,
            category=wish.category,
            why=wish.why,
            target=wish.target,
            unit=wish.unit,
            started_on=began_on,
            due_on=self.life.today + timedelta(days=wish.due_in),
        )
        goal, _ = goals.create(member=member, goal_id=None, new=new, now=now)
        self.goal_ids[wish.title] = goal.id
        if wish.steps:
            wanted = [
                WantedStep(title=title, done=place < wish.steps_done)
                for place, title in enumerate(wish.steps)
            ]
            steps.replace(member=member, goal_id=goal.id, wanted=wanted, now=now)

    def _come_nearer(self, wish: Wish, days_ago: int, now: datetime) -> None:
        progress.log_progress(
            member=self.life.member,
            goal_id=self.goal_ids[wish.title],
            progress_id=None,
            local_date=self.life.today - timedelta(days=days_ago),
            amount=wish.amount,
            note="",
            now=now,
        )

    def _vow(self, vow: Vow, now: datetime) -> None:
        new = NewCommitment(
            title=vow.title,
            cadence=vow.cadence,
            kind=vow.kind,
            weekdays=vow.weekdays,
            times_per_week=vow.times_per_week,
            reminder_time=vow.reminder_time,
            goal=self.goal_ids.get(vow.of_goal),
        )
        made, _ = commitments.create(member=self.life.member, commitment_id=None, new=new, now=now)
        self.commitment_ids[vow.title] = made.id

    def ease(self, title: str, now: datetime) -> None:
        """Promise once a week from now on; it holds in a week's time."""
        commitments.change(
            member=self.life.member,
            commitment_id=self.commitment_ids[title],
            changed={"times_per_week": 1},
            now=now,
        )

    def _answer(self, vow: Vow, days_ago: int, kept: bool, now: datetime) -> None:
        if kept:
            self.kept.add((vow.title, days_ago))
        entries.put(
            member=self.life.member,
            commitment_id=self.commitment_ids[vow.title],
            local_date=self.life.today - timedelta(days=days_ago),
            said=Said(state=EntryState.KEPT if kept else EntryState.NOT_KEPT),
            now=now,
        )
