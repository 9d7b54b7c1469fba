"""What consents let a partner see: the one way from them to what is shown, whoever asks.

Nothing is read that no consent names. The number of queries depends on the scopes alone, not on how
many things are shared nor on how long their histories are.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from decimal import Decimal
from uuid import UUID

from recovery.calendar import queries as calendar
from recovery.checkins import queries as checkins
from recovery.commitments import queries as commitments
from recovery.commitments.models import Commitment
from recovery.commitments.occurrences import OccurrenceState
from recovery.goals import queries as goals
from recovery.goals.models import Goal, GoalState
from recovery.goals.rules import Pace
from recovery.kernel import sealing
from recovery.kernel.sealing import Sealer
from recovery.members.models import Member
from recovery.overview.items import named_by
from recovery.sharing.models import Grant, ItemKind, Scope
from recovery.sobriety import queries as sobriety
from recovery.sobriety import shown as sobriety_shown
from recovery.sobriety.milestones import Earned
from recovery.sobriety.models import Tracker, TrackerMode
from recovery.sobriety.rules import Reading

# The owner's last dates whose mood and craving show, today included.
DATES = 14
# Of one tracker: those of a life come to some thirty, and each stretch adds its own.
MOST_MILESTONES = 50


@dataclass(frozen=True, slots=True)
class SharedStatus:
    """Whether the check-in of the owner's present date is answered."""

    local_date: date
    answered_today: bool


@dataclass(frozen=True, slots=True)
class SharedStreak:
    """How many dates in a row have a check-in, and the most that ever had."""

    current: int
    longest: int


@dataclass(frozen=True, slots=True)
class SharedCommitment:
    """One commitment. ``kept_today`` is false for anything else, silence included."""

    commitment_id: UUID
    title: str
    kept_rate: Decimal | None
    kept_today: bool


@dataclass(frozen=True, slots=True)
class SharedGoal:
    """One goal, without why and without what is logged for it."""

    goal_id: UUID
    title: str
    state: GoalState
    fraction: Decimal | None
    pace: Pace


@dataclass(frozen=True, slots=True)
class SharedTime:
    """Sober days of one tracker in whole weeks, as of the owner's last Monday."""

    tracker_id: UUID
    name: str
    weeks: int


@dataclass(frozen=True, slots=True)
class SharedMilestone:
    """That a tracker reached a milestone, on the date that it fell due."""

    code: str
    earned_on: date


@dataclass(frozen=True, slots=True)
class SharedMilestones:
    """The milestones of one tracker, newest first."""

    tracker_id: UUID
    name: str
    milestones: Sequence[SharedMilestone]


@dataclass(frozen=True, slots=True)
class SharedClock:
    """The clock of one tracker, under the name that its owner gave it."""

    tracker_id: UUID
    name: str
    reading: Reading


@dataclass(frozen=True, slots=True)
class SharedUse:
    """That the owner used: from when to when, and on which of their dates it began."""

    used_on: date
    used_at: datetime
    resumed_at: datetime


@dataclass(frozen=True, slots=True)
class SharedUses:
    """The uses of one tracker, newest first."""

    tracker_id: UUID
    name: str
    use_events: Sequence[SharedUse]


@dataclass(frozen=True, slots=True)
class SharedValue:
    """What the check-in of one date gave; a date without it is not there."""

    local_date: date
    value: int


@dataclass(frozen=True, slots=True)
class Shown:
    """What shows, by the names of the scopes. Empty says nothing about why it is empty."""

    check_in_status: list[SharedStatus] = field(default_factory=list)
    check_in_streak: list[SharedStreak] = field(default_factory=list)
    commitments: list[SharedCommitment] = field(default_factory=list)
    goals: list[SharedGoal] = field(default_factory=list)
    sober_time: list[SharedTime] = field(default_factory=list)
    milestones: list[SharedMilestones] = field(default_factory=list)
    sober_clock: list[SharedClock] = field(default_factory=list)
    use_events: list[SharedUses] = field(default_factory=list)
    mood: list[SharedValue] = field(default_factory=list)
    craving: list[SharedValue] = field(default_factory=list)

    @property
    def scopes(self) -> list[Scope]:
        """The scopes of which something shows."""
        return [scope for scope in Scope if getattr(self, scope, None)]


def shown(*, owner: Member, grants: Sequence[Grant], now: datetime) -> Shown:
    """Return what these consents of an owner, which hold now, let their viewer see."""
    if not grants:
        return Shown()
    today = calendar.today_of(member=owner, now=now)
    given = {grant.scope for grant in grants}
    found = Shown()
    if any(Scope(scope).item_kind is not ItemKind.NONE for scope in given):
        sealer = sealing.for_member(member_id=owner.id)
        _add_trackers(found, owner, grants, sealer, now=now, today=today)
        _add_goals(found, owner, grants, sealer, today=today)
        _add_commitments(found, owner, grants, sealer, now=now, today=today)
    _add_check_ins(found, owner, given, today=today)
    return found


