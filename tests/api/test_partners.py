from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date, timedelta
from typing import Any

import pytest
import time_machine
from django.db import OperationalError, connection
from django.test.utils import CaptureQueriesContext
from rest_framework.test import APIClient

from recovery.checkins import services as checkins
from recovery.kernel.ids import new_id
from recovery.members.models import Member
from recovery.partners import services as partners
from recovery.partners.models import PartnerInvite, Partnership
from recovery.sharing.models import AccessEntry, Grant
from recovery.sharing.wording import BESIDE_WHAT_IS_SEEN
from recovery.sobriety.services import trackers
from tests.factories import make_member
from tests.parallel import at_once
from tests.partnering import (
    NOW,
    STATUS,
    clock_of,
    make_clock,
    make_partners,
    report_use,
    share,
)


@pytest.fixture(autouse=True)
def _noon() -> Iterator[None]:
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def linked(alice: Member, bob: Member) -> Partnership:
    return make_partners(alice, bob)


def progress_path(linked: Partnership) -> str:
    return f"/api/v1/partners/{linked.id}/progress"


def grants_path(linked: Partnership) -> str:
    return f"/api/v1/partners/{linked.id}/grants"


def without_request_id(response: Any) -> dict[str, Any]:
    return {name: value for name, value in response.json().items() if name != "request_id"}


# --- invites -------------------------------------------------------------------------------------


def test_an_invite_shows_its_code_once(as_alice: APIClient) -> None:
    made = as_alice.post("/api/v1/partner-invites", {}, format="json")
    assert made.status_code == 201
    body = made.json()
    assert body["invite"] == {
        "id": body["invite"]["id"],
        "state": "open",
        "created_at": "2026-11-22T12:00:00Z",
        "expires_at": "2026-11-25T12:00:00Z",
    }
    assert body["link_fragment"] == f"invite={body['code']}"
    listed = as_alice.get("/api/v1/partner-invites")
    assert listed.json() == {"items": [body["invite"]], "next_cursor": None}
    assert body["code"] not in listed.content.decode()


def test_an_invite_sent_again_answers_200_with_the_same_body(as_alice: APIClient) -> None:
    chosen = {"id": str(new_id())}
    first = as_alice.post("/api/v1/partner-invites", chosen, format="json")
    again = as_alice.post("/api/v1/partner-invites", chosen, format="json")
    assert (first.status_code, again.status_code) == (201, 200)
    assert again.content == first.content


def test_another_members_invite_id_is_taken(as_alice: APIClient, as_bob: APIClient) -> None:
    chosen = {"id": str(new_id())}
    as_alice.post("/api/v1/partner-invites", chosen, format="json")
    refused = as_bob.post("/api/v1/partner-invites", chosen, format="json")
    assert (refused.status_code, refused.json()["code"]) == (409, "id_taken")


def test_a_fourth_open_invite_is_a_conflict(as_alice: APIClient) -> None:
    for _ in range(3):
        as_alice.post("/api/v1/partner-invites", {}, format="json")
    refused = as_alice.post("/api/v1/partner-invites", {}, format="json")
    assert (refused.status_code, refused.json()["code"]) == (409, "too_many_open_invites")


def test_a_withdrawn_invite_says_so_and_cannot_be_withdrawn_again(as_alice: APIClient) -> None:
    invite = as_alice.post("/api/v1/partner-invites", {}, format="json").json()["invite"]
    path = f"/api/v1/partner-invites/{invite['id']}"
    assert as_alice.delete(path).status_code == 204
    assert as_alice.delete(path).status_code == 404
    (listed,) = as_alice.get("/api/v1/partner-invites").json()["items"]
    assert listed["state"] == "withdrawn"


def test_invites_come_in_pages(as_alice: APIClient, alice: Member) -> None:
    for minutes in range(5):
        now = NOW + timedelta(minutes=minutes)
        made = partners.invite(member_id=alice.id, invite_id=None, now=now)
        partners.withdraw(member_id=alice.id, invite_id=made.invite.id, now=now)
    seen: list[str] = []
    path: str | None = "/api/v1/partner-invites?limit=2"
    while path:
        page = as_alice.get(path).json()
        seen += [item["id"] for item in page["items"]]
        cursor = page["next_cursor"]
        path = f"/api/v1/partner-invites?limit=2&cursor={cursor}" if cursor else None
    newest_first = PartnerInvite.objects.order_by("-created_at").values_list("id", flat=True)
    assert seen == [str(invite_id) for invite_id in newest_first]


