"""Kind words: one a day, heard or not, and the same for the sender either way."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from recovery.blocks import services as blocks
from recovery.blocks.services import Named
from recovery.encouragements import queries, services
from recovery.encouragements.events import EncouragementGiven, EncouragementThanked
from recovery.encouragements.models import Encouragement, EncouragementPreset
from recovery.encouragements.refusals import AlreadyEncouragedToday, TakesNoText
from recovery.encouragements.services import Words
from recovery.kernel import events
from recovery.kernel.errors import IdTaken, Invalid, Missing, Refusal
from recovery.kernel.ids import new_id
from recovery.kernel.models import Change
from recovery.members.models import Member
from recovery.ownership.services import deletion, working
from recovery.partners import help as helping
from recovery.partners import services as partners
from recovery.partners.help_models import HelpKind
from recovery.partners.models import Partnership, PartnershipSide
from tests.factories import make_member
from tests.partnering import NOW, make_partners
from tests.recovery.ownership.lives import PASSWORD, give_password

PROUD = Words(preset=EncouragementPreset.PROUD_OF_YOU)
LETTER = Words(preset=EncouragementPreset.WELL_DONE, text="Your call on Monday kept me going")
Facts = list[object]

pytestmark = pytest.mark.django_db


@pytest.fixture
def linked(alice: Member, bob: Member) -> Partnership:
    """Alice and bob are partners."""
    return make_partners(alice, bob)


@pytest.fixture
def facts(monkeypatch: pytest.MonkeyPatch) -> Facts:
    """All facts about encouragements that are published from here on."""
    heard: Facts = []
    publish: Callable[..., None] = events.publish

    def listen(*, fact: object) -> None:
        if isinstance(fact, EncouragementGiven | EncouragementThanked):
            heard.append(fact)
        publish(fact=fact)

    monkeypatch.setattr(events, "publish", listen)
    return heard


def erase(member: Member) -> None:
    """The member deletes their account, and the erasure is done."""
    give_password(member)
    deletion.delete(member=member, password=PASSWORD, wait_24_hours=False, now=NOW)
    while working.work_off(now=NOW):
        pass
    assert not Member.objects.filter(id=member.id).exists()


def choose(member: Member, linked: Partnership, **chosen: bool) -> None:
    """Choose something for one's own side."""
    found = PartnershipSide.objects.filter(partnership=linked, member=member).update(**chosen)
    assert found == 1


def block(member: Member, other: Member, linked: Partnership) -> None:
    """The member blocks a partner."""
    named = Named(member_id=other.id, named_by=linked.id, known_as="other")
    blocks.block(member_id=member.id, block_id=None, named=named, now=NOW)


def give(
    sender: Member,
    linked: Partnership,
    words: Words = PROUD,
    *,
    now: datetime = NOW,
    id: Any = None,
    in_support: bool = False,
) -> Encouragement:
    """Encourage the other side."""
    return services.give(
        sender_id=sender.id,
        partnership_id=linked.id,
        encouragement_id=id,
        words=words,
        in_support=in_support,
        now=now,
    )[0]


def seen(member: Member, linked: Partnership) -> list[queries.Seen]:
    """What a member sees within the partnership, oldest first."""
    rows = queries.between(member_id=member.id, partnership_id=linked.id).order_by("created_at")
    return queries.seen_by(viewer_id=member.id, rows=list(rows))


def kept(member: Member) -> list[queries.Seen]:
    """All that a member was given, oldest first."""
    rows = queries.received(member_id=member.id).order_by("created_at")
    return queries.seen_by(viewer_id=member.id, rows=list(rows))


