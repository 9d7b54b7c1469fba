"""Two meet in a group, link and share; one is silent, asks for support, revokes, leaves."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import time_machine
from rest_framework.test import APIClient

from notifications import planner
from recovery.members.models import Member
from tests.partnering import without_request_id

pytestmark = pytest.mark.django_db

BEGAN = datetime(2026, 10, 19, 9, 0, tzinfo=UTC)  # a Monday; clocks go back within the story
LOOK = {"symbol": "bird", "colour": "teal", "shown": True}
V1 = "/api/v1"


class Story:
    """Whoever speaks over HTTP, on a clock that the story moves."""

    def __init__(self, clock: time_machine.Traveller) -> None:
        self.clock = clock
        self.now = BEGAN

    def wait(self, **by: float) -> None:
        """Let time pass, an hour at most between two ticks, as the worker's clock would."""
        until = self.now + timedelta(**by)
        while self.now < until:
            self.now = min(self.now + timedelta(hours=1), until)
            self.clock.move_to(self.now, tick=False)
            planner.tick(now=self.now)

    def get(self, who: APIClient, path: str) -> Any:
        """What somebody sees."""
        answer = who.get(f"{V1}/{path}")
        assert answer.status_code == 200, answer.content
        return answer.json()

    def send(self, who: APIClient, method: str, path: str, body: Any = None) -> Any:
        """What somebody does, and the answer."""
        answer = getattr(who, method)(f"{V1}/{path}", body or {}, format="json")
        assert answer.status_code in (200, 201, 204), answer.content
        return answer.json() if answer.content else None

    def inbox(self, who: APIClient) -> list[str]:
        """The kinds in somebody's inbox, newest first."""
        return [one["kind"] for one in self.get(who, "notifications")["items"]]


@pytest.fixture
def charlies_group(as_charlie: APIClient) -> str:
    """Charlie's open, listed group; its id."""
    with time_machine.travel(BEGAN - timedelta(hours=1), tick=False):
        made = as_charlie.post(
            f"{V1}/groups",
            {
                "name": "Monday",
                "focus": "any",
                "format": "online",
                "time_zone": "Europe/Berlin",
                "guidelines": "Nobody has to speak.",
                "join_policy": "open",
                "listed": True,
                "me": {"alias": "Lantern", **LOOK},
            },
            format="json",
        )
    assert made.status_code == 201, made.content
    return str(made.json()["id"])


