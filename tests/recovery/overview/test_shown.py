"""What each scope shows, and that it shows nothing else."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from recovery.blocks.models import Block
from recovery.checkins import services as checkins
from recovery.commitments.models import CommitmentKind, EntryState
from recovery.commitments.services import commitments
from recovery.goals.services import goals
from recovery.kernel.ids import new_id
from recovery.members.models import Member
from recovery.overview.progress import preview, progress
from recovery.overview.shown import (
    DATES,
    SharedCommitment,
    SharedGoal,
    SharedMilestone,
    SharedMilestones,
    SharedStatus,
    SharedStreak,
    SharedTime,
    SharedUse,
    SharedUses,
    SharedValue,
    Shown,
)
from recovery.partners.models import Partnership, PartnershipSide
from recovery.sharing.models import AccessEntry, Scope
from recovery.sobriety import queries as sobriety
from recovery.sobriety.models import TrackerFact
from recovery.sobriety.services import trackers, uses
from recovery.sobriety.shown import MOST_USES
from tests.partnering import NOW, make_clock, make_partners, report_use, share
from tests.showing import check_in, make_commitment, make_goal, make_things, say, wish

TODAY = date(2026, 11, 22)  # a Sunday, in Berlin
DAY = timedelta(days=1)
SILENT = {Scope.QUIET_ALERTS, Scope.SUPPORT_REQUESTS, Scope.CONTACT}


@pytest.fixture
def linked(alice: Member, bob: Member) -> Partnership:
    return make_partners(alice, bob)


def seen_by(viewer: Member, linked: Partnership, *, now: datetime = NOW) -> Shown:
    return progress(viewer_id=viewer.id, partnership_id=linked.id, now=now).shown


@pytest.mark.parametrize("scope", Scope)
def test_each_scope_shows_itself_and_logs_itself_and_nothing_else(
    alice: Member, bob: Member, linked: Partnership, scope: Scope
) -> None:
    things = make_things(alice)
    report_use(things.tracker, at=NOW - 5 * DAY)
    share(alice, linked, things.of(scope))
    expected = [] if scope in SILENT else [scope]
    assert seen_by(bob, linked).scopes == expected
    assert list(AccessEntry.objects.values_list("scope", flat=True)) == expected


def test_all_of_it_together(alice: Member, bob: Member, linked: Partnership) -> None:
    things = make_things(alice)
    used_at = NOW - 5 * DAY
    report_use(things.tracker, at=used_at)
    share(alice, linked, *things.all)
    seen = seen_by(bob, linked)
    named: dict[str, Any] = {"tracker_id": things.tracker.id, "name": "Evenings"}
    assert seen.check_in_status == [SharedStatus(TODAY, answered_today=True)]
    assert seen.check_in_streak == [SharedStreak(current=1, longest=1)]
    assert seen.commitments == [
        SharedCommitment(
            commitment_id=things.commitment.id,
            title="A walk before breakfast",
            kept_rate=Decimal(1),
            kept_today=True,
        )
    ]
    (goal,) = seen.goals
    assert (goal.goal_id, goal.title, goal.state) == (things.goal.id, "Swim a mile", "active")
    # 35 dates before Monday the 16th; what was told since does not count yet.
    assert seen.sober_time == [SharedTime(**named, weeks=5)]
    assert seen.use_events == [
        SharedUses(**named, use_events=[SharedUse(TODAY - 5 * DAY, used_at, used_at)])
    ]
    assert seen.sober_clock[0].reading.current_days == 5
    assert seen.mood == [SharedValue(TODAY, 4)]
    assert seen.craving == [SharedValue(TODAY, 2)]


def test_a_goal_shows_how_far_it_is_and_neither_why_nor_what_is_logged(
    alice: Member, bob: Member, linked: Partnership
) -> None:
    goal = make_goal(alice)
    share(alice, linked, wish(Scope.GOALS, goal))
    assert seen_by(bob, linked).goals == [
        SharedGoal(goal_id=goal.id, title="Swim a mile", state="active", fraction=None, pace="none")  # type: ignore[arg-type]
    ]


@pytest.mark.parametrize("said", [None, EntryState.NOT_KEPT])
def test_silence_of_today_looks_like_anything_else_but_kept(
    alice: Member, bob: Member, linked: Partnership, said: EntryState | None
) -> None:
    commitment = make_commitment(alice, start=TODAY - 9 * DAY)
    for back in (1, 2):
        say(commitment, TODAY - back * DAY, EntryState.KEPT)
    if said is not None:
        say(commitment, TODAY, said)
    share(alice, linked, wish(Scope.COMMITMENTS, commitment))
    (shown,) = seen_by(bob, linked).commitments
    assert not shown.kept_today
    # Seven silent dates are in neither.
    assert shown.kept_rate == (Decimal(1) if said is None else Decimal("0.6666"))


def test_mood_and_craving_leave_out_every_date_that_does_not_give_them(
    alice: Member, bob: Member, linked: Partnership
) -> None:
    check_in(alice, TODAY, mood=3)
    check_in(alice, TODAY - DAY, craving=7)
    check_in(alice, TODAY - 3 * DAY)
    check_in(alice, TODAY - (DATES - 1) * DAY, mood=1, craving=0)
    check_in(alice, TODAY - DATES * DAY, mood=5, craving=9)
    share(alice, linked, wish(Scope.MOOD), wish(Scope.CRAVING))
    seen = seen_by(bob, linked)
    assert seen.mood == [SharedValue(TODAY, 3), SharedValue(TODAY - 13 * DAY, 1)]
    assert seen.craving == [SharedValue(TODAY - DAY, 7), SharedValue(TODAY - 13 * DAY, 0)]


def test_a_check_in_that_was_taken_back_shows_no_mood(
    alice: Member, bob: Member, linked: Partnership
) -> None:
    check_in(alice, TODAY, mood=3)
    checkins.take_back(member=alice, local_date=TODAY, now=NOW)
    share(alice, linked, wish(Scope.MOOD))
    assert seen_by(bob, linked) == Shown()


# --- uses ----------------------------------------------------------------------------------


def test_uses_show_for_90_days_newest_first_and_one_taken_back_is_gone(
    alice: Member, bob: Member, linked: Partnership
) -> None:
    tracker = make_clock(alice, days=400)
    for back in (100, 89, 3):
        report_use(tracker, at=NOW - back * DAY)
    share(alice, linked, wish(Scope.USE_EVENTS, tracker))
    (seen,) = seen_by(bob, linked).use_events
    assert [(NOW - use.used_at).days for use in seen.use_events] == [3, 89]
    newest = TrackerFact.objects.filter(kind="used").latest("at")
    uses.take_back(member=alice, tracker_id=tracker.id, event_id=newest.id, now=NOW)
    (seen,) = seen_by(bob, linked).use_events
    assert [(NOW - use.used_at).days for use in seen.use_events] == [89]


def test_a_use_that_began_long_ago_and_lasted_into_the_90_days_shows(
    alice: Member, bob: Member, linked: Partnership
) -> None:
    tracker = make_clock(alice, days=400)
    begin, end = NOW - 120 * DAY, NOW - 80 * DAY
    uses.report(
        member=alice,
        tracker_id=tracker.id,
        event_id=None,
        used_at=begin,
        resumed_at=end,
        amount=None,
        trigger="none",  # type: ignore[arg-type]
        note="Not to be read.",
        now=NOW,
    )
    share(alice, linked, wish(Scope.USE_EVENTS, tracker))
    (seen,) = seen_by(bob, linked).use_events
    assert seen.use_events == [SharedUse(TODAY - 120 * DAY, begin, end)]


def test_no_more_uses_show_than_fit_whatever_there_are(
    alice: Member, bob: Member, linked: Partnership
) -> None:
    busy, calm = make_clock(alice, days=400), make_clock(alice, days=400)
    report_use(busy, at=NOW - 2 * DAY)
    report_use(calm, at=NOW - 60 * DAY)
    row = TrackerFact.objects.filter(tracker=busy, kind="used").get()
    TrackerFact.objects.bulk_create(
        TrackerFact(
            **{
                **{f.attname: getattr(row, f.attname) for f in TrackerFact._meta.concrete_fields},
                "id": new_id(),
                "at": row.at - n * timedelta(minutes=1),
                "until": row.at - n * timedelta(minutes=1),
            }
        )
        for n in range(1, MOST_USES + 5)
    )
    share(alice, linked, wish(Scope.USE_EVENTS, busy), wish(Scope.USE_EVENTS, calm))
    first, second = seen_by(bob, linked).use_events
    assert len(first.use_events) == MOST_USES
    assert first.use_events[0].used_at == row.at
    assert len(second.use_events) == 1


# --- milestones ----------------------------------------------------------------------------


def milestones_seen(viewer: Member, linked: Partnership) -> list[tuple[str, int]]:
    """The milestones of the only tracker, each with how many dates ago it was."""
    (seen,) = seen_by(viewer, linked).milestones
    return [(one.code, (TODAY - one.earned_on).days) for one in seen.milestones]


def test_milestones_show_each_once_however_often_they_were_reached(
    alice: Member, bob: Member, linked: Partnership
) -> None:
    tracker = make_clock(alice, days=41)
    used_at = NOW - 8 * DAY
    report_use(tracker, at=used_at, now=used_at)
    share(alice, linked, wish(Scope.MILESTONES, tracker))
    first_time = [
        *(("30_days", 11), ("14_days", 27), ("7_days", 34), ("3_days", 38), ("1_day", 40))
    ]
    assert milestones_seen(bob, linked) == first_time
    share(alice, linked, wish(Scope.MILESTONES, tracker), wish(Scope.USE_EVENTS, tracker))
    assert milestones_seen(bob, linked) == [
        *(("7_days", 1), ("3_days", 5), ("1_day", 7)),
        *first_time,
    ]


def test_what_use_events_of_one_tracker_tell_is_not_told_of_another(
    alice: Member, bob: Member, linked: Partnership
) -> None:
    tracker, other = make_clock(alice, days=41), make_clock(alice, days=41)
    used_at = NOW - 8 * DAY
    report_use(tracker, at=used_at, now=used_at)
    share(alice, linked, wish(Scope.MILESTONES, tracker), wish(Scope.USE_EVENTS, other))
    assert [code for code, _ in milestones_seen(bob, linked)].count("1_day") == 1


def test_a_milestone_dated_after_a_use_told_later_never_shows_with_uses_or_without(
    alice: Member, bob: Member, linked: Partnership
) -> None:
    tracker = make_clock(alice, days=41)
    share(alice, linked, wish(Scope.MILESTONES, tracker))
    assert milestones_seen(bob, linked)[0] == ("30_days", 11)
    report_use(tracker, at=NOW - 20 * DAY)
    assert milestones_seen(bob, linked)[0] == ("14_days", 27)
    share(alice, linked, wish(Scope.MILESTONES, tracker), wish(Scope.USE_EVENTS, tracker))
    seen = milestones_seen(bob, linked)
    assert seen[0] == ("14_days", 6)  # of the stretch that began with the use
    assert ("30_days", 11) not in seen


def test_a_milestone_is_shown_under_the_date_on_which_it_fell_due(
    alice: Member, bob: Member, linked: Partnership
) -> None:
    tracker = make_clock(alice, days=1)
    share(alice, linked, wish(Scope.MILESTONES, tracker))
    assert seen_by(bob, linked).milestones == [
        SharedMilestones(tracker.id, "Evenings", [SharedMilestone("1_day", TODAY)])
    ]


# --- sober time ----------------------------------------------------------------------------


def test_a_use_told_this_week_leaves_the_weeks_as_they_would_have_been(
    alice: Member, bob: Member, charlie: Member, linked: Partnership
) -> None:
    other = make_partners(charlie, bob)
    Member.objects.filter(id=charlie.id).update(time_zone=alice.time_zone)
    charlie.refresh_from_db()
    told, silent = make_clock(alice, days=20), make_clock(charlie, days=20)
    share(alice, linked, wish(Scope.SOBER_TIME, told))
    share(charlie, other, wish(Scope.SOBER_TIME, silent))
    tuesday = NOW + 2 * DAY
    report_use(told, at=tuesday - timedelta(hours=2), now=tuesday)

    def weeks(now: datetime) -> tuple[int, int]:
        one, two = (seen_by(bob, link, now=now).sober_time[0].weeks for link in (linked, other))
        return one, two

    for hours in range(0, 5 * 24, 7):
        assert weeks(tuesday + timedelta(hours=hours)) == (3, 3)
    # From Monday on it may rise by less, which the consent text says.
    assert [weeks(tuesday + n * 7 * DAY) for n in range(1, 4)] == [(3, 4), (4, 5), (5, 6)]


def test_a_tracker_that_is_begun_anew_shows_nothing_without_a_consent_of_its_own(
    alice: Member, bob: Member, linked: Partnership
) -> None:
    tracker = make_clock(alice, days=100)
    share(alice, linked, wish(Scope.SOBER_TIME, tracker))
    trackers.remove(member=alice, tracker_id=tracker.id, now=NOW)
    make_clock(alice, days=1)
    assert seen_by(bob, linked) == Shown()


def test_weeks_do_not_fall_when_the_start_is_moved(
    alice: Member, bob: Member, linked: Partnership
) -> None:
    tracker = make_clock(alice, days=100)
    share(alice, linked, wish(Scope.SOBER_TIME, tracker))
    before = seen_by(bob, linked).sober_time
    trackers.change(member=alice, tracker_id=tracker.id, changed={"started_at": NOW}, now=NOW)
    assert seen_by(bob, linked).sober_time == before
    assert seen_by(bob, linked, now=NOW + 30 * DAY).sober_time == before


# --- nothing -------------------------------------------------------------------------------


def test_paused_and_blocked_look_like_nothing_granted_and_leave_no_record(
    alice: Member, bob: Member, linked: Partnership
) -> None:
    never = progress(viewer_id=bob.id, partnership_id=linked.id, now=NOW)
    share(alice, linked, *make_things(alice).all)
    mine = PartnershipSide.objects.filter(partnership=linked, member=alice)
    mine.update(paused_at=NOW)
    assert progress(viewer_id=bob.id, partnership_id=linked.id, now=NOW) == never
    mine.update(paused_at=None)
    Block.objects.create(id=new_id(), member=alice, blocked=bob, named_by=linked.id, created_at=NOW)
    assert progress(viewer_id=bob.id, partnership_id=linked.id, now=NOW) == never
    assert not AccessEntry.objects.exists()


def test_the_pause_of_the_viewer_hides_nothing_from_them(
    alice: Member, bob: Member, linked: Partnership
) -> None:
    share(alice, linked, wish(Scope.CHECK_IN_STATUS))
    PartnershipSide.objects.filter(partnership=linked, member=bob).update(paused_at=NOW)
    assert seen_by(bob, linked).scopes == [Scope.CHECK_IN_STATUS]


def test_items_that_are_put_away_show_nothing(
    alice: Member, bob: Member, linked: Partnership
) -> None:
    things = make_things(alice)
    share(alice, linked, *(one for one in things.all if one.item_id))
    trackers.remove(member=alice, tracker_id=things.tracker.id, now=NOW)
    goals.remove(member=alice, goal_id=things.goal.id, now=NOW)
    commitments.remove(member=alice, commitment_id=things.commitment.id, now=NOW)
    assert seen_by(bob, linked) == Shown()
    assert not AccessEntry.objects.exists()


# --- preview -------------------------------------------------------------------------------


def test_a_preview_is_exactly_what_the_partner_sees_and_no_look(
    alice: Member, bob: Member, linked: Partnership
) -> None:
    things = make_things(alice)
    report_use(things.tracker, at=NOW - 5 * DAY)
    share(alice, linked, *things.all)
    share(bob, linked, wish(Scope.CHECK_IN_STATUS))
    before = preview(owner_id=alice.id, partnership_id=linked.id, now=NOW)
    assert not AccessEntry.objects.exists()
    assert before == seen_by(bob, linked)
    assert before.scopes == [scope for scope in Scope if scope not in SILENT]


def test_a_preview_while_pausing_or_after_expiry_shows_nothing(
    alice: Member, linked: Partnership
) -> None:
    share(alice, linked, wish(Scope.CHECK_IN_STATUS))
    later = NOW + 90 * DAY
    assert preview(owner_id=alice.id, partnership_id=linked.id, now=later) == Shown()
    PartnershipSide.objects.filter(partnership=linked, member=alice).update(paused_at=NOW)
    assert preview(owner_id=alice.id, partnership_id=linked.id, now=NOW) == Shown()


def test_a_preview_does_not_tell_that_the_partner_blocked_its_owner(
    alice: Member, bob: Member, linked: Partnership
) -> None:
    share(alice, linked, wish(Scope.CHECK_IN_STATUS))
    before = preview(owner_id=alice.id, partnership_id=linked.id, now=NOW)
    Block.objects.create(id=new_id(), member=bob, blocked=alice, named_by=linked.id, created_at=NOW)
    assert preview(owner_id=alice.id, partnership_id=linked.id, now=NOW) == before != Shown()


# --- what it costs -------------------------------------------------------------------------


def test_the_number_of_queries_is_the_same_for_one_item_and_for_many(
    alice: Member, bob: Member, linked: Partnership
) -> None:
    things = make_things(alice)
    share(alice, linked, *things.all)

    def queries() -> int:
        with CaptureQueriesContext(connection) as captured:
            seen_by(bob, linked)
        return len([q for q in captured.captured_queries if "SAVEPOINT" not in q["sql"]])

    few = queries()
    more = list(things.all)
    for number in range(4):
        tracker = make_clock(alice, name=f"Other {number}", days=300)
        for back in range(1, 200, 20):
            report_use(tracker, at=NOW - back * DAY, now=NOW - back * DAY + timedelta(hours=1))
        more += [wish(scope, tracker) for scope in Scope if scope.item_kind == "tracker"]
        more.append(wish(Scope.GOALS, make_goal(alice)))
        commitment = make_commitment(alice, start=TODAY - 300 * DAY)
        for back in range(1, 60, 7):
            say(commitment, TODAY - back * DAY, EntryState.KEPT)
        more.append(wish(Scope.COMMITMENTS, commitment))
    for back in range(1, 14):
        check_in(alice, TODAY - back * DAY, mood=2)
    share(alice, linked, *more)
    assert len(seen_by(bob, linked).sober_time) == 5
    assert queries() == few <= 16


def test_a_dose_is_shared_only_by_name_and_its_rate_like_any_other(
    alice: Member, bob: Member, linked: Partnership
) -> None:
    dose = make_commitment(alice, title="The morning dose", kind=CommitmentKind.DOSE)
    share(alice, linked, wish(Scope.COMMITMENTS, dose))
    assert [one.title for one in seen_by(bob, linked).commitments] == ["The morning dose"]


def test_the_clock_rows_hold_what_was_last_kept(alice: Member) -> None:
    tracker = make_clock(alice, days=41)
    stored = sobriety.tracker_of(member_id=alice.id, tracker_id=tracker.id)
    assert (stored.clock.weeks_shown, stored.clock.weeks_on) == (5, date(2026, 11, 16))
    assert datetime(2026, 11, 16, tzinfo=UTC).weekday() == 0
