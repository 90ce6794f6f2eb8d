"""The page to link records at in a real browser: without a script, in both languages, on wide and narrow screens."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from tests.browser.conftest import Watched
from tests.browser.test_access import RULES, violations

pytestmark = pytest.mark.browser

NAMES = "Köln; DE\nHeidelberg\nXqzwvk; DE\nDüsseldorf; Deutschland\nEurocities"


@pytest.mark.parametrize("width", [320, 1280])
@pytest.mark.parametrize("language", ["de", "en"])
def test_names_are_pasted_reviewed_and_taken_along(watched: Watched, language: str, width: int) -> None:
    page = watched.open("/link", language, width)
    page.locator("textarea[name=names]").fill(NAMES)
    page.locator("form:has(textarea) button").click()
    assert page.locator("html").get_attribute("lang") == language
    assert page.locator("tr.sure").count() >= 3 and page.locator("tr.none").count() == 1
    page.locator("tr.sure details summary").first.click()
    assert page.locator("tr.sure .features li").first.is_visible()
    page.locator("tr.candidates input[type=radio]").first.check()
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert violations(page, RULES) == []
    with page.expect_download() as download:
        page.locator("button[name=download]").click()
    linked = download.value.path().read_text(encoding="utf-8-sig")
    assert "id/municipality/koeln" in linked and "chosen by a person" in linked
    assert watched.elsewhere == [] and watched.complaints == []


def test_a_file_is_chosen_and_its_column_named(watched: Watched, tmp_path: Path) -> None:
    file = tmp_path / "members.csv"
    file.write_text("a;b\nKöln;DE\nBochum;DE\n", encoding="utf-8")
    page = watched.open("/link", "en")
    page.locator("input[type=file]").set_input_files(file)
    page.locator("form:has(textarea) button").click()
    page.locator("select[name=name_column]").select_option("a")
    page.locator("select[name=country_column]").select_option("b")
    page.locator("form:has(select) button").click()
    assert page.locator("tr.sure").count() == 2
    assert watched.complaints == []


def test_the_page_is_reached_from_every_other(watched: Watched) -> None:
    page = watched.open("/", "en")
    page.get_by_role("navigation", name="Main").get_by_role("link", name="Linking").click()
    assert page.url.endswith("/link")


def test_a_preview_shows_itself_in_a_page_of_another_origin(watched: Watched) -> None:
    page = watched.page
    source = watched.address + "/reconcile/preview?lang=en&id=municipality%2Fkoeln"
    content = f'<iframe src="{source}" width="400" height="320"></iframe>'
    with other_origin(content) as address:
        page.goto(address)
        frame = page.frame_locator("iframe")
        frame.locator("h1").wait_for()
        assert "Cologne" in frame.locator("h1").inner_text()
        inner = next(each for each in page.frames if each.url == source)
        assert inner.evaluate("document.documentElement.scrollWidth") <= 400
    assert [text for text in watched.complaints if "favicon" not in text and "404" not in text] == []


@contextmanager
def other_origin(content: str) -> Iterator[str]:
    """A web server on this machine with one page; its port makes it another origin."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200 if self.path == "/" else 404)
            self.send_header("Content-Type", "text/html")
            self.end_headers()
            self.wfile.write(content.encode())

        def log_message(self, *_: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}/"
        finally:
            server.shutdown()
            thread.join()
