from __future__ import annotations

from datetime import date

import time_machine
from rest_framework.test import APIClient

from recovery.support.rules import load_directory


def test_whom_to_turn_to_needs_no_account_and_is_kept_by_no_cache(anonymous: APIClient) -> None:
    answer = anonymous.get("/api/v1/crisis-resources", {"country": "de"})
    assert answer.status_code == 200
    assert answer["Cache-Control"] == "no-store"
    assert {line["country"] for line in answer.json()["items"]} >= {"DE"}


def test_the_age_of_an_entry_grows_by_the_day(anonymous: APIClient) -> None:
    read_on = {entry.id: entry.verified_on for entry in load_directory()}
    with time_machine.travel("2027-03-01T12:00:00Z", tick=False):
        listed = anonymous.get("/api/v1/crisis-resources").json()["items"]
    assert {line["id"]: line["age_days"] for line in listed} == {
        line["id"]: (date(2027, 3, 1) - read_on[line["id"]]).days for line in listed
    }
