"""Two members link up, share a little, see it, share less, and part."""

from __future__ import annotations

from datetime import timedelta

import pytest
import time_machine
from rest_framework.test import APIClient

from recovery.members.models import Member
from recovery.sharing.models import AccessEntry, Grant
from tests.partnering import NOW

pytestmark = pytest.mark.django_db


def begin(client: APIClient, *, name: str, days: int) -> str:
    """Begin an abstinence tracker over HTTP and return its id."""
    body = {
        "name": name,
        "mode": "abstinence",
        "category": "alcohol",
        "started_at": (NOW - timedelta(days=days)).isoformat(),
    }
    made = client.post("/api/v1/trackers", body, format="json")
    assert made.status_code == 201
    return str(made.json()["id"])


def test_alice_invites_bob_shows_him_her_evenings_and_later_less(
    alice: Member,
    bob: Member,
    as_alice: APIClient,
    as_bob: APIClient,
    as_charlie: APIClient,
    anonymous: APIClient,
) -> None:
    with time_machine.travel(NOW, tick=False) as clock:
        # Alice has kept two trackers for a while and invites Bob, who looks before he signs up.
        evenings = begin(as_alice, name="Evenings", days=100)
        begin(as_alice, name="Weekends", days=10)
        made = as_alice.post("/api/v1/partner-invites", {}, format="json").json()
        code = {"code": made["code"]}
        offer = anonymous.post("/api/v1/invites/inspect", code, format="json").json()
        assert offer["inviter_handle"] == "alice"

        # He accepts; nobody else can any more, and at first neither sees anything.
        accepted = as_bob.post("/api/v1/invites/accept", code, format="json")
        assert accepted.status_code == 201
        assert as_charlie.post("/api/v1/invites/accept", code, format="json").status_code == 404
        partner = f"/api/v1/partners/{accepted.json()['partner']['id']}"
        for client in (as_alice, as_bob):
            seen = client.get(f"{partner}/progress").json()
            assert (seen["check_in_status"], seen["sober_clocks"]) == ([], [])

        # She reads the words and shares one clock and the status of her check-in.
        words = as_alice.get(f"{partner}/grants").json()["wording"]
        assert any("a reset shows" in one["warning"] for one in words)
        both = [
            {"scope": "sober_clock", "tracker": evenings},
            {"scope": "check_in_status"},
        ]
        as_alice.put(f"{partner}/grants", {"grants": both}, format="json")
        (listed,) = as_bob.get("/api/v1/partners").json()["items"]
        assert listed["shares_with_me"] == ["check_in_status", "sober_clock"]
        (shown,) = as_bob.get(f"{partner}/progress").json()["sober_clocks"]
        assert (shown["name"], shown["clock"]["current_days"]) == ("Evenings", 100)

        # A week later she records a use; the exact clock shows it, as the words said.
        clock.shift(timedelta(days=7))
        use = {"used_at": (NOW + timedelta(days=6)).isoformat()}
        reported = as_alice.post(f"/api/v1/trackers/{evenings}/use-events", use, format="json")
        assert reported.status_code == 201
        (shown,) = as_bob.get(f"{partner}/progress").json()["sober_clocks"]
        assert (shown["clock"]["current_days"], shown["clock"]["longest_days"]) == (1, 106)
        assert (shown["clock"]["sober_days"], shown["clock"]["days_elapsed"]) == (106, 107)

        # She narrows. Bob sees what he would see had she never shared the clock.
        as_alice.put(f"{partner}/grants", {"grants": both[1:]}, format="json")
        seen = as_bob.get(f"{partner}/progress").json()
        assert seen["sober_clocks"] == []
        assert seen["check_in_status"][0]["answered_today"] is False
        as_alice.put("/api/v1/check-ins/2026-11-29", {}, format="json")
        seen = as_bob.get(f"{partner}/progress").json()
        assert seen["check_in_status"] == [{"local_date": "2026-11-29", "answered_today": True}]
        assert as_alice.get(f"{partner}/progress").json()["check_in_status"] == []

        # Ninety days after the first consent the rest has expired; one tap renews it.
        clock.shift(timedelta(days=83))
        assert as_bob.get(f"{partner}/progress").json()["check_in_status"] == []
        (expired,) = as_alice.get(f"{partner}/grants").json()["grants"]
        assert expired["state"] == "expired"
        as_alice.post(f"{partner}/grants/{expired['id']}/renew")
        assert as_bob.get(f"{partner}/progress").json()["check_in_status"] != []

        # Bob ends it. It is over for both, with nothing left standing and no trace to find.
        assert as_bob.delete(partner).status_code == 204
        for client in (as_alice, as_bob, as_charlie):
            assert client.get(f"{partner}/progress").status_code == 404
            assert client.get("/api/v1/partners").json()["items"] == []
        assert not Grant.objects.standing().exists()

    # What was looked at is on record for Alice, by scope and by her date, and nothing more.
    looks = AccessEntry.objects.order_by("seen_on", "scope")
    assert [(look.owner, look.viewer, look.scope, str(look.seen_on)) for look in looks] == [
        (alice, bob, "check_in_status", "2026-11-22"),
        (alice, bob, "sober_clock", "2026-11-22"),
        (alice, bob, "check_in_status", "2026-11-29"),
        (alice, bob, "sober_clock", "2026-11-29"),
        (alice, bob, "check_in_status", "2027-02-20"),
    ]
