"""The shapes graph as it is written: which shapes there are, what they aim at, ask for and say. Looks at no data."""

from collections.abc import Iterator
from functools import cached_property, lru_cache
from pathlib import Path as File

import pyoxigraph as ox
import rdflib
from rdflib.namespace import OWL, RDF, RDFS, SH

from polisgraph.errors import RuleError, SourceError
from polisgraph.namespaces import shorten
from polisgraph.validate.paths import Path, read_path
from polisgraph.validate.terms import to_rdflib

Node = rdflib.term.Node

TARGETS = (SH.targetClass, SH.targetNode, SH.targetSubjectsOf, SH.targetObjectsOf)
"""How a shape says what it looks at (SHACL, section 2.1.3)."""

LISTS_OF_SHAPES = (SH["and"], SH["or"], SH.xone)
_SHAPE_EXPECTING = (SH.node, SH.property, SH["not"], SH.qualifiedValueShape)

PARAMETERS = {
    SH["class"]: "Class", SH.datatype: "Datatype", SH.nodeKind: "NodeKind",
    SH.minCount: "MinCount", SH.maxCount: "MaxCount",
    SH.minExclusive: "MinExclusive", SH.minInclusive: "MinInclusive",
    SH.maxExclusive: "MaxExclusive", SH.maxInclusive: "MaxInclusive",
    SH.minLength: "MinLength", SH.maxLength: "MaxLength", SH.pattern: "Pattern",
    SH.languageIn: "LanguageIn", SH.uniqueLang: "UniqueLang",
    SH.equals: "Equals", SH.disjoint: "Disjoint", SH.lessThan: "LessThan", SH.lessThanOrEquals: "LessThanOrEquals",
    SH["not"]: "Not", SH["and"]: "And", SH["or"]: "Or", SH.xone: "Xone",
    SH.node: "Node", SH.property: "Property", SH.qualifiedMinCount: "QualifiedMinCount",
    SH.qualifiedMaxCount: "QualifiedMaxCount", SH.closed: "Closed", SH.hasValue: "HasValue", SH["in"]: "In",
    SH.sparql: "SPARQL",
}  # fmt: skip
"""Parameter of each constraint component that is understood, and the component's name (SHACL, sections 4 and 5)."""

_BESIDE = {
    *TARGETS, SH.path, SH.deactivated, SH.severity, SH.message, SH.name, SH.description, SH.order, SH.group,
    SH.defaultValue, SH.flags, SH.ignoredProperties, SH.qualifiedValueShape, SH.qualifiedValueShapesDisjoint,
    SH.declare,
}  # fmt: skip


