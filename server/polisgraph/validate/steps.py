"""What shapes read of the data: the steps that they take from a node on, as an automaton. Looks at no data.

A shape says of a node what it finds along paths from there, and what other shapes say of what stands at their ends
(SHACL, sections 2 to 4). All that is a set of ways, each a row of steps along properties, forwards or backwards. SPARQL
constraints are left out: they may look anywhere.
"""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

import rdflib
from rdflib.namespace import RDF, RDFS, SH

from polisgraph.validate.conditions import PAIR_PARAMETERS
from polisgraph.validate.shapes import LISTS_OF_SHAPES, Node, Shapes

START = 0
"""The state in which a shape stands at the node that it looks at."""

_OF_VALUES = (SH.node, SH.property, SH["not"], SH.qualifiedValueShape)


@dataclass(frozen=True)
class Step:
    """From one state to another along a property; `back` if from its object to its subject."""

    source: int
    property: str | None
    """None for any property, whatever it is."""
    back: bool
    target: int


class Steps:
    """The steps of all shapes together, from `START` on."""

    def __init__(self, shapes: Shapes) -> None:
        self._shapes = shapes
        self._states = START
        self._into: dict[int, list[Step]] = defaultdict(list)
        self._same: dict[int, list[int]] = defaultdict(list)
        self._along: dict[str | None, list[Step]] = defaultdict(list)
        for shape in shapes.with_targets:
            self._target(shape)
            self._shape(shape, START)

    def along(self, prop: str) -> list[Step]:
        """The steps that a statement of `prop` lets shapes take."""
        return self._along[prop] + self._along[None]

    def into(self, state: int) -> list[Step]:
        """The steps after which shapes are in `state`, but for those along any property: nothing follows these."""
        return self._into[state]

    def same(self, state: int) -> list[int]:
        """The states in which shapes are in `state` already, at the same node."""
        return self._same[state]

    def _target(self, shape: Node) -> None:
        """What makes a node one that `shape` looks at (SHACL, section 2.1.3)."""
        graph = self._shapes.graph
        if (shape, SH.targetClass, None) in graph or self._shapes.is_class(shape):
            self._of_class(START)
        for parameter, back in ((SH.targetSubjectsOf, False), (SH.targetObjectsOf, True)):
            for prop in graph.objects(shape, parameter):
                self._step(START, str(prop), back)

    def _shape(self, shape: Node, state: int) -> None:
        """What is read to judge a node in `state` by `shape`."""
        graph = self._shapes.graph
        path = self._shapes.one(shape, SH.path)
        values = state if path is None else self._path(path, state, False)
        for parameter in PAIR_PARAMETERS:
            for prop in graph.objects(shape, parameter):
                self._step(state, str(prop), False)
        for inner in (part for parameter in _OF_VALUES for part in graph.objects(shape, parameter)):
            self._shape(inner, values)
        for head in (head for parameter in LISTS_OF_SHAPES for head in graph.objects(shape, parameter)):
            for inner in self._shapes.items(head):
                self._shape(inner, values)
        if self._shapes.switched(shape, SH.qualifiedValueShapesDisjoint):
            for sibling in self._siblings(shape):
                self._shape(sibling, values)
        if (shape, SH["class"], None) in graph:
            self._of_class(values)
        if self._shapes.switched(shape, SH.closed):
            self._step(values, None, False)

    def _siblings(self, shape: Node) -> Iterable[Node]:
        graph = self._shapes.graph
        parts = {part for parent in graph.subjects(SH.property, shape) for part in graph.objects(parent, SH.property)}
        return {other for part in parts - {shape} for other in graph.objects(part, SH.qualifiedValueShape)}

    def _of_class(self, state: int) -> None:
        """What makes a node an instance of a class: its types, and the classes above these."""
        kind = self._step(state, str(RDF.type), False)
        above = self._step(kind, str(RDFS.subClassOf), False)
        self._same[kind].append(above)

    def _path(self, path: Node, state: int, back: bool) -> int:
        """Take the steps of `path`, the other way round if `back`; return the state at its end."""
        graph = self._shapes.graph
        if isinstance(path, rdflib.URIRef):
            return self._step(state, str(path), back)
        if (inner := graph.value(path, SH.inversePath)) is not None:
            return self._path(inner, state, not back)
        if (choices := graph.value(path, SH.alternativePath)) is not None:
            return self._joined(*(self._path(way, state, back) for way in self._shapes.items(choices)))
        if (inner := graph.value(path, SH.zeroOrOnePath)) is not None:
            return self._joined(state, self._path(inner, state, back))
        for kind in (SH.zeroOrMorePath, SH.oneOrMorePath):
            if (inner := graph.value(path, kind)) is not None:
                again = self._joined(state)
                end = self._path(inner, again, back)
                self._same[again].append(end)
                return again if kind == SH.zeroOrMorePath else end
        steps = self._shapes.items(path)
        for step in reversed(steps) if back else steps:
            state = self._path(step, state, back)
        return state

    def _step(self, state: int, prop: str | None, back: bool) -> int:
        step = Step(state, prop, back, self._joined())
        self._along[prop].append(step)
        if prop is not None:
            self._into[step.target].append(step)
        return step.target

    def _joined(self, *states: int) -> int:
        """A new state in which shapes also are wherever they are in one of `states`."""
        self._states += 1
        self._same[self._states].extend(states)
        return self._states
