"""Whom to turn to: for everybody, kept by caches, and looked up by nobody in particular."""

from __future__ import annotations

import logging
from datetime import date
from io import StringIO

import pytest
import time_machine
from django.core.management import call_command
from django.test.utils import override_settings
from rest_framework.test import APIClient

from recovery.members.models import Member
from recovery.support.rules import Kind, load_directory
from tests.conftest import MemberClient
from tests.contract.test_query_budgets import at_most
from tests.factories import make_session

PATH = "/api/v1/crisis-resources"


def test_whom_to_turn_to_needs_no_account(anonymous: APIClient) -> None:
    answer = anonymous.get(PATH, {"country": "de"})
    assert answer.status_code == 200
    assert {line["country"] for line in answer.json()["items"]} == {"DE"}


def test_every_entry_says_what_it_is_and_where_it_was_read(anonymous: APIClient) -> None:
    for country in sorted({entry.country for entry in load_directory()}):
        for line in anonymous.get(PATH, {"country": country}).json()["items"]:
            assert line["service"]
            assert line["kind"] in {kind.value for kind in Kind}
            assert line["phone"] or line["text_line"] or line["url"]
            assert line["languages"]
            assert line["source"]
            assert line["verified_on"]


@pytest.mark.parametrize("country", ["", "ZZ", "Atlantis", "deutschland", "é", "D E"])
def test_an_unknown_country_gets_the_international_entries_and_never_a_refusal(
    anonymous: APIClient, country: str
) -> None:
    answer = anonymous.get(PATH, {"country": country})
    assert answer.status_code == 200
    assert {line["country"] for line in answer.json()["items"]} == {"international"}


def test_a_kind_narrows_it_and_an_unknown_kind_is_refused(anonymous: APIClient) -> None:
    gambling = anonymous.get(PATH, {"country": "US", "kind": "gambling"}).json()["items"]
    assert [line["kind"] for line in gambling] == ["gambling"]
    assert anonymous.get(PATH, {"kind": "counselling"}).status_code == 400


def test_a_referral_line_says_so_and_never_counselling(anonymous: APIClient) -> None:
    found = anonymous.get(PATH, {"country": "US", "kind": "referral"}).json()["items"]
    assert found
    for line in found:
        assert line["kind"] == "referral"
        assert "counsel" not in f"{line['service']} {line['note']}".lower()


def test_any_cache_may_keep_it_for_a_day_and_ask_if_it_is_still_so(anonymous: APIClient) -> None:
    first = anonymous.get(PATH, {"country": "DE"})
    assert first["Cache-Control"].startswith("public, max-age=86400")
    assert "Cookie" not in first.get("Vary", "")
    assert not first.cookies
    for tag in (first["ETag"], f"W/{first['ETag']}", f'"other", {first["ETag"]}', "*"):
        again = anonymous.get(PATH, {"country": "DE"}, HTTP_IF_NONE_MATCH=tag)
        assert (again.status_code, again.content) == (304, b"")
        assert again["ETag"] == first["ETag"]
        assert again["Cache-Control"] == first["Cache-Control"]
    other = anonymous.get(PATH, {"country": "FR"}, HTTP_IF_NONE_MATCH=first["ETag"])
    assert other.status_code == 200
    assert other["ETag"] != first["ETag"]


def test_what_is_kept_is_asked_for_anew_when_its_age_has_changed(anonymous: APIClient) -> None:
    with time_machine.travel("2027-03-01T12:00:00Z", tick=False):
        tag = anonymous.get(PATH)["ETag"]
    with time_machine.travel("2027-03-01T23:59:59Z", tick=False):
        assert anonymous.get(PATH, HTTP_IF_NONE_MATCH=tag).status_code == 304
    with time_machine.travel("2027-03-02T00:00:00Z", tick=False):
        assert anonymous.get(PATH, HTTP_IF_NONE_MATCH=tag).status_code == 200


def test_who_asks_makes_no_difference_and_leaves_no_trace(
    alice: Member, anonymous: APIClient
) -> None:
    asked = {"country": "DE"}
    client = MemberClient(make_session(member=alice))
    with at_most(0):
        signed_in = client.get(PATH, asked)
        broken = anonymous.get(PATH, asked, HTTP_AUTHORIZATION="Bearer nonsense")
    nobody = anonymous.get(PATH, asked)
    assert signed_in.content == broken.content == nobody.content
    assert signed_in["ETag"] == nobody["ETag"]


@override_settings(ACCESS_LOG=True)
def test_no_log_says_that_somebody_looked_nor_for_what(
    anonymous: APIClient, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    anonymous.get(PATH, {"country": "Marker", "kind": "gambling"})
    anonymous.get(PATH, {"country": "Marker", "kind": "no_such_kind"})
    anonymous.post(PATH, {"country": "Marker"})
    assert not [one for one in caplog.records if one.name != "asyncio"]
    anonymous.get("/api/v1/today")
    assert [one.name for one in caplog.records] == ["api.access"]


def test_the_age_of_an_entry_grows_by_the_day(anonymous: APIClient) -> None:
    read_on = {entry.id: entry.verified_on for entry in load_directory()}
    with time_machine.travel("2027-03-01T12:00:00Z", tick=False):
        listed = anonymous.get(PATH).json()["items"]
    assert {line["id"]: line["age_days"] for line in listed} == {
        line["id"]: (date(2027, 3, 1) - read_on[line["id"]]).days for line in listed
    }


# --- ./run manage crisis_directory_age ------------------------------------------------------------


def run() -> tuple[int, list[str]]:
    """The exit code of the command, and what it wrote."""
    written = StringIO()
    try:
        call_command("crisis_directory_age", stdout=written)
    except SystemExit as ended:
        return int(str(ended.code)), written.getvalue().splitlines()
    return 0, written.getvalue().splitlines()


LATEST = max(entry.verified_on for entry in load_directory()).toordinal()


def noon(*, days_later: int) -> str:
    return f"{date.fromordinal(LATEST + days_later)}T12:00:00Z"


def test_the_command_is_content_with_what_was_read_within_180_days() -> None:
    with time_machine.travel(noon(days_later=0), tick=False):
        code, lines = run()
    assert code == 0
    assert lines == [f"all {len(load_directory())} entries were read within 180 days"]


def test_the_command_lists_what_is_older_and_fails() -> None:
    with time_machine.travel(noon(days_later=181), tick=False):
        code, lines = run()
    assert code == 1
    assert len(lines) == len(load_directory()) + 1
    (line,) = [one for one in lines if one.startswith("us-samhsa-helpline:")]
    for part in ("1-800-662-4357", "181 days ago", "https://"):
        assert part in line
    assert lines[-1].startswith(f"{len(load_directory())} of {len(load_directory())} entries")
