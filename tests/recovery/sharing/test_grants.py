from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from threading import Thread
from typing import Any

import pytest
from django.db import IntegrityError, connections, transaction

from recovery.kernel import events
from recovery.kernel.errors import Invalid, Missing
from recovery.kernel.ids import new_id
from recovery.kernel.models import Change
from recovery.members.models import Member
from recovery.overview import consent
from recovery.overview.items import Item
from recovery.partners import services as partners
from recovery.partners.events import GrantsChanged
from recovery.partners.models import Partnership
from recovery.sharing import queries, services
from recovery.sharing.models import Grant, GrantState, Scope
from recovery.sharing.services import Wanted
from recovery.sharing.wording import WORDINGS
from recovery.sobriety.models import Category, LimitPer, Tracker, TrackerMode
from recovery.sobriety.services import trackers
from tests.parallel import at_once
from tests.partnering import NOW, STATUS, clock_of, make_clock, make_partners, share

LATER = NOW + timedelta(days=1)
AT_EXPIRY = NOW + timedelta(days=90)


@pytest.fixture
def linked(alice: Member, bob: Member) -> Partnership:
    return make_partners(alice, bob)


@pytest.fixture
def heard() -> Iterator[list[GrantsChanged]]:
    facts: list[GrantsChanged] = []
    events.subscribe(fact=GrantsChanged, handler=facts.append)
    yield facts
    events._handlers[GrantsChanged].remove(facts.append)


def scopes_seen_by(viewer: Member, linked: Partnership, *, now: object = NOW) -> list[str]:
    found = queries.visible(viewer_id=viewer.id, partnership_id=linked.id, now=now)  # type: ignore[arg-type]
    return [grant.scope for grant in found]


def test_new_partners_share_nothing(alice: Member, bob: Member, linked: Partnership) -> None:
    assert scopes_seen_by(alice, linked) == scopes_seen_by(bob, linked) == []


def test_a_consent_records_who_to_whom_what_until_when_and_under_which_words(
    alice: Member, bob: Member, linked: Partnership
) -> None:
    clock = make_clock(alice)
    (grant,) = share(alice, linked, clock_of(clock))
    assert (grant.owner, grant.viewer, grant.partnership) == (alice, bob, linked)
    assert (grant.scope, grant.item_id) == ("sober_clock", clock.id)
    assert (grant.granted_at, grant.expires_at) == (NOW, AT_EXPIRY)
    assert grant.wording_version == WORDINGS[Scope.SOBER_CLOCK].version
    assert grant.revoked_at is None


def test_sharing_goes_one_way(alice: Member, bob: Member, linked: Partnership) -> None:
    share(alice, linked, STATUS)
    assert scopes_seen_by(bob, linked) == ["check_in_status"]
    assert scopes_seen_by(alice, linked) == []


def test_what_is_kept_stays_as_it_was_and_what_is_left_out_is_taken_back(
    alice: Member, bob: Member, linked: Partnership
) -> None:
    clock = clock_of(make_clock(alice))
    status_before, clock_before = share(alice, linked, STATUS, clock)
    (kept,) = share(alice, linked, clock, now=LATER)
    assert (kept.id, kept.expires_at) == (clock_before.id, AT_EXPIRY)
    assert Grant.objects.get(id=status_before.id).revoked_at == LATER
    assert scopes_seen_by(bob, linked, now=LATER) == ["sober_clock"]


def test_a_consent_given_again_is_a_new_record(alice: Member, linked: Partnership) -> None:
    (first,) = share(alice, linked, STATUS)
    share(alice, linked, now=LATER)
    (second,) = share(alice, linked, STATUS, now=LATER)
    assert second.id != first.id
    assert Grant.objects.count() == 2


def test_the_same_thing_twice_in_one_request_is_one_consent(
    alice: Member, linked: Partnership
) -> None:
    assert len(share(alice, linked, STATUS, STATUS)) == 1


def test_a_consent_holds_until_its_90_days_are_over(
    alice: Member, bob: Member, linked: Partnership
) -> None:
    share(alice, linked, STATUS)
    assert scopes_seen_by(bob, linked, now=AT_EXPIRY - timedelta(microseconds=1))
    assert scopes_seen_by(bob, linked, now=AT_EXPIRY) == []


def test_an_expired_consent_is_listed_for_its_giver_and_can_be_renewed(
    alice: Member, bob: Member, linked: Partnership
) -> None:
    (old,) = share(alice, linked, STATUS)
    (listed,) = queries.given(owner_id=alice.id, partnership_id=linked.id)
    assert queries.state_of(grant=listed, now=AT_EXPIRY) == GrantState.EXPIRED
    renewed = services.renew(
        owner_id=alice.id, partnership_id=linked.id, grant_id=old.id, now=AT_EXPIRY
    )
    assert renewed.expires_at == AT_EXPIRY + timedelta(days=90)
    assert scopes_seen_by(bob, linked, now=AT_EXPIRY) == ["check_in_status"]


