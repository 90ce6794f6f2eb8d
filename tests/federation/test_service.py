"""A query with SERVICE has the answer that it would have if what the endpoint holds were here."""

import re
from collections.abc import Callable
from functools import partial

import pytest

from polisgraph.engine import Query
from polisgraph.engine.local import LocalEngine
from polisgraph.errors import BadQuery, Busy, EndpointFailed, Forbidden, QueryError, ResultTooLarge, TimeLimit
from polisgraph.federation import engine as federation
from tests.federation.conftest import GRAPH, Asking, Elsewhere, Reply, elsewhere, json

PREFIX = "PREFIX : <http://example.org/>\n"

QUERIES = [
    "SELECT * { ?x :p ?y . SERVICE <E> { ?y :q ?n } }",
    "SELECT * { SERVICE <E> { ?y :q ?n } ?x :p ?y }",
    "SELECT * { SERVICE <E> { ?s :q ?n } }",
    "SELECT * WHERE { ?x :p ?y . OPTIONAL { SERVICE <E> { ?y :q ?n } } }",
    "SELECT * WHERE { ?x :p ?y OPTIONAL { ?x :none ?name } . SERVICE <E> { ?y :name ?name } }",
    "SELECT * { ?x :p ?y . SERVICE <E> { ?y :q ?n } FILTER(?n > 1) }",
    "SELECT * { FILTER NOT EXISTS { ?y :q 2 } ?x :p ?y . SERVICE <E> { ?y :q ?n } BIND(?n + 1 AS ?m) }",
    "SELECT * { FILTER regex(?name, 'A', 'i') . ?x :p ?y . SERVICE <E> { ?y :name ?name } . }",
    "SELECT * { { ?x :p ?y } UNION { ?y :p ?x . SERVICE <E> { ?x :q ?n } } }",
    "SELECT * { ?x :p ?y { SERVICE <E> { ?y :q ?n } } UNION { SERVICE <E> { ?y :name ?n } } }",
    "SELECT * { ?x :p ?y MINUS { SERVICE <E> { ?y :q 1 } } }",
    "SELECT * { ?x :p ?y FILTER EXISTS { ?y :name ?name . SERVICE <E> { ?y :q ?n } } }",
    "SELECT * { ?x :p ?y { SELECT ?y (SUM(?n) AS ?sum) WHERE { SERVICE <E> { ?y :q ?n } } GROUP BY ?y } }",
    "SELECT * { ?x :p ?y { SELECT ?y { ?y :name ?any . SERVICE <E> { ?y :q ?n } } LIMIT 9 } }",
    f"SELECT * {{ GRAPH <{GRAPH}> {{ ?x :p ?y . SERVICE <E> {{ ?y :q ?n }} }} }}",
    "SELECT * { GRAPH ?g { ?x :p ?y } SERVICE <E> { ?y :q ?n } }",
    "SELECT * { VALUES ?y { :a :b UNDEF } ?x :p ?y . SERVICE <E> { ?y :q ?n } }",
    "SELECT * { VALUES (?y ?n) { (:a UNDEF) (UNDEF 2) } SERVICE <E> { ?y :q ?n } }",
    "SELECT * { VALUES (?y ?n) { (:b UNDEF) (UNDEF 2) } SERVICE <E> { ?y :q ?n } }",
    "SELECT * { ?x :p ?y . SERVICE <E> { ?y :p ?z } SERVICE <E> { ?z :q ?n } }",
    "SELECT * { ?x :name ?name . SERVICE <E> { ?y :name ?name } }",
    "SELECT * { ?x :p ?y . # SERVICE <http://a/> { in a comment }\n SERVICE <E> { # and } here\n ?y :q ?n } }",
    "SELECT (COUNT(*) AS ?n) { SERVICE <E> { } }",
    "ASK { ?x :p ?y . SERVICE <E> { ?y :q 3 } }",
    "SELECT * { ?x :p [ :q ?m ] ; :name ?name . SERVICE <E> { ?x :p ?y } }",
    "SELECT * { ?x :p/:p ?y ; :name ?name ; . SERVICE <E> { ?y :q ?n } }",
    f"SELECT * FROM <{GRAPH}> {{ ?x :p ?y . SERVICE <E> {{ ?y :q ?n }} }}",
    "PREFIX e: <E> SELECT * { ?x :p ?y . SERVICE e: { ?y :q ?n } }",
    "SELECT * { ?x :p ?y . SERVICE SILENT <E> { ?y :q ?n } }",
    "SELECT * { ?x :p ?y ; :q ?m . SERVICE <E> { ?y :q ?n FILTER(COALESCE(?n > ?m, true)) } }",
    "SELECT * { ?x :q ?m . SERVICE <E> { ?y :p ?x ; :name ?name BIND(COALESCE(?m, 5) AS ?o) MINUS { ?y :q ?m } } }",
    "SELECT ('SERVICE <x> {' AS ?text) { ?x :p ?y . SERVICE <E> { ?y :q ?n } }",
]


