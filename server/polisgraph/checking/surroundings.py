"""What the data says of the things that a file mentions, and of what hangs together with these. Judges nothing.

To check a file beside all data would take ever longer as the data grows; what the shapes look at is never further away
than two steps.
"""

from collections.abc import Iterable, Iterator
from itertools import islice

import pyoxigraph as ox

from polisgraph.namespaces import APART, DATA_GRAPHS, PG

STEPS = 2
"""Links that are followed from what the file mentions."""
MOST = 100_000
"""Statements that are taken in at most."""
_LINKING = 50
_ALIKE = 3
_WIKIDATA = PG + "wikidata"


def surroundings(store: ox.Store, file: Iterable[ox.Triple], instead_of: str) -> Iterator[ox.Quad]:
    """Yield the statements of the data in `store` that lie around the triples of `file`, each once per graph.

    Those of the graph `instead_of` are left out. Statements about what has an identifier or a name that stands in the
    file are among them, and those that link to what the file describes.
    """
    given = list(file)
    described = {each.subject.value for each in given if isinstance(each.subject, ox.NamedNode)}
    near = described | {each.object.value for each in given if isinstance(each.object, ox.NamedNode)}
    near |= {iri for each in given for iri in _alike(store, each)}
    near |= {iri for subject in described for iri in _linking(store, subject)}
    seen: set[str] = set()
    left = MOST
    for _ in range(STEPS + 1):
        further: set[str] = set()
        for iri in sorted(near):
            for quad in store.quads_for_pattern(ox.NamedNode(iri), None, None, None):
                if _is_data(quad, instead_of):
                    if not left:
                        return
                    left -= 1
                    yield quad
                    if isinstance(quad.object, ox.NamedNode):
                        further.add(quad.object.value)
        seen |= near
        near = further - seen


def _alike(store: ox.Store, triple: ox.Triple) -> Iterator[str]:
    """Yield some of those that have the same identifier or name."""
    value = triple.object
    if isinstance(value, ox.Literal) or (isinstance(value, ox.NamedNode) and triple.predicate.value == _WIKIDATA):
        yield from _subjects(store, triple.predicate, value, _ALIKE)


def _linking(store: ox.Store, iri: str) -> Iterator[str]:
    return _subjects(store, None, ox.NamedNode(iri), _LINKING)


def _subjects(
    store: ox.Store, predicate: ox.NamedNode | None, value: ox.NamedNode | ox.Literal, most: int
) -> Iterator[str]:
    for quad in islice(store.quads_for_pattern(None, predicate, value, ox.DefaultGraph()), most):
        if isinstance(quad.subject, ox.NamedNode):
            yield quad.subject.value


def _is_data(quad: ox.Quad, instead_of: str) -> bool:
    graph = quad.graph_name.value if isinstance(quad.graph_name, ox.NamedNode) else ""
    return graph.startswith(DATA_GRAPHS) and graph not in APART and graph != instead_of