def test_asking_for_an_expired_consent_again_gives_a_fresh_one(
    alice: Member, bob: Member, linked: Partnership
) -> None:
    share(alice, linked, STATUS)
    (fresh,) = share(alice, linked, STATUS, now=AT_EXPIRY)
    assert fresh.granted_at == AT_EXPIRY
    assert scopes_seen_by(bob, linked, now=AT_EXPIRY) == ["check_in_status"]


def test_renewing_ends_the_old_record_as_the_new_one_begins(
    alice: Member, linked: Partnership
) -> None:
    (old,) = share(alice, linked, clock_of(make_clock(alice)))
    renewed = services.renew(
        owner_id=alice.id, partnership_id=linked.id, grant_id=old.id, now=LATER
    )
    old.refresh_from_db()
    assert old.revoked_at == renewed.granted_at == LATER
    assert renewed.renews == old
    assert (renewed.scope, renewed.item_id) == (old.scope, old.item_id)


def test_what_was_taken_back_cannot_be_renewed_nor_can_anothers(
    alice: Member, bob: Member, charlie: Member, linked: Partnership
) -> None:
    (grant,) = share(alice, linked, STATUS)
    for member in (bob, charlie):
        with pytest.raises(Missing):
            services.renew(owner_id=member.id, partnership_id=linked.id, grant_id=grant.id, now=NOW)
    share(alice, linked)
    with pytest.raises(Missing):
        services.renew(owner_id=alice.id, partnership_id=linked.id, grant_id=grant.id, now=NOW)


def test_ending_the_partnership_takes_everything_back_in_both_directions(
    alice: Member, bob: Member, linked: Partnership
) -> None:
    share(alice, linked, STATUS)
    share(bob, linked, STATUS, clock_of(make_clock(bob)))
    partners.end(member_id=bob.id, partnership_id=linked.id, now=LATER)
    assert set(Grant.objects.values_list("revoked_at", flat=True)) == {LATER}
    assert scopes_seen_by(alice, linked, now=LATER) == scopes_seen_by(bob, linked, now=LATER) == []


def test_an_ended_partnership_shows_nothing_even_beside_a_grant_left_standing(
    alice: Member, bob: Member, linked: Partnership
) -> None:
    share(alice, linked, STATUS)
    Partnership.objects.update(ended_at=NOW)
    assert scopes_seen_by(bob, linked) == []


def test_nothing_can_be_shared_with_a_stranger_or_an_ended_partner(
    alice: Member, charlie: Member, linked: Partnership
) -> None:
    with pytest.raises(Missing):
        share(charlie, linked, STATUS)
    partners.end(member_id=alice.id, partnership_id=linked.id, now=NOW)
    with pytest.raises(Missing):
        share(alice, linked, STATUS)


def test_a_tracker_that_is_not_ones_own_clock_is_refused_whatever_it_is(
    alice: Member, bob: Member, linked: Partnership
) -> None:
    reduction, _ = trackers.create(
        member=alice,
        tracker_id=None,
        new=trackers.NewTracker(
            name="Coffee",
            mode=TrackerMode.REDUCTION,
            category=Category.OWN,
            started_at=NOW,
            limit=trackers.LimitInput(per=LimitPer.DAY, amount=2, unit="cups"),  # type: ignore[arg-type]
        ),
        now=NOW,
    )
    removed = make_clock(alice)
    trackers.remove(member=alice, tracker_id=removed.id, now=NOW)
    said = set()
    for item_id in (new_id(), make_clock(bob).id, reduction.id, removed.id):
        with pytest.raises(Invalid) as refused:
            share(alice, linked, STATUS, Wanted(scope=Scope.SOBER_CLOCK, item_id=item_id))
        said.add((refused.value.errors, refused.value.detail))
    ((errors, _),) = said
    assert [(error.pointer, error.code) for error in errors] == [
        ("/grants/1/tracker", "unknown_tracker")
    ]
    assert not Grant.objects.exists()


def test_a_scope_says_as_much_as_it_needs_and_no_more(alice: Member, linked: Partnership) -> None:
    clock = make_clock(alice)
    with pytest.raises(Invalid) as refused:
        share(
            alice,
            linked,
            Wanted(scope=Scope.SOBER_CLOCK),
            Wanted(scope=Scope.CHECK_IN_STATUS, item_id=clock.id),
        )
    assert [(error.pointer, error.code) for error in refused.value.errors] == [
        ("/grants/0/tracker", "required"),
        ("/grants/1/scope", "not_per_item"),
    ]