def test_they_hold_each_other_to_what_they_promised_and_see_what_was_chosen(
    alice: Member,
    bob: Member,
    as_alice: APIClient,
    as_bob: APIClient,
    as_charlie: APIClient,
    charlies_group: str,
) -> None:
    group = f"groups/{charlies_group}"
    with time_machine.travel(BEGAN, tick=False) as clock:
        story = Story(clock)

        # They find the group and join it; each knows the other by an alias and nothing else.
        listed = story.get(as_alice, "groups")["items"]
        assert [one["name"] for one in listed] == ["Monday"]
        for client, alias in ((as_alice, "Heron"), (as_bob, "Ferry")):
            entering = {"alias": alias, "guidelines_version": 1, **LOOK}
            story.send(client, "post", f"{group}/members", entering)
        people = story.get(as_alice, f"{group}/members")["items"]
        assert {one["alias"] for one in people} == {"Lantern", "Heron", "Ferry"}
        assert "bob" not in str(people)
        assert str(bob.id) not in str(people)
        ferry = next(one["id"] for one in people if one["alias"] == "Ferry")

        # Alice invites Bob within the group. New members hear invites only if they chose to.
        invite = {"group": charlies_group, "to": ferry}
        story.send(as_bob, "patch", "me", {"receives_partner_invites": True})
        story.send(as_alice, "post", "partner-invites", invite)
        (received,) = story.get(as_bob, "partner-invites?direction=received")["items"]
        assert received["alias"] == "Heron"
        assert story.inbox(as_bob) == ["partner_invite"]
        partner = story.send(as_bob, "post", f"partner-invites/{received['id']}/accept")
        link = f"partners/{partner['id']}"
        assert (partner["alias"], partner["handle"]) == ("Heron", None)
        assert "partner_joined" in story.inbox(as_alice)

        # Alice promises a walk each day and shows it, with whether she checked in and if she is
        # quiet; first she looks at what Bob would see.
        walk = story.send(as_alice, "post", "commitments", {"title": "A walk", "cadence": "daily"})
        shared = [
            {"scope": "check_in_status"},
            {"scope": "quiet_alerts"},
            {"scope": "commitments", "commitment": walk["id"]},
        ]
        unshared = story.get(as_bob, f"{link}/progress")
        story.send(as_alice, "put", f"{link}/grants", {"grants": shared})
        story.send(as_alice, "put", f"{link}/letter", {"text": "Ring me, and let it ring."})
        preview = story.get(as_alice, f"{link}/preview")
        assert [one["title"] for one in preview["commitments"]] == ["A walk"]

        # She keeps it; Bob sees that, confirms it and encourages her; she sees who looked.
        today = BEGAN.date().isoformat()
        entry = f"commitments/{walk['id']}/entries/{today}"
        story.send(as_alice, "put", f"check-ins/{today}", {})
        story.send(as_alice, "put", entry, {"state": "kept"})
        seen = story.get(as_bob, f"{link}/progress")
        assert seen["check_in_status"][0]["answered_today"] is True
        assert seen["commitments"][0]["kept_today"] is True
        story.send(as_bob, "post", f"{link}/{entry}/confirmation")
        story.send(as_bob, "post", f"{link}/encouragements", {"preset": "well_done"})
        assert {"commitment_confirmed", "encouragement"} <= set(story.inbox(as_alice))
        (cheer,) = story.get(as_alice, "encouragements")["items"]
        story.send(as_alice, "post", f"encouragements/{cheer['id']}/thanks")
        assert story.get(as_bob, "me/help-given")["total"] >= 2
        weeks = story.get(as_alice, "me/access-log")["items"]
        assert {"check_in_status", "commitments"} <= {one["scope"] for one in weeks}

        # She is silent for days: she hears it ahead, then he does, with her own words.
        assert story.get(as_bob, f"{link}/quiet")["quiet"] is False
        story.wait(days=5)
        assert "quiet_ahead" in story.inbox(as_alice)
        assert story.inbox(as_bob).count("partner_quiet") == 1
        quiet = story.get(as_bob, f"{link}/quiet")
        assert (quiet["quiet"], quiet["letter"]) == (True, "Ring me, and let it ring.")

        # Silence broke no promise, and a check-in ends the spell.
        reading = story.get(as_alice, f"commitments/{walk['id']}")["reading"]
        assert (reading["kept"], reading["not_kept"]) == (1, 0)
        story.send(as_alice, "put", f"check-ins/{story.now.date()}", {"mood": 2})
        assert story.get(as_bob, f"{link}/quiet") == story.get(as_bob, f"{link}/quiet") | {
            "quiet": False,
            "letter": "",
        }

        # Bob asks for support. Alice agreed to be asked; she answers and writes, and it closes.
        story.send(as_bob, "put", f"{link}/grants", {"grants": [{"scope": "support_requests"}]})
        story.send(as_alice, "patch", f"{link}/settings", {"answers_support": True})
        asked = story.send(as_bob, "post", "support-requests", {"text": "A long night."})
        assert asked["help"]["crisis_resources"]
        assert story.inbox(as_alice)[0] == "support_request"
        request = f"support-requests/{asked['id']}"
        assert story.get(as_alice, request)["text"] == "A long night."
        story.send(as_alice, "post", f"{request}/answer", {"answer": "will_contact_you"})
        story.send(as_alice, "post", f"{request}/messages", {"text": "Ten minutes."})
        (thread,) = story.get(as_bob, request)["threads"]
        assert thread["answer"] == "will_contact_you"
        assert [one["text"] for one in thread["messages"]] == ["Ten minutes."]
        story.send(as_bob, "post", f"{request}/close")
        assert as_alice.get(f"{V1}/{request}").status_code == 404

        # Alice takes everything back: for Bob it is as on the first day, and nobody says so; that
        # she had been quiet goes with her consent to tell it.
        told = [kind for kind in story.inbox(as_bob) if kind != "partner_quiet"]
        story.send(as_alice, "put", f"{link}/grants", {"preset": "none"})
        assert story.get(as_bob, f"{link}/progress") | {"as_of": ""} == unshared | {"as_of": ""}
        assert story.inbox(as_bob) == told

        # Bob leaves the group: the partnership ends with it, like one that never was.
        story.send(as_bob, "delete", f"{group}/membership")
        assert story.get(as_alice, "partners")["items"] == []
        gone, absent = (
            as_alice.get(f"{V1}/{path}")
            for path in (f"{link}/progress", f"partners/{charlies_group}/progress")
        )
        assert gone.status_code == absent.status_code == 404
        assert without_request_id(gone) == without_request_id(absent)
        assert as_bob.get(f"{V1}/{group}/members").status_code == 404
