"""Everything that can be shared, made the way the program makes it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID

from recovery.calendar import queries as calendar
from recovery.checkins import services as checkins
from recovery.commitments.models import Cadence, Commitment, CommitmentKind, EntryState
from recovery.commitments.services import commitments, entries
from recovery.goals.models import Goal, GoalCategory
from recovery.goals.services import goals
from recovery.members.models import Member
from recovery.overview import blocking
from recovery.partners.models import Partnership
from recovery.sharing.models import Scope
from recovery.sharing.services import Wanted
from recovery.sobriety.models import Tracker
from tests.partnering import NOW, make_clock


def wish(scope: Scope, item: Tracker | Goal | Commitment | None = None) -> Wanted:
    """The wish to show a scope, of an item if it needs one."""
    return Wanted(scope=scope, item_id=None if item is None else item.id)


def make_goal(owner: Member, *, title: str = "Swim a mile", now: datetime = NOW) -> Goal:
    """An active goal without a measure."""
    new = goals.NewGoal(title=title, category=GoalCategory.HEALTH)
    goal, _ = goals.create(member=owner, goal_id=None, new=new, now=now)
    return goal


def make_commitment(
    owner: Member,
    *,
    title: str = "A walk before breakfast",
    kind: CommitmentKind = CommitmentKind.GENERAL,
    start: date | None = None,
    end: date | None = None,
    now: datetime = NOW,
) -> Commitment:
    """A daily commitment."""
    new = commitments.NewCommitment(
        title=title, cadence=Cadence.DAILY, kind=kind, start=start, end=end
    )
    made, _ = commitments.create(member=owner, commitment_id=None, new=new, now=now)
    return made


def say(commitment: Commitment, day: date, state: EntryState, *, now: datetime = NOW) -> None:
    """The owner answers a date."""
    entries.put(
        member=commitment.member,
        commitment_id=commitment.id,
        local_date=day,
        said=entries.Said(state=state, note="In the rain."),
        now=now,
    )


def check_in(
    owner: Member,
    day: date,
    *,
    mood: int | None = None,
    craving: int | None = None,
    now: datetime = NOW,
) -> None:
    """The owner answers the check-in of a date."""
    checkins.put(
        member=owner,
        local_date=day,
        answers=checkins.Answers(mood=mood, craving=craving, note="Quiet words."),
        when=checkins.When(),
        now=now,
    )


def block(blocker: Member, linked: Partnership) -> None:
    """One side of a partnership blocks the other."""
    blocking.block_partner(member_id=blocker.id, block_id=None, partnership_id=linked.id, now=NOW)


@dataclass(frozen=True)
class Things:
    """One of each thing that can be shared, and the wish to share all of it."""

    tracker: Tracker
    goal: Goal
    commitment: Commitment
    all: list[Wanted]

    def of(self, scope: Scope) -> Wanted:
        """The wish to show this one scope."""
        return next(one for one in self.all if one.scope == scope)


def make_things(owner: Member, *, now: datetime = NOW) -> Things:
    """A clock of 41 days, a goal, a commitment kept today and a check-in of today."""
    today = calendar.today_of(member=owner, now=now)
    tracker = make_clock(owner, now=now)
    goal = make_goal(owner, now=now)
    commitment = make_commitment(owner, start=today - timedelta(days=9), now=now)
    say(commitment, today, EntryState.KEPT, now=now)
    check_in(owner, today, mood=4, craving=2, now=now)
    items: dict[str, UUID] = {
        "tracker": tracker.id,
        "goal": goal.id,
        "commitment": commitment.id,
    }
    wanted = [Wanted(scope=scope, item_id=items.get(scope.item_kind)) for scope in Scope]
    return Things(tracker=tracker, goal=goal, commitment=commitment, all=wanted)
