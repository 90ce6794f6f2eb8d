"""The reports that call Wikidata, with an endpoint in its shape in its place; and a server that may call somebody."""

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pyoxigraph as ox
import pytest

from polisgraph import bundle
from polisgraph.build import Plan, Progress, build
from polisgraph.engine import Answer, Query
from polisgraph.engine.local import LocalEngine
from polisgraph.errors import RuleError
from polisgraph.federation.client import Client
from polisgraph.federation.engine import FederatingEngine
from polisgraph.namespaces import SPARQL_PREFIXES
from polisgraph.reports import EntityLookup, bind, load_reports, read_report
from polisgraph.settings import Settings
from polisgraph.snapshot import current
from polisgraph.web import create_app
from tests.federation.conftest import Elsewhere, elsewhere, json
from tests.processes import get, serving

WIKIDATA = "https://query.wikidata.org/sparql"
REPORTS = {
    name: report for name, report in load_reports(bundle.QUERIES, [WIKIDATA]).items() if report.endpoints == {WIKIDATA}
}

HERE = """
mun:a a pg:Municipality ; skos:prefLabel "A"@de , "A"@en ; pg:wikidata wd:Q1 .
mun:b a pg:Municipality ; skos:prefLabel "B"@de , "B"@en ; pg:ags "01234567" .
net:n a pg:Network ; skos:prefLabel "N"@de , "N"@en ; pg:wikidata wd:Q11 .
net:m a pg:Network ; skos:prefLabel "M"@de , "M"@en ; pg:wikidata wd:Q12 .
net:o a pg:Network ; skos:prefLabel "O"@de , "O"@en ; foaf:homepage <https://o.example/> .
"""
THERE = """
@prefix wd: <http://www.wikidata.org/entity/> .
@prefix wdt: <http://www.wikidata.org/prop/direct/> .
@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
wd:Q1 wdt:P463 wd:Q11 , wd:Q13 .
wd:Q2 wdt:P439 "01234567" ; rdfs:label "B dort"@de , "B there"@en .
wd:Q3 wdt:P439 "07654321" ; wdt:P856 <https://o.example/> .
wd:Q4 wdt:P463 wd:Q11 .
wd:Q11 rdfs:label "N dort"@de . wd:Q13 rdfs:label "R dort"@de .
"""


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("federated")
    evidence = "".join(
        f"ten:{n} a pg:NetworkMembership ; org:member mun:a ; org:organization net:{n} ; org:role role:member ;"
        f' dct:source src:s ; pg:locator "1" .\n'
        for n in ("n", "m")
    )
    prefixes = SPARQL_PREFIXES.replace("PREFIX", "@prefix").replace(">\n", "> .\n")
    (folder / "here.ttl").write_text(prefixes + HERE, encoding="utf-8")
    (folder / "from-s.ttl").write_text(prefixes + evidence, encoding="utf-8")
    data = (folder / "here.ttl", folder / "from-s.ttl")
    build(folder / "home", Plan(data, bundle.ONTOLOGY, validate=False), Progress())
    return folder / "home"


@pytest.fixture(scope="module")
def wikidata() -> Iterator[Elsewhere]:
    store = ox.Store()
    store.load(THERE.encode(), ox.RdfFormat.TURTLE)
    with elsewhere() as server:
        server.reply = lambda query: json(store.query(query).serialize(format=ox.QueryResultsFormat.JSON))  # type: ignore[union-attr,arg-type]
        yield server


@pytest.fixture(scope="module")
def ask(home: Path, wikidata: Elsewhere) -> Iterator[Callable[..., list[str]]]:
    """A function from the name of a report, and its values, to its rows in CSV."""

    class InItsPlace(Client):
        def ask(self, endpoint: str, query: str, accept: str, seconds: float) -> bytes:
            assert endpoint == WIKIDATA
            return super().ask(wikidata.address, query, accept, seconds)

    snapshot = current(home)
    local = LocalEngine(snapshot.store_path, snapshot.graphs, Settings(home=home))
    client = InItsPlace(2**20, private=True)
    with closing(FederatingEngine(local, [WIKIDATA], client, 10.0, 65_536)) as engine:

        def rows(name: str, **values: str) -> list[str]:
            lookup = EntityLookup(lambda text: engine.query(Query(text)).body)
            text = bind(REPORTS[name], {key: (value,) for key, value in values.items()}, lookup)
            return engine.query(Query(text, results_type="text/csv")).body.decode().split("\r\n")[1:-1]

        yield rows


