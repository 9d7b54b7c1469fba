"""An export read into another account gives the same life; a bad one leaves nothing behind."""

from __future__ import annotations

import io
import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from recovery.calendar.models import Pause
from recovery.checkins.models import CheckIn, StreakRun
from recovery.commitments import queries as promises
from recovery.goals.models import Goal
from recovery.kernel.errors import Invalid
from recovery.members.models import Member
from recovery.ownership import tables, walk
from recovery.ownership.models import ImportPart, ImportState
from recovery.ownership.refusals import ImportUnderWay
from recovery.ownership.services import importing, imports, working
from recovery.ownership.services.imports import StartDate
from recovery.sobriety import queries as sobriety
from recovery.sobriety.models import Category, Tracker, TrackerDay, TrackerFact
from recovery.sobriety.refusals import TooManyTrackers
from recovery.sobriety.services import projections
from recovery.support.queries import plan_of, plan_row
from tests.contract.world import stored
from tests.factories import make_member
from tests.partnering import NOW
from tests.recovery.ownership.lives import archived, export_of, live, opened, read_in

pytestmark = pytest.mark.django_db

Files = dict[str, Any]
Change = Callable[[Files], None]


@pytest.fixture
def guest(db: None) -> Member:
    """Whose life is taken along."""
    return make_member(time_zone="Europe/Berlin", day_start_hour=3)


@pytest.fixture(scope="module")
def archive(django_db_setup: None, django_db_blocker: Any) -> bytes:
    """The export of a life that is gone again, as if it came from elsewhere."""
    with django_db_blocker.unblock():
        return archived()


@pytest.fixture
def newcomer(db: None) -> Member:
    """Whose account it is read into."""
    return make_member(time_zone="UTC", now=NOW - timedelta(hours=1))


def content_of(member: Member) -> dict[str, list[str]]:
    """Return what a member has that an import takes on, without ids, as an export shows it."""
    files = opened(export_of(member))
    found = {}
    for table in tables.every_table():
        rows = []
        for row in files[table.file]:
            for name in ("id", "tracker", "target", "trackers", "goal", "commitment"):
                if name != "trackers" and row.get(name):
                    row[name] = "…"
            for said in row.get("trackers", ()):
                said["tracker"] = "…"
            row.get("trackers", []).sort(key=str)
            rows.append(json.dumps(row, sort_keys=True))
        found[table.file] = sorted(rows)
    del found["zone_change.json"]
    return found


def test_another_account_has_the_same_life_afterwards(guest: Member, newcomer: Member) -> None:
    live(guest)
    job = read_in(newcomer, export_of(guest))
    assert job.rows_added > 30
    assert job.parts_done == job.parts_total
    assert content_of(newcomer) == content_of(guest)
    fresh = Member.objects.get(id=newcomer.id)
    assert (fresh.time_zone, fresh.day_start_hour) == ("Europe/Berlin", 3)
    assert plan_of(row=plan_row(member=fresh)).reasons == ("Mornings",)
    assert not ImportPart.objects.exists()


def test_every_number_is_the_same_afterwards(guest: Member, newcomer: Member) -> None:
    live(guest)
    read_in(newcomer, export_of(guest))
    shown = []
    for member in (guest, newcomer):
        trackers = list(sobriety.trackers_of(member_id=member.id).order_by("mode"))
        readings = sobriety.readings(trackers=trackers, now=NOW, today=NOW.date())
        runs = StreakRun.objects.owned_by(member.id).order_by("first_date")
        days = TrackerDay.objects.owned_by(member.id).order_by("tracker__mode", "local_date")
        shown.append(
            [
                list(readings.values()),
                list(runs.values_list("first_date", "last_date", "days")),
                list(days.values_list("local_date", "said", "logged_amount", "limit_state")),
                trackers[1].limit_totals.logged_days,
                trackers[1].limit_totals.days_within_limit,
                list(Goal.objects.owned_by(member.id).values_list("total", "state")),
                list(
                    promises.readings(
                        member=Member.objects.get(id=member.id),
                        commitments=list(promises.commitments_of(member_id=member.id)),
                        now=NOW,
                        today=NOW.date(),
                    ).values()
                ),
            ]
        )
    assert shown[0] == shown[1]
    assert shown[0][1]


def test_projections_equal_the_fold_of_what_came(archive: bytes, newcomer: Member) -> None:
    read_in(newcomer, archive)
    before = stored()
    projections.rebuild_clocks(member_id=newcomer.id)
    for tracker in sobriety.trackers_of(member_id=newcomer.id).filter(mode="reduction"):
        projections.rejudge(tracker=tracker)
    assert stored() == before


def test_reading_it_again_changes_nothing(archive: bytes, newcomer: Member) -> None:
    first = read_in(newcomer, archive)
    Member.objects.filter(id=newcomer.id).update(locale="fr")
    before = content_of(newcomer)
    again = read_in(newcomer, archive)
    assert (again.rows_added, again.rows_known) == (0, first.rows_added)
    assert content_of(newcomer) == before
    assert Member.objects.get(id=newcomer.id).locale == "fr"


