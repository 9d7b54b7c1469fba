"""The documentation pages draw, in light and dark, on a desk and in a hand, and ask nobody."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, expect

from tests.pages.conftest import keep, visit

pytestmark = pytest.mark.browser

# What each page shows once it has read the document. Swagger UI draws only the operations that are
# in sight, once there are many.
SHOWN = {
    "/docs": ".opblock",
    "/redoc": "h1:has-text('Recovery API')",
    "/docs/problems": "article#token_expired",
}
LOOKS = [(scheme, width) for scheme in ("light", "dark") for width in (1280, 390)]


@pytest.fixture
def pictures(tmp_path: Path) -> Path:
    """Where pictures go: a folder of the test, or the one that PICTURES names."""
    folder = Path(os.environ.get("PICTURES") or tmp_path)
    folder.mkdir(parents=True, exist_ok=True)
    return folder


@pytest.mark.parametrize(("scheme", "width"), LOOKS)
@pytest.mark.parametrize("path", SHOWN)
def test_a_page_draws_without_another_host_and_without_complaint(
    browser: Browser, server: str, pictures: Path, path: str, scheme: str, width: int
) -> None:
    found = visit(browser, server, scheme=scheme, width=width)
    answer = found.page.goto(path)
    assert answer is not None
    assert "'none'" in answer.headers["content-security-policy"]
    expect(found.page.locator(SHOWN[path]).first).to_be_visible()
    found.page.wait_for_load_state("networkidle")
    keep(found.page, f"{path.strip('/').replace('/', '-')}-{scheme}-{width}", pictures)
    assert found.elsewhere() == []
    assert found.complaints == []
    # Nothing sticks out to the side of a phone.
    wide = found.page.evaluate("document.scrollingElement.scrollWidth - window.innerWidth")
    assert wide <= 0
    ground = found.page.evaluate("getComputedStyle(document.documentElement).backgroundColor")
    assert (_brightness(ground) > 128) == (scheme == "light")
    found.page.context.close()


def _brightness(colour: str) -> float:
    parts = [float(part) for part in colour.strip("rgba()").split(",")[:3]]
    return sum(parts) / 3


OPERATIONS = ("/docs#/Check-ins/putCheckIn", "/redoc#tag/Check-ins/operation/putCheckIn")
CONTRAST = Path(__file__).with_name("contrast.js").read_text(encoding="utf-8")


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("path", [*SHOWN, *OPERATIONS])
def test_all_of_it_can_be_read(
    browser: Browser, server: str, pictures: Path, path: str, scheme: str
) -> None:
    found = visit(browser, server, scheme=scheme, width=1280)
    found.page.goto(path)
    expect(found.page.locator(SHOWN[path.partition("#")[0]]).first).to_be_visible()
    if "#" in path:
        expect(found.page.get_by_text("The date may be any up to today").first).to_be_in_viewport()
    found.page.wait_for_load_state("networkidle")
    keep(found.page, f"read-{scheme}-{path.replace('/', '-').replace('#', '')}", pictures)
    # 3 to 1 is what large letters and controls need; the readers' own light looks hold to it.
    assert found.page.evaluate(CONTRAST, 3) == []
    found.page.context.close()


def test_an_operation_is_tried_out_from_the_page(
    browser: Browser, server: str, pictures: Path
) -> None:
    found = visit(browser, server, scheme="light", width=1280)
    found.page.goto("/docs#/Support/listCrisisResources")
    block: Any = found.page.locator("#operations-Support-listCrisisResources")
    block.get_by_placeholder("country").fill("NZ")
    block.get_by_role("button", name="Execute").click()
    expect(block.locator(".live-responses-table tbody .response-col_status")).to_contain_text("200")
    expect(block.locator(".live-responses-table")).to_contain_text("need to talk")
    keep(found.page, "docs-tried", pictures)
    assert found.elsewhere() == []
    assert found.complaints == []
    found.page.context.close()


def test_the_type_of_a_problem_leads_to_its_meaning(browser: Browser, server: str) -> None:
    found = visit(browser, server, scheme="light", width=390)
    problem = found.page.request.get("/api/v1/me").json()
    found.page.goto(problem["type"])
    expect(found.page.locator("article:target")).to_contain_text(problem["title"])
    assert found.complaints == []
    found.page.context.close()
