"""The page of candidates: both sides with the reasons, in the reader's language, and decisions to take along."""

from datetime import date
from pathlib import Path
from urllib.parse import urlencode

import pytest
from flask import Flask
from flask.testing import FlaskClient

from polisgraph.links import Status, read_links
from polisgraph.namespaces import expand
from tests.review.conftest import ENERGY, EUROCITIES, Command
from tests.web.conftest import Page, Reader

AMSTERDAM = f"Q9899@{expand('mun:amsterdam')}"


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    return app.test_client()


def download(client: FlaskClient, **fields: str) -> tuple[int, str]:
    answer = client.get(f"/review/decisions.ttl?{urlencode(fields)}")
    return answer.status_code, answer.text


def scripts(page: Page) -> list[str | None]:
    return [found.get("src") for tag, found in page.elements if tag == "script"]


@pytest.mark.parametrize(
    ("language", "texts"),
    [
        ("en", ("Review links to Wikidata", "the same", "Linked today", "Netherlands", "municipality")),
        ("de", ("Verweise auf Wikidata prüfen", "dasselbe", "Heute verknüpft mit", "Niederlande", "Gemeinde")),
    ],
)
def test_the_page_shows_both_sides_and_the_reasons(client: FlaskClient, language: str, texts: tuple[str, ...]) -> None:
    page = Reader(client, language).get("/review")
    assert page.status == 200
    for text in (*texts, "Amsterdam", "Q727", "P856: https://eurocities.eu/ is the same", "Belgi", "lau GM0363"):
        assert text in page.text, text
    assert "https://www.wikidata.org/wiki/Q9899" in page.links and "/doc/municipality/amsterdam" in page.links
    assert {"en"} == {speech for text, speech in page.texts if text.startswith("P856:")}
    mine = {"en": "instead: Q727 is linked today", "de": "Stattdessen: heute ist Q727 verknüpft"}[language]
    assert (mine, language) in page.texts
    assert "<b>Energy</b>" in page.text and "<b>Energy" not in page.source
    marks = [
        found
        for tag, found in page.elements
        if tag == "input" and found["type" if "type" in found else "id"] == "radio"
    ]
    assert {found["name"] for found in marks} == {AMSTERDAM, f"Q9100300@{EUROCITIES}", f"Q9100301@{ENERGY}"}
    assert sum("checked" in found for found in marks) == 3
    # It needs no script: there is none but that of the search, which stands on all pages.
    assert scripts(page) == scripts(Reader(client, language).get("/about"))


def test_places_of_the_gazetteer_have_a_part_of_their_own(client: FlaskClient) -> None:
    page = Reader(client, "en").get("/review?of=gazetteer")
    assert "Ratzeburg" in page.text and "Q669121" in page.text and "Amsterdam" not in page.text
    for wrong in ("of=nothing", "page=0", "page=99", "page=x", "page=²"):
        assert client.get(f"/review?{wrong}").status_code == 400, wrong


def test_what_is_marked_comes_as_a_file_that_the_command_takes(
    client: FlaskClient, polisgraph: Command, tmp_path: Path
) -> None:
    fields = {AMSTERDAM: "rejected", f"Q9100300@{EUROCITIES}": "confirmed", f"Q9100301@{ENERGY}": ""}
    answer = client.get(f"/review/decisions.ttl?{urlencode({'by': 'Europe office', **fields})}")
    assert answer.status_code == 200 and answer.mimetype == "text/turtle"
    assert "attachment" in answer.headers["Content-Disposition"] and answer.headers["Cache-Control"] == "no-store"
    (tmp_path / "marked.ttl").write_bytes(answer.data)
    found = read_links(tmp_path / "marked.ttl", strict=True)
    assert {link.pair: (link.status, link.reviewer, link.reviewed) for link in found} == {
        (expand("mun:amsterdam"), "Q9899"): (Status.REJECTED, "Europe office", date.today()),
        (EUROCITIES, "Q9100300"): (Status.CONFIRMED, "Europe office", date.today()),
    }
    assert "2 kept" in polisgraph("review", "--take", "marked.ttl").stderr
    kept = tmp_path / "data" / "decisions.ttl"
    assert read_links(kept, strict=True) == found
    # Whoever has no command appends the file: the next decision puts it in order.
    kept.write_bytes(
        kept.read_bytes() + answer.data.replace(b"q9100300", b"q9100301").replace(b"Q9100300", b"Q9100301")
    )
    polisgraph("review", "--by", "Europe office", "--reject", "net:energy-cities", "Q9100301")
    assert len(read_links(kept, strict=True)) == 4


@pytest.mark.parametrize(
    ("fields", "told"),
    [
        ({AMSTERDAM: "rejected"}, "cannot stand for a reviewer"),
        ({"by": "a@b.example", AMSTERDAM: "rejected"}, "no email address"),
        ({"by": "Europe office"}, "nothing was marked"),
        ({"by": "Europe office", "Q1@urn:x": "rejected"}, "is no candidate"),
        ({"by": "Europe office", AMSTERDAM: "perhaps"}, "is no decision"),
        ({"by": "Europe office", AMSTERDAM: "confirmed"}, "remove that link there before"),
    ],
)
def test_what_cannot_be_kept_is_refused(client: FlaskClient, fields: dict[str, str], told: str) -> None:
    status, text = download(client, **fields)
    assert status == 400 and told in text


def test_ways_lead_to_the_page(client: FlaskClient) -> None:
    for address in ("/", "/reports/missing-links"):
        page: Page = Reader(client, "en").get(address)
        assert "/review" in page.links, address
    assert "Disallow: /review" in client.get("/robots.txt").text
