"""Pages of entries of the gazetteer, and pages that might show too many of them."""

import pytest
from flask.testing import FlaskClient

from polisgraph.namespaces import PREFIXES
from polisgraph.web import entities
from tests.web.conftest import Reader

GERMANY = PREFIXES["country"] + "DEU"


@pytest.fixture
def client(whole_client: FlaskClient) -> FlaskClient:
    return whole_client


def test_an_entry_of_the_gazetteer_has_a_page(english: Reader, german: Reader, client: FlaskClient) -> None:
    page = english.get("/doc/place/ags-05315000")
    assert ("Köln", "en") in page.texts and "Keulen" in page.text
    assert {"/doc/municipality/koeln", "https://www.geonames.org/2886242"} <= set(page.links)
    abroad = german.get("/doc/place/geonames-3143244")
    assert "Oslo" in abroad.text and "Norwegen" in abroad.text
    assert client.get("/id/place/ags-05315000").status_code == 303
    body = client.get("/doc/place/ags-05315000.nt").data
    assert b"Keulen" in body and b"GazetteerEntry" in body
    assert client.get("/doc/source/okfde-bayern").status_code == 200


def test_a_municipality_leads_to_its_entry(english: Reader) -> None:
    assert "/doc/place/ags-05315000" in english.get("/doc/municipality/koeln").links


def test_an_entry_shows_what_is_decided_and_proposed_about_its_items(english: Reader, german: Reader) -> None:
    proposed = english.get("/doc/place/ags-01053100")
    assert "proposed" in [text for text, _ in proposed.texts] and "/review?of=gazetteer" in proposed.links
    assert "https://www.wikidata.org/wiki/Q669121" in proposed.links
    # Decisions on the municipality are decisions on its entry.
    for address in ("/doc/place/ags-03241001", "/doc/municipality/hannover"):
        page = german.get(address)
        texts = [text for text, _ in page.texts]
        assert texts.count("abgelehnt") == 2 and "https://www.wikidata.org/wiki/Q5963" in page.links
        assert "kind: the item is the Hannover Region, a county-level authority, not the city" in texts
    assert "links" not in english.get("/doc/place/geonames-3143244").ids


def test_the_gazetteer_does_not_crowd_the_pages_of_countries_and_sources(client: FlaskClient) -> None:
    for address in (f"/doc?iri={GERMANY}", "/doc/source/geonames"):
        assert b"/doc/place/" not in client.get(address, headers={"Accept": "text/html"}).data


def test_all_municipalities_are_listed_in_order_page_by_page(german: Reader, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(entities, "_LISTED", 1200)
    address, seen = "/doc/municipality", list[str]()
    while address:
        page = german.get(address)
        of_kind = [link for link in page.links if link.startswith("/doc/municipality/")]
        assert page.status == 200 and "Von " in page.text and len(of_kind) <= 1200
        seen += of_kind
        following = [str(found["href"]) for _, found in page.elements if found.get("rel") == "next nofollow"]
        address = following[0] if following else ""
    places = [seen.index(f"/doc/municipality/{name}") for name in ("amsterdam", "koeln", "muenchen")]
    assert len(seen) == len(set(seen)) > 2400 and places == sorted(places)
    assert german.get("/doc/municipality?page=99").status == 404
