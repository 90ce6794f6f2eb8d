"""What readers do on a page, in a real browser. That each page is whole, `test_access` and `test_layout` see."""

import pytest
from playwright.sync_api import Page

from tests.browser.conftest import Watched

pytestmark = pytest.mark.browser


def test_the_language_chosen_stays(watched: Watched) -> None:
    page = watched.open("/reports", "en")
    page.get_by_role("link", name="Deutsch").click()
    assert page.locator("html").get_attribute("lang") == "de"
    page.goto(watched.address + "/doc/network/eccar")
    assert page.locator("html").get_attribute("lang") == "de"


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
