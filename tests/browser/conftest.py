"""A page in real headless Chromium that counts what it asks of other hosts and what its policy forbids."""

from collections.abc import Iterator
from dataclasses import dataclass, field

import pytest
from playwright.sync_api import Browser, Page, sync_playwright

from tests.conftest import CHROMIUM

MOVED = """window.moved = 0;
new PerformanceObserver(list => {
  for (const each of list.getEntries()) if (!each.hadRecentInput) window.moved += each.value;
}).observe({type: 'layout-shift', buffered: true});"""
"""Adds up in `window.moved` how far what a page shows has moved by itself (Layout Instability, section 4)."""


@dataclass
class Watched:
    """A page, the requests it made to other hosts, and the complaints on its console."""

    page: Page
    address: str
    elsewhere: list[str] = field(default_factory=list)
    complaints: list[str] = field(default_factory=list)

    def open(self, path: str, language: str = "en", width: int = 1280) -> Page:
        """Open `path` of the server for a reader of `language` in a window of `width` pixels."""
        self.page.set_viewport_size({"width": width, "height": 900})
        self.page.set_extra_http_headers({"Accept-Language": language})
        self.page.goto(self.address + path)
        return self.page


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    options = [
        "--disable-background-networking",
        "--disable-component-update",
        "--disable-sync",
        "--disable-quic",
    ]
    with sync_playwright() as play:
        running = play.chromium.launch(executable_path=CHROMIUM, args=[*options, "--no-sandbox", "--disable-gpu"])
        yield running
        running.close()


@pytest.fixture
def watched(browser: Browser, server: str) -> Iterator[Watched]:
    context = browser.new_context()
    page = context.new_page()
    found = Watched(page, server)
    page.on(
        "request",
        lambda r: found.elsewhere.append(r.url) if not r.url.startswith((server, "data:")) else None,
    )
    page.on("console", lambda message: found.complaints.append(message.text))
    page.on("pageerror", lambda error: found.complaints.append(str(error)))
    yield found
    context.close()


@pytest.fixture
def without_scripts(browser: Browser, server: str) -> Iterator[Page]:
    """A page of a reader of English in which no script runs."""
    context = browser.new_context(java_script_enabled=False, base_url=server, locale="en-GB")
    yield context.new_page()
    context.close()
