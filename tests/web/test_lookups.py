"""From a key of another register to what has it: where it leads, and what comes if nothing or much has it."""

from collections.abc import Iterator
from contextlib import closing

import pyoxigraph as ox
import pytest
from flask.testing import FlaskClient

from polisgraph import bundle
from polisgraph.build import Plan, Progress, build
from polisgraph.engine.local import LocalEngine
from polisgraph.namespaces import BASE, GAZETTEER_GRAPH, PREFIXES
from polisgraph.reports.keys import SCHEMES
from polisgraph.settings import Settings
from polisgraph.web import create_app
from tests.processes import get
from tests.web.conftest import Reader

KOELN = "/id/municipality/koeln"
GERMANY = "/doc?iri=http%3A%2F%2Fpublications.europa.eu%2Fresource%2Fauthority%2Fcountry%2FDEU"
NRW = "/doc?iri=http%3A%2F%2Fdata.europa.eu%2Fnuts%2Fcode%2FDEA"


@pytest.mark.parametrize(
    ("address", "location"),
    [
        ("/wikidata/Q365", KOELN),
        ("/wikidata/q365", KOELN),
        ("/by/wikidata/Q365", KOELN),
        ("/by/ags/05315000", KOELN),
        ("/by/AGS/05315000", KOELN),
        ("/by/lau/05315000", KOELN),
        ("/by/nuts/dea23", KOELN),
        ("/by/gnd/4031483-2", KOELN),
        ("/by/geonames/2886242", KOELN),
        ("/by/ror/04h4z8k05", "/id/organization/unesco"),
        ("/wikidata/Q183", GERMANY),
        ("/by/iso3166/deu", GERMANY),
        ("/by/nuts/DEA", NRW),
        ("/by/ags/05913000", "/id/municipality/dortmund"),
        ("/by/ags/05911000", "/id/municipality/bochum"),
        ("/by/nuts/DEA.ttl", NRW + "&format=ttl"),
        ("/wikidata/Q365.ttl", KOELN + ".ttl"),
        ("/by/gnd/4031483-2.html", KOELN + ".html"),
        ("/wikidata/Q365?format=nt", KOELN + ".nt"),
        ("/wikidata/Q183.jsonld", GERMANY + "&format=jsonld"),
    ],
)
@pytest.mark.parametrize("accept", ["*/*", "text/html", "text/turtle"])
def test_a_key_leads_to_what_has_it(client: FlaskClient, address: str, location: str, accept: str) -> None:
    response = client.get(address, headers={"Accept": accept})
    assert (response.status_code, response.headers["Location"]) == (303, location)
    assert response.headers["Link"].startswith(f"<{BASE}doc") and 'rel="describedby"' in response.headers["Link"]
    assert response.headers["Cache-Control"] == "no-cache"


@pytest.mark.parametrize("scheme", ["ags", "lau", "geonames", "wikidata"])
def test_places_that_only_the_gazetteer_has_are_found_there(
    whole_client: FlaskClient, whole_store: ox.Store, scheme: str
) -> None:
    chosen = SCHEMES[scheme]
    quads = whole_store.quads_for_pattern(None, ox.NamedNode(chosen.property), None, ox.NamedNode(GAZETTEER_GRAPH))
    for quad in quads:
        known = whole_store.quads_for_pattern(None, quad.predicate, quad.object, ox.DefaultGraph())
        if next(known, None) is None:
            break
    value = quad.object.value.removeprefix(chosen.values)
    response = whole_client.get(f"/by/{scheme}/{value}")
    assert response.status_code == 303
    assert response.headers["Location"] == quad.subject.value.replace(BASE, "/")
    page = whole_client.get(f"/by/{scheme}/{value}", headers={"Accept": "text/html"}, follow_redirects=True)
    assert page.status_code == 200 and value in page.text


def test_what_it_leads_to_is_as_on_the_entitys_own_address(client: FlaskClient) -> None:
    """The header fields of a look-up are those of /id/…, for GET and HEAD, also if a client has the answer already."""
    for method in (client.get, client.head):
        for headers in ({}, {"If-None-Match": '"x"'}, {"If-None-Match": "*"}, {"Accept": "text/turtle"}):
            looked_up, own = method("/wikidata/Q365", headers=headers), method(KOELN, headers=headers)
            assert looked_up.status_code == own.status_code == 303
            different = {"Location"}
            assert {k: v for k, v in looked_up.headers if k not in different} == {
                k: v for k, v in own.headers if k not in different
            }
            assert looked_up.data == own.data
    assert client.post("/wikidata/Q365").status_code == client.post(KOELN).status_code == 405


