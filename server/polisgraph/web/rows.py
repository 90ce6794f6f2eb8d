"""Reads what the engine answers back into rows of terms, for pages to show. Asks nothing."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import pyoxigraph as ox

_XSD_STRING = "http://www.w3.org/2001/XMLSchema#string"


@dataclass(frozen=True)
class Term:
    """An RDF term. `kind` is iri, literal or bnode."""

    kind: str
    value: str
    language: str = ""
    datatype: str = ""

    def __str__(self) -> str:
        return self.value


ROWS_SHOWN = 1000
"""Rows that a page shows of a table; the downloads hold all."""

Row = Mapping[str, Term]


@dataclass(frozen=True)
class Table:
    """The answer to a query: columns and rows, or for an ASK query its truth."""

    columns: tuple[str, ...] = ()
    rows: tuple[Row, ...] = ()
    truth: bool | None = None

    @property
    def shown(self) -> tuple[Row, ...]:
        """The rows that a page shows."""
        return self.rows[:ROWS_SHOWN]

    def __iter__(self) -> Iterator[Row]:
        return iter(self.rows)

    def __len__(self) -> int:
        return len(self.rows)


def read_json(body: bytes) -> Table:
    """Read SPARQL 1.1 Query Results JSON (sections 3 and 4)."""
    document: dict[str, Any] = json.loads(body)
    if "boolean" in document:
        return Table(truth=bool(document["boolean"]))
    rows = tuple({name: _term(value) for name, value in binding.items()} for binding in document["results"]["bindings"])
    return Table(tuple(document["head"]["vars"]), rows)


def read_ntriples(body: bytes) -> Table:
    """Read N-Triples into a table of three columns."""
    columns = ("subject", "predicate", "object")
    rows = tuple(
        dict(zip(columns, map(_from_engine, (quad.subject, quad.predicate, quad.object)), strict=True))
        for quad in ox.parse(body, format=ox.RdfFormat.N_TRIPLES)
    )
    return Table(columns, rows)


def _term(value: Mapping[str, Any]) -> Term:
    kind = {"uri": "iri", "bnode": "bnode"}.get(value["type"], "literal")
    return Term(kind, str(value["value"]), value.get("xml:lang", ""), value.get("datatype", ""))


def _from_engine(term: object) -> Term:
    if isinstance(term, ox.NamedNode):
        return Term("iri", term.value)
    if isinstance(term, ox.BlankNode):
        return Term("bnode", term.value)
    if isinstance(term, ox.Literal):
        datatype = term.datatype.value
        plain = term.language or datatype == _XSD_STRING
        return Term("literal", term.value, term.language or "", "" if plain else datatype)
    return Term("literal", str(term))
