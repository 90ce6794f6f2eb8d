"""Takes the pictures of the README: main pages of a running server, in both colour schemes. No test.

`make screenshots` runs it; `python -m tests.screenshots http://127.0.0.1:8000 folder` takes those of any server.
"""

import base64
import shutil
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

from playwright.sync_api import Browser, expect, sync_playwright

from polisgraph.build import Plan, Progress, build
from tests.processes import serving

FOLDER = Path(__file__).parents[1] / ".pictures"
_QUALITY = 82


@dataclass(frozen=True)
class Shot:
    """One picture: the page, the language, the width of the window, and its colours."""

    name: str
    path: str
    language: str = "en"
    width: int = 1280
    height: int = 860
    scheme: str = "light"


SHOTS = (
    Shot("start", "/"),
    Shot("municipality", "/doc/municipality/koeln"),
    Shot("report", "/reports/shared-networks?municipality=koeln"),
    Shot("start-dark", "/", "de", scheme="dark"),
    Shot("report-narrow", "/reports/members-of-network?network=eurocities", "de", 360, 760),
    Shot("network", "/doc/network/eurocities", "de", 768, 1000, "dark"),
)


def take(browser: Browser, address: str, shot: Shot, folder: Path) -> Path:
    """Write the WebP picture of a page as it is when its own pictures are drawn; return its path."""
    headers = {"Accept-Language": shot.language}
    size = {"width": shot.width, "height": shot.height}
    context = browser.new_context(extra_http_headers=headers, viewport=size, color_scheme=shot.scheme)
    page = context.new_page()
    page.goto(address + shot.path)
    expect(page.locator("figure.picture svg.room")).to_have_count(0, timeout=30_000)
    wanted = {"format": "webp", "quality": _QUALITY}
    taken = context.new_cdp_session(page).send("Page.captureScreenshot", wanted)
    path = folder / f"{shot.name}.webp"
    path.write_bytes(base64.b64decode(taken["data"]))
    context.close()
    return path


def take_all(address: str, folder: Path) -> None:
    """Take every picture of the server at `address`, and say what was written."""
    folder.mkdir(exist_ok=True)
    with sync_playwright() as play:
        options = ["--no-sandbox", "--disable-gpu"]
        browser = play.chromium.launch(executable_path=shutil.which("chromium"), args=options)
        for shot in SHOTS:
            path = take(browser, address, shot, folder)
            print(f"{path.name}: {path.stat().st_size // 1000} kB")
        browser.close()


def main(arguments: list[str]) -> None:
    """Take the pictures of the server that is named, or of one over the shipped data."""
    if arguments:
        take_all(arguments[0], Path(arguments[1]) if arguments[1:] else FOLDER)
        return
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder) / "home"
        build(home, Plan(), Progress())
        with serving(home, Path(folder) / "log") as running:
            take_all(running.address, FOLDER)


if __name__ == "__main__":
    main(sys.argv[1:])
