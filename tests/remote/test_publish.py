"""A snapshot arrives whole at an endpoint, or the one before stays in service."""

import json
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from pathlib import Path

import httpx
import pyoxigraph as ox
import pytest
from click.testing import CliRunner

from polisgraph import snapshot as snapshots
from polisgraph.cli import main
from polisgraph.engine import Query
from polisgraph.engine.publication import published
from polisgraph.engine.remote import RemoteSetup, RemoteWorker
from polisgraph.errors import Busy, PublishError
from polisgraph.namespaces import GRAPHS, PREFIXES, PUBLICATION_GRAPH, STAGING_GRAPHS, UNION_GRAPH
from polisgraph.publish import Login, Target, publish
from polisgraph.publish.checksum import Checksum
from polisgraph.publish.claim import Claim
from polisgraph.snapshot import Snapshot
from tests.remote.conftest import EACH, Server, virtuoso

EX = "http://example.org/"


def small(home: Path, identity: str, graphs: dict[str, str]) -> Snapshot:
    """A snapshot with `graphs` in Turtle, and their union."""
    manifest = {"id": identity, "graphs": {GRAPHS + name: turtle.count(".") for name, turtle in graphs.items()}}
    home.mkdir(parents=True, exist_ok=True)
    with snapshots.workshop(home) as shop:
        for name, turtle in graphs.items():
            data = f"@prefix : <{EX}> . @prefix xsd: <{PREFIXES['xsd']}> . {turtle}".encode()
            quads = list(ox.parse(data, format=ox.RdfFormat.TURTLE))
            for place in (ox.NamedNode(GRAPHS + name), ox.DefaultGraph()):
                shop.store.extend(ox.Quad(q.subject, q.predicate, q.object, place) for q in quads)
        return snapshots.write(home, shop, manifest)


FIRST = {
    "data/a": ":x :p 1.50, true, 'Köln'@de, 'a'@en-GB, '−10 %', 'P3Y'^^xsd:duration . [] :q [ :r :x ] .",
    "data/b": ":x :p '" + "long " * 2000 + "' .",
    "data/gone": ":y :p :z .",
}
SECOND = {"data/a": ":x :p 2 .", "data/b": FIRST["data/b"], "data/new": ":n :p :m ."}


@pytest.fixture
def first(tmp_path: Path) -> Snapshot:
    return small(tmp_path / "home", "1" * 16, FIRST)


@pytest.fixture
def second(tmp_path: Path) -> Snapshot:
    return small(tmp_path / "home", "2" * 16, SECOND)


def graphs(server: Server) -> set[str]:
    text = "SELECT DISTINCT ?g { GRAPH ?g { ?s ?p ?o } }"
    answer = httpx.post(server.query, data={"query": text}, headers={"Accept": "application/sparql-results+json"})
    return {row["g"]["value"] for row in answer.json()["results"]["bindings"]}


def ask(server: Server, of: Snapshot, query: Query) -> bytes:
    """The answer that belongs to the snapshot `of`."""
    setup = RemoteSetup(of.graphs, PREFIXES, 2**30, 2**20, 65_536, server.query, of.id, True)
    with closing(RemoteWorker(setup)) as worker:
        return worker.answer(query).body


def expected(*, of: dict[str, str]) -> set[str]:
    return {UNION_GRAPH, PUBLICATION_GRAPH, *(GRAPHS + name for name in of)}


@pytest.mark.parametrize("graph_store", [True, False])
def test_one_snapshot_takes_the_place_of_another(
    graph_store: bool, empty: Server, first: Snapshot, second: Snapshot
) -> None:
    with closing(empty.target(graph_store)) as target:
        assert publish(first, target) is True
        assert graphs(empty) == expected(of=FIRST)
        assert publish(first, target) is False
        assert publish(second, target) is True
        assert graphs(empty) == expected(of=SECOND)
        record = published(target.endpoint)
    assert record is not None and record.id == second.id and set(record.manifest["graphs"]) == second.graphs