def test_an_invite_can_be_looked_at_without_an_account(alice: Member, anonymous: APIClient) -> None:
    code = partners.invite(member_id=alice.id, invite_id=None, now=NOW).code
    shown = anonymous.post("/api/v1/invites/inspect", {"code": code}, format="json")
    assert shown.status_code == 200
    body = shown.json()
    assert body["inviter_handle"] == "alice"
    assert body["expires_at"] == "2026-11-25T12:00:00Z"
    assert "recorded" in body["notice"]
    assert str(alice.id) not in shown.content.decode()


def test_an_access_token_that_ended_does_not_keep_one_from_looking(
    alice: Member, anonymous: APIClient
) -> None:
    code = partners.invite(member_id=alice.id, invite_id=None, now=NOW).code
    anonymous.credentials(HTTP_AUTHORIZATION="Bearer of.nothing.valid")
    shown = anonymous.post("/api/v1/invites/inspect", {"code": code}, format="json")
    assert shown.status_code == 200


def test_accepting_makes_partners_who_share_nothing_yet(
    alice: Member, as_bob: APIClient, as_alice: APIClient
) -> None:
    code = partners.invite(member_id=alice.id, invite_id=None, now=NOW).code
    accepted = as_bob.post("/api/v1/invites/accept", {"code": code}, format="json")
    assert accepted.status_code == 201
    body = accepted.json()
    assert body == {
        "id": body["id"],
        "handle": "alice",
        "created_at": "2026-11-22T12:00:00Z",
        "i_share": [],
        "shares_with_me": [],
    }
    (of_alice,) = as_alice.get("/api/v1/partners").json()["items"]
    assert of_alice == {**body, "handle": "bob"}
    again = as_bob.post("/api/v1/invites/accept", {"code": code}, format="json")
    assert (again.status_code, again.json()) == (200, body)


def test_every_code_that_opens_nothing_gets_one_answer(
    alice: Member, bob: Member, charlie: Member, as_bob: APIClient, anonymous: APIClient
) -> None:
    def code_by(member: Member, *, hours_ago: int = 0) -> str:
        now = NOW - timedelta(hours=hours_ago)
        return partners.invite(member_id=member.id, invite_id=None, now=now).code

    expired = code_by(alice, hours_ago=72)
    used = code_by(alice)
    partners.accept(member_id=charlie.id, code=used, now=NOW)
    withdrawn = partners.invite(member_id=alice.id, invite_id=None, now=NOW)
    partners.withdraw(member_id=alice.id, invite_id=withdrawn.invite.id, now=NOW)
    own = code_by(bob)
    make_partners(bob, charlie)
    already = code_by(charlie)
    for code in ("A" * 32, "x", "—", expired, used, withdrawn.code, own, already):
        refused = as_bob.post("/api/v1/invites/accept", {"code": code}, format="json")
        assert refused.status_code == 404
        assert without_request_id(refused) == {
            "type": "/docs/problems#invite_not_usable",
            "title": "This invite cannot be used",
            "status": 404,
            "detail": "This invite cannot be used. Ask for a new one.",
            "code": "invite_not_usable",
            "client_action": "drop",
            "errors": [],
        }
        if code not in (own, already):  # these two are good for somebody else
            looked = anonymous.post("/api/v1/invites/inspect", {"code": code}, format="json")
            assert without_request_id(looked) == without_request_id(refused)


