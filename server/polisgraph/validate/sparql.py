"""SPARQL-based constraints (SHACL, section 5): each query is asked for a focus node, with $this standing for it."""

import re
from collections.abc import Iterator
from functools import lru_cache

import pyoxigraph as ox
import rdflib
from pyparsing import ParseException
from rdflib.namespace import SH
from rdflib.plugins.sparql import prepareQuery
from rdflib.plugins.sparql.parserutils import CompValue

from polisgraph.validate.questions import Focus, Questions, Result
from polisgraph.validate.shapes import Node, Shapes
from polisgraph.validate.terms import Term

COMPONENT = str(SH.SPARQLConstraintComponent)

_THIS = ox.Variable("this")
_PATH = re.compile(r"[$?]PATH\b")
_UNSUPPORTED = re.compile(r"[$?](shapesGraph|currentShape)\b")
_SUSPECT = re.compile(r"\b(MINUS|VALUES|SERVICE)\b", re.IGNORECASE)
_FORBIDDEN = {"Minus": "MINUS", "ToMultiSet": "VALUES", "ServiceGraphPattern": "SERVICE"}
_STANDARD = {
    "rdf": "http://www.w3.org/1999/02/22-rdf-syntax-ns#",
    "rdfs": "http://www.w3.org/2000/01/rdf-schema#",
    "owl": "http://www.w3.org/2002/07/owl#",
}


def results(shapes: Shapes, questions: Questions, store: ox.Store, shape: Node) -> Iterator[Result]:
    """Yield the results of the SPARQL constraints of a shape with targets. Raises RuleError if one cannot be asked."""
    for part, focus in questions.parts(shape):
        for constraint in shapes.objects(part, SH.sparql):
            if not shapes.switched(constraint, SH.deactivated):
                query = _query(shapes, part, constraint)
                yield from _ask(shapes, store, part, constraint, query, focus)


def _query(shapes: Shapes, part: Node, constraint: Node) -> str:
    select = shapes.one(constraint, SH.select)
    if not isinstance(select, rdflib.Literal):
        raise shapes.error(part, "sh:sparql needs one sh:select, a text")
    query = str(select)
    if found := _UNSUPPORTED.search(query):
        raise shapes.error(part, f"{found[0]} is not supported in sh:select")
    if _PATH.search(query):
        path = shapes.path(part)
        if path is None:
            raise shapes.error(part, "$PATH stands for the path of a property shape, and this one has none")
        query = _PATH.sub(lambda _: path.sparql, query)
    prefixes = dict(_STANDARD)
    for declared in shapes.objects(constraint, SH.prefixes):
        for one in shapes.objects(declared, SH.declare):
            prefixes[str(shapes.one(one, SH.prefix))] = str(shapes.one(one, SH.namespace))
    whole = "".join(f"PREFIX {prefix}: <{iri}>\n" for prefix, iri in prefixes.items()) + query
    if _SUSPECT.search(query) and (what := _forbidden(whole)):
        raise shapes.error(part, f"sh:select may not contain {what} (SHACL, section 5.2.1)")
    return whole


@lru_cache(maxsize=64)
def _forbidden(query: str) -> str | None:
    """What SHACL forbids because $this would not be bound there."""
    try:
        algebra = prepareQuery(query).algebra
    except ParseException:
        return None  # the engine says what is wrong, and where
    return next((_FORBIDDEN[name] for name in _names(algebra) if name in _FORBIDDEN), None)


def _names(part: object) -> Iterator[str]:
    if isinstance(part, CompValue):
        yield part.name
        for inner in part.values():
            yield from _names(inner)
    elif isinstance(part, (list, tuple)):
        for inner in part:
            yield from _names(inner)


def _ask(shapes: Shapes, store: ox.Store, part: Node, constraint: Node, query: str, focus: Focus) -> Iterator[Result]:
    of_node = shapes.path(part) is None
    for node in _nodes(store, focus):
        for row in _rows(shapes, store, part, query, node):
            known = {name: value for name, value in row.items() if value is not None}
            this = known.get("this", node)
            yield Result(
                part,
                COMPONENT,
                this,
                known.get("value", this if of_node else None),
                known.get("path"),
                constraint,
                tuple(sorted((name, _said(value)) for name, value in known.items())),
            )


def _said(value: Term) -> str:
    """The term as messages have it: a blank node with its bare name, as pySHACL says it."""
    return str(value) if isinstance(value, ox.Triple) else value.value


def _nodes(store: ox.Store, focus: Focus) -> list[Term]:
    # Of its own, so that no frame of a query that fails holds these rows: they may die in their own thread only.
    rows = store.query(f"SELECT DISTINCT ?focus {{ {focus.pattern} }}")
    assert isinstance(rows, ox.QuerySolutions)
    return [row["focus"] for row in rows]


def _rows(shapes: Shapes, store: ox.Store, part: Node, query: str, node: Term) -> list[dict[str, Term | None]]:
    try:
        rows = _solutions(store, query, node)
    except SyntaxError as error:
        raise shapes.error(part, f"sh:select is not SPARQL: {error.msg}, line {error.lineno}") from None
    except RuntimeError as error:
        raise shapes.error(part, f"sh:select must select $this; the engine says: {error}") from None
    if rows is None:
        raise shapes.error(part, "sh:select takes a SELECT query")
    return rows


def _solutions(store: ox.Store, query: str, node: Term) -> list[dict[str, Term | None]] | None:
    """What `query` selects for `node`; None if it is no SELECT query."""
    rows = store.query(query, substitutions={_THIS: node})
    if not isinstance(rows, ox.QuerySolutions):
        return None
    names = [variable.value for variable in rows.variables]
    return [{name: row[name] for name in names} for row in rows]