def test_terms_come_back_as_they_were(empty: Server, first: Snapshot) -> None:
    empty.publish(first)
    text = f"CONSTRUCT {{ ?s ?p ?o }} {{ GRAPH <{GRAPHS}data/a> {{ ?s ?p ?o }} }}"
    body = ask(empty, first, Query(text, graph_type="application/n-triples"))
    found = {quad.triple for quad in ox.parse(body, format=ox.RdfFormat.N_TRIPLES)}
    store = ox.Store.read_only(str(first.store_path))
    assert found == {quad.triple for quad in store.quads_for_pattern(None, None, None, ox.NamedNode(GRAPHS + "data/a"))}
    rows = json.loads(ask(empty, first, Query("SELECT ?o { [] <http://example.org/q> ?o }")))
    assert rows["results"]["bindings"][0]["o"]["type"] == "bnode"


class Interrupted(Target):
    """A target whose connection fails after a number of parts, or that loses a triple on the way."""

    left = 10**9
    loses = False
    added = 0

    def add(self, graph: str, triples: Sequence[ox.Triple]) -> None:
        if not graph.endswith("/probe"):
            if self.left == 0:
                raise PublishError("the connection was lost")
            self.left -= 1
            self.added += len(triples)
            triples = triples[1:] if self.loses else triples
        super().add(graph, triples)


@pytest.fixture
def interrupted(empty: Server) -> Iterator[Interrupted]:
    with closing(Interrupted(empty.query, empty.update, empty.graph_store, None)) as target:
        yield target


