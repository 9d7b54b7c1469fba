"""Preview, many partners at a glance, and who sees me, over HTTP."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import timedelta

import pytest
import time_machine
from rest_framework.test import APIClient

from recovery.members.models import Member
from recovery.partners.models import Partnership
from recovery.sharing.models import AccessEntry, Scope
from recovery.sharing.wording import BESIDE_WHAT_IS_SEEN
from tests.circles import make_circle, make_group_partners
from tests.factories import make_member
from tests.partnering import NOW, STATUS, make_clock, make_partners, progress_path, share
from tests.showing import make_commitment, make_things, wish

OVERVIEW = "/api/v1/partners/overview"
WHO_SEES = "/api/v1/me/who-sees-me"
OF_PARTNER = ("as_of", "partner", "notice")


@pytest.fixture(autouse=True)
def _noon() -> Iterator[None]:
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def linked(alice: Member, bob: Member) -> Partnership:
    return make_partners(alice, bob)


def test_a_preview_is_what_the_partner_gets_but_for_whose_it_is(
    as_alice: APIClient, as_bob: APIClient, alice: Member, linked: Partnership
) -> None:
    share(alice, linked, *make_things(alice).all)
    seen = as_alice.get(f"/api/v1/partners/{linked.id}/preview")
    assert seen.status_code == 200
    assert seen["Cache-Control"] == "private, no-cache"
    assert not AccessEntry.objects.exists()
    body = as_bob.get(progress_path(linked)).json()
    assert seen.json().pop("as_of") == body["as_of"]
    shown = {name: value for name, value in body.items() if name not in OF_PARTNER}
    assert {name: value for name, value in seen.json().items() if name != "as_of"} == shown
    assert all(shown.values())
    assert as_bob.get(f"/api/v1/partners/{linked.id}/preview").json()["mood"] == []


def test_a_paused_partner_is_shown_nothing_and_the_preview_says_so(
    as_alice: APIClient, as_bob: APIClient, alice: Member, linked: Partnership
) -> None:
    preview = f"/api/v1/partners/{linked.id}/preview"
    never = as_alice.get(preview).content
    share(alice, linked, *make_things(alice).all)
    assert as_alice.get(preview).content != never
    as_alice.post(f"/api/v1/partners/{linked.id}/pause")
    assert as_alice.get(preview).content == never
    partner = as_alice.get(f"/api/v1/partners/{linked.id}").json()
    assert (partner["i_share"], partner["paused"]) == ([], True)
    assert as_bob.get(f"/api/v1/partners/{linked.id}").json()["shares_with_me"] == []
    as_alice.post(f"/api/v1/partners/{linked.id}/resume")
    assert as_alice.get(preview).content != never


def test_a_sponsor_sees_all_partners_at_a_glance(
    as_bob: APIClient, alice: Member, bob: Member, linked: Partnership
) -> None:
    tracker, commitment = make_clock(alice, days=1), make_commitment(alice)
    share(
        alice,
        linked,
        *(STATUS, wish(Scope.MILESTONES, tracker), wish(Scope.COMMITMENTS, commitment)),
        now=NOW - timedelta(hours=1),
    )
    make_partners(make_member(), bob, now=NOW - timedelta(days=1))
    seen = as_bob.get(OVERVIEW)
    assert seen.status_code == 200
    assert seen["Cache-Control"] == "private, no-cache"
    of_alice, of_guest = seen.json()["items"]
    assert of_alice == {
        "partner": {"id": str(linked.id), "handle": "alice", "alias": None},
        "check_in_status": [{"local_date": "2026-11-22", "answered_today": False}],
        "open_commitments": [
            {"commitment": str(commitment.id), "title": "A walk before breakfast"}
        ],
        "new_milestones": [
            {
                "tracker": str(tracker.id),
                "name": "Evenings",
                "milestone": "1_day",
                "earned_on": "2026-11-22",
            }
        ],
        "newest_shares": [
            {"scope": scope, "granted_at": "2026-11-22T11:00:00Z"}
            for scope in ("check_in_status", "commitments", "milestones")
        ],
    }
    assert of_guest["partner"]["handle"] is None
    assert of_guest["check_in_status"] == []
    assert seen.json()["notice"] == BESIDE_WHAT_IS_SEEN
    assert seen.json()["as_of"] == "2026-11-22T12:00:00Z"


def test_it_comes_in_pages_and_records_only_what_it_shows(as_bob: APIClient, bob: Member) -> None:
    for number in range(5):
        owner = make_member(handle=f"member_{number}")
        share(owner, make_partners(owner, bob, now=NOW + timedelta(seconds=number)), STATUS)
    told, cursor = [], ""
    while cursor is not None:
        page = as_bob.get(OVERVIEW, {"limit": 2} | ({"cursor": cursor} if cursor else {})).json()
        told += [item["partner"]["handle"] for item in page["items"]]
        assert AccessEntry.objects.count() == len(told)
        cursor = page["next_cursor"]
    assert told == [f"member_{number}" for number in reversed(range(5))]
    assert as_bob.get(OVERVIEW, {"limit": 101}).status_code == 400


def test_i_see_who_sees_me_and_nobody_else_does(
    as_alice: APIClient, as_bob: APIClient, alice: Member, linked: Partnership
) -> None:
    (grant,) = share(alice, linked, STATUS)
    as_bob.get(progress_path(linked))
    seen = as_alice.get(WHO_SEES)
    assert "no-store" in seen["Cache-Control"]
    assert seen.json() == {
        "as_of": "2026-11-22T12:00:00Z",
        "items": [
            {
                "partner": str(linked.id),
                "handle": "bob",
                "alias": None,
                "paused": False,
                "grants": [
                    {
                        "id": str(grant.id),
                        "scope": "check_in_status",
                        "tracker": None,
                        "goal": None,
                        "commitment": None,
                        "state": "in_force",
                        "wording_version": grant.wording_version,
                        "granted_at": "2026-11-22T12:00:00Z",
                        "expires_at": "2027-02-20T12:00:00Z",
                    }
                ],
                "dates_looked": 1,
            }
        ],
    }
    (of_bob,) = as_bob.get(WHO_SEES).json()["items"]
    assert (of_bob["grants"], of_bob["dates_looked"]) == ([], 0)


def test_those_who_met_in_a_group_stay_aliases_wherever_they_are_named(
    alice: Member,
    bob: Member,
    charlie: Member,
    client_of: Callable[[Member], APIClient],
) -> None:
    circle = make_circle(charlie, alice, bob, now=NOW)
    linked = make_group_partners(circle[1], circle[2], now=NOW)
    share(alice, linked, STATUS)
    share(bob, linked, STATUS)
    for member, other in ((alice, "bob"), (bob, "alice")):
        client = client_of(member)
        partner = f"/api/v1/partners/{linked.id}"
        client.get(f"{partner}/progress")
        for path in (
            *(OVERVIEW, WHO_SEES, "/api/v1/me/access-log", "/api/v1/today", "/api/v1/partners"),
            *(partner, f"{partner}/progress", f"{partner}/preview", f"{partner}/grants"),
        ):
            answer = client.get(path)
            assert answer.status_code == 200
            assert f'"{other}"' not in answer.content.decode(), path
        (listed,) = client.get(OVERVIEW).json()["items"]
        assert listed["partner"]["alias"]
