"""Which graphs a query runs over (SPARQL 1.1 §13.2, SPARQL 1.1 Protocol §2.1.4)."""

import json

import pytest

from polisgraph.engine import Query
from polisgraph.engine import dataset as module
from polisgraph.engine.stored import StoreWorker
from polisgraph.errors import BadQuery

A, B, MANY = (f"http://example.org/graph/{name}" for name in ("a", "b", "many"))
EX = "PREFIX : <http://example.org/> PREFIX g: <http://example.org/graph/>\n"


def rows(worker: StoreWorker, text: str, default: tuple[str, ...] = (), named: tuple[str, ...] = ()) -> list[str]:
    """The values of ?v, sorted."""
    answer = worker.answer(Query(EX + text, default, named))
    return sorted(row["v"]["value"] for row in json.loads(answer.body)["results"]["bindings"])


def graphs(worker: StoreWorker, clauses: str, default: tuple[str, ...] = (), named: tuple[str, ...] = ()) -> list[str]:
    """The named graphs that a query sees."""
    return rows(worker, f"SELECT ?v {clauses} {{ GRAPH ?v {{}} }}", default, named)


VALUES = "SELECT ?v %s { ?s :p ?v FILTER(ISLITERAL(?v)) }"
ONLY_A, ONLY_B = ["Köln", "both", "only a"], ["1", "both", "only b"]
MERGED = sorted({*ONLY_A, *ONLY_B})


def test_without_graphs_the_stored_default_graph_and_all_named_ones(worker: StoreWorker) -> None:
    assert rows(worker, VALUES % "") == MERGED
    assert graphs(worker, "") == [A, B, MANY]


@pytest.mark.parametrize(
    "clause", [f"FROM <{A}>", "FROM g:a", "FROM g:a\nFROM g:a", "from <http://example.org/graph/\\u0061>"]
)
def test_from_one_graph(clause: str, worker: StoreWorker) -> None:
    assert rows(worker, VALUES % clause) == ONLY_A
    assert graphs(worker, clause) == []


def test_from_is_resolved_against_base(worker: StoreWorker) -> None:
    answer = worker.answer(Query(f"BASE <{A}> SELECT * FROM <b> {{ ?s ?p 'only b' }}"))
    assert len(json.loads(answer.body)["results"]["bindings"]) == 1
    answer = worker.answer(Query(f"BASE <{A}> SELECT * FROM <> {{ ?s ?p 'only b' }}"))
    assert json.loads(answer.body)["results"]["bindings"] == []


def test_a_triple_that_stands_in_two_graphs_counts_once(worker: StoreWorker) -> None:
    assert rows(worker, VALUES % "FROM g:a FROM g:b") == MERGED
    assert rows(worker, "SELECT (COUNT(*) AS ?v) FROM g:a FROM g:b { :shared ?p ?o }") == ["1"]
    assert rows(worker, "SELECT (COUNT(*) AS ?v) { :shared ?p ?o }", (A, B)) == ["1"]
    assert rows(worker, "SELECT (COUNT(*) AS ?v) { :shared ?p ?o }") == ["1"]


def test_from_named(worker: StoreWorker) -> None:
    assert rows(worker, VALUES % "FROM NAMED g:a") == []
    assert graphs(worker, "FROM NAMED g:a") == [A]
    assert rows(worker, "SELECT ?v FROM NAMED g:a FROM NAMED g:b { GRAPH g:b { ?s :p ?v } }") == ONLY_B
    assert rows(worker, "SELECT ?v FROM NAMED g:a { GRAPH g:b { ?s :p ?v } }") == []


def test_default_and_named_graphs_together(worker: StoreWorker) -> None:
    for clauses, default, named in [("FROM g:a FROM NAMED g:b", (), ()), ("", (A,), (B,))]:
        assert rows(worker, VALUES % clauses, default, named) == ONLY_A
        assert graphs(worker, clauses, default, named) == [B]
    for clauses, default, named in [("FROM g:a FROM g:many FROM NAMED g:b", (), ()), ("", (A, MANY), (B,))]:
        assert rows(worker, VALUES % clauses, default, named) == ONLY_A
        assert graphs(worker, clauses, default, named) == [B]
        crossed = f"SELECT ?v {clauses} {{ ?s a :T GRAPH ?g {{ ?s :p ?v }} }}"
        assert rows(worker, crossed, default, named) == ["1", "only b"]


def test_parameters_override_clauses(worker: StoreWorker) -> None:
    assert rows(worker, VALUES % "FROM g:a", (B,)) == ONLY_B
    assert rows(worker, VALUES % "FROM g:a FROM NAMED g:a", (), (B,)) == []
    assert graphs(worker, "FROM g:a FROM NAMED g:a", (), (B,)) == [B]
    assert rows(worker, VALUES % "FROM <http://elsewhere.example/>", (B,)) == ONLY_B


@pytest.mark.parametrize(
    ("clauses", "default", "named"),
    [
        ("FROM <http://example.org/graph/A>", (), ()),
        ("FROM g:a FROM NAMED <file:///etc/passwd>", (), ()),
        ("FROM <file:///etc/passwd>", (), ()),
        ("", ("http://127.0.0.1/",), ()),
        ("", (A,), ("no IRI at all",)),
        ("", ("",), ()),
    ],
)
def test_unknown_graphs_are_named(
    clauses: str, default: tuple[str, ...], named: tuple[str, ...], worker: StoreWorker
) -> None:
    with pytest.raises(BadQuery) as caught:
        rows(worker, VALUES % clauses, default, named)
    graph = str(caught.value.details["graph"])
    assert f"<{graph}>" in str(caught.value) and graph in clauses + "".join(default + named)
    assert "lists the graphs" in " ".join(str(caught.value).split())


def test_the_list_of_graphs_that_the_error_speaks_of(worker: StoreWorker) -> None:
    assert graphs(worker, "") == [A, B, MANY]
    with pytest.raises(BadQuery) as caught:
        worker.answer(Query("ASK FROM <a:a> {}"))
    query = str(caught.value).partition("here. ")[2].partition(" lists")[0]
    assert len(json.loads(worker.answer(Query(query)).body)["results"]["bindings"]) == 3


def test_merges_are_kept_up_to_a_size(store_path: object, monkeypatch: pytest.MonkeyPatch) -> None:
    import pyoxigraph as ox

    views = module.Views(ox.Store.read_only(str(store_path)))
    small, large = module.Dataset.of((A, B), ()), module.Dataset.of((A, MANY), ())
    first = views.of(small).store
    assert views.of(small).store is first
    views.of(large)
    assert views.of(small).store is first
    monkeypatch.setattr(module, "MERGED_TRIPLES", 100)
    views.of(module.Dataset.of((B, MANY), ()))
    assert views.of(small).store is not first
