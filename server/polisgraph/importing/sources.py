"""Describes the sources that the rows of a list cite, each by what the mapping says of it. Decides on no row."""

from collections.abc import Iterator, Sequence

import pyoxigraph as ox

from polisgraph.importing.codes import Code
from polisgraph.importing.deciding import Decided
from polisgraph.importing.mapping import Mapping
from polisgraph.importing.turtle import Statements, timed
from polisgraph.namespaces import expand


def cited_sources(decided: Sequence[Decided], mapping: Mapping) -> Statements:
    """Return what is said of the sources that rows cite, by their IRIs; nothing if the list itself is the source.

    A source is not older than the latest date that it says or has, as far as the rows know.
    """
    field = mapping.field("source")
    said: Statements = {}
    for address, code in field.codes.items() if field is not None else ():
        rows = [one.row for one in decided if code.iri and one.row.source == code.iri]
        # What is announced for later does not make a source younger; when an office ends is often known beforehand.
        dates = {row.attested or (row.start if row.seat else "") or max(row.start, row.end) for row in rows} - {""}
        if rows:
            said[code.iri] = list(_source(address, code, max(dates, default="")))
    return said


def _source(address: str, code: Code, not_before: str) -> Iterator[tuple[str, ox.NamedNode | ox.Literal]]:
    yield "rdf:type", ox.NamedNode(code.kind or expand("pg:SourceDocument"))
    for language, name in code.names.items():
        yield "dct:title", ox.Literal(name, language=language)
    yield "dct:identifier", ox.Literal(address)
    if code.publisher:
        yield "dct:publisher", ox.NamedNode(code.publisher)
    if not_before:
        yield "pg:notBefore", timed(not_before)
