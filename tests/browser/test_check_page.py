"""A data editor checks a file: pastes it, reads what is wrong and where, mends it, and gets it through."""

from pathlib import Path

import pytest

from tests.browser.conftest import Watched
from tests.browser.test_access import RULES, violations
from tests.checking.test_inspection import GOOD

pytestmark = pytest.mark.browser


@pytest.mark.parametrize(("language", "width"), [("de", 320), ("en", 1280)])
def test_a_data_editor_checks_a_file(watched: Watched, tmp_path: Path, language: str, width: int) -> None:
    page = watched.open("/quality", language, width)
    page.locator("main a[href='/check']").click()
    field, send = page.locator("textarea[name=turtle]"), page.locator("form:has(textarea) button")
    field.fill(GOOD.replace("pg:locator", "pg: locator locator"))
    send.click()
    assert page.locator("[role=alert]").is_visible() and page.locator(".source .wrong").is_visible()
    field.fill(GOOD.replace("net:uclg", "net:nowhere"))
    send.click()
    first = page.locator(".findings.violation li").first
    assert "12" in first.locator(".where").inner_text() and "net:nowhere" in first.locator("pre").inner_text()
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert violations(page, RULES) == []
    # The text is still there: only the place at fault is mended.
    field.fill(field.input_value().replace("net:nowhere", "net:uclg"))
    file = tmp_path / "from-bochum.ttl"
    file.write_text(field.input_value(), encoding="utf-8")
    field.fill("")
    page.locator("input[type=file]").set_input_files(file)
    send.click()
    assert page.locator("p[role=status].fine").is_visible() and page.locator(".findings").count() == 0
    assert watched.elsewhere == [] and watched.complaints == []
