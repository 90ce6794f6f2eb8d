"""Which triples a query may touch, read from rdflib's algebra, as patterns that any endpoint answers. Runs nothing.

Whatever a query makes of its solutions, these come from the triples that match one of its triple patterns (SPARQL 1.1
§18.3 and §18.4). So over those triples alone it has the same answer as over all. More than these do no harm, and
wherever it is not plain what a pattern needs, everything in its graph is named.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from itertools import product
from typing import Any

from pyparsing import ParseResults
from rdflib import URIRef, Variable
from rdflib.paths import AlternativePath, InvPath, MulPath, OneOrMore, Path, SequencePath
from rdflib.plugins.sparql.parserutils import CompValue
from rdflib.term import Node

from polisgraph.engine.algebra import algebra, parts

DEFAULT, NAMED = "default", "named"
"""The default graph, and any named graph; other graphs go by their IRI."""

Bound = Mapping[Node, tuple[URIRef, ...]]
"""Variables with the few values that they have wherever a part of a query counts."""
MAX_VALUES = 20
"""Values of a variable that are asked for one by one."""


@dataclass(frozen=True)
class Pattern:
    """Triples in `graph`; None stands for any IRI, or term."""

    graph: str
    subject: str | None = None
    predicate: str | None = None
    object: str | None = None

    def covers(self, other: "Pattern") -> bool:
        """Whether what matches `other` matches this."""
        same = self.graph == other.graph or (self.graph == NAMED and other.graph != DEFAULT)
        terms = zip(self._terms(), other._terms(), strict=True)
        return same and all(mine in (None, its) for mine, its in terms)

    def _terms(self) -> tuple[str | None, ...]:
        return (self.subject, self.predicate, self.object)


@dataclass(frozen=True)
class Touched:
    """What a query may touch; `plain` if it does no more than match and count."""

    patterns: tuple[Pattern, ...]
    plain: bool


@lru_cache(maxsize=256)
def touched(text: str) -> Touched:
    """Return what the query `text` may touch. Raises BadQuery or Forbidden as `algebra` does."""
    query = algebra(text)
    found = set(_walk(query, DEFAULT, {}))
    if query.name == "DescribeQuery":
        found.add(Pattern(DEFAULT))
    largest = [one for one in found if not any(other != one and other.covers(one) for other in found)]
    return Touched(tuple(sorted(largest, key=str)), _is_plain(query))


def _walk(node: object, graph: str, bound: Bound) -> Iterator[Pattern]:
    """Yield the patterns below `node`, of which only those solutions count that agree with `bound`."""
    if isinstance(node, CompValue):
        yield from _of_node(node, graph, bound)
    elif isinstance(node, list | tuple | set | ParseResults):
        for part in node:
            yield from _walk(part, graph, {})
    elif isinstance(node, dict):
        yield from _walk(list(node.values()), graph, {})


def _of_node(node: CompValue, graph: str, bound: Bound) -> Iterator[Pattern]:
    match node.name:
        case "BGP":
            yield from _of_triples(list(node.triples), graph, bound)
        case "TriplesBlock":
            flat = [term for chain in node.triples for term in chain]
            if all(isinstance(term, Node | Path) for term in flat):
                yield from _of_triples(list(zip(flat[::3], flat[1::3], flat[2::3], strict=True)), graph, {})
            else:  # rdflib leaves names unresolved in what EXISTS stands for outside of WHERE
                yield Pattern(graph)
        case "Graph":
            yield from _walk(node.p, _graph(node.term), bound)
        case "GraphGraphPattern":
            yield from _walk(node.graph, _graph(node.term), {})
        case "Join":
            inner = {**_fixed(node.p1), **_fixed(node.p2), **bound}
            yield from _walk(node.p1, graph, inner)
            yield from _walk(node.p2, graph, inner)
        case "LeftJoin":
            # What the left side leaves open the right side may bind otherwise, and would then keep a solution out.
            fixed = _fixed(node.p1)
            yield from _walk(node.p1, graph, {**fixed, **bound})
            yield from _walk(node.p2, graph, fixed)
            yield from _walk(node.expr, graph, {})
        case "Union":
            yield from _walk(node.p1, graph, bound)
            yield from _walk(node.p2, graph, bound)
        case "Filter" | "Extend" | "OrderBy":
            yield from _walk(node.p, graph, bound)
            yield from _walk(node.expr, graph, {})
        case "Project":
            yield from _walk(node.p, graph, {name: value for name, value in bound.items() if name in node.PV})
        case "Distinct" | "Reduced" | "ToMultiSet":
            yield from _walk(node.p, graph, bound)
        case _:
            # Of a template too, which needs nothing; its triples are lists of terms, in which there is nothing to walk.
            yield from _walk(parts(node), graph, {})


def _fixed(node: Any) -> dict[Node, tuple[URIRef, ...]]:
    """Return the variables that have one of a few values in all solutions of `node`, by a VALUES."""
    fixed: dict[Node, tuple[URIRef, ...]] = {}
    waiting = [node]
    while waiting:
        node = waiting.pop()
        if node.name == "Join":
            waiting += [node.p1, node.p2]
        elif node.name == "LeftJoin":
            waiting.append(node.p1)
        elif node.name in ("Filter", "Extend", "ToMultiSet"):
            waiting.append(node.p)
        elif node.name == "values" and 0 < len(node.res) <= MAX_VALUES:
            for name in node.res[0]:
                values = [row.get(name) for row in node.res]
                if all(map(_is_sendable, values)):
                    fixed[name] = tuple(values)
    return fixed


def _graph(term: Node) -> str:
    return str(term) if _is_sendable(term) else NAMED


def _of_triples(triples: list[Any], graph: str, bound: Bound) -> Iterator[Pattern]:
    """Yield what a basic graph pattern with paths needs."""
    steady = {end for s, p, o in triples if not (isinstance(p, Path) and _may_be_empty(p)) for end in (s, o)}
    for triple in triples:
        loose = isinstance(triple[1], Path) and _may_be_empty(triple[1]) and steady.isdisjoint(triple[::2])
        for s, p, o in product(*(bound.get(term, (term,)) for term in triple)):
            if loose and not (isinstance(s, URIRef) or isinstance(o, URIRef)):
                # A path of no length leads from each term of the graph to itself (SPARQL 1.1 §18.4).
                yield Pattern(graph)
            yield from _of_path(p, s, o, graph)


def _of_path(path: Any, subject: Any, object_: Any, graph: str) -> Iterator[Pattern]:
    """Yield what a property path needs, or a predicate (SPARQL 1.1 §9.3)."""
    match path:
        case URIRef() | Variable():
            yield Pattern(graph, _iri(subject), _iri(path), _iri(object_))
        case InvPath():
            yield from _of_path(path.arg, object_, subject, graph)
        case AlternativePath():
            for way in path.args:
                yield from _of_path(way, subject, object_, graph)
        case SequencePath():
            steps = list(path.args)
            for index, step in enumerate(steps):
                # Behind a step that may have no length the end of the path may come sooner.
                first = subject if index == 0 and not _may_be_empty(step) else None
                last = object_ if index == len(steps) - 1 and not _may_be_empty(step) else None
                yield from _of_path(step, first, last, graph)
        case MulPath():
            yield from _of_path(path.path, None, None, graph)
        case _:  # a negated property set, or a path as the parser left it
            yield Pattern(graph)


def _may_be_empty(path: Any) -> bool:
    """Whether a path may have no length."""
    match path:
        case MulPath():
            return path.mod != OneOrMore or _may_be_empty(path.path)
        case AlternativePath():
            return any(map(_may_be_empty, path.args))
        case SequencePath():
            return all(map(_may_be_empty, path.args))
        case InvPath():
            return _may_be_empty(path.arg)
    return False


def _iri(term: Any) -> str | None:
    """Return an IRI to ask for; None for all else, also for literals, which each store compares in its own way."""
    return str(term) if _is_sendable(term) else None


def _is_sendable(term: Any) -> bool:
    # Virtuoso 7 garbles what is beyond Latin-1 in a constant.
    return isinstance(term, URIRef) and term.isascii()


def _is_plain(query: CompValue) -> bool:
    """Whether a query only matches triples by IRIs and variables, and at most counts all solutions."""
    waiting: list[Any] = [query]
    while waiting:
        node = waiting.pop()
        match node.name:
            case "SelectQuery" | "ConstructQuery" | "AskQuery" | "Project" | "Slice" | "AggregateJoin":
                if any(aggregate.name != "Aggregate_Count" or aggregate.distinct for aggregate in node.A or ()):
                    return False
                waiting.append(node.p)
            case "Group":
                if node.expr:
                    return False
                waiting.append(node.p)
            case "Extend":
                if node.p.name not in ("AggregateJoin", "Extend") or not str(node.expr).startswith("__agg_"):
                    return False
                waiting.append(node.p)
            case "Graph":
                if node.p.name != "BGP" or not node.p.triples:
                    return False
                waiting.append(node.p)
            case "BGP":
                if not all(isinstance(t, Variable) or _is_sendable(t) for triple in node.triples for t in triple):
                    return False
            case _:
                return False
    return True