def test_an_interrupted_run_goes_on_where_it_was(
    empty: Server, first: Snapshot, second: Snapshot, interrupted: Interrupted, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("polisgraph.publish.PART", 2)
    empty.publish(first)
    query = Query("SELECT ?v { <http://example.org/x> <http://example.org/p> ?v }", results_type="text/csv")
    before = ask(empty, first, query)
    interrupted.left = 2
    with pytest.raises(PublishError, match="lost"):
        publish(second, interrupted)
    assert ask(empty, first, query) == before
    sent = interrupted.added
    interrupted.left = 10**9
    assert publish(second, interrupted) is True
    store = ox.Store.read_only(str(second.store_path))
    changed = sum(1 for quad in store if quad.graph_name != ox.NamedNode(GRAPHS + "data/b"))
    assert sent > 0 and interrupted.added == changed
    assert graphs(empty) == expected(of=SECOND)


def test_a_triple_that_got_lost_is_noticed(
    empty: Server, first: Snapshot, second: Snapshot, interrupted: Interrupted
) -> None:
    empty.publish(first)
    interrupted.loses = True
    with pytest.raises(PublishError, match="did not arrive as it was sent"):
        publish(second, interrupted)
    assert ask(empty, first, Query("ASK { ?s ?p 'P3Y'^^<http://www.w3.org/2001/XMLSchema#duration> }"))
    assert not any(graph.startswith(STAGING_GRAPHS) for graph in graphs(empty) - {UNION_GRAPH})


def test_an_exchange_that_stopped_in_the_middle_is_no_snapshot_and_can_be_finished(
    empty: Server, first: Snapshot, second: Snapshot, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As in a store without transactions, which does one operation of the exchange after the other."""
    empty.publish(first)
    whole = Target.update

    def only_half(self: Target, text: str) -> None:
        parts = text.split(" ;\n")
        whole(self, " ;\n".join(parts[: len(parts) // 2] if len(parts) > 2 else parts))

    monkeypatch.setattr(Target, "update", only_half)
    with pytest.raises(PublishError, match="publish again"):
        empty.publish(second)
    for one in (first, second):
        with pytest.raises(Busy):
            ask(empty, one, Query("ASK {}"))
    monkeypatch.undo()
    assert empty.publish(second) is True
    assert ask(empty, second, Query("ASK {}"))
    assert graphs(empty) == expected(of=SECOND)


@pytest.mark.parametrize("ends", [True, False])
def test_of_two_runs_at_once_the_earlier_one_stops(
    ends: bool, empty: Server, first: Snapshot, second: Snapshot
) -> None:
    """Whether the later one has ended meanwhile, or is at work on it."""
    begun = []

    def meanwhile(graph: str, sent: int, total: int) -> None:
        if not begun:
            begun.append(graph)
            if ends:
                assert empty.publish(second) is True
            else:
                with closing(empty.target()) as other:
                    Claim(other)

    with closing(empty.target()) as target, pytest.raises(PublishError, match="another 'polisgraph publish'"):
        publish(first, target, meanwhile)
    assert begun
    if ends:
        assert empty.publication().id == second.id and graphs(empty) == expected(of=SECOND)
    assert empty.publish(first) is True
    assert empty.publication().id == first.id and graphs(empty) == expected(of=FIRST)


def test_a_run_that_ends_between_anothers_comparison_and_exchange_stays_whole(
    empty: Server, tmp_path: Path, first: Snapshot, second: Snapshot, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The other one would leave out what did not differ when it compared, and mix two snapshots."""
    empty.publish(first)
    changed: list[bool] = []

    def conforms(endpoint: object) -> bool:
        if not changed:
            changed.append(True)
            empty.publish(second)
        return True

    monkeypatch.setattr("polisgraph.publish.conforms", conforms)
    third = small(tmp_path / "other", "3" * 16, {**FIRST, "data/gone": ":y :p :other ."})
    with pytest.raises(PublishError, match="another 'polisgraph publish'"):
        empty.publish(third)
    assert changed and empty.publication().id == second.id and graphs(empty) == expected(of=SECOND)


def test_checksums_know_values_and_nothing_else() -> None:
    def checksum(turtle: str) -> Checksum:
        data = f"@prefix : <{EX}> . @prefix xsd: <{PREFIXES['xsd']}> . {turtle}".encode()
        return Checksum.of(quad.triple for quad in ox.parse(data, format=ox.RdfFormat.TURTLE))

    written = checksum(":x :p 1.50, true, 'a'@en-GB, '2020-01-01T00:00:00Z'^^xsd:dateTime ; :q :y .")
    stored = checksum(":x :q :y ; :p '2020-01-01T01:00:00+01:00'^^xsd:dateTime, 'a'@en-gb, 1, 1.5 .")
    assert written == stored
    for other in (":x :p 1.50 .", ":x :p 1.51 .", ":x :p '1.5' .", ":x :p 'b'@de .", ":x :p 'b'@en .", ":x :p 'b' ."):
        assert checksum(other).triples == 1
    assert len({checksum(f":x :p {o} .") for o in ("1.50", "1.51", "'1.5'", "'b'@de", "'b'@en", "'b'", ":b")}) == 7


def test_a_password_needs_its_name() -> None:
    assert Login.from_environment({}) is None
    assert "secret" not in repr(Login("me", "secret"))
    with pytest.raises(PublishError, match="POLISGRAPH_PUBLISH_USER and POLISGRAPH_PUBLISH_PASSWORD"):
        Login.from_environment({"POLISGRAPH_PUBLISH_PASSWORD": "secret"})


@pytest.mark.virtuoso
@pytest.mark.parametrize("password", [None, "wrong"])
def test_who_may_not_write_is_told_what_to_set(
    password: str | None, serving: Callable[[str], Server], snapshot: Snapshot, home: Path
) -> None:
    server = serving("virtuoso")
    options = ["--home", str(home), "--endpoint", server.query, "--update-endpoint", server.update]
    environment = {"POLISGRAPH_PUBLISH_USER": "dba", "POLISGRAPH_PUBLISH_PASSWORD": password} if password else {}
    result = CliRunner().invoke(main, ["publish", *options], env=environment)
    assert result.exit_code == 1
    assert "POLISGRAPH_PUBLISH_USER" in result.output and "Traceback" not in result.output


def test_publish_on_the_command_line(empty: Server, home: Path, snapshot: Snapshot) -> None:
    options = ["--endpoint", empty.query, "--update-endpoint", empty.update, "--graph-store", empty.graph_store]
    for words in ("is in service at", "was in service already at"):
        result = CliRunner().invoke(main, ["publish", "--home", str(home), *options])
        assert result.exit_code == 0, result.output
        assert result.output.strip() == f"Snapshot {snapshot.id} {words} {empty.query}"


@pytest.mark.parametrize("name", EACH)
def test_the_record_says_whether_the_endpoint_keeps_to_sparql(name: str, serving: Callable[[str], Server]) -> None:
    assert serving(name).publication().conforms is (name == "oxigraph")


@pytest.mark.virtuoso
def test_a_store_that_gives_too_few_rows_to_compare_is_told_how_many_it_has_to_give(tmp_path: Path) -> None:
    many = small(tmp_path / "home", "3" * 16, {"data/many": " ".join(f":x :p {number} ." for number in range(80))})
    folder = tmp_path / "virtuoso"
    folder.mkdir()
    with (
        virtuoso(folder, rows=50) as server,
        pytest.raises(PublishError, match=r"only 5\d of the 80 .*ResultSetMaxRows"),
    ):
        server.publish(many)
