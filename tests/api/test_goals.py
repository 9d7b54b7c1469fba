from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
import time_machine
from rest_framework.test import APIClient

from recovery.kernel.ids import new_id
from recovery.members.models import Member
from tests.api.test_trackers import begin
from tests.contract.test_query_budgets import at_most

NOON = "2026-11-22T12:00:00+01:00"
WALK = {
    "title": "Walk to the sea",
    "category": "health",
    "why": "For my daughter",
    "target": "50",
    "unit": "km",
    "started_on": "2026-11-12",
    "due_on": "2026-12-22",
}


@pytest.fixture(autouse=True)
def _noon() -> Iterator[None]:
    with time_machine.travel(NOON, tick=False):
        yield


def set_goal(client: APIClient, **changed: Any) -> dict[str, Any]:
    """Set the walk, with these changes, and return the answer."""
    body = {name: value for name, value in {**WALK, **changed}.items() if value is not None}
    answer = client.post("/api/v1/goals", body, format="json")
    assert answer.status_code == 201, answer.json()
    found: dict[str, Any] = answer.json()
    return found


def log(client: APIClient, goal: dict[str, Any], amount: str, **said: Any) -> Any:
    """Log an amount for today."""
    body = {"local_date": "2026-11-22", "amount": amount, **said}
    return client.post(f"/api/v1/goals/{goal['id']}/progress", body, format="json")


def put_steps(client: APIClient, goal: dict[str, Any], *steps: dict[str, Any]) -> Any:
    """Write the steps of a goal."""
    return client.put(f"/api/v1/goals/{goal['id']}/steps", {"steps": steps}, format="json")


def test_a_measured_goal_comes_nearer_with_what_is_logged(as_alice: APIClient) -> None:
    goal = set_goal(as_alice)
    assert (goal["total"], goal["fraction"], goal["progress_by"]) == ("0.000", "0.0000", "measure")
    # Ten of forty days have gone by.
    assert goal["pace"] == "later_than_planned"
    logged = log(as_alice, goal, "12.5", note="By the river").json()
    assert logged["goal"]["total"] == "12.500"
    assert (logged["goal"]["fraction"], logged["goal"]["pace"]) == ("0.2500", "on_pace")
    more = log(as_alice, goal, "40").json()
    assert (more["goal"]["total"], more["goal"]["fraction"]) == ("52.500", "1.0000")
    assert more["goal"]["pace"] == "ahead"
    path = f"/api/v1/goals/{goal['id']}/progress"
    for _ in range(2):
        assert as_alice.delete(f"{path}/{more['progress']['id']}").status_code == 204
    assert as_alice.get(f"/api/v1/goals/{goal['id']}").json()["total"] == "12.500"
    items = as_alice.get(path).json()["items"]
    assert [(one["amount"], one["note"], one["voided"]) for one in items] == [
        ("40.000", "", True),
        ("12.500", "By the river", False),
    ]


def test_without_a_target_steps_count_and_without_both_nothing(as_alice: APIClient) -> None:
    goal = set_goal(as_alice, target=None, unit=None)
    assert (goal["progress_by"], goal["fraction"], goal["pace"]) == ("none", None, "none")
    stepped = put_steps(
        as_alice, goal, {"title": "Call"}, {"title": "Go", "done": True}, {"title": "Stay"}
    ).json()
    assert (stepped["progress_by"], stepped["fraction"]) == ("steps", "0.3333")
    assert [(one["title"], one["done"]) for one in stepped["steps"]] == [
        ("Call", False),
        ("Go", True),
        ("Stay", False),
    ]
    assert stepped["steps"][1]["done_at"] == "2026-11-22T11:00:00Z"
    refused = log(as_alice, goal, "1")
    assert (refused.status_code, refused.json()["code"]) == (409, "no_target")


def test_a_goal_is_achieved_or_set_aside_and_can_come_back(as_alice: APIClient) -> None:
    goal = set_goal(as_alice)
    path = f"/api/v1/goals/{goal['id']}"
    for state, dates in (
        ("achieved", ("2026-11-22", None)),
        ("set_aside", (None, "2026-11-22")),
        ("active", (None, None)),
    ):
        changed = as_alice.patch(path, {"state": state}, format="json").json()
        assert (changed["state"], (changed["achieved_on"], changed["set_aside_on"])) == (
            state,
            dates,
        )
        assert (changed["pace"] == "none") == (state != "active")
    assert changed["version"] == 4