def test_a_tracker_that_is_put_away_takes_its_consents_with_it(
    alice: Member, bob: Member, charlie: Member, linked: Partnership
) -> None:
    clock = make_clock(alice)
    other = make_partners(alice, charlie)
    share(alice, linked, clock_of(clock), STATUS)
    share(alice, other, clock_of(clock))
    trackers.remove(member=alice, tracker_id=clock.id, now=NOW)
    assert scopes_seen_by(bob, linked) == ["check_in_status"]
    assert scopes_seen_by(charlie, other) == []


def test_only_what_newly_began_is_new_to_its_viewer(
    alice: Member, bob: Member, linked: Partnership
) -> None:
    def new_to_bob() -> list[str]:
        found = queries.newly_visible(viewer_id=bob.id, since=NOW, now=LATER)
        return [grant.scope for grant in found]

    (old,) = share(alice, linked, STATUS, now=NOW - timedelta(days=8))
    clock = clock_of(make_clock(alice))
    assert new_to_bob() == []
    share(alice, linked, STATUS, clock)
    services.renew(owner_id=alice.id, partnership_id=linked.id, grant_id=old.id, now=NOW)
    assert new_to_bob() == ["sober_clock"]
    share(alice, linked, STATUS)
    assert new_to_bob() == []


def test_a_consent_of_somebody_whose_account_is_going_shows_nothing(
    alice: Member, bob: Member, linked: Partnership
) -> None:
    share(alice, linked, STATUS)
    Member.objects.filter(id=alice.id).update(deleted_at=NOW)
    assert scopes_seen_by(bob, linked) == []


def test_every_change_is_on_the_owners_record_and_told_once(
    alice: Member, bob: Member, linked: Partnership, heard: list[GrantsChanged]
) -> None:
    (grant,) = share(alice, linked, STATUS)
    share(alice, linked, STATUS)
    share(alice, linked)
    told = GrantsChanged(partnership_id=linked.id, owner_id=alice.id, viewer_id=bob.id, at=NOW)
    assert heard == [told, told]
    changes = Change.objects.filter(table="grants").order_by("seq")
    assert [(c.member_id, c.row_id, c.version, c.gone) for c in changes] == [
        (alice.id, str(grant.id), 1, False),
        (alice.id, str(grant.id), 2, True),
    ]


def test_the_database_holds_one_standing_consent_a_scope_and_item(
    alice: Member, bob: Member, linked: Partnership
) -> None:
    for grant in share(alice, linked, STATUS, clock_of(make_clock(alice))):
        grant.id = new_id()
        with pytest.raises(IntegrityError), transaction.atomic():
            grant.save(force_insert=True)


def test_the_database_holds_an_item_where_the_scope_has_one_and_nowhere_else(
    alice: Member, linked: Partnership
) -> None:
    status, clock = share(alice, linked, STATUS, clock_of(make_clock(alice)))
    share(alice, linked)
    for grant, item_id in ((status, clock.item_id), (clock, None)):
        grant.id, grant.item_id = new_id(), item_id
        with pytest.raises(IntegrityError), transaction.atomic():
            grant.save(force_insert=True)


@pytest.mark.django_db(transaction=True)
def test_eight_identical_sets_at_once_make_one_consent_each(alice: Member, bob: Member) -> None:
    linked = make_partners(alice, bob)
    clock = clock_of(make_clock(alice))
    answers = at_once(lambda _: [grant.id for grant in share(alice, linked, STATUS, clock)])
    assert len({tuple(answer) for answer in answers}) == 1
    assert Grant.objects.count() == 2


@pytest.mark.django_db(transaction=True)
def test_nothing_stays_shared_when_an_ending_and_a_sharing_meet(alice: Member, bob: Member) -> None:
    linked = make_partners(alice, bob)

    def act(number: int) -> None:
        try:
            if number == 3:
                partners.end(member_id=bob.id, partnership_id=linked.id, now=NOW)
            else:
                share(alice, linked, STATUS)
        except Missing:
            pass

    at_once(act)
    assert not Grant.objects.standing().exists()


@pytest.mark.django_db(transaction=True)
def test_nothing_stays_shared_of_a_tracker_that_is_put_away_while_it_is_being_shared(
    alice: Member, bob: Member, monkeypatch: pytest.MonkeyPatch
) -> None:
    linked = make_partners(alice, bob)
    clock = make_clock(alice)
    look_up = consent.shareable

    def put_away() -> None:
        try:
            trackers.remove(member=alice, tracker_id=clock.id, now=NOW)
        finally:
            connections.close_all()

    putting_away = Thread(target=put_away)

    def look_up_and_be_overtaken(**of: Any) -> set[Item]:
        found = look_up(**of)
        putting_away.start()
        putting_away.join(timeout=1)  # it has to wait for the consent, and cannot end within this
        return found

    monkeypatch.setattr(consent, "shareable", look_up_and_be_overtaken)
    share(alice, linked, clock_of(clock))
    putting_away.join()
    assert Tracker.objects.get(id=clock.id).deleted_at == NOW
    assert not Grant.objects.standing().exists()
