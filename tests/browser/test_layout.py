"""Every kind of page on a phone, a tablet and a desk, in both languages: nothing hangs over the edge, nothing moves."""

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.conftest import MOVED, Watched
from tests.browser.test_access import KINDS, drawn

pytestmark = pytest.mark.browser

WIDTHS = (320, 360, 768, 1440)
SIX = "&".join(f"with={name}" for name in ("koeln", "duesseldorf", "bochum", "heidelberg", "berlin", "essen"))
PAGES = sorted(
    {
        *KINDS,
        "/compare",
        f"/compare?{SIX}",
        "/doc/body/rgre-de-praesidium",
        "/doc/network/eccar",
        "/doc/tenure/koeln--eurocities",
        "/reports/contradictions",
        "/reports/network-overlap",
        "/reports/shared-networks?municipality=koeln",
        "/search?q=koeln",
    }
)
OVER = """width => {
  const whole = document.documentElement.scrollWidth;
  if (whole <= width) return [];
  const scrolled = '.scroll, pre, textarea, .CodeMirror, .source, svg, .skip, .unseen';
  const over = [...document.body.querySelectorAll('*')].filter(each => !each.closest(scrolled))
    .filter(each => each.getBoundingClientRect().right > width + 1);
  return [`${whole} pixels`, ...over.map(each => each.outerHTML.slice(0, 90))].slice(0, 4);
}"""
"""What hangs over the right edge of the window, if the page can be moved sideways."""
COVERED = """() => [...document.querySelectorAll('.scroll')]
  .filter(each => getComputedStyle(each).overflowY === 'visible' && each.scrollHeight > each.clientHeight + 2)
  .map(each => `${each.getAttribute('aria-labelledby')} covers what follows`)"""
"""Tables that stand over their box and so over what comes below them."""


def over_the_edge(page: Page) -> dict[int, list[str]]:
    found = {}
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": 900})
        found[width] = page.evaluate(OVER, width) + page.evaluate(COVERED)
    return {width: names for width, names in found.items() if names}


@pytest.mark.parametrize("language", ["de", "en"])
def test_every_page_fits_its_window_and_stands_still(browser: Browser, server: str, language: str) -> None:
    over, moved = {}, {}
    with browser.new_context(extra_http_headers={"Accept-Language": language}) as context:
        context.add_init_script(MOVED)
        page = context.new_page()
        for path in PAGES:
            page.set_viewport_size({"width": 768, "height": 900})
            page.goto(server + path)
            drawn(page)
            if (by := page.evaluate("window.moved")) > 0:
                moved[path] = by
            if found := over_the_edge(page):
                over[path] = found
    assert over == {} and moved == {}


def test_a_long_list_on_a_phone_pushes_down_what_follows(watched: Watched) -> None:
    page = watched.open("/doc/network/eurocities", "en", 360)
    page.evaluate(
        "document.querySelectorAll('.stack tbody').forEach(rows => "
        "{ while (rows.rows.length < 40) rows.append(rows.rows[0].cloneNode(true)); })"
    )
    assert page.locator(".stack tr:nth-child(40)").count() > 0
    assert page.evaluate(COVERED) == []


def test_a_wide_table_moves_within_its_frame_and_says_so(watched: Watched) -> None:
    page = watched.open("/reports/network-figures", "de", 1440)
    frame, onward = page.locator(".scroll"), page.get_by_text("Die Tabelle geht rechts weiter")
    assert frame.evaluate("each => each.scrollWidth > each.clientWidth")
    expect(onward).to_be_visible()
    frame.evaluate("each => { window.place = new Promise(told => { each.onscroll = () => told(each.scrollLeft); }); }")
    frame.focus()
    page.keyboard.press("ArrowRight")
    assert page.evaluate("window.place") > 0
    frame.evaluate("each => each.scrollTo({left: each.scrollWidth, behavior: 'instant'})")
    expect(onward).to_be_hidden()
    assert page.evaluate("document.documentElement.scrollWidth") <= 1440
    # What has room enough says nothing.
    page = watched.open("/reports/bodies-of-network", "de", 1440)
    assert frame.evaluate("each => each.scrollWidth <= each.clientWidth")
    expect(onward).to_be_hidden()
    page = watched.open("/doc/network/eurocities", "de", 1440)
    assert page.evaluate("[...document.querySelectorAll('.scroll')].filter(e => e.scrollWidth > e.clientWidth)") == []