def test_both_see_it_the_fact_is_told_and_the_help_is_counted(
    alice: Member, bob: Member, linked: Partnership, facts: Facts
) -> None:
    choose(bob, linked, takes_text=True)
    given = give(alice, linked, LETTER)
    (sent,), (received,) = seen(alice, linked), seen(bob, linked)
    assert (sent.sent_by_me, received.sent_by_me) == (True, False)
    assert sent.text == received.text == LETTER.text
    assert received.preset is EncouragementPreset.WELL_DONE
    assert bytes(given.text) != LETTER.text.encode()
    assert kept(bob) == [received]
    assert kept(alice) == []
    assert facts == [EncouragementGiven(given.id, alice.id, bob.id, linked.id, NOW)]
    counts = helping.help_given(member_id=alice.id)
    assert (counts.total, counts.counts[HelpKind.ENCOURAGEMENT]) == (1, 1)
    assert helping.help_given(member_id=bob.id).total == 0


@pytest.mark.parametrize("zone", ["America/New_York", "Pacific/Auckland"])
def test_there_is_one_on_each_of_the_senders_days_wherever_the_other_is(
    alice: Member, bob: Member, linked: Partnership, zone: str
) -> None:
    """When the next has room says nothing about the recipient, whose zone is where they live."""
    Member.objects.filter(id=bob.id).update(time_zone=zone)
    # Noon in London is one in Berlin, where alice's day ends eleven hours later.
    give(alice, linked)
    for hours in (1, 10):
        with pytest.raises(AlreadyEncouragedToday):
            give(alice, linked, now=NOW + timedelta(hours=hours))
    give(alice, linked, now=NOW + timedelta(hours=11))
    # The other way there is room of its own.
    give(bob, linked)
    assert helping.help_given(member_id=alice.id).total == 2


def test_somebody_who_asked_for_support_may_hear_more(
    alice: Member, bob: Member, linked: Partnership, facts: Facts
) -> None:
    for _ in range(3):
        give(alice, linked, in_support=True)
    give(alice, linked)
    give(alice, linked, in_support=True)
    with pytest.raises(AlreadyEncouragedToday):
        give(alice, linked)
    assert len(seen(bob, linked)) == len(facts) == 5


def test_the_database_keeps_it_to_one_a_day(
    alice: Member, bob: Member, linked: Partnership
) -> None:
    given = give(alice, linked)
    given.id = new_id()
    with pytest.raises(IntegrityError), transaction.atomic():
        given.save(force_insert=True)
    given.in_support = True
    given.save(force_insert=True)


def test_the_same_again_is_the_same_even_the_next_day(
    alice: Member, linked: Partnership, facts: Facts
) -> None:
    chosen = new_id()
    first = give(alice, linked, id=chosen)
    again, is_new = services.give(
        sender_id=alice.id,
        partnership_id=linked.id,
        encouragement_id=chosen,
        words=PROUD,
        in_support=False,
        now=NOW + timedelta(days=2),
    )
    assert (again.id, again.created_at, is_new) == (first.id, NOW, False)
    assert len(facts) == helping.help_given(member_id=alice.id).total == 1
    with pytest.raises(IdTaken):
        give(alice, linked, Words(preset=EncouragementPreset.WELL_DONE), id=chosen)


def test_no_words_are_none(alice: Member, linked: Partnership) -> None:
    with pytest.raises(Invalid):
        give(alice, linked, Words())


def test_only_partners_encourage_each_other(
    alice: Member, bob: Member, charlie: Member, linked: Partnership
) -> None:
    with pytest.raises(Missing):
        give(charlie, linked)
    partners.end(member_id=bob.id, partnership_id=linked.id, now=NOW)
    with pytest.raises(Missing):
        give(alice, linked)
    with pytest.raises(Missing):
        seen(alice, linked)


@pytest.mark.parametrize("blocked", [False, True])
def test_who_takes_no_text_takes_none_whether_they_hear_or_not(
    alice: Member, bob: Member, linked: Partnership, blocked: bool
) -> None:
    if blocked:
        block(bob, alice, linked)
    with pytest.raises(TakesNoText):
        give(alice, linked, LETTER)
    give(alice, linked)


days = st.integers(0, 3)
actions = st.lists(
    st.one_of(
        st.tuples(st.just("give"), days, st.sampled_from([PROUD, LETTER, Words()])),
        st.tuples(st.just("again"), days, st.just(PROUD)),
        st.tuples(st.just("support"), days, st.sampled_from([PROUD, LETTER])),
    ),
    min_size=1,
    max_size=8,
)


