"""Check asserted data against the SHACL shapes and say what to mend. Changes no data, infers nothing."""

import logging
import re
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import pyoxigraph as ox
import pyshacl
import rdflib
from pyshacl.errors import ValidationFailure
from rdflib.namespace import RDF, SH

from polisgraph.errors import RuleError, SourceError
from polisgraph.findings import Finding, Terms, places, report
from polisgraph.load import Loaded
from polisgraph.namespaces import (
    CATALOGUE_GRAPH,
    DERIVED_GRAPH,
    INFERRED_GRAPH,
    REPORT_GRAPH,
    SHAPES_GRAPH,
    shorten,
)

__all__ = ["Finding", "Validation", "validate"]

_NOT_ASSERTED = {DERIVED_GRAPH, INFERRED_GRAPH, CATALOGUE_GRAPH, REPORT_GRAPH, SHAPES_GRAPH}
_STRING = "http://www.w3.org/2001/XMLSchema#string"
_PLACEHOLDER = re.compile(r"\\\{\\[?$]\w+\\\}")
_IRI = re.compile(r"https?://[^\s,;:()]+[^\s,;:().]")
_PATH_SIGNS = {SH.zeroOrMorePath: "*", SH.oneOrMorePath: "+", SH.zeroOrOnePath: "?"}


@dataclass(frozen=True)
class Validation:
    """The findings, sorted, and the same as a SHACL report for `graph/validation`."""

    findings: tuple[Finding, ...]
    report: rdflib.Graph

    @property
    def conforms(self) -> bool:
        """Whether nothing is violated. Warnings and information do not stop a build."""
        return not any(finding.severity == "Violation" for finding in self.findings)


def validate(loaded: Loaded, shapes: Path) -> Validation:
    """Check what `loaded` asserts, with the ontology for subclasses, against the Turtle file `shapes`.

    Nothing is inferred, so run it before rules and reasoning: what they add could hide a mistake. Follows
    SHACL, sections 3 to 5. Raises SourceError if the shapes cannot be read, RuleError if they are no shapes.
    """
    rules = _Shapes(_read_shapes(shapes, shapes.stat().st_mtime_ns))
    found: dict[str, tuple[Finding, Terms]] = {}
    with _quiet():
        results = _run(_graph(_asserted(loaded.store)), rules.graph, shapes)
        for node in results.objects(None, SH.result):
            finding, terms = _finding(loaded, rules, results, node)
            found[finding.iri] = (finding, terms)
    ordered = sorted(found.values(), key=lambda pair: pair[0].rank)
    return Validation(tuple(finding for finding, _ in ordered), report(ordered))


def _run(data: rdflib.Graph, shapes: rdflib.Graph, path: Path) -> rdflib.Graph:
    try:
        _, results, text = pyshacl.validate(data, shacl_graph=shapes, inference="none", allow_warnings=True)
    except Exception as error:
        # A broken shape surfaces as whatever pySHACL, rdflib or pyparsing raise when they stumble over it.
        raise RuleError(f"{path}: a shape is not what SHACL asks for: {error}") from error
    if isinstance(results, ValidationFailure):
        raise RuleError(f"{path}: a shape cannot be evaluated: {text}")
    checked: rdflib.Graph = results
    return checked


@lru_cache(maxsize=4)
def _read_shapes(path: Path, _changed: int) -> rdflib.Graph:
    try:
        return _graph(ox.parse(path=str(path), format=ox.RdfFormat.TURTLE))
    except SyntaxError as error:
        raise SourceError(f"syntax error: {error.msg}", path, error.lineno, error.offset) from None


def _asserted(store: ox.Store) -> Iterator[ox.Quad]:
    for graph in store.named_graphs():
        if isinstance(graph, ox.BlankNode) or graph.value not in _NOT_ASSERTED:
            yield from store.quads_for_pattern(None, None, None, graph)


def _graph(quads: Iterable[ox.Quad]) -> rdflib.Graph:
    graph = rdflib.Graph(bind_namespaces="none")
    for quad in quads:
        # rdflib has no triple terms, so shapes cannot speak of them.
        if not isinstance(quad.object, ox.Triple) and not isinstance(quad.subject, ox.Triple):
            graph.add((_term(quad.subject), _term(quad.predicate), _term(quad.object)))
    return graph


def _term(term: ox.NamedNode | ox.BlankNode | ox.Literal) -> rdflib.term.Node:
    if isinstance(term, ox.NamedNode):
        return rdflib.URIRef(term.value)
    if isinstance(term, ox.BlankNode):
        return rdflib.BNode(term.value)
    if term.language:
        return rdflib.Literal(term.value, lang=term.language)
    datatype = None if term.datatype.value == _STRING else rdflib.URIRef(term.datatype.value)
    # Shapes judge what is written: normalised, 05911000 would become 5911000.
    return rdflib.Literal(term.value, datatype=datatype, normalize=False)


def _back(node: rdflib.term.Node) -> ox.NamedNode | ox.BlankNode | ox.Literal:
    if isinstance(node, rdflib.Literal):
        if node.language:
            return ox.Literal(str(node), language=node.language)
        return ox.Literal(str(node), datatype=ox.NamedNode(str(node.datatype or _STRING)))
    return ox.BlankNode(str(node)) if isinstance(node, rdflib.BNode) else ox.NamedNode(str(node))


