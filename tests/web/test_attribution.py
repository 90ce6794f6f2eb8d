"""Pages, dumps, reports and documents name whom parts of the data are from, if they rest on them, and no one else."""

from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace

import pyoxigraph as ox
import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.http import parse_options_header

from polisgraph import bundle
from polisgraph.build import Plan, Progress, build
from polisgraph.engine import Answer, Query
from polisgraph.engine.local import LocalEngine
from polisgraph.errors import Busy
from polisgraph.namespaces import BASE, GRAPHS, PREFIXES
from polisgraph.settings import Settings
from polisgraph.web import attribution, create_app
from polisgraph.web.rows import Table, Term
from tests.shipped import WRITTEN

NAMED = "Net Zero Tracker, snapshot of 2022-12-20"
CC0, CC_BY = (f"https://creativecommons.org/{name}/" for name in ("publicdomain/zero/1.0", "licenses/by/4.0"))
LIST, NUMBERS = (f"{GRAPHS}data/{name}" for name in ("from-race-to-zero", "coordinates-geonames"))


class Heard(LocalEngine):
    """An engine that counts what it is asked, and has no time for queries that say `refused`."""

    asked, refused = 0, ""

    def query(self, query: Query) -> Answer:
        self.asked += 1
        if self.refused and self.refused in query.text:
            raise Busy("busy")
        return super().query(query)


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Flask, Heard]]:
    """A site with the shorter of the two lists, and its engine."""
    home = tmp_path_factory.mktemp("listed")
    snapshot, _ = build(home, Plan(data=(*WRITTEN, bundle.DATA / "from-race-to-zero.ttl")), Progress())
    settings = Settings(home=home, time_limit=20.0)
    with closing(Heard(snapshot.store_path, snapshot.graphs, settings)) as engine:
        yield create_app(settings, snapshot, engine), engine


@pytest.fixture
def client(served: tuple[Flask, Heard]) -> FlaskClient:
    return served[0].test_client()


@pytest.mark.parametrize(
    ("address", "named", "told"),
    [
        ("/about", True, False),
        ("/dumps/", True, False),
        ("/sources", True, None),
        ("/doc/network/race-to-zero", True, True),
        ("/doc/tenure/race-to-zero--cit-0002", True, True),
        ("/doc/municipality/dortmund", True, True),  # the list says nothing of it but that it is a member
        ("/doc/municipality/bochum", False, True),  # its position is from elsewhere
        ("/doc/body/uclg-executive", False, None),
        ("/reports/members-of-network?network=race-to-zero", True, False),  # other pages may rest on more
        ("/reports/memberships-of-municipality?municipality=bochum", False, None),
        ("/reports/seats-by-section", False, None),
    ],
)
def test_who_is_named(client: FlaskClient, address: str, named: bool, told: bool | None) -> None:
    text = client.get(address, headers={"Accept": "text/html", "Accept-Language": "en"}).get_data(as_text=True)
    assert (NAMED in text) is named
    assert ("This rests on parts" in text) is (told is True)
    assert ("Parts of the data have terms" in text) is (told is False)


def test_a_list_is_among_the_sources_once(client: FlaskClient) -> None:
    text = client.get("/sources", headers={"Accept": "text/html", "Accept-Language": "de"}).get_data(as_text=True)
    assert text.count("/doc/source/race-to-zero") == 1 and "Mitgliederlisten" in text


def relations(links: str) -> dict[str, list[str]]:
    """The targets of a header Link by their relation."""
    found: dict[str, list[str]] = {}
    for link in links.split(", "):
        target, options = parse_options_header(link)
        found.setdefault(options["rel"], []).append(target.strip("<>"))
    return found


@pytest.mark.parametrize("ending", ["csv", "tsv", "json", "xml", "csv?excel=1"])
@pytest.mark.parametrize(
    ("report", "licences", "graphs"),
    [
        ("members-of-network{}network=race-to-zero", [CC0, CC_BY], [NUMBERS, LIST]),
        ("memberships-of-municipality{}municipality=bochum", [CC0], []),
        ("network-history{}network=race-to-zero", [], []),  # counts name nothing that could be looked up
    ],
)
def test_downloads_lead_to_terms(
    client: FlaskClient, ending: str, report: str, licences: list[str], graphs: list[str]
) -> None:
    asked = report.format(f".{ending}&" if "?" in ending else f".{ending}?")
    found = relations(client.get(f"/reports/{asked}").headers["Link"])
    assert found == {"license": ["/sources", *licences]} | ({PREFIXES["dct"] + "source": graphs} if graphs else {})


