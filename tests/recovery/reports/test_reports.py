"""Reports: only of what is seen, kept as it was, opened by operators under record."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction

from recovery.blocks import services as blocks
from recovery.blocks.services import Named
from recovery.encouragements import queries as encouragements
from recovery.encouragements.models import EncouragementPreset
from recovery.encouragements.services import Words, give
from recovery.groups.models import Group, GroupMembership
from recovery.groups.services import joining, leaving, running
from recovery.kernel.errors import Conflict, IdTaken, Missing, Unavailable
from recovery.kernel.ids import new_id
from recovery.kernel.models import Change, SealingKey
from recovery.members.models import Member
from recovery.partners import services as partners
from recovery.partners.models import Partnership, PartnershipSide
from recovery.reports import queries, rules, services
from recovery.reports.models import (
    Report,
    ReportLook,
    ReportLookKind,
    ReportOutcome,
    ReportReason,
    ReportSubject,
)
from recovery.reports.refusals import MOST_OPEN_REPORTS, TooManyOpenReports
from tests.circles import make_circle
from tests.factories import make_member
from tests.partnering import NOW, make_partners

pytestmark = pytest.mark.django_db


def report(
    member: Member, kind: ReportSubject, subject_id: Any, **said: Any
) -> tuple[Report, bool]:
    """Report something as hurtful."""
    values = {
        "report_id": None,
        "reason": ReportReason.HARASSMENT,
        "text": "It hurts to read this",
        "now": NOW,
        **said,
    }
    return services.report(member=member, kind=kind, subject_id=subject_id, **values)


def look(made: Report) -> queries.Opened:
    """What an operator reads."""
    return services.look(report_id=made.id, operator="ona", now=NOW)


def encouraged(sender: Member, recipient: Member, linked: Partnership) -> Any:
    """An encouragement with a text."""
    PartnershipSide.objects.filter(partnership=linked, member=recipient).update(takes_text=True)
    return give(
        sender_id=sender.id,
        partnership_id=linked.id,
        encouragement_id=None,
        words=Words(preset=EncouragementPreset.WELL_DONE, text="Come back or else"),
        in_support=False,
        now=NOW,
    )[0]


def test_each_kind_is_kept_as_it_was_whatever_is_changed_later(alice: Member, bob: Member) -> None:
    linked = make_partners(alice, bob)
    given = encouraged(bob, alice, linked)
    theirs, _mine = make_circle(bob, alice)
    group = Group.objects.get(id=theirs.group_id)
    running.change(
        member_id=bob.id,
        group_id=group.id,
        changed={"description": "Pay me first", "guidelines": "Obey"},
        now=NOW,
    )
    made = {
        ReportSubject.MEMBER: report(alice, ReportSubject.MEMBER, linked.id)[0],
        ReportSubject.ALIAS: report(alice, ReportSubject.ALIAS, theirs.id)[0],
        ReportSubject.ENCOURAGEMENT: report(alice, ReportSubject.ENCOURAGEMENT, given.id)[0],
        ReportSubject.GROUP_TEXT: report(alice, ReportSubject.GROUP_TEXT, group.id)[0],
    }
    Member.objects.filter(id=bob.id).update(handle="somebody_else")
    joining.change_own(member_id=bob.id, group_id=group.id, changed={"alias": "Innocent"}, now=NOW)
    running.change(
        member_id=bob.id,
        group_id=group.id,
        changed={"description": "Welcome", "guidelines": "", "name": "Nice"},
        now=NOW,
    )
    partners.end(member_id=bob.id, partnership_id=linked.id, now=NOW)
    leaving.leave(member_id=alice.id, group_id=group.id, now=NOW)
    assert {kind: look(one).snapshot for kind, one in made.items()} == {
        ReportSubject.MEMBER: {"known_as": "bob"},
        ReportSubject.ALIAS: {"known_as": theirs.alias, "group": group.name},
        ReportSubject.ENCOURAGEMENT: {"preset": "well_done", "text": "Come back or else"},
        ReportSubject.GROUP_TEXT: {
            "name": group.name,
            "description": "Pay me first",
            "guidelines": "Obey",
        },
    }
    assert {look(one).text for one in made.values()} == {"It hurts to read this"}
    stored = b"".join(
        bytes(one) for row in Report.objects.values_list("text", "snapshot") for one in row
    )
    for words in (b"hurts", b"bob", b"Heron", b"else", b"Obey"):
        assert words not in stored


def test_what_cannot_be_seen_cannot_be_reported(
    alice: Member, bob: Member, charlie: Member
) -> None:
    linked = make_partners(alice, bob)
    given = encouraged(bob, alice, linked)
    theirs, mine = make_circle(bob, alice)
    Group.objects.filter(id=theirs.group_id).update(listed=False)
    refused = [
        (charlie, ReportSubject.MEMBER, linked.id),
        (charlie, ReportSubject.ALIAS, theirs.id),
        (charlie, ReportSubject.ENCOURAGEMENT, given.id),
        (charlie, ReportSubject.GROUP_TEXT, theirs.group_id),
        # One's own, and what is named as something else.
        (bob, ReportSubject.ENCOURAGEMENT, given.id),
        (alice, ReportSubject.ALIAS, mine.id),
        (alice, ReportSubject.MEMBER, theirs.id),
        (alice, ReportSubject.MEMBER, bob.id),
        *((alice, kind, new_id()) for kind in ReportSubject),
    ]
    for member, kind, subject_id in refused:
        with pytest.raises(Missing):
            report(member, kind, subject_id)
    assert not Report.objects.exists()


def hides(hidden: GroupMembership, alice: Member) -> None:
    GroupMembership.objects.filter(id=hidden.id).update(shown=False)


def blocks_the_reporter(hidden: GroupMembership, alice: Member) -> None:
    assert hidden.member_id
    mine = GroupMembership.objects.active().of(alice.id).get(group_id=hidden.group_id)
    named = Named(member_id=alice.id, named_by=mine.id, known_as=mine.alias, named_in=mine.group_id)
    blocks.block(member_id=hidden.member_id, block_id=None, named=named, now=NOW)


def leaves(hidden: GroupMembership, alice: Member) -> None:
    assert hidden.member_id
    leaving.leave(member_id=hidden.member_id, group_id=hidden.group_id, now=NOW)


def is_erased(hidden: GroupMembership, alice: Member) -> None:
    leaves(hidden, alice)
    Member.objects.filter(id=hidden.member_id).delete()


def is_being_erased(hidden: GroupMembership, alice: Member) -> None:
    SealingKey.objects.filter(member_id=hidden.member_id).delete()


@pytest.mark.parametrize("left", [False, True])
@pytest.mark.parametrize(
    ("done", "known_as"),
    [
        (hides, {"known_as": "Fern", "group": "Tuesday table"}),
        (blocks_the_reporter, {"known_as": "Fern", "group": "Tuesday table"}),
        (leaves, {"known_as": "", "group": "Tuesday table"}),
        (is_being_erased, {}),
        (is_erased, {}),
    ],
)
def test_whoever_was_in_a_group_with_them_they_can_report_and_no_block_shows(
    alice: Member, bob: Member, charlie: Member, done: Any, known_as: Any, left: bool
) -> None:
    _owner, hidden, mine = make_circle(bob, charlie, alice)
    done(hidden, alice)
    if left:
        leaving.remove(member_id=bob.id, group_id=mine.group_id, membership_id=mine.id, now=NOW)
    made, is_new = report(alice, ReportSubject.ALIAS, hidden.id)
    assert is_new
    assert look(made).snapshot == known_as
    with pytest.raises(Missing):
        report(make_member(handle="dora"), ReportSubject.ALIAS, hidden.id)
    services.resolve(
        report_id=made.id, operator="ona", outcome=ReportOutcome.NO_ACTION, note="", now=NOW
    )


@pytest.mark.parametrize("ended", [False, True])
def test_whom_somebody_blocked_or_left_they_can_still_report(
    alice: Member, bob: Member, ended: bool
) -> None:
    linked = make_partners(alice, bob)
    given = encouraged(bob, alice, linked)
    theirs, _ = make_circle(bob, alice)
    if ended:
        partners.end(member_id=bob.id, partnership_id=linked.id, now=NOW)
    for named_by in (linked.id, theirs.id):
        named = Named(member_id=bob.id, named_by=named_by, known_as="bob")
        blocks.block(member_id=alice.id, block_id=None, named=named, now=NOW)
    for kind, subject_id in (
        (ReportSubject.MEMBER, linked.id),
        (ReportSubject.ALIAS, theirs.id),
        (ReportSubject.ENCOURAGEMENT, given.id),
    ):
        assert report(alice, kind, subject_id)[1]


def test_what_a_muted_partner_sent_cannot_be_reported_for_it_was_never_seen(
    alice: Member, bob: Member
) -> None:
    linked = make_partners(alice, bob)
    PartnershipSide.objects.filter(partnership=linked, member=alice).update(
        hears_encouragements=False
    )
    given = encouraged(bob, alice, linked)
    with pytest.raises(Missing):
        report(alice, ReportSubject.ENCOURAGEMENT, given.id)


def test_there_is_one_open_report_of_a_thing_and_another_after_it_is_decided(
    alice: Member, bob: Member
) -> None:
    linked = make_partners(alice, bob)
    chosen = new_id()
    first, is_new = report(alice, ReportSubject.MEMBER, linked.id, report_id=chosen)
    assert is_new
    for said in ({"report_id": chosen}, {}, {"reason": ReportReason.OTHER, "text": "More"}):
        again, is_new = report(alice, ReportSubject.MEMBER, linked.id, **said)
        assert (again.id, is_new) == (first.id, False)
    with pytest.raises(IdTaken):
        report(alice, ReportSubject.MEMBER, linked.id, report_id=chosen, text="Other")
    assert report(bob, ReportSubject.MEMBER, linked.id)[1]
    services.resolve(
        report_id=first.id, operator="ona", outcome=ReportOutcome.NO_ACTION, note="", now=NOW
    )
    replayed, is_new = report(alice, ReportSubject.MEMBER, linked.id, report_id=chosen)
    assert (replayed.id, is_new) == (first.id, False)
    assert report(alice, ReportSubject.MEMBER, linked.id)[1]
    with pytest.raises(IntegrityError), transaction.atomic():
        Report.objects.filter(id=first.id).update(resolved_at=None, outcome="none")


def test_open_reports_have_a_bound(alice: Member, bob: Member) -> None:
    linked = make_partners(alice, bob)
    for _ in range(MOST_OPEN_REPORTS):
        Report.objects.create(
            member=alice,
            subject_kind="member",
            subject_id=new_id(),
            reason="other",
            created_at=NOW,
        )
    with pytest.raises(TooManyOpenReports):
        report(alice, ReportSubject.MEMBER, linked.id)


def test_every_look_is_on_record_before_anything_is_shown(
    alice: Member, bob: Member, monkeypatch: pytest.MonkeyPatch
) -> None:
    made, _ = report(alice, ReportSubject.MEMBER, make_partners(alice, bob).id)
    for minutes in (1, 2):
        at = NOW + timedelta(minutes=minutes)
        services.look(report_id=made.id, operator="ona", now=at)
    looks = [(one.report_id, one.operator, one.what, one.at) for one in queries.looks()]
    assert looks == [
        (made.id, "ona", ReportLookKind.OPENED, NOW + timedelta(minutes=2)),
        (made.id, "ona", ReportLookKind.OPENED, NOW + timedelta(minutes=1)),
    ]
    with pytest.raises(Missing):
        services.look(report_id=new_id(), operator="ona", now=NOW)

    def out_of_reach(**_: object) -> None:
        raise DatabaseError

    def never(**_: object) -> None:
        raise AssertionError("opened without a record")

    monkeypatch.setattr(ReportLook.objects, "create", out_of_reach)
    monkeypatch.setattr(queries, "opened", never)
    with pytest.raises(Unavailable):
        look(made)


@pytest.mark.django_db(transaction=True)
def test_a_look_is_committed_by_the_time_that_it_shows_something(
    alice: Member, bob: Member, monkeypatch: pytest.MonkeyPatch
) -> None:
    made, _ = report(alice, ReportSubject.MEMBER, make_partners(alice, bob).id)
    opened = queries.opened

    def outside_a_transaction(*, report: Report) -> queries.Opened:
        assert not connection.in_atomic_block
        assert queries.looks().count() == 1
        return opened(report=report)

    monkeypatch.setattr(queries, "opened", outside_a_transaction)
    assert look(made).text == "It hurts to read this"


def test_a_report_is_decided_once_with_a_sealed_note(alice: Member, bob: Member) -> None:
    made, _ = report(alice, ReportSubject.MEMBER, make_partners(alice, bob).id)
    decide = {"report_id": made.id, "operator": "ona", "note": "Wrote to both", "now": NOW}
    with pytest.raises(Conflict):
        services.resolve(outcome=ReportOutcome.CONTENT_HIDDEN, **decide)
    with pytest.raises(Conflict):
        services.resolve(outcome=ReportOutcome.NONE, **decide)
    services.resolve(outcome=ReportOutcome.DEALT_WITH_ELSEWHERE, **decide)
    with pytest.raises(Conflict):
        services.resolve(outcome=ReportOutcome.NO_ACTION, **decide)
    with pytest.raises(Missing):
        services.resolve(outcome=ReportOutcome.NO_ACTION, **{**decide, "report_id": new_id()})
    opened = look(made)
    assert (opened.report.outcome, opened.operator_note) == (
        "dealt_with_elsewhere",
        "Wrote to both",
    )
    assert b"Wrote" not in bytes(Report.objects.get(id=made.id).operator_note)
    assert [one.what for one in queries.looks()] == ["opened", "resolved"]
    changes = Change.objects.filter(member=alice, table="reports").order_by("seq")
    assert [one.fields for one in changes] == [["reason"], ["outcome"]]


def test_what_is_hidden_is_no_longer_read(alice: Member, bob: Member) -> None:
    linked = make_partners(alice, bob)
    given = encouraged(bob, alice, linked)
    theirs, _ = make_circle(bob, alice)
    group_id = theirs.group_id
    running.change(member_id=bob.id, group_id=group_id, changed={"guidelines": "Obey"}, now=NOW)
    for kind, subject_id in (
        (ReportSubject.ENCOURAGEMENT, given.id),
        (ReportSubject.ALIAS, theirs.id),
        (ReportSubject.GROUP_TEXT, group_id),
    ):
        made, _ = report(alice, kind, subject_id)
        services.resolve(
            report_id=made.id,
            operator="ona",
            outcome=ReportOutcome.CONTENT_HIDDEN,
            note="",
            now=NOW,
        )
    assert not encouragements.received(member_id=alice.id).exists()
    assert GroupMembership.objects.get(id=theirs.id).alias == "Member"
    group = Group.objects.get(id=group_id)
    assert (group.name, group.description, group.guidelines) == ("Group", "", "")


def test_hiding_what_has_gone_away_meanwhile_changes_nothing(alice: Member, bob: Member) -> None:
    theirs, _mine = make_circle(bob, alice)
    made = [
        report(alice, ReportSubject.ALIAS, theirs.id)[0],
        report(alice, ReportSubject.GROUP_TEXT, theirs.group_id)[0],
    ]
    leaving.leave(member_id=alice.id, group_id=theirs.group_id, now=NOW)
    leaving.leave(member_id=bob.id, group_id=theirs.group_id, now=NOW)
    before = list(GroupMembership.objects.values_list("alias", "version"))
    for one in made:
        services.resolve(
            report_id=one.id,
            operator="ona",
            outcome=ReportOutcome.CONTENT_HIDDEN,
            note="",
            now=NOW,
        )
    assert list(GroupMembership.objects.values_list("alias", "version")) == before


def test_when_the_reported_is_erased_nobody_can_read_what_they_said(
    alice: Member, bob: Member
) -> None:
    linked = make_partners(alice, bob)
    given = encouraged(bob, alice, linked)
    made, _ = report(alice, ReportSubject.ENCOURAGEMENT, given.id)
    SealingKey.objects.filter(member_id=bob.id).delete()
    assert look(made).snapshot == {}
    given.member = None
    given.save(update_fields=["member"])
    opened = look(made)
    assert (opened.snapshot, opened.text) == ({}, "It hurts to read this")


def test_while_somebody_is_being_erased_nothing_of_theirs_is_there_any_more(
    alice: Member, bob: Member
) -> None:
    linked = make_partners(alice, bob)
    given = encouraged(bob, alice, linked)
    made, _ = report(alice, ReportSubject.MEMBER, linked.id)
    mine, _ = report(bob, ReportSubject.MEMBER, linked.id)
    SealingKey.objects.filter(member_id=bob.id).delete()
    with pytest.raises(Missing):
        report(alice, ReportSubject.ENCOURAGEMENT, given.id)
    Report.objects.filter(id=made.id).delete()
    with pytest.raises(Missing):
        report(alice, ReportSubject.MEMBER, linked.id)
    with pytest.raises(Missing):
        look(mine)
    with pytest.raises(Missing):
        services.resolve(
            report_id=mine.id, operator="ona", outcome=ReportOutcome.NO_ACTION, note="", now=NOW
        )


@pytest.mark.parametrize(
    ("waited", "said", "too_long"),
    [
        (timedelta(seconds=-5), "0 min", False),
        (timedelta(minutes=40, seconds=59), "40 min", False),
        (timedelta(hours=5, minutes=10), "5 h 10 min", False),
        (timedelta(hours=24), "1 d 0 h", False),
        (timedelta(hours=24, seconds=1), "1 d 0 h", True),
        (timedelta(days=3, hours=4), "3 d 4 h", True),
    ],
)
def test_a_report_should_be_looked_at_within_a_day(
    waited: timedelta, said: str, too_long: bool
) -> None:
    at = NOW - waited
    assert rules.age_text(rules.age(reported_at=at, now=NOW)) == said
    assert rules.waits_too_long(reported_at=at, now=NOW) is too_long
