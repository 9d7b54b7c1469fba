"""What members hear of each other: told once, asked again before sending, gone when taken back."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from uuid import UUID

import pytest

from notifications import asking, hints, inbox, leases
from notifications.models import (
    NOT_FOR_THE_INBOX,
    Delivery,
    DeliveryState,
    Dropped,
    Notification,
)
from notifications.wording import Kind
from recovery.blocks import services as blocks
from recovery.blocks.services import Named
from recovery.commitments.models import EntryState
from recovery.commitments.services import confirmations, entries
from recovery.encouragements import services as encouragements
from recovery.encouragements.models import EncouragementPreset
from recovery.encouragements.services import Words
from recovery.groups.choices import JoinPolicy, Role
from recovery.groups.models import JoinRequest
from recovery.groups.services import asking as join_requests
from recovery.groups.services import leave_all, leaving, running
from recovery.kernel import events
from recovery.kernel.ids import new_id
from recovery.members.models import Member
from recovery.overview import blocking
from recovery.ownership.events import ExportReady
from recovery.ownership.models import ExportJob, ExportState
from recovery.partners import addressed, sides
from recovery.partners import services as partners
from recovery.partners.models import Partnership
from recovery.sharing.models import Scope
from recovery.sharing.services import Wanted
from tests.circles import make_circle
from tests.factories import make_member
from tests.grouping import ask, facilitate, join, make_group
from tests.loopback.fcm import LoopbackFcm
from tests.notifications.making import make_device
from tests.partnering import NOW, make_partners, share
from tests.recovery.commitments.making import answer, promise

LATER = NOW + timedelta(minutes=1)
TODAY = date(2026, 11, 22)

Undo = Callable[["Fact"], None]


@dataclass(frozen=True, slots=True)
class Fact:
    """Something that one member hears of from another."""

    reader: Member
    other: Member
    linked: Partnership | None = None
    subject_id: UUID | None = None


@pytest.fixture(autouse=True)
def phones(alice: Member, bob: Member, charlie: Member, fcm: LoopbackFcm) -> None:
    """Everybody has a phone, so that all there is to tell waits to be sent."""
    for member in (alice, bob, charlie):
        make_device(member=member)


@pytest.fixture
def linked(alice: Member, bob: Member) -> Partnership:
    found = make_partners(alice, bob)
    Notification.objects.all().delete()
    return found


def told(member: Member) -> Notification:
    """Return the one thing that a member is to hear."""
    return Notification.objects.get(member=member)


def shown(member: Member) -> list[str]:
    """Return what stands in a member's inbox; what is unread must agree."""
    found = list(inbox.of(member_id=member.id, now=LATER).values_list("kind", flat=True))
    assert inbox.unread_count(member_id=member.id, now=LATER) == len(found)
    return found


def why_not(kind: Kind) -> Dropped:
    """Ask once more, right before it would be sent."""
    _, leased = leases.lease(now=LATER, limit=100)
    (row,) = [one for one in leased if one.kind == kind]
    return asking.reasons(leased=leased, now=LATER).get(row.delivery_id, Dropped.NO)


# Kind words -------------------------------------------------------------------------------------


def encouraged(reader: Member, other: Member, linked: Partnership) -> Fact:
    given, _ = encouragements.give(
        sender_id=other.id,
        partnership_id=linked.id,
        encouragement_id=None,
        words=Words(preset=EncouragementPreset.THINKING_OF_YOU),
        in_support=False,
        now=NOW,
    )
    return Fact(reader, other, linked, given.id)


def thanked(reader: Member, other: Member, linked: Partnership) -> Fact:
    given = encouraged(other, reader, linked)
    Notification.objects.all().delete()
    assert given.subject_id
    encouragements.thank(member_id=other.id, encouragement_id=given.subject_id, now=NOW)
    return Fact(reader, other, linked, given.subject_id)


# Commitments ------------------------------------------------------------------------------------


def kept_and_asked(reader: Member, other: Member, linked: Partnership) -> Fact:
    """The other kept something, shows it, and asks the reader to say so too."""
    commitment = promise(other, now=NOW, confirmer=linked.id)
    share(other, linked, Wanted(scope=Scope.COMMITMENTS, item_id=commitment.id))
    answer(commitment, TODAY, now=NOW)
    return Fact(reader, other, linked, commitment.id)