def told_to_the_sender(done: Any, *, how: str, takes_text: bool) -> list[object]:
    """Everything that a sender can learn from doing these things."""
    told: list[object] = []
    with transaction.atomic():
        sender, other = make_member(), make_member()
        linked = make_partners(sender, other)
        choose(other, linked, takes_text=takes_text, hears_encouragements=how != "muted")
        if how == "blocked":
            block(other, sender, linked)
        chosen = new_id()
        for hour, (kind, day, words) in enumerate(done):
            at = NOW + timedelta(days=day, seconds=hour)
            given_id = chosen if kind == "again" else None
            try:
                give(sender, linked, words, now=at, id=given_id, in_support=kind == "support")
                told.append("given")
            except Refusal as refusal:
                told.append((refusal.code, refusal.detail))
            told.append([(s.preset, s.text, s.thanked_at) for s in seen(sender, linked)])
            told.append(helping.help_given(member_id=sender.id))
        rows = Change.objects.filter(member=sender).order_by("seq", "place")
        told.append([(row.table, row.version, row.fields, row.gone) for row in rows])
        if how != "heard":
            hidden = Encouragement.objects.received_by(other.id)
            assert not hidden.exists()
            assert not Change.objects.filter(member=other, table="encouragements").exists()
        transaction.set_rollback(True)
    return told