def test_goals_are_listed_by_state_in_pages(as_alice: APIClient) -> None:
    goals = []
    for number in range(3):
        with time_machine.travel(f"2026-11-22T12:0{number}:00+01:00", tick=False):
            goals.append(set_goal(as_alice, title=f"Goal {number}"))
    aside = f"/api/v1/goals/{goals[1]['id']}"
    as_alice.patch(aside, {"state": "set_aside"}, format="json")

    def titles(**query: str) -> list[str]:
        return [one["title"] for one in as_alice.get("/api/v1/goals", query).json()["items"]]

    assert titles() == ["Goal 2", "Goal 1", "Goal 0"]
    assert titles(state="active") == ["Goal 2", "Goal 0"]
    assert titles(state="set_aside") == ["Goal 1"]
    first = as_alice.get("/api/v1/goals", {"limit": "2"}).json()
    assert titles(limit="2", cursor=first["next_cursor"]) == ["Goal 0"]
    assert as_alice.get("/api/v1/goals", {"state": "lost"}).status_code == 400


def test_what_is_sent_again_changes_nothing_and_what_is_gone_stays_gone(
    as_alice: APIClient, as_bob: APIClient
) -> None:
    chosen = {"id": str(new_id())}
    goal = set_goal(as_alice, **chosen)
    again = as_alice.post("/api/v1/goals", {**WALK, **chosen}, format="json")
    assert (again.status_code, again.json()) == (200, goal)
    other = as_alice.post("/api/v1/goals", {**WALK, **chosen, "title": "Other"}, format="json")
    theirs = as_bob.post("/api/v1/goals", {**WALK, **chosen}, format="json")
    assert {answer.json()["code"] for answer in (other, theirs)} == {"id_taken"}
    entry = {"id": str(new_id())}
    assert log(as_alice, goal, "3", **entry).status_code == 201
    assert log(as_alice, goal, "3", **entry).status_code == 200
    assert log(as_alice, goal, "4", **entry).json()["code"] == "id_taken"
    as_alice.delete(f"/api/v1/goals/{goal['id']}/progress/{entry['id']}")
    voided = log(as_alice, goal, "3", **entry)
    assert (voided.status_code, voided.json()["progress"]["voided"]) == (200, True)
    assert voided.json()["goal"]["total"] == "0.000"
    for _ in range(2):
        assert as_alice.delete(f"/api/v1/goals/{goal['id']}").status_code == 204
    assert as_alice.post("/api/v1/goals", {**WALK, **chosen}, format="json").status_code == 404
    assert as_alice.get(f"/api/v1/goals/{goal['id']}").status_code == 404
    assert as_alice.get("/api/v1/goals").json()["items"] == []


@pytest.mark.parametrize(
    ("changed", "pointer", "code"),
    [
        ({"started_on": "2026-11-23"}, "/started_on", "in_the_future"),
        ({"due_on": "2026-11-11"}, "/due_on", "before_the_start"),
        ({"target": None}, "/unit", "unit_without_target"),
        ({"target": "0"}, "/target", "min_value"),
        ({"unit": "k" * 21}, "/unit", "max_length"),
        ({"tracker": "01936f10-4b7e-7d22-a3c9-0e8f5d6a1b94"}, "/tracker", "unknown_tracker"),
        ({"title": " "}, "/title", "blank"),
        ({"category": "winning"}, "/category", "invalid_choice"),
        ({"state": "achieved"}, "/state", "unknown_field"),
    ],
)
def test_a_goal_that_does_not_hold_together_is_refused_and_says_where(
    as_alice: APIClient, changed: dict[str, Any], pointer: str, code: str
) -> None:
    body = {name: value for name, value in {**WALK, **changed}.items() if value is not None}
    refused = as_alice.post("/api/v1/goals", body, format="json")
    assert refused.status_code == 400
    (error,) = refused.json()["errors"]
    assert (error["pointer"], error["code"]) == (pointer, code)
    assert as_alice.get("/api/v1/goals").json()["items"] == []


