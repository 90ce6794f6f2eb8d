"""Describe the finished dataset in its own graph: VoID, DCAT and SPARQL Service Description, counts computed.

Runs after everything else is in the store and adds nothing but the description.
"""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from itertools import chain
from pathlib import Path
from typing import cast

import pyoxigraph as ox

from polisgraph import __version__
from polisgraph.load import AT_ONCE, Loaded, add
from polisgraph.namespaces import DATASET, DESCRIPTION_GRAPH, PREFIXES

_DATASET = ox.NamedNode(DATASET)


def describe(loaded: Loaded, rules: Path, tell: Callable[[str], None] = lambda name: None) -> int:
    """Add the description of the dataset to `loaded.store`; return its number of triples.

    The partitions (VoID, section 4.4) speak of the data; the totals also count the description itself, so that
    `void:triples` is what a query counts. `tell` hears what is counted.
    """
    store = loaded.store
    add(store, DESCRIPTION_GRAPH, _version())
    # Partitions must be known in full before the first is added, or each would count the one before it.
    add(store, DESCRIPTION_GRAPH, _construct(store, rules / "partitions", tell))
    # Counting once makes room for the totals, counting again makes them right: their number does not change.
    first = _construct(store, rules / "totals", tell)
    add(store, DESCRIPTION_GRAPH, first)
    exact = _construct(store, rules / "totals", tell)
    for triple in set(first) - set(exact):
        for graph in (ox.NamedNode(DESCRIPTION_GRAPH), ox.DefaultGraph()):
            store.remove(ox.Quad(triple.subject, triple.predicate, triple.object, graph))
    add(store, DESCRIPTION_GRAPH, exact)
    return sum(1 for _ in store.quads_for_pattern(None, None, None, ox.NamedNode(DESCRIPTION_GRAPH)))


def _construct(store: ox.Store, folder: Path, tell: Callable[[str], None]) -> list[ox.Triple]:
    def answer(path: Path) -> list[ox.Triple]:
        tell(path.stem)
        return list(cast(ox.QueryTriples, store.query(path.read_text(encoding="utf-8"))))

    with ThreadPoolExecutor(AT_ONCE) as pool:
        return list(chain.from_iterable(pool.map(answer, sorted(folder.glob("*.rq")))))


def _version() -> Iterator[ox.Triple]:
    yield ox.Triple(_DATASET, ox.NamedNode(PREFIXES["owl"] + "versionInfo"), ox.Literal(__version__))
