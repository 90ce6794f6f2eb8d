"""Reads what the engine answers back into rows of terms, for pages to show. Asks nothing."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from itertools import islice

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


Row = Mapping[str, Term]


@dataclass(frozen=True)
class Table:
    """The answer to a query: columns and rows, or for an ASK query its truth.

    `left_out` counts the rows that were not kept; `len` counts all. `first` is the place of the first one that was,
    from 0.
    """

    columns: tuple[str, ...] = ()
    rows: tuple[Row, ...] = ()
    truth: bool | None = None
    left_out: int = 0
    first: int = 0

    def __iter__(self) -> Iterator[Row]:
        return iter(self.rows)

    def __len__(self) -> int:
        return len(self.rows) + self.left_out

    def part(self, first: int, keep: int) -> "Table":
        """Return this table, which is whole, with `keep` rows from the row `first` (from 0) on."""
        rows = self.rows[first : first + keep]
        return replace(self, rows=rows, left_out=len(self) - len(rows), first=first)


def read_json(body: bytes, keep: int | None = None, first: int = 0) -> Table:
    """Read a SPARQL 1.1 Query Results JSON document; keep `keep` rows from the row `first` (from 0) on, or all."""
    results = ox.parse_query_results(body, format=ox.QueryResultsFormat.JSON)
    if isinstance(results, ox.QueryBoolean):
        return Table(truth=bool(results))
    columns = tuple(variable.value for variable in results.variables)
    before = _count(islice(results, first))
    rows = tuple(row(columns, solution) for solution in islice(results, keep))
    return Table(columns, rows, left_out=before + _count(results), first=first)


def read_ntriples(body: bytes, keep: int | None = None, first: int = 0) -> Table:
    """Read N-Triples into a table of three columns; keep `keep` rows from the row `first` (from 0) on, or all."""
    columns = ("subject", "predicate", "object")
    quads = ox.parse(body, format=ox.RdfFormat.N_TRIPLES)
    before = _count(islice(quads, first))
    rows = tuple(row(columns, (quad.subject, quad.predicate, quad.object)) for quad in islice(quads, keep))
    return Table(columns, rows, left_out=before + _count(quads), first=first)


def row(columns: tuple[str, ...], terms: Iterable[object]) -> Row:
    """Return what the engine gives for `columns`, without those that it leaves unbound."""
    return {name: _from_engine(term) for name, term in zip(columns, terms, strict=True) if term is not None}


def _count(rest: Iterable[object]) -> int:
    return sum(1 for _ in rest)


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
