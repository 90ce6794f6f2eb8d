"""Every kind of page against the rules of WCAG 2.2 AA that a program can check, and within its budget."""

import re
from urllib.parse import quote

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, Response, expect

from tests.browser.conftest import Watched

pytestmark = pytest.mark.browser

NETWORKS = quote("SELECT * { ?network a <https://w3id.org/polisgraph/ontology/Network> }")
KINDS = {
    "/": 100,
    "/reports": 100,
    "/reports/members-of-network?network=eurocities": 100,
    "/reports/joining-timeline": 100,
    "/reports/members-of-network/embed?network=eurocities": 100,
    "/reports/members-of-network?network=atlantis": 100,
    "/reports/statement-sources?entity=municipality/koeln": 100,
    "/doc/municipality/koeln": 100,
    "/doc/network/eurocities": 160,
    "/doc/person/juergen-roters": 100,
    "/doc/source/koeln": 100,
    "/doc/body/eurocities-forum-kultur": 100,
    "/doc/tenure/koeln--eurocities": 100,
    "/doc/municipality": 100,
    "/sparql": 100,
    f"/sparql?query={NETWORKS}": 100,
    "/sparql?query=SELECT+*+%7B": 100,
    "/tutorial": 100,
    "/ontology/": 100,
    "/terms/": 100,
    "/concepts/": 100,
    "/shapes/": 100,
    "/quality": 100,
    "/quality?rule=Unlinked": 100,
    "/quality?about=https://w3id.org/polisgraph/id/network/eurocities": 100,
    "/sources": 100,
    "/changes": 100,
    "/changes/1": 100,
    "/check": 100,
    "/review": 100,
    "/link": 100,
    "/compare?with=koeln&with=duesseldorf&with=heidelberg": 100,
    "/compare?with=eurocities&with=eccar": 100,
    "/search?q=koelln": 100,
    "/about": 100,
    "/dumps/": 100,
    "/by": 100,
    "/problem/bad-query": 100,
    "/doc/nothing/at-all": 100,
}
"""A page of each kind, and how large its HTML may be with its data: in thousands of bytes, before compression."""

REQUESTS = 16
"""What a page may ask for, all in all, with the libraries and the map of its pictures."""

TRANSFERRED = 600
"""How much that may be, in thousands of bytes as they come over the line."""

SUM = "performance.getEntries().reduce((sum, each) => sum + (each.transferSize || 0), 0)"

RULES = {"runOnly": {"type": "tag", "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]}}


def violations(page: Page, options: dict[str, object]) -> list[tuple[str, str]]:
    found = Axe().run(page, options={"resultTypes": ["violations"], **options}).response["violations"]
    return [(each["id"], node["html"][:200]) for each in found for node in each["nodes"]]


def drawn(page: Page) -> None:
    """Wait until each picture of the page is drawn, or says that it cannot be."""
    expect(page.locator("figure.picture svg.room")).to_have_count(0, timeout=30_000)


@pytest.mark.parametrize("path", KINDS)
def test_a_page_is_accessible_and_within_its_budget(watched: Watched, path: str) -> None:
    page, answers = watched.page, list[Response]()
    page.on("response", lambda answer: answers.append(answer))
    page.emulate_media(color_scheme="light")
    watched.open(path)
    drawn(page)
    assert violations(page, RULES) == []
    page.emulate_media(color_scheme="dark")
    assert violations(page, {"runOnly": {"type": "rule", "values": ["color-contrast"]}}) == []
    assert len(answers[0].body()) < KINDS[path] * 1000
    assert len(answers) <= REQUESTS
    assert 0 < page.evaluate(SUM) < TRANSFERRED * 1000
    assert watched.elsewhere == []
    assert [text for text in watched.complaints if "404" not in text and "400" not in text] == []


@pytest.mark.parametrize("path", ["/reports/members-of-network?network=eurocities", "/doc/municipality/koeln"])
def test_a_narrow_page_is_accessible(watched: Watched, path: str) -> None:
    page = watched.open(path, "de", 360)
    drawn(page)
    assert violations(page, RULES) == []
    assert page.evaluate("document.documentElement.scrollWidth") <= 360


def test_links_are_large_enough_for_a_finger_on_a_phone(watched: Watched) -> None:
    """Footnotes, the names of facts, and headings to sort by stand close to one another (WCAG 2.2, 2.5.8)."""
    found = {}
    for path in ("/doc/network/rainbow-cities", "/doc/municipality/koeln", "/reports/representation-of-municipality"):
        page = watched.open(path, "de", 360)
        found[path] = violations(page, {"runOnly": {"type": "rule", "values": ["target-size"]}})
    assert [each for each in found.items() if each[1]] == []


def test_a_table_of_many_columns_is_read_on_a_phone_without_moving_it_sideways(watched: Watched) -> None:
    page = watched.open("/reports/members-of-network?network=eurocities", "en", 360)
    table = page.locator("table.broad")
    assert page.evaluate("[...document.querySelectorAll('.scroll')].filter(e => e.scrollWidth > e.clientWidth)") == []
    assert table.get_by_role("columnheader", name="Country").is_visible()
    assert table.get_by_role("row").nth(1).get_by_role("cell").count() >= 3
    table.get_by_role("link", name="Country").click()
    assert page.locator("th[aria-sort=ascending]").inner_text().startswith("Country")


def test_the_pages_name_no_inline_script_or_style(watched: Watched) -> None:
    source = watched.open("/reports/members-of-network?network=eurocities").content()
    assert not re.search(r"<script(?![^>]*\bsrc=)[^>]*>", source)
