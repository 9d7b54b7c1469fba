"""Consents to items, presets, and renewing all of them."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from recovery.commitments.models import CommitmentKind
from recovery.commitments.services import commitments
from recovery.goals.services import goals
from recovery.kernel.errors import Invalid, Missing
from recovery.kernel.ids import new_id
from recovery.members.models import Member
from recovery.overview import consent
from recovery.overview.consent import Preset
from recovery.partners.models import Partnership, PartnershipSide
from recovery.sharing import queries, services
from recovery.sharing.models import Grant, ItemKind, Scope
from recovery.sharing.services import Wanted
from tests.partnering import NOW, STATUS, make_clock, make_partners, share
from tests.showing import block, make_commitment, make_goal, make_things, wish

TODAY = date(2026, 11, 22)
DAY = timedelta(days=1)
OF_ITEMS = [scope for scope in Scope if scope.item_kind is not ItemKind.NONE]


@pytest.fixture
def linked(alice: Member, bob: Member) -> Partnership:
    return make_partners(alice, bob)


def holds(owner: Member, viewer: Member, scope: Scope, item: object = None) -> bool:
    found = queries.holds(
        owner_id=owner.id,
        viewer_id=viewer.id,
        scope=scope,
        item_id=getattr(item, "id", None),
        now=NOW,
    )
    viewers = [
        grant.viewer_id
        for grant in queries.holders(
            owner_id=owner.id, scope=scope, item_id=getattr(item, "id", None), now=NOW
        )
    ]
    assert viewers == ([viewer.id] if found else [])
    return found is not None


@pytest.mark.parametrize("scope", OF_ITEMS)
def test_an_item_is_ones_own_and_there_or_refused_the_same_way(
    alice: Member, bob: Member, linked: Partnership, scope: Scope
) -> None:
    make = {
        ItemKind.TRACKER: make_clock,
        ItemKind.GOAL: make_goal,
        ItemKind.COMMITMENT: make_commitment,
    }
    # An id of another kind is as unknown as one that nobody has.
    of_another_kind = make_goal(alice) if scope != Scope.GOALS else make_clock(alice)
    said = set()
    for item_id in (new_id(), make[scope.item_kind](bob).id, of_another_kind.id):
        with pytest.raises(Invalid) as refused:
            share(alice, linked, STATUS, Wanted(scope=scope, item_id=item_id))
        (error,) = refused.value.errors
        said.add((error.pointer, error.code, error.detail))
    ((pointer, code, _),) = said
    assert (pointer, code) == (f"/grants/1/{scope.item_kind}", f"unknown_{scope.item_kind}")
    with pytest.raises(Invalid) as refused:
        share(alice, linked, Wanted(scope=scope))
    assert refused.value.errors[0].code == "required"
    assert not Grant.objects.exists()


def test_what_is_put_away_takes_its_consents_with_it(
    alice: Member, bob: Member, linked: Partnership
) -> None:
    things = make_things(alice)
    share(alice, linked, *things.all)
    assert holds(alice, bob, Scope.GOALS, things.goal)
    assert holds(alice, bob, Scope.COMMITMENTS, things.commitment)
    goals.remove(member=alice, goal_id=things.goal.id, now=NOW)
    commitments.remove(member=alice, commitment_id=things.commitment.id, now=NOW)
    assert not holds(alice, bob, Scope.GOALS, things.goal)
    assert not holds(alice, bob, Scope.COMMITMENTS, things.commitment)
    assert holds(alice, bob, Scope.SOBER_TIME, things.tracker)


# --- who holds -----------------------------------------------------------------------------


def test_a_consent_to_one_item_is_none_to_another_nor_to_the_scope_as_a_whole(
    alice: Member, bob: Member, linked: Partnership
) -> None:
    one, other = make_clock(alice), make_clock(alice)
    share(alice, linked, wish(Scope.SOBER_TIME, one))
    assert holds(alice, bob, Scope.SOBER_TIME, one)
    assert not holds(alice, bob, Scope.SOBER_TIME, other)
    assert not holds(alice, bob, Scope.SOBER_TIME)
    assert not holds(alice, bob, Scope.SOBER_CLOCK, one)
    assert not holds(bob, alice, Scope.SOBER_TIME, one)


@pytest.mark.parametrize("by_owner", [True, False])
def test_a_block_by_either_hides_what_a_consent_shows(
    alice: Member, bob: Member, linked: Partnership, by_owner: bool
) -> None:
    share(alice, linked, wish(Scope.QUIET_ALERTS))
    assert holds(alice, bob, Scope.QUIET_ALERTS)
    block(alice if by_owner else bob, linked)
    assert not holds(alice, bob, Scope.QUIET_ALERTS)


def test_a_pause_hides_what_its_owner_shows_this_partner_and_no_other(
    alice: Member, bob: Member, charlie: Member, linked: Partnership
) -> None:
    other = make_partners(alice, charlie)
    for link in (linked, other):
        share(alice, link, wish(Scope.QUIET_ALERTS))
    share(bob, linked, wish(Scope.QUIET_ALERTS))
    PartnershipSide.objects.filter(partnership=linked, member=alice).update(paused_at=NOW)
    held = queries.holders(owner_id=alice.id, scope=Scope.QUIET_ALERTS, now=NOW)
    assert [grant.viewer for grant in held] == [charlie]
    assert holds(bob, alice, Scope.QUIET_ALERTS)


def test_nobody_holds_anything_of_or_for_an_account_that_is_going(
    alice: Member, bob: Member, linked: Partnership
) -> None:
    share(alice, linked, wish(Scope.CONTACT))
    Member.objects.filter(id=bob.id).update(deleted_at=NOW)
    assert not holds(alice, bob, Scope.CONTACT)


# --- presets -------------------------------------------------------------------------------


def given(alice: Member, linked: Partnership) -> list[tuple[str, object]]:
    found = queries.given(owner_id=alice.id, partnership_id=linked.id)
    return [(grant.scope, grant.item_id) for grant in found]


def test_process_gives_the_status_and_every_present_commitment_but_doses(
    alice: Member, bob: Member, linked: Partnership
) -> None:
    present = make_commitment(alice)
    make_commitment(alice, title="The morning dose", kind=CommitmentKind.DOSE)
    make_commitment(alice, title="Over", start=TODAY - 20 * DAY, end=TODAY - DAY)
    last_day = make_commitment(alice, title="Until today", start=TODAY - 20 * DAY, end=TODAY)
    gone = make_commitment(alice, title="Gone")
    commitments.remove(member=alice, commitment_id=gone.id, now=NOW)
    make_commitment(bob, title="Another's")
    expected = [
        wish(Scope.CHECK_IN_STATUS),
        wish(Scope.COMMITMENTS, present),
        wish(Scope.COMMITMENTS, last_day),
    ]
    offered = {one.preset: list(one.gives) for one in consent.presets(owner=alice, now=NOW)}
    assert offered == {Preset.PROCESS: expected, Preset.NONE: []}
    consent.share_preset(owner=alice, partnership_id=linked.id, preset=Preset.PROCESS, now=NOW)
    assert sorted(given(alice, linked), key=str) == sorted(
        ((one.scope, one.item_id) for one in expected), key=str
    )


def test_a_preset_is_the_whole_set_and_what_comes_later_is_not_part_of_it(
    alice: Member, linked: Partnership
) -> None:
    share(alice, linked, wish(Scope.MOOD), STATUS)
    status = Grant.objects.get(scope=Scope.CHECK_IN_STATUS)
    consent.share_preset(owner=alice, partnership_id=linked.id, preset=Preset.PROCESS, now=NOW)
    make_commitment(alice)
    assert given(alice, linked) == [(Scope.CHECK_IN_STATUS, None)]
    assert Grant.objects.standing().get() == status
    consent.share_preset(owner=alice, partnership_id=linked.id, preset=Preset.NONE, now=NOW)
    assert given(alice, linked) == []


def test_a_preset_is_for_partners_only(charlie: Member, linked: Partnership) -> None:
    with pytest.raises(Missing):
        consent.share_preset(
            owner=charlie, partnership_id=linked.id, preset=Preset.PROCESS, now=NOW
        )


# --- renewing ------------------------------------------------------------------------------


def test_all_consents_are_renewed_at_once_expired_ones_too(
    alice: Member, bob: Member, linked: Partnership
) -> None:
    things = make_things(alice)
    share(alice, linked, STATUS, things.of(Scope.SOBER_TIME))
    share(bob, linked, STATUS)
    later = NOW + 95 * DAY
    renewed = services.renew_all(owner_id=alice.id, partnership_id=linked.id, now=later)
    assert {(grant.scope, grant.expires_at) for grant in renewed} == {
        (Scope.CHECK_IN_STATUS, later + 90 * DAY),
        (Scope.SOBER_TIME, later + 90 * DAY),
    }
    assert all(grant.renews_id for grant in renewed)
    assert Grant.objects.filter(owner=alice, revoked_at=later).count() == 2
    assert Grant.objects.standing().filter(owner=bob).get().renews_id is None


def test_what_was_taken_back_is_not_renewed_and_nothing_stays_nothing(
    alice: Member, bob: Member, linked: Partnership
) -> None:
    share(alice, linked, STATUS)
    share(alice, linked)
    assert services.renew_all(owner_id=alice.id, partnership_id=linked.id, now=NOW) == []


def test_only_the_owner_renews(charlie: Member, linked: Partnership) -> None:
    with pytest.raises(Missing):
        services.renew_all(owner_id=charlie.id, partnership_id=linked.id, now=NOW)
