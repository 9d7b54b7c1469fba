"""What each side of a partnership chooses for itself."""

from __future__ import annotations

from datetime import time, timedelta
from typing import Any

import pytest
from django.apps import apps
from django.db import IntegrityError, connection, transaction
from django.db.migrations.loader import MigrationLoader

from recovery.blocks import services as blocks
from recovery.blocks.services import Named
from recovery.kernel.errors import Invalid, Missing
from recovery.kernel.ids import new_id
from recovery.kernel.models import Change
from recovery.members.models import Member
from recovery.partners import queries, services, sides
from recovery.partners.models import Partnership, PartnershipSide
from tests.partnering import NOW, make_partners

LATER = NOW + timedelta(hours=1)


@pytest.fixture
def linked(alice: Member, bob: Member) -> Partnership:
    return make_partners(alice, bob)


def change(who: Member, linked: Partnership, **changed: Any) -> PartnershipSide:
    return sides.change_settings(
        member_id=who.id, partnership_id=linked.id, changed=changed, now=NOW
    )


def block(blocker: Member, other: Member) -> None:
    named = Named(member_id=other.id, named_by=new_id(), known_as="")
    blocks.block(member_id=blocker.id, block_id=None, named=named, now=NOW)


def test_a_partnership_begins_with_two_sides_that_agree_to_little(
    alice: Member, bob: Member, linked: Partnership
) -> None:
    assert PartnershipSide.objects.count() == 2
    for member in (alice, bob):
        mine = queries.own_side(member_id=member.id, partnership_id=linked.id)
        assert mine.alias == ""
        assert mine.hears_encouragements
        assert not any(
            (mine.keeps_after_group, mine.takes_text, mine.answers_support, mine.may_be_woken)
        )
        assert (mine.paused_at, mine.support_from, mine.support_to) == (None, None, None)


def test_each_changes_their_own_side_only(alice: Member, bob: Member, linked: Partnership) -> None:
    before = PartnershipSide.objects.filter(member=bob).values().get()
    mine = change(alice, linked, takes_text=True, support_from=time(22), support_to=time(6, 30))
    assert (mine.version, mine.takes_text) == (2, True)
    kept = queries.side(partnership_id=linked.id, member_id=alice.id)
    assert (kept.support_from, kept.support_to, kept.version) == (time(22), time(6, 30), 2)
    assert PartnershipSide.objects.filter(member=bob).values().get() == before
    assert not Change.objects.filter(member_id=bob.id, table="partnership_sides").exists()


def test_what_is_equal_already_changes_nothing(alice: Member, linked: Partnership) -> None:
    assert change(alice, linked, hears_encouragements=True, takes_text=False).version == 1
    assert not Change.objects.filter(table="partnership_sides").exists()


@pytest.mark.parametrize(
    ("changed", "pointer"),
    [
        ({"support_from": time(9)}, "/support_to"),
        ({"support_to": time(9)}, "/support_from"),
        ({"support_from": time(9), "support_to": None}, "/support_to"),
        ({"support_from": time(9), "support_to": time(9)}, "/support_to"),
    ],
)
def test_hours_have_two_ends_that_differ(
    alice: Member, linked: Partnership, changed: dict[str, Any], pointer: str
) -> None:
    with pytest.raises(Invalid) as refused:
        change(alice, linked, takes_text=True, **changed)
    assert refused.value.errors[0].pointer == pointer
    assert not queries.side(partnership_id=linked.id, member_id=alice.id).takes_text


def test_the_database_holds_two_ends_and_one_side_a_member(
    alice: Member, linked: Partnership
) -> None:
    mine = PartnershipSide.objects.filter(member=alice)
    with pytest.raises(IntegrityError), transaction.atomic():
        mine.update(support_from=time(9))
    with pytest.raises(IntegrityError), transaction.atomic():
        PartnershipSide.objects.create(partnership=linked, member=alice, created_at=NOW)


def test_a_stranger_an_ended_partnership_and_a_blocker_find_nothing_to_choose(
    alice: Member, bob: Member, charlie: Member, linked: Partnership
) -> None:
    block(alice, bob)
    for who in (alice, charlie):
        for act in (sides.pause, sides.resume, sides.remove_letter):
            with pytest.raises(Missing):
                act(member_id=who.id, partnership_id=linked.id, now=NOW)
        with pytest.raises(Missing):
            change(who, linked, takes_text=True)
        with pytest.raises(Missing):
            sides.write_letter(member_id=who.id, partnership_id=linked.id, text="Hello", now=NOW)
    change(bob, linked, takes_text=True)
    services.end(member_id=bob.id, partnership_id=linked.id, now=NOW)
    with pytest.raises(Missing):
        change(bob, linked, takes_text=False)


