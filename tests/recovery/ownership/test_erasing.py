"""Deleted means gone for everybody at once, and erased soon after, whatever is killed meanwhile."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import models
from django.utils import timezone

from recovery.groups.choices import Ending, JoinPolicy, Role
from recovery.groups.models import Group, GroupMembership
from recovery.groups.services import asking
from recovery.kernel import sealing
from recovery.kernel.models import ChangeCounter, SealingKey
from recovery.members import queries as members
from recovery.members.models import EmailCode, EmailPurpose, ErasedMember, Member, Session
from recovery.members.refusals import AccountDeleted
from recovery.members.services import upkeep
from recovery.ownership import leases, walk
from recovery.ownership.services import erasing, exports, working
from recovery.sobriety.models import Tracker, TrackerFact
from tests import grouping
from tests.factories import make_member, make_session
from tests.partnering import NOW, STATUS, make_partners, share
from tests.recovery.ownership.leaving import delete, rows_of
from tests.recovery.ownership.lives import PASSWORD, give_password, live
from tests.supporting import ask, make_supporter

pytestmark = pytest.mark.django_db


def test_everything_of_theirs_is_erased_and_nothing_of_others(alice: Member, bob: Member) -> None:
    live(alice)
    live(bob)
    link = make_partners(alice, bob)
    share(bob, link, STATUS)
    before = rows_of(bob.id)
    delete(alice)
    while working.work_off(now=timezone.now()):
        pass
    assert rows_of(alice.id) == {}
    assert not SealingKey.objects.filter(member_id=alice.id).exists()
    erased = ErasedMember.objects.get()
    assert erased.member_id == alice.id
    after = rows_of(bob.id)
    for name in ("Tracker", "TrackerFact", "CheckIn", "TrackerDay", "Clock", "HardMomentPlan"):
        assert after[name] == before[name]
    assert "Partnership" not in after


def test_a_reset_that_somebody_asked_for_by_handle_goes_too(alice: Member) -> None:
    EmailCode.objects.create(
        handle="alice", purpose=EmailPurpose.RESET, created_at=NOW, expires_at=NOW
    )
    EmailCode.objects.create(
        handle="bob", purpose=EmailPurpose.RESET, created_at=NOW, expires_at=NOW
    )
    delete(alice)
    working.work_off(now=NOW)
    assert list(EmailCode.objects.values_list("handle", flat=True)) == ["bob"]


def test_the_key_goes_first(alice: Member, monkeypatch: pytest.MonkeyPatch) -> None:
    live(alice)
    delete(alice)
    taken = leases.take(Member.objects.all(), column="erase_at", watch=leases.Watch(now=NOW))
    assert taken is not None
    next(erasing._steps(*taken))
    with pytest.raises(sealing.CannotOpen):
        sealing.for_member(member_id=alice.id)
    assert Tracker.objects.exists()


@pytest.mark.parametrize("after", [1, 2, 3, 5, 8, 13])
def test_a_killed_workers_erasure_is_taken_up_at_any_point(
    alice: Member, after: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(erasing, "PORTION", 5)
    live(alice)
    delete(alice)
    taken = leases.take(Member.objects.all(), column="erase_at", watch=leases.Watch(now=NOW))
    assert taken is not None
    steps = erasing._steps(*taken)
    for _ in range(after):
        next(steps)
    del steps
    assert rows_of(alice.id)
    working.work_off(now=NOW + timedelta(seconds=30))  # the lease still holds
    assert rows_of(alice.id)
    while working.work_off(now=NOW + timedelta(minutes=2)):
        pass
    assert rows_of(alice.id) == {}


def test_a_worker_that_was_taken_for_dead_erases_no_more(alice: Member) -> None:
    live(alice)
    delete(alice)
    taken = leases.take(Member.objects.all(), column="erase_at", watch=leases.Watch(now=NOW))
    assert taken is not None
    steps = erasing._steps(*taken)
    next(steps)
    working.work_off(now=NOW + timedelta(minutes=2))
    steps.close()  # type: ignore[attr-defined]
    assert rows_of(alice.id) == {}


def test_a_long_erasure_lets_others_have_their_turn(
    alice: Member, bob: Member, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(erasing, "PORTION", 5)
    live(alice)
    delete(alice)
    delete(bob)
    seconds = iter(range(0, 10_000, 4))
    watch = leases.Watch(now=NOW, passed=lambda: float(next(seconds)))
    assert erasing.work(watch=watch)
    assert rows_of(alice.id)
    for _ in range(200):
        if not working.work_off(now=NOW + timedelta(minutes=10)):
            break
    assert rows_of(alice.id) == rows_of(bob.id) == {}


def test_erasing_writes_a_few_rows_at_a_time(
    alice: Member, django_assert_max_num_queries: Any
) -> None:
    live(alice)
    delete(alice)
    assert TrackerFact.objects.count() > 10
    # A look at each table and way, and for each portion the keys, the lease and the rows.
    with django_assert_max_num_queries(12 * len(walk.erasure_order())):
        working.work_off(now=NOW)
    assert rows_of(alice.id) == {}


def test_children_go_before_what_they_hang_on() -> None:
    order = {model: place for place, model in enumerate(walk.erasure_order())}
    for model, place in order.items():
        for field in model._meta.concrete_fields:
            if not isinstance(field, models.ForeignKey) or field.related_model is model:
                continue
            if field.related_model in order and field.remote_field.on_delete is models.CASCADE:
                assert place < order[field.related_model], (model, field.name)


def test_tokens_of_the_erased_are_answered_deleted_for_as_long_as_any_may_live(
    alice: Member,
) -> None:
    session = make_session(member=alice, now=NOW)
    delete(alice)
    working.work_off(now=NOW)
    assert not Session.objects.exists()
    with pytest.raises(AccountDeleted):
        members.live_session(session_id=session.id, member_id=alice.id, now=NOW)
    upkeep.purge(now=NOW + timedelta(days=179))
    assert ErasedMember.objects.exists()
    upkeep.purge(now=NOW + timedelta(days=181))
    assert not ErasedMember.objects.exists()


def test_who_comes_back_with_a_backup_is_erased_again(alice: Member, bob: Member) -> None:
    live(alice)
    ledger = {alice.id: NOW - timedelta(days=2), make_member().id: NOW}
    Member.objects.exclude(id__in=[alice.id, bob.id]).delete()
    assert erasing.erase_again(erased=ledger, now=NOW) == 1
    assert Member.objects.get(id=alice.id).deleted_at == NOW - timedelta(days=2)
    working.work_off(now=NOW)
    assert rows_of(alice.id) == {}
    assert Member.objects.get() == bob
    assert set(ErasedMember.objects.values_list("member_id", flat=True)) == set(ledger)


def test_the_ledger_beside_the_backups_is_written_and_read_by_commands(
    alice: Member, bob: Member, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    ErasedMember.objects.create(member_id=alice.id, erased_at=NOW)
    call_command("erased_members")
    ledger = tmp_path / "erased"
    ledger.write_text(capsys.readouterr().out)
    ErasedMember.objects.all().delete()  # as the backup was
    call_command("erase_again", str(ledger))
    assert "1 in the file, 1 were back" in capsys.readouterr().out
    assert Member.objects.get() == bob
    assert ErasedMember.objects.get().member_id == alice.id
    ledger.write_text("nonsense\n")
    with pytest.raises(CommandError):
        call_command("erase_again", str(ledger))


def test_a_group_of_one_that_is_gone_goes_to_another(alice: Member, bob: Member) -> None:
    from recovery.groups.services import entering, running  # noqa: F401

    group, mine = make_group(alice)
    GroupMembership.objects.create(
        group=group,
        member=bob,
        alias="Heron",
        alias_key="heron",
        symbol="leaf",
        colour="green",
        role=Role.MEMBER,
        guidelines_version=1,
        joined_at=NOW,
    )
    delete(alice)
    working.work_off(now=NOW)
    group.refresh_from_db()
    assert group.owner is not None
    assert group.owner.member == bob
    left = GroupMembership.objects.get(id=mine.id)
    assert (left.member, left.alias, left.alias_key) == (None, "", "")


def make_group(owner: Member) -> tuple[Group, GroupMembership]:
    """A group of one."""
    group = Group(
        name="Harbour",
        focus="alcohol",
        pathway="secular",
        format="online",
        time_zone="UTC",
        join_policy="open",
        created_at=NOW,
        closed_at=NOW,
    )
    text, group.name = group.name, ""
    group.save(force_insert=True)
    mine = GroupMembership.objects.create(
        group=group,
        member=owner,
        alias="Otter",
        alias_key="otter",
        symbol="leaf",
        colour="green",
        role=Role.OWNER,
        guidelines_version=1,
        joined_at=NOW,
    )
    group.owner, group.closed_at, group.name = mine, None, text
    group.save()
    return group, mine


def test_an_export_that_is_ready_goes_with_its_member(alice: Member) -> None:
    give_password(alice)
    exports.ask(member=alice, password=PASSWORD, now=NOW)
    working.work_off(now=NOW)
    delete(alice)
    working.work_off(now=NOW)
    assert rows_of(alice.id) == {}


def test_a_backup_brings_back_an_owner_with_groups_partners_and_threads(
    alice: Member, bob: Member, charlie: Member
) -> None:
    """Nobody deleted them this time: they are taken out of what others are part of first."""
    mine = grouping.make_group(alice, alias="Rose")
    theirs = grouping.join(bob, mine.group_id, "Fern")
    grouping.make_group(alice, name="Of one")
    asking.ask(
        member_id=alice.id,
        group_id=grouping.make_group(charlie, join_policy=JoinPolicy.APPROVAL).group_id,
        profile=grouping.known_as("Rose"),
        message="Please",
        request_id=None,
        now=NOW,
    )
    make_supporter(bob, alice)
    request = ask(bob)
    assert erasing.erase_again(erased={alice.id: NOW}, now=NOW) == 1
    while working.work_off(now=NOW):
        pass
    assert rows_of(alice.id) == {}
    assert not Member.objects.filter(id=alice.id).exists()
    theirs.refresh_from_db()
    assert theirs.role == Role.OWNER
    assert Group.objects.get(id=mine.group_id).owner_id == theirs.id
    assert Group.objects.get(name="").closed_at is not None
    assert not request.asks.exists()


def test_a_request_that_came_just_after_the_deletion_stops_no_erasure(
    alice: Member, bob: Member
) -> None:
    mine = grouping.make_group(bob, alias="Fern")
    delete(alice)
    grouping.join(alice, mine.group_id, "Rose")  # it was let in before
    working.work_off(now=NOW)
    assert rows_of(alice.id) == {}
    (left,) = GroupMembership.objects.exclude(id=mine.id)
    assert (left.member_id, left.alias, left.ending) == (None, "", Ending.ACCOUNT_DELETED)


def test_once_a_worker_has_begun_nothing_more_is_written(alice: Member, bob: Member) -> None:
    mine = grouping.make_group(bob, alias="Fern")
    delete(alice)
    taken = leases.take(Member.objects.all(), column="erase_at", watch=leases.Watch(now=NOW))
    assert taken is not None
    next(erasing._steps(*taken))
    with pytest.raises(ChangeCounter.DoesNotExist):
        grouping.join(alice, mine.group_id, "Rose")
