"""Pages of entries of the gazetteer, and pages that might show too many of them."""

import pytest
from flask.testing import FlaskClient

from polisgraph.namespaces import PREFIXES
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


def test_the_gazetteer_does_not_crowd_the_pages_of_countries_and_sources(client: FlaskClient) -> None:
    for address in (f"/doc?iri={GERMANY}", "/doc/source/geonames"):
        assert b"/doc/place/" not in client.get(address, headers={"Accept": "text/html"}).data
