"""Asking for support rings first: to a loopback FCM, and asked again before each send."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

import pytest

from notifications import delivery, inbox, outbox, planner
from notifications.models import (
    Deadline,
    Delivery,
    Dropped,
    Notification,
    NotificationState,
)
from notifications.wording import NEUTRAL, Kind, Language
from recovery.blocks import services as blocks
from recovery.blocks.services import Named
from recovery.members.models import Member
from recovery.partners import sides
from recovery.partners.models import Partnership
from recovery.support.models import SupportAnswer, SupportRequest
from recovery.support.requests import answering, closing
from tests.factories import make_member
from tests.loopback.fcm import LoopbackFcm
from tests.notifications.making import make_device
from tests.partnering import share
from tests.supporting import ask, asked, make_supporter, make_supporters

# Access tokens to FCM live by the machine's clock, so these tests happen today.
NOON = datetime.now(UTC).replace(hour=12, minute=0, second=0, microsecond=0)
NAMES = ("ash", "birch", "cedar", "dogwood", "elm")

pytestmark = pytest.mark.django_db


def later(minutes: float) -> datetime:
    return NOON + timedelta(minutes=minutes)


@pytest.fixture
def helpers(alice: Member) -> dict[str, Member]:
    """Five who agreed to be asked, each with a phone of their name."""
    found = make_supporters(alice, *NAMES, now=NOON)
    for name, member in found.items():
        make_device(member=member, address=f"ok-{name}")
    make_device(member=alice, address="ok-alice")
    Notification.objects.all().delete()
    return found


@pytest.fixture
def linked(alice: Member, bob: Member) -> Partnership:
    _, linked = make_supporter(alice, bob, now=NOON)
    make_device(member=bob, address="ok-bob")
    make_device(member=alice, address="ok-alice")
    Notification.objects.all().delete()  # that they became partners is another matter
    return linked


def send_all(*, now: datetime) -> None:
    while delivery.deliver(now=now):
        pass


def kinds_of(member: Member) -> list[str]:
    rows = Notification.objects.filter(member=member, kind__startswith="support")
    return list(rows.order_by("created_at", "id").values_list("kind", flat=True))


def say(helper: Member, request: SupportRequest, answer: SupportAnswer, *, at: float = 1) -> None:
    answering.answer(helper_id=helper.id, request_id=request.id, said=answer, now=later(at))


def outcome(member: Member, kind: Kind) -> tuple[str, str, bool]:
    row = Notification.objects.get(member=member, kind=kind)
    return row.state, row.dropped_reason, row.in_inbox


def test_a_request_overtakes_five_hundred_nudges_that_wait(
    alice: Member, helpers: dict[str, Member], fcm: LoopbackFcm
) -> None:
    waiting = make_member(handle="waiting")
    make_device(member=waiting, address="ok-waiting")
    nudges = [
        outbox.Draft(
            member_id=waiting.id,
            kind=Kind.NEW_SESSION,
            dedupe_key=f"nudge:{number}",
            subject_id=uuid4(),
            expires_at=later(120),
        )
        for number in range(500)
    ]
    outbox.promise(drafts=nudges, now=later(-60))
    ask(alice, now=NOON)

    delivery.deliver(now=NOON, batch=3)

    assert len(fcm.received) == 3
    assert set(fcm.received) <= {f"ok-{name}" for name in NAMES}
    assert Delivery.objects.filter(urgent=False, state="pending").count() == 500


def test_an_urgent_worker_leaves_the_nudges_where_they_are(
    alice: Member, linked: Partnership, fcm: LoopbackFcm
) -> None:
    outbox.promise(
        drafts=[
            outbox.Draft(
                member_id=alice.id,
                kind=Kind.NEW_SESSION,
                dedupe_key="nudge",
                subject_id=uuid4(),
                expires_at=later(120),
            )
        ],
        now=later(-60),
    )
    ask(alice, now=NOON)
    while delivery.deliver(now=NOON, urgent_only=True):
        pass
    assert fcm.received == ["ok-bob"]


def test_what_is_pushed_says_nothing_and_rings_at_once(
    alice: Member, linked: Partnership, fcm: LoopbackFcm
) -> None:
    request = ask(alice, text="Marker of alice", now=NOON)
    send_all(now=NOON)
    (sent,) = fcm.accepted
    text = str(sent.message)
    neutral = NEUTRAL[Language.EN]
    assert neutral.title in text
    assert neutral.body in text
    for private in ("Marker", "alice", "support", str(request.id)):
        assert private not in text
    assert sent.message["android"]["priority"] == "high"


def test_the_others_are_told_after_five_minutes_by_the_tick(
    alice: Member, helpers: dict[str, Member], fcm: LoopbackFcm
) -> None:
    request = ask(alice, now=NOON)
    first = asked(request)
    send_all(now=NOON)
    assert set(fcm.received) == {f"ok-{name}" for name in first}

    planner.tick(now=later(4.9))
    send_all(now=later(4.9))
    assert len(fcm.received) == 3
    planner.tick(now=later(5))
    send_all(now=later(5))
    assert sorted(fcm.received) == sorted(f"ok-{name}" for name in NAMES)
    planner.tick(now=later(6))
    send_all(now=later(6))
    assert len(fcm.received) == 5


def test_nobody_else_is_told_while_somebody_comes(
    alice: Member, helpers: dict[str, Member], fcm: LoopbackFcm
) -> None:
    request = ask(alice, now=NOON)
    helper = helpers[min(name for name in asked(request) if name)]
    say(helper, request, SupportAnswer.WILL_CONTACT_YOU)
    send_all(now=later(1))
    planner.tick(now=later(5))
    send_all(now=later(5))
    # The one who answered before it was sent needs no push any more.
    assert len([one for one in fcm.received if one != "ok-alice"]) == 2
    assert fcm.received.count("ok-alice") == 1
    assert kinds_of(alice) == [Kind.SUPPORT_ANSWER]


def test_after_ten_minutes_alone_the_asker_is_told_once(
    alice: Member, linked: Partnership, fcm: LoopbackFcm
) -> None:
    request = ask(alice, now=NOON)
    for minute in (5, 9.9, 10, 11, 30):
        planner.tick(now=later(minute))
    assert kinds_of(alice) == [Kind.SUPPORT_NO_ANSWER]
    row = Notification.objects.get(member=alice)
    assert (row.subject_id, row.created_at) == (request.id, later(10))
    send_all(now=later(10))
    assert "ok-alice" in fcm.received
    (text,) = [
        inbox.text_of(notification=one, locale="en")
        for one in inbox.of(member_id=alice.id, now=later(11))
    ]
    assert text.title == "No answer yet"


@pytest.mark.parametrize("reachable", [True, False])
def test_it_is_told_at_the_same_moment_whoever_was_reachable(
    alice: Member, bob: Member, reachable: bool
) -> None:
    if reachable:
        make_supporter(alice, bob, now=NOON)
    ask(alice, now=NOON)
    for minute in (5, 9.9):
        planner.tick(now=later(minute))
    assert kinds_of(alice) == []
    planner.tick(now=later(10))
    assert kinds_of(alice) == [Kind.SUPPORT_NO_ANSWER]


def test_it_is_not_told_when_somebody_can_be_there(alice: Member, linked: Partnership) -> None:
    request = ask(alice, now=NOON)
    say(linked.other(alice.id), request, SupportAnswer.CAN_TALK_LATER)
    planner.tick(now=later(10))
    assert Kind.SUPPORT_NO_ANSWER not in kinds_of(alice)


def test_an_answer_that_came_before_the_push_makes_it_untrue(
    alice: Member, linked: Partnership, fcm: LoopbackFcm
) -> None:
    request = ask(alice, now=NOON)
    planner.tick(now=later(10))
    say(linked.other(alice.id), request, SupportAnswer.WILL_CONTACT_YOU, at=11)
    send_all(now=later(11))
    assert outcome(alice, Kind.SUPPORT_NO_ANSWER) == ("dropped", Dropped.WITHDRAWN, False)
    assert fcm.received == ["ok-alice"]  # of the answer


def test_closing_clears_every_deadline(alice: Member, linked: Partnership) -> None:
    request = ask(alice, now=NOON)
    mine = Deadline.objects.filter(subject_id=request.id)
    assert {row.kind: row.next_due_at for row in mine} == {
        "support_wave": later(5),
        "support_no_answer": later(10),
        "support_close": later(24 * 60),
    }
    closing.close(member=alice, request_id=request.id, now=later(1))
    assert not mine.all().exists()
    for minute in (5, 10):
        planner.tick(now=later(minute))
    assert kinds_of(alice) == []


def test_after_a_day_the_tick_closes_it(alice: Member, linked: Partnership) -> None:
    request = ask(alice, now=NOON)
    planner.tick(now=later(24 * 60))
    request.refresh_from_db()
    assert request.closed_at == request.closes_at
    assert not Deadline.objects.filter(member=alice, kind__startswith="support").exists()


ENDS = ["closed", "taken back", "asker pauses", "helper pauses", "asker blocks", "helper blocks"]


@pytest.mark.parametrize("end", ENDS)
def test_what_is_no_longer_so_is_not_sent_and_leaves_the_inbox(
    alice: Member, bob: Member, linked: Partnership, fcm: LoopbackFcm, end: str
) -> None:
    request = ask(alice, now=NOON)
    assert inbox.unread_count(member_id=bob.id, now=NOON) == 1
    _end(end, alice, bob, linked, request)
    assert inbox.unread_count(member_id=bob.id, now=NOON) == 0
    send_all(now=NOON)
    assert fcm.received == []
    assert outcome(bob, Kind.SUPPORT_REQUEST) == ("dropped", Dropped.WITHDRAWN, False)


def _end(
    end: str, asker: Member, helper: Member, linked: Partnership, request: SupportRequest
) -> None:
    match end:
        case "closed":
            closing.close(member=asker, request_id=request.id, now=NOON)
        case "taken back":
            share(asker, linked, now=NOON)
        case "asker pauses":
            sides.pause(member_id=asker.id, partnership_id=linked.id, now=NOON)
        case "helper pauses":
            sides.pause(member_id=helper.id, partnership_id=linked.id, now=NOON)
        case _:
            pair = (asker, helper) if end == "asker blocks" else (helper, asker)
            named = Named(member_id=pair[1].id, named_by=pair[1].id, known_as="")
            blocks.block(member_id=pair[0].id, block_id=None, named=named, now=NOON)


def test_a_push_that_had_to_wait_wakes_nobody(alice: Member, bob: Member, fcm: LoopbackFcm) -> None:
    make_device(member=bob, address="ok-bob")
    wall = NOON.astimezone(UTC)
    helper = make_member(handle="river", time_zone="UTC")
    make_device(member=helper, address="ok-river")
    make_supporter(alice, helper, hours=("08:00", f"{wall.hour:02}:30"), now=NOON)
    ask(alice, now=NOON)
    send_all(now=later(31))
    assert fcm.received == []
    # It waits in the inbox for the morning, as long as the request is open.
    assert outcome(helper, Kind.SUPPORT_REQUEST) == ("dropped", Dropped.EXPIRED, True)
    assert inbox.unread_count(member_id=helper.id, now=later(31)) == 1


def test_a_request_that_took_anothers_place_is_sent_with_the_first_ones_push(
    alice: Member, linked: Partnership, fcm: LoopbackFcm
) -> None:
    """Pressed twice before anything was sent: one push, and it leads to what is open."""
    ask(alice, now=NOON)
    ask(alice, text="Still here", now=later(0.1))
    send_all(now=later(0.2))
    assert fcm.received == ["ok-bob"]


def test_each_answer_is_told_once_and_each_reply(
    alice: Member, linked: Partnership, fcm: LoopbackFcm
) -> None:
    bob = linked.other(alice.id)
    request = ask(alice, now=NOON)
    send_all(now=NOON)
    for minute, said in enumerate(("not_able", "can_talk_later", "not_able"), start=1):
        say(bob, request, SupportAnswer(said), at=minute)
    for text in ("One", "Two"):
        write(bob, request, text)
    write(alice, request, "Three", to=request.asks.get().id)
    assert kinds_of(alice) == [Kind.SUPPORT_ANSWER] * 2 + [Kind.SUPPORT_REPLY] * 2
    assert kinds_of(bob) == [Kind.SUPPORT_REQUEST, Kind.SUPPORT_REPLY]
    send_all(now=later(5))
    assert sorted(fcm.received) == [*["ok-alice"] * 4, *["ok-bob"] * 2]
    states = set(Notification.objects.values_list("state", flat=True))
    assert states == {NotificationState.SENT}


def write(author: Member, request: SupportRequest, text: str, *, to: UUID | None = None) -> None:
    answering.write(
        author_id=author.id, request_id=request.id, message_id=None, to=to, text=text, now=later(4)
    )


def test_a_reply_to_whom_it_may_not_reach_is_no_news_to_them(
    alice: Member, linked: Partnership
) -> None:
    bob = linked.other(alice.id)
    request = ask(alice, now=NOON)
    say(bob, request, SupportAnswer.CAN_TALK_LATER)
    _end("helper blocks", alice, bob, linked, request)
    write(alice, request, "Hello?", to=request.asks.get().id)
    assert Kind.SUPPORT_REPLY not in kinds_of(bob)


def test_with_closing_all_that_was_told_leaves_both_inboxes(
    alice: Member, linked: Partnership
) -> None:
    bob = linked.other(alice.id)
    request = ask(alice, now=NOON)
    say(bob, request, SupportAnswer.CAN_TALK_LATER)
    write(bob, request, "Hello")
    write(alice, request, "Hello", to=request.asks.get().id)
    for member, number in ((alice, 2), (bob, 2)):
        assert inbox.unread_count(member_id=member.id, now=later(5)) == number
    closing.close(member=alice, request_id=request.id, now=later(6))
    for member in (alice, bob):
        assert inbox.unread_count(member_id=member.id, now=later(6)) == 0
