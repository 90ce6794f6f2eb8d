"""Terms and graphs of pyoxigraph as those of rdflib, and back. Keeps every literal as it is written."""

import logging
from collections.abc import Iterable, Iterator
from contextlib import contextmanager

import pyoxigraph as ox
import rdflib

Term = ox.NamedNode | ox.BlankNode | ox.Literal | ox.Triple

_STRING = "http://www.w3.org/2001/XMLSchema#string"


def to_rdflib(quads: Iterable[ox.Quad]) -> rdflib.Graph:
    """Return `quads` as one graph, without those that hold a triple term: rdflib has none."""
    graph = rdflib.Graph(bind_namespaces="none")
    for quad in quads:
        if not isinstance(quad.object, ox.Triple) and not isinstance(quad.subject, ox.Triple):
            graph.add((term(quad.subject), term(quad.predicate), term(quad.object)))
    return graph


def term(of: ox.NamedNode | ox.BlankNode | ox.Literal) -> rdflib.IdentifiedNode | rdflib.Literal:
    """Return the term in rdflib's form."""
    if isinstance(of, ox.NamedNode):
        return rdflib.URIRef(of.value)
    if isinstance(of, ox.BlankNode):
        return rdflib.BNode(of.value)
    if of.language:
        return rdflib.Literal(of.value, lang=of.language)
    datatype = None if of.datatype.value == _STRING else rdflib.URIRef(of.datatype.value)
    # Shapes judge what is written: normalised, 05911000 would become 5911000.
    return rdflib.Literal(of.value, datatype=datatype, normalize=False)


def back(node: rdflib.term.Node) -> ox.NamedNode | ox.BlankNode | ox.Literal:
    """Return the term in pyoxigraph's form."""
    if isinstance(node, rdflib.Literal):
        if node.language:
            return ox.Literal(str(node), language=node.language)
        return ox.Literal(str(node), datatype=ox.NamedNode(str(node.datatype or _STRING)))
    return ox.BlankNode(str(node)) if isinstance(node, rdflib.BNode) else ox.NamedNode(str(node))


def text(of: Term) -> str:
    """Return the term as people see it: the IRI, the text of the literal, `_:` and the name of the blank node."""
    return of.value if isinstance(of, (ox.NamedNode, ox.Literal)) else str(of)


@contextmanager
def quiet() -> Iterator[None]:
    """Keep rdflib from logging a traceback for every ill-typed literal; the shapes say it in words for people."""
    logger = logging.getLogger("rdflib.term")
    before, logger.disabled = logger.disabled, True
    try:
        yield
    finally:
        logger.disabled = before