def test_items_with_the_same_key(ask: Callable[..., list[str]], wikidata: Elsewhere) -> None:
    here, there = "https://w3id.org/polisgraph/id/", "http://www.wikidata.org/entity/"
    assert ask("links-in-wikidata", lang="en") == [
        f"{here}municipality/b,B,AGS,01234567,{there}Q2,B there",
        f"{here}network/o,O,website,https://o.example/,{there}Q3,",
    ]
    assert "01234567" in wikidata.asked[-1] and "07654321" not in wikidata.asked[-1]


def test_memberships_side_by_side(ask: Callable[..., list[str]]) -> None:
    found = [row.split(",")[3:5] for row in ask("memberships-in-wikidata")]
    assert found == [["M", "nur hier"], ["N dort", "in beiden"], ["R dort", "nur in Wikidata"]]


def test_they_are_there_where_their_endpoint_may_be_called(home: Path) -> None:
    class Nothing:
        def query(self, query: Query) -> Answer:
            return Answer(b"", "text/csv", "SELECT", cacheable=True)

        def close(self) -> None:
            pass

    def listed(*endpoints: str) -> set[str]:
        settings = Settings(home=home, service_endpoints=endpoints)
        client = create_app(settings, current(home), Nothing()).test_client()
        return {
            name for name in REPORTS if client.get(f"/reports/{name}.csv", query_string={"none": 1}).status_code != 404
        }

    assert listed() == listed("https://other.example/sparql") == set()
    assert listed(WIKIDATA) == set(REPORTS)


def test_on_the_command_line_too(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def run(**environment: str) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-m", "polisgraph", "report", "links-in-wikidata", "--home", str(home)]
        return subprocess.run(command, capture_output=True, text=True, check=False, env=os.environ | environment)

    assert "No such command" in run().stderr
    # Nobody is asked on the way: that name leads nowhere.
    done = run(POLISGRAPH_SERVICE_ENDPOINTS=WIKIDATA, POLISGRAPH_TIME_LIMIT="5")
    assert done.returncode == 1 and f"SERVICE: {WIKIDATA}" in done.stderr and "Traceback" not in done.stderr


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("SELECT ?lang { SERVICE ?where { ?a ?b ?c } }", r"SERVICE \?where: write the endpoint as an IRI"),
        ("SELECT ?lang { SERVICE <urn:x> { ?a ?b ?c } }", "SERVICE urn:x: write the endpoint as an IRI"),
    ],
)
def test_a_report_names_whom_it_calls(tmp_path: Path, text: str, told: str) -> None:
    shipped = next(iter(REPORTS.values())).text
    head = "".join(line + "\n" for line in shipped.splitlines() if line.startswith("#+"))
    folder = tmp_path / "federated"
    folder.mkdir()
    (folder / "any.rq").write_text(head + text, encoding="utf-8")
    with pytest.raises(RuleError, match=told):
        read_report(folder / "any.rq")
    (tmp_path / "any.rq").write_text(shipped, encoding="utf-8")
    with pytest.raises(RuleError, match="stands in the folder federated"):
        read_report(tmp_path / "any.rq")


def test_a_server_calls_whom_its_operator_allows(home: Path, wikidata: Elsewhere, tmp_path: Path) -> None:
    pattern = "?item <http://www.wikidata.org/prop/direct/P463> ?network"
    query = f"SELECT ?item {{ SERVICE <{wikidata.address}> {{ {pattern} }} }} ORDER BY ?item"
    allowed = {"POLISGRAPH_SERVICE_ENDPOINTS": wikidata.address}
    with serving(home, tmp_path / "log", **allowed, POLISGRAPH_SERVICE_NETWORKS="any") as server:
        answer = get(f"{server.address}/sparql", params={"query": query, "format": "csv"})
        assert answer.status_code == 200 and answer.text.split().count("http://www.wikidata.org/entity/Q1") == 2
        assert answer.headers["Cache-Control"] == "no-store" and "ETag" not in answer.headers
        page = get(f"{server.address}/sparql", params={"query": query}, headers={"Accept": "text/html"})
        assert page.status_code == 200 and "Q4" in page.text and page.headers["Cache-Control"] == "no-store"
        described = get(f"{server.address}/sparql", headers={"Accept": "text/turtle"}).text
        assert "BasicFederatedQuery" in described
        refused = get(f"{server.address}/sparql", params={"query": query.replace(wikidata.address, "http://b.example")})
        assert refused.status_code == 403 and wikidata.address in refused.json()["detail"]
    with serving(home, tmp_path / "log", **allowed) as server:
        answer = get(f"{server.address}/sparql", params={"query": query})
        assert answer.status_code == 502 and "private network" in answer.json()["detail"]
    with serving(home, tmp_path / "log") as server:
        assert "BasicFederatedQuery" not in get(f"{server.address}/sparql", headers={"Accept": "text/turtle"}).text
        assert get(f"{server.address}/sparql", params={"query": query}).status_code == 403
