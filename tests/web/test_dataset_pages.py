"""The dataset as a whole: service description, VoID and DCAT, graphs, dumps."""

import gzip
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import pyoxigraph as ox
import pytest
from flask.testing import FlaskClient
from werkzeug.test import EnvironBuilder

from polisgraph import metrics
from polisgraph.engine import Engine
from polisgraph.namespaces import BASE, DATASET, DESCRIPTION_GRAPH, PREFIXES
from polisgraph.settings import Settings
from polisgraph.snapshot import Snapshot
from polisgraph.web import create_app
from tests.web.conftest import Reader

SD, VOID, DCAT = PREFIXES["sd"], PREFIXES["void"], PREFIXES["dcat"]


@pytest.fixture
def description(client: FlaskClient) -> ox.Store:
    """What the endpoint says of itself."""
    store = ox.Store()
    store.load(client.get("/sparql").data, format=ox.RdfFormat.TURTLE)
    return store


def values(store: ox.Store, subject: ox.NamedNode | None, name: str) -> set[str]:
    return {quad.object.value for quad in store.quads_for_pattern(subject, ox.NamedNode(SD + name), None)}


def test_service_description(description: ox.Store, snapshot: Snapshot) -> None:
    """SPARQL 1.1 Service Description, section 3: service, language, formats, default and named graphs."""
    service = next(quad.subject for quad in description.quads_for_pattern(None, None, ox.NamedNode(SD + "Service")))
    assert values(description, service, "endpoint") == {BASE + "sparql"}
    assert values(description, service, "supportedLanguage") == {SD + "SPARQL11Query"}
    formats = values(description, service, "resultFormat")
    assert {"http://www.w3.org/ns/formats/Turtle", "http://www.w3.org/ns/formats/SPARQL_Results_JSON"} <= formats
    assert values(description, None, "name") == set(snapshot.graphs)
    default = values(description, None, "defaultGraph")
    counts = list(description.quads_for_pattern(ox.NamedNode(default.pop()), ox.NamedNode(VOID + "triples"), None))
    assert len(counts) == 1


def test_the_counts_are_true(client: FlaskClient, description: ox.Store) -> None:
    for graph in ("data/from-koeln", "derived"):
        iri = f"{BASE}graph/{graph}"
        (said,) = description.quads_for_pattern(ox.NamedNode(iri), ox.NamedNode(VOID + "triples"), None)
        body = client.get(f"/graph/{graph}?format=nt").data
        assert int(said.object.value) == len(body.splitlines()) > 0


@pytest.mark.parametrize("address", ["/.well-known/void", "/void", "/void.ttl", "/graph/description"])
def test_description_of_the_dataset(client: FlaskClient, store: ox.Store, address: str) -> None:
    response = client.get(address)
    assert response.mimetype == "text/turtle"
    found = list(ox.parse(response.data, format=ox.RdfFormat.TURTLE))
    assert len(found) == len(list(store.quads_for_pattern(None, None, None, ox.NamedNode(DESCRIPTION_GRAPH))))
    assert any(quad.subject.value == DATASET for quad in found)


@pytest.mark.parametrize("address", ["/dataset", "/dataset/period", "/publisher"])
def test_what_the_description_names_leads_to_it(client: FlaskClient, address: str) -> None:
    assert client.get(address).headers["Location"] == "/void"
    assert client.get(address, headers={"Accept": "text/html"}).headers["Location"] == "/about"


@pytest.mark.parametrize("ending", [".ttl", "?format=ttl", ""])
def test_graphs_dereference(client: FlaskClient, ending: str) -> None:
    response = client.get("/graph/data/from-koeln" + ending)
    assert response.mimetype == "text/turtle" and "src:koeln" in response.text
    page = client.get("/graph/data/from-koeln", headers={"Accept": "text/html"})
    assert page.headers["Location"] == "/about#graphs"


def test_unknown_graph(client: FlaskClient) -> None:
    assert client.get("/graph/none").status_code == 404


def test_graphs_are_listed_with_their_sizes(german: Reader, snapshot: Snapshot) -> None:
    page = german.get("/about")
    for graph in snapshot.graphs:
        assert f"/{graph.removeprefix(BASE)}.ttl" in page.links


def test_dumps(client: FlaskClient, german: Reader, snapshot: Snapshot) -> None:
    page = german.get("/dumps/")
    names = sorted(path.name for path in snapshot.dumps.iterdir())
    assert names and all(f"/dumps/{name}" in page.links for name in names)
    with client.get("/dumps/polisgraph.nq.gz") as packed, client.get("/dumps/polisgraph.nq") as unpacked:
        assert packed.mimetype == "application/gzip" and "Content-Encoding" not in packed.headers
        assert packed.headers["Content-Disposition"] == "attachment; filename=polisgraph.nq.gz"
        assert unpacked.mimetype == "application/n-quads" and gzip.decompress(packed.data) == unpacked.data
        tag = packed.headers["ETag"]
    with client.get("/dumps/polisgraph.nq.gz", headers={"If-None-Match": tag}) as again:
        assert again.status_code == 304
    assert client.get("/dumps/polisgraph.ttl").mimetype == "text/turtle"


def test_a_dump_is_as_old_as_its_snapshot_on_every_server(client: FlaskClient, snapshot: Snapshot) -> None:
    with client.get("/dumps/polisgraph.nq.gz") as packed:
        assert packed.last_modified == datetime.fromisoformat(str(snapshot.manifest["built"]))


def test_a_dump_is_unpacked_while_it_goes_out(
    settings: Settings, snapshot: Snapshot, engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = []

    def chunks(path: Path) -> Iterator[bytes]:
        for number in range(100):
            made.append(number)
            yield bytes(100_000)

    monkeypatch.setattr("polisgraph.web.dataset._chunks", chunks)
    app = create_app(settings, snapshot, engine)
    kept = metrics.CACHE_BYTES.value("responses")
    environ = EnvironBuilder("/dumps/polisgraph.nq").get_environ()
    body = app.wsgi_app(environ, lambda status, headers, exc_info=None: lambda data: None)
    pieces = iter(body)
    assert len(next(pieces)) == 100_000
    assert len(made) <= 2, "nothing may take all of it into memory first"
    assert sum(map(len, pieces)) == 99 * 100_000
    body.close()  # type: ignore[attr-defined]
    assert metrics.CACHE_BYTES.value("responses") == kept


@pytest.mark.parametrize("name", ["none.nq", "..", "..%2Fmanifest.json", "%2e%2e/manifest.json", "%00"])
def test_nothing_else_is_a_dump(client: FlaskClient, name: str) -> None:
    assert client.get(f"/dumps/{name}").status_code == 404


def test_crawlers_are_kept_from_queries(client: FlaskClient) -> None:
    response = client.get("/robots.txt")
    assert response.mimetype == "text/plain"
    for path in ("/sparql", "/reports/*?", "/graph/", "/by/", "/wikidata/"):
        assert f"Disallow: {path}\n" in response.text
