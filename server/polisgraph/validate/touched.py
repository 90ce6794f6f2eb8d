"""Find which nodes a change of statements can give other findings. Validates nothing itself.

What a shape says of a node depends on what is reached from there along paths (SHACL, sections 2 to 4): forwards along
any property, and backwards only along those that a shape names in `sh:inversePath`. So the nodes in question are those
that lead to a changed statement; they are walked to from its two ends. SPARQL constraints may look anywhere.
"""

from collections.abc import Iterable

import pyoxigraph as ox
import rdflib
from rdflib.namespace import SH

from polisgraph.validate.shapes import Shapes

Node = ox.NamedNode | ox.BlankNode | ox.Literal | ox.Triple


def touched(shapes: Shapes, store: ox.Store, changed: Iterable[ox.Triple]) -> frozenset[Node]:
    """Return the nodes of which a shape may say something else because the statements `changed` came or went.

    `store` holds the data after the change; the default graph is looked at. What led to a changed statement before, by
    statements that are gone, is found because these are among `changed` too.
    """
    backwards = _inverted(shapes)
    gone_or_new = list(changed)
    found: set[Node] = {triple.object for triple in gone_or_new}
    left: list[Node] = [triple.subject for triple in gone_or_new]
    left += [triple.object for triple in gone_or_new if triple.predicate.value in backwards]
    seen: set[Node] = set()
    while left:
        node = left.pop()
        if node in seen:
            continue
        seen.add(node)
        left += [quad.subject for quad in store.quads_for_pattern(None, None, node, ox.DefaultGraph())]
        if isinstance(node, (ox.NamedNode, ox.BlankNode)):
            for prop in backwards:
                steps = store.quads_for_pattern(node, ox.NamedNode(prop), None, ox.DefaultGraph())
                left += [quad.object for quad in steps]
    return frozenset(found | seen)


def _inverted(shapes: Shapes) -> frozenset[str]:
    """The properties along which shapes look backwards."""
    graph = shapes.graph
    left, found = list(graph.objects(None, SH.inversePath)), set[str]()
    while left:
        node = left.pop()
        if isinstance(node, rdflib.URIRef):
            found.add(str(node))
        else:
            left += graph.objects(node, None)
    return frozenset(found)