class Shapes:
    """A shapes graph. Blank nodes keep their names, so that two validators speak of the same parts."""

    def __init__(self, store: ox.Store, file: File) -> None:
        self.store = store
        self.graph = graph = to_rdflib(store)
        self.file = file
        self._owners: dict[Node, rdflib.URIRef] = {}
        for shape in graph.subjects():
            if isinstance(shape, rdflib.URIRef):
                self._own(shape, shape)

    def _own(self, node: Node, shape: rdflib.URIRef) -> None:
        self._owners[node] = shape
        for part in self.graph.objects(node):
            if isinstance(part, rdflib.BNode) and part not in self._owners:
                self._own(part, shape)

    def owner(self, part: Node) -> Node:
        """The named shape that `part` belongs to, or `part` itself if there is none."""
        return self._owners.get(part, part)

    def error(self, part: Node, what: str) -> RuleError:
        """The error that names the file and the shape of `part`."""
        return RuleError(f"{self.file}: a shape is not what can be validated: {shorten(str(self.owner(part)))}: {what}")

    @cached_property
    def with_targets(self) -> tuple[Node, ...]:
        """The shapes that say themselves what they look at; others are only used by them."""
        found = {shape for target in TARGETS for shape in self.graph.subjects(target)}
        return tuple(sorted(found | {shape for shape in self._all() if self.is_class(shape)}, key=repr))

    def _all(self) -> set[Node]:
        graph = self.graph
        found = {s for kind in (SH.NodeShape, SH.PropertyShape) for s in graph.subjects(RDF.type, kind)}
        found |= {shape for parameter in PARAMETERS for shape in graph.subjects(parameter)}
        found |= {shape for target in TARGETS for shape in graph.subjects(target)}
        found |= {shape for parameter in _SHAPE_EXPECTING for shape in graph.objects(None, parameter)}
        lists = [head for parameter in LISTS_OF_SHAPES for head in graph.objects(None, parameter)]
        return found | {shape for head in lists for shape in graph.items(head)}

    def check(self) -> None:
        """Raise RuleError for a construct that is not understood, so that nothing is passed over in silence."""
        for component in self.graph.subjects(RDF.type, SH.ConstraintComponent):
            if not str(component).startswith(str(SH)):
                raise self.error(component, "constraint components of one's own are not supported; use sh:sparql")
        for shape in sorted(self._all(), key=repr):
            for predicate in self.graph.predicates(shape):
                unknown = predicate not in PARAMETERS and predicate not in _BESIDE
                if str(predicate).startswith(str(SH)) and unknown:
                    raise self.error(shape, f"{shorten(str(predicate))} is not supported")

    def is_class(self, shape: Node) -> bool:
        """Whether the shape is a class and so aims at its instances (SHACL, section 2.1.3.3)."""
        classes = {RDFS.Class, OWL.Class, *self.graph.subjects(RDFS.subClassOf, RDFS.Class)}
        return not classes.isdisjoint(self.graph.objects(shape, RDF.type))

    def asked_once(self, shape: Node) -> bool:
        """Whether the one target node is a mere peg: the query of the shape names the offenders in ?value."""
        targets = [node for target in TARGETS for node in self.graph.objects(shape, target)]
        return len(targets) == 1 and (shape, SH.targetNode, targets[0]) in self.graph

    def objects(self, part: Node, parameter: rdflib.URIRef) -> list[Node]:
        return sorted(self.graph.objects(part, parameter), key=repr)

    def one(self, part: Node, parameter: rdflib.URIRef) -> Node | None:
        """The only value of `parameter`. Raises RuleError if there are several."""
        found = self.objects(part, parameter)
        if len(found) > 1:
            raise self.error(part, f"{shorten(str(parameter))} may stand there only once")
        return found[0] if found else None

    def items(self, head: Node) -> list[Node]:
        return list(self.graph.items(head))

    def number(self, part: Node, parameter: rdflib.URIRef) -> int | None:
        value = self.one(part, parameter)
        if value is None:
            return None
        if not isinstance(value, rdflib.Literal) or not isinstance(value.value, int) or value.value < 0:
            raise self.error(part, f"{shorten(str(parameter))} must be a whole number from 0, not {value}")
        return int(value.value)

    def switched(self, part: Node, parameter: rdflib.URIRef) -> bool:
        """Whether the boolean `parameter` is true."""
        value = self.one(part, parameter)
        return isinstance(value, rdflib.Literal) and value.value is True

    def path(self, part: Node) -> Path | None:
        """The path of a property shape, None for a node shape."""
        node = self.one(part, SH.path)
        return None if node is None else read_path(self.graph, node)

    def severity(self, part: Node) -> str:
        """Violation, Warning or Info. SHACL, section 2.1.4: it is not inherited."""
        return str(self.one(part, SH.severity) or SH.Violation).removeprefix(str(SH))

    def components(self, part: Node) -> Iterator[rdflib.URIRef]:
        """The parameters of `part` that each make a constraint component of it."""
        asked = set(self.graph.predicates(part))
        yield from (parameter for parameter in PARAMETERS if parameter in asked)


def read_shapes(path: File) -> Shapes:
    """Read the Turtle file `path`. Raises SourceError if it cannot be read or parsed."""
    try:
        return _read(path, path.stat().st_mtime_ns)
    except OSError as error:
        raise SourceError(f"cannot be read: {error.strerror or error}", path) from None


@lru_cache(maxsize=4)
def _read(path: File, _changed: int) -> Shapes:
    store = ox.Store()  # numbers are written in the store's way then, as those of the data are
    try:
        store.load(path=str(path), format=ox.RdfFormat.TURTLE)
    except SyntaxError as error:
        raise SourceError(f"syntax error: {error.msg}", path, error.lineno, error.offset) from None
    return Shapes(store, path)