def confirmed(reader: Member, other: Member, linked: Partnership) -> Fact:
    fact = kept_and_asked(other, reader, linked)
    Notification.objects.all().delete()
    assert fact.subject_id
    confirmations.confirm(
        partner_id=other.id,
        partnership_id=linked.id,
        commitment_id=fact.subject_id,
        local_date=TODAY,
        now=NOW,
    )
    return Fact(reader, other, linked, fact.subject_id)


FROM_PARTNERS = {
    Kind.ENCOURAGEMENT: encouraged,
    Kind.THANKS: thanked,
    Kind.CONFIRMATION_ASKED: kept_and_asked,
    Kind.COMMITMENT_CONFIRMED: confirmed,
}


def end(fact: Fact) -> None:
    assert fact.linked
    partners.end(member_id=fact.other.id, partnership_id=fact.linked.id, now=LATER)


def reader_blocks(fact: Fact) -> None:
    assert fact.linked
    blocking.block_partner(
        member_id=fact.reader.id, block_id=None, partnership_id=fact.linked.id, now=LATER
    )


def other_blocks(fact: Fact) -> None:
    assert fact.linked
    blocking.block_partner(
        member_id=fact.other.id, block_id=None, partnership_id=fact.linked.id, now=LATER
    )


@pytest.mark.parametrize("kind", FROM_PARTNERS)
def test_a_partners_news_names_what_to_fetch_and_is_sent(
    alice: Member, bob: Member, linked: Partnership, kind: Kind
) -> None:
    fact = FROM_PARTNERS[kind](alice, bob, linked)
    row = told(alice)
    assert (row.kind, row.subject_id, row.partnership_id) == (kind, fact.subject_id, linked.id)
    assert row.expires_at == NOW + timedelta(hours=24)
    assert why_not(kind) is Dropped.NO
    assert shown(alice) == [kind]


@pytest.mark.parametrize("act", [end, reader_blocks, other_blocks])
@pytest.mark.parametrize("kind", FROM_PARTNERS)
def test_it_is_not_sent_once_the_two_are_apart(
    alice: Member, bob: Member, linked: Partnership, kind: Kind, act: Undo
) -> None:
    fact = FROM_PARTNERS[kind](alice, bob, linked)
    act(fact)
    if act is not other_blocks:
        assert why_not(kind) is Dropped.WITHDRAWN
        assert shown(alice) == []
        return
    assert why_not(kind) is Dropped.APART
    assert Dropped.APART not in NOT_FOR_THE_INBOX
    if kind is not Kind.CONFIRMATION_ASKED:  # a block takes back what its maker shared
        assert shown(alice) == [kind], "that somebody blocked you must not show"


@pytest.mark.parametrize("blocks", ["reader", "other"])
@pytest.mark.parametrize("kind", [Kind.ENCOURAGEMENT, Kind.THANKS])
def test_what_is_done_across_a_block_is_told_to_nobody_ever(
    alice: Member, bob: Member, linked: Partnership, kind: Kind, blocks: str
) -> None:
    given = encouraged(bob, alice, linked)
    Notification.objects.all().delete()
    act = reader_blocks if blocks == "reader" else other_blocks
    if kind is Kind.ENCOURAGEMENT:
        act(Fact(alice, bob, linked))
        if blocks == "reader":
            encouraged(alice, bob, linked)
    elif blocks == "reader":
        act(Fact(alice, bob, linked))
        assert given.subject_id
        encouragements.thank(member_id=bob.id, encouragement_id=given.subject_id, now=LATER)
    assert not Notification.objects.exists()


# What takes it back, besides --------------------------------------------------------------------


def mute(fact: Fact) -> None:
    assert fact.linked
    sides.change_settings(
        member_id=fact.reader.id,
        partnership_id=fact.linked.id,
        changed={"hears_encouragements": False},
        now=LATER,
    )


def hide(fact: Fact) -> None:
    assert fact.subject_id
    encouragements.hide(encouragement_id=fact.subject_id, now=LATER)


def narrow(fact: Fact) -> None:
    assert fact.linked
    share(fact.other, fact.linked, now=LATER)


def pause(fact: Fact) -> None:
    assert fact.linked
    sides.pause(member_id=fact.other.id, partnership_id=fact.linked.id, now=LATER)