def test_what_is_there_already_stays(archive: bytes, newcomer: Member) -> None:
    live(newcomer)
    mine = set(CheckIn.objects.owned_by(newcomer.id).values_list("id", flat=True))
    read_in(newcomer, archive)
    assert mine <= set(CheckIn.objects.owned_by(newcomer.id).values_list("id", flat=True))
    assert Tracker.objects.owned_by(newcomer.id).count() == 4


def test_it_goes_into_the_account_that_it_came_from(guest: Member) -> None:
    live(guest)
    archive = export_of(guest)
    assert read_in(guest, archive).rows_added > 0
    assert read_in(guest, archive).rows_added == 0


def test_ids_are_this_accounts_own(guest: Member, newcomer: Member, alice: Member) -> None:
    live(guest)
    archive = export_of(guest)
    read_in(newcomer, archive)
    read_in(alice, archive)
    ids = [
        set(Tracker.objects.owned_by(one.id).values_list("id", flat=True))
        for one in (guest, newcomer, alice)
    ]
    assert len(set.union(*ids)) == 6


def test_every_exported_table_is_taken_on_or_left_behind_on_purpose() -> None:
    taken = {table.model.__name__ for table in tables.every_table()}
    left = {model.__name__ for model in walk.exported()} - taken
    assert left == LEFT_BEHIND


LEFT_BEHIND = {
    # Others are part of it, or it is a record of what happened on that server.
    *("AccessEntry", "Block", "Cheer", "Confirmation", "Encouragement", "Grant", "GroupCommitment"),
    *("GroupInvite", "GroupMembership", "HelpTally", "JoinRequest", "Notification"),
    *("PartnerInvite", "Partnership", "PartnershipSide", "Report"),
    *("SupportAsk", "SupportMessage", "SupportRequest"),
    *("QuietSetting", "QuietSpell", "QuietTelling", "ContactCard"),
    *("Device", "ExportJob", "ImportJob", "Session"),
    # Settings come from it, and projections are made anew.
    *("Member", "TrackerDay"),
}


def test_one_import_at_a_time(archive: bytes, newcomer: Member) -> None:
    imports.receive(member=newcomer, read=io.BytesIO(archive).read, now=NOW)
    with pytest.raises(ImportUnderWay):
        imports.receive(member=newcomer, read=io.BytesIO(archive).read, now=NOW)


def test_a_killed_workers_import_is_taken_up(
    archive: bytes, newcomer: Member, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Killed(BaseException):
        pass

    def killed(*_: Any, **__: Any) -> None:
        raise Killed

    job = imports.receive(member=newcomer, read=io.BytesIO(archive).read, now=NOW)
    with monkeypatch.context() as broken:
        broken.setattr(importing.rebuilding, "rebuild", killed)
        with pytest.raises(Killed):
            working.work_off(now=NOW)
    assert not Tracker.objects.owned_by(newcomer.id).exists()
    working.work_off(now=NOW + timedelta(minutes=2))
    job.refresh_from_db()
    assert job.state == ImportState.DONE
    assert Tracker.objects.owned_by(newcomer.id).count() == 2


def test_a_life_is_read_in_with_few_queries(
    archive: bytes, newcomer: Member, django_assert_max_num_queries: Any
) -> None:
    imports.receive(member=newcomer, read=io.BytesIO(archive).read, now=NOW)
    with django_assert_max_num_queries(260):
        working.work_off(now=NOW)
    assert TrackerFact.objects.owned_by(newcomer.id).count() > 10
    assert Pause.objects.owned_by(newcomer.id).exists()


# --- start dates --------------------------------------------------------------------------------


def test_start_dates_count_their_days_and_no_use(newcomer: Member) -> None:
    dates = [
        StartDate("Wine", Category.ALCOHOL, NOW - timedelta(days=400)),
        StartDate("Cards", Category.GAMBLING, NOW - timedelta(days=3)),
    ]
    found, new = imports.bring_start_dates(member=newcomer, dates=dates, now=NOW)
    assert new == 2
    readings = sobriety.readings(trackers=found, now=NOW, today=NOW.date())
    assert [readings[one.id].sober_days for one in found] == [400, 3]
    assert [readings[one.id].episode_count for one in found] == [1, 1]
    again, new = imports.bring_start_dates(member=newcomer, dates=dates, now=NOW)
    assert ([one.id for one in again], new) == ([one.id for one in found], 0)


def test_a_start_date_to_come_is_named_and_none_is_stored(newcomer: Member) -> None:
    dates = [
        StartDate("Wine", Category.ALCOHOL, NOW - timedelta(days=4)),
        StartDate("Cards", Category.GAMBLING, NOW + timedelta(days=3)),
    ]
    with pytest.raises(Invalid) as refused:
        imports.bring_start_dates(member=newcomer, dates=dates, now=NOW)
    assert [one.pointer for one in refused.value.errors] == ["/trackers/1/started_at"]
    assert not Tracker.objects.exists()


def test_more_start_dates_than_trackers_are_refused(newcomer: Member) -> None:
    dates = [
        StartDate(f"Nr. {number}", Category.OWN, NOW - timedelta(days=number))
        for number in range(51)
    ]
    with pytest.raises(TooManyTrackers):
        imports.bring_start_dates(member=newcomer, dates=dates, now=NOW)
    assert not Tracker.objects.exists()
