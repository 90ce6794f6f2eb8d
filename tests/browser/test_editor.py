"""The query editor and the pictures in a real browser: they load from this host alone, and keep to its policy."""

import re
from urllib.parse import quote

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Watched

pytestmark = pytest.mark.browser

PG = "PREFIX pg: <https://w3id.org/polisgraph/ontology/>\nPREFIX wgs84: <http://www.w3.org/2003/01/geo/wgs84_pos#>\n"
ANSWERS = {
    "map": "SELECT ?city ?lat ?long { ?city a pg:Municipality ; wgs84:lat ?lat ; wgs84:long ?long }",
    "bar": "SELECT ?n (COUNT(?m) AS ?members) { ?m pg:memberOf ?n } GROUP BY ?n ORDER BY DESC(?members)",
    "timeline": "SELECT ?n ?founded { ?n a pg:Network ; pg:founded ?founded }",
    "network": "SELECT ?b ?n { ?b pg:bodyOf ?n }",
}


SETTLED = "() => new Promise(done => requestAnimationFrame(() => requestAnimationFrame(() => setTimeout(done))))"
"""Is fulfilled when what is offered is what suits the last letter: the editor asks for it with the next frame."""


def typed(page: Page) -> str:
    return str(page.evaluate("document.querySelector('.CodeMirror').CodeMirror.getValue()"))


def test_a_query_is_written_with_completion_run_and_shared_by_keyboard(watched: Watched) -> None:
    page = watched.open("/sparql", "en")
    expect(page.locator(".CodeMirror")).to_be_visible()
    page.locator("label[for=query]").click()
    page.keyboard.press("Control+A")
    page.keyboard.type("SELECT * {\n?network a pg:Netw")
    expect(page.locator(".CodeMirror-hint-active")).to_have_text("pg:Network · network")
    page.keyboard.press("Enter")
    page.keyboard.type(" }")
    assert "PREFIX pg: <https://w3id.org/polisgraph/ontology/>" in typed(page)
    page.keyboard.press("Control+Enter")
    expect(page.locator("#answer table")).to_contain_text("Eurocities")
    assert "query=PREFIX" in page.url
    shared = page.url
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.id") == "format"
    page.goto("about:blank")
    page.goto(shared)
    expect(page.locator("#answer table")).to_contain_text("Eurocities")
    assert "pg:Network" in typed(page)
    assert watched.elsewhere == [] and watched.complaints == []


@pytest.mark.parametrize(
    ("query", "keys", "last"),
    [
        ("SELECT * {\n?network a pg:Network }\nORDER BY ?net", ["Enter"], "ORDER BY ?network"),
        ("SELECT * {\n?net a pg:Network ; pg:theme ?nets }\nORDER BY ?net", ["Enter"], "\n"),  # a word as it is
        ("SELECT * {\n?net a pg:Network ; pg:theme ?nets }\nORDER BY ?net", ["ArrowDown", "Enter"], "ORDER BY ?nets"),
        ("SELECT * {\n?network a pg:Network", ["Enter"], "a pg:Network\n  "),
        ("SELECT * {\n?network a pg:Netw", ["ArrowDown", "Enter"], "a pg:NetworkMembership"),
        ("SELECT * {\n?network a pg:Network, pg:Netw", ["Enter"], "a pg:Network, pg:Network"),
    ],
)
def test_enter_takes_an_offer_that_one_has_begun_or_moved_to_and_else_breaks_the_line(
    watched: Watched, query: str, keys: list[str], last: str
) -> None:
    page = watched.open("/sparql", "en")
    expect(page.locator(".CodeMirror")).to_be_visible()
    page.locator("label[for=query]").click()
    page.keyboard.press("Control+A")
    page.keyboard.type(query)
    expect(page.locator(".CodeMirror-hint-active")).to_be_visible()
    page.evaluate(SETTLED)
    for key in keys:
        page.keyboard.press(key)
    expect(page.locator("textarea[name=query]")).to_have_value(re.compile(re.escape(last) + "$"))


def test_enter_breaks_the_line_where_one_only_came_by(watched: Watched) -> None:
    page = watched.open("/sparql?query=" + quote("SELECT * { ?network ?p ?o } ORDER BY ?net"), "en")
    expect(page.locator(".CodeMirror")).to_be_visible()
    page.locator("label[for=query]").click()
    page.keyboard.press("Control+End")
    expect(page.locator(".CodeMirror-hint-active")).to_have_text("?network")
    page.keyboard.press("Enter")
    expect(page.locator("textarea[name=query]")).to_have_value(re.compile(r"ORDER BY \?net\n$"))
    assert watched.complaints == []


def test_an_error_is_shown_at_its_line(watched: Watched) -> None:
    page = watched.open("/sparql", "de")
    expect(page.locator(".CodeMirror")).to_be_visible()
    page.evaluate("document.querySelector('.CodeMirror').CodeMirror.setValue('SELECT *\\n{ ?s ?p }')")
    page.get_by_role("button", name="Ausführen").click()
    expect(page.locator("#answer .error")).to_be_visible()
    expect(page.locator(".wrong-line")).to_have_count(1)
    assert page.evaluate("document.querySelector('.CodeMirror').CodeMirror.getCursor().line") == 1
    # Chromium reports each answer of 400 on its console.
    assert [text for text in watched.complaints if "400" not in text] == []


@pytest.mark.parametrize("kind", ANSWERS)
def test_an_answer_is_drawn_in_the_room_that_was_kept_for_it(watched: Watched, kind: str) -> None:
    page = watched.open("/sparql?query=" + quote(PG + ANSWERS[kind]), "en", width=400)
    picture = page.locator(f"figure[data-picture={kind}]")
    drawn = picture.locator("svg[role=img]")
    expect(drawn).to_have_attribute("aria-label", "Drawn from the table below")
    assert drawn.locator("path, rect, circle").count() > 3
    assert drawn.get_attribute("height") == picture.get_attribute("data-height")
    assert page.evaluate("document.documentElement.scrollWidth") <= 400
    assert watched.elsewhere == [] and watched.complaints == []


def test_a_step_of_the_tutorial_runs_in_place(watched: Watched) -> None:
    page = watched.open("/tutorial", "de", width=320)
    last = page.locator("section").filter(has=page.locator("#step-10"))
    last.get_by_role("button", name="Ausführen").click()
    expect(last.locator("table")).to_contain_text("Köln")
    assert page.url.endswith("/tutorial") and page.evaluate("document.documentElement.scrollWidth") <= 320
    assert watched.elsewhere == [] and watched.complaints == []