def owner_takes_the_answer_back(fact: Fact) -> None:
    owner = fact.other if told(fact.reader).kind == Kind.CONFIRMATION_ASKED else fact.reader
    assert fact.subject_id
    entries.withdraw(member=owner, commitment_id=fact.subject_id, local_date=TODAY, now=LATER)


def confirm_meanwhile(fact: Fact) -> None:
    assert fact.subject_id
    assert fact.linked
    confirmations.confirm(
        partner_id=fact.reader.id,
        partnership_id=fact.linked.id,
        commitment_id=fact.subject_id,
        local_date=TODAY,
        now=LATER,
    )


def partner_takes_the_word_back(fact: Fact) -> None:
    assert fact.subject_id
    assert fact.linked
    confirmations.withdraw(
        partner_id=fact.other.id,
        partnership_id=fact.linked.id,
        commitment_id=fact.subject_id,
        local_date=TODAY,
        now=LATER,
    )


@pytest.mark.parametrize(
    ("kind", "act", "reason", "stays"),
    [
        (Kind.ENCOURAGEMENT, mute, Dropped.WITHDRAWN, True),
        (Kind.ENCOURAGEMENT, hide, Dropped.WITHDRAWN, False),
        (Kind.CONFIRMATION_ASKED, narrow, Dropped.WITHDRAWN, False),
        (Kind.CONFIRMATION_ASKED, pause, Dropped.WITHDRAWN, False),
        (Kind.CONFIRMATION_ASKED, confirm_meanwhile, Dropped.ANSWERED, True),
        (Kind.CONFIRMATION_ASKED, owner_takes_the_answer_back, Dropped.WITHDRAWN, True),
        (Kind.COMMITMENT_CONFIRMED, owner_takes_the_answer_back, Dropped.WITHDRAWN, True),
        (Kind.COMMITMENT_CONFIRMED, partner_takes_the_word_back, Dropped.WITHDRAWN, True),
    ],
)
def test_it_is_asked_again_before_sending(
    alice: Member,
    bob: Member,
    linked: Partnership,
    kind: Kind,
    act: Undo,
    reason: Dropped,
    stays: bool,
) -> None:
    fact = FROM_PARTNERS[kind](alice, bob, linked)
    act(fact)
    assert (kind in shown(alice)) is stays, "as long as it was not sent or dropped"
    assert why_not(kind) is reason


def test_a_date_kept_again_is_asked_about_once(
    alice: Member, bob: Member, linked: Partnership
) -> None:
    fact = kept_and_asked(alice, bob, linked)
    owner_takes_the_answer_back(fact)
    commitment = promise(bob, now=LATER)
    assert fact.subject_id != commitment.id
    entries.put(
        member=bob,
        commitment_id=fact.subject_id,  # type: ignore[arg-type]
        local_date=TODAY,
        said=entries.Said(EntryState.KEPT),
        now=LATER + timedelta(minutes=1),
    )
    assert Notification.objects.filter(member=alice).count() == 1


# Invites ----------------------------------------------------------------------------------------


def invite_in_group(alice: Member, bob: Member, charlie: Member) -> Fact:
    """Alice is invited by bob, in a group of the three."""
    mine, his, _ = make_circle(alice, bob, charlie)
    made = addressed.invite(
        member_id=bob.id, invite_id=None, group_id=his.group_id, to=mine.id, now=NOW
    ).invite
    return Fact(alice, bob, None, made.id)


def withdraw_invite(fact: Fact) -> None:
    assert fact.subject_id
    partners.withdraw(member_id=fact.other.id, invite_id=fact.subject_id, now=LATER)


def decline_invite(fact: Fact) -> None:
    assert fact.subject_id
    addressed.decline(member_id=fact.reader.id, invite_id=fact.subject_id, now=LATER)


def accept_invite(fact: Fact) -> None:
    assert fact.subject_id
    addressed.accept(member_id=fact.reader.id, invite_id=fact.subject_id, now=LATER)


def test_a_fellow_members_invite_is_told_to_whom_it_is_addressed(
    alice: Member, bob: Member, charlie: Member
) -> None:
    fact = invite_in_group(alice, bob, charlie)
    row = told(alice)
    assert (row.kind, row.subject_id) == (Kind.PARTNER_INVITE, fact.subject_id)
    assert why_not(Kind.PARTNER_INVITE) is Dropped.NO
    assert shown(alice) == ["partner_invite"]


