"""The pages as a reader meets them: whole, in one language, on a narrow screen, from this host alone."""

import pytest
from playwright.sync_api import Page

from tests.browser.conftest import Watched

pytestmark = pytest.mark.browser

PAGES = [
    "/",
    "/about",
    "/sources",
    "/reports",
    "/reports/memberships-of-municipality?municipality=koeln",
    "/reports/contradictions",
    "/review",
    "/review?of=gazetteer",
    "/sparql",
    "/link",
    "/sparql?query=SELECT+*+%7B+%3Fnetwork+a+%3Chttps%3A%2F%2Fw3id.org%2Fpolisgraph%2Fontology%2FNetwork%3E+%7D",
    "/ontology/",
    "/concepts/",
    "/doc/municipality/koeln",
    "/doc/network/eccar",
    "/search?q=koelln",
    "/compare?with=koeln&with=duesseldorf&with=heidelberg",
    "/doc/person/juergen-roters",
    "/doc/nothing/at-all",
]


@pytest.mark.parametrize(("language", "width"), [("de", 1280), ("en", 320)])
@pytest.mark.parametrize("path", PAGES)
def test_a_page_is_in_the_readers_language_asks_no_other_host_and_fits_the_screen(
    watched: Watched, path: str, language: str, width: int
) -> None:
    page = watched.open(path, language, width)
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert page.locator("html").get_attribute("lang") == language
    assert page.locator("h1").count() == 1
    assert watched.elsewhere == []
    # Chromium reports the status of a page that is not there; that is the page's job to say, and no fault.
    assert [text for text in watched.complaints if "404" not in text] == []


def test_the_language_chosen_stays(watched: Watched) -> None:
    page = watched.open("/reports", "en")
    page.get_by_role("link", name="Deutsch").click()
    assert page.locator("html").get_attribute("lang") == "de"
    page.goto(watched.address + "/doc/network/eccar")
    assert page.locator("html").get_attribute("lang") == "de"


def test_the_search_box_offers_what_is_meant_while_one_types(watched: Watched) -> None:
    page = watched.open("/", "en")
    box = page.get_by_role("combobox", name="Search the site")
    box.press_sequentially("dusseld")
    page.get_by_role("option", name="Düsseldorf").first.wait_for()
    box.press("ArrowDown")
    box.press("Enter")
    page.wait_for_url("**/doc/municipality/duesseldorf")
    assert watched.elsewhere == [] and watched.complaints == []


def test_a_field_of_a_report_offers_names_while_one_types(watched: Watched) -> None:
    page = watched.open("/reports/statement-sources", "en")
    field = page.get_by_role("combobox", name="About")
    field.fill("")
    field.press_sequentially("roter")
    page.get_by_role("option", name="Jürgen Roters").wait_for()
    field.press("ArrowDown")
    field.press("Enter")
    assert page.url.endswith("/reports/statement-sources") and page.get_by_role("option").count() == 0
    field.press("Enter")
    page.wait_for_url("**/reports/statement-sources?entity=J*Roters")
    assert page.locator("#rows a[href='/doc/person/juergen-roters']").count() > 0
    assert watched.elsewhere == [] and watched.complaints == []


def test_the_menu_of_a_narrow_screen_opens(watched: Watched) -> None:
    page = watched.open("/", "en", width=320)
    link = page.locator("#menu").get_by_role("link", name="Compare")
    assert not link.is_visible()
    page.get_by_role("button", name="Menu").click()
    link.click()
    assert page.url.endswith("/compare")


def test_a_reader_finds_the_networks_of_her_city(watched: Watched) -> None:
    page = watched.open("/", "en")
    page.get_by_role("link", name="Reports").first.click()
    page.locator("a[href*='memberships-of-municipality']").first.click()
    page.locator("select[name=municipality]").select_option("duesseldorf")
    page.locator("main form button[type=submit]").first.click()
    assert "Mayors for Peace" in page.locator("table").first.inner_text()
    with page.expect_download() as download:
        page.get_by_role("link", name="CSV").first.click()
    assert "mayors-for-peace" in download.value.path().read_text(encoding="utf-8")


def test_a_query_can_be_asked_without_javascript_and_its_error_is_placed(without_scripts: Page) -> None:
    page = without_scripts
    page.goto("/sparql")
    page.locator("textarea[name=query]").fill(
        "PREFIX pg: <https://w3id.org/polisgraph/ontology/>\nSELECT ?network { ?network a pg:RegionalCoalition }"
    )
    page.locator("form:has(textarea) button[type=submit]").click()
    assert page.locator("table tbody tr").count() >= 7
    page.locator("table tbody a[href*='coalition-arab']").first.click()
    assert page.url.endswith("/doc/network/coalition-arab")
    page.goto("/sparql")
    page.locator("textarea[name=query]").fill("SELECT *\n{ ?s ?p }")
    page.locator("form:has(textarea) button[type=submit]").click()
    assert "2" in page.locator("main").inner_text() and "Traceback" not in page.content()
