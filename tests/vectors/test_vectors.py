"""Run the published vectors against the rules, the way README.md tells others to."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import asdict
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from recovery.calendar import rules as calendar
from recovery.calendar.rules import PauseRange, ZoneFact
from recovery.checkins import rules as checkins
from recovery.commitments import rules as commitments
from recovery.commitments import terms
from recovery.commitments.bridges import Bridges
from recovery.commitments.occurrences import Promise, judged_to, listed
from recovery.commitments.rules import Tally
from recovery.commitments.terms import Terms
from recovery.goals import rules as goals
from recovery.kernel import days
from recovery.sobriety import day_states, limits, milestones, rules
from recovery.sobriety.facts import Fact, Started, Used, Voided, use_dates
from recovery.sobriety.limits import Limit

Json = dict[str, Any]

HERE = Path(__file__).parent


# --- reading inputs and writing answers -----------------------------------------------------


def instant(text: str) -> datetime:
    return datetime.fromisoformat(text)


def shown(at: datetime | None) -> str | None:
    """Write an instant in UTC; fractions of a second only where there are some."""
    return at.isoformat().replace("+00:00", "Z") if at else None


def plain(amount: Decimal | None) -> str | None:
    """Write an amount without an exponent or zeros at its end."""
    return None if amount is None else f"{amount.normalize():f}"


def zone_of(case: Json) -> dict[str, Any]:
    return {"zone": case["time_zone"], "day_start_hour": case["day_start_hour"]}


def fact_of(item: Json) -> Fact:
    """Read a fact; its local dates are frozen under the zone and day start that it names."""
    recorded_at = instant(item["recorded_at"])
    if item["type"] == "voided":
        return Voided(item["id"], item["target"], recorded_at)
    place = zone_of(item)
    if item["type"] == "started":
        at = instant(item["at"])
        on = days.local_date(at, **place)
        return Started(item["id"], at, on, *place.values(), recorded_at)
    used_at, resumed_at = instant(item["used_at"]), instant(item["resumed_at"])
    return Used(
        item["id"],
        used_at,
        resumed_at,
        days.local_date(used_at, **place),
        days.local_date(resumed_at, **place),
        *place.values(),
        recorded_at,
    )


def facts_of(case: Json) -> list[Fact]:
    return [fact_of(item) for item in case["facts"]]


def history_of(case: Json) -> list[ZoneFact]:
    return [
        ZoneFact(instant(item["from"]), item["time_zone"], item["day_start_hour"])
        for item in case["time_zones"]
    ]


def pauses_of(case: Json) -> list[PauseRange]:
    return [
        PauseRange(
            date.fromisoformat(item["from_date"]),
            date.fromisoformat(item["to_date"]) if item["to_date"] else None,
        )
        for item in case["pauses"]
    ]


def limits_of(case: Json) -> list[Limit]:
    return [
        Limit(
            id=item["id"],
            from_date=date.fromisoformat(item["from_date"]),
            per=item["per"],
            amount=Decimal(item["amount"]),
            unit=item["unit"],
            recorded_at=instant(item["recorded_at"]),
        )
        for item in case["limits"]
    ]


def totals_of(case: Json) -> dict[date, Decimal]:
    totals: dict[date, Decimal] = {}
    for item in case["amounts"]:
        day = date.fromisoformat(item["local_date"])
        totals[day] = totals.get(day, Decimal(0)) + Decimal(item["amount"])
    return totals


# --- one function per file ------------------------------------------------------------------


def local_dates(case: Json) -> Json:
    return {"local_date": str(days.local_date(instant(case["instant"]), **zone_of(case)))}


def wall_clocks(case: Json) -> Json:
    at = time.fromisoformat(case["local_time"])
    found = days.instant_of(date.fromisoformat(case["local_date"]), at, **zone_of(case))
    return {"instant": shown(found)}


def day_bounds(case: Json) -> Json:
    day = date.fromisoformat(case["local_date"])
    return {
        "starts_at": shown(days.day_starts_at(day, **zone_of(case))),
        "ends_at": shown(days.day_ends_at(day, **zone_of(case))),
    }


def next_occurrences(case: Json) -> Json:
    last = case["last_local_date"]
    at, day = days.next_occurrence(
        after=instant(case["after"]),
        at=time.fromisoformat(case["local_time"]),
        weekdays=frozenset(case["weekdays"]),
        last_local_date=date.fromisoformat(last) if last else None,
        **zone_of(case),
    )
    return {"instant": shown(at), "local_date": str(day)}


def calendar_units(case: Json) -> Json:
    start = date.fromisoformat(case["start_date"])
    return {"date": str(milestones.due_on(case["after"], start))}


def clocks(case: Json) -> Json:
    now = instant(case["now"])
    facts = facts_of(case)
    clock = rules.fold(facts)
    if clock is None:
        return {"clock": None, "episodes": []}
    cost = case["cost_per_day"]
    reading = rules.read(
        clock,
        now=now,
        today=days.local_date(now, **zone_of(case)),
        cost_per_day=None if cost is None else Decimal(cost),
        minutes_per_day=case["minutes_per_day"],
    )
    money = reading.money_saved
    return {
        "clock": {
            "current_days": reading.current_days,
            "current_seconds": reading.current_seconds,
            "longest_days": reading.longest_days,
            "sober_days": reading.sober_days,
            "days_elapsed": reading.days_elapsed,
            "episode_count": reading.episode_count,
            "episode_started_at": shown(reading.episode_started_at),
            "money_saved": None if money is None else str(money),
            "minutes_saved": reading.minutes_saved,
            "next_milestone": {
                "code": reading.next_milestone.code,
                "due_on": str(reading.next_milestone.due_on),
                "due_at": shown(reading.next_milestone.due_at),
            },
        },
        "episodes": [
            {
                "opened_by": episode.opened_by,
                "started_at": shown(episode.started_at),
                "ended_at": shown(episode.ended_at),
                "days": episode.days,
            }
            for episode in rules.episodes(facts)
        ],
    }


def milestones_earned(case: Json) -> Json:
    return {
        "earned": [
            {
                "opened_by": one.opened_by,
                "code": one.code,
                "due_on": str(one.due_on),
                "due_at": shown(one.due_at),
                "superseded": one.superseded,
            }
            for one in milestones.earned(facts_of(case), now=instant(case["now"]))
        ]
    }


def check_in_streaks(case: Json) -> Json:
    facts, pauses = history_of(case), pauses_of(case)
    place = calendar.in_force(at=instant(case["now"]), facts=facts)
    today = days.local_date(
        instant(case["now"]), zone=place.zone, day_start_hour=place.day_start_hour
    )
    counting = []
    for item in case["check_ins"]:
        answered_at = instant(item["answered_at"])
        under = calendar.in_force(at=answered_at, facts=facts)
        day = date.fromisoformat(item["local_date"])
        if checkins.counts_for_streak(
            local_date=day,
            answered_at=answered_at,
            zone=under.zone,
            day_start_hour=under.day_start_hour,
        ):
            counting.append(day)
    streak = checkins.check_in_streak(counting, pauses=pauses, facts=facts, today=today)
    repairable = checkins.repairable_dates(
        answered=counting,
        first_answered=min(counting, default=None),
        today=today,
        pauses=pauses,
        facts=facts,
    )
    return {
        "today": str(today),
        "current": streak.current,
        "longest": streak.longest,
        "repairable_dates": [str(day) for day in repairable],
    }


def limits_kept(case: Json) -> Json:
    totals, known = totals_of(case), limits_of(case)
    today = date.fromisoformat(case["today"])
    summary = limits.limit_summary(totals=totals, limits=known, today=today)
    week = summary.this_week
    monday = week.from_date
    return {
        "dates": {
            str(day): str(limits.date_state(day, totals=totals, limits=known))
            for day in (monday + timedelta(days=n) for n in range(7))
        },
        "week": str(week.state),
        "week_total": plain(week.total),
        "remaining": plain(week.remaining),
        "logged_days": summary.logged_days,
        "days_within_limit": summary.days_within_limit,
    }


def states_of_dates(case: Json) -> Json:
    day = date.fromisoformat(case["local_date"])
    ranges = [
        use_dates(used_on=use.used_on, resumed_on=use.resumed_on)
        for use in rules.active(facts_of(case))
        if isinstance(use, Used)
    ]
    state = day_states.day_state(
        used=any(first <= day <= last for first, last in ranges),
        limit_state=limits.date_state(day, totals=totals_of(case), limits=limits_of(case)),
        said_sober=case["check_in_said"] == "sober",
        paused=calendar.is_paused(day, pauses=pauses_of(case), facts=history_of(case)),
    )
    return {"state": str(state)}


def goal_pace(case: Json) -> Json:
    target = None if case["target"] is None else Decimal(case["target"])
    done = goals.fraction(
        target=target,
        total=Decimal(case["total"]),
        steps_done=case["steps_done"],
        steps=case["steps"],
    )
    due_on = None if case["due_on"] is None else date.fromisoformat(case["due_on"])
    pace = goals.pace(
        done=done,
        started_on=date.fromisoformat(case["started_on"]),
        due_on=due_on,
        today=date.fromisoformat(case["today"]),
    )
    return {
        "fraction": None if done is None else f"{goals.shown(done):f}",
        "pace": str(pace if case["state"] == "active" else goals.Pace.NONE),
    }


def terms_of(item: Json, from_date: str) -> Terms:
    return Terms(
        from_date=date.fromisoformat(from_date),
        cadence=item["cadence"],
        weekdays=frozenset(item["weekdays"]),
        times_per_week=item["times_per_week"],
        ends_on=date.fromisoformat(item["end"]) if item["end"] else None,
    )


def commitment(case: Json) -> Json:
    facts, now = history_of(case), instant(case["now"])
    place = calendar.in_force(at=now, facts=facts)
    where = {"zone": place.zone, "day_start_hour": place.day_start_hour}
    today = days.local_date(now, **where)
    standing = [terms_of(item, item["from_date"]) for item in case["terms"]]
    start, first, last = (
        standing[0].from_date,
        date.fromisoformat(case["from"]),
        date.fromisoformat(case["to"]),
    )
    lived = (start + timedelta(days=n) for n in range((today - start).days + 1))
    cut_short = [
        PauseRange(day, day) for day in lived if calendar.counts_as_paused(day, facts=facts)
    ]
    promise = Promise(
        standing=standing,
        answers={date.fromisoformat(day): said for day, said in case["answers"].items()},
        bridges=Bridges([*pauses_of(case), *cut_short], **where),
        judged_to=judged_to(
            now=now, moved=calendar.first_move_within(now=now, facts=facts), **where
        ),
        silence_counts=case["silence_counts"],
    )
    before = start - timedelta(days=1)
    reading = commitments.read(promise, through=before, settled=Tally(), today=today)
    return {
        "occurrences": [
            {
                "first_date": str(one.first),
                "last_date": str(one.last),
                "needed": one.required,
                "kept": one.kept,
                "state": str(one.state),
            }
            for one in listed(promise, first=first, last=last)
        ],
        "reading": {
            **asdict(reading),
            "next_due_on": str(reading.next_due_on) if reading.next_due_on else None,
            "kept_rate": None if reading.kept_rate is None else f"{reading.kept_rate:f}",
            "answered_rate": (
                None if reading.answered_rate is None else f"{reading.answered_rate:f}"
            ),
        },
    }


def commitment_change(case: Json) -> Json:
    standing = [terms_of(item, item["from_date"]) for item in case["terms"]]
    today = date.fromisoformat(case["today"])
    wanted = terms_of(case["wanted"], case["today"])
    old = terms.current(on=today, standing=standing)
    after = terms.changed(
        wanted=wanted, standing=standing, today=today, easing_delay=case["easing_delay"]
    )
    return {
        "eases": terms.eases(old=old, new=wanted, today=today),
        "terms": [
            {
                "from_date": str(one.from_date),
                "cadence": one.cadence,
                "weekdays": sorted(one.weekdays),
                "times_per_week": one.times_per_week,
                "end": str(one.ends_on) if one.ends_on else None,
            }
            for one in after
        ],
    }


ANSWERS: dict[str, Callable[[Json], Json]] = {
    "local_dates": local_dates,
    "wall_clocks": wall_clocks,
    "day_bounds": day_bounds,
    "next_occurrences": next_occurrences,
    "calendar_units": calendar_units,
    "clocks": clocks,
    "milestones": milestones_earned,
    "check_in_streaks": check_in_streaks,
    "limits": limits_kept,
    "day_states": states_of_dates,
    "commitments": commitment,
    "commitment_changes": commitment_change,
    "goal_pace": goal_pace,
}


def cases() -> list[Any]:
    return [
        pytest.param(path.stem, case, id=f"{path.stem}: {case['name']}")
        for path in sorted(HERE.glob("*.json"))
        for case in json.loads(path.read_text(encoding="utf-8"))["cases"]
    ]


@pytest.mark.parametrize(("rule", "case"), cases())
def test_the_rules_answer_the_published_vector(rule: str, case: Json) -> None:
    assert ANSWERS[rule](case["input"]) == case["expected"]


def test_every_rule_is_published_and_every_case_is_named_once() -> None:
    assert {path.stem for path in HERE.glob("*.json")} == set(ANSWERS)
    for path in HERE.glob("*.json"):
        published = json.loads(path.read_text(encoding="utf-8"))
        assert set(published) == {"rule", "cases"}
        names = [case["name"] for case in published["cases"]]
        assert len(names) == len(set(names))
        for case in published["cases"]:
            assert set(case) == {"name", "input", "expected"}


def test_the_same_facts_in_any_order_answer_the_same() -> None:
    for file in ("clocks", "milestones"):
        for case in json.loads((HERE / f"{file}.json").read_text(encoding="utf-8"))["cases"]:
            backwards = {**case["input"], "facts": case["input"]["facts"][::-1]}
            assert ANSWERS[file](backwards) == case["expected"], case["name"]
