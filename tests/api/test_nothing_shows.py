"""Never shared, taken back, expired, paused, blocked: to the partner all of it is one answer.

Byte for byte, over every address that a partner can read, whichever those are: they come from the
document. Somebody who wants to know whether they were shut out compares just so.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.db import transaction
from rest_framework.test import APIClient

from recovery.kernel.ids import new_id
from recovery.members.models import Member
from recovery.partners.models import Partnership
from recovery.sharing.models import ITEM_KINDS, ItemKind, Scope
from tests.circles import make_circle, make_group_partners
from tests.contract.document import operations
from tests.contract.recording import UUID_TEXT
from tests.factories import make_member
from tests.partnering import NOW, make_partners

BEGAN = NOW - timedelta(days=100)
LONG_PAST = NOW - timedelta(days=91)
Answer = tuple[int, tuple[tuple[str, str], ...], str]
ABOUT_PARTNERS = re.compile("partner|today|encouragement")
STATUS = {"scope": "check_in_status"}


class Pair:
    """Alice, who shares or does not, and bob, who looks."""

    def __init__(self, alice: APIClient, bob: APIClient, linked: Partnership) -> None:
        self.alice, self.bob, self.linked = alice, bob, linked
        self.ids = [str(new_id()) for _ in range(4)]
        self.lasting = {str(linked.id), *self.ids}
        self.seen: dict[str, str] = {}
        self.everything = self._things()

    def at(self, end: str = "") -> str:
        return f"/api/v1/partners/{self.linked.id}{end}"

    def _things(self) -> list[dict[str, str]]:
        """One of each thing that alice can share; return consent to all of it."""
        made = {
            ItemKind.TRACKER: self._make(
                "trackers",
                name="Evenings",
                mode="abstinence",
                category="alcohol",
                started_at=(BEGAN - timedelta(days=40)).isoformat(),
            ),
            ItemKind.GOAL: self._make("goals", title="Ten walks", category="health", target="10"),
            ItemKind.COMMITMENT: self._make("commitments", title="A walk", cadence="daily"),
        }
        return [
            {"scope": scope.value, kind.value: made[kind]}
            if (kind := ITEM_KINDS.get(scope)) is not None
            else {"scope": scope.value}
            for scope in Scope
        ]

    def _make(self, path: str, **body: Any) -> str:
        answer = self.alice.post(f"/api/v1/{path}", body, format="json")
        assert answer.status_code == 201, answer.content
        found: dict[str, Any] = answer.json()
        return str(found.get("id") or next(iter(found.values()))["id"])

    def share(self, *grants: dict[str, str]) -> None:
        """Alice lets bob see exactly this, and bob looks at all of it."""
        shared = self.alice.put(self.at("/grants"), {"grants": list(grants)}, format="json")
        assert shared.status_code == 200, shared.content
        for path in (self.at("/progress"), "/api/v1/partners/overview"):
            assert self.bob.get(path).status_code == 200

    def pause(self) -> None:
        assert self.alice.post(self.at("/pause")).status_code == 200

    def resume(self) -> None:
        assert self.alice.post(self.at("/resume")).status_code == 200

    def block(self) -> None:
        body = {"id": self.ids[0], "partner": str(self.linked.id)}
        made = self.alice.post("/api/v1/blocks", body, format="json")
        assert made.status_code == 201, made.content

    def unblock(self) -> None:
        assert self.alice.delete(f"/api/v1/blocks/{self.ids[0]}").status_code == 204

    def reads(self, *, of_partners: bool = False) -> dict[str, Answer]:
        """What bob gets from every address that takes no id but the partner's.

        Or, since that takes its time, from those of them that are about partners.
        """
        found = {}
        for operation in operations().values():
            if operation.method != "get" or "{" in operation.path.replace("{partner_id}", ""):
                continue
            path = operation.path.format(partner_id=self.linked.id)
            if operation.id == "getAccessLog":
                continue  # who looked at bob; it is his alone
            if of_partners and not ABOUT_PARTNERS.search(operation.path):
                continue
            found[operation.id] = self._plain(self.bob.get(path))
        received = self.bob.get("/api/v1/partner-invites?direction=received")
        return {**found, "received": self._plain(received)}

    def writes(self) -> dict[str, Answer]:
        """What bob gets for whatever he does towards alice."""
        steps: list[tuple[str, str, str, Any]] = [
            ("grants", "put", "/grants", {"grants": [STATUS]}),
            ("settings", "patch", "/settings", {"takes_text": True}),
            ("letter", "put", "/letter", {"text": "Ring me."}),
            ("pause", "post", "/pause", {}),
            ("resume", "post", "/resume", {}),
            (
                "encourage",
                "post",
                "/encouragements",
                {"id": self.ids[1], "preset": "thinking_of_you"},
            ),
            ("encourage again", "post", "/encouragements", {"preset": "thinking_of_you"}),
        ]
        found = {}
        for name, method, end, body in steps:
            found[name] = self._plain(getattr(self.bob, method)(self.at(end), body, format="json"))
        found |= {f"after: {name}": answer for name, answer in self.reads(of_partners=True).items()}
        found["end"] = self._plain(self.bob.delete(self.at()))
        return found | {
            f"at last: {name}": answer for name, answer in self.reads(of_partners=True).items()
        }

    def _plain(self, answer: Any) -> Answer:
        """An answer without what chance decides anew each time: request ids, and new rows' ids."""
        assert answer.status_code < 500, answer.content
        request_id = answer.headers.get("X-Request-Id", "")
        headers = sorted(
            (name, value) for name, value in answer.headers.items() if name != "X-Request-Id"
        )
        text = answer.content.decode().replace(request_id or "\0", "…")
        return answer.status_code, tuple(headers), UUID_TEXT.sub(self._stable, text)

    def _stable(self, found: re.Match[str]) -> str:
        if found[0] in self.lasting:
            return found[0]
        return self.seen.setdefault(found[0], f"id {len(self.seen)}")


