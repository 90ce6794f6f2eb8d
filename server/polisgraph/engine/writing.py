"""Writes results as bytes, up to a limit. Chooses no media type and sends nothing."""

from collections.abc import Iterable, Mapping
from io import BytesIO

from pyoxigraph import (
    NamedNode,
    QueryBoolean,
    QueryResultsFormat,
    QuerySolutions,
    RdfFormat,
    Triple,
    serialize,
)

from polisgraph.errors import ResultTooLarge

_TYPE = NamedNode("http://www.w3.org/1999/02/22-rdf-syntax-ns#type")
_SHORTEST_TRIPLE = 8
"""Bytes that a triple takes at least in any format."""


def write_results(results: QuerySolutions | QueryBoolean, media_type: str, limit: int) -> bytes:
    """Return the answer to a SELECT or ASK; raise ResultTooLarge over `limit` bytes."""
    output = _Limited(limit)
    results.serialize(output, QueryResultsFormat.from_media_type(media_type))
    return output.getvalue()


def write_graph(triples: Iterable[Triple], media_type: str, prefixes: Mapping[str, str], limit: int) -> bytes:
    """Return the answer to a CONSTRUCT or DESCRIBE, each triple once, sorted, with the prefixes that it uses.

    Raise ResultTooLarge over `limit` bytes.
    """
    graph: dict[Triple, None] = {}
    for triple in triples:
        graph[triple] = None
        if len(graph) > limit // _SHORTEST_TRIPLE:
            raise _too_large(limit)
    output = _Limited(limit)
    form = RdfFormat.from_media_type(media_type)
    used = {} if form == RdfFormat.N_TRIPLES else _used(prefixes, graph)
    serialize(sorted(graph, key=_order), output, form, prefixes=used)
    return output.getvalue()


class _Limited(BytesIO):
    """Takes bytes until there are too many."""

    def __init__(self, limit: int) -> None:
        super().__init__()
        self._limit = limit

    def write(self, data: object) -> int:
        size = super().write(data)  # type: ignore[arg-type]  # a buffer, as BytesIO wants it
        if self.tell() > self._limit:
            raise _too_large(self._limit)
        return size


def _too_large(limit: int) -> ResultTooLarge:
    return ResultTooLarge(
        f"The result is larger than {limit:,} bytes. Add a LIMIT, select fewer columns, narrow the pattern,"
        " or fetch it in parts with ORDER BY, LIMIT and OFFSET. The whole data set is under /dumps/.",
        limit=limit,
    )


def _order(triple: Triple) -> tuple[str, bool, str, str]:
    """Sort by subject, so that Turtle can group, and a thing's types first."""
    return str(triple.subject), triple.predicate != _TYPE, str(triple.predicate), str(triple.object)


def _used(prefixes: Mapping[str, str], graph: Mapping[Triple, None]) -> dict[str, str]:
    """Return those of `prefixes` that an IRI of `graph` starts with."""
    iris: set[str] = set()
    for triple in graph:
        for term in (triple.subject, triple.predicate, triple.object):
            if isinstance(term, NamedNode):
                iris.add(term.value)
            elif datatype := getattr(term, "datatype", None):
                iris.add(datatype.value)
    return {name: iri for name, iri in prefixes.items() if any(one.startswith(iri) for one in iris)}
