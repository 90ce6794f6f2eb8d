"""SHACL property paths (SHACL, section 2.3.1) as SPARQL and as text for people. Looks at shapes only, never at data."""

from dataclasses import dataclass

import rdflib
from rdflib.namespace import RDF, SH

from polisgraph.errors import RuleError
from polisgraph.namespaces import shorten

_SIGNS = {SH.zeroOrMorePath: "*", SH.oneOrMorePath: "+", SH.zeroOrOnePath: "?"}


@dataclass(frozen=True)
class Path:
    """A property path: in SPARQL, as shown to people, and whether it can be walked from all nodes at once."""

    sparql: str
    shown: str
    properties: frozenset[str]
    single: str | None
    """The IRI of the property if the path is nothing but that property."""
    bounded: bool
    """False if a part of it may have length zero: every node of the data would be where that part begins and ends."""


def read_path(graph: rdflib.Graph, node: rdflib.term.Node) -> Path:
    """Read the path `node` of the shapes `graph`. Raises RuleError if it is none."""
    if isinstance(node, rdflib.URIRef):
        return Path(node.n3(), str(node), frozenset({str(node)}), str(node), True)
    single, text = _write(graph, node, False), _write(graph, node, True)
    return Path(f"({single})", text, frozenset(_properties(graph, node)), None, not _may_be_empty(graph, node))


def _write(graph: rdflib.Graph, node: rdflib.term.Node, for_people: bool, inner: bool = False) -> str:
    if isinstance(node, rdflib.URIRef):
        return shorten(str(node)) if for_people else node.n3()
    if (inverse := graph.value(node, SH.inversePath)) is not None:
        return "^" + _write(graph, inverse, for_people, True)
    for kind, sign in _SIGNS.items():
        if (repeated := graph.value(node, kind)) is not None:
            return _write(graph, repeated, for_people, True) + sign
    choices = graph.value(node, SH.alternativePath)
    steps = [_write(graph, step, for_people, True) for step in _steps(graph, node)]
    text = ("/" if choices is None else "|").join(steps)
    return f"({text})" if inner else text


def _steps(graph: rdflib.Graph, node: rdflib.term.Node) -> list[rdflib.term.Node]:
    choices = graph.value(node, SH.alternativePath)
    steps = list(graph.items(choices if choices is not None else node))
    if len(steps) < (1 if choices is not None else 2):
        raise RuleError("a path is not what SHACL asks for: write a property, a list of two or more, or a kind of path")
    return steps


def _properties(graph: rdflib.Graph, node: rdflib.term.Node) -> set[str]:
    if isinstance(node, rdflib.URIRef):
        return {str(node)} - {str(RDF.nil)}
    return {found for part in graph.objects(node) for found in _properties(graph, part)}


def _may_be_empty(graph: rdflib.Graph, node: rdflib.term.Node) -> bool:
    if isinstance(node, rdflib.URIRef):
        return False
    own = {SH.zeroOrMorePath, SH.zeroOrOnePath} & set(graph.predicates(node))
    return bool(own) or any(_may_be_empty(graph, part) for part in graph.objects(node))
