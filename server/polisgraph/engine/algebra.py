"""Reads with rdflib a query's algebra, which graphs it names and whether it has SERVICE. Runs no query."""

import re
from collections.abc import Iterator

from pyparsing import ParseResults
from pyparsing.exceptions import ParseBaseException
from rdflib.plugins.sparql.algebra import translateQuery
from rdflib.plugins.sparql.parser import parseQuery
from rdflib.plugins.sparql.parserutils import CompValue

from polisgraph.engine.gate import service_refused
from polisgraph.errors import BadQuery

# rdflib resolves these once more, also behind an escaped backslash: it would read what the engine does not.
_RESOLVED_BY_RDFLIB = re.compile(r"\\u[0-9a-f]{4}", re.IGNORECASE)


def dataset_clauses(text: str) -> tuple[list[str], list[str]]:
    """Return the IRIs of FROM and of FROM NAMED in `text` (SPARQL 1.1 §13.2), resolved against BASE.

    Raise Forbidden if it contains SERVICE anywhere, BadQuery if rdflib cannot read it.
    """
    parsed, translated = _parse(text)
    for node in _nodes([parsed, translated]):
        if node.name == "ServiceGraphPattern":
            raise service_refused()
    clauses = translated.datasetClause or ()
    return (
        [str(clause.default) for clause in clauses if clause.default],
        [str(clause.named) for clause in clauses if clause.named],
    )


def functions(text: str) -> set[str]:
    """Return the IRIs of the functions that `text` calls by IRI (SPARQL 1.1 §17.6); raise as `dataset_clauses` does."""
    return {str(node.iri) for node in _nodes(list(_parse(text))) if node.name == "Function"}


def algebra(text: str) -> CompValue:
    """Return the algebra of `text` (SPARQL 1.1 §18.2); raise as `dataset_clauses` does."""
    parsed, translated = _parse(text)
    if any(node.name == "ServiceGraphPattern" for node in _nodes([parsed, translated])):
        raise service_refused()
    return translated


def parts(node: CompValue) -> list[object]:
    """Return what is directly within `node`.

    rdflib keeps what it parsed as items, and what its translation made of an item as an attribute of the same name.
    What it translated has been moved out of the item: of an EXISTS, all filters.
    """
    return list({**node, **vars(node)}.values())


def _parse(text: str) -> tuple[ParseResults, CompValue]:
    if _RESOLVED_BY_RDFLIB.search(text):
        raise BadQuery("Write the backslash before u as its own literal: \\\\u is read differently by parsers.")
    try:
        parsed = parseQuery(text)
        return parsed, translateQuery(parsed).algebra
    except RecursionError:
        raise BadQuery("The query is nested too deeply.") from None
    except ParseBaseException as error:
        raise BadQuery(f"Syntax error near line {error.lineno}.", line=error.lineno) from None
    except Exception as error:  # translateQuery raises bare exceptions with a message for people
        raise BadQuery(f"The query cannot be read: {error}") from None


def _nodes(roots: list[object]) -> Iterator[CompValue]:
    """Yield every node of parse trees and algebras; by a loop, because trees are as deep as queries."""
    waiting = list(roots)
    while waiting:
        node = waiting.pop()
        if isinstance(node, CompValue):
            yield node
            waiting.extend(parts(node))
        elif isinstance(node, list | tuple | set | ParseResults):
            waiting.extend(node)
        elif isinstance(node, dict):
            waiting.extend(node.values())
