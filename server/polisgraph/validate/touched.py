"""Find which nodes a change of statements can give other findings. Validates nothing itself.

What a shape says of a node depends on the statements that it reads on its ways from there. So the nodes in question are
those from which such a way leads over a changed statement; each of these ways is gone back from there to its beginning.
SPARQL constraints may look anywhere.
"""

from collections.abc import Iterable, Iterator

import pyoxigraph as ox

from polisgraph.validate.shapes import Shapes
from polisgraph.validate.steps import START, Step, Steps

Node = ox.NamedNode | ox.BlankNode | ox.Literal | ox.Triple


def touched(shapes: Shapes, store: ox.Store, changed: Iterable[ox.Triple]) -> frozenset[Node]:
    """Return the nodes of which a shape may say something else because the statements `changed` came or went.

    `store` holds the data after the change; the default graph is looked at. A way over several statements that are gone
    is found by the first of these, up to which it is still there.
    """
    steps = Steps(shapes)
    left: list[tuple[Node, int]] = [
        (triple.object if step.back else triple.subject, step.source)
        for triple in changed
        for step in steps.along(triple.predicate.value)
    ]
    seen: set[tuple[Node, int]] = set()
    while left:
        at = left.pop()
        if at in seen:
            continue
        seen.add(at)
        node, state = at
        left += [(node, same) for same in steps.same(state)]
        left += [(before, step.source) for step in steps.into(state) for before in _before(store, node, step)]
    return frozenset(node for node, state in seen if state == START)


def _before(store: ox.Store, node: Node, step: Step) -> Iterator[Node]:
    """The nodes from which `step` leads to `node`."""
    assert step.property is not None
    prop = ox.NamedNode(step.property)
    if not step.back:
        yield from (quad.subject for quad in store.quads_for_pattern(None, prop, node, ox.DefaultGraph()))
    elif isinstance(node, (ox.NamedNode, ox.BlankNode)):
        yield from (quad.object for quad in store.quads_for_pattern(node, prop, None, ox.DefaultGraph()))