@pytest.fixture(autouse=True)
def clock() -> Iterator[Any]:
    with time_machine.travel(BEGAN, tick=False) as stopped:
        yield stopped


@pytest.fixture(params=["directly", "in a group"])
def pair(
    request: Any,
    alice: Member,
    bob: Member,
    charlie: Member,
    client_of: Callable[[Member], APIClient],
) -> Pair:
    """Two who met directly or in a group; the things of alice are as old as their link."""
    if request.param == "directly":
        linked = make_partners(alice, bob, now=BEGAN)
    else:
        circle = make_circle(charlie, alice, bob, now=BEGAN)
        linked = make_group_partners(circle[1], circle[2], now=BEGAN)
    pair = Pair(client_of(alice), client_of(bob), linked)
    alice_answers = {"answers_support": True, "takes_text": True}
    assert pair.alice.patch(pair.at("/settings"), alice_answers, "json").status_code == 200
    pair.bob.put(pair.at("/grants"), {"grants": [{"scope": "support_requests"}]}, "json")
    return pair


def after(
    pair: Pair, clock: Any, happens: Callable[[Pair, Any], None], *, of_partners: bool = True
) -> Any:
    """What bob gets, reading first and then writing too, after something; all of it undone."""
    with transaction.atomic():
        happens(pair, clock)
        clock.move_to(NOW)
        pair.seen.clear()
        reads = pair.reads(of_partners=of_partners)
        writes = pair.writes() if of_partners else {}
        transaction.set_rollback(True)
    clock.move_to(BEGAN)
    return reads, writes


def at_noon(*acts: Callable[[Pair], None]) -> Callable[[Pair, Any], None]:
    """Let these happen one after the other, each minute one, before noon of the day."""

    def happen(pair: Pair, clock: Any) -> None:
        for number, act in enumerate(acts):
            clock.move_to(NOW - timedelta(minutes=len(acts) - number))
            act(pair)

    return happen


def long_past(*acts: Callable[[Pair], None]) -> Callable[[Pair, Any], None]:
    """Let these happen more than 90 days before."""

    def happen(pair: Pair, clock: Any) -> None:
        clock.move_to(LONG_PAST)
        for act in acts:
            act(pair)

    return happen


def nothing(pair: Pair) -> None:
    """Nothing happens."""


def share_all(pair: Pair) -> None:
    pair.share(*pair.everything)


def take_all_back(pair: Pair) -> None:
    pair.share()


