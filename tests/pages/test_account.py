"""Somebody without the app deletes their account in a real browser, without a script."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from recovery.members.models import Member
from tests.api.people import PASSWORD, join
from tests.pages.conftest import Visit, keep, visit

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

CONTRAST = Path(__file__).with_name("contrast.js").read_text(encoding="utf-8")
LOOKS = [("light", 1280), ("dark", 1280), ("light", 390), ("dark", 320)]


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


def send(found: Visit, *, password: str, waits: bool = False) -> None:
    """Fill the form in by its labels, as a screen reader tells them, and send it."""
    page = found.page
    page.get_by_label("Handle").fill("alice")
    page.get_by_label("Password").fill(password)
    page.get_by_label("Wait 24 hours").set_checked(waits)
    page.get_by_role("button", name="Delete my account").click()


@pytest.mark.parametrize(("scheme", "width"), LOOKS)
def test_each_state_of_the_page_can_be_read(
    browser: Browser, server: str, pictures: Path, scheme: str, width: int
) -> None:
    join()
    found = visit(browser, server, scheme=scheme, width=width)
    page = found.page
    page.goto("/account/delete")
    for state in ("form", "wrong", "waits", "deleted"):
        if state != "form":
            page.goto("/account/delete")
            send(
                found,
                password="something-else" if state == "wrong" else PASSWORD,
                waits=state == "waits",
            )
        expect(page.get_by_role("heading", level=1)).to_be_visible()
        if state == "wrong":
            expect(page.get_by_role("alert")).to_contain_text("Nothing was deleted")
            expect(page.get_by_label("Handle")).to_have_value("alice")
            expect(page.get_by_label("Password")).to_have_value("")
        if state == "waits":
            expect(page.get_by_role("status")).to_be_visible()
            expect(page.get_by_text("nothing is erased until")).to_be_visible()
        if state == "deleted":
            expect(page.get_by_text("being erased now")).to_be_visible()
        keep(page, f"account-{state}-{scheme}-{width}", pictures)
        # 4.5 to 1 is what letters need (WCAG 2.2, 1.4.3).
        assert page.evaluate(CONTRAST, 4.5) == []
        wide = page.evaluate("document.scrollingElement.scrollWidth - window.innerWidth")
        assert wide <= 0
    assert found.elsewhere() == []
    assert [one for one in found.complaints if "403" not in one] == []
    assert Member.objects.get().restorable_until is None
    page.context.close()


def test_it_works_without_scripts_and_by_keyboard(browser: Browser, server: str) -> None:
    join()
    context = browser.new_context(java_script_enabled=False, base_url=server)
    page = context.new_page()
    page.goto("/account/delete")
    page.get_by_label("Handle").focus()
    page.keyboard.type("alice")
    page.keyboard.press("Tab")
    page.keyboard.type(PASSWORD)
    page.keyboard.press("Tab")
    page.keyboard.press("Space")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("Your account is deleted")
    assert Member.objects.get().restorable_until is not None
    context.close()
