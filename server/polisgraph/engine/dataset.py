"""Which graphs a query runs over, and the merge of several into one default graph. Parses no query."""

from collections import OrderedDict
from collections.abc import Iterable, Iterator, Set
from dataclasses import dataclass

from pyoxigraph import BlankNode, DefaultGraph, NamedNode, Quad, Store

from polisgraph.errors import BadQuery

MERGED_TRIPLES = 1_000_000
"""Triples that a worker keeps in memory for queries over the same graphs: some 450 MB."""


@dataclass(frozen=True)
class Dataset:
    """An RDF dataset by the names of its graphs (SPARQL 1.1 §13.2); both None: all that the store has."""

    default: tuple[str, ...] | None = None
    named: tuple[str, ...] | None = None

    @classmethod
    def of(cls, default: Iterable[str], named: Iterable[str]) -> "Dataset":
        """Return the dataset that clauses or parameters describe; a side that is not listed is empty."""
        defaults, names = tuple(sorted(set(default))), tuple(sorted(set(named)))
        return cls(defaults, names) if defaults or names else cls()

    def check(self, graphs: Set[str]) -> None:
        """Raise BadQuery if one is not in `graphs`: an unknown graph is a slip, not an empty graph."""
        for graph in (*(self.default or ()), *(self.named or ())):
            if graph not in graphs:
                raise BadQuery(
                    f"There is no graph <{graph}> here. SELECT ?graph WHERE {{ GRAPH ?graph {{ }} }} lists"
                    " the graphs, and so does the service description at /sparql.",
                    graph=graph,
                )


@dataclass(frozen=True)
class View:
    """A store and the graphs of it that pyoxigraph is to use."""

    store: Store
    default: list[NamedNode | BlankNode | DefaultGraph]
    named: list[NamedNode | BlankNode] | None


class Views:
    """The views of one store, with the latest merges kept."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._merged: OrderedDict[Dataset, Store] = OrderedDict()

    def of(self, dataset: Dataset) -> View:
        """Return the view for `dataset`, whose graphs are known to be in the store."""
        if dataset.default is None or dataset.named is None:
            return View(self._store, [DefaultGraph()], None)
        named: list[NamedNode | BlankNode] = [NamedNode(graph) for graph in dataset.named]
        if len(dataset.default) < 2:
            return View(self._store, [NamedNode(graph) for graph in dataset.default], named)
        return View(self._merge(dataset), [DefaultGraph()], named)

    def _merge(self, dataset: Dataset) -> Store:
        """Return a store whose default graph is the RDF merge of the dataset's default graphs.

        Given several default graphs, pyoxigraph answers with a triple once for every graph that it stands in.
        """
        if dataset in self._merged:
            self._merged.move_to_end(dataset)
            return self._merged[dataset]
        merged = Store()
        merged.bulk_extend(self._quads(dataset))
        self._merged[dataset] = merged
        # The latest always stays for the query at hand; it goes with the next one if it alone is too large.
        while len(self._merged) > 1 and sum(map(len, self._merged.values())) > MERGED_TRIPLES:
            self._merged.popitem(last=False)
        return merged

    def _quads(self, dataset: Dataset) -> Iterator[Quad]:
        for graph in dataset.default or ():
            for quad in self._store.quads_for_pattern(None, None, None, NamedNode(graph)):
                yield Quad(quad.subject, quad.predicate, quad.object)
        for graph in dataset.named or ():
            yield from self._store.quads_for_pattern(None, None, None, NamedNode(graph))
