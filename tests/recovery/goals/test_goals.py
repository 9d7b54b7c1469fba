"""Goals through their services: the projection, the steps, and who may tie what to what."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from recovery.goals import queries, rules
from recovery.goals.models import Goal, GoalCategory, GoalProgress, GoalState, GoalStep
from recovery.goals.services import goals, progress, steps
from recovery.goals.services.goals import NewGoal
from recovery.goals.services.steps import WantedStep
from recovery.kernel import changes
from recovery.kernel.errors import IdTaken, Invalid, Missing
from recovery.kernel.ids import new_id
from recovery.kernel.models import Change
from recovery.members.models import Member
from recovery.sharing import services as sharing
from recovery.sharing.models import Grant, Scope
from recovery.sharing.services import Wanted
from recovery.sobriety.services import trackers
from tests.factories import make_member
from tests.partnering import make_clock, make_partners

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
TODAY = date(2026, 11, 22)

pytestmark = pytest.mark.django_db


def set_goal(member: Member, **said: Any) -> Goal:
    """Set a goal; a walk of fifty kilometres unless something else is said."""
    values = {
        "title": "Walk to the sea",
        "category": GoalCategory.HEALTH,
        "target": Decimal(50),
        "unit": "km",
        **said,
    }
    goal, _ = goals.create(member=member, goal_id=None, new=NewGoal(**values), now=NOW)
    return goal


def log(member: Member, goal: Goal, amount: str, **said: Any) -> GoalProgress:
    """Log an amount for today."""
    values = {"progress_id": None, "local_date": TODAY, "note": "", "now": NOW, **said}
    _, entry, _ = progress.log_progress(
        member=member, goal_id=goal.id, amount=Decimal(amount), **values
    )
    return entry


actions = st.lists(
    st.one_of(
        st.tuples(st.just("log"), st.decimals(Decimal("0.001"), Decimal(999_999), places=3)),
        st.tuples(st.just("again"), st.integers(0, 20)),
        st.tuples(st.just("void"), st.integers(0, 20)),
        st.tuples(st.just("target"), st.sampled_from([None, Decimal("0.5"), Decimal(100)])),
        st.tuples(st.just("rebuild"), st.none()),
    ),
    max_size=25,
)


@given(done=actions)
@settings(
    deadline=None,
    max_examples=30,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
def test_the_total_equals_the_sum_of_what_holds_whatever_is_done(db: None, done: Any) -> None:
    with transaction.atomic():
        member = make_member()
        goal = set_goal(member)
        entries: list[tuple[GoalProgress, Decimal]] = []
        held: dict[Any, Decimal] = {}
        for kind, value in done:
            if kind == "log" and Goal.objects.get(id=goal.id).target is not None:
                entry = log(member, goal, str(value))
                entries.append((entry, value))
                held[entry.id] = value
            elif kind == "target":
                goals.change(member=member, goal_id=goal.id, changed={"target": value}, now=NOW)
            elif kind == "rebuild":
                progress.rebuild(goal_id=goal.id)
            elif entries:
                entry, amount = entries[int(value or 0) % len(entries)]
                if kind == "void":
                    progress.void(member=member, goal_id=goal.id, progress_id=entry.id, now=NOW)
                    held.pop(entry.id, None)
                else:
                    log(member, goal, str(amount), progress_id=entry.id)
            stored = Goal.objects.get(id=goal.id).total
            assert stored == sum(held.values(), Decimal(0)) == queries.total_of(goal_id=goal.id)
        transaction.set_rollback(True)


def test_a_total_that_was_moved_past_the_services_can_be_made_anew(alice: Member) -> None:
    goal = set_goal(alice)
    log(alice, goal, "1.5")
    Goal.objects.filter(id=goal.id).update(total=7)
    progress.rebuild(goal_id=goal.id)
    assert Goal.objects.get(id=goal.id).total == Decimal("1.5")


def test_readings_take_one_query_whatever_the_number_of_goals(
    alice: Member, django_assert_num_queries: Any
) -> None:
    for _ in range(4):
        goal = set_goal(alice, target=None, unit="")
        wanted = [WantedStep(title="One", done=True), WantedStep(title="Two")]
        steps.replace(member=alice, goal_id=goal.id, wanted=wanted, now=NOW)
    found = list(queries.goals_of(member_id=alice.id))
    with django_assert_num_queries(1):
        readings = queries.readings(goals=found, today=TODAY)
    assert len(readings) == 4
    assert {one.fraction for one in readings.values()} == {Decimal("0.5000")}
    assert {(one.steps_done, one.steps) for one in readings.values()} == {(1, 2)}
    of_goal = queries.steps_of(goals=found)
    assert readings == {
        goal.id: queries.reading(goal=goal, steps=of_goal[goal.id], today=TODAY) for goal in found
    }


def test_a_goal_that_is_not_active_has_no_pace(alice: Member) -> None:
    goal = set_goal(alice, due_on=TODAY + timedelta(days=9))
    assert queries.readings(goals=[goal], today=TODAY)[goal.id].pace is rules.Pace.ON_PACE
    for state in (GoalState.ACHIEVED, GoalState.SET_ASIDE):
        goal = goals.change(member=alice, goal_id=goal.id, changed={"state": state}, now=NOW)
        assert queries.readings(goals=[goal], today=TODAY)[goal.id].pace is rules.Pace.NONE


def test_a_state_has_its_date_and_only_its_own(alice: Member) -> None:
    goal = set_goal(alice)

    def turn(state: GoalState, *, days: int) -> tuple[date | None, date | None]:
        at = NOW + timedelta(days=days)
        found = goals.change(member=alice, goal_id=goal.id, changed={"state": state}, now=at)
        return found.achieved_on, found.set_aside_on

    assert turn(GoalState.SET_ASIDE, days=1) == (None, TODAY + timedelta(days=1))
    assert turn(GoalState.SET_ASIDE, days=2) == (None, TODAY + timedelta(days=1))
    assert turn(GoalState.ACHIEVED, days=3) == (TODAY + timedelta(days=3), None)
    assert turn(GoalState.ACTIVE, days=4) == (None, None)
    assert turn(GoalState.ACHIEVED, days=5) == (TODAY + timedelta(days=5), None)


def test_the_database_keeps_a_state_and_its_date_together(alice: Member) -> None:
    goal = set_goal(alice)
    for wrong in (
        {"state": "achieved"},
        {"achieved_on": TODAY},
        {"state": "set_aside", "achieved_on": TODAY, "set_aside_on": TODAY},
        {"due_on": TODAY - timedelta(days=1)},
        {"target": 0},
    ):
        with pytest.raises(IntegrityError), transaction.atomic():
            Goal.objects.filter(id=goal.id).update(**wrong)


def test_a_goal_starts_today_where_its_owner_is(alice: Member, charlie: Member) -> None:
    late = datetime(2026, 11, 22, 23, 30, tzinfo=UTC)
    for member, started in ((alice, date(2026, 11, 23)), (charlie, date(2026, 11, 23))):
        goal, _ = goals.create(
            member=member, goal_id=None, new=NewGoal("Sleep", GoalCategory.HEALTH), now=late
        )
        assert goal.started_on == started
    with pytest.raises(Invalid):
        set_goal(alice, started_on=TODAY + timedelta(days=1))
    # In Auckland it is the 23rd already.
    assert set_goal(charlie, started_on=date(2026, 11, 23)).started_on == date(2026, 11, 23)


def test_only_a_tracker_of_ones_own_that_is_there_can_be_tied(alice: Member, bob: Member) -> None:
    mine, gone, theirs = make_clock(alice), make_clock(alice), make_clock(bob)
    trackers.remove(member=alice, tracker_id=gone.id, now=NOW)
    goal = set_goal(alice, tracker=mine.id)
    assert queries.tracker_id_of(goal=goal) == mine.id
    for wrong in (gone.id, theirs.id, new_id()):
        with pytest.raises(Invalid) as refused:
            set_goal(alice, tracker=wrong)
        assert refused.value.errors[0].pointer == "/tracker"
        with pytest.raises(Invalid):
            goals.change(member=alice, goal_id=goal.id, changed={"tracker": wrong}, now=NOW)
    trackers.remove(member=alice, tracker_id=mine.id, now=NOW)
    assert queries.tracker_id_of(goal=queries.goal_of(member_id=alice.id, goal_id=goal.id)) is None


def test_a_deleted_goal_is_gone_for_partners_too(alice: Member, bob: Member) -> None:
    linked = make_partners(alice, bob)
    goal = set_goal(alice)
    wanted = [Wanted(scope=Scope.GOALS, item_id=goal.id)]
    with changes.write(member_id=alice.id, now=NOW) as log_:
        sharing.replace(owner_id=alice.id, partnership=linked, wanted=wanted, log=log_, now=NOW)
    assert Grant.objects.standing().count() == 1
    goals.remove(member=alice, goal_id=goal.id, now=NOW)
    goals.remove(member=alice, goal_id=goal.id, now=NOW)
    assert not Grant.objects.standing().exists()
    with pytest.raises(Missing):
        queries.goal_of(member_id=alice.id, goal_id=goal.id)


def test_steps_keep_when_they_were_done_through_moves_and_repeats(alice: Member) -> None:
    goal = set_goal(alice, target=None, unit="")

    def put(*wanted: WantedStep, hours: int) -> list[GoalStep]:
        at = NOW + timedelta(hours=hours)
        return steps.replace(member=alice, goal_id=goal.id, wanted=wanted, now=at)[1]

    first, second = put(WantedStep("Call"), WantedStep("Go", done=True), hours=0)
    assert (first.done_at, second.done_at) == (None, NOW)
    moved = put(
        WantedStep("Go there", done=True, id=second.id),
        WantedStep("Call", done=True, id=first.id),
        hours=1,
    )
    assert [(one.id, one.done_at) for one in moved] == [
        (second.id, NOW),
        (first.id, NOW + timedelta(hours=1)),
    ]
    version = Goal.objects.get(id=goal.id).version
    # Sent again, and by an app that does not keep ids: nothing changes.
    again = put(WantedStep("Go there", done=True), WantedStep("Call", done=True), hours=2)
    assert [(one.id, one.done_at) for one in again] == [(one.id, one.done_at) for one in moved]
    assert Goal.objects.get(id=goal.id).version == version
    undone = put(WantedStep("Call", id=first.id), hours=3)
    assert [(one.id, one.done_at) for one in undone] == [(first.id, None)]
    assert put(hours=4) == []


def test_a_step_cannot_take_the_id_of_something_else(alice: Member, bob: Member) -> None:
    goal, other, theirs = set_goal(alice), set_goal(alice), set_goal(bob)
    taken = []
    for member, of in ((alice, other), (bob, theirs)):
        _, made = steps.replace(member=member, goal_id=of.id, wanted=[WantedStep("Mine")], now=NOW)
        taken.append(made[0].id)
    kept = steps.replace(member=alice, goal_id=goal.id, wanted=[WantedStep("Kept")], now=NOW)[1]
    for step_id in taken:
        with pytest.raises(IdTaken), transaction.atomic():
            steps.replace(
                member=alice, goal_id=goal.id, wanted=[WantedStep("New", id=step_id)], now=NOW
            )
    twice = [WantedStep("A", id=kept[0].id), WantedStep("B", id=kept[0].id)]
    with pytest.raises(Invalid):
        steps.replace(member=alice, goal_id=goal.id, wanted=twice, now=NOW)
    stored = queries.steps_of(goals=[goal])[goal.id]
    assert [one.id for one in stored] == [kept[0].id]


def test_every_write_leaves_a_change_and_no_words_in_it(alice: Member) -> None:
    goal = set_goal(alice, why="For my daughter")
    entry = log(alice, goal, "3", note="By the river")
    progress.void(member=alice, goal_id=goal.id, progress_id=entry.id, now=NOW)
    goals.remove(member=alice, goal_id=goal.id, now=NOW)
    left = [
        (row.table, row.gone)
        for row in Change.objects.filter(member=alice).order_by("seq", "place")
    ]
    assert left == [
        ("goals", False),
        ("goal_progress", False),
        ("goals", False),
        ("goal_progress", True),
        ("goals", False),
        ("goals", True),
    ]
    row = Goal.objects.get(id=goal.id)
    stored = b"".join(bytes(one) for one in (row.title, row.why, row.unit))
    stored += bytes(GoalProgress.objects.get(id=entry.id).note)
    for words in (b"sea", b"daughter", b"km", b"river"):
        assert words not in stored
