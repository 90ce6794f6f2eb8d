"""A copy of what queries touch at an endpoint, so that they can be answered here. Checks no query.

For endpoints that depart from SPARQL 1.1: of them nothing is asked but triples by single patterns, and no part is taken
for the whole. What was fetched is kept, because a snapshot never changes.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace

from pyoxigraph import (
    DefaultGraph,
    NamedNode,
    Quad,
    QueryResultsFormat,
    QuerySolutions,
    Store,
    Triple,
    parse_query_results,
)

from polisgraph.engine.dataset import MERGED_TRIPLES, Dataset, View, Views
from polisgraph.engine.endpoint import cut_off, number
from polisgraph.engine.standins import restored
from polisgraph.engine.touched import DEFAULT, NAMED, Pattern
from polisgraph.errors import ResultTooLarge
from polisgraph.namespaces import UNION_GRAPH

PAGE = 10_000
"""Triples that are fetched at once where all in one answer are too many."""

Ask = Callable[[str, Dataset], bytes]
"""Takes the text of a query and its dataset, returns the whole result in JSON."""


class Replica:
    """The triples of one snapshot that were touched so far."""

    def __init__(self, ask: Ask, graphs: Iterable[str]) -> None:
        self._ask = ask
        self._graphs = tuple(sorted(graphs))
        self.clear()

    def clear(self) -> None:
        """Forget everything that was fetched."""
        self._store = Store()
        self._fetched: set[Pattern] = set()
        for graph in self._graphs:
            self._store.add_graph(NamedNode(graph))

    def view(self, patterns: Iterable[Pattern], dataset: Dataset) -> View:
        """Return a store with all that `patterns` touch in `dataset`, which has one default graph at most.

        Raises ResultTooLarge if that is more than a worker may hold, and what asking raises.
        """
        for pattern in patterns:
            for one in self._placed(pattern, dataset):
                if not any(held.covers(one) for held in self._fetched):
                    self._fetch(one)
        return Views(self._store).of(dataset)

    def _placed(self, pattern: Pattern, dataset: Dataset) -> Iterator[Pattern]:
        """Yield `pattern` for each graph that it means in `dataset`; of what else an endpoint holds it means none."""
        if pattern.graph == DEFAULT and dataset.default is not None:
            for graph in dataset.default:
                yield replace(pattern, graph=graph)
        elif pattern.graph in (DEFAULT, NAMED) or pattern.graph in self._graphs:
            yield pattern

    def _fetch(self, pattern: Pattern) -> None:
        dataset = _dataset(pattern, self._graphs)
        try:
            quads = set(self._quads(pattern, dataset, ""))
        except ResultTooLarge:
            quads = self._in_parts(pattern, dataset)
        if len(self._store) + len(quads) > MERGED_TRIPLES:
            raise _too_many()
        self._store.extend(quads)
        self._fetched.add(pattern)

    def _in_parts(self, pattern: Pattern, dataset: Dataset) -> set[Quad]:
        """Return what matches, fetched in parts; none has an order, so that they are the whole if their number is."""
        count = f"SELECT (COUNT(*) AS ?n) WHERE {{ {_where(pattern)} }}"
        expected = number(self._ask(count, dataset))
        if len(self._store) + expected > MERGED_TRIPLES:
            raise _too_many()
        quads: set[Quad] = set()
        for start in range(0, expected, PAGE):
            quads.update(self._quads(pattern, dataset, f" LIMIT {PAGE} OFFSET {start}"))
        if len(quads) != expected:
            raise cut_off()
        return quads

    def _quads(self, pattern: Pattern, dataset: Dataset, part: str) -> Iterator[Quad]:
        text = f"SELECT * WHERE {{ {_where(pattern)} }}{part}"
        rows = parse_query_results(self._ask(text, dataset), format=QueryResultsFormat.JSON)
        if not isinstance(rows, QuerySolutions):
            raise cut_off()
        names = {variable.value for variable in rows.variables}
        fixed = {"s": pattern.subject, "p": pattern.predicate, "o": pattern.object}
        terms = {name: NamedNode(value) for name, value in fixed.items() if value is not None}
        for row in rows:
            s, p, o = (terms[name] if name in terms else row[name] for name in "spo")
            triple = restored(Triple(s, p, o))
            graph = row["g"] if "g" in names else _place(pattern.graph)
            yield Quad(triple.subject, triple.predicate, triple.object, graph)


def _dataset(pattern: Pattern, graphs: tuple[str, ...]) -> Dataset:
    if pattern.graph == NAMED:
        return Dataset((), graphs)
    return Dataset((UNION_GRAPH if pattern.graph == DEFAULT else pattern.graph,), ())


def _where(pattern: Pattern) -> str:
    terms = (pattern.subject, pattern.predicate, pattern.object)
    triple = " ".join(f"?{name}" if term is None else f"<{term}>" for name, term in zip("spo", terms, strict=True))
    return f"GRAPH ?g {{ {triple} }}" if pattern.graph == NAMED else triple


def _place(graph: str) -> NamedNode | DefaultGraph:
    return DefaultGraph() if graph == DEFAULT else NamedNode(graph)


def _too_many() -> ResultTooLarge:
    return ResultTooLarge(
        "The SPARQL endpoint behind this service does not answer such a query rightly by itself, and the query touches"
        f" more than {MERGED_TRIPLES:,} triples, too many to answer it here. Name what it is about by IRIs, or ask a"
        " service with a store of its own."
    )