def test_a_pause_keeps_its_beginning_until_it_is_over(alice: Member, linked: Partnership) -> None:
    for now in (NOW, LATER):
        mine = sides.pause(member_id=alice.id, partnership_id=linked.id, now=now)
        assert (mine.paused_at, mine.version) == (NOW, 2)
    seen = queries.partnership(member_id=alice.id, partnership_id=linked.id)
    assert seen.paused_at == NOW
    for _ in range(2):
        mine = sides.resume(member_id=alice.id, partnership_id=linked.id, now=LATER)
        assert (mine.paused_at, mine.version) == (None, 3)


def test_a_pause_is_not_the_others_to_see(alice: Member, bob: Member, linked: Partnership) -> None:
    before = Change.objects.filter(member_id=bob.id).count()
    sides.pause(member_id=alice.id, partnership_id=linked.id, now=NOW)
    assert queries.partnership(member_id=bob.id, partnership_id=linked.id).paused_at is None
    assert Change.objects.filter(member_id=bob.id).count() == before


def test_a_letter_is_sealed_and_read_by_its_author(
    alice: Member, bob: Member, linked: Partnership
) -> None:
    text = "If you hear that I am quiet: please ring me, I may not pick up. Try again."
    sides.write_letter(member_id=alice.id, partnership_id=linked.id, text=text, now=NOW)
    assert queries.letter_of(member_id=alice.id, partnership_id=linked.id) == text
    for who in (bob,):
        with pytest.raises(Missing):
            queries.letter_of(member_id=who.id, partnership_id=linked.id)
    assert queries.letter_for(partnership_id=linked.id, author_id=alice.id) == text
    assert queries.letter_for(partnership_id=linked.id, author_id=bob.id) == ""
    raw = bytes(PartnershipSide.objects.get(member=alice).quiet_letter)
    assert b"ring" not in raw
    sides.remove_letter(member_id=alice.id, partnership_id=linked.id, now=NOW)
    assert queries.letter_for(partnership_id=linked.id, author_id=alice.id) == ""
    with pytest.raises(Missing):
        sides.remove_letter(member_id=alice.id, partnership_id=linked.id, now=NOW)


@pytest.mark.parametrize("reason", ["ended", "paused", "blocked", "blocked by the other"])
def test_a_letter_is_not_delivered_where_nothing_shows(
    alice: Member, bob: Member, linked: Partnership, reason: str
) -> None:
    sides.write_letter(member_id=alice.id, partnership_id=linked.id, text="Hello", now=NOW)
    if reason == "ended":
        services.end(member_id=bob.id, partnership_id=linked.id, now=NOW)
    elif reason == "paused":
        sides.pause(member_id=alice.id, partnership_id=linked.id, now=NOW)
    elif reason == "blocked":
        block(alice, bob)
    else:
        block(bob, alice)
    assert queries.letter_for(partnership_id=linked.id, author_id=alice.id) == ""


def test_partnerships_from_before_sides_get_theirs(
    alice: Member, bob: Member, charlie: Member, linked: Partnership
) -> None:
    whole = make_partners(bob, charlie)
    change(bob, whole, takes_text=True)
    PartnershipSide.objects.filter(partnership=linked).delete()
    found = [
        operation.code
        for migration in MigrationLoader(connection).disk_migrations.values()
        for operation in migration.operations
        if getattr(getattr(operation, "code", None), "__name__", "") == "add_missing_sides"
    ]
    assert len(found) == 1
    with connection.schema_editor() if connection.vendor != "sqlite" else _Editor() as editor:
        for _ in range(2):
            found[0](apps, editor)
    made = PartnershipSide.objects.filter(partnership=linked)
    assert {(one.member_id, one.created_at) for one in made} == {
        (alice.id, linked.created_at),
        (bob.id, linked.created_at),
    }
    assert PartnershipSide.objects.count() == 4
    assert queries.own_side(member_id=bob.id, partnership_id=whole.id).takes_text


class _Editor:
    """As much of a schema editor as the migration asks for; SQLite's wants no transaction."""

    connection = connection

    def __enter__(self) -> _Editor:
        return self

    def __exit__(self, *_: object) -> None:
        return None
