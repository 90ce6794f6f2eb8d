"""What clients call things: entities by the end of their IRI, classes and properties by prefixed names. Looks none up.

An entity's identifier after `SPACE` is its IRI, as the specification wants it: `municipality/koeln`. Clients keep it in
tables, so that it is short and says something; the IRI itself and prefixed names are understood too.
"""

from polisgraph.namespaces import BASE, PG, expand, shorten

SPACE = BASE + "id/"
"""The namespace of identifiers («identifier space», version 0.2, section 2.5)."""
SCHEMA = PG
"""Identifies the classes and properties («schema space»)."""


def id_of(iri: str) -> str:
    """Return the identifier of the entity `iri`; one that has its IRI elsewhere keeps it."""
    return iri.removeprefix(SPACE)


def iri_of(identifier: str) -> str:
    """Return the IRI that `identifier` stands for: itself, the end of one of ours, or a prefixed name."""
    text = identifier.strip()
    try:
        return expand(text)
    except KeyError:
        return text if text.startswith(("http://", "https://")) else SPACE + text.lstrip("/")


def term_of(iri: str) -> str:
    """Return the identifier of a class or property: `pg:Municipality`, or its IRI where no prefix covers it."""
    name = shorten(iri)
    return iri if name.startswith("<") else name


def term_iri(identifier: str) -> str:
    """Return the IRI of the class or property that `identifier` names; what names none is returned as it is."""
    try:
        return expand(identifier.strip())
    except KeyError:
        return identifier.strip()
