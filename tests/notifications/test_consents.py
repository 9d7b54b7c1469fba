"""Consents: their coming end is told once for a partner and date, and who sees me each month."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from django.db import connection
from django.db.models import Min
from django.test.utils import CaptureQueriesContext

from notifications import asking, inbox, leases, planner
from notifications.models import Deadline, DeadlineKind, Dropped, Notification
from notifications.wording import Kind
from recovery.members.models import Member
from recovery.members.services import accounts
from recovery.partners import services as partners
from recovery.partners.models import Partnership
from recovery.sharing import services as sharing
from recovery.sharing.models import Grant, Scope
from recovery.sharing.services import Wanted
from tests.factories import make_member
from tests.loopback.fcm import LoopbackFcm
from tests.notifications.making import make_device
from tests.partnering import make_partners, share

STATUS, STREAK, MOOD = (
    Wanted(scope=scope) for scope in (Scope.CHECK_IN_STATUS, Scope.CHECK_IN_STREAK, Scope.MOOD)
)
# Consents last 90 days: given on 10 March 2025 they end on 8 June, and a week before is 1 June.
GIVEN = datetime(2025, 3, 10, 12, tzinfo=UTC)
ENDS = datetime(2025, 6, 8, 12, tzinfo=UTC)
SOON = datetime(2025, 6, 1, 12, tzinfo=UTC)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)


@pytest.fixture
def linked(alice: Member, bob: Member) -> Partnership:
    return make_partners(alice, bob, now=GIVEN)


def ticks(*, last: datetime) -> None:
    """Ticks whenever something is due."""
    while (due := Deadline.objects.aggregate(at=Min("next_due_at"))["at"]) and due <= last:
        planner.tick(now=due)


def told(member: Member, kind: Kind) -> list[tuple[date | None, datetime]]:
    rows = Notification.objects.filter(member=member, kind=kind).order_by("created_at", "id")
    return list(rows.values_list("local_date", "created_at"))


# The end of a consent ---------------------------------------------------------------------------


def test_the_owner_hears_a_week_before_and_once_for_all_that_ends_that_day(
    alice: Member, bob: Member, linked: Partnership
) -> None:
    share(alice, linked, STATUS, STREAK, now=GIVEN)
    share(alice, linked, STATUS, STREAK, MOOD, now=GIVEN + HOUR)
    ticks(last=ENDS + DAY)
    assert told(alice, Kind.GRANT_EXPIRING) == [(date(2025, 6, 8), SOON)]
    assert told(bob, Kind.GRANT_EXPIRING) == []
    row = Notification.objects.get(kind=Kind.GRANT_EXPIRING)
    assert (row.subject_id, row.partnership_id) == (linked.id, linked.id)
    assert not Deadline.objects.filter(kind=DeadlineKind.GRANT_EXPIRING).exists()


def test_what_ends_on_another_date_or_is_shown_to_another_is_told_by_itself(
    alice: Member, bob: Member, charlie: Member, linked: Partnership
) -> None:
    share(alice, linked, STATUS, now=GIVEN)
    share(alice, linked, STATUS, MOOD, now=GIVEN + 2 * DAY)
    other = make_partners(alice, charlie, now=GIVEN)
    share(alice, other, STATUS, now=GIVEN)
    ticks(last=ENDS + 3 * DAY)
    rows = Notification.objects.filter(kind=Kind.GRANT_EXPIRING)
    found = rows.values_list("subject_id", "local_date", "created_at")
    assert set(found) == {
        (linked.id, date(2025, 6, 8), SOON),
        (linked.id, date(2025, 6, 10), SOON + 2 * DAY),
        (other.id, date(2025, 6, 8), SOON),
    }


def test_what_was_renewed_is_told_a_week_before_its_new_end(
    alice: Member, linked: Partnership
) -> None:
    (grant,) = share(alice, linked, STATUS, now=GIVEN)
    sharing.renew(owner_id=alice.id, partnership_id=linked.id, grant_id=grant.id, now=SOON - HOUR)
    ticks(last=ENDS)
    assert told(alice, Kind.GRANT_EXPIRING) == []
    ticks(last=SOON - HOUR + 83 * DAY)
    assert [at for _, at in told(alice, Kind.GRANT_EXPIRING)] == [SOON - HOUR + 83 * DAY]


@pytest.mark.parametrize("how", ["taken_back", "ended"])
def test_what_was_taken_back_ends_without_a_word(
    alice: Member, linked: Partnership, how: str
) -> None:
    share(alice, linked, STATUS, now=GIVEN)
    if how == "taken_back":
        share(alice, linked, now=GIVEN + DAY)
    else:
        partners.end(member_id=alice.id, partnership_id=linked.id, now=GIVEN + DAY)
    ticks(last=ENDS + DAY)
    assert told(alice, Kind.GRANT_EXPIRING) == []


def test_after_an_outage_it_is_told_late_and_never_after_the_end(
    alice: Member, bob: Member, linked: Partnership
) -> None:
    share(alice, linked, STATUS, now=GIVEN)
    share(bob, linked, STATUS, now=GIVEN - 5 * DAY)
    planner.tick(now=GIVEN)
    planner.tick(now=ENDS - 2 * HOUR)
    assert told(alice, Kind.GRANT_EXPIRING) == [(date(2025, 6, 8), ENDS - 2 * HOUR)]
    assert Notification.objects.get(kind=Kind.GRANT_EXPIRING).expires_at == ENDS
    assert told(bob, Kind.GRANT_EXPIRING) == []


def test_renewed_before_it_is_sent_it_is_not_sent(
    alice: Member, linked: Partnership, fcm: LoopbackFcm
) -> None:
    make_device(member=alice)
    (grant,) = share(alice, linked, STATUS, now=GIVEN)
    planner.tick(now=SOON)
    sharing.renew(owner_id=alice.id, partnership_id=linked.id, grant_id=grant.id, now=SOON + HOUR)
    _, leased = leases.lease(now=SOON + HOUR, limit=10)
    found = {row.kind: row.delivery_id for row in leased}
    reasons = asking.reasons(leased=leased, now=SOON + HOUR)
    assert reasons[found[Kind.GRANT_EXPIRING]] == Dropped.WITHDRAWN


# The monthly summary ----------------------------------------------------------------------------


def test_on_the_first_of_each_month_at_ten_while_somebody_sees_something(
    alice: Member, bob: Member, linked: Partnership
) -> None:
    share(alice, linked, STATUS, now=GIVEN)
    ticks(last=datetime(2025, 9, 1, tzinfo=UTC))
    # 10:00 in Berlin, in summer time. The consent has ended on 8 June.
    assert told(alice, Kind.WHO_SEES_ME) == [
        (date(2025, 4, 1), datetime(2025, 4, 1, 8, tzinfo=UTC)),
        (date(2025, 5, 1), datetime(2025, 5, 1, 8, tzinfo=UTC)),
        (date(2025, 6, 1), datetime(2025, 6, 1, 8, tzinfo=UTC)),
    ]
    assert told(bob, Kind.WHO_SEES_ME) == []
    assert not Deadline.objects.exists()
    (row, *_) = inbox.of(member_id=alice.id, now=ENDS).filter(kind=Kind.WHO_SEES_ME)
    assert row.subject_id is None


def test_whoever_shares_again_hears_of_it_again(alice: Member, linked: Partnership) -> None:
    share(alice, linked, STATUS, now=GIVEN)
    ticks(last=datetime(2025, 7, 15, tzinfo=UTC))
    share(alice, linked, STATUS, now=datetime(2025, 7, 15, tzinfo=UTC))
    ticks(last=datetime(2025, 8, 15, tzinfo=UTC))
    assert told(alice, Kind.WHO_SEES_ME)[-1][0] == date(2025, 8, 1)


def test_a_first_consent_on_the_first_at_eleven_is_about_the_next_month(
    alice: Member, linked: Partnership
) -> None:
    share(alice, linked, STATUS, now=datetime(2025, 4, 1, 9, tzinfo=UTC))
    ticks(last=datetime(2025, 5, 2, tzinfo=UTC))
    assert [day for day, _ in told(alice, Kind.WHO_SEES_ME)] == [date(2025, 5, 1)]


def test_the_hour_is_that_of_the_members_own_clock(alice: Member, linked: Partnership) -> None:
    share(alice, linked, STATUS, now=GIVEN)
    planner.tick(now=GIVEN)
    accounts.update_member(member=alice, time_zone="Asia/Tokyo", now=GIVEN + DAY)
    ticks(last=datetime(2025, 4, 2, tzinfo=UTC))
    assert [at for _, at in told(alice, Kind.WHO_SEES_ME)] == [datetime(2025, 4, 1, 1, tzinfo=UTC)]


def test_a_summary_found_late_stands_in_the_inbox_and_calls_nobody(
    alice: Member, linked: Partnership, fcm: LoopbackFcm
) -> None:
    make_device(member=alice)
    share(alice, linked, STATUS, now=GIVEN)
    planner.tick(now=GIVEN)
    late = datetime(2025, 4, 5, tzinfo=UTC)
    planner.tick(now=late)
    _, leased = leases.lease(now=late, limit=10)
    assert list(asking.reasons(leased=leased, now=late).values()) == [Dropped.EXPIRED]
    kinds = inbox.of(member_id=alice.id, now=late).values_list("kind", flat=True)
    assert Kind.WHO_SEES_ME in kinds


def test_batches_cost_the_same_number_of_queries_however_long_they_are(bob: Member) -> None:
    def cost(count: int, at: datetime) -> int:
        for number in range(count):
            member = make_member(handle=f"m{number}_{count}")
            share(member, make_partners(member, bob, now=at), STATUS, now=at)
        planner.tick(now=at)
        with CaptureQueriesContext(connection) as queries:
            assert planner.tick(now=at + 83 * DAY).claimed == 2 * count
        Grant.objects.all().delete()
        Deadline.objects.all().delete()
        return sum(1 for query in queries if "SAVEPOINT" not in query["sql"])

    assert cost(1, GIVEN) == cost(12, GIVEN + 100 * DAY)