@pytest.mark.parametrize(
    ("address", "accept", "media_type", "said"),
    [
        ("/wikidata/Q365", "text/html", "text/html", "Köln"),
        ("/wikidata/Q365", "text/turtle", "text/turtle", "mun:koeln"),
        ("/by/gnd/4031483-2.nt", "*/*", "application/n-triples", "municipality/koeln>"),
        ("/wikidata/Q183.jsonld", "text/html", "application/ld+json", "country/DEU"),
    ],
)
def test_a_real_server_leads_to_the_document(
    server: str, address: str, accept: str, media_type: str, said: str
) -> None:
    answer = get(server + address, headers={"Accept": accept}, follow_redirects=True)
    assert answer.status_code == 200 and answer.headers["Content-Type"].startswith(media_type)
    assert said in answer.text
    again = get(str(answer.url), headers={"Accept": accept, "If-None-Match": answer.headers["ETag"]})
    assert again.status_code == 304


@pytest.mark.parametrize(
    ("address", "scheme", "value", "said"),
    [
        ("/wikidata/Q1", "wikidata", "Q1", "nothing here has the key wikidata:Q1"),
        ("/wikidata/P463", "wikidata", "P463", "'P463' is no key of the scheme wikidata"),
        ("/wikidata/koeln", "wikidata", "koeln", "written like Q365"),
        ("/by/ags/5315000", "ags", "5315000", "written like 05315000"),
        ("/by/gnd/1-1", "gnd", "1-1", "'1-1' is no key of the scheme gnd"),
        ("/by/viaf/1", "viaf", "1", "there is no scheme 'viaf'"),
        ("/by/gnd/4031483-2/more", "gnd", "4031483-2/more", "no key"),
        ("/by/nuts/%22%3E%20", "nuts", '"> ', "no key"),
        ("/by/viaf/" + "9" * 500, "viaf", "9" * 60, "no scheme"),
        ("/by/isni/" + "9" * 500, "isni", "9" * 60, "no key"),
    ],
)
def test_nothing_has_it(client: FlaskClient, address: str, scheme: str, value: str, said: str) -> None:
    response = client.get(address)
    assert response.status_code == 404 and response.mimetype == "application/problem+json"
    problem = response.json
    assert (problem["scheme"], problem["value"]) == (scheme, value) and said in problem["detail"]
    assert problem["schemes"] == list(SCHEMES)
    assert client.head(address).status_code == 404


def test_the_page_says_what_was_looked_for_and_which_schemes_there_are(german: Reader, english: Reader) -> None:
    texts = [text for text, _ in german.get("/by/viaf/1").texts]
    assert {"Schema", "viaf", "Gesucht", "Schemata", ", ".join(SCHEMES)} <= set(texts)
    assert "Looked for" in english.get("/wikidata/Q1").text


@pytest.mark.parametrize(
    ("reader", "ags"), [("german", "Amtlicher Gemeindeschlüssel"), ("english", "official municipality key")]
)
def test_the_schemes_are_listed(request: pytest.FixtureRequest, client: FlaskClient, reader: str, ags: str) -> None:
    page = request.getfixturevalue(reader).get("/by")
    texts = {text for text, _ in page.texts}
    assert {ags, *SCHEMES, "/by/gnd/4031483-2", "/wikidata/Q365"} <= texts
    tag = client.get("/by").headers["ETag"]
    assert client.get("/by/", headers={"If-None-Match": tag}).status_code in (200, 304)
    assert client.get("/by", headers={"If-None-Match": tag}).status_code == 304
    assert "/by" in request.getfixturevalue(reader).get("/about").links


