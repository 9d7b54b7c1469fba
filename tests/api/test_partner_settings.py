from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
import time_machine
from rest_framework.test import APIClient

from recovery.members.models import Member
from recovery.partners.models import Partnership
from tests.partnering import NOW, STATUS, make_partners, progress_path, share, without_request_id

BEGINNING = {
    "keeps_after_group": False,
    "hears_encouragements": True,
    "takes_text": False,
    "answers_support": False,
    "support_from": None,
    "support_to": None,
    "may_be_woken": False,
    "paused": False,
    "has_letter": False,
}


@pytest.fixture(autouse=True)
def _noon() -> Iterator[None]:
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def linked(alice: Member, bob: Member) -> Partnership:
    return make_partners(alice, bob)


def path(linked: Partnership, end: str) -> str:
    return f"/api/v1/partners/{linked.id}/{end}"


def test_my_side_is_mine_to_change_and_the_partner_sees_none_of_it(
    as_alice: APIClient, as_bob: APIClient, linked: Partnership
) -> None:
    assert as_alice.get(path(linked, "settings")).json() == BEGINNING
    changes = {
        "keeps_after_group": True,
        "hears_encouragements": False,
        "takes_text": True,
        "answers_support": True,
        "support_from": "22:00",
        "support_to": "06:30",
        "may_be_woken": True,
    }
    changed = as_alice.patch(path(linked, "settings"), changes, format="json")
    assert changed.status_code == 200
    assert changed.json() == {**BEGINNING, **changes}
    assert as_alice.get(path(linked, "settings")).json() == changed.json()
    assert as_bob.get(path(linked, "settings")).json() == BEGINNING
    freed = as_alice.patch(
        path(linked, "settings"), {"support_from": None, "support_to": None}, format="json"
    )
    assert freed.json() == {**BEGINNING, **changes, "support_from": None, "support_to": None}


@pytest.mark.parametrize(
    ("body", "pointer", "code"),
    [
        ({"support_from": "9:00", "support_to": "10:00"}, "/support_from", "invalid"),
        ({"support_from": "24:00", "support_to": "10:00"}, "/support_from", "invalid"),
        ({"support_from": "09:00"}, "/support_to", "required"),
        ({"support_from": "09:00", "support_to": "09:00"}, "/support_to", "no_hours"),
        ({"takes_text": None}, "/takes_text", "null"),
        ({"takes_text": "yes"}, "/takes_text", "invalid"),
        ({"paused": True}, "/paused", "unknown_field"),
        ({"quiet_letter": "Hello"}, "/quiet_letter", "unknown_field"),
    ],
)
def test_wrong_settings_are_refused_whole_and_say_where(
    as_alice: APIClient, linked: Partnership, body: dict[str, Any], pointer: str, code: str
) -> None:
    refused = as_alice.patch(
        path(linked, "settings"), {"keeps_after_group": True, **body}, format="json"
    )
    assert refused.status_code == 400
    (error,) = refused.json()["errors"]
    assert (error["pointer"], error["code"]) == (pointer, code)
    assert as_alice.get(path(linked, "settings")).json() == BEGINNING


def test_a_pause_shows_to_me_alone(
    as_alice: APIClient, as_bob: APIClient, alice: Member, linked: Partnership
) -> None:
    share(alice, linked, STATUS)
    for _ in range(2):
        paused = as_alice.post(path(linked, "pause"))
        assert (paused.status_code, paused.json()) == (200, {**BEGINNING, "paused": True})
    assert as_alice.get(f"/api/v1/partners/{linked.id}").json()["paused"] is True
    assert as_bob.get(f"/api/v1/partners/{linked.id}").json()["paused"] is False
    assert as_bob.get(progress_path(linked)).json()["check_in_status"] == []
    assert len(as_alice.get(path(linked, "grants")).json()["grants"]) == 1
    for _ in range(2):
        assert as_alice.post(path(linked, "resume")).json() == BEGINNING
    assert len(as_bob.get(progress_path(linked)).json()["check_in_status"]) == 1


def test_a_letter_is_mine_to_read_until_it_is_delivered(
    as_alice: APIClient, as_bob: APIClient, linked: Partnership
) -> None:
    at = path(linked, "letter")
    assert as_alice.get(at).status_code == 404
    text = "Please ring me, and if I do not pick up, ring my sister: she knows."
    for _ in range(2):
        written = as_alice.put(at, {"text": text}, format="json")
        assert (written.status_code, written.json()) == (200, {"text": text})
    assert as_alice.get(at).json() == {"text": text}
    assert as_alice.get(path(linked, "settings")).json()["has_letter"] is True
    none = as_bob.get(at)
    assert none.status_code == 404
    assert as_bob.get(path(linked, "settings")).json() == BEGINNING
    for end in ("", "/progress", "/grants"):
        assert text not in as_bob.get(f"/api/v1/partners/{linked.id}{end}").content.decode()
    assert as_alice.delete(at).status_code == 204
    assert as_alice.delete(at).status_code == 404
    assert without_request_id(as_alice.get(at)) == without_request_id(none)


@pytest.mark.parametrize(
    ("text", "code"),
    [("", "blank"), ("   ", "blank"), ("a" * 1001, "max_length"), (7, "not_text"), (None, "null")],
)
def test_a_letter_has_words_and_an_end(
    as_alice: APIClient, linked: Partnership, text: object, code: str
) -> None:
    refused = as_alice.put(path(linked, "letter"), {"text": text}, format="json")
    assert refused.status_code == 400
    assert refused.json()["errors"][0]["code"] == code


def test_a_thousand_signs_of_any_kind_fit(as_alice: APIClient, linked: Partnership) -> None:
    text = "🌱" * 1000
    assert as_alice.put(path(linked, "letter"), {"text": text}, format="json").status_code == 200
    assert as_alice.get(path(linked, "letter")).json() == {"text": text}


def test_strangers_find_no_side(as_charlie: APIClient, linked: Partnership) -> None:
    for end in ("settings", "letter"):
        assert as_charlie.get(path(linked, end)).status_code == 404
    for end in ("pause", "resume"):
        assert as_charlie.post(path(linked, end)).status_code == 404
    body = {"takes_text": True}
    assert as_charlie.patch(path(linked, "settings"), body, format="json").status_code == 404
    letter = as_charlie.put(path(linked, "letter"), {"text": "Hello"}, format="json")
    assert letter.status_code == 404
