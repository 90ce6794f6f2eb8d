"""What people come for, from beginning to end, in a real browser."""

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Watched

pytestmark = pytest.mark.browser

MEMBERS = "/reports/members-of-network?network=eurocities"


def test_a_city_officer_finds_her_city_and_what_its_peers_are_in(watched: Watched) -> None:
    page = watched.open("/", "en")
    box = page.get_by_role("combobox", name="Search the site")
    box.press_sequentially("dusseld")
    page.get_by_role("option", name="Düsseldorf").first.wait_for()
    box.press("ArrowDown")
    box.press("Enter")
    page.wait_for_url("**/doc/municipality/duesseldorf")
    assert "Mayors for Peace" in page.locator("#content").inner_text()
    page.get_by_role("link", name="Compare them side by side").click()
    page.wait_for_url("**/compare?**")
    names = page.locator("main table thead").first.inner_text()
    assert "Düsseldorf" in names and "Cologne" in names
    # One that only the peer is in.
    assert "Rainbow Cities Network" in page.locator("#content").inner_text()
    assert watched.elsewhere == [] and watched.complaints == []


def test_a_researcher_changes_the_query_of_a_report_and_shares_it(watched: Watched) -> None:
    page = watched.open("/reports/shared-networks?municipality=koeln", "en")
    page.locator("#query summary").click()
    page.get_by_role("link", name="Open in the editor").click()
    page.locator(".CodeMirror").click()
    page.keyboard.press("Control+End")
    page.keyboard.type(" LIMIT 2")  # a new line would take the name that the editor offers for the last variable
    page.keyboard.press("Control+Enter")
    expect(page.locator("#answer tbody tr")).to_have_count(2)
    shared = page.url
    page.goto("about:blank")
    page.goto(shared)
    expect(page.locator("#answer tbody tr")).to_have_count(2)
    assert watched.elsewhere == [] and watched.complaints == []


def test_a_journalist_downloads_a_list_and_cites_it(watched: Watched) -> None:
    page = watched.open("/reports", "en")
    page.get_by_role("searchbox", name="Find a report").fill("members of a network")
    page.keyboard.press("Enter")
    page.get_by_role("link", name="Members of a network", exact=True).click()
    page.get_by_label("Network").first.select_option(label="Eurocities")
    page.get_by_role("button", name="Show").click()
    with page.expect_download() as download:
        page.get_by_role("link", name="CSV for Excel").click()
    assert "Cologne" in download.value.path().read_text(encoding="utf-8-sig")
    page.get_by_text("Cite this result").click()
    cited = page.locator("#citation").inner_text()
    snapshot = page.locator("#citation code").inner_text()
    assert "Members of a network (Network: Eurocities)" in cited and snapshot in page.locator("#cite pre").inner_text()
    address = next(word for word in cited.split() if word.startswith(watched.address))
    page.goto(address)
    assert "Eurocities" in page.locator("#content").inner_text() and "Cologne" in page.locator("#rows").inner_text()


def test_someone_reads_two_claims_and_finds_both_sources(watched: Watched) -> None:
    page = watched.open("/reports", "en")
    page.locator("a[href$='/reports/contradictions']").first.click()
    rows = page.locator("#rows tbody tr").filter(has_text="Eurocities")
    sources = set()
    for claimed in ("135", "200"):
        row = rows.filter(has=page.locator("td", has_text=claimed)).first
        sources.add(row.locator("a[href*='/doc/source/']").first.get_attribute("href"))
    assert len(sources) == 2
    for source in sources:
        page.goto(watched.address + str(source))
        assert page.locator("a[href^='http']").count() >= 1


def test_a_table_is_sorted_by_keyboard_alone(watched: Watched) -> None:
    page = watched.open("/reports/shared-networks?municipality=koeln", "en")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "skip"
    page.keyboard.press("Enter")
    for _ in range(60):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.matches('th[data-key=other_label] a')"):
            break
    page.keyboard.press("Enter")
    page.wait_for_url("**sort=other_label**")
    assert page.locator("th[aria-sort=ascending]").get_attribute("data-key") == "other_label"
    names = page.locator("#rows tbody tr td:first-child").all_inner_texts()
    assert names == sorted(names, key=str.casefold) and len(names) > 3


def test_everything_is_there_without_javascript(without_scripts: Page) -> None:
    page = without_scripts
    page.goto("/reports?q=timeline")
    page.goto("/reports/shared-networks?municipality=koeln&sort=-shared")
    assert page.locator("#rows tbody tr").count() > 3
    assert page.locator("figure.picture:visible").count() == 0
    page.locator("#query summary").click()
    page.get_by_role("link", name="Open in the editor").click()
    page.locator("form:has(textarea[name=query]) button[type=submit]").first.click()
    assert page.locator("table tbody tr").count() > 3


@pytest.mark.parametrize("width", [360, 1280])
def test_a_reader_of_german_asks_again_without_a_day_that_leaves_nothing(watched: Watched, width: int) -> None:
    page = watched.open(MEMBERS + "&as_of=1900-01-01&country=FRA", "de", width)
    assert "Der Graph weiß nichts, was passt." in page.locator(".empty").inner_text()
    page.get_by_role("link", name="Ein Beispiel zeigen").click()
    assert page.locator("#rows tbody tr").count() > 3
    assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_a_printed_report_has_rows_and_citation_and_no_form(watched: Watched) -> None:
    page = watched.open(MEMBERS, "de", 800)
    page.emulate_media(media="print")
    assert page.locator("#rows").is_visible() and page.locator(".printed").is_visible()
    assert not page.locator("form:visible").count() and not page.get_by_text("Zum Mitnehmen").is_visible()
    assert page.locator(".scroll").evaluate("box => box.scrollHeight <= box.clientHeight + 1")
    assert "Dauerhafte Adresse:" in page.locator(".printed").inner_text()
    assert len(page.pdf()) > 10_000