@pytest.mark.parametrize(
    ("address", "licences", "graphs"),
    [
        ("/doc/municipality/dortmund.ttl", [CC0, CC_BY], [NUMBERS, LIST]),
        ("/doc/tenure/race-to-zero--cit-0002.nt", [CC0, CC_BY], [LIST]),
        ("/doc/body/uclg-executive.jsonld", [CC0], []),
        ("/graph/data/from-race-to-zero", [CC_BY], [LIST]),
        ("/graph/data/from-koeln", [CC0], []),
        ("/dumps/polisgraph.nq.gz", [CC0, CC_BY], [NUMBERS, LIST]),
        ("/dumps/polisgraph.nq", [CC0, CC_BY], [NUMBERS, LIST]),
    ],
)
def test_documents_graphs_and_dumps_lead_to_terms(
    client: FlaskClient, address: str, licences: list[str], graphs: list[str]
) -> None:
    with client.get(address) as response:
        found = relations(response.headers["Link"])
    assert found["license"] == ["/sources", *licences] and found.get(PREFIXES["dct"] + "source", []) == graphs


@pytest.mark.parametrize("ending", ["ttl", "nt", "jsonld", "rdf"])
def test_a_document_in_rdf_tells_the_terms(client: FlaskClient, ending: str) -> None:
    kinds = {each.file_extension: each for each in (ox.RdfFormat.TURTLE, ox.RdfFormat.N_TRIPLES, ox.RdfFormat.JSON_LD)}
    form = kinds.get(ending, ox.RdfFormat.RDF_XML)
    body = client.get(f"/doc/municipality/dortmund.{ending}").data
    found = {(quad.subject, quad.predicate.value, str(quad.object)) for quad in ox.parse(body, format=form)}
    document, graph = ox.NamedNode(BASE + "doc/municipality/dortmund"), ox.NamedNode(LIST)
    dct = PREFIXES["dct"]
    assert {(document, dct + "source", str(graph)), (graph, dct + "license", f"<{CC_BY}>")} <= found
    assert any(s == graph and p == dct + "rights" and NAMED in o for s, p, o in found)
    other = client.get(f"/doc/body/uclg-executive.{ending}").get_data(as_text=True)
    assert "/graph/data/" not in other


def test_the_endpoint_leads_to_terms_without_asking_for_them(served: tuple[Flask, Heard]) -> None:
    app, engine = served
    engine.asked = 0
    asked = {"query": "SELECT * { <https://w3id.org/polisgraph/id/municipality/dortmund> ?p ?o }"}
    assert app.test_client().get("/sparql", query_string=asked).headers["Link"] == '</sources>; rel="license"'
    assert engine.asked == 1


def test_of_long_answers_nothing_is_told(served: tuple[Flask, Heard]) -> None:
    app, engine = served
    with app.test_request_context():
        engine.asked, thing = 0, BASE + "id/municipality/dortmund"
        assert attribution.of_download(thing.encode() + b" " * 256 * 1024) is None
        assert attribution.of_download(b"".join(b"%s%d\n" % (thing.encode(), number) for number in range(1001))) is None
        assert engine.asked == 0
        told = [each.graph for each in attribution.of_download(thing.encode()) or ()]
        assert told == [NUMBERS, LIST]
        part = Table(("thing",), ({"thing": Term("iri", thing)},), left_out=1)
        assert attribution.of_answer(part)[1] is False and attribution.of_answer(replace(part, left_out=0))[1] is True


def test_a_download_does_not_fail_for_want_of_its_terms(
    served: tuple[Flask, Heard], monkeypatch: pytest.MonkeyPatch
) -> None:
    app, _ = served
    monkeypatch.setattr(Heard, "refused", "GRAPH ?graph { ?thing ?said ?value }")
    response = app.test_client().get(
        "/reports/members-of-network.csv?network=https://w3id.org/polisgraph/id/network/uclg"
    )
    assert response.status_code == 200 and response.headers["Link"] == '</sources>; rel="license"'
    assert response.data.count(b"\n") > 1
