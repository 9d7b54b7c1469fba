"""Who sees what of a member, for that member alone."""

from __future__ import annotations

from datetime import date, timedelta

from pytest_django import DjangoAssertNumQueries

from recovery.members.models import Member
from recovery.overview.progress import progress
from recovery.overview.who_sees import Viewer, who_sees_me
from recovery.partners import services as partners
from recovery.partners.models import PartnershipSide
from recovery.sharing.models import AccessEntry, Scope
from tests.factories import make_member
from tests.partnering import NOW, STATUS, make_partners, share
from tests.showing import block, make_things, wish

DAY = timedelta(days=1)


def viewers(alice: Member) -> dict[str | None, Viewer]:
    return {viewer.name.handle: viewer for viewer in who_sees_me(member=alice, now=NOW)}


def test_it_lists_each_partner_with_what_they_may_see_and_how_often_they_looked(
    alice: Member, bob: Member, charlie: Member
) -> None:
    linked, other = make_partners(alice, bob), make_partners(alice, charlie)
    things = make_things(alice)
    wanted = (STATUS, things.of(Scope.SOBER_TIME))
    grants = share(alice, linked, *wanted)
    share(bob, linked, wish(Scope.MOOD))
    for days in (0, 0, 2):
        progress(viewer_id=bob.id, partnership_id=linked.id, now=NOW - days * DAY)
    AccessEntry.objects.create(
        partnership=linked, owner=alice, viewer=bob, scope=Scope.MOOD, seen_on=date(2026, 10, 23)
    )
    seen = viewers(alice)
    assert seen["bob"].partnership_id == linked.id
    assert list(seen["bob"].grants) == grants
    assert not seen["bob"].paused
    # Neither the second look of today nor one from before the 30 dates counts. Nothing held two
    # days ago yet.
    assert seen["bob"].dates_looked == 1
    assert (seen["charlie"].partnership_id, list(seen["charlie"].grants)) == (other.id, [])


def test_the_first_of_the_30_dates_counts(alice: Member, bob: Member) -> None:
    linked = make_partners(alice, bob)
    AccessEntry.objects.create(
        partnership=linked, owner=alice, viewer=bob, scope=Scope.MOOD, seen_on=date(2026, 10, 24)
    )
    assert viewers(alice)["bob"].dates_looked == 1


def test_what_has_expired_or_was_taken_back_is_not_in_it(alice: Member, bob: Member) -> None:
    linked = make_partners(alice, bob)
    share(alice, linked, STATUS, now=NOW - 90 * DAY)
    assert list(viewers(alice)["bob"].grants) == []
    share(alice, linked, STATUS)
    share(alice, linked)
    assert list(viewers(alice)["bob"].grants) == []


def test_a_pause_is_said_beside_what_it_hides(alice: Member, bob: Member) -> None:
    linked = make_partners(alice, bob)
    share(alice, linked, STATUS)
    PartnershipSide.objects.filter(partnership=linked, member=alice).update(paused_at=NOW)
    seen = viewers(alice)["bob"]
    assert seen.paused
    assert [grant.scope for grant in seen.grants] == [Scope.CHECK_IN_STATUS]


def test_it_tells_nothing_of_who_blocked_or_paused_me_and_leaves_out_whom_i_blocked(
    alice: Member, bob: Member
) -> None:
    linked = make_partners(alice, bob)
    share(alice, linked, STATUS)
    before = who_sees_me(member=alice, now=NOW)
    PartnershipSide.objects.filter(partnership=linked, member=bob).update(paused_at=NOW)
    block(bob, linked)
    assert who_sees_me(member=alice, now=NOW) == before
    assert viewers(bob) == {}


def test_former_partners_see_nothing_and_are_not_in_it(alice: Member, bob: Member) -> None:
    linked = make_partners(alice, bob)
    share(alice, linked, STATUS)
    partners.end(member_id=alice.id, partnership_id=linked.id, now=NOW)
    assert who_sees_me(member=alice, now=NOW) == []


def test_many_partners_cost_as_many_queries_as_one(
    alice: Member, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    things = make_things(alice)
    for number in range(4):
        made = make_partners(alice, make_member(handle=f"partner_{number}"))
        share(alice, made, *things.all)
    with django_assert_num_queries(3):
        assert len(who_sees_me(member=alice, now=NOW)) == 4
