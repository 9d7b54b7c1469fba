"""The real pages in a real browser, with every other host closed."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from wsgiref.simple_server import WSGIRequestHandler, make_server

import pytest
from django.core.wsgi import get_wsgi_application
from django.db import connections
from playwright.sync_api import Browser, Page, expect, sync_playwright

from tests.services import chromium

# A browser that is left to itself asks its maker for updates and experiments.
QUIET = (
    *("--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-sync"),
    *("--disable-background-networking", "--disable-component-update"),
)


class Silent(WSGIRequestHandler):
    """Writes no line for each request, and leaves no connection to the tests' database open."""

    def handle(self) -> None:
        """Answer a request."""
        super().handle()
        connections.close_all()

    def log_message(self, *args: Any) -> None:
        """Say nothing."""


@pytest.fixture(scope="session")
def server() -> Iterator[str]:
    """The address of the program on a port of its own."""
    with make_server("127.0.0.1", 0, get_wsgi_application(), handler_class=Silent) as made:
        thread = threading.Thread(target=made.serve_forever, daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{made.server_port}"
        made.shutdown()
        thread.join()


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Chromium, as installed on this machine.

    It ends with its file: while Playwright runs, Django takes the thread for an asynchronous one
    and refuses to ask the database there.
    """
    expect.set_options(timeout=30_000)  # ms; other tests run beside, and Redoc takes its time
    with sync_playwright() as playwright:
        found = playwright.chromium.launch(executable_path=chromium(), args=list(QUIET))
        yield found
        found.close()


@dataclass
class Visit:
    """A page as somebody looks at it, and all that it did meanwhile."""

    page: Page
    server: str
    asked: list[str] = field(default_factory=list)
    complaints: list[str] = field(default_factory=list)

    def elsewhere(self) -> list[str]:
        """Return what was asked of other hosts."""
        ours = urlsplit(self.server).netloc
        local = ("data", "blob")
        return [
            one
            for one in self.asked
            if urlsplit(one).netloc != ours and urlsplit(one).scheme not in local
        ]


def visit(browser: Browser, server: str, *, scheme: Any, width: int) -> Visit:
    """Return a new page of one look and width, which keeps what it asks for and complains of."""
    context = browser.new_context(
        color_scheme=scheme, viewport={"width": width, "height": 900}, base_url=server
    )
    found = Visit(context.new_page(), server)
    found.page.on("request", lambda request: found.asked.append(request.url))
    found.page.on("pageerror", lambda error: found.complaints.append(str(error)))
    found.page.on(
        "console",
        lambda said: (
            found.complaints.append(said.text) if said.type in ("error", "warning") else None
        ),
    )
    return found


def keep(page: Page, name: str, folder: Path) -> None:
    """Keep a picture of the page, to look at."""
    page.screenshot(path=folder / f"{name}.png")
