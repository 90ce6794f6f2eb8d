"""The web site over a SPARQL endpoint, by a real server process."""

import json
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import date
from pathlib import Path

import httpx
import pytest

from polisgraph.build import Progress, build
from polisgraph.engine import Engine, Query
from polisgraph.results import GRAPH_TYPES, RESULT_TYPES
from polisgraph.snapshot import Snapshot
from tests import processes
from tests.engine.test_service import Listener
from tests.remote.conftest import EACH, Server
from tests.shipped import PLAN

KOELN = "https://w3id.org/polisgraph/id/municipality/koeln"
PG = "https://w3id.org/polisgraph/ontology/"
TABLE = (
    f"SELECT ?network ?name {{ <{KOELN}> <{PG}memberOf> ?network . ?network <{PG}displayLabel> ?name }}"
    " ORDER BY ?network ?name"
)
GRAPH = f"CONSTRUCT {{ <{KOELN}> ?p ?o }} {{ <{KOELN}> ?p ?o FILTER(ISIRI(?o)) }}"
LONG = "SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i FILTER(CONCAT(STR(?a), STR(?d), STR(?g)) = 'x') }"


@contextmanager
def polisgraph(server: Server, folder: Path) -> Iterator[httpx.Client]:
    """A client of `polisgraph serve --endpoint`, in a home without any snapshot."""
    with (
        processes.serving(folder, folder / "log", ("--endpoint", server.query)) as program,
        httpx.Client(base_url=program.address, timeout=120, trust_env=False) as client,
    ):
        yield client