@pytest.mark.django_db(transaction=True)
def test_eight_acceptances_at_once_make_one_partnership(
    alice: Member, client_of: Callable[[Member], APIClient]
) -> None:
    code = partners.invite(member_id=alice.id, invite_id=None, now=NOW).code
    clients = [client_of(make_member(handle=f"member_{number}")) for number in range(8)]

    def accept(number: int) -> int:
        client = clients[number]
        answer = client.post("/api/v1/invites/accept", {"code": code}, format="json")
        return answer.status_code

    assert sorted(at_once(accept)) == [201] + [404] * 7
    assert Partnership.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_one_acceptance_sent_eight_times_at_once_makes_one_partnership(
    alice: Member, bob: Member, client_of: Callable[[Member], APIClient]
) -> None:
    code = partners.invite(member_id=alice.id, invite_id=None, now=NOW).code
    clients = [client_of(bob) for _ in range(8)]

    def accept(number: int) -> int:
        client = clients[number]
        answer = client.post("/api/v1/invites/accept", {"code": code}, format="json")
        return answer.status_code

    assert sorted(at_once(accept)) == [200] * 7 + [201]


# --- partners and grants -------------------------------------------------------------------------


def test_a_partner_is_named_by_the_partnership_and_never_by_the_account(
    as_alice: APIClient, alice: Member, bob: Member, linked: Partnership
) -> None:
    share(bob, linked, STATUS, clock_of(make_clock(bob)))
    for path in ("/api/v1/partners", f"/api/v1/partners/{linked.id}", progress_path(linked)):
        text = as_alice.get(path).content.decode()
        assert str(linked.id) in text
        assert str(bob.id) not in text
        assert str(alice.id) not in text


def test_either_side_can_end_it_and_afterwards_it_was_never_there(
    as_alice: APIClient, as_bob: APIClient, linked: Partnership, alice: Member
) -> None:
    share(alice, linked, STATUS)
    path = f"/api/v1/partners/{linked.id}"
    unknown = without_request_id(as_bob.get(f"/api/v1/partners/{new_id()}"))
    assert as_bob.delete(path).status_code == 204
    for client in (as_alice, as_bob):
        for refused in (
            client.get(path),
            client.delete(path),
            client.get(progress_path(linked)),
            client.get(grants_path(linked)),
            client.put(grants_path(linked), {"grants": []}, format="json"),
        ):
            assert refused.status_code == 404
            assert without_request_id(refused) == unknown
        assert client.get("/api/v1/partners").json()["items"] == []
    assert not Grant.objects.standing().exists()


def test_sharing_is_a_set_that_comes_with_its_words(
    as_alice: APIClient, alice: Member, linked: Partnership
) -> None:
    clock = make_clock(alice)
    wanted = {
        "grants": [
            {"scope": "sober_clock", "tracker": str(clock.id)},
            {"scope": "check_in_status"},
        ]
    }
    stored = as_alice.put(grants_path(linked), wanted, format="json")
    assert stored.status_code == 200
    assert [(g["scope"], g["tracker"], g["state"]) for g in stored.json()["grants"]] == [
        ("check_in_status", None, "in_force"),
        ("sober_clock", str(clock.id), "in_force"),
    ]
    assert {g["expires_at"] for g in stored.json()["grants"]} == {"2027-02-20T12:00:00Z"}
    assert {w["scope"] for w in stored.json()["wording"]} == {"sober_clock", "check_in_status"}
    assert "can notice" in stored.json()["before_taking_back"]
    again = as_alice.put(grants_path(linked), wanted, format="json")
    assert again.content == stored.content == as_alice.get(grants_path(linked)).content
    emptied = as_alice.put(grants_path(linked), {"grants": []}, format="json")
    assert emptied.json()["grants"] == []


def test_a_partner_does_not_see_the_consents_themselves(
    as_bob: APIClient, alice: Member, linked: Partnership
) -> None:
    share(alice, linked, STATUS)
    assert as_bob.get(grants_path(linked)).json()["grants"] == []


