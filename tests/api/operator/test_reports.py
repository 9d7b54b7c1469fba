"""The operator's queue: little is shown, every look is on record, a decision is made once."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest
import time_machine
from django.contrib.auth.models import User
from django.db import DatabaseError
from django.test import Client

from api.operator.site import site
from recovery.kernel import sealing
from recovery.kernel.ids import new_id
from recovery.members.models import Member
from recovery.reports import queries
from recovery.reports.models import Report, ReportLook
from tests.partnering import NOW

QUEUE = "/admin/recovery/report/"
LOOKS = "/admin/recovery/reportlook/"

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _noon() -> Iterator[None]:
    with time_machine.travel(NOW + timedelta(minutes=40), tick=False):
        yield


def page(report: Report) -> str:
    """The address of one report."""
    return f"{QUEUE}{report.id}/"


def test_nothing_of_members_is_there_but_reports_and_the_record_of_looks() -> None:
    assert set(site._registry) == {Report, ReportLook, User}


def test_the_queue_says_how_long_each_waits_and_nothing_that_was_written(
    as_ona: Client, reported: Report, alice: Member
) -> None:
    for hours in (30, 2):
        Report.objects.create(
            member=alice,
            subject_kind="alias",
            subject_id=new_id(),
            reason="hate",
            created_at=NOW - timedelta(hours=hours),
        )
    text = as_ona.get(QUEUE).content.decode()
    waits = [text.index(said) for said in ("1 d 6 h", "2 h 40 min", "40 min</a>")]
    assert waits == sorted(waits)
    assert text.count("(over 24 h)") == 1
    assert text.index("1 d 6 h") < text.index("(over 24 h)") < text.index("2 h 40 min")
    for kept in ("house keys", "bob", "alice", str(alice.id)):
        assert kept not in text
    assert not queries.looks().exists()


def test_a_look_shows_what_is_needed_and_is_on_record(
    as_ona: Client, reported: Report, alice: Member, bob: Member
) -> None:
    answer = as_ona.get(page(reported))
    text = answer.content.decode()
    for shown in ("Pressure, control or threats", "He wants my house keys", "bob"):
        assert shown in text
    for kept in ("alice", str(alice.id), str(bob.id)):
        assert kept not in text
    assert "no-store" in answer["Cache-Control"]
    (look,) = queries.looks()
    assert (look.operator, look.what, look.report_id) == ("ona", "opened", reported.id)
    as_ona.head(page(reported))
    assert queries.looks().count() == 2


def test_what_cannot_be_recorded_is_not_shown(
    as_ona: Client, reported: Report, monkeypatch: pytest.MonkeyPatch
) -> None:
    def out_of_reach(**_: object) -> None:
        raise DatabaseError

    monkeypatch.setattr(ReportLook.objects, "create", out_of_reach)
    answer = as_ona.get(page(reported))
    assert answer.status_code == 503
    assert b"house keys" not in answer.content


def test_a_report_is_decided_with_a_note_and_leaves_the_queue(
    as_ona: Client, as_alice: Client, reported: Report
) -> None:
    wrong = as_ona.post(page(reported), {"outcome": "content_hidden"}, follow=True)
    assert b"Choose what was done" in wrong.content
    assert Report.objects.get().resolved_at is None
    decided = as_ona.post(
        page(reported), {"outcome": "dealt_with_elsewhere", "note": "Wrote to him"}, follow=True
    )
    assert decided.redirect_chain == [(QUEUE, 302)]
    text = decided.content.decode()
    assert "The report is decided." in text
    assert "0 reports" in text
    assert "decided</a>" in as_ona.get(QUEUE, {"state": "resolved"}).content.decode()
    assert "decided</a>" in as_ona.get(QUEUE, {"state": "all"}).content.decode()
    shown = as_ona.get(page(reported)).content.decode()
    assert "Wrote to him" in shown
    assert "<form method" not in shown.partition('id="content-main"')[2]
    again = as_ona.post(page(reported), {"outcome": "no_action"}, follow=True)
    assert b"decided on this report already" in again.content
    looks = [one.what for one in queries.looks().order_by("id")]
    assert looks == ["opened", "resolved", "opened", "opened"]
    (mine,) = as_alice.get("/api/v1/reports").json()["items"]
    assert (mine["state"], mine["outcome"]) == ("resolved", "dealt_with_elsewhere")
    assert "Wrote to him" not in str(mine)


def test_a_report_that_is_not_there_is_not_found_and_not_recorded(as_ona: Client) -> None:
    for answer in (
        as_ona.get(f"{QUEUE}{new_id()}/"),
        as_ona.post(f"{QUEUE}{new_id()}/", {"outcome": "no_action"}),
    ):
        assert answer.status_code == 404
    assert not queries.looks().exists()


def test_the_record_is_read_only(as_ona: Client, reported: Report) -> None:
    as_ona.get(page(reported))
    look = queries.looks().get()
    listed = as_ona.get(LOOKS).content.decode()
    assert str(reported.id) in listed
    assert "ona" in listed
    for path in (
        f"{LOOKS}add/",
        f"{LOOKS}{look.id}/change/",
        f"{LOOKS}{look.id}/delete/",
        f"{QUEUE}add/",
        f"{page(reported)}delete/",
        f"{page(reported)}change/",
        f"{page(reported)}history/",
    ):
        assert as_ona.get(path).status_code == 404, path
    for path in (LOOKS, QUEUE):
        as_ona.post(path, {"action": "delete_selected", "_selected_action": [str(look.id)]})
    assert queries.looks().get() == look
    assert Report.objects.count() == 1


def test_texts_of_members_are_shown_as_text(as_ona: Client, reported: Report) -> None:
    sealer = sealing.for_member(member_id=reported.member_id)
    reported.text = sealer.seal(
        "<script>alert(1)</script>", label="reports.text", row_id=reported.id
    )
    reported.save(update_fields=["text"])
    shown = as_ona.get(page(reported)).content.decode()
    assert "<script>alert" not in shown
    assert "&lt;script&gt;alert" in shown
