"""Terms as one types them on a command line. Looks nothing up."""

import click
import pyoxigraph as ox

from polisgraph.namespaces import SPARQL_PREFIXES, expand


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
