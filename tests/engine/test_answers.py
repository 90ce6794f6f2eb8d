"""What comes back: forms, formats, and that it is whole or an error."""

import json
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pyoxigraph as ox
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from polisgraph.engine import Answer, Query
from polisgraph.engine.local import LocalEngine
from polisgraph.engine.stored import StoreWorker
from polisgraph.errors import (
    BadParameter,
    BadQuery,
    NotAcceptable,
    QueryError,
    ResultTooLarge,
    SnapshotError,
    TooLong,
)
from polisgraph.results import GRAPH_TYPES, RESULT_TYPES
from polisgraph.settings import Settings

EX = "PREFIX : <http://example.org/>\n"
X = EX + "SELECT ?s ?v { ?s :p ?v FILTER(LANG(?v) = 'de') }"


def test_select_in_every_format(worker: StoreWorker) -> None:
    bodies = [worker.answer(Query(X, results_type=media_type)).body.decode() for media_type in RESULT_TYPES]
    assert json.loads(bodies[0])["results"]["bindings"][0]["v"] == {
        "type": "literal",
        "value": "Köln",
        "xml:lang": "de",
    }
    assert '<literal xml:lang="de">Köln</literal>' in bodies[1]
    assert bodies[2] == "s,v\r\nhttp://example.org/x,Köln\r\n"
    assert bodies[3] == '?s\t?v\n<http://example.org/x>\t"Köln"@de\n'


def test_ask_in_every_format(worker: StoreWorker) -> None:
    bodies = [
        worker.answer(Query("ASK {}", graph_type=None, results_type=media_type)).body.decode()
        for media_type in RESULT_TYPES
    ]
    assert json.loads(bodies[0]) == {"head": {}, "boolean": True}
    assert "<boolean>true</boolean>" in bodies[1]
    assert bodies[2:] == ["true", "true"]


@pytest.mark.parametrize("media_type", GRAPH_TYPES)
@pytest.mark.parametrize("text", [EX + "CONSTRUCT { ?s ?p ?v } { ?s ?p ?v . ?s a :T }", EX + "DESCRIBE :x"])
def test_graphs_in_every_format(media_type: str, text: str, worker: StoreWorker) -> None:
    answer = worker.answer(Query(text, results_type=None, graph_type=media_type))
    triples = list(ox.parse(answer.body, ox.RdfFormat.from_media_type(media_type)))
    assert answer.media_type == media_type and answer.form in ("CONSTRUCT", "DESCRIBE")
    assert len(triples) == len(set(triples)) == 5


def test_turtle_has_each_triple_once_sorted_and_only_the_prefixes_it_needs(worker: StoreWorker) -> None:
    text = EX + "CONSTRUCT { ?s <http://www.w3.org/ns/org#role> 1 ; a :T } { ?s ?p ?v ; ?q ?w FILTER(ISLITERAL(?v)) }"
    body = worker.answer(Query(text)).body.decode()
    assert body.count("org:role") == body.count(" a ") == 2
    assert {line.split()[1] for line in body.splitlines() if line.startswith("@prefix")} == {"org:", "rdf:", "xsd:"}
    assert body.index("example.org/shared") < body.index("example.org/x")
    assert body == worker.answer(Query(text)).body.decode()


def test_an_empty_graph_is_an_answer(worker: StoreWorker) -> None:
    assert worker.answer(Query("CONSTRUCT { ?s ?p ?o } { ?s ?p ?o . ?s ?p 'absent' }")).body.strip() == b""


@pytest.mark.parametrize("form", ["SELECT", "ASK", "CONSTRUCT", "DESCRIBE"])
def test_nothing_acceptable(form: str, worker: StoreWorker) -> None:
    text = {"SELECT": "SELECT * {}", "ASK": "ASK {}", "CONSTRUCT": "CONSTRUCT WHERE {}", "DESCRIBE": "DESCRIBE <a:a>"}[
        form
    ]
    table = form in ("SELECT", "ASK")
    with pytest.raises(NotAcceptable, match=form) as caught:
        worker.answer(
            Query(text, results_type=None if table else "text/csv", graph_type="text/turtle" if table else None)
        )
    assert caught.value.details["offered"] == list(RESULT_TYPES if table else GRAPH_TYPES)
    with pytest.raises(NotAcceptable):
        worker.answer(Query(text, results_type="image/png", graph_type="image/png"))
    assert worker.answer(Query(text, graph_type=None if table else "text/turtle")).form == form


def test_syntax_comes_before_the_media_type(worker: StoreWorker) -> None:
    with pytest.raises(BadQuery):
        worker.answer(Query("SELECT * {", results_type=None))


def test_answers_that_change_are_not_cacheable(worker: StoreWorker) -> None:
    assert worker.answer(Query("ASK { FILTER(NOW() > 1) }")).cacheable is False
    assert worker.answer(Query("ASK {}")).cacheable is True


def test_a_function_that_does_not_exist(worker: StoreWorker) -> None:
    with pytest.raises(BadQuery, match="not supported"):
        worker.answer(Query("ASK { FILTER(<http://example.org/f>(1)) }"))