def test_a_change_is_held_to_the_same(as_alice: APIClient) -> None:
    goal = set_goal(as_alice)
    path = f"/api/v1/goals/{goal['id']}"
    for changed, pointer in (
        ({"due_on": "2026-11-01"}, "/due_on"),
        ({"started_on": "2026-12-23"}, "/started_on"),
        ({"target": None, "unit": "km"}, "/unit"),
        ({"tracker": str(new_id())}, "/tracker"),
    ):
        refused = as_alice.patch(path, changed, format="json")
        assert (refused.status_code, refused.json()["errors"][0]["pointer"]) == (400, pointer)
    assert as_alice.get(path).json() == goal
    bare = as_alice.patch(path, {"target": None}, format="json").json()
    assert (bare["target"], bare["unit"], bare["total"]) == (None, "", "0.000")
    unit_alone = as_alice.patch(path, {"unit": "km"}, format="json")
    assert unit_alone.status_code == 400
    assert as_alice.patch(path, {}, format="json").json() == bare


def test_a_goal_can_be_for_a_tracker(as_alice: APIClient) -> None:
    tracker = begin(as_alice)
    goal = set_goal(as_alice, tracker=tracker["id"])
    assert goal["tracker"] == tracker["id"]
    path = f"/api/v1/goals/{goal['id']}"
    as_alice.delete(f"/api/v1/trackers/{tracker['id']}")
    assert as_alice.get(path).json()["tracker"] is None


def test_amounts_are_for_days_that_have_begun_and_above_zero(as_alice: APIClient) -> None:
    goal = set_goal(as_alice)
    for said, pointer in (
        ({"local_date": "2026-11-23"}, "/local_date"),
        ({"amount": "0"}, "/amount"),
        ({"amount": "0.0001"}, "/amount"),
        ({"note": "n" * 1001}, "/note"),
    ):
        refused = log(as_alice, goal, **{"amount": "1", **said})
        assert (refused.status_code, refused.json()["errors"][0]["pointer"]) == (400, pointer)
    assert log(as_alice, goal, "0.001", local_date="2026-11-01").status_code == 201


def test_steps_are_a_list_of_fifty_at_most_each_named_once(as_alice: APIClient) -> None:
    goal = set_goal(as_alice)
    one = {"id": str(new_id()), "title": "One"}
    assert put_steps(as_alice, goal, *([{"title": "S"}] * 51)).status_code == 400
    twice = put_steps(as_alice, goal, one, one)
    assert twice.json()["errors"][0]["pointer"] == "/steps/1/id"
    assert put_steps(as_alice, goal, one).json()["steps"][0]["id"] == one["id"]
    other = set_goal(as_alice)
    taken = put_steps(as_alice, other, one)
    assert (taken.status_code, taken.json()["code"]) == (409, "id_taken")
    assert put_steps(as_alice, goal).json()["steps"] == []


def test_a_hundred_goals_are_enough(as_alice: APIClient, alice: Member) -> None:
    goals = [set_goal(as_alice) for _ in range(100)]
    refused = as_alice.post("/api/v1/goals", WALK, format="json")
    assert (refused.status_code, refused.json()["code"]) == (409, "too_many_goals")
    as_alice.delete(f"/api/v1/goals/{goals[0]['id']}")
    set_goal(as_alice)


def test_goals_are_nobody_elses(as_alice: APIClient, as_bob: APIClient) -> None:
    goal = set_goal(as_alice)
    entry = log(as_alice, goal, "1").json()["progress"]
    path = f"/api/v1/goals/{goal['id']}"
    for answer in (
        as_bob.get(path),
        as_bob.patch(path, {"title": "Mine"}, format="json"),
        as_bob.delete(path),
        put_steps(as_bob, goal),
        log(as_bob, goal, "1"),
        as_bob.get(f"{path}/progress"),
        as_bob.delete(f"{path}/progress/{entry['id']}"),
    ):
        assert answer.status_code == 404
    other = set_goal(as_alice)
    wrong_place = f"/api/v1/goals/{other['id']}/progress/{entry['id']}"
    assert as_alice.delete(wrong_place).status_code == 404


def test_a_list_costs_the_same_whatever_is_in_it(as_alice: APIClient) -> None:
    for number in range(3):
        goal = set_goal(as_alice)
        put_steps(as_alice, goal, {"title": "One"}, {"title": "Two"})
        for _ in range(number):
            log(as_alice, goal, "1")
    # The session with its member, the goals, the key, the steps.
    with at_most(4):
        assert len(as_alice.get("/api/v1/goals").json()["items"]) == 3
    # The session, the goal, the entries, the key.
    with at_most(4):
        as_alice.get(f"/api/v1/goals/{goal['id']}/progress")
