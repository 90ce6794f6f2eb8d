"""Terms as one types them on a command line; a key of a register stands for the entity that has it."""

from collections.abc import Callable
from contextlib import suppress

import click
import pyoxigraph as ox

from polisgraph.namespaces import SPARQL_PREFIXES, expand

_Pattern = tuple[ox.NamedNode | None, ox.NamedNode | None, ox.NamedNode | None]


def subject(store: ox.Store, text: str) -> str:
    """Return the IRI that `text` stands for as a subject: as in `iri`, or by a key (`Q365`, `gnd:4031483-2`).

    What `store` says something about is meant as it is. Raises click.BadParameter.
    """
    return _bearer(store, text, lambda node: (node, None, None)) or iri(text)


def object_(store: ox.Store, predicate: str, text: str) -> ox.NamedNode | ox.Literal:
    """Return the term that `text` stands for as an object of `predicate`: as in `term`, or by a key.

    What `store` has as a value of `predicate` is meant as it is, such as `wd:Q365` of `pg:wikidata`. Raises
    click.BadParameter.
    """
    property_ = ox.NamedNode(predicate)
    found = _bearer(store, text, lambda node: (None, property_, node))
    return ox.NamedNode(found) if found else term(text)


def iri(text: str) -> str:
    """Return the IRI that `text` (`net:eccar`, `a`, `<https://…>` or an IRI) stands for; raise click.BadParameter."""
    if text == "a":
        return expand("rdf:type")
    try:
        return ox.NamedNode(expand(text)).value
    except (KeyError, ValueError):  # no prefix of the project; no absolute IRI
        raise click.BadParameter(
            f"{text!r} is no IRI; write prefix:name with a prefix of the project, or <IRI>"
        ) from None


def term(text: str) -> ox.NamedNode | ox.Literal:
    """Return the term that `text` stands for: an IRI as in `iri`, or a literal in Turtle's notation.

    A literal is `"text"@en`, `"2004"^^xsd:gYear`, a number, `true` or `false`. Raises click.BadParameter.
    """
    if text[:1] in ('"', "'") or text[:1].isdigit() or text[:1] in "+-" or text in ("true", "false"):
        turtle = f"{SPARQL_PREFIXES}<x:s> <x:p> {text} ."
        try:
            quads = list(ox.parse(turtle, format=ox.RdfFormat.TURTLE))
        except SyntaxError as error:
            raise click.BadParameter(f"{text!r} is no literal in Turtle's notation: {error.msg}") from None
        if len(quads) == 1 and isinstance(quads[0].object, ox.Literal):
            return quads[0].object
        raise click.BadParameter(f"{text!r} is not one literal")
    return ox.NamedNode(iri(text))


def _bearer(store: ox.Store, text: str, pattern: Callable[[ox.NamedNode], _Pattern]) -> str | None:
    """Return the IRI of the one entity with the key `text`; None if that is no key, or stands in `pattern` itself."""
    from polisgraph.reports.keys import read
    from polisgraph.reports.lookup import EntityLookup

    key = read(text)
    if key is None:
        return None
    with suppress(click.BadParameter):  # a bare key is no IRI
        if any(True for _ in store.quads_for_pattern(*pattern(ox.NamedNode(iri(text))), None)):
            return None
    found = EntityLookup(lambda query: _rows(store, query)).bearing(key)
    if len(found) > 1:
        forms = ", ".join(entity.tail for entity in found)
        raise click.BadParameter(f"{text!r} is the key of several things: {forms}; write the IRI of one")
    if not found:
        raise click.BadParameter(f"nothing in the graph has the key {key}")
    return found[0].iri


def _rows(store: ox.Store, query: str) -> bytes:
    solutions = store.query(query)
    assert isinstance(solutions, ox.QuerySolutions)
    return bytes(solutions.serialize(format=ox.QueryResultsFormat.JSON) or b"")