@pytest.mark.parametrize("reader", ["german", "english"])
def test_every_kind_of_entity_shows_its_identifiers_with_links(request: pytest.FixtureRequest, reader: str) -> None:
    for address, keys in {
        "/doc/municipality/koeln": {
            "wikidata:Q365": "http://www.wikidata.org/entity/Q365",
            "ags:05315000": "http://dcat-ap.de/def/politicalGeocoding/municipalityKey/05315000",
            "lau:05315000": None,
            "nuts:DEA23": "http://data.europa.eu/nuts/code/DEA23",
            "geonames:2886242": "https://www.geonames.org/2886242",
            "gnd:4031483-2": "https://d-nb.info/gnd/4031483-2",
        },
        "/doc/person/dario-nardella": {
            "wikidata:Q15976266": "http://www.wikidata.org/entity/Q15976266",
            "gnd:134093518": "https://d-nb.info/gnd/134093518",
            "isni:000000004675698X": "https://isni.org/isni/000000004675698X",
        },
        "/doc/organization/unesco": {
            "wikidata:Q7809": "http://www.wikidata.org/entity/Q7809",
            "ror:04h4z8k05": "https://ror.org/04h4z8k05",
        },
        "/doc?iri=http://publications.europa.eu/resource/authority/country/DEU": {
            "wikidata:Q183": "http://www.wikidata.org/entity/Q183",
            "iso3166:DEU": None,
        },
    }.items():
        page = request.getfixturevalue(reader).get(address)
        texts = [text for text, _ in page.texts]
        assert ("Kennungen und Links" if reader == "german" else "Identifiers and links") in texts
        places = [texts.index(key) for key in keys]
        assert places == sorted(places)
        for key, register in keys.items():
            assert "/by/" + key.replace(":", "/", 1) in page.links
            assert register is None or register in page.links


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[FlaskClient]:
    """A site where two municipalities lie in one region, and two things have one item."""
    folder = tmp_path_factory.mktemp("shared")
    prefixes = "".join(f"@prefix {prefix}: <{iri}> .\n" for prefix, iri in PREFIXES.items())
    (folder / "twins.ttl").write_text(
        prefixes
        + 'mun:hagen a pg:Municipality ; skos:prefLabel "Hagen"@de , "Hagen"@en ; pg:nuts3 "DEA53" ;'
        + " pg:wikidata wd:Q2871 .\n"
        + 'mun:herdecke a pg:Municipality ; skos:prefLabel "<b>Herdecke</b>"@de , "Herdecke"@en ; pg:nuts3 "DEA53" ;'
        + " pg:wikidata wd:Q2871 .\n",
        encoding="utf-8",
    )
    settings = Settings(home=folder / "home", time_limit=20.0)
    snapshot, _ = build(settings.home, Plan((folder / "twins.ttl",), bundle.ONTOLOGY, validate=False), Progress())
    with closing(LocalEngine(snapshot.store_path, snapshot.graphs, settings)) as engine:
        yield create_app(settings, snapshot, engine).test_client()


@pytest.mark.parametrize("address", ["/by/nuts/DEA53", "/wikidata/Q2871", "/by/nuts/DEA53.ttl"])
def test_several_things_have_it(shared: FlaskClient, address: str) -> None:
    response = shared.get(address)
    assert response.status_code == 300 and response.mimetype == "application/problem+json"
    assert "Location" not in response.headers and response.json["status"] == 300
    assert response.json["choices"] == [
        {"iri": BASE + "id/municipality/hagen", "label": "Hagen"},
        {"iri": BASE + "id/municipality/herdecke", "label": "<b>Herdecke</b>"},
    ]
    assert shared.head(address).status_code == 300


def test_a_reader_may_choose(shared: FlaskClient) -> None:
    page = Reader(shared, "de").get("/by/nuts/DEA53")
    assert page.status == 300 and {"/doc/municipality/hagen", "/doc/municipality/herdecke"} <= set(page.links)
    assert "<b>Herdecke</b>" in {text for text, _ in page.texts}
    assert "Mehrere zur Auswahl" in page.text


def test_a_report_says_which_ones_a_key_may_mean(shared: FlaskClient) -> None:
    response = shared.get("/reports/memberships-of-municipality?municipality=wd:Q2871&format=csv")
    assert response.status_code == 400
    assert response.json["nearest"] == ["municipality/hagen", "municipality/herdecke"]


@pytest.mark.parametrize(
    "given", ["Q365", "wd:Q365", "http://www.wikidata.org/entity/Q365", "https://www.wikidata.org/wiki/Q365",
              "ags:05315000", "05315000", "gnd:4031483-2", "https://d-nb.info/gnd/4031483-2", "dea23",
              "geonames:2886242"],
)  # fmt: skip
def test_a_report_takes_every_key(client: FlaskClient, given: str) -> None:
    expected = client.get("/reports/memberships-of-municipality.csv?municipality=koeln")
    found = client.get("/reports/memberships-of-municipality.csv", query_string={"municipality": given})
    assert found.status_code == 200 and found.data == expected.data and b"eurocities" in found.data
