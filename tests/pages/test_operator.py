"""An operator signs in, looks at a report and decides on it, in a real browser."""

from __future__ import annotations

import os
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.utils import timezone
from playwright.sync_api import Browser, expect

from recovery.kernel.ids import new_id
from recovery.reports import services
from recovery.reports.models import Report, ReportReason, ReportSubject
from tests.factories import make_member
from tests.pages.conftest import keep, visit
from tests.partnering import make_partners

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

PASSWORD = "four-grey-lanterns"


@pytest.fixture(scope="module", autouse=True)
def _database_beside_a_browser() -> Iterator[None]:
    """Playwright makes this thread look asynchronous; it is not, and nothing here overlaps."""
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "1"
    yield
    del os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"]


@pytest.fixture
def pictures(tmp_path: Path) -> Path:
    """Where pictures go: a folder of the test, or the one that PICTURES names."""
    folder = Path(os.environ.get("PICTURES") or tmp_path)
    folder.mkdir(parents=True, exist_ok=True)
    return folder


@pytest.fixture
def reported() -> None:
    """Two reports, one of which has waited for more than a day; and an operator."""
    alice, bob = make_member(handle="alice"), make_member(handle="bob")
    linked = make_partners(alice, bob)
    now = timezone.now()
    services.report(
        member=alice,
        report_id=None,
        kind=ReportSubject.MEMBER,
        subject_id=linked.id,
        reason=ReportReason.PRESSURE,
        text="He wants my house keys.\nI said no twice.",
        now=now - timedelta(hours=26),
    )
    Report.objects.create(
        member=bob,
        subject_kind="alias",
        subject_id=new_id(),
        reason="selling",
        created_at=now - timedelta(minutes=50),
    )
    User.objects.create_superuser("ona", password=PASSWORD)


def test_a_report_is_looked_at_and_decided(
    reported: None, browser: Browser, server: str, pictures: Path
) -> None:
    found = visit(browser, server, scheme="light", width=1280)
    page: Any = found.page
    page.goto("/admin/")
    keep(page, "operator-sign-in", pictures)
    page.get_by_label("Username").fill("ona")
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Log in").click()
    expect(page.get_by_text("What waits, and who looked")).to_be_visible()
    keep(page, "operator-home", pictures)
    page.get_by_role("link", name="Reports", exact=True).click()
    expect(page.locator("#result_list tbody tr")).to_have_count(2)
    expect(page.locator("#result_list tbody tr").first).to_contain_text("1 d 2 h (over 24 h)")
    keep(page, "operator-queue", pictures)
    page.get_by_role("link", name="1 d 2 h").click()
    expect(page.get_by_text("He wants my house keys.")).to_be_visible()
    keep(page, "operator-report", pictures)
    page.get_by_label("Dealt with outside this program").check()
    page.get_by_label("Note for other operators").fill("Wrote to him")
    page.get_by_role("button", name="Decide").click()
    expect(page.get_by_text("The report is decided.")).to_be_visible()
    expect(page.locator("#result_list tbody tr")).to_have_count(1)
    page.goto("/admin/recovery/reportlook/")
    expect(page.locator("#result_list tbody tr")).to_have_count(2)
    keep(page, "operator-looks", pictures)
    page.goto("/admin/auth/user/add/")
    expect(page.get_by_label("Username")).to_be_visible()
    keep(page, "operator-new", pictures)
    assert found.elsewhere() == []
    assert found.complaints == []
    page.context.close()