def share_status(pair: Pair) -> None:
    pair.share(STATUS)


NOTHING_SHOWS = {
    "taken back": at_noon(share_all, take_all_back),
    "expired": long_past(share_all),
    "paused": at_noon(share_all, Pair.pause),
    "paused before": at_noon(Pair.pause, share_all),
    "paused, then taken back": at_noon(share_all, Pair.pause, take_all_back, Pair.resume),
    "blocked": at_noon(share_all, Pair.block),
    "blocked with nothing shared": at_noon(Pair.block),
    "blocked while paused": at_noon(share_all, Pair.pause, Pair.block),
    "blocked and unblocked": at_noon(share_all, Pair.block, Pair.unblock),
    "blocked long past": long_past(share_all, Pair.block),
}


SOME = ("taken back", "paused", "blocked")


def differences(one: dict[str, Answer], other: dict[str, Answer]) -> dict[str, Any]:
    """Where two sets of answers differ, so that a failure says what tells."""
    assert one.keys() == other.keys()
    return {name: (one[name], other[name]) for name in one if one[name] != other[name]}


def test_whatever_shows_nothing_looks_as_if_nothing_had_ever_been_shared(
    pair: Pair, clock: Any
) -> None:
    reads, writes = after(pair, clock, at_noon(nothing))
    assert reads["getPartnerProgress"][0] == reads["getPartner"][0] == 200
    assert writes["encourage"][0] == 201
    assert writes["end"][0] == 204
    # In a group the same code hides the same; the states that differ most are enough.
    names = SOME if pair.linked.group_id else NOTHING_SHOWS
    for name in names:
        found = after(pair, clock, NOTHING_SHOWS[name])
        assert differences(reads, found[0]) == {}, name
        assert differences(writes, found[1]) == {}, name


def test_no_other_address_tells_either(pair: Pair, clock: Any) -> None:
    reads, _ = after(pair, clock, at_noon(nothing), of_partners=False)
    assert len(reads) > 25
    for name in ("paused", "blocked"):
        found, _ = after(pair, clock, NOTHING_SHOWS[name], of_partners=False)
        assert differences(reads, found) == {}, name


def test_the_comparison_can_tell(pair: Pair, clock: Any) -> None:
    reads, _ = after(pair, clock, at_noon(nothing))
    shown, _ = after(pair, clock, at_noon(share_all))
    differ = set(differences(reads, shown))
    assert {"getPartnerProgress", "getPartner", "listPartners", "getPartnersOverview"} <= differ


def test_narrowed_looks_as_if_there_had_never_been_more(pair: Pair, clock: Any) -> None:
    reads, writes = after(pair, clock, at_noon(share_status, nothing))
    assert '"answered_today":false' in reads["getPartnerProgress"][2]
    found = after(pair, clock, at_noon(share_all, share_status))
    # The consent to the status is a minute of the same age in both.
    assert differences(reads, found[0]) == {}
    assert differences(writes, found[1]) == {}


def test_a_pause_that_is_over_shows_what_was_there(pair: Pair, clock: Any) -> None:
    reads, writes = after(pair, clock, at_noon(share_status, nothing, nothing))
    found = after(pair, clock, at_noon(share_status, Pair.pause, Pair.resume))
    assert differences(reads, found[0]) == {}
    assert differences(writes, found[1]) == {}


def test_a_cursor_from_before_shows_no_more_than_one_from_after(
    pair: Pair, clock: Any, alice: Member, bob: Member
) -> None:
    clock.move_to(NOW)
    for number in range(2):
        make_partners(bob, make_member(handle=f"other_{number}"), now=NOW)
    share_all(pair)
    first = pair.bob.get("/api/v1/partners?limit=2").json()
    assert first["next_cursor"]
    path = f"/api/v1/partners?limit=2&cursor={first['next_cursor']}"
    shown = pair.bob.get(path).json()["items"][-1]
    assert shown["shares_with_me"]
    pair.block()
    hidden = pair.bob.get(path).json()["items"][-1]
    assert hidden == {**shown, "shares_with_me": []}
    mine = pair.alice.get("/api/v1/partners?limit=1").json()
    assert mine == {"items": [], "next_cursor": None}
