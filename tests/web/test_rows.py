"""Reading back what the engine answers: the same terms, and no more of them in memory than a page shows."""

import tracemalloc

import pyoxigraph as ox
import pytest

from polisgraph.web.rows import Table, Term, read_json, read_ntriples

ROWS = 20_000


def answered(query: str, form: ox.QueryResultsFormat = ox.QueryResultsFormat.JSON) -> bytes:
    body = ox.Store().query(query).serialize(format=form)
    assert isinstance(body, bytes)
    return body


def test_terms_are_read_as_they_were() -> None:
    body = answered('SELECT * { VALUES (?a ?b) { (<x:a> "b"@de) ("c" 1) (UNDEF true) } }')
    xsd = "http://www.w3.org/2001/XMLSchema#"
    assert list(read_json(body)) == [
        {"a": Term("iri", "x:a"), "b": Term("literal", "b", "de")},
        {"a": Term("literal", "c"), "b": Term("literal", "1", "", xsd + "integer")},
        {"b": Term("literal", "true", "", xsd + "boolean")},
    ]
    assert read_json(answered("ASK {}")) == Table(truth=True)


@pytest.mark.parametrize("first", [0, 1, 3, 5])
@pytest.mark.parametrize("keep", [None, 0, 2, 3, 9])
def test_rows_that_are_left_out_are_counted(keep: int | None, first: int) -> None:
    kept = list("123")[first:][:keep]
    table = read_json(answered("SELECT ?a { VALUES ?a { 1 2 3 } }"), keep, first)
    graph = read_ntriples(b"".join(b"<x:s> <x:p> <x:%d> .\n" % number for number in (1, 2, 3)), keep, first)
    for found, column in ((table, "a"), (graph, "object")):
        assert ([row[column].value.removeprefix("x:") for row in found], len(found), found.first) == (kept, 3, first)


def test_a_long_answer_is_not_held_several_times() -> None:
    triples = b"".join(b"<x:s> <x:p> <x:%d> .\n" % number for number in range(ROWS))
    numbers = " ".join(map(str, range(ROWS)))
    table = answered(f"SELECT ?a ?b {{ VALUES ?a {{ {numbers} }} BIND(?a AS ?b) }}")
    for read, body in ((read_json, table), (read_ntriples, triples)):
        tracemalloc.start()
        try:
            assert len(read(body, 10)) == ROWS
            assert tracemalloc.get_traced_memory()[1] < len(body) / 10
        finally:
            tracemalloc.stop()