@pytest.mark.parametrize("act", [withdraw_invite, decline_invite, accept_invite])
def test_an_invite_that_is_open_no_more_is_neither_sent_nor_shown(
    alice: Member, bob: Member, charlie: Member, act: Undo
) -> None:
    fact = invite_in_group(alice, bob, charlie)
    act(fact)
    assert why_not(Kind.PARTNER_INVITE) is Dropped.WITHDRAWN
    assert shown(alice) == []


# Groups -----------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Asked:
    """Charlie asks to join the group of alice, which bob facilitates."""

    group_id: UUID
    request_id: UUID
    bobs: UUID


@pytest.fixture
def request_(alice: Member, bob: Member, charlie: Member) -> Asked:
    mine = make_group(alice)
    his = join(bob, mine.group_id, "Fern")
    facilitate(mine, his)
    running.change(
        member_id=alice.id,
        group_id=mine.group_id,
        changed={"join_policy": JoinPolicy.APPROVAL},
        now=NOW,
    )
    asked = ask(charlie, mine.group_id, "Otter")
    return Asked(mine.group_id, asked, his.id)


def test_those_who_decide_hear_of_a_request_and_who_is_let_in_of_the_answer(
    alice: Member, bob: Member, charlie: Member, request_: Asked
) -> None:
    for member in (alice, bob):
        row = told(member)
        # The group, where those who wait are listed.
        assert (row.kind, row.subject_id) == (Kind.GROUP_REQUEST, request_.group_id)
        assert shown(member) == ["group_request"]
    join_requests.approve(
        member_id=bob.id, group_id=request_.group_id, request_id=request_.request_id, now=LATER
    )
    row = told(charlie)
    assert (row.kind, row.subject_id) == (Kind.GROUP_JOINED, request_.group_id)
    _, leased = leases.lease(now=LATER, limit=10)
    reasons = asking.reasons(leased=leased, now=LATER)
    assert {row.kind: reasons.get(row.delivery_id) for row in leased} == {
        "group_request": Dropped.WITHDRAWN,  # decided
        "group_joined": None,
    }
    assert shown(alice) == shown(bob) == []


def test_each_request_is_told_and_shown_while_any_waits(
    alice: Member, charlie: Member, request_: Asked
) -> None:
    ask(make_member(handle="dora"), request_.group_id, "Wren")
    assert shown(alice) == ["group_request", "group_request"]
    join_requests.withdraw(
        member_id=charlie.id,
        group_id=request_.group_id,
        request_id=request_.request_id,
        now=LATER,
    )
    assert shown(alice) == ["group_request", "group_request"]
    _, leased = leases.lease(now=LATER, limit=10)
    assert asking.reasons(leased=leased, now=LATER) == {}
    for one in JoinRequest.objects.filter(state="open"):
        join_requests.decline(
            member_id=alice.id, group_id=request_.group_id, request_id=one.id, now=LATER
        )
    assert shown(alice) == []
    assert set(asking.reasons(leased=leased, now=LATER).values()) == {Dropped.WITHDRAWN}


def test_a_request_of_whom_they_blocked_meanwhile_is_none(
    alice: Member, charlie: Member, request_: Asked
) -> None:
    theirs = Named(member_id=charlie.id, named_by=new_id(), known_as="Otter")
    blocks.block(member_id=alice.id, block_id=None, named=theirs, now=LATER)
    _, leased = leases.lease(now=LATER, limit=10)
    reasons = asking.reasons(leased=leased, now=LATER)
    assert [row.member_id for row in leased if row.delivery_id in reasons] == [alice.id]
    assert shown(alice) == []


def test_who_comes_in_through_an_open_door_hears_nothing(alice: Member, bob: Member) -> None:
    join(bob, make_group(alice).group_id, "Fern")
    assert not Notification.objects.exists()


def test_who_no_longer_runs_the_group_hears_of_no_request(
    alice: Member, bob: Member, request_: Asked
) -> None:
    running.change_role(
        member_id=alice.id,
        group_id=request_.group_id,
        membership_id=request_.bobs,
        role=Role.MEMBER,
        now=LATER,
    )
    _, leased = leases.lease(now=LATER, limit=10)
    reasons = asking.reasons(leased=leased, now=LATER)
    assert {row.member_id: reasons.get(row.delivery_id) for row in leased} == {
        alice.id: None,
        bob.id: Dropped.WITHDRAWN,
    }
    assert (shown(alice), shown(bob)) == (["group_request"], [])