@pytest.fixture(scope="module", params=EACH)
def site(
    request: pytest.FixtureRequest, serving: Callable[[str], Server], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[httpx.Client]:
    with polisgraph(serving(request.param), tmp_path_factory.mktemp("home")) as client:
        yield client


@pytest.mark.parametrize("media_type", RESULT_TYPES)
def test_tables_are_the_same_bytes_as_from_the_local_store(media_type: str, site: httpx.Client, engine: Engine) -> None:
    answer = site.get("/sparql", params={"query": TABLE}, headers={"Accept": media_type})
    assert answer.status_code == 200 and answer.headers["Content-Type"].startswith(media_type)
    assert answer.content == engine.query(Query(TABLE, results_type=media_type)).body
    assert site.get("/sparql", params={"query": "ASK {}"}, headers={"Accept": media_type}).status_code == 200


def test_records_are_linked_to_what_the_endpoint_holds(site: httpx.Client) -> None:
    queries = {"q": {"query": "Köln", "properties": [{"pid": "pg:country", "v": "DE"}]}}
    answer = site.post("/reconcile", data={"queries": json.dumps(queries)})
    (candidate,) = answer.json()["q"]["result"]
    assert (candidate["id"], candidate["match"]) == ("municipality/koeln", True)
    found = site.get("/reconcile/suggest/entity", params={"prefix": "eurocit"}).json()["result"]
    assert found[0]["id"] == "network/eurocities"
    wanted = {"ids": ["municipality/koeln"], "properties": [{"id": "pg:wikidata"}, {"id": "pg:memberOf"}]}
    row = site.post("/reconcile/v1/extend", json=wanted).json()["rows"][0]
    values = {each["id"]: each["values"] for each in row["properties"]}
    assert values["pg:wikidata"] == [{"str": "Q365"}]
    assert {"id": "network/eurocities", "name": "Eurocities"} in values["pg:memberOf"]


@pytest.mark.parametrize("media_type", GRAPH_TYPES)
def test_graphs_are_the_same_bytes_as_from_the_local_store(media_type: str, site: httpx.Client, engine: Engine) -> None:
    answer = site.post("/sparql", data={"query": GRAPH}, headers={"Accept": media_type})
    assert answer.status_code == 200
    assert answer.content == engine.query(Query(GRAPH, graph_type=media_type)).body


def test_pages_and_the_snapshot(site: httpx.Client, snapshot: Snapshot) -> None:
    for path in ("/", "/sources", "/reports", "/about", "/doc/municipality/koeln", "/ontology/", "/dumps/"):
        page = site.get(path, headers={"Accept": "text/html", "Accept-Language": "de"})
        assert page.status_code == 200, path
        assert page.headers["X-Polisgraph-Snapshot"] == snapshot.id
    assert "Eurocities" in site.get("/doc/municipality/koeln", headers={"Accept": "text/html"}).text
    assert site.get("/dumps/polisgraph.nq.gz").status_code == 404  # none of that snapshot lies here
    assert site.get("/health").json()["workers"] >= 1


def test_tags_spare_the_endpoint(site: httpx.Client) -> None:
    first = site.get("/sparql", params={"query": TABLE})
    again = site.get("/sparql", params={"query": TABLE}, headers={"If-None-Match": first.headers["ETag"]})
    assert again.status_code == 304 and again.content == b""


def test_errors_are_problem_documents(site: httpx.Client) -> None:
    wrong = site.get("/sparql", params={"query": "SELECT * { ?s ?p }"}).json()
    assert wrong["status"] == 400 and wrong["line"] == 1
    unknown = site.get("/sparql", params={"query": "ASK {}", "default-graph-uri": "http://example.org/none"}).json()
    assert unknown["status"] == 400 and "no graph" in unknown["detail"]
    update = site.post("/sparql", data={"query": "DROP ALL"}).json()
    assert update["status"] == 403
    late = site.get("/sparql", params={"query": LONG, "timeout": "1"}).json()
    assert late["status"] == 504


def test_service_is_refused_and_nobody_is_contacted(site: httpx.Client) -> None:
    listener = Listener()
    try:
        for text in (
            f"SELECT * {{ SERVICE <{listener.address}> {{ ?s ?p ?o }} }}",
            f"PREFIX e: <{listener.address}> SELECT * {{ \\u0053ERVICE e: {{ ?s ?p ?o }} }}",
            f"LOAD <{listener.address}>",
        ):
            assert site.get("/sparql", params={"query": text}).status_code == 403
        for text in (
            f"SELECT * FROM <{listener.address}> {{ ?s ?p ?o }}",
            f"DEFINE get:soft 'replace' SELECT * FROM <{listener.address}> {{ ?s ?p ?o }}",
            f"SELECT (<bif:http_get>('{listener.address}') AS ?x) {{}}",
        ):
            assert site.get("/sparql", params={"query": text}).status_code == 400
        assert listener.hits == 0
    finally:
        listener.close()


def test_graphs_are_chosen_and_merged_as_in_the_local_store(site: httpx.Client, engine: Engine) -> None:
    derived, people = (f"https://w3id.org/polisgraph/graph/{name}" for name in ("derived", "data/people"))
    counts = "{ ?s ?p ?o }"
    for text in (
        f"SELECT (COUNT(*) AS ?n) {counts}",
        f"SELECT (COUNT(*) AS ?n) FROM <{people}> {counts}",
        f"SELECT (COUNT(*) AS ?n) FROM <{people}> FROM <{derived}> FROM <{people}> {counts}",
        f"SELECT (COUNT(*) AS ?n) FROM NAMED <{people}> {counts}",
        f"SELECT (COUNT(*) AS ?n) FROM NAMED <{people}> {{ GRAPH ?g {counts} }}",
        f"SELECT (COUNT(*) AS ?n) FROM <{people}> {{ GRAPH ?g {counts} }}",
        f"SELECT (COUNT(*) AS ?n) {{ GRAPH ?g {counts} }}",
        "SELECT (COUNT(DISTINCT ?g) AS ?n) { GRAPH ?g { ?s ?p ?o } }",
    ):
        answer = site.get("/sparql", params={"query": text}, headers={"Accept": "text/csv"})
        assert answer.content == engine.query(Query(text, results_type="text/csv")).body, text


def test_the_next_snapshot_follows(empty: Server, snapshot: Snapshot, tmp_path: Path) -> None:
    """Whoever asks meanwhile gets the old answer or the new one with its own tag, or is asked to wait."""
    nothing_there = subprocess.run(
        [sys.executable, "-m", "polisgraph", "serve", "--endpoint", empty.query], capture_output=True, text=True
    )
    assert nothing_there.returncode == 1 and "polisgraph publish" in nothing_there.stderr
    empty.publish(snapshot)
    later = build(tmp_path / "later", replace(PLAN, today=date(2031, 1, 1), validate=False), Progress())[0]
    assert later.id != snapshot.id
    (tmp_path / "home").mkdir()
    with polisgraph(empty, tmp_path / "home") as site:
        before = site.get("/sparql", params={"query": TABLE})
        empty.publish(later)

        def follows() -> bool:
            page = site.get("/sparql", params={"query": TABLE, "n": str(time.monotonic())})
            assert page.status_code in (200, 503)
            return page.headers["X-Polisgraph-Snapshot"] == later.id and page.status_code == 200

        processes.until(follows)
        after = site.get("/sparql", params={"query": TABLE}, headers={"If-None-Match": before.headers["ETag"]})
        assert after.status_code == 200 and after.headers["ETag"] != before.headers["ETag"]
        assert after.headers["X-Polisgraph-Snapshot"] == later.id