@given(done=actions, takes_text=st.booleans())
@settings(
    deadline=None,
    max_examples=15,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
def test_a_sender_learns_nothing_of_being_muted_or_blocked(
    db: None, done: Any, takes_text: bool
) -> None:
    heard = told_to_the_sender(done, how="heard", takes_text=takes_text)
    assert told_to_the_sender(done, how="muted", takes_text=takes_text) == heard
    assert told_to_the_sender(done, how="blocked", takes_text=takes_text) == heard


@pytest.mark.parametrize("blocked", [False, True])
def test_what_is_not_heard_stays_unheard(
    alice: Member, bob: Member, linked: Partnership, facts: Facts, blocked: bool
) -> None:
    if blocked:
        block(bob, alice, linked)
    else:
        choose(bob, linked, hears_encouragements=False)
    given = give(alice, linked)
    assert facts == []
    with pytest.raises(Missing):
        services.thank(member_id=bob.id, encouragement_id=given.id, now=NOW)
    choose(bob, linked, hears_encouragements=True)
    if blocked:
        mine = blocks.queries.blocks_of(member_id=bob.id).get()
        blocks.unblock(member_id=bob.id, block_id=mine.id, now=NOW)
    assert seen(bob, linked) == kept(bob) == []
    give(alice, linked, now=NOW + timedelta(days=1))
    assert len(seen(bob, linked)) == len(facts) == 1


def test_thanks_reach_the_giver_once(
    alice: Member, bob: Member, charlie: Member, linked: Partnership, facts: Facts
) -> None:
    given = give(alice, linked)
    for nobody in (alice, charlie):
        with pytest.raises(Missing):
            services.thank(member_id=nobody.id, encouragement_id=given.id, now=NOW)
    for hours in (1, 2):
        at = NOW + timedelta(hours=hours)
        services.thank(member_id=bob.id, encouragement_id=given.id, now=at)
    first = NOW + timedelta(hours=1)
    assert seen(alice, linked)[0].thanked_at == seen(bob, linked)[0].thanked_at == first
    assert facts[1:] == [EncouragementThanked(given.id, alice.id, bob.id, first)]
    assert helping.help_given(member_id=alice.id).counts[HelpKind.THANKS_RECEIVED] == 1


def test_thanks_to_somebody_who_blocked_are_said_and_not_heard(
    alice: Member, bob: Member, linked: Partnership, facts: Facts
) -> None:
    given = give(alice, linked)
    block(alice, bob, linked)
    services.thank(member_id=bob.id, encouragement_id=given.id, now=NOW)
    assert seen(bob, linked)[0].thanked_at == NOW
    mine = blocks.queries.blocks_of(member_id=alice.id).get()
    blocks.unblock(member_id=alice.id, block_id=mine.id, now=NOW)
    assert seen(alice, linked)[0].thanked_at is None
    assert len(facts) == 1
    assert helping.help_given(member_id=alice.id).counts[HelpKind.THANKS_RECEIVED] == 0


def test_of_somebody_who_left_the_preset_stays_and_no_text_nor_name(
    alice: Member, bob: Member, linked: Partnership
) -> None:
    choose(bob, linked, takes_text=True)
    give(alice, linked, LETTER)
    give(alice, linked, Words(text="Only words"), now=NOW + timedelta(days=1))
    assert [one.text for one in kept(bob)] == [LETTER.text, "Only words"]
    partners.end(member_id=alice.id, partnership_id=linked.id, now=NOW)
    ended = kept(bob)
    assert [(one.preset, one.text, one.partnership_id) for one in ended] == [
        (EncouragementPreset.WELL_DONE, "", None)
    ]
    with pytest.raises(Missing):
        services.thank(member_id=bob.id, encouragement_id=ended[0].id, now=NOW)
    erase(alice)
    assert kept(bob) == ended
    assert bytes(Encouragement.objects.filter(recipient=bob).latest("created_at").text) == b""
    assert helping.help_given(member_id=alice.id).total == 0


def test_help_stays_counted_when_those_who_were_helped_leave(
    alice: Member, bob: Member, linked: Partnership
) -> None:
    given = give(alice, linked)
    services.thank(member_id=bob.id, encouragement_id=given.id, now=NOW)
    erase(bob)
    assert helping.help_given(member_id=alice.id).total == 2


def test_a_block_takes_what_was_given_before_out_of_sight(
    alice: Member, bob: Member, linked: Partnership
) -> None:
    give(alice, linked)
    block(bob, alice, linked)
    assert kept(bob) == []
    assert len(seen(alice, linked)) == 1


def test_an_operator_can_hide_one_and_the_sender_is_not_told(
    alice: Member, bob: Member, linked: Partnership
) -> None:
    given = give(alice, linked)
    for _ in range(2):
        services.hide(encouragement_id=given.id, now=NOW)
    services.hide(encouragement_id=new_id(), now=NOW)
    assert seen(bob, linked) == kept(bob) == []
    assert len(seen(alice, linked)) == 1
    (gone,) = Change.objects.filter(member=bob, table="encouragements", gone=True)
    assert gone.row_id == str(given.id)


def test_a_page_is_read_in_a_fixed_number_of_queries(
    alice: Member, bob: Member, linked: Partnership, django_assert_num_queries: Any
) -> None:
    choose(bob, linked, takes_text=True)
    choose(alice, linked, takes_text=True)
    for day in range(5):
        give(alice, linked, LETTER, now=NOW + timedelta(days=day))
        give(bob, linked, LETTER, now=NOW + timedelta(days=day))
    rows = list(queries.between(member_id=bob.id, partnership_id=linked.id))
    with django_assert_num_queries(2):
        assert len(queries.seen_by(viewer_id=bob.id, rows=rows)) == 10


def test_every_help_is_counted_and_each_kind_for_itself(alice: Member, bob: Member) -> None:
    for kind in HelpKind:
        for _ in range(2):
            helping.count_help(member_id=alice.id, kind=kind)
    helping.count_help(member_id=bob.id, kind=HelpKind.CHEER)
    given = helping.help_given(member_id=alice.id)
    assert given.counts == dict.fromkeys(HelpKind, 2)
    assert given.total == 2 * len(HelpKind)
    assert helping.help_given(member_id=bob.id).total == 1


@pytest.mark.django_db(transaction=True)
def test_of_helps_given_at_once_none_is_lost(alice: Member) -> None:
    def help_once(_: int) -> None:
        try:
            helping.count_help(member_id=alice.id, kind=HelpKind.SUPPORT_ANSWER)
        finally:
            connection.close()

    with ThreadPoolExecutor(max_workers=8) as pool:
        list(pool.map(help_once, range(24)))
    assert helping.help_given(member_id=alice.id).total == 24