def test_whoever_a_group_is_handed_to_hears_of_it_while_they_own_it(
    alice: Member, bob: Member
) -> None:
    mine = make_group(alice)
    his = join(bob, mine.group_id, "Fern")

    def hand_on(member: Member, membership_id: UUID) -> None:
        running.transfer(
            member_id=member.id, group_id=mine.group_id, membership_id=membership_id, now=NOW
        )

    hand_on(alice, his.id)
    row = told(bob)
    assert (row.kind, row.subject_id) == (Kind.GROUP_OWNED, mine.group_id)
    assert (shown(alice), shown(bob)) == ([], ["group_owned"])
    assert why_not(Kind.GROUP_OWNED) is Dropped.NO
    hand_on(bob, mine.id)
    assert (shown(alice), shown(bob)) == (["group_owned"], [])
    _, leased = leases.lease(now=LATER + timedelta(hours=1), limit=10)
    reasons = asking.reasons(leased=leased, now=LATER)
    assert {row.member_id: reasons.get(row.delivery_id) for row in leased} == {
        alice.id: None,
        bob.id: Dropped.WITHDRAWN,
    }


@pytest.mark.parametrize("listens", [False, True])
def test_whoever_a_deleted_account_leaves_a_group_to_hears_of_it(
    alice: Member, bob: Member, charlie: Member, listens: bool
) -> None:
    """A listener too: openly, when nobody else is left."""
    mine = make_group(alice)
    for member, alias in ((bob, "Fern"), (charlie, "Otter")):
        join(member, mine.group_id, alias, listens=listens)
    leave_all(member_id=alice.id, now=NOW)
    row = told(bob)
    assert (row.kind, row.subject_id) == (Kind.GROUP_OWNED, mine.group_id)
    assert (shown(bob), shown(charlie)) == (["group_owned"], [])
    assert why_not(Kind.GROUP_OWNED) is Dropped.NO
    leave_all(member_id=bob.id, now=NOW)
    assert shown(charlie) == ["group_owned"]
    leave_all(member_id=charlie.id, now=NOW)  # nobody is left, and the group closes
    assert Notification.objects.count() == 2


def test_whoever_makes_a_group_needs_not_be_told(alice: Member) -> None:
    make_group(alice)
    assert not Notification.objects.exists()


def test_who_left_again_is_not_welcomed(alice: Member, charlie: Member, request_: Asked) -> None:
    Notification.objects.all().delete()
    join_requests.approve(
        member_id=alice.id, group_id=request_.group_id, request_id=request_.request_id, now=LATER
    )
    leaving.leave(member_id=charlie.id, group_id=request_.group_id, now=LATER)
    assert why_not(Kind.GROUP_JOINED) is Dropped.WITHDRAWN


# One's own data ---------------------------------------------------------------------------------


def test_an_export_is_announced_while_it_can_be_fetched(alice: Member) -> None:
    job = ExportJob.objects.create(
        member=alice,
        state=ExportState.READY,
        created_at=NOW,
        ready_at=NOW,
        expires_at=NOW + timedelta(hours=1),
    )
    events.publish(fact=ExportReady(export_id=job.id, member_id=alice.id, at=NOW))
    assert told(alice).subject_id == job.id
    assert why_not(Kind.EXPORT_READY) is Dropped.NO
    Delivery.objects.update(leased_until=None, state=DeliveryState.PENDING)
    job.state = ExportState.FETCHED
    job.save()
    assert why_not(Kind.EXPORT_READY) is Dropped.WITHDRAWN
    assert shown(alice) == ["export_ready"]


def test_only_what_somebody_waits_for_takes_the_urgent_lane(
    alice: Member, bob: Member, linked: Partnership, monkeypatch: pytest.MonkeyPatch
) -> None:
    hinted: list[str] = []
    monkeypatch.setattr(hints, "deliver_soon", lambda: hinted.append("deliver"))
    monkeypatch.setattr(hints, "deliver_urgent_soon", lambda: hinted.append("urgent"))
    encouraged(alice, bob, linked)
    assert hinted == ["deliver"]
    assert not Delivery.objects.filter(urgent=True).exists()