@pytest.mark.parametrize(
    ("grants", "pointer", "code"),
    [
        ([{"scope": "everything"}], "/grants/0/scope", "invalid_choice"),
        ([{"scope": "sober_clock"}], "/grants/0/tracker", "required"),
        (
            [{"scope": "sober_clock", "tracker": "01936f10-4b7e-7d22-a3c9-0e8f5d6a1b94"}],
            "/grants/0/tracker",
            "unknown_tracker",
        ),
        (
            [
                {"scope": "check_in_status"},
                {"scope": "check_in_status", "tracker": "01936f10-4b7e-7d22-a3c9-0e8f5d6a1b94"},
            ],
            "/grants/1/tracker",
            "not_per_tracker",
        ),
        ([{"scope": "check_in_status", "until": "ever"}], "/grants/0/until", "unknown_field"),
        ([{}], "/grants/0/scope", "required"),
        ("all", "/grants", "not_a_list"),
        ([{"scope": "check_in_status"}] * 101, "/grants", "max_length"),
    ],
)
def test_a_wrong_set_is_refused_whole_and_says_where(
    as_alice: APIClient, linked: Partnership, grants: object, pointer: str, code: str
) -> None:
    refused = as_alice.put(grants_path(linked), {"grants": grants}, format="json")
    assert refused.status_code == 400
    (error,) = refused.json()["errors"]
    assert (error["pointer"], error["code"]) == (pointer, code)
    assert not Grant.objects.exists()


def test_a_consent_can_be_renewed_in_one_call(
    as_alice: APIClient, as_bob: APIClient, alice: Member, linked: Partnership
) -> None:
    (grant,) = share(alice, linked, STATUS, now=NOW - timedelta(days=80))
    path = f"{grants_path(linked)}/{grant.id}/renew"
    assert as_bob.post(path).status_code == 404
    renewed = as_alice.post(path)
    assert renewed.status_code == 200
    assert renewed.json()["expires_at"] == "2027-02-20T12:00:00Z"
    assert as_alice.post(path).status_code == 404
    assert as_alice.get(grants_path(linked)).json()["grants"] == [renewed.json()]


# --- what a partner sees -------------------------------------------------------------------------


def test_a_partner_sees_what_was_shared_and_nothing_else(
    as_bob: APIClient, alice: Member, linked: Partnership
) -> None:
    clock = make_clock(alice, name="Evenings", days=41)
    share(alice, linked, STATUS, clock_of(clock))
    seen = as_bob.get(progress_path(linked))
    assert seen.status_code == 200
    assert seen["Cache-Control"] == "private, no-cache"
    assert "ETag" not in seen
    assert seen.json() == {
        "as_of": "2026-11-22T12:00:00Z",
        "partner": {"id": str(linked.id), "handle": "alice"},
        "check_in_status": [{"local_date": "2026-11-22", "answered_today": False}],
        "sober_clocks": [
            {
                "tracker": str(clock.id),
                "name": "Evenings",
                "clock": {
                    "as_of": "2026-11-22T12:00:00Z",
                    "current_days": 41,
                    "current_seconds": 41 * 86400,
                    "longest_days": 41,
                    "sober_days": 41,
                    "days_elapsed": 41,
                    "episode_count": 1,
                    "episode_started_at": "2026-10-12T12:00:00Z",
                },
            }
        ],
        "notice": BESIDE_WHAT_IS_SEEN,
    }


NOTHING_SHOWN = [
    "never granted",
    "taken back",
    "expired",
    "narrowed away",
    "tracker put away",
    "granted the other way only",
]


@pytest.mark.parametrize("state", NOTHING_SHOWN)
def test_all_ways_of_showing_nothing_are_the_same_bytes(
    as_bob: APIClient, alice: Member, bob: Member, linked: Partnership, state: str
) -> None:
    paths = (progress_path(linked), f"/api/v1/partners/{linked.id}", "/api/v1/partners")
    never = [as_bob.get(path).content for path in paths]
    clock = make_clock(alice)
    if state == "taken back":
        share(alice, linked, STATUS, clock_of(clock))
        share(alice, linked)
    elif state == "expired":
        share(alice, linked, STATUS, clock_of(clock), now=NOW - timedelta(days=90))
    elif state == "narrowed away":
        share(alice, linked, STATUS, clock_of(clock))
        share(alice, linked, STATUS)
        share(alice, linked)
    elif state == "tracker put away":
        share(alice, linked, clock_of(clock))
        trackers.remove(member=alice, tracker_id=clock.id, now=NOW)
    elif state == "granted the other way only":
        share(bob, linked, STATUS)
        never = [never[0]]  # what bob shares himself shows in his own list
    for path, expected in zip(paths, never, strict=False):
        answer = as_bob.get(path)
        assert answer.status_code == 200
        assert answer.content == expected
        assert answer.headers.keys() == as_bob.get(path).headers.keys()
    assert not AccessEntry.objects.exists()