def _add_trackers(
    found: Shown,
    owner: Member,
    grants: Sequence[Grant],
    sealer: Sealer,
    *,
    now: datetime,
    today: date,
) -> None:
    scopes = (Scope.SOBER_TIME, Scope.SOBER_CLOCK, Scope.MILESTONES, Scope.USE_EVENTS)
    given = {scope: named_by(grants, scope=scope) for scope in scopes}
    wanted = set().union(*given.values())
    if not wanted:
        return
    # In the order of the trackers: that of the consents would tell which one was taken back
    # for a while.
    trackers: list[Tracker] = list(
        sobriety.trackers_of(member_id=owner.id)
        .filter(id__in=wanted, mode=TrackerMode.ABSTINENCE)
        .order_by("created_at", "id")
    )
    ids = {tracker.id for tracker in trackers}
    marked, told = given[Scope.MILESTONES] & ids, given[Scope.USE_EVENTS] & ids
    earned = sobriety_shown.earned(tracker_ids=marked, now=now) if marked else {}
    uses = sobriety_shown.uses_lately(tracker_ids=told, now=now) if told else {}
    for tracker in trackers:
        name = sobriety.name_of(tracker=tracker, sealer=sealer)
        if tracker.id in given[Scope.SOBER_TIME]:
            weeks = sobriety.weeks_of(tracker=tracker, today=today).shown
            found.sober_time.append(SharedTime(tracker.id, name, weeks))
        if tracker.id in given[Scope.SOBER_CLOCK]:
            reading = sobriety.reading(tracker=tracker, now=now, today=today)
            found.sober_clock.append(SharedClock(tracker.id, name, reading))
        if tracker.id in marked:
            listed = milestones_of(earned[tracker.id], with_uses=tracker.id in told)
            found.milestones.append(SharedMilestones(tracker.id, name, listed[:MOST_MILESTONES]))
        if tracker.id in told:
            of_one = [
                SharedUse(row.on_date, row.at, row.until)  # type: ignore[arg-type]  # it is a use
                for row in uses.get(tracker.id, [])
            ]
            found.use_events.append(SharedUses(tracker.id, name, of_one))


def milestones_of(earned: Sequence[Earned], *, with_uses: bool) -> list[SharedMilestone]:
    """Return milestones as a partner sees them, newest first.

    Who does not see the uses of the tracker sees each milestone once ever.
    """
    listed = earned if with_uses else sobriety_shown.each_once(earned)
    return [SharedMilestone(one.code, one.due_on) for one in listed]


def _add_goals(
    found: Shown, owner: Member, grants: Sequence[Grant], sealer: Sealer, *, today: date
) -> None:
    wanted = named_by(grants, scope=Scope.GOALS)
    if not wanted:
        return
    rows: list[Goal] = list(
        goals.goals_of(member_id=owner.id).filter(id__in=wanted).order_by("created_at", "id")
    )
    readings = goals.readings(goals=rows, today=today)
    found.goals.extend(
        SharedGoal(
            goal_id=goal.id,
            title=goals.title_of(goal=goal, sealer=sealer),
            state=GoalState(goal.state),
            fraction=readings[goal.id].fraction,
            pace=readings[goal.id].pace,
        )
        for goal in rows
    )


def _add_commitments(
    found: Shown,
    owner: Member,
    grants: Sequence[Grant],
    sealer: Sealer,
    *,
    now: datetime,
    today: date,
) -> None:
    wanted = named_by(grants, scope=Scope.COMMITMENTS)
    if not wanted:
        return
    rows: list[Commitment] = list(
        commitments.commitments_of(member_id=owner.id)
        .filter(id__in=wanted)
        .order_by("created_at", "id")
    )
    readings = commitments.readings(member=owner, commitments=rows, now=now, today=today)
    found.commitments.extend(
        SharedCommitment(
            commitment_id=commitment.id,
            title=commitments.title_of(commitment=commitment, sealer=sealer),
            kept_rate=readings[commitment.id].kept_rate,
            kept_today=readings[commitment.id].state_today is OccurrenceState.KEPT,
        )
        for commitment in rows
    )


def _add_check_ins(found: Shown, owner: Member, given: set[str], *, today: date) -> None:
    if not given & {Scope.CHECK_IN_STATUS, Scope.CHECK_IN_STREAK, Scope.MOOD, Scope.CRAVING}:
        return
    rows = list(
        checkins.check_ins_of(member_id=owner.id)
        .filter(local_date__gt=today - timedelta(days=DATES), local_date__lte=today)
        .order_by("-local_date")
        .values_list("local_date", "mood", "craving")
    )
    answered = any(day == today for day, _, _ in rows)
    if Scope.CHECK_IN_STATUS in given:
        found.check_in_status.append(SharedStatus(today, answered))
    if Scope.CHECK_IN_STREAK in given:
        streak = checkins.streak_of(member=owner, today=today, answered_today=answered)
        found.check_in_streak.append(SharedStreak(streak.current, streak.longest))
    if Scope.MOOD in given:
        found.mood.extend(SharedValue(day, mood) for day, mood, _ in rows if mood is not None)
    if Scope.CRAVING in given:
        found.craving.extend(
            SharedValue(day, craving) for day, _, craving in rows if craving is not None
        )