def test_regular_expressions_take_linear_time(pool: LocalEngine) -> None:
    text = f'ASK {{ FILTER(REGEX("{"a" * 5000}!", "^(a+)+$")) }}'
    assert json.loads(pool.query(Query(text)).body)["boolean"] is False


@pytest.mark.parametrize("media_type", RESULT_TYPES)
def test_a_table_over_the_limit_is_an_error(media_type: str, start: Callable[..., LocalEngine]) -> None:
    with closing(start(workers=1, result_limit=20_000)) as engine:
        text = "SELECT * { ?a ?b ?c . ?d ?e ?f }"
        assert len(engine.query(Query(f"{text} LIMIT 10", results_type=media_type)).body) < 20_000
        with pytest.raises(ResultTooLarge, match="LIMIT") as caught:
            engine.query(Query(text, results_type=media_type))
        assert caught.value.details["limit"] == 20_000


@pytest.mark.parametrize("media_type", GRAPH_TYPES)
def test_a_graph_over_the_limit_is_an_error(media_type: str, start: Callable[..., LocalEngine]) -> None:
    with closing(start(workers=1, result_limit=20_000)) as engine:
        for text in ("CONSTRUCT WHERE { ?s ?p ?o }", "CONSTRUCT { ?a ?b ?f } { ?a ?b ?c . ?d ?e ?f }"):
            with pytest.raises(ResultTooLarge, match="LIMIT"):
                engine.query(Query(text, graph_type=media_type))


def test_the_limit_is_exact(store_path: Path, worker: StoreWorker) -> None:
    from dataclasses import replace

    text = "SELECT ?s { ?s ?p ?o }"
    size = len(worker.answer(Query(text)).body)
    setup = worker._setup
    assert len(StoreWorker(replace(setup, result_limit=size)).answer(Query(text)).body) == size
    with pytest.raises(ResultTooLarge):
        StoreWorker(replace(setup, result_limit=size - 1)).answer(Query(text))


def test_a_text_that_is_too_long_does_not_reach_a_worker(pool: LocalEngine) -> None:
    with pytest.raises(TooLong):
        pool.query(Query("ASK {} #" + "a" * 65_536))


@pytest.mark.parametrize("wanted", [0, -1, float("nan"), float("inf")])
def test_a_time_that_is_none(wanted: float, pool: LocalEngine) -> None:
    with pytest.raises(BadParameter) as caught:
        pool.query(Query("ASK {}", time_limit=wanted))
    assert caught.value.details["parameter"] == "timeout"


def test_no_store(tmp_path: Path) -> None:
    with pytest.raises(SnapshotError, match="polisgraph build"):
        LocalEngine(tmp_path, frozenset(), Settings())


PIECES = [
    *(
        "SELECT",
        "ASK",
        "CONSTRUCT",
        "DESCRIBE",
        "WHERE",
        "FROM",
        "NAMED",
        "FROM NAMED",
        "SERVICE",
        "INSERT",
        "LOAD",
        "BASE",
    ),
    *(
        "PREFIX a: <a:>",
        "a:b",
        "<a:b>",
        "<a",
        ">",
        "?x",
        "?y",
        "*",
        "*",
        "{",
        "}",
        "{",
        "}",
        "(",
        ")",
        "[",
        "]",
        "<<",
        ">>",
    ),
    *("FILTER", "BIND", "AS", "OPTIONAL", "UNION", "MINUS", "GRAPH", "EXISTS", "VALUES", "GROUP BY", "LIMIT", "UNDEF"),
    *(
        "'",
        '"',
        "'''",
        '"""',
        "\\",
        "\\u0022",
        "\\u007b",
        "\\U0010ffff",
        "#",
        "\n",
        "\r",
        "\t",
        " ",
        ".",
        ";",
        ",",
        "/",
        "^",
    ),
    *(
        "||",
        "&&",
        "!",
        "+",
        "-",
        "1",
        "1e",
        "-.5",
        "@de",
        "^^",
        "a",
        "_:b",
        "ä",
        "\u2028",
        "\ud800",
        "\x00",
        "😀",
        "%",
        ":",
    ),
]
GRAPH = st.sampled_from(["http://example.org/graph/a", "http://example.org/graph/b", "", "x y", "file:///etc/passwd"])


@settings(max_examples=400, derandomize=True, deadline=None, database=None)
@given(
    start=st.sampled_from(
        ["", "SELECT * {", "ASK {", "CONSTRUCT WHERE {", "SELECT * FROM <http://example.org/graph/a> {"]
    ),
    pieces=st.lists(st.sampled_from(PIECES) | st.text(max_size=3), max_size=25),
    glue=st.sampled_from(["", " "]),
    graphs=st.lists(GRAPH, max_size=2),
)
def test_anything_at_all_gives_an_answer_or_a_query_error(
    pool: LocalEngine, start: str, pieces: list[str], glue: str, graphs: list[str]
) -> None:
    text = glue.join([start, *pieces, "}" if start else ""])
    try:
        outcome: Answer | QueryError = pool.query(Query(text, tuple(graphs[:1]), tuple(graphs[1:]), time_limit=1.0))
    except QueryError as error:
        outcome = error
    if isinstance(outcome, Answer):
        assert outcome.form in text.upper()
    else:
        assert outcome.status < 500 or outcome.status in (504, 507), (text, outcome)
        assert str(outcome)