@contextmanager
def _quiet() -> Iterator[None]:
    # rdflib logs a traceback for every ill-typed literal; the shapes say it in words for people.
    logger = logging.getLogger("rdflib.term")
    before, logger.disabled = logger.disabled, True
    try:
        yield
    finally:
        logger.disabled = before


class _Shapes:
    """The shapes graph, and for each part of a shape the named shape that it belongs to."""

    def __init__(self, graph: rdflib.Graph) -> None:
        self.graph = graph
        self._owners: dict[rdflib.term.Node, rdflib.URIRef] = {}
        for shape in graph.subjects():
            if isinstance(shape, rdflib.URIRef):
                self._own(shape, shape)

    def _own(self, node: rdflib.term.Node, shape: rdflib.URIRef) -> None:
        self._owners[node] = shape
        for part in self.graph.objects(node):
            if isinstance(part, rdflib.BNode) and part not in self._owners:
                self._own(part, shape)

    def owner(self, part: rdflib.term.Node) -> rdflib.term.Node:
        return self._owners.get(part, part)

    def name(self, shape: rdflib.term.Node) -> dict[str, str]:
        by_language = {str(name.language): str(name) for name in _literals(self.graph, shape, SH.name)}
        return _two_languages(by_language, str(shape))

    def messages(self, part: rdflib.term.Node, said: list[rdflib.Literal]) -> dict[str, str]:
        """Return what the result says, by language.

        pySHACL drops the language of a message that it fills values into, so the template tells it.
        """
        by_language = {str(text.language): str(text) for text in said if text.language}
        for template in _literals(self.graph, part, SH.message):
            pattern = _PLACEHOLDER.sub("(?s:.*)", re.escape(str(template)))
            for text in said:
                if str(template.language) not in by_language and re.fullmatch(pattern, text):
                    by_language[str(template.language)] = _IRI.sub(lambda iri: shorten(iri[0]), text)
        return _two_languages(by_language, " ".join(sorted(said)))


def _literals(graph: rdflib.Graph, subject: rdflib.term.Node, property: rdflib.URIRef) -> list[rdflib.Literal]:
    return sorted(node for node in graph.objects(subject, property) if isinstance(node, rdflib.Literal))


def _two_languages(known: Mapping[str, str], otherwise: str) -> dict[str, str]:
    return {
        "de": known.get("de") or known.get("en") or otherwise,
        "en": known.get("en") or known.get("de") or otherwise,
    }


def _finding(loaded: Loaded, rules: _Shapes, results: rdflib.Graph, node: rdflib.term.Node) -> tuple[Finding, Terms]:
    part, focus = next(results.objects(node, SH.sourceShape)), next(results.objects(node, SH.focusNode))
    severity = next(results.objects(node, SH.resultSeverity))
    component = next(results.objects(node, SH.sourceConstraintComponent))
    path, value = results.value(node, SH.resultPath), results.value(node, SH.value)
    if component == SH.SPARQLConstraintComponent and value is not None:
        # Asked once for all data: the target is only a peg, the value is the offender.
        focus, value = value, None
    shape = rules.owner(part)
    properties = sorted(_properties(results, path)) if path is not None else []
    finding = Finding(
        severity=str(severity).removeprefix(str(SH)),
        shape=str(shape),
        name=rules.name(shape),
        focus=_text(focus),
        path=_path(results, path) if path is not None else None,
        value=_text(value) if value is not None else None,
        message=rules.messages(part, _literals(results, node, SH.resultMessage)),
        places=places(loaded, _back(focus), properties, _back(value) if value is not None else None),
    )
    return finding, Terms(focus, path if isinstance(path, rdflib.URIRef) else None, value, component)


def _text(node: rdflib.term.Node) -> str:
    return f"_:{node}" if isinstance(node, rdflib.BNode) else str(node)


def _properties(graph: rdflib.Graph, path: rdflib.term.Node) -> set[str]:
    if isinstance(path, rdflib.URIRef):
        return {str(path)} - {str(RDF.nil)}
    return {property for part in graph.objects(path) for property in _properties(graph, part)}


def _path(graph: rdflib.Graph, path: rdflib.term.Node, inner: bool = False) -> str:
    """Write a path (SHACL, section 2.3.1) in the syntax of SPARQL; a mere property as its whole IRI."""
    if isinstance(path, rdflib.URIRef):
        return shorten(str(path)) if inner else str(path)
    if (inverse := graph.value(path, SH.inversePath)) is not None:
        return "^" + _path(graph, inverse, True)
    for kind, sign in _PATH_SIGNS.items():
        if (repeated := graph.value(path, kind)) is not None:
            return _path(graph, repeated, True) + sign
    choices = graph.value(path, SH.alternativePath)
    steps = [_path(graph, step, True) for step in graph.items(choices if choices is not None else path)]
    text = ("/" if choices is None else "|").join(steps)
    return f"({text})" if inner else text