@pytest.mark.parametrize("query", QUERIES)
def test_the_answer_is_as_if_all_were_here(asking: Asking, local: LocalEngine, other: Elsewhere, query: str) -> None:
    here = re.sub(r"SERVICE (SILENT )?(<E>|e:) \{", "{", query).replace("<E>", "<e:>")
    expected = local.query(Query(PREFIX + here, results_type="text/csv")).body.decode().split("\r\n")
    got = asking(PREFIX + query.replace("<E>", f"<{other.address}>")).body.decode().split("\r\n")
    assert got[0] == expected[0] and sorted(got) == sorted(expected)
    assert (len(expected) > 2 or expected == ["true"]) and other.asked


def test_a_graph_comes_too(asking: Asking, other: Elsewhere) -> None:
    query = f"{PREFIX}CONSTRUCT {{ ?x :n ?n }} {{ ?x :p ?y . SERVICE <{other.address}> {{ ?y :q ?n }} }}"
    answer = asking.engine.query(Query(query, graph_type="application/n-triples"))
    assert answer.form == "CONSTRUCT" and answer.body.count(b"\n") == 3


def test_the_endpoint_is_asked_for_what_is_bound_and_in_batches(
    asking: Asking, other: Elsewhere, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(federation, "BATCH", 2)
    query = f"{PREFIX}SELECT * {{ ?x :p ?y FILTER(isIRI(?x)) . SERVICE <{other.address}> {{ ?y :q ?n }} }}"
    assert len(asking.rows(query)) == 2
    assert len(other.asked) == 2 and all("VALUES (?y)" in asked for asked in other.asked)
    assert sum(asked.count("(<http://example.org/") for asked in other.asked) == 4


def test_an_endpoint_is_not_asked_the_same_again_and_the_answer_is_not_kept(asking: Asking, other: Elsewhere) -> None:
    query = f"{PREFIX}SELECT * {{ ?x :p ?y . SERVICE <{other.address}> {{ ?y :q ?n }} }}"
    assert asking.rows(query) == asking.rows(query) and len(other.asked) == 1
    assert not asking(query).cacheable


def test_an_answer_that_is_used_again_is_not_kept_for_longer(
    local: LocalEngine, other: Elsewhere, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = [0.0]
    monkeypatch.setattr(federation, "TTLCache", partial(federation.TTLCache, timer=lambda: now[0]))
    asking = Asking(local, other.address)
    query = f"{PREFIX}SELECT * {{ SERVICE <{other.address}> {{ ?y :q ?n }} }}"
    for share, number in ((0.0, 1), (0.6, 1), (1.2, 2)):
        now[0] = share * federation.KEPT
        assert asking.rows(query) and len(other.asked) == number


def test_where_nothing_is_bound_nobody_is_asked(asking: Asking, other: Elsewhere) -> None:
    assert asking.rows(f"{PREFIX}SELECT * {{ ?x :none ?y . SERVICE <{other.address}> {{ ?y :q ?n }} }}") == []
    assert other.asked == []


def test_blank_nodes_of_the_endpoint_are_not_ours(asking: Asking, other: Elsewhere) -> None:
    rows = asking.rows(f"{PREFIX}SELECT * {{ SERVICE <{other.address}> {{ ?x :p :d }} OPTIONAL {{ ?x ?y ?z }} }}")
    assert len(rows) == 1 and ".well-known/genid/" in rows[0]


@pytest.mark.parametrize(
    ("query", "error", "told"),
    [
        ("SELECT * { SERVICE <http://else.example/> { ?x ?y ?z } }", Forbidden, "http://else.example/"),
        ("SELECT * { SERVICE SILENT <http://else.example/> { ?x ?y ?z } }", Forbidden, "these endpoints are"),
        ("SELECT * { ?e :p ?f . SERVICE ?e { ?x ?y ?z } }", BadQuery, "name the endpoint by its IRI"),
        ("SELECT * { SERVICE <E> { ?x ?y } }", BadQuery, "cannot stand here"),
        ("SELECT * { SERVICE <E> { ?x :y ?z } ", BadQuery, "closing bracket"),
        ("SELECT * { SERVICE none: { ?x :y ?z } }", BadQuery, "Syntax error in line 2"),
        ("SELECT * { " + "SERVICE <E> { ?x :p ?z } " * 6 + "}", BadQuery, "more than 5"),
        ("INSERT { ?x ?y ?z } WHERE { SERVICE <E> { ?x ?y ?z } }", Forbidden, "update"),
    ],
)
def test_what_is_wrong_is_told(
    asking: Asking, other: Elsewhere, query: str, error: type[QueryError], told: str
) -> None:
    with pytest.raises(error, match=re.escape(told)):
        asking(PREFIX + query.replace("<E>", f"<{other.address}>"))


def test_more_than_can_be_asked_for_is_told(asking: Asking, other: Elsewhere, monkeypatch: pytest.MonkeyPatch) -> None:
    query = f"{PREFIX}SELECT * {{ ?x :p ?y . SERVICE <{other.address}> {{ ?y :q ?n }} }}"
    with monkeypatch.context() as patch:
        patch.setattr(federation, "VALUES", 1)
        with pytest.raises(ResultTooLarge, match=r"more than 1 values of \?y"):
            asking(query)
    monkeypatch.setattr(federation, "ROWS", 1)
    with pytest.raises(ResultTooLarge, match="more than 1 rows"):
        asking(query)


SECRET = b"secret words of the other side"
FAULTS: list[tuple[Callable[[str], Reply], type[QueryError], str]] = [
    (lambda _: (500, {"Content-Type": "text/plain"}, SECRET), EndpointFailed, "status 500"),
    (lambda _: (400, {"Content-Type": "text/plain"}, SECRET), EndpointFailed, "status 400"),
    (lambda _: (429, {"Retry-After": "7"}, SECRET), Busy, "too much to do"),
    (lambda _: (503, {}, SECRET), Busy, "too much to do"),
    (lambda _: (504, {}, SECRET), TimeLimit, "did not answer in the time"),
    (lambda _: (200, {"Content-Type": "text/html"}, SECRET), EndpointFailed, "text/html"),
    (lambda _: json(SECRET), EndpointFailed, "no SPARQL result"),
    (lambda _: json(b'{"head":{},"boolean":true}'), EndpointFailed, "no SPARQL result"),
    (lambda _: json(b'{"head":{"vars":["n"]},"results":{"bindings":['), EndpointFailed, "no SPARQL result"),
    (lambda _: (200, {"Content-Length": "9999"}, SECRET), EndpointFailed, "broke off its answer"),
    (lambda _: json(b" " * 2**21), ResultTooLarge, "larger than 1,048,576 bytes"),
    (lambda _: (303, {"Location": "/other"}, b""), EndpointFailed, "status 303"),
]


@pytest.mark.parametrize(("reply", "error", "told"), FAULTS)
def test_what_an_endpoint_does_wrong(
    local: LocalEngine, reply: Callable[[str], Reply], error: type[QueryError], told: str
) -> None:
    with elsewhere() as server:
        server.reply = reply
        asking = Asking(local, server.address)
        query = f"{PREFIX}SELECT * {{ ?x :q 1 . SERVICE <{server.address}> {{ ?x :q ?n }} }}"
        with pytest.raises(error, match=told) as caught:
            asking(query)
        assert SECRET.decode() not in str(caught.value) + str(caught.value.details)
        if isinstance(caught.value, Busy):
            assert caught.value.details["retry_after"] in (5, 7)
        # An error is as one solution without values.
        assert asking.rows(query.replace("SERVICE", "SERVICE SILENT")) == [",http://example.org/a"]
        assert len(server.asked) == 2, "what failed is asked again"


def test_an_endpoint_has_the_time_of_the_query_and_no_more(local: LocalEngine) -> None:
    import threading

    over = threading.Event()
    with elsewhere() as server:
        server.reply = lambda _: (over.wait(60), json(b""))[1]
        try:
            with pytest.raises(TimeLimit, match="did not answer"):
                Asking(local, server.address, seconds=0.5)(f"SELECT * {{ SERVICE <{server.address}> {{ ?a ?b ?c }} }}")
        finally:
            over.set()


def test_nobody_is_there(local: LocalEngine) -> None:
    with elsewhere() as server:
        address = server.address
    with pytest.raises(EndpointFailed, match="cannot be reached"):
        Asking(local, address)(f"SELECT * {{ SERVICE <{address}> {{ ?a ?b ?c }} }}")


def test_without_endpoints_service_is_refused_as_ever(local: LocalEngine) -> None:
    from polisgraph.engine.cache import CachingEngine

    with pytest.raises(Forbidden, match="SERVICE is not allowed"):
        CachingEngine(local, 1000, 65_536).query(Query("SELECT * { SERVICE <http://a.example/> { ?a ?b ?c } }"))