def test_no_link_an_ended_one_and_an_unknown_id_are_the_same_bytes(
    as_bob: APIClient, as_charlie: APIClient, alice: Member, bob: Member, linked: Partnership
) -> None:
    share(alice, linked, STATUS)
    answers = [
        as_charlie.get(progress_path(linked)),
        as_bob.get(f"/api/v1/partners/{new_id()}/progress"),
    ]
    partners.end(member_id=alice.id, partnership_id=linked.id, now=NOW)
    answers.append(as_bob.get(progress_path(linked)))
    make_partners(alice, bob)
    answers.append(as_bob.get(progress_path(linked)))
    assert {answer.status_code for answer in answers} == {404}
    first, *rest = (without_request_id(answer) for answer in answers)
    assert all(answer == first for answer in rest)


def test_revocation_holds_from_the_next_request(
    as_alice: APIClient, as_bob: APIClient, alice: Member, linked: Partnership
) -> None:
    share(alice, linked, STATUS)
    assert as_bob.get(progress_path(linked)).json()["check_in_status"]
    as_alice.put(grants_path(linked), {"grants": []}, format="json")
    assert as_bob.get(progress_path(linked)).json()["check_in_status"] == []


@pytest.mark.django_db(transaction=True)
def test_the_look_is_committed_before_the_answer_leaves(
    as_bob: APIClient, alice: Member, bob: Member, linked: Partnership
) -> None:
    share(alice, linked, STATUS)
    assert as_bob.get(progress_path(linked)).status_code == 200
    # Another connection sees only what is committed.
    (rows,) = at_once(
        lambda _: list(AccessEntry.objects.values_list("owner", "viewer", "scope", "seen_on")),
        times=1,
    )
    assert rows == [(alice.id, bob.id, "check_in_status", date(2026, 11, 22))]


def test_what_cannot_be_recorded_is_not_shown(
    as_bob: APIClient, alice: Member, linked: Partnership, monkeypatch: pytest.MonkeyPatch
) -> None:
    def disk_is_full(*_: Any, **__: Any) -> None:
        raise OperationalError("disk is full")

    share(alice, linked, STATUS, clock_of(make_clock(alice, name="Evenings")))
    monkeypatch.setattr(AccessEntry.objects, "bulk_create", disk_is_full)
    refused = as_bob.get(progress_path(linked))
    assert (refused.status_code, refused.json()["code"]) == (503, "unavailable")
    assert "Evenings" not in refused.content.decode()


@pytest.mark.parametrize("years", [0, 3])
def test_progress_takes_seven_queries_beside_authentication_whatever_the_history(
    as_bob: APIClient, alice: Member, linked: Partnership, years: int
) -> None:
    clocks = [make_clock(alice, name=f"Tracker {n}", days=1 + 365 * years) for n in range(5)]
    for month in range(12 * years):
        at = NOW - timedelta(days=30 * month + 1)
        report_use(clocks[0], at=at)
    for day in range(30 * years):
        checkins.put(
            member=alice,
            local_date=date(2026, 11, 22) - timedelta(days=day),
            answers=checkins.Answers(),
            when=checkins.When(),
            now=NOW,
        )
    share(alice, linked, STATUS, *(clock_of(clock) for clock in clocks))
    with CaptureQueriesContext(connection) as captured:
        assert len(as_bob.get(progress_path(linked)).json()["sober_clocks"]) == 5
    statements = [
        query["sql"]
        for query in captured.captured_queries
        if not query["sql"].startswith(("BEGIN", "COMMIT", "SAVEPOINT", "RELEASE"))
    ]
    assert len(statements) <= 7, statements
    assert sum(sql.startswith("INSERT") for sql in statements) == 1
    assert not any(sql.startswith(("UPDATE", "DELETE")) for sql in statements)
