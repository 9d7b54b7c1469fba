"""Many partners at a glance."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import pytest
from django.db import OperationalError

from recovery.commitments.models import EntryState
from recovery.kernel.errors import Unavailable
from recovery.members.models import Member
from recovery.overview.shown import SharedStatus
from recovery.overview.sponsor import NewMilestone, NewShare, OpenCommitment, PartnerNow, overview
from recovery.partners import queries as partners
from recovery.partners.models import Partnership, PartnershipSide
from recovery.sharing import services
from recovery.sharing.models import AccessEntry, Scope
from tests.partnering import NOW, STATUS, make_clock, make_partners, report_use, share
from tests.showing import block, check_in, make_commitment, make_things, say, wish

TODAY = date(2026, 11, 22)
DAY = timedelta(days=1)


@pytest.fixture
def linked(alice: Member, bob: Member) -> Partnership:
    return make_partners(alice, bob, now=NOW - 30 * DAY)


def seen_by(viewer: Member, *, now: datetime = NOW) -> list[PartnerNow]:
    found = partners.partnerships_of(member_id=viewer.id).order_by("-created_at")
    return overview(viewer_id=viewer.id, partnerships=list(found), now=now)


def test_it_shows_who_answered_what_is_open_what_was_reached_and_what_is_new(
    alice: Member, bob: Member, charlie: Member, linked: Partnership
) -> None:
    other = make_partners(charlie, bob, now=NOW - 29 * DAY)
    tracker = make_clock(alice, days=32)
    commitment = make_commitment(alice, start=TODAY - 3 * DAY)
    share(alice, linked, STATUS, wish(Scope.COMMITMENTS, commitment), now=NOW - 10 * DAY)
    share(
        alice,
        linked,
        *(STATUS, wish(Scope.COMMITMENTS, commitment), wish(Scope.MILESTONES, tracker)),
        now=NOW - DAY,
    )
    share(charlie, other, STATUS, now=NOW - 10 * DAY)
    check_in(charlie, TODAY + DAY)  # it is the 23rd in Auckland
    of_charlie, of_alice = seen_by(bob)
    assert of_charlie.partnership_id == other.id
    assert of_charlie.check_in_status == [SharedStatus(TODAY + DAY, answered_today=True)]
    assert of_charlie.newest_shares == []
    assert of_alice == PartnerNow(
        partnership_id=linked.id,
        name=of_alice.name,
        check_in_status=[SharedStatus(TODAY, answered_today=False)],
        open_commitments=[OpenCommitment(commitment.id, "A walk before breakfast")],
        new_milestones=[NewMilestone(tracker.id, "Evenings", "30_days", TODAY - 2 * DAY)],
        newest_shares=[NewShare(Scope.MILESTONES, NOW - DAY)],
    )
    assert of_alice.name.handle == "alice"


@pytest.mark.parametrize("said", [EntryState.KEPT, EntryState.NOT_KEPT])
def test_an_answered_commitment_is_open_no_more(
    alice: Member, bob: Member, linked: Partnership, said: EntryState
) -> None:
    commitment = make_commitment(alice, start=TODAY - 3 * DAY)
    share(alice, linked, wish(Scope.COMMITMENTS, commitment))
    assert seen_by(bob)[0].open_commitments
    say(commitment, TODAY, said)
    assert seen_by(bob)[0].open_commitments == []


def test_a_milestone_is_new_for_seven_of_its_owners_dates(
    alice: Member, bob: Member, linked: Partnership
) -> None:
    tracker = make_clock(alice, days=1)
    share(alice, linked, wish(Scope.MILESTONES, tracker))
    new = {
        days: [one.code for one in seen_by(bob, now=NOW + days * DAY)[0].new_milestones]
        for days in (0, 2, 6, 8, 9)
    }
    assert new == {
        0: ["1_day"],
        2: ["3_days", "1_day"],
        6: ["7_days", "3_days", "1_day"],
        8: ["7_days", "3_days"],
        9: ["7_days"],
    }


def test_a_milestone_reached_again_is_not_new_to_who_does_not_see_uses(
    alice: Member, bob: Member, linked: Partnership
) -> None:
    tracker = make_clock(alice, days=60)
    used_at = NOW - 4 * DAY
    report_use(tracker, at=used_at, now=used_at)
    share(alice, linked, wish(Scope.MILESTONES, tracker))
    assert seen_by(bob)[0].new_milestones == []
    share(alice, linked, wish(Scope.MILESTONES, tracker), wish(Scope.USE_EVENTS, tracker))
    assert [one.code for one in seen_by(bob)[0].new_milestones] == ["3_days", "1_day"]


def test_what_is_renewed_is_not_new(alice: Member, bob: Member, linked: Partnership) -> None:
    share(alice, linked, STATUS, now=NOW - 10 * DAY)
    services.renew_all(owner_id=alice.id, partnership_id=linked.id, now=NOW)
    assert seen_by(bob)[0].newest_shares == []


def test_nothing_granted_taken_back_paused_expired_and_blocked_are_the_same(
    alice: Member, bob: Member, linked: Partnership
) -> None:
    wanted = make_things(alice).all
    never = seen_by(bob)
    assert never[0].check_in_status == never[0].open_commitments == never[0].new_milestones == []
    share(alice, linked, *wanted)
    share(alice, linked)
    assert seen_by(bob) == never
    share(alice, linked, *wanted, now=NOW - 90 * DAY)
    assert seen_by(bob) == never
    share(alice, linked, *wanted)
    mine = PartnershipSide.objects.filter(partnership=linked, member=alice)
    mine.update(paused_at=NOW)
    assert seen_by(bob) == never
    mine.update(paused_at=None)
    block(alice, linked)
    assert seen_by(bob) == never
    assert not AccessEntry.objects.exists()


def test_looking_is_recorded_for_each_owner_scope_and_date_of_theirs(
    alice: Member, bob: Member, charlie: Member, linked: Partnership
) -> None:
    other = make_partners(charlie, bob)
    things = make_things(alice)
    share(alice, linked, *things.all)
    share(charlie, other, STATUS)
    seen_by(bob)
    seen_by(bob, now=NOW + timedelta(hours=1))
    entries = AccessEntry.objects.order_by("seen_on", "scope")
    assert [(e.partnership, e.owner, e.viewer, e.scope, e.seen_on) for e in entries] == [
        (linked, alice, bob, Scope.CHECK_IN_STATUS, TODAY),
        (linked, alice, bob, Scope.COMMITMENTS, TODAY),
        (linked, alice, bob, Scope.MILESTONES, TODAY),
        (other, charlie, bob, Scope.CHECK_IN_STATUS, TODAY + DAY),
    ]


def test_what_cannot_be_recorded_is_not_shown(
    alice: Member, bob: Member, linked: Partnership, monkeypatch: pytest.MonkeyPatch
) -> None:
    def disk_is_full(*_: object, **__: object) -> None:
        raise OperationalError("disk is full")

    share(alice, linked, STATUS)
    monkeypatch.setattr(AccessEntry.objects, "bulk_create", disk_is_full)
    with pytest.raises(Unavailable):
        seen_by(bob)


def test_without_partners_there_is_nothing(alice: Member) -> None:
    assert seen_by(alice) == []
