"""What is fuzzed: for each target what is sent, as one text, and what must hold whatever it is."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

import pyoxigraph as ox
from hypothesis import strategies as st

from polisgraph import bundle
from polisgraph.engine.gate import check
from polisgraph.errors import BadParameter, QueryError, SourceError
from polisgraph.load import load
from polisgraph.reports import bind, load_reports
from polisgraph.results import GRAPH_TYPES, RESULT_TYPES, negotiate
from polisgraph.validate import validate
from tests.test_bind import ENTITIES

_ANY = st.text(st.characters(codec="utf-8"), max_size=6)


@dataclass(frozen=True)
class Target:
    """`send` makes texts; `hold` raises AssertionError, or anything else, if one of them breaks what must hold."""

    send: st.SearchStrategy[str]
    hold: Callable[[str], None]


def _joined(pieces: list[str], most: int, glue: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    found = st.lists(st.sampled_from(pieces) | _ANY, max_size=most)
    return st.builds(lambda parts, between: between.join(parts), found, glue)


def _gate(text: str) -> None:
    """A query is refused with a place in it, or what goes on means what the client wrote and runs no SERVICE."""
    refused: QueryError | None = None
    try:
        checked = check(text, 4_000)
    except QueryError as error:
        refused = error
    if refused is not None:
        assert 400 <= refused.status < 500 and str(refused)
        line = refused.details.get("line")
        assert line is None or 1 <= int(str(line)) <= text.count("\n") + text.count("\r") + 1
        return
    assert check(checked.text, 40_000).text == checked.text
    assert check(checked.plain, 40_000).plain == checked.plain
    if not checked.suspect:  # nothing of what rdflib would have to look at
        assert "service" not in checked.text.casefold()
        try:
            ox.Store().query(checked.text)
        except (SyntaxError, RuntimeError):
            return
        assert checked.form in ("SELECT", "ASK", "CONSTRUCT", "DESCRIBE")


_reports = cache(lambda: list(load_reports(bundle.QUERIES).values()))
_parameters = cache(lambda: sorted({p.name for report in _reports() for p in report.parameters}))


def _binder(text: str) -> None:
    """Given values make a query of the same form with other terms, or an error that names the parameter."""
    try:
        number, given = json.loads(text)
    except ValueError:
        return
    report = _reports()[number % len(_reports())]
    refused: BadParameter | None = None
    try:
        bound = bind(report, given, ENTITIES)
    except BadParameter as error:
        refused = error
    if refused is not None:
        assert {"parameter", "accepted"} <= refused.details.keys() and str(refused)
        return
    assert check(bound, 100_000).form == check(report.text, 100_000).form
    ox.Store().query(bound)


def _accept(text: str) -> None:
    """Whatever is accepted, the choice is one of the offers or none of them."""
    for offers in (RESULT_TYPES, GRAPH_TYPES):
        assert negotiate(text, offers) in (None, *offers)


def _turtle(text: str) -> None:
    """A file is read and validated, or there is an error with its name and the line."""
    with TemporaryDirectory() as folder:
        path = Path(folder) / "given.ttl"
        path.write_bytes(text.encode("utf-8", "surrogatepass"))
        refused: SourceError | None = None
        try:
            loaded = load([path], bundle.ONTOLOGY)
        except SourceError as error:
            refused = error
        if refused is not None:
            assert refused.path == path and str(path) in str(refused)
            return
        validation = validate(loaded, bundle.ONTOLOGY / "shapes.ttl")
        for finding, places in zip(validation.findings, validation.places(validation.findings), strict=True):
            assert finding.text(places, "de") and finding.text(places, "en")


_QUERY = [
    "SELECT *", "ASK", "CONSTRUCT", "DESCRIBE <urn:x>", "{", "}", "(", ")", "[", "]", "?s", "?p", ".", ";",
    "<urn:x>", "<", "SERVICE", "service", "\\u0053ERVICE", "FROM", "LOAD", "INSERT DATA", "PREFIX a: <urn:a>",
    "BASE <urn:b>", "a:b", "_:c", "\"", "'", "\"\"\"", "'''", "\\", "#", "\n", "\r", "\r\n", "\t", "\x00", "\u2028",
    "\\u000a", "\\U0010FFFF", "\\ud800", "'x'@en", "FILTER", "EXISTS", "NOT EXISTS", "OPTIONAL", "UNION",
    "VALUES ?x", "UNDEF", "BIND", "AS ?y", "||", "&&", "!", "1e9", "RAND()", "{" * 120, "(" * 120, "<" * 30,
    "'''''''", "{{{{{{{{", "}}}}}}}}",
]  # fmt: skip
_VALUES = [
    "koeln", "Köln", "Q365", "mun:koeln", "05315000", "2020", "2020-02-30", "-1", "0", "1e400", "UNDEF", "de", "en",
    "theme", "*", "https://w3id.org/polisgraph/id/municipality/koeln", "\"", "'", ">", "<urn:x>", "}", "{", "\n",
    "\\", "#", ") }", "\x00", " ",
]  # fmt: skip
_TURTLE = [
    "@prefix pg: <https://w3id.org/polisgraph/ontology/> .\n", "@prefix org: <http://www.w3.org/ns/org#> .\n",
    "@prefix skos: <http://www.w3.org/2004/02/skos/core#> .\n", "@base <http://e.example/> .\n",
    "<https://w3id.org/polisgraph/id/municipality/x>", "<https://w3id.org/polisgraph/id/network/y>", "a",
    "pg:Municipality", "pg:Network", "pg:NetworkMembership", "org:member", "org:organization", "skos:prefLabel",
    "'X'@de", "'X'", "pg:since", "\"2020\"^^<http://www.w3.org/2001/XMLSchema#gYear>",
    "\"x\"^^<http://www.w3.org/2001/XMLSchema#date>", "[", "]", "(", ")", ";", ",", ".", "\n", "<", ">", "_:b",
    "<<", ">>", "{|", "|}", "\"\"\"", "\\", "\ufeff", "\x00", "@en--ltr", "1.0e", "true", "#",
]  # fmt: skip
_HEADER = [
    "*/*", "text/*", "text/turtle", "application/json", "text/html", ";q=0", ";q=1.0", ";q=0.5", ";q=2", ";q=", ";",
    ",", " ", ";x=\"a,b\"", ";x=\"\\\"", "text/turtle;version=1.2", "*", "/", "\t", "q=1",
    "application/sparql-results+json", "\"", "\\",
]  # fmt: skip

TARGETS = {
    "gate": Target(_joined(_QUERY, 30, st.sampled_from(["", " "])), _gate),
    "binder": Target(
        st.builds(
            lambda number, given: json.dumps([number, given]),
            st.integers(0, 99),
            st.deferred(
                lambda: st.dictionaries(
                    st.sampled_from(_parameters()) | _ANY,
                    st.lists(_joined(_VALUES, 3, st.just("")), max_size=2),
                    max_size=4,
                )
            ),
        ),
        _binder,
    ),
    "accept": Target(_joined(_HEADER, 12, st.sampled_from(["", ",", ";"])), _accept),
    "turtle": Target(_joined(_TURTLE, 25, st.sampled_from(["", " "])), _turtle),
}
