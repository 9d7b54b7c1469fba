"""Fixed numbers of queries for what is shared, however many partners and however long a history."""

from __future__ import annotations

from datetime import datetime

import pytest
import time_machine
from rest_framework.test import APIClient

from bench.inside.sponsor import sponsor
from recovery.members.models import Member
from tests.contract.test_query_budgets import at_most
from tests.partnering import NOW, make_partners, share
from tests.showing import make_things

pytestmark = pytest.mark.django_db
# Under 12, however many they are: what one screen of partners may cost.
OVERVIEW_BUDGET = 11


def of_sponsor(*, partners: int, days: int, now: datetime) -> APIClient:
    """A client of somebody with so many partners, each with so many days of history."""
    client = APIClient()
    made = sponsor(count=partners, days=days, now=now)
    client.credentials(HTTP_AUTHORIZATION=f"Bearer {made['token']}")
    return client


@time_machine.travel(NOW, tick=False)
def test_25_partners_with_a_year_each_cost_what_2_with_ten_days_cost() -> None:
    counts = []
    for partners, days in ((2, 10), (25, 365)):
        client = of_sponsor(partners=partners, days=days, now=NOW)
        with at_most(OVERVIEW_BUDGET) as made:
            seen = client.get("/api/v1/partners/overview")
        assert seen.status_code == 200
        assert len(seen.json()["items"]) == partners
        assert all(
            one["open_commitments"] and one["check_in_status"] for one in seen.json()["items"]
        )
        counts.append(len(made))
        assert sum(sql.startswith("INSERT") for sql in made) == 1
        assert not any(sql.startswith(("UPDATE", "DELETE")) for sql in made)
    assert counts[0] == counts[1]


@time_machine.travel(NOW, tick=False)
def test_all_that_one_partner_can_show_takes_17_queries(
    as_bob: APIClient, alice: Member, bob: Member
) -> None:
    linked = make_partners(alice, bob)
    share(alice, linked, *make_things(alice).all)
    with at_most(17) as made:
        seen = as_bob.get(f"/api/v1/partners/{linked.id}/progress")
    assert seen.json()["use_events"]
    assert sum(sql.startswith("INSERT") for sql in made) == 1
